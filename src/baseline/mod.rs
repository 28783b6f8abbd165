//! The committed results of a study, and whether new ones still agree with them.
//!
//! `results/<study>/<profile>/` holds one CSV a table and a `manifest.json`; [`Baseline::read`] and
//! [`Baseline::write`] are the two ways, [`compare()`] is what `lofi check` does. A table becomes a [`Sheet`], whose
//! columns keep their types; `pairing` finds the rows that belong together, `rule` says how far a value may move, and
//! `ties` lets the labels of nearly equal directions change places. `verdicts` and `moves` are what `lofi diff`
//! tells of two of them, `accepted` what a figure shows beside its own.

mod accepted;
mod both;
mod compare;
mod difference;
mod error;
mod files;
mod folder;
mod manifest;
mod moves;
mod pairing;
mod rule;
mod sheet;
mod tables;
#[cfg(test)]
mod testing;
mod ties;
mod verdicts;

pub use accepted::moved_from;
pub use compare::compare;
pub use difference::Difference;
pub use error::BaselineError;
pub use files::Baseline;
pub use folder::{record_file, write_record};
pub use manifest::{ClaimLine, Columns, Manifest};
pub use moves::{Move, OtherRows, moves};
pub use sheet::{Column, ColumnType, Sheet};
pub use verdicts::{Turn, Verdicts, turns};
