//! Reports: one model of every study, rendered as HTML, Markdown, JSON and JUnit XML.
//!
//! Stored results are read and laid out; no statistic is computed here. `collect` builds the model from studies, graph
//! and store; `render` fills the templates; `write` puts files in place. An unchanged run rewrites no file.
//!
//! Tables follow a convention: a column with companions `<name>_low` and `<name>_high` is shown with its interval (in a
//! claim's evidence, `estimate` with `low` and `high`); `<name>_ours`, `<name>_published` and `<name>_deviation` belong
//! to `<name>`; a quantity whose name ends in `_error` is a share and shown in per cent, unless it is a squared,
//! standard, relative or absolute error.

mod bibliography;
mod content;
mod error;
mod format;
mod model;
mod names;
mod pages;

#[cfg(test)]
mod example;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

pub use bibliography::{Bibliography, BibtexError, Reference, UnknownKey, Work};
pub use content::{ColumnHead, Layout, ProjectInfo, Text};
pub use error::{BuildError, ReportError};
pub use model::{
    Attachment, ClaimReport, ClaimState, CodeNote, DataNote, FailedStep, FigureReport, LeftOut, Missing, PaperNote,
    Provenance, Report, StudyReport, TableReport, Tally,
};
pub use pages::{Written, pages_in, replace_file};
