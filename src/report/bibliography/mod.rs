//! Works that are cited, from BibTeX.
//!
//! What a study cites is in `study`.
//! Start with `references`.

mod bibtex;
mod latex;
pub(super) mod references;

pub use bibtex::BibtexError;
pub use references::{Bibliography, Reference, UnknownKey, Work};
