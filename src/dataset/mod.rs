//! Where samples come from: cards that describe data sets, the files behind them, and the kind that draws samples.
//!
//! A [`Card`] (one YAML in `datasets/`) says what a data set is and where it may lie. A [`Library`] finds the files on
//! this machine, checks and digests them, fetches them where they are missing, and reads their records for running
//! steps. [`Dataset`] is the step kind that turns a resolved reference into labelled samples.

mod card;
mod check;
mod complete;
mod count;
mod digest;
mod download;
mod error;
mod fetch;
pub mod format;
mod index;
mod library;
mod load;
mod locate;
mod records;
mod resolve;
mod samples;
#[cfg(test)]
mod testing;
mod unpack;
mod verify;

pub use card::{
    Archive, Card, Checksum, Download, FileFormat, ImageShape, Of, Package, Part, Partition, Source, Splits, Task,
    Unpack,
};
pub use count::Count;
pub use download::{Progress, Report, Retry};
pub use error::DatasetError;
pub use fetch::Fetched;
pub use library::{Library, Listing, State};
pub use locate::{Hint, Missing};
pub use resolve::Choice;
pub use samples::{Dataset, Draw, SamplesParams};
pub use verify::{Verified, VerifiedFile};
