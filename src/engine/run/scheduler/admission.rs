//! Which ready step starts next, under the memory budget and beside the steps that run.

use super::Round;
use crate::engine::plan::graph::GraphWire;
use crate::engine::run::work::taken_bytes;
use std::collections::BTreeSet;

/// More steps at once have no cores, and a system has no room for as many threads as one may ask for.
const MOST: usize = 1024;

impl Round<'_> {
    /// Steps at once.
    pub(super) fn jobs(&self) -> usize {
        self.executor.jobs.clamp(1, MOST)
    }

    /// Workers that steps keep busy.
    pub(super) fn busy(&self) -> usize {
        self.running.keys().map(|&node| self.workers(node)).sum()
    }

    /// Workers that a step keeps busy, of those that there are.
    fn workers(&self, node: usize) -> usize {
        self.graph.nodes[node].step.workers().min(self.jobs())
    }

    /// The first ready node that fits the budget and the free workers. When nothing else runs one starts that does not fit:
    /// that which leaves least in memory, and of these the one that takes least meanwhile.
    pub(super) fn admissible(&self) -> Option<usize> {
        let free = self.jobs().saturating_sub(self.busy());
        let running: u64 = self.running.values().sum();
        let left = self.executor.memory.budget_bytes.saturating_sub(self.live.bytes().saturating_add(running));
        let fits = |node: usize| self.workers(node) <= free && self.needs(node) <= left;
        let fitting = self.ready.in_order().find(|&node| fits(node));
        let smallest = || self.ready.in_order().min_by_key(|&node| (self.leaves(node), self.needs(node)));
        fitting.or_else(|| if self.running.is_empty() { smallest() } else { None })
    }

    /// Memory that a node takes while it runs, beyond the values that are there.
    fn needs(&self, node: usize) -> u64 {
        let unread = self.inputs_of(node).into_iter().filter(|&wire| !self.live.has(wire));
        unread.map(|wire| self.planned_bytes(wire)).fold(taken_bytes(&self.graph.nodes[node]), u64::saturating_add)
    }

    /// Memory that there is more when a node is through than before: what is used of its outputs, and what others use of the
    /// inputs that it reads, less the inputs that nobody uses after it; nothing where there is less.
    fn leaves(&self, node: usize) -> u64 {
        let outputs = (0..self.graph.nodes[node].plan.outputs.len()).map(|port| GraphWire { node, port });
        let given = outputs.filter(|&wire| self.live.uses(wire) > 0).map(|wire| self.planned_bytes(wire));
        let inputs = || self.inputs_of(node).into_iter();
        let read = inputs().filter(|&wire| !self.live.has(wire) && self.live.uses(wire) > 1);
        let more = given.chain(read.map(|wire| self.planned_bytes(wire))).fold(0, u64::saturating_add);
        let last = inputs().filter(|&wire| self.live.uses(wire) == 1);
        more.saturating_sub(last.map(|wire| self.live.bytes_of(wire)).fold(0, u64::saturating_add))
    }

    fn inputs_of(&self, node: usize) -> BTreeSet<GraphWire> {
        self.graph.inputs_of(node).collect()
    }
}
