//! Steps sent to where the cores are: executors behind one trait, and the profile that says how.

mod dns;
mod executor;
mod kubernetes;
mod kubernetes_job;
mod pod_script;
pub mod profile;
mod sections;
mod toml_table;
mod units;

pub use executor::{ArrayJob, Ending, Executor, NoAnswer, QueueState, Queued, SendError, Sent, Share};
pub use kubernetes::Kubernetes;
pub use profile::{Common, PROFILE_FILE, Profile, ProfileError};
pub use units::{bytes, duration};
