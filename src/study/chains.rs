//! Layers one behind the other, which must not have the same weights.

use super::model::{Draft, Node, Wire};
use crate::step::WeightStream;
use crate::yaml::Fault;
use std::collections::BTreeSet;

/// The fault of a layer that draws the same numbers as one that it takes its input from.
pub(super) fn repeated(nodes: &[Node], draft: &Draft<'_>, own: WeightStream) -> Option<Fault> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<Wire> = draft.inputs.iter().flat_map(|(_, wires)| wires).copied().collect();
    while let Some(Wire { node, .. }) = open.pop() {
        if !seen.insert(node) {
            continue;
        }
        if nodes[node].weights == Some(own) {
            return Some(fault(draft, &nodes[node], own));
        }
        open.extend(nodes[node].inputs.iter().flat_map(|(_, wires)| wires));
    }
    None
}

fn fault(draft: &Draft<'_>, before: &Node, WeightStream { seed, layer, told_by, .. }: WeightStream) -> Fault {
    let (label, first) = (&draft.label, &before.label);
    let message =
        format!("the layer `{label}` draws the same weights as the layer `{first}` before it, from seed {seed}");
    let fault = match draft.params.get(told_by) {
        Some(node) => draft.item.at(node, message),
        None => draft.item.fault(draft.item.mark, message),
    };
    fault.help(match told_by {
        "layer" => format!("number the layers of a chain, here for example by `layer: {}`", layer.saturating_add(1)),
        other => format!("`{other}` tells the layers of a chain apart"),
    })
}
