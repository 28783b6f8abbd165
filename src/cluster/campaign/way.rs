//! How tasks are started.

use crate::cluster::executor::{ArrayJob, Share};
use crate::engine::Submission;
use std::path::PathBuf;

/// Memory of a task that is not for values: the program itself.
const PROGRAM_BYTES: u64 = 128 << 20;
/// How tasks are started.
#[derive(Debug, Clone)]
pub struct Way {
    /// The program with what comes before the arguments of a task.
    pub command: Vec<String>,
    /// Variables that it needs.
    pub environment: Vec<(String, String)>,
    /// The folder to run in.
    pub folder: PathBuf,
    /// The most tasks of an array that run at once.
    pub at_once: Option<u32>,
    /// The most time that a task may have, seconds.
    pub time_most_s: u64,
}

impl Way {
    /// As it was when a submission began.
    #[must_use]
    pub fn of(submission: &Submission) -> Self {
        Self {
            command: submission.command.clone(),
            environment: submission.environment.clone(),
            folder: submission.folder.clone(),
            at_once: submission.at_once,
            time_most_s: submission.time_most_s,
        }
    }

    /// A job of a submission, as an executor takes it: `after` are ids of jobs that come before it.
    #[must_use]
    pub fn job(
        &self,
        (submission, name, array): (&str, &str, usize),
        tasks: &[u32],
        (share, after, logs): (Share, Vec<String>, PathBuf),
    ) -> ArrayJob {
        let mut command = self.command.clone();
        let memory = share.memory_bytes.saturating_sub(PROGRAM_BYTES).max(PROGRAM_BYTES).to_string();
        let (cpus, array) = (share.cpus.to_string(), array.to_string());
        let more = ["--memory", &memory, "--jobs", &cpus, "--submission", submission, "--array", &array];
        command.extend(more.map(str::to_owned));
        ArrayJob {
            name: name.to_owned(),
            tasks: tasks.to_vec(),
            share,
            command,
            environment: self.environment.clone(),
            folder: self.folder.clone(),
            logs,
            after,
            at_once: self.at_once,
        }
    }
}
