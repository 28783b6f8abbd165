//! The works that a project can cite.

use super::fail::Failure;
use crate::report::{Bibliography, BibtexError};
use crate::yaml::{self, Mark, Source};
use std::path::Path;

/// The works that kinds and shipped data cards cite.
const SHIPPED: &str = include_str!("../../docs/references.bib");

/// The project's bibliography over the shipped one, so that a project need only list what it adds.
pub(super) fn bibliography(root: &Path) -> Result<Bibliography, Failure> {
    let path = root.join("docs/references.bib");
    let shipped = works(&Source::new("the shipped bibliography", SHIPPED))?;
    if !path.exists() {
        return Ok(shipped);
    }
    let own = yaml::read(&path, &path.display().to_string()).map_err(|fault| vec![fault])?;
    Ok(works(&own)?.over(shipped))
}

fn works(source: &Source) -> Result<Bibliography, Failure> {
    Bibliography::parse(&source.text).map_err(|BibtexError { line, column, message, help }| {
        Failure::Faults(vec![source.fault(Mark { line, column }, message).help(help)])
    })
}

/// The keys of the project's bibliography; none where it cannot be read.
pub(super) fn keys(root: &Path) -> Vec<String> {
    bibliography(root).map_or_else(|_| Vec::new(), |works| works.keys().map(str::to_owned).collect())
}
