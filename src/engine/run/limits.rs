//! How long steps may run, and what the first failure ends.
//!
//! A step of this program ends early only where it looks at the wish to stop ([`crate::step::Context::check`]), as those do
//! that run for long, most between two batches, layers or directions. One that does not look is let run to its end, and what
//! it gives is kept: the work is done.

use super::awake::Awake;
use super::stop::Stop;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// What ends steps, or a run, before all is done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ends {
    /// The first failure ends the run.
    pub fail_fast: bool,
    /// The longest that a step may take.
    pub step_timeout: Option<Duration>,
}

/// One running step.
struct Watched {
    stop: Arc<AtomicBool>,
    since: Awake,
    overdue: bool,
}

/// The steps that run, with a wish to stop for each.
pub(super) struct Watch {
    limit: Option<Duration>,
    steps: HashMap<usize, Watched>,
}

impl Watch {
    pub fn new(ends: Ends) -> Self {
        Self { limit: ends.step_timeout, steps: HashMap::new() }
    }

    /// A step starts; returns what it looks at.
    pub fn starts(&mut self, node: usize, of_run: &Stop) -> Arc<AtomicBool> {
        let stop = of_run.for_step();
        self.steps.insert(node, Watched { stop: Arc::clone(&stop), since: Awake::now(), overdue: false });
        stop
    }

    /// A step has ended; whether that was after its time.
    pub fn ends(&mut self, node: usize) -> bool {
        let late =
            |watched: &Watched| self.limit.is_some_and(|limit| watched.overdue || watched.since.elapsed() > limit);
        self.steps.remove(&node).is_some_and(|watched| late(&watched))
    }

    /// Asks those to stop that have run for too long.
    pub fn look(&mut self) {
        let Some(limit) = self.limit else { return };
        for watched in self.steps.values_mut().filter(|watched| watched.since.elapsed() > limit) {
            watched.overdue = true;
            watched.stop.store(true, Ordering::Release);
        }
    }

    /// Asks all to stop.
    pub fn stop_all(&self) {
        self.steps.values().for_each(|watched| watched.stop.store(true, Ordering::Release));
    }
}
