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
    /// A file cannot be read or written.
    #[error("{}: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A file is gone or holds something else than a baseline.
    #[error("{}: {reason}; restore it, or `lofi bless {study} --profile {profile}` writes it anew", path.display())]
    Spoilt {
        /// The study.
        study: String,
        /// The profile.
        profile: String,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
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
