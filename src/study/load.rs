//! A study from its file: what it is given to know, and the parts of it that are read alone.

use super::data;
use super::environment::Environment;
use super::expand;
use super::model::Study;
use super::read::raw::{DataChoice, Head, RawStudy};
use super::read::{Profiles, extend, profiles, scope};
use crate::yaml::{Fault, Source};
use std::path::Path;

/// Reads, checks and expands one study file.
///
/// # Errors
/// Every fault found, each with its place.
pub fn load(path: &Path, (root, name): (&Path, &str), environment: Environment<'_>) -> Result<Study, Vec<Fault>> {
    let source = read(path, root).map_err(|fault| vec![fault])?;
    let raw = extend::read(&source, path, root)?;
    if raw.head.study != name {
        let tree = crate::yaml::parse(&source).map_err(|fault| vec![fault])?;
        let mark = tree.mark_of(&["study".to_owned()], None);
        let fault =
            source.fault(mark, format!("this file is the study `{name}`, but calls itself `{}`", raw.head.study));
        return Err(vec![fault.help("results and reports are filed under the name, so it must be the path")]);
    }
    expand::expand(&raw, path, environment)
}

/// Every name that `--set` can replace in a study.
///
/// # Errors
/// As [`load`].
pub fn names(path: &Path, root: &Path) -> Result<Vec<String>, Vec<Fault>> {
    let source = read(path, root).map_err(|fault| vec![fault])?;
    let raw = extend::read(&source, path, root)?;
    let own = raw.constants.iter().chain(&raw.sweep).map(|item| item.name.clone());
    Ok(own.chain(["data".to_owned()]).collect())
}

/// The data cards that a study names for a profile, in its order of preference.
///
/// # Errors
/// As [`load`].
pub fn cards(path: &Path, (root, profile): (&Path, &str)) -> Result<Vec<String>, Vec<Fault>> {
    Ok(choices(path, (root, profile))?.into_iter().map(|choice| choice.card).collect())
}

/// The data cards and tasks that a study names for a profile, in its order of preference.
///
/// # Errors
/// As [`load`].
pub fn choices(path: &Path, (root, profile): (&Path, &str)) -> Result<Vec<DataChoice>, Vec<Fault>> {
    let source = read(path, root).map_err(|fault| vec![fault])?;
    let raw = extend::read(&source, path, root)?;
    let scoped = scope::apply(&raw, profile, &[])?;
    let Some(item) = &scoped.data else { return Ok(Vec::new()) };
    data::choices(item, &item.node)
}

/// The profile of a run that names none.
pub const DEFAULT_PROFILE: &str = "quick";

/// Whether a study has a profile, such as `quick` or `quick+as-published`, or a name that stands for one.
///
/// # Errors
/// As [`load`].
pub fn has_profile(path: &Path, (root, profile): (&Path, &str)) -> Result<bool, Vec<Fault>> {
    Ok(profiles::has_profile(&raw(path, root)?, profile))
}

/// The profile of a study that a name stands for: itself, unless the study says `large: paper`.
///
/// # Errors
/// As [`load`].
pub fn profile_of(path: &Path, (root, name): (&Path, &str)) -> Result<String, Vec<Fault>> {
    Ok(profiles::resolved(&raw(path, root)?, name))
}

/// Reads a study's head only: name, title, question, profiles.
///
/// # Errors
/// As [`load`].
pub fn load_head(path: &Path, root: &Path) -> Result<(Head, Profiles), Vec<Fault>> {
    let raw = raw(path, root)?;
    let profiles = profiles::profiles(&raw);
    Ok((raw.head, profiles))
}

/// A study as it is written, laid over its fragments.
pub(super) fn raw(path: &Path, root: &Path) -> Result<RawStudy, Vec<Fault>> {
    let source = read(path, root).map_err(|fault| vec![fault])?;
    extend::read(&source, path, root)
}

fn read(path: &Path, root: &Path) -> Result<Source, Fault> {
    crate::yaml::read(path, &path.strip_prefix(root).unwrap_or(path).display().to_string())
}
