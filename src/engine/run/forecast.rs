//! What a run takes, as far as it is known before its first step.

use super::work::{FLOPS_PER_S, is_kept, is_result};
use crate::engine::plan::graph::Graph;
use crate::engine::store::disk;
use crate::engine::store::entries::Store;
use serde::Serialize;
use std::cmp::Reverse;

/// Room of a result beside its values: folders, its description and the ends of blocks; measured on the smoke profile.
const BESIDE_BYTES: u64 = 20 << 10;

/// What the steps of a run take, roughly: planned work on a core of usual speed.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Forecast {
    /// Steps at once.
    pub jobs: usize,
    /// Seconds of cores.
    pub core_s: f64,
    /// Seconds until the end, with so many steps at once; steps that wait for each other are not done at once.
    pub about_s: f64,
    /// The step that needs the most memory.
    pub largest_step: String,
    /// Memory of that step, bytes.
    pub largest_step_bytes: u64,
    /// Room that the results take on the disk, bytes.
    pub kept_bytes: u64,
    /// Room that they take where only tables, verdicts and figures are kept, bytes.
    pub least_bytes: u64,
    /// Room that is left on the disk of the store, bytes; nothing where the system does not tell.
    pub free_bytes: Option<u64>,
}

impl Forecast {
    /// Of the steps to run; `work` is the planned operations of all of them, and of the longest chain.
    #[expect(clippy::cast_precision_loss, reason = "a number of workers")]
    pub(super) fn of(
        (graph, to_run): (&Graph, &[usize]),
        (store, jobs): (&Store, usize),
        (all, chain): (f64, f64),
    ) -> Self {
        let largest = to_run.iter().map(|&node| (graph.step_bytes(node), Reverse(node))).max();
        let (largest_step_bytes, largest_step) = match largest {
            Some((bytes, Reverse(node))) => (bytes, graph.nodes[node].name.clone()),
            None => (0, String::new()),
        };
        let room = |least| to_run.iter().map(|&node| kept_bytes(graph, (node, least))).fold(0, u64::saturating_add);
        Self {
            jobs,
            core_s: all / FLOPS_PER_S,
            about_s: (all / jobs.max(1) as f64).max(chain) / FLOPS_PER_S,
            largest_step,
            largest_step_bytes,
            kept_bytes: room(false),
            least_bytes: room(true),
            free_bytes: disk::free_bytes(store.root()),
        }
    }
}

/// What the results of a step take that go to the disk, or at least do.
fn kept_bytes(graph: &Graph, (node, least): (usize, bool)) -> u64 {
    let node = &graph.nodes[node];
    let outputs = node.plan.outputs.iter().map(|shape| shape.memory_bytes()).enumerate();
    let goes = |port: usize, bytes: u64| is_kept(node, port, bytes) && (!least || is_result(node, port));
    let kept = outputs.filter(|&(port, bytes)| goes(port, bytes)).map(|(_, bytes)| bytes);
    kept.fold(BESIDE_BYTES, u64::saturating_add)
}
