//! Work that is sent to other machines: steps become tasks, tasks arrays of a scheduler, and the store tells what came of
//! them.
//!
//! Start with `partition` (steps into tasks), then `executor` (what every scheduler can do) and `campaign` (what is to be
//! done next for a submission, from the store, the ledger and the queue); `profile` reads what the user says of a cluster.

mod calls;
mod campaign;
mod dns;
mod executor;
mod hyperqueue;
mod kubernetes;
mod local;
mod partition;
pub mod profile;
mod simulate;
mod slurm;
mod task_script;

pub use campaign::{Campaign, Deed, Done, Fate, Job, Jobs, Picture, Standing, Tally, Tasks, Used, Way, take_back};
pub use executor::{ArrayJob, Ending, Executor, NoAnswer, QueueState, Queued, SendError, Sent, Share};
pub use hyperqueue::HyperQueue;
pub use kubernetes::Kubernetes;
pub use local::{Local, TEND, host, tend};
pub use partition::{Array, Task, Wishes, partition};
pub use profile::{Common, PROFILE_FILE, Profile, ProfileError};
pub use profile::{bytes, duration};
pub use simulate::{Work, of_arrays, of_steps, span};
pub use slurm::{Slurm, reason_in_words};
