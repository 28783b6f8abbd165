//! `lofi store pin` and `unpin`: what stays in the store whatever changes.

use crate::cli::code::Code;
use crate::cli::fail::{Done, Failure};
use crate::cli::output::{self, say};
use crate::cli::project::Project;
use crate::cli::study_files::discover;
use crate::engine::{Graph, Pins, Store};
use crate::yaml::known_names;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Digits that name a key.
const FEWEST_DIGITS: usize = 8;

/// Pins studies and keys.
pub(super) fn pin(project: &Project, what: &[String]) -> Result<Done, Failure> {
    let store = project.open_store()?;
    let mut named: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for text in what {
        if is_key(text) {
            let key = one_key(&store, text)?;
            named.insert(key.clone(), BTreeSet::from([key]));
            continue;
        }
        for study in project.load(std::slice::from_ref(text))? {
            let name = format!("{}@{}", study.head.study, study.variant());
            let keys = Graph::new(&[study]).nodes.into_iter().map(|node| node.key).collect();
            named.insert(name, keys);
        }
    }
    let stored: BTreeSet<String> = store.inventory()?.results.into_iter().map(|held| held.key).collect();
    for (name, keys) in &named {
        let there = keys.intersection(&stored).count();
        if output::is_json() {
            output::event(&json!({"event": "pinned", "name": name, "results": keys.len(), "stored": there}));
        } else {
            say!("pinned {name}: {there} results in the store, of {}", keys.len());
        }
    }
    let count = named.len();
    store.change_pins(|pins| pins.pins.extend(named))?;
    Ok(Done::with(Code::Well, [("pinned", json!(count))]))
}

/// Takes pins away, or lists them.
pub(super) fn unpin(project: &Project, what: &[String]) -> Result<Done, Failure> {
    let store = project.open_store()?;
    let pins = store.pins()?;
    if what.is_empty() {
        for (name, keys) in &pins.pins {
            if output::is_json() {
                output::event(&json!({"event": "pin", "name": name, "results": keys.len()}));
            } else {
                say!("{name}  {} results", keys.len());
            }
        }
        return Ok(Done::with(Code::Well, [("pins", json!(pins.pins.len()))]));
    }
    let (files, mut gone) = (discover(&project.studies)?, BTreeSet::new());
    for text in what {
        let file = files.iter().find(|file| file.name == *text);
        let profile = file.map_or_else(|| project.options.profile.clone(), |file| project.profile_of(file));
        gone.extend(pinned_as(&pins, text, &profile)?);
    }
    store.change_pins(|pins| pins.pins.retain(|name, _| !gone.contains(name)))?;
    if !output::is_json() {
        gone.iter().for_each(|name| say!("unpinned {name}"));
    }
    Ok(Done::with(Code::Well, [("unpinned", json!(gone.len()))]))
}

/// Takes all pins away.
pub(super) fn unpin_all(project: &Project) -> Result<Done, Failure> {
    project.open_store()?.forget_pins()?;
    Ok(Code::Well.into())
}

/// The names of pins that a text means: its own, that of a study in the profile asked for, or the beginning of a key.
fn pinned_as(pins: &Pins, text: &str, profile: &str) -> Result<Vec<String>, Failure> {
    let of_study = format!("{text}@{profile}");
    let means = |name: &&String| **name == text || **name == of_study || is_key(text) && name.starts_with(text);
    let found: Vec<String> = pins.pins.keys().filter(means).cloned().collect();
    if found.is_empty() {
        let known: Vec<&str> = pins.pins.keys().map(String::as_str).collect();
        let help = known_names(text, &known).unwrap_or_else(|| "nothing is".to_owned());
        return Err(Failure::mistake(format!("`{text}` is not pinned; {help}")));
    }
    Ok(found)
}

/// Whether a text is the beginning of a key.
pub(super) fn is_key(text: &str) -> bool {
    text.len() >= FEWEST_DIGITS && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The one key in the store that begins so.
fn one_key(store: &Store, beginning: &str) -> Result<String, Failure> {
    let mut found = store.keys_from(beginning)?;
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(Failure::mistake(format!("no result in the store has a key that begins with {beginning}"))),
        count => {
            Err(Failure::mistake(format!("{count} results have keys that begin with {beginning}: give more digits")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_are_named_as_they_were_or_by_their_study() {
        let key = "0123456789abcdef".repeat(4);
        let names = ["lofi/accuracy@quick", "lofi/accuracy@smoke", key.as_str()];
        let pins = Pins { pins: names.iter().map(|name| ((*name).to_owned(), BTreeSet::new())).collect() };
        let named = |text: &str| pinned_as(&pins, text, "quick").ok();
        assert_eq!(named("lofi/accuracy"), Some(vec![names[0].to_owned()]));
        assert_eq!(named("lofi/accuracy@smoke"), Some(vec![names[1].to_owned()]));
        assert_eq!(named("01234567"), Some(vec![key.clone()]));
        assert_eq!(named("0123456"), None, "too few digits");
        let Err(Failure::Message(_, text)) = pinned_as(&pins, "lofi/acuracy@quick", "quick") else {
            panic!("a message")
        };
        assert!(text.contains("did you mean `lofi/accuracy@quick`"), "{text}");
    }
}
