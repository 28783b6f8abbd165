//! Where a value of a step is written: in the step itself, or where the name in its place has its value.

use super::load::raw;
use super::read::raw::Item;
use super::read::scope::{self, Setting, reference};
use std::path::Path;

/// A file with what is laid over it.
#[derive(Debug, Clone, Copy)]
pub struct Located<'a> {
    /// The study's file.
    pub path: &'a Path,
    /// The folder of the project.
    pub root: &'a Path,
    /// The profile.
    pub profile: &'a str,
    /// What `--set` replaces.
    pub settings: &'a [Setting],
}

impl Located<'_> {
    /// file:line:column of a parameter of a step, `path` from the step's `params`: of the constant or axis that it names, of
    /// the study's data for that. Nothing where the step does not write it, as it is a default then.
    #[must_use]
    pub fn parameter(&self, step: &str, path: &[String]) -> Option<String> {
        let raw = raw(self.path, self.root).ok()?;
        let scoped = scope::apply(&raw, self.profile, self.settings).ok()?;
        if path.first().is_some_and(|first| first == "data") {
            return scoped.data.as_ref().map(place);
        }
        let item = raw.steps.iter().find(|item| item.name == step)?;
        let params = item.node.get("params")?;
        let (node, _) = params.deepest(path);
        let named = node.text().and_then(reference);
        let value = named.and_then(|name| scoped.sweep.iter().chain(&scoped.constants).find(|item| item.name == name));
        if let Some(value) = value {
            return Some(place(value));
        }
        let first = params.get(path.first()?)?;
        let written = if node.mark == params.mark { first } else { node };
        Some(written.source.as_deref().unwrap_or(&item.source).place(written.mark))
    }
}

fn place(item: &Item) -> String {
    item.source.place(item.node.mark)
}
