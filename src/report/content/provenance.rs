//! How a study's numbers came about, from the record of its last run.

use crate::engine::{Graph, Machine, RunRecord};
use crate::report::format::{count, duration, memory, utc};
use crate::report::model::{CodeNote, Provenance};
use std::collections::{BTreeMap, BTreeSet};

/// The provenance of a recorded run; `places` are the study's nodes in the graph of today.
#[must_use]
pub(super) fn provenance(record: &RunRecord, graph: &Graph, places: &[usize]) -> Provenance {
    let code: BTreeMap<&str, &str> = record.steps.iter().map(|s| (s.kind.as_str(), s.code.as_str())).collect();
    let note = |(kind, code): (&str, &str)| {
        let fingerprint = if code.is_empty() { "unknown" } else { code };
        CodeNote { kind: kind.to_owned(), fingerprint: fingerprint.to_owned() }
    };
    let then: BTreeSet<&str> = record.steps.iter().map(|step| step.key.as_str()).collect();
    let now: BTreeSet<&str> = places.iter().map(|&place| graph.nodes[place].key.as_str()).collect();
    Provenance {
        commit: if record.commit.is_empty() { "unknown".to_owned() } else { record.commit.clone() },
        finished: utc(record.finished_unix_s),
        wall_time: duration(record.elapsed_s),
        elapsed_s: record.elapsed_s,
        ran: record.ran,
        cached: record.cached,
        machine: machine(&record.machine),
        code: code.into_iter().map(note).collect(),
        outdated: then != now,
    }
}

fn machine(machine: &Machine) -> String {
    let memory = memory(machine.memory_bytes);
    format!("{}, {}, {memory} memory, {}", machine.processor, count(machine.cores, "core"), machine.system)
}
