//! What would run with nothing stored: what a study costs whoever begins.

use super::graph::Graph;
use super::run_plan::{Decision, RunPlan};
use std::collections::BTreeSet;

/// The decisions for a store that holds nothing; none is read. No step is gated: to ask would run programs, and another
/// machine may have what this one lacks.
#[must_use]
pub fn plan_anew(graph: &Graph) -> RunPlan {
    let count = graph.nodes.len();
    let mut plan = RunPlan {
        decisions: vec![Decision::NotNeeded; count],
        needed: vec![BTreeSet::new(); count],
        entries: vec![None; count],
        damaged: Vec::new(),
    };
    for target in &graph.targets {
        plan.needed[target.node].insert(target.port);
    }
    for index in (0..count).rev() {
        if plan.needed[index].is_empty() {
            continue;
        }
        plan.decisions[index] = Decision::Run("nothing is stored".to_owned());
        for wire in graph.inputs_of(index) {
            plan.needed[wire.node].insert(wire.port);
        }
    }
    plan
}
