//! What can be wrong with writing a report.

use crate::engine::StoreError;
use crate::report::bibliography::references::UnknownKey;
use std::path::PathBuf;

/// A report that could not be collected.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A work is cited that the bibliography does not have.
    #[error(transparent)]
    Cited(#[from] UnknownKey),
    /// The store cannot be read: what it holds may be good, so no page says that it is not there.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A report that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The disk refused.
    #[error("cannot {action} {}: {source}", path.display())]
    Disk {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A template does not fit the model; a mistake in the program.
    #[error("bug: a report template does not fit its model: {0:#}; please report it")]
    Template(#[from] minijinja::Error),
    /// The list of written files could not be made.
    #[error("bug: cannot list the written files: {0}; please report it")]
    Manifest(String),
}
