//! What a run would take from another store instead of computing it.

use super::graph::Graph;
use super::run_plan::{Decision, RunPlan};
use std::collections::BTreeSet;

impl RunPlan {
    /// The nodes that are to be had elsewhere, back from the targets: inputs only of what is not; and the nodes that are
    /// left to run then. `there` says of a node of this plan that is to run whether it is, with the ports that are needed.
    #[must_use]
    pub fn taken_from(
        &self,
        graph: &Graph,
        there: &dyn Fn(usize, &BTreeSet<usize>) -> bool,
    ) -> (Vec<usize>, Vec<usize>) {
        let mut needed: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); graph.nodes.len()];
        for target in &graph.targets {
            needed[target.node].insert(target.port);
        }
        let (mut taken, mut left) = (Vec::new(), Vec::new());
        for node in (0..graph.nodes.len()).rev() {
            let open = matches!(self.decisions[node], Decision::Run(_) | Decision::Gated(_));
            if needed[node].is_empty() || !open {
                continue;
            }
            if there(node, &needed[node]) {
                taken.push(node);
                continue;
            }
            left.push(node);
            for wire in graph.inputs_of(node) {
                needed[wire.node].insert(wire.port);
            }
        }
        (taken, left)
    }
}
