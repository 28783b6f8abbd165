//! Steps behind tables, figures and claims: their parameters, rows and places.

use super::builder::Builder;
use super::model::{Draft, Wire};
use crate::artifact::Cell;
use crate::step::ErasedKind;
use crate::study::read::raw::Item;
use crate::yaml::{Entry, Fault, Mark, Node, Tree};
use serde_json::Value as Json;

/// Writes the parameters that a kind is told and nobody else writes.
///
/// # Errors
/// Where one is written all the same.
pub(super) fn give(params: &mut Node, given: Vec<(&'static str, Json)>, item: &Item) -> Result<(), Vec<Fault>> {
    for (name, value) in given {
        if let Some(entry) = params.entries().iter().find(|entry| entry.key == name) {
            let fault = item.fault(entry.mark, format!("`{name}` is not written here"));
            return Err(vec![fault.help("it follows from the table and the claim: take it away")]);
        }
        set(params, name, &value, item.mark);
    }
    Ok(())
}

pub(super) fn remove(node: &mut Node, key: &str) -> Option<Node> {
    let Tree::Map(entries) = &mut node.tree else { return None };
    let at = entries.iter().position(|e| e.key == key)?;
    Some(entries.remove(at).node)
}

pub(super) fn row(label: &str, value: &str, place: &[(String, Cell)]) -> Json {
    let axes = place.iter().map(|(axis, value)| (axis.clone(), serde_json::to_value(value).unwrap_or(Json::Null)));
    Json::Object(std::iter::once((label.to_owned(), Json::from(value))).chain(axes).collect())
}

/// A node of a kind with these parameters and inputs.
pub(super) fn node_of(
    builder: &mut Builder<'_>,
    item: &Item,
    kind: &'static dyn ErasedKind,
    (params, inputs): (&Node, Vec<(String, Vec<Wire>)>),
) -> Result<Wire, Vec<Fault>> {
    let slots: Vec<&str> = kind.about().inputs.iter().map(|slot| slot.name).collect();
    if let Some((slot, _)) = inputs.iter().find(|(slot, _)| !slots.contains(&slot.as_str())) {
        return Err(vec![item.fault(item.mark, format!("kind `{}` takes no {slot}", kind.name()))]);
    }
    let label = if item.name == kind.name() { item.name.clone() } else { format!("{} ({})", item.name, kind.name()) };
    let draft = Draft { label, cell: Vec::new(), kind, params, inputs, item };
    // A node that could not be made has left its faults in the builder.
    builder.add(draft).map(|node| Wire { node, port: 0 }).ok_or_else(Vec::new)
}

/// Sets a key of a mapping.
pub(super) fn set(node: &mut Node, key: &str, value: &Json, mark: Mark) {
    put(node, key, Node::from_json(value, mark));
}

/// Sets a key of a mapping to what is written elsewhere.
pub(super) fn put(node: &mut Node, key: &str, value: Node) {
    if let Tree::Map(entries) = &mut node.tree {
        entries.retain(|e| e.key != key);
        entries.push(Entry { key: key.to_owned(), mark: value.mark, node: value });
    }
}
