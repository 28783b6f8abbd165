//! What every executor can do: say what it would send, send it, tell what it knows, take back.
//!
//! An executor is believed in one thing alone, that it runs the command of a task sooner or later, or not at all. Whether
//! a step is done is told by the store.

use std::path::PathBuf;

/// What one task of an array may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share {
    /// Memory, bytes.
    pub memory_bytes: u64,
    /// Longest time, seconds.
    pub seconds: u64,
    /// Processors.
    pub cpus: u32,
}

/// An array of tasks of one share, ready to be sent.
#[derive(Debug, Clone)]
pub struct ArrayJob {
    /// Its name, `lofi-<submission>-<array>`: never used twice, and what the queue is asked for.
    pub name: String,
    /// Indices of its tasks, in increasing order.
    pub tasks: Vec<u32>,
    /// What each task may have.
    pub share: Share,
    /// Program and arguments of a task; its index is put after them.
    pub command: Vec<String>,
    /// Variables that the command needs.
    pub environment: Vec<(String, String)>,
    /// The folder to run in.
    pub folder: PathBuf,
    /// The folder of the logs, which is there; task I writes `<name>-I.log`.
    pub logs: PathBuf,
    /// Jobs that have to be over before, whatever came of them: the ids that [`Executor::submit`] gave.
    pub after: Vec<String>,
    /// The most tasks that run at once.
    pub at_once: Option<u32>,
}

/// What became of a job that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// The scheduler has it, under this id.
    Queued(String),
    /// It is written to these files, for the user to send.
    Written(Vec<PathBuf>),
}

/// Why a job was not sent, or perhaps not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The scheduler refuses it, and would again: its words.
    #[error("{0}")]
    Refused(String),
    /// The scheduler takes no more now, and would later: its words.
    #[error("{0}")]
    Later(String),
    /// No clear answer: it may be queued. Whoever asks again looks into the queue first.
    #[error("{0}")]
    Unclear(String),
}

/// The queue gives no answer, which says nothing of the tasks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoAnswer(pub String);

/// What the queue says of one task, or of all that are left of an array.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    /// Name of the array.
    pub name: String,
    /// Id of the job, as [`Executor::cancel`] takes it.
    pub job: String,
    /// The task; none where the line speaks of the job as a whole.
    pub task: Option<u32>,
    /// Its state.
    pub state: QueueState,
}

/// What a scheduler says of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueueState {
    /// It waits; why, as the scheduler says it.
    Waiting(String),
    /// It waits for what never comes, such as a dependency that cannot be met.
    Stuck(String),
    /// It runs, on this host.
    Running(String),
    /// It ended, in this state: not whether it did its work.
    Ended(Ending),
}

/// How a scheduler says that a task ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// By itself, or for a reason that it does not tell.
    Plain,
    /// Its time ran out.
    Time,
    /// Its memory ran out.
    Memory,
    /// Its node was lost.
    Node,
    /// Somebody cancelled it.
    Cancelled,
    /// It could never run.
    Never,
}

/// A way to have tasks run.
pub trait Executor {
    /// Its name, as `--on` takes it.
    fn name(&self) -> &'static str;

    /// The most tasks that one array may have; an index is smaller than that too.
    fn most_tasks(&self) -> u32;

    /// Whether it starts a job after those of [`ArrayJob::after`]; where it does not, a job is sent when they are over.
    fn keeps_order(&self) -> bool {
        true
    }

    /// Whether there is a queue that can be asked; where there is none, what is to be sent is written out, once.
    fn is_asked(&self) -> bool {
        true
    }

    /// What would be sent, as text.
    fn written(&self, job: &ArrayJob) -> String;

    /// Sends a job.
    ///
    /// # Errors
    /// Where it is refused, or no answer comes.
    fn submit(&self, job: &ArrayJob) -> Result<Sent, SendError>;

    /// What the scheduler knows of jobs with these names; an unknown one is left out, which says nothing of it: a
    /// scheduler forgets jobs that ended.
    ///
    /// # Errors
    /// Where no answer comes.
    fn queue(&self, names: &[String]) -> Result<Vec<Queued>, NoAnswer>;

    /// Takes tasks back, queued or running: of each job all tasks, or those named.
    ///
    /// # Errors
    /// Where no answer comes. What has ended is no error.
    fn cancel(&self, jobs: &[(String, Option<Vec<u32>>)]) -> Result<(), NoAnswer>;
}
