//! Downloads: over the network, unpacked, checked.
//!
//! What a card asks for is in `cards`.
//! Start with `fetch`.

pub(super) mod download;
mod install;
mod unpack;

pub use download::{Progress, Report, Retry};
pub use install::Fetched;
