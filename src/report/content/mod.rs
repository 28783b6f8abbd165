//! Stored results as the content of a report.
//!
//! The form of that content is in `model`; how it is written in `pages`.
//! Start with `collect`.

mod accepted;
mod alarms;
mod beside;
pub(super) mod collect;
mod columns;
mod comparison;
mod download;
mod headings;
mod leads;
mod making;
mod notes;
pub(super) mod outputs;
mod population;
mod provenance;
mod sections;
mod standing;
pub(super) mod tabulate;
pub(super) mod written;

pub use accepted::AcceptedTables;
pub use collect::ProjectInfo;
pub use tabulate::{ColumnHead, Layout, Text};
