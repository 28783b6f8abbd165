//! What ends a run early.

use crate::engine::store::StoreError;

/// What ends a run early.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A step needs more memory than it may have.
    #[error("{0}")]
    Memory(String),
    /// The user asked to stop; what has finished is in the store.
    #[error("stopped; finished steps are kept, the next run goes on from there")]
    Cancelled,
    /// No thread to run a step on.
    #[error("cannot start a thread for a step: {0}")]
    Threads(String),
}
