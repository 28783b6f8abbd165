//! The works that a project can cite.

use super::fail::Failure;
use crate::report::Bibliography;
use crate::yaml;
use std::path::Path;

/// The works that kinds and shipped data cards cite.
const SHIPPED: &str = include_str!("../../docs/references.bib");

/// The project's bibliography over the shipped one, so that a project need only list what it adds.
pub(super) fn bibliography(root: &Path) -> Result<Bibliography, Failure> {
    let path = root.join("docs/references.bib");
    let read = |name: &str, text: &str| Bibliography::parse(text).map_err(|e| Failure::mistake(format!("{name}: {e}")));
    let name = path.display().to_string();
    let own = match path.exists() {
        true => yaml::read(&path, &name).map_err(|fault| vec![fault])?.text,
        false => "".into(),
    };
    Ok(read(&name, &own)?.over(read("the shipped bibliography", SHIPPED)?))
}

/// The keys of the project's bibliography; none where it cannot be read.
pub(super) fn works(root: &Path) -> Vec<String> {
    bibliography(root).map_or_else(|_| Vec::new(), |works| works.keys().map(str::to_owned).collect())
}
