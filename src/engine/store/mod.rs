//! Stored values: entries, their publication, locks of runs and claims of steps.
//!
//! What is stored of a run, its record, is in `plan`, which compares with it.
//! Start with `entries`: how an entry is read and checked.

pub(super) mod claim;
mod code;
mod collect;
pub(super) mod disk;
pub(super) mod entries;
pub(super) mod error;
mod exchange;
mod inventory;
mod log;
mod owner;
mod pins;
mod publish;
#[cfg(test)]
pub(super) mod testing;
mod turn;
mod uses;
mod verify;

pub use code::CodePiece;
pub use collect::{Collected, Keep};
pub use entries::{Entry, Store, StoredFile, StoredOutput};
pub use error::StoreError;
pub use exchange::{Staged, foreign_entry};
pub(super) use inventory::size_below;
pub use inventory::{Held, Inventory};
pub use log::{LogLine, Logged};
pub(super) use owner::boot;
pub use pins::Pins;
pub use verify::Verified;
