//! How many tasks stand how, in one look.

use super::decide::Answers;
use super::jobs::Jobs;
use super::tasks::{Standing, Tasks};
use crate::cluster::executor::{QueueState, Queued};
use std::collections::BTreeMap;

/// How many tasks stand how.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Picture {
    /// Tasks.
    pub all: usize,
    /// With all their results in the store.
    pub done: usize,
    /// Failed, given up, or left out because of others.
    pub failed: usize,
    /// Running, as the queue says.
    pub running: usize,
    /// Waiting, by the reasons that the queue gives.
    pub waiting: BTreeMap<String, usize>,
}

impl Picture {
    /// Of what is in the store, and what the queue says.
    pub(super) fn of(tasks: &Tasks, jobs: &Jobs, queue: &[Queued]) -> Self {
        let answers = Answers::of(queue);
        let mut picture = Self::default();
        for (array, task) in tasks.all() {
            picture.all += 1;
            match tasks.standing((array, task)) {
                Standing::Done => picture.done += 1,
                Standing::Failed(_) => picture.failed += 1,
                Standing::Waits | Standing::Ready(_) => {
                    let states = jobs.of_task(array, task).filter_map(|job| answers.task(&job.name, task));
                    let mut waits = None;
                    let mut runs = false;
                    for state in states {
                        match state {
                            QueueState::Running(_) => runs = true,
                            QueueState::Waiting(why) | QueueState::Stuck(why) => waits = Some(why),
                            QueueState::Ended(_) => {}
                        }
                    }
                    if runs {
                        picture.running += 1;
                    } else if let Some(why) = waits {
                        *picture.waiting.entry(why.clone()).or_default() += 1;
                    }
                }
            }
        }
        picture
    }

    /// Tasks that are neither over nor known to the queue.
    #[must_use]
    pub fn elsewhere(&self) -> usize {
        let waiting: usize = self.waiting.values().sum();
        self.all.saturating_sub(self.done + self.failed + self.running + waiting)
    }

    /// Whether nothing is left to do.
    #[must_use]
    pub const fn over(&self) -> bool {
        self.done + self.failed == self.all
    }
}
