//! Data cards: what they say, what is wrong with them, and where their files may lie.
//!
//! Files are read in `files` and `format`.
//! Start with `card`.

pub(super) mod card;
mod check;
mod complete;
pub(super) mod count;
pub(super) mod load;
pub(super) mod locate;
pub(super) mod missing;

pub use card::{
    Archive, Card, Checksum, Download, ImageShape, Of, Package, Part, Partition, Source, Splits, Task, Unpack,
};
pub use count::Count;
pub use missing::{Hint, Missing};
