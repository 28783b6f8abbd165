//! Works that are cited, from BibTeX.
//!
//! What a study cites is in `study`; the crate `biblatex` parses.
//! Start with `references`.

mod fault;
mod plain;
mod read;
pub(super) mod references;

pub use fault::BibtexError;
pub use references::{Bibliography, Reference, UnknownKey, Work};
