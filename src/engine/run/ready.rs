//! Which of the ready steps starts next: one of the study that is over soonest, so that there is something to read early.
//!
//! The largest study comes last then, and a long chain of steps at its end would leave the other workers idle. So a step
//! that begins such a chain starts first as soon as the chain takes as long as all that is left, shared among the workers.

use crate::engine::plan::graph::Graph;
use std::collections::{BTreeSet, HashMap};

/// Planned operations that a step takes beyond those of its kind: reading, writing and checking, about a millisecond.
const EVERY_STEP: f64 = 3.5e7;
/// Chains count for this many times their planned work: plans are rough, and a chain that starts early costs nothing.
const CAUTION: f64 = 1.25;

/// The ready steps in their order.
pub(super) struct Ready {
    /// The place of each node in the order, and the node at each place.
    places: Vec<usize>,
    nodes: Vec<usize>,
    /// Planned operations of each node, and of the longest chain of steps to run that it begins.
    costs: HashMap<usize, f64>,
    chains: HashMap<usize, f64>,
    /// Of all steps that are not over.
    left: f64,
    jobs: f64,
    waiting: BTreeSet<usize>,
    /// The same by the length of their chains.
    by_chain: BTreeSet<(u64, usize)>,
}

impl Ready {
    /// Nothing is ready yet; `to_run` rises.
    #[expect(clippy::cast_precision_loss, reason = "counts of workers")]
    pub fn new(graph: &Graph, (to_run, followers): (&[usize], &HashMap<usize, Vec<usize>>), jobs: usize) -> Self {
        let cost = |&node: &usize| (node, graph.nodes[node].plan.flops + EVERY_STEP);
        let costs: HashMap<usize, f64> = to_run.iter().map(cost).collect();
        let mut chains: HashMap<usize, f64> = HashMap::new();
        for &node in to_run.iter().rev() {
            let after = followers.get(&node).into_iter().flatten().filter_map(|follower| chains.get(follower));
            let longest = after.copied().fold(0.0, f64::max);
            chains.insert(node, costs[&node] + longest);
        }
        let nodes = in_order(graph, &costs);
        let mut places = vec![0; nodes.len()];
        nodes.iter().enumerate().for_each(|(place, &node)| places[node] = place);
        let left = costs.values().sum();
        let (waiting, by_chain) = (BTreeSet::new(), BTreeSet::new());
        Self { places, nodes, costs, chains, left, jobs: jobs.max(1) as f64, waiting, by_chain }
    }

    /// Planned operations of all steps that are not over, and of the longest chain of steps; with what is done for each.
    pub fn work(&self) -> (f64, f64) {
        (self.left, self.chains.values().copied().fold(0.0, f64::max))
    }

    /// A node can start.
    pub fn insert(&mut self, node: usize) {
        self.waiting.insert(self.places[node]);
        self.by_chain.insert((self.chain(node), node));
    }

    /// A node starts, or need not.
    pub fn remove(&mut self, node: usize) {
        self.waiting.remove(&self.places[node]);
        self.by_chain.remove(&(self.chain(node), node));
    }

    /// The work of a node is no longer to be done.
    pub fn over(&mut self, node: usize) {
        self.left -= self.costs.remove(&node).unwrap_or(0.0);
    }

    /// The ready nodes, the one that should start first at the head.
    pub fn in_order(&self) -> impl Iterator<Item = usize> + '_ {
        let longest = self.by_chain.last().map(|&(_, node)| node);
        // one worker is never idle
        let urgent = longest.filter(|node| self.jobs > 1.0 && self.chains[node] * CAUTION * self.jobs >= self.left);
        urgent.into_iter().chain(self.waiting.iter().map(|&place| self.nodes[place]))
    }

    /// Bits of positive numbers are ordered as they are.
    fn chain(&self, node: usize) -> u64 {
        self.chains.get(&node).copied().unwrap_or(0.0).to_bits()
    }
}

/// All nodes: those of the cheapest study first, a node of several studies with the cheapest of them. Within a study later
/// ones first: what is deeper in the graph frees values sooner, and depth before breadth keeps few of them alive.
fn in_order(graph: &Graph, costs: &HashMap<usize, f64>) -> Vec<usize> {
    let of_study = |places: &Vec<usize>| places.iter().copied().collect::<BTreeSet<usize>>();
    let studies: Vec<BTreeSet<usize>> = graph.places.iter().map(of_study).collect();
    let cost = |nodes: &BTreeSet<usize>| nodes.iter().filter_map(|node| costs.get(node)).sum::<f64>();
    let mut ranked: Vec<(f64, usize)> = studies.iter().map(cost).zip(0..).collect();
    ranked.sort_by(|(a, first), (b, second)| a.total_cmp(b).then(first.cmp(second)));
    let mut ranks = vec![studies.len(); graph.nodes.len()];
    for (rank, (_, study)) in ranked.into_iter().enumerate().rev() {
        studies[study].iter().for_each(|&node| ranks[node] = rank);
    }
    let mut nodes: Vec<usize> = (0..graph.nodes.len()).collect();
    nodes.sort_by_key(|&node| (ranks[node], std::cmp::Reverse(node)));
    nodes
}
