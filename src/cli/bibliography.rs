//! The works that a project can cite.

use super::fail::Failure;
use super::shipped;
use crate::report::{Bibliography, BibtexError};
use crate::yaml::{self, Mark, Source};
use std::path::Path;

/// Where a project keeps its bibliography; of two entries of one key that of the first file counts.
const OWN: [&str; 2] = ["references.bib", "docs/references.bib"];

/// The project's bibliography over the shipped one, so that a project need only list what it adds.
pub(super) fn bibliography(root: &Path) -> Result<Bibliography, Failure> {
    let mut all = works(&Source::new("the shipped bibliography", shipped::WORKS))?;
    for path in OWN.iter().rev().map(|name| root.join(name)).filter(|path| path.exists()) {
        let own = yaml::read(&path, &path.display().to_string()).map_err(|fault| vec![fault])?;
        all = works(&own)?.over(all);
    }
    Ok(all)
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
