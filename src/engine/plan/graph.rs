//! The studies of a run as one graph; a step that several studies or cells ask for is there once.

use super::key::key_with;
use crate::step::{Configured, ErasedKind, Plan};
use crate::study::Study;
use serde_json::Value as Json;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// A step of the run.
#[derive(Clone)]
pub struct GraphNode {
    /// Identity by content.
    pub key: String,
    /// Study, step and cell that first asked for it, for people.
    pub name: String,
    /// The study that first asked for it.
    pub study: Arc<str>,
    /// Its kind.
    pub kind: &'static dyn ErasedKind,
    /// Canonical parameters.
    pub params: Arc<Json>,
    /// The parameters as they were given, where they hold more than the canonical ones.
    pub given: Option<Arc<Json>>,
    /// The kind with these parameters.
    pub step: Arc<dyn Configured>,
    /// Wires by slot.
    pub inputs: Vec<(&'static str, Vec<GraphWire>)>,
    /// Sizes and costs.
    pub plan: Arc<Plan>,
    /// file:line:column of the step in its study.
    pub place: Arc<str>,
}

/// One output of a node of the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GraphWire {
    /// Index into [`Graph::nodes`].
    pub node: usize,
    /// Output port.
    pub port: usize,
}

/// Steps with inputs first, and what the studies want of them.
#[derive(Clone, Default)]
pub struct Graph {
    /// Distinct steps; a node's inputs stand before it.
    pub nodes: Vec<GraphNode>,
    /// Names of the studies, in the order given.
    pub studies: Vec<Arc<str>>,
    /// For every study and each of its nodes: the node here.
    pub places: Vec<Vec<usize>>,
    /// Outputs that must be in the store when the run is over, in order.
    pub targets: Vec<GraphWire>,
}

impl Graph {
    /// Merges studies.
    #[must_use]
    pub fn new(studies: &[Study]) -> Self {
        let mut graph = Self::default();
        // By digest: ten thousands of keys would be here once more as texts.
        let mut known: HashMap<[u8; 32], usize> = HashMap::new();
        for study in studies {
            // By address: a study keeps what its steps share for as long as the texts are here.
            let mut texts: HashMap<*const Json, String> = HashMap::new();
            let mut places: Vec<usize> = Vec::with_capacity(study.nodes.len());
            let name: Arc<str> = study.head.study.as_str().into();
            for node in &study.nodes {
                let wire = |w: &crate::study::Wire| GraphWire { node: places[w.node], port: w.port };
                let inputs: Vec<(&'static str, Vec<GraphWire>)> =
                    node.inputs.iter().map(|(slot, wires)| (*slot, wires.iter().map(wire).collect())).collect();
                let identity = |w: &GraphWire| (graph.nodes[w.node].key.clone(), w.port);
                let named: Vec<_> = inputs
                    .iter()
                    .map(|(slot, wires)| ((*slot).to_owned(), wires.iter().map(identity).collect()))
                    .collect();
                let params = texts.entry(Arc::as_ptr(&node.params)).or_insert_with(|| node.params.to_string());
                let key = key_with(node.kind, params, &named);
                let place = *known.entry(digest(&key)).or_insert_with(|| {
                    graph.nodes.push(GraphNode {
                        key,
                        name: full_name(study, node),
                        study: Arc::clone(&name),
                        kind: node.kind,
                        params: Arc::clone(&node.params),
                        given: node.given.clone(),
                        step: Arc::clone(&node.step),
                        inputs,
                        plan: Arc::clone(&node.plan),
                        place: Arc::clone(&node.place),
                    });
                    graph.nodes.len() - 1
                });
                places.push(place);
            }
            let targets = study.outputs.iter().map(|o| GraphWire { node: places[o.wire.node], port: o.wire.port });
            graph.targets.extend(targets);
            graph.places.push(places);
            graph.studies.push(name);
        }
        graph.targets.sort_unstable();
        graph.targets.dedup();
        graph
    }

    /// Memory that a node takes while it runs: inputs, outputs and work.
    #[must_use]
    pub fn step_bytes(&self, node: usize) -> u64 {
        let inputs: BTreeSet<GraphWire> = self.inputs_of(node).collect();
        let bytes = |wire: &GraphWire| self.nodes[wire.node].plan.outputs[wire.port].memory_bytes();
        inputs.iter().map(bytes).fold(self.nodes[node].plan.need_bytes(), u64::saturating_add)
    }

    /// All wires into a node.
    pub fn inputs_of(&self, node: usize) -> impl Iterator<Item = GraphWire> + '_ {
        self.nodes[node].inputs.iter().flat_map(|(_, wires)| wires.iter().copied())
    }
}

// The bytes that a key of 64 hexadecimal digits writes out.
fn digest(key: &str) -> [u8; 32] {
    let digit = |place: usize| key.as_bytes().get(place).map_or(0, |c| (*c as char).to_digit(16).unwrap_or(0) as u8);
    std::array::from_fn(|i| 16 * digit(2 * i) + digit(2 * i + 1))
}

fn full_name(study: &Study, node: &crate::study::Node) -> String {
    let cell: Vec<String> = node.cell.iter().map(|(axis, value)| format!("{axis}={value}")).collect();
    let cell = if cell.is_empty() { String::new() } else { format!(" [{}]", cell.join(" ")) };
    format!("{}: {}{cell}", study.head.study, node.label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_differ_where_keys_do() {
        let key = "0f".repeat(16) + &"a9".repeat(16);
        assert_eq!((digest(&key)[0], digest(&key)[31]), (0x0f, 0xa9));
        for place in 0..64 {
            let mut other = key.clone();
            other.replace_range(place..=place, "3");
            assert_ne!(digest(&other), digest(&key), "digit {place}");
        }
    }
}
