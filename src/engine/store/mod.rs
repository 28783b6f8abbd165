//! Stored values: entries, their publication, locks of runs and claims of steps.
//!
//! What is stored of a run, its record, is in `plan`, which compares with it.
//! Start with `entries`: how an entry is read and checked.

pub(super) mod claim;
pub(super) mod disk;
pub(super) mod entries;
pub(super) mod error;
mod owner;
mod publish;
#[cfg(test)]
pub(super) mod testing;
mod verify;

pub use entries::{Entry, Store, StoredFile, StoredOutput};
pub use error::StoreError;
pub use verify::Verified;
