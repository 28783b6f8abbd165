//! What can be wrong with a baseline.

use crate::engine::StoreError;
use std::path::PathBuf;

/// What can be wrong with a baseline.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// There is none.
    #[error("there is no baseline in {}; `lofi bless {study} --profile {profile}` makes one", path.display())]
    Missing {
        /// The study.
        study: String,
        /// The profile.
        profile: String,
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A file is unreadable.
    #[error("{}: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A result is not in the store.
    #[error("`{0}` has no stored result; `lofi run` makes it")]
    NotRun(String),
    /// A result is damaged.
    #[error("the stored result of `{name}` is damaged: {reason}; `lofi run` makes it anew")]
    Damaged {
        /// The step.
        name: String,
        /// What is wrong.
        reason: String,
    },
    /// The store cannot be read.
    #[error(transparent)]
    Store(StoreError),
}
