//! The second look in the store: what another process computes, or has computed since the plan was made.

use super::Round;
use crate::engine::events::{Event, Sink};
use crate::engine::execute::{RunError, Summary};
use crate::engine::plan::has_ports;
use crate::engine::store::StoreError;
use crate::engine::work::worth_keeping;
use crate::step::Keep;
use std::sync::Arc;

impl Round<'_> {
    /// Whether all that is needed of a node will be in the store once it has run, as far as can be planned.
    pub(super) fn kept(&self, node: usize) -> bool {
        let (plan, ports) = (&self.graph.nodes[node].plan, self.graph.nodes[node].kind.about().outputs);
        let bytes = |port: usize| plan.outputs.get(port).map_or(u64::MAX, |shape| shape.memory_bytes());
        let kept = |&port: &usize| ports[port].keep == Keep::Always || worth_keeping(bytes(port), plan.flops);
        self.plan.needed[node].iter().all(kept)
    }

    /// The second look, right before a node starts: another process may be computing it, or have done so meanwhile.
    pub(super) fn is_to_do(&mut self, node: usize, sink: &mut dyn Sink, total: &mut Summary) -> Result<bool, RunError> {
        let (executor, graph) = (self.executor, Arc::clone(self.graph));
        let (store, graph_node) = (&executor.store, &graph.nodes[node]);
        if !self.claims.take(store, (node, &graph_node.key)) {
            return Ok(false);
        }
        let entry = match store.entry(&graph_node.key) {
            Err(StoreError::Damaged { .. }) => None,
            other => other?.filter(|entry| has_ports(entry, graph_node, &self.plan.needed[node])),
        };
        let Some(entry) = entry else { return Ok(true) };
        sink.event(&Event::Reused { name: graph_node.name.clone(), flops: graph_node.plan.flops });
        total.cached += 1;
        self.plan.entries[node] = Some(entry);
        self.claims.give_back(node);
        self.drop_inputs(node);
        self.release_followers(node);
        Ok(false)
    }
}
