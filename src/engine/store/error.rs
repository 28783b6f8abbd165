//! What can be wrong with the store.

use crate::artifact;
use std::path::{Path, PathBuf};

/// What can be wrong with the store.
///
/// Only damage is ever taken out of a store. What the system refuses to read now may be good.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk refused.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A stored value does not match its hash, or does not decode.
    #[error("the stored result in {} is damaged: {reason}", path.display())]
    Damaged {
        /// The entry's folder.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A value could not be turned into bytes.
    #[error(transparent)]
    Bytes(#[from] artifact::BytesError),
}

pub(in crate::engine) fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::Io { action, path, source }
}
