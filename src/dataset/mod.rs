//! Where samples come from: cards that describe data sets, the files behind them, and the kind that draws samples.
//!
//! A [`Card`] (one YAML in `datasets/`) says what a data set is and where it may lie. A [`Library`] finds the files on
//! this machine, checks and digests them, fetches them where they are missing, and reads their records for running
//! steps. [`Dataset`] is the step kind that turns a resolved reference into labelled samples.

mod cards;
mod describe;
mod error;
mod fetch;
mod files;
pub mod format;
mod samples;
#[cfg(test)]
mod testing;

pub use cards::{
    Archive, Card, Checksum, Count, Download, Hint, ImageShape, Missing, Of, Package, Part, Partition, Source, Splits,
    Task, Unpack,
};
pub use describe::{Described, Wanted, describe};
pub use error::DatasetError;
pub use fetch::{Fetched, Progress, Report, Retry};
pub use files::{Choice, Library, Listing, State, Verified, VerifiedFile};
pub use format::FileFormat;
pub use samples::{Dataset, Draw, SamplesParams};
