//! What happens to each step of a run.

use super::graph::Graph;
use crate::engine::store::entries::Entry;
use std::collections::BTreeSet;

/// What happens to a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Nobody needs it: what it would feed is cached.
    NotNeeded,
    /// Its result is in the store.
    Cached,
    /// It runs, for this reason.
    Run(String),
    /// It would run, and this machine cannot: why.
    Gated(String),
}

/// A decision for every node of a graph.
#[derive(Debug, Clone)]
pub struct RunPlan {
    /// In the order of [`Graph::nodes`].
    pub decisions: Vec<Decision>,
    /// Ports of each node that somebody needs.
    pub needed: Vec<BTreeSet<usize>>,
    /// Entries of the cached nodes.
    pub entries: Vec<Option<Entry>>,
    /// Stored results that were found damaged and taken out: node and reason.
    pub damaged: Vec<(usize, String)>,
}

impl RunPlan {
    /// Nodes to run, in order.
    #[must_use]
    pub fn to_run(&self) -> Vec<usize> {
        (0..self.decisions.len()).filter(|&i| matches!(self.decisions[i], Decision::Run(_))).collect()
    }

    /// The nodes that this machine cannot run, each with the reason: first causes alone, not what follows from them.
    #[must_use]
    pub fn gates(&self, graph: &Graph) -> Vec<(usize, &str)> {
        let gated = |&node: &usize| matches!(self.decisions[node], Decision::Gated(_));
        let first = |node: &usize| !graph.inputs_of(*node).any(|wire| gated(&wire.node));
        let nodes = (0..self.decisions.len()).filter(gated).filter(first);
        nodes
            .filter_map(|node| {
                if let Decision::Gated(why) = &self.decisions[node] { Some((node, why.as_str())) } else { None }
            })
            .collect()
    }

    /// Number of cached nodes that are needed.
    #[must_use]
    pub fn cached(&self) -> usize {
        self.decisions.iter().filter(|d| **d == Decision::Cached).count()
    }
}
