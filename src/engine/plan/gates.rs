//! What this machine cannot run takes along: what needs it, and what only that would have needed.

use super::graph::Graph;
use super::run_plan::{Decision, RunPlan};
use std::collections::BTreeSet;

/// Gates what needs a gated step, and leaves out what then nobody needs.
pub(super) fn spread(graph: &Graph, plan: &mut RunPlan) {
    if !plan.decisions.iter().any(|decision| matches!(decision, Decision::Gated(_))) {
        return;
    }
    for index in 0..graph.nodes.len() {
        if !matches!(plan.decisions[index], Decision::Run(_)) {
            continue;
        }
        let cause = graph.inputs_of(index).find_map(|wire| match &plan.decisions[wire.node] {
            Decision::Gated(why) => Some(why.clone()),
            _ => None,
        });
        if let Some(why) = cause {
            plan.decisions[index] = Decision::Gated(why);
        }
    }
    let mut needed = vec![BTreeSet::new(); graph.nodes.len()];
    for target in &graph.targets {
        needed[target.node].insert(target.port);
    }
    for index in (0..graph.nodes.len()).rev() {
        if matches!(plan.decisions[index], Decision::Gated(_)) {
            continue;
        }
        if needed[index].is_empty() {
            plan.decisions[index] = Decision::NotNeeded;
        }
        if matches!(plan.decisions[index], Decision::Run(_)) {
            graph.inputs_of(index).for_each(|wire| _ = needed[wire.node].insert(wire.port));
        }
    }
    plan.needed = needed;
}
