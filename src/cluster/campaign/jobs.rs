//! What a ledger tells of the jobs that were sent.

use crate::cluster::executor::Share;
use crate::engine::{LedgerLine, Submission};
use std::collections::HashMap;

/// A job, as far as the ledger tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its name.
    pub name: String,
    /// The array.
    pub array: usize,
    /// Its tasks, in increasing order.
    pub tasks: Vec<u32>,
    /// What each of them may have.
    pub share: Share,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It may be queued: whoever sent it was not answered, or died.
    Unclear,
    /// The scheduler has it, under this id.
    Sent(String),
    /// The scheduler refused it.
    Refused,
    /// It never was queued.
    Lost,
    /// The scheduler took no more then.
    Later,
}

impl Job {
    /// Its id, where the scheduler has it.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match &self.fate {
            Fate::Sent(id) => Some(id),
            _ => None,
        }
    }
}

/// All jobs of a submission.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Jobs {
    /// In the order in which they were sent.
    pub all: Vec<Job>,
    /// Tasks that are not sent again, by array and task: why.
    pub given_up: HashMap<(usize, u32), String>,
}

impl Jobs {
    /// What these lines tell.
    #[must_use]
    pub fn of(submission: &Submission, lines: &[LedgerLine]) -> Self {
        let mut jobs = Self::default();
        for line in lines {
            match line {
                LedgerLine::Sending { name, array, tasks, memory_bytes, seconds } => {
                    let Some(planned) = submission.arrays.get(*array) else { continue };
                    let share = Share { memory_bytes: *memory_bytes, seconds: *seconds, cpus: planned.cpus };
                    let tasks = tasks.clone().unwrap_or_else(|| (0..planned.tasks).collect());
                    jobs.all.push(Job { name: name.clone(), array: *array, tasks, share, fate: Fate::Unclear });
                }
                LedgerLine::Sent { name, job } => jobs.set(name, Fate::Sent(job.clone())),
                LedgerLine::Refused { name, .. } => jobs.set(name, Fate::Refused),
                LedgerLine::Lost { name } => jobs.set(name, Fate::Lost),
                LedgerLine::Later { name } => jobs.set(name, Fate::Later),
                LedgerLine::GivenUp { array, tasks, reason } => {
                    jobs.given_up.extend(tasks.iter().map(|task| ((*array, *task), reason.clone())));
                }
                LedgerLine::Begin(_) | LedgerLine::Watch { .. } | LedgerLine::Closed { .. } => {}
            }
        }
        jobs
    }

    fn set(&mut self, name: &str, fate: Fate) {
        self.all.iter_mut().filter(|job| job.name == name).for_each(|job| job.fate = fate.clone());
    }

    /// Jobs of an array.
    pub fn of_array(&self, array: usize) -> impl Iterator<Item = &Job> {
        self.all.iter().filter(move |job| job.array == array)
    }

    /// Jobs that the scheduler has, or may have, and that are to run a task; the newest last.
    pub fn of_task(&self, array: usize, task: u32) -> impl Iterator<Item = &Job> {
        self.of_array(array).filter(move |job| {
            matches!(job.fate, Fate::Unclear | Fate::Sent(_)) && job.tasks.binary_search(&task).is_ok()
        })
    }

    /// A name that no job of an array has had.
    #[must_use]
    pub fn free_name(&self, id: &str, array: usize) -> String {
        match self.of_array(array).count() {
            0 => format!("lofi-{id}-{array}"),
            again => format!("lofi-{id}-{array}-r{again}"),
        }
    }
}
