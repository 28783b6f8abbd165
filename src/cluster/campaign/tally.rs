//! What tasks told when they ended, counted.

use crate::engine::{Pace, Store, StoreError, TaskReport};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ffi::OsString;

/// What tasks of an array took.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Used {
    /// Tasks that told.
    pub tasks: usize,
    /// The most memory that one had, bytes.
    pub peak_bytes: u64,
    /// The longest that one ran, seconds.
    pub longest_s: f64,
    /// Seconds that they ran, together.
    pub seconds: f64,
    /// Seconds of processors, together.
    pub cpu_s: f64,
}

/// All that was told.
#[derive(Debug, Default)]
pub struct Tally {
    seen: HashSet<OsString>,
    /// Exit codes by array and task, in the order in which they were read.
    pub exits: HashMap<(usize, u32), Vec<u8>>,
    /// What a task came before, last.
    waits_for: HashMap<(usize, u32), String>,
    /// By array.
    pub used: BTreeMap<usize, Used>,
    ran: HashMap<String, usize>,
    /// How fast steps were.
    pub pace: Pace,
}

impl Tally {
    /// Reads what is new; returns it.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn read(&mut self, store: &Store, submission: &str) -> Result<Vec<TaskReport>, StoreError> {
        let mut new = store.reports(submission, &mut self.seen)?;
        new.sort_by_key(|report| report.unix_s);
        for report in &new {
            self.exits.entry((report.array, report.task)).or_default().push(report.exit);
            if let Some(name) = &report.waits_for {
                self.waits_for.insert((report.array, report.task), name.clone());
            }
            let used = self.used.entry(report.array).or_default();
            used.tasks += 1;
            used.peak_bytes = used.peak_bytes.max(report.peak_bytes);
            used.longest_s = used.longest_s.max(report.seconds);
            used.seconds += report.seconds;
            used.cpu_s += report.cpu_s;
            report.ran.iter().for_each(|key| *self.ran.entry(key.clone()).or_default() += 1);
            self.pace.merge(&report.pace);
        }
        Ok(new)
    }

    /// Steps that were computed, and how often one was that somebody had computed.
    #[must_use]
    pub fn computed(&self) -> (usize, usize) {
        (self.ran.len(), self.ran.values().map(|times| times - 1).sum())
    }

    /// How often a task ended in a way that is no failure: it came before its inputs, or kept its state.
    #[must_use]
    pub fn harmless(&self, task: (usize, u32)) -> usize {
        self.exits.get(&task).into_iter().flatten().filter(|exit| matches!(exit, 75 | 85)).count()
    }

    /// What a task came before, last.
    #[must_use]
    pub fn waits_for(&self, task: (usize, u32)) -> Option<&str> {
        self.waits_for.get(&task).map(String::as_str)
    }

    /// The last exit code of a task.
    #[must_use]
    pub fn last(&self, task: (usize, u32)) -> Option<u8> {
        self.exits.get(&task)?.last().copied()
    }
}
