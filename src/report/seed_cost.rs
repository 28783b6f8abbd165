//! What one more seed of a claim costs, by the recorded times of the steps that its seeds took.

use crate::engine::{Graph, Store, Took};
use crate::step::roles::SEED;
use crate::study::{Output, Study};
use std::collections::{BTreeMap, BTreeSet};

/// Seconds of one core that a seed of a claim took, all its cells together, on average over its seeds; nothing where it is known
/// of no step with a seed. `places` are the nodes of the study in the graph.
#[must_use]
pub(crate) fn seed_cost(
    study: &Study,
    claim: &Output,
    (graph, places, store): (&Graph, &[usize], &Store),
) -> Option<f64> {
    let mut seeds: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for node in behind(study, claim.wire.node) {
        if let Some((_, seed)) = study.nodes[node].cell.iter().find(|(axis, _)| axis == SEED) {
            seeds.entry(seed.to_string()).or_default().insert(*places.get(node)?);
        }
    }
    let took = Took::new(study, graph, store);
    let of_seed = |places: &BTreeSet<usize>| places.iter().filter_map(|&place| took.at(place)).reduce(|sum, s| sum + s);
    let took: Vec<f64> = seeds.values().filter_map(of_seed).collect();
    #[expect(clippy::cast_precision_loss, reason = "counts of seeds")]
    (!took.is_empty()).then(|| took.iter().sum::<f64>() / took.len() as f64)
}

/// A node and all that it is made of.
fn behind(study: &Study, node: usize) -> BTreeSet<usize> {
    let (mut open, mut seen) = (vec![node], BTreeSet::from([node]));
    while let Some(at) = open.pop() {
        let wires = study.nodes[at].inputs.iter().flat_map(|(_, wires)| wires);
        open.extend(wires.map(|wire| wire.node).filter(|&before| seen.insert(before)));
    }
    seen
}
