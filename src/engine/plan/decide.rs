//! What has to run, what is cached, and why.

use super::changed::changed_params;
use super::gates;
use super::graph::{Graph, GraphNode};
use super::key::fingerprint;
use super::record::{RunRecord, StepRecord};
use super::run_plan::{Decision, RunPlan};
use crate::engine::store::entries::{Entry, Store};
use crate::engine::store::error::StoreError;
use std::collections::{BTreeSet, HashMap};

/// Decides for every node. Reads the store, changes nothing in it but for taking out damaged entries.
///
/// `last` are the records of earlier runs of the same studies; they only word the reasons.
///
/// # Errors
/// Where the store cannot be read.
pub fn plan(graph: &Graph, store: &Store, last: &[RunRecord]) -> Result<RunPlan, StoreError> {
    let count = graph.nodes.len();
    let mut plan = RunPlan {
        decisions: vec![Decision::NotNeeded; count],
        needed: vec![BTreeSet::new(); count],
        entries: vec![None; count],
        damaged: Vec::new(),
    };
    let mut wanted_by: Vec<Option<usize>> = vec![None; count];
    for target in &graph.targets {
        plan.needed[target.node].insert(target.port);
    }
    let targets: BTreeSet<usize> = graph.targets.iter().map(|t| t.node).collect();
    let before = by_name(last);
    for index in (0..count).rev() {
        if plan.needed[index].is_empty() {
            continue;
        }
        let node = &graph.nodes[index];
        let found = lookup(store, node, targets.contains(&index), &mut |reason| plan.damaged.push((index, reason)))?;
        match found {
            Some(entry) if has_ports(&entry, node, &plan.needed[index]) => {
                plan.decisions[index] = Decision::Cached;
                plan.entries[index] = Some(entry);
            }
            found => {
                if let Some(why) = node.step.gate() {
                    plan.decisions[index] = Decision::Gated(why);
                    continue;
                }
                let follower = wanted_by[index].map(|i| graph.nodes[i].name.as_str());
                let damaged = plan.damaged.last().is_some_and(|(i, _)| *i == index);
                let why = if damaged {
                    "its stored result was damaged".to_owned()
                } else {
                    reason(node, found.as_ref(), (follower, before.get(node.name.as_str()).copied()))
                };
                plan.decisions[index] = Decision::Run(why);
                for wire in graph.inputs_of(index) {
                    plan.needed[wire.node].insert(wire.port);
                    wanted_by[wire.node] = Some(index);
                }
            }
        }
    }
    gates::spread(graph, &mut plan);
    Ok(plan)
}

/// The entry of a node; what a report will read is checked now, the rest when it is used.
fn lookup(
    store: &Store,
    node: &GraphNode,
    is_target: bool,
    damaged: &mut dyn FnMut(String),
) -> Result<Option<Entry>, StoreError> {
    let found = if is_target { store.whole(&node.key) } else { store.entry(&node.key) };
    match found {
        Err(StoreError::Damaged { reason, .. }) => {
            damaged(reason);
            store.evict(&node.key)?;
            Ok(None)
        }
        other => other,
    }
}

/// Whether an entry holds these ports.
pub(in crate::engine) fn has_ports(entry: &Entry, node: &GraphNode, ports: &BTreeSet<usize>) -> bool {
    let name = |port: &usize| node.kind.about().outputs[*port].name;
    ports.iter().all(|port| entry.outputs.get(name(port)).is_some_and(|o| !o.files.is_empty()))
}

/// What is known of each step; of a name that several records have, the first.
pub(super) fn by_name(last: &[RunRecord]) -> HashMap<&str, &StepRecord> {
    last.iter().rev().flat_map(|record| record.steps.iter().rev()).map(|step| (step.name.as_str(), step)).collect()
}

fn reason(node: &GraphNode, found: Option<&Entry>, (follower, before): (Option<&str>, Option<&StepRecord>)) -> String {
    if found.is_some() {
        return format!("its output is not kept on disk and `{}` needs it", follower.unwrap_or("the report"));
    }
    let Some(before) = before else { return "it has not run before".to_owned() };
    if before.key == node.key {
        return follower.map_or_else(
            || "its result is not in the store".to_owned(),
            |name| format!("its result is not in the store and `{name}` needs it"),
        );
    }
    if before.code != fingerprint(node.kind) {
        return format!("the code of `{}` changed", node.kind.name());
    }
    let changed = changed_params(&before.params, &node.params);
    let changed: Vec<String> = changed.iter().map(ToString::to_string).collect();
    if changed.is_empty() { "an input changed".to_owned() } else { format!("changed: {}", changed.join(", ")) }
}
