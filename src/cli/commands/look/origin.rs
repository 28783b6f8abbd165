//! When, where and at which cost stored results were made.

use crate::engine::{Entry, Store, StoreError};
use crate::report::{duration, utc};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

/// What a stored result says of how it was made.
pub(super) fn of_one(entry: &Entry, store: &Store) -> Result<String, StoreError> {
    let again = store.again_s(&entry.key)?.unwrap_or(entry.elapsed_s);
    let at = entry.origin.as_ref().map_or_else(
        || "where is not recorded".to_owned(),
        |origin| format!("{} on {} ({} cores)", commit(&origin.commit), origin.machine.processor, origin.machine.cores),
    );
    let (made, took) = (utc(entry.finished_unix_s), duration(entry.elapsed_s));
    let beyond = if again > entry.elapsed_s { ", with the steps before it that are not kept" } else { "" };
    Ok(format!("computed {made}, {at}, in {took}; having it again takes about {}{beyond}", duration(again)))
}

/// The same as JSON.
pub(super) fn json_of_one(entry: &Entry, store: &Store) -> Result<Json, StoreError> {
    let (again, origin) = (store.again_s(&entry.key)?, entry.origin.as_ref());
    Ok(json!({
        "finished_unix_s": entry.finished_unix_s, "elapsed_s": entry.elapsed_s, "again_s": again,
        "commit": origin.map(|origin| &origin.commit), "machine": origin.map(|origin| &origin.machine),
    }))
}

/// What several results say together.
pub(super) fn of_many(entries: &[Entry]) -> String {
    let times = || entries.iter().map(|entry| entry.finished_unix_s);
    let (Some(first), Some(last)) = (times().min(), times().max()) else { return String::new() };
    let commits: BTreeSet<String> =
        entries.iter().filter_map(|entry| Some(commit(&entry.origin.as_ref()?.commit))).collect();
    let machines: BTreeSet<&str> =
        entries.iter().filter_map(|entry| Some(entry.origin.as_ref()?.machine.processor.as_str())).collect();
    let listed = |names: Vec<&str>| match names.as_slice() {
        [] => "not recorded where".to_owned(),
        [one] => (*one).to_owned(),
        [one, rest @ ..] => format!("{one} and {} others", rest.len()),
    };
    let when = if first == last { utc(first) } else { format!("{} to {}", utc(first), utc(last)) };
    let (at, on) = (listed(commits.iter().map(String::as_str).collect()), listed(machines.into_iter().collect()));
    let took = duration(entries.iter().map(|entry| entry.elapsed_s).sum());
    format!("computed {when}, {at}, on {on}, in {took} of computing")
}

fn commit(text: &str) -> String {
    if text.is_empty() { "at no commit".to_owned() } else { format!("at commit {text}") }
}
