//! Steps sent to where the cores are: executors behind one trait, and the profile that says how.

mod dns;
mod executor;
mod hyperqueue;
mod kubernetes;
mod kubernetes_job;
pub mod profile;
mod sections;
mod task_script;
mod toml_table;
mod units;

pub use executor::{ArrayJob, Ending, Executor, NoAnswer, QueueState, Queued, SendError, Sent, Share};
pub use hyperqueue::HyperQueue;
pub use kubernetes::Kubernetes;
pub use profile::{Common, PROFILE_FILE, Profile, ProfileError};
pub use units::{bytes, duration};
