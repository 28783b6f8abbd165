//! `lofi.cluster.toml`: what a cluster wants to know, and what each executor sends.
//!
//! Keys at the top hold for all executors, a section of an executor overrides them. A file that is absent says nothing,
//! and a key that is absent has its default.

mod file;
mod sections;
mod toml_table;
mod units;

pub use file::{Common, PROFILE_FILE, Profile, ProfileError};
pub use sections::{HyperQueue, Kubernetes, Local, Slurm};
pub use units::{bytes, duration};
