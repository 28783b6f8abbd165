//! The files of a card on this machine: digests, records, which data set a study gets, verification.
//!
//! How one format is read is in `format`.
//! Start with `library`.

pub(super) mod digest;
mod index;
pub(super) mod library;
mod records;
pub(super) mod resolve;
mod verify;

pub use library::{Library, Listing, State};
pub use resolve::Choice;
pub use verify::{Verified, VerifiedFile};
