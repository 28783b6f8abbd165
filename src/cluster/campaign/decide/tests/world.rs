//! A submission of which all is known.

use super::super::*;
use crate::engine::{ArrayLine, LedgerLine};

fn submission(arrays: &[(u32, Vec<usize>)]) -> Submission {
    let line = |(tasks, after): &(u32, Vec<usize>)| ArrayLine {
        tasks: *tasks,
        memory_bytes: 1 << 30,
        seconds: 600,
        cpus: 1,
        expected_s: 1.0,
        after: after.clone(),
    };
    Submission {
        id: "a1".to_owned(),
        executor: "slurm".to_owned(),
        profile: "quick".to_owned(),
        studies: Vec::new(),
        descriptions: String::new(),
        unix_s: 0,
        host: String::new(),
        folder: "/".into(),
        command: Vec::new(),
        environment: Vec::new(),
        at_once: None,
        time_most_s: 1000,
        arrays: arrays.iter().map(line).collect(),
    }
}

/// A submission of which all is known.
pub(super) struct World {
    pub submission: Submission,
    pub lines: Vec<LedgerLine>,
    pub tasks: Tasks,
    pub tally: Tally,
    pub patience: Patience,
    pub keeps_order: bool,
}

impl World {
    /// Two arrays: `tasks` tasks, and as many that need one of these each.
    pub fn new(tasks: u32) -> Self {
        let first = (0..tasks).map(|_| Vec::new()).collect();
        let second = (0..tasks).map(|task| vec![(0, task)]).collect();
        Self {
            submission: submission(&[(tasks, vec![]), (tasks, vec![0])]),
            lines: Vec::new(),
            tasks: Tasks::of_tests(&[first, second]),
            tally: Tally::default(),
            patience: Patience::default(),
            keeps_order: true,
        }
    }

    pub fn jobs(&self) -> Jobs {
        Jobs::of(&self.submission, &self.lines)
    }

    pub fn decide(&mut self, queue: &[Queued], log_says: Option<Cause>) -> Vec<Deed> {
        self.decide_among(queue, log_says, true)
    }

    /// The same where no other submission is open.
    pub fn decide_alone(&mut self, queue: &[Queued]) -> Vec<Deed> {
        self.decide_among(queue, None, false)
    }

    pub fn decide_among(&mut self, queue: &[Queued], log_says: Option<Cause>, others: bool) -> Vec<Deed> {
        let sight = Sight {
            submission: &self.submission,
            tasks: &self.tasks,
            jobs: &self.jobs(),
            tally: &self.tally,
            queue,
            time_most_s: 1000,
            keeps_order: self.keeps_order,
            is_asked: true,
            others: &|| others,
            log_says: &|_, _| log_says,
        };
        decide(&sight, &mut self.patience)
    }

    /// Writes down that tasks were sent, under a name that it returns.
    pub fn sending(&mut self, (array, tasks): (usize, &[u32]), share: Share) -> String {
        let name = self.jobs().free_name("a1", array);
        let (tasks, Share { memory_bytes, seconds, .. }) = (Some(tasks.to_vec()), share);
        self.lines.push(LedgerLine::Sending { name: name.clone(), array, tasks, memory_bytes, seconds });
        name
    }

    pub fn sent(&mut self, of: (usize, &[u32]), share: Share) -> String {
        let name = self.sending(of, share);
        self.lines.push(LedgerLine::Sent { name: name.clone(), job: name.clone() });
        name
    }
}

pub(super) const SHARE: Share = Share { memory_bytes: 1 << 30, seconds: 600, cpus: 1 };

pub(super) fn queued(name: &str, task: u32, state: QueueState) -> Queued {
    Queued { name: name.to_owned(), job: name.to_owned(), task: Some(task), state }
}
