//! How a study's numbers came about: from the record of its last run, or from what is kept with each result.

use super::outputs::{Entries, Outputs};
use crate::engine::{Entry, Machine, RunRecord, StoreError, fingerprint};
use crate::report::format::{count, duration, memory, utc};
use crate::report::making::CodeNote;
use crate::report::model::Provenance;
use std::collections::{BTreeMap, BTreeSet};

/// The provenance of the results of a study; nothing where none is stored.
///
/// # Errors
/// Where the system refuses to read the store.
pub(super) fn provenance(
    outputs: &Outputs<'_>,
    (entries, took_s): (&Entries, &BTreeMap<usize, f64>),
) -> Result<Option<Provenance>, StoreError> {
    let record = RunRecord::read(outputs.store, outputs.study)?;
    let nodes = || outputs.places.iter().map(|&place| &outputs.graph.nodes[place]);
    let keys: BTreeSet<&str> = nodes().map(|node| node.key.as_str()).collect();
    let code: BTreeMap<&str, &str> = nodes().map(|node| (node.kind.name(), fingerprint(node.kind))).collect();
    let entries: Vec<&Entry> = entries.values().collect();
    if entries.is_empty() && record.is_none() {
        return Ok(None);
    }
    let then: Option<BTreeSet<&str>> =
        record.as_ref().map(|record| record.steps.iter().map(|step| step.key.as_str()).collect());
    let Run { commit, machine, finished } =
        record.as_ref().map(Run::of_record).unwrap_or_else(|| Run::of_entries(&entries));
    let cost_s = took_s.values().sum();
    let note = |(kind, code): (&str, &str)| CodeNote { kind: kind.to_owned(), fingerprint: code.to_owned() };
    Ok(Some(Provenance {
        commit: if commit.is_empty() { "unknown".to_owned() } else { commit },
        finished: utc(finished),
        computing: duration(cost_s),
        cost_s,
        steps: took_s.len(),
        machine,
        code: code.into_iter().map(note).collect(),
        outdated: then.is_some_and(|then| then != keys),
    }))
}

/// A run, or what the results of several say together.
pub(super) struct Run {
    pub commit: String,
    pub machine: String,
    pub finished: u64,
}

impl Run {
    fn of_record(record: &RunRecord) -> Self {
        Self { commit: record.commit.clone(), machine: machine(&record.machine), finished: record.finished_unix_s }
    }

    /// All commits and machines that results come from, that of the last one first.
    pub fn of_entries(entries: &[&Entry]) -> Self {
        let mut sorted: Vec<&Entry> = entries.to_vec();
        sorted.sort_by_key(|entry| std::cmp::Reverse(entry.finished_unix_s));
        let origins = || sorted.iter().filter_map(|entry| entry.origin.as_ref());
        Self {
            commit: each_once(origins().map(|origin| origin.commit.clone())),
            machine: each_once(origins().map(|origin| machine(&origin.machine))),
            finished: sorted.first().map_or(0, |entry| entry.finished_unix_s),
        }
    }
}

fn each_once(texts: impl Iterator<Item = String>) -> String {
    let mut found: Vec<String> = Vec::new();
    for text in texts.filter(|text| !text.is_empty()) {
        if !found.contains(&text) {
            found.push(text);
        }
    }
    found.join("; ")
}

fn machine(machine: &Machine) -> String {
    let memory = memory(machine.memory_bytes);
    format!("{}, {}, {memory} memory, {}", machine.processor, count(machine.cores, "core"), machine.system)
}
