//! The second look in the store: what another process computes, or has computed since the plan was made.

use super::Round;
use crate::engine::plan::decide::has_ports;
use crate::engine::run::error::RunError;
use crate::engine::run::events::{Event, Reuse, Sink};
use crate::engine::run::executor::Summary;
use crate::engine::store::entries::Entry;
use crate::engine::store::error::StoreError;
use std::collections::BTreeSet;
use std::sync::Arc;

/// How a step stands that this round has not started.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// It has to run.
    ToDo,
    /// Another process is at it, or at all that still needs it.
    Elsewhere,
    /// Its result is in the store, or that of everything that needs it.
    Over,
}

impl Round<'_> {
    /// The second look, right before a node starts: another process may be computing it, or have made it needless.
    ///
    /// Outputs that are not kept on disk are made by each process for itself, so what counts for them is how their
    /// followers stand.
    pub(super) fn is_to_do(&mut self, node: usize, sink: &mut dyn Sink, total: &mut Summary) -> Result<bool, RunError> {
        let (executor, graph) = (self.executor, Arc::clone(self.graph));
        if !self.claims.take(&executor.store, (node, &graph.nodes[node].key)) {
            return Ok(false);
        }
        let standing = self.look(node, sink, total)?;
        if standing != Standing::ToDo {
            self.claims.give_back(node);
        }
        if standing == Standing::Elsewhere {
            self.claims.wait(node);
        }
        Ok(standing == Standing::ToDo)
    }

    /// How a node stands. What is found to be over, it and its followers, is left out of the round.
    fn look(&mut self, node: usize, sink: &mut dyn Sink, total: &mut Summary) -> Result<Standing, RunError> {
        let (store, graph) = (&self.executor.store, Arc::clone(self.graph));
        let entry = match store.entry(&graph.nodes[node].key) {
            Err(StoreError::Damaged { .. }) => None,
            other => other?,
        };
        let holds = |ports: &BTreeSet<usize>| {
            ports.is_empty() || entry.as_ref().is_some_and(|entry| has_ports(entry, &graph.nodes[node], ports))
        };
        if holds(&self.plan.needed[node]) {
            self.leave_out(node, entry, sink, total);
            return Ok(Standing::Over);
        }
        let first = graph.targets.partition_point(|target| target.node < node);
        let asked_for = graph.targets[first..].iter().take_while(|target| target.node == node);
        let asked_for = asked_for.map(|target| target.port).collect();
        if !holds(&asked_for) {
            return Ok(Standing::ToDo);
        }
        let mut standing = Standing::Over;
        for follower in self.followers.get(&node).cloned().unwrap_or_default() {
            match self.look_at_follower(follower, sink, total)? {
                Standing::ToDo => return Ok(Standing::ToDo),
                Standing::Elsewhere => standing = Standing::Elsewhere,
                Standing::Over => {}
            }
        }
        if standing == Standing::Over {
            self.leave_out(node, entry, sink, total);
        }
        Ok(standing)
    }

    fn look_at_follower(
        &mut self,
        node: usize,
        sink: &mut dyn Sink,
        total: &mut Summary,
    ) -> Result<Standing, RunError> {
        if self.dead.contains(&node) {
            // What else fails is to be said in this run.
            return Ok(Standing::ToDo);
        }
        if !self.missing.contains_key(&node) {
            return Ok(Standing::Over);
        }
        // Before the look in the store: whoever gives a claim back has stored its result.
        if self.claims.held_elsewhere(&self.executor.store, (node, &self.graph.nodes[node].key)) {
            return Ok(Standing::Elsewhere);
        }
        self.look(node, sink, total)
    }

    fn leave_out(&mut self, node: usize, entry: Option<Entry>, sink: &mut dyn Sink, total: &mut Summary) {
        let graph_node = &self.graph.nodes[node];
        let why = if entry.is_some() { Reuse::StoredMeanwhile } else { Reuse::NotNeeded };
        sink.event(&Event::Reused { name: graph_node.name.clone(), why, flops: graph_node.plan.flops });
        total.cached += 1;
        self.plan.entries[node] = entry;
        self.missing.remove(&node);
        self.claims.give_back(node);
        self.drop_inputs(node);
        self.release_followers(node);
    }
}
