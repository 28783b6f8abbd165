//! Reports: one model of every study, rendered as HTML, Markdown, JSON and JUnit XML.
//!
//! Stored results are read and laid out; no statistic is computed here. `collect` builds the model from studies, graph
//! and store; `render` fills the templates; `write` puts files in place. An unchanged run rewrites no file.
//!
//! What a table's columns are is known from its step's header, which goes with the study: a column is shown with its
//! interval where the header has its ends, and in per cent where its unit is a share. Names say nothing.

mod bibliography;
mod comparison;
mod content;
mod error;
mod format;
mod latex;
mod making;
mod model;
mod names;
mod pages;
mod published;
mod scale;
mod seed_cost;
mod sentences;
mod standing;
mod tally;

#[cfg(test)]
mod example;
#[cfg(test)]
mod export_tests;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod scale_tests;
#[cfg(test)]
mod tests;

pub use bibliography::{Bibliography, BibtexError, Reference, UnknownKey, Work};
pub use comparison::{Comparison, ComparisonForm, Moved, StudyComparison, Turned};
pub use content::{AcceptedTables, ColumnHead, Layout, ProjectInfo, Text};
pub use error::{BuildError, ReportError};
pub use format::{duration, utc};
pub use latex::latex;
pub use making::{CodeNote, DataMark, Making};
pub use model::{
    Attachment, Change, ClaimReport, DataNote, FailedStep, FigureReport, Lead, LeftOut, Missing, PaperNote, Progress,
    Provenance, Report, StudyReport, TableReport, Unfinished,
};
pub use pages::{Export, Written, costs_in, pages_in, remove_all, replace_file, variants_in, whole_in};
pub use published::{Ended, NotHere, PublishedTally};
pub use scale::{Needs, Outlook, Scales, StudyScales};
pub(crate) use seed_cost::seed_cost;
pub(crate) use sentences::{Vocabulary, found, sentence};
pub use tally::{ClaimState, Tally};
