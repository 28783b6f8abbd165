//! Steps as written: kinds, wiring and order checked before anything is expanded.

use super::environment::Environment;
use crate::step::{About, Arity, ErasedKind, Family, Slot, ValueType, wired};
use crate::study::read::raw::Item;
use crate::study::read::scope::references;
use crate::yaml::{Fault, Mark, Node, Tree, known_names};
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// A step of the study, not yet multiplied by the sweep.
#[derive(Clone)]
pub(super) struct Template {
    pub item: Item,
    pub kind: &'static dyn ErasedKind,
    /// Parameters with their `$name`s.
    pub params: Node,
    /// Slot, where it is written, and what is wired to it.
    pub inputs: Vec<(String, Mark, Vec<TemplateWire>)>,
    /// Axes that its parameters name.
    pub named: BTreeSet<String>,
    /// Axes that the step depends on, itself or through its inputs.
    pub axes: BTreeSet<String>,
}

/// A reference `step` or `step.port`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TemplateWire {
    pub step: usize,
    pub port: usize,
}

/// All templates, each after the ones it takes inputs from.
pub(super) fn templates(
    items: &[Item],
    axes: &[String],
    environment: Environment<'_>,
) -> Result<Vec<Template>, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut drafts = Vec::new();
    for item in items {
        match draft(item, environment) {
            Ok(draft) => drafts.push(draft),
            Err(more) => faults.extend(more),
        }
    }
    let order = order(&drafts).map_err(|fault| with(&faults, fault))?;
    let mut done: Vec<Template> = Vec::new();
    for index in order {
        match wire(&drafts[index], items, &done, axes) {
            Ok(template) => done.push(template),
            Err(more) => faults.extend(more),
        }
    }
    if faults.is_empty() { Ok(done) } else { Err(faults) }
}

fn with(faults: &[Fault], fault: Fault) -> Vec<Fault> {
    faults.iter().cloned().chain([fault]).collect()
}

/// A step with its kind known and its inputs still texts.
struct Draft {
    item: Item,
    kind: &'static dyn ErasedKind,
    params: Node,
    inputs: NamedInputs,
}

fn draft(item: &Item, environment: Environment<'_>) -> Result<Draft, Vec<Fault>> {
    if !matches!(item.node.tree, Tree::Map(_)) {
        let what = item.node.what();
        return Err(vec![item.at(&item.node, format!("a step is a mapping with `kind`, found {what}"))]);
    }
    let known = ["kind", "inputs", "params"];
    let mut faults: Vec<Fault> = Vec::new();
    for entry in item.node.entries().iter().filter(|e| !known.contains(&e.key.as_str())) {
        let fault = item.fault(entry.mark, format!("unknown key `{}` in step `{}`", entry.key, item.name));
        faults.push(fault.help(known_names(&entry.key, &known).unwrap_or_default()));
    }
    let kind = kind_of(item, &[Family::Data, Family::Experiment, Family::Analysis], environment)
        .map_err(|fault| with(&faults, fault))?;
    let kind = wired_by(item, kind);
    let inputs = inputs(item, kind.about()).map_err(|more| faults.iter().cloned().chain(more).collect::<Vec<_>>())?;
    let empty = Node::new(item.mark, Tree::Map(Vec::new()));
    let params = item.node.get("params").cloned().unwrap_or(empty);
    if !matches!(params.tree, Tree::Map(_)) {
        faults.push(item.at(&params, format!("`params` is a mapping, found {}", params.what())));
    }
    if faults.is_empty() { Ok(Draft { item: item.clone(), kind, params, inputs }) } else { Err(faults) }
}

/// The kind with the slots and ports that the step declares, where it is one of those.
fn wired_by(item: &Item, kind: &'static dyn ErasedKind) -> &'static dyn ErasedKind {
    let slots: Vec<&str> =
        item.node.get("inputs").map(Node::entries).unwrap_or_default().iter().map(|entry| entry.key.as_str()).collect();
    let params = item.node.get("params").map_or(Json::Null, Node::to_json);
    wired(kind, &slots, &params)
}

/// The kind that an entry names.
pub(super) fn kind_of(
    item: &Item,
    families: &[Family],
    environment: Environment<'_>,
) -> Result<&'static dyn ErasedKind, Fault> {
    let Some(node) = item.node.get("kind") else {
        return Err(item
            .fault(item.mark, format!("`{}` has no `kind`", item.name))
            .help("`lofi list kinds` shows every kind with its documentation"));
    };
    let Some(name) = node.text() else {
        return Err(item.at(node, format!("`kind` must be a text, found {}", node.what())));
    };
    environment
        .kind(name)
        .ok_or_else(|| item.at(node, format!("unknown kind `{name}`")).help(known_kinds(name, families, environment)))
}

/// The nearest and all kinds of some families.
pub(super) fn known_kinds(wrong: &str, families: &[Family], environment: Environment<'_>) -> String {
    let kinds = environment.kinds.iter().filter(|kind| families.contains(&kind.about().family));
    let known: Vec<&str> = kinds.map(|kind| kind.name()).collect();
    known_names(wrong, &known).unwrap_or_default()
}

/// Slots with their places, and the references wired to them with theirs.
type NamedInputs = Vec<(String, Mark, Vec<(String, Mark)>)>;

fn inputs(item: &Item, about: &About) -> Result<NamedInputs, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut inputs = Vec::new();
    let slots: Vec<&str> = about.inputs.iter().map(|slot| slot.name).collect();
    if let Some(node) = item.node.get("inputs").filter(|node| !matches!(node.tree, Tree::Map(_))) {
        let fault = item.at(node, format!("`inputs` is a mapping from slots to steps, found {}", node.what()));
        return Err(vec![fault.help(known_names("", &slots).unwrap_or_else(|| "this kind takes no inputs".into()))]);
    }
    for entry in item.node.get("inputs").map(Node::entries).unwrap_or_default() {
        let Some(slot) = about.inputs.iter().find(|slot| slot.name == entry.key) else {
            let fault = item.fault(entry.mark, format!("this kind has no input `{}`", entry.key));
            faults.push(fault.help(known_names(&entry.key, &slots).unwrap_or_else(|| "it takes no inputs".into())));
            continue;
        };
        match names(item, slot, &entry.node) {
            Ok(wired) => inputs.push((entry.key.clone(), entry.mark, wired)),
            Err(fault) => faults.push(fault),
        }
    }
    for slot in about.inputs.iter().filter(|slot| slot.arity != Arity::Optional) {
        let wired = item.node.get("inputs").and_then(|node| node.get(slot.name)).is_some();
        if !wired {
            let fault = item.fault(item.mark, format!("step `{}` lacks the input `{}`", item.name, slot.name));
            faults.push(fault.help(format!("{}: {}", slot.name, slot.doc)));
        }
    }
    if faults.is_empty() { Ok(inputs) } else { Err(faults) }
}

fn names(item: &Item, slot: &Slot, node: &Node) -> Result<Vec<(String, Mark)>, Fault> {
    let one = |node: &Node| match node.text() {
        Some(text) => Ok((text.to_owned(), node.mark)),
        None => Err(item.at(node, format!("input `{}` takes one step, found {}", slot.name, node.what()))),
    };
    match &node.tree {
        Tree::List(items) if slot.arity == Arity::Many => items.iter().map(one).collect(),
        _ => Ok(vec![one(node)?]),
    }
}

/// Indices in an order where every step follows its inputs; a cycle is a fault that shows it.
fn order(drafts: &[Draft]) -> Result<Vec<usize>, Fault> {
    let mut order = Vec::new();
    let mut state = vec![0u8; drafts.len()];
    for start in 0..drafts.len() {
        visit(start, drafts, &mut state, &mut (Vec::new(), &mut order))?;
    }
    Ok(order)
}

fn visit(
    at: usize,
    drafts: &[Draft],
    state: &mut [u8],
    trail: &mut (Vec<usize>, &mut Vec<usize>),
) -> Result<(), Fault> {
    if state[at] == 2 {
        return Ok(());
    }
    trail.0.push(at);
    if state[at] == 1 {
        let from = trail.0.iter().position(|&i| i == at).unwrap_or(0);
        let names: Vec<&str> = trail.0[from..].iter().map(|&i| drafts[i].item.name.as_str()).collect();
        let item = &drafts[at].item;
        let fault = item.fault(item.mark, format!("these steps wait for each other: {}", names.join(" → ")));
        return Err(fault.help("an arrow reads \"takes its input from\"; take one of them out"));
    }
    state[at] = 1;
    for (_, _, wired) in &drafts[at].inputs {
        for (text, _) in wired {
            let name = text.split('.').next().unwrap_or_default();
            if let Some(next) = drafts.iter().position(|d| d.item.name == name) {
                visit(next, drafts, state, trail)?;
            }
        }
    }
    trail.0.pop();
    state[at] = 2;
    trail.1.push(at);
    Ok(())
}

fn wire(draft: &Draft, items: &[Item], done: &[Template], axes: &[String]) -> Result<Template, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut inputs = Vec::new();
    let mut used = BTreeSet::new();
    references(&draft.params, &mut used);
    let named: BTreeSet<String> = axes.iter().filter(|axis| used.contains(*axis)).cloned().collect();
    let mut own = named.clone();
    for (slot, mark, wired) in &draft.inputs {
        let mut wires = Vec::new();
        for (text, place) in wired {
            match resolve(text, done) {
                Ok(wire) => {
                    own.extend(done[wire.step].axes.iter().cloned());
                    faults.extend(type_fault(draft, slot, *place, &done[wire.step], wire));
                    wires.push(wire);
                }
                Err(Unresolved::Upstream) if items.iter().any(|i| Some(i.name.as_str()) == text.split('.').next()) => {}
                Err(reason) => faults.push(unresolved(draft, text, *place, (items, reason))),
            }
        }
        inputs.push((slot.clone(), *mark, wires));
    }
    if faults.is_empty() {
        let Draft { item, kind, params, .. } = draft;
        Ok(Template { item: item.clone(), kind: *kind, params: params.clone(), inputs, named, axes: own })
    } else {
        Err(faults)
    }
}

/// Why a reference leads nowhere.
pub(super) enum Unresolved {
    /// No checked step of that name.
    Upstream,
    /// The step has no such output; these it has.
    Port(Vec<&'static str>),
}

/// The step and output that `step` or `step.port` names.
pub(super) fn resolve(text: &str, done: &[Template]) -> Result<TemplateWire, Unresolved> {
    let (name, port) = text.split_once('.').map_or((text, None), |(name, port)| (name, Some(port)));
    let step = done.iter().position(|t| t.item.name == name).ok_or(Unresolved::Upstream)?;
    let ports = done[step].kind.about().outputs;
    let found = port.map_or(Some(0), |port| ports.iter().position(|p| p.name == port));
    let port = found.ok_or_else(|| Unresolved::Port(ports.iter().map(|p| p.name).collect()))?;
    Ok(TemplateWire { step, port })
}

fn unresolved(draft: &Draft, text: &str, place: Mark, (items, reason): (&[Item], Unresolved)) -> Fault {
    reference_fault(&draft.item, text, place, (items, reason))
}

/// The fault of a reference that leads nowhere.
pub(super) fn reference_fault(item: &Item, text: &str, place: Mark, (items, reason): (&[Item], Unresolved)) -> Fault {
    let (name, port) = text.split_once('.').unwrap_or((text, ""));
    match reason {
        Unresolved::Port(ports) => item
            .fault(place, format!("step `{name}` has no output `{port}`"))
            .help(known_names(port, &ports).unwrap_or_default()),
        Unresolved::Upstream => {
            let known: Vec<&str> = items.iter().map(|item| item.name.as_str()).collect();
            let fault = item.fault(place, format!("there is no step `{name}`"));
            fault.help(known_names(name, &known).unwrap_or_else(|| "this study has no steps".to_owned()))
        }
    }
}

fn type_fault(draft: &Draft, slot: &str, place: Mark, from: &Template, wire: TemplateWire) -> Option<Fault> {
    let slot = draft.kind.about().inputs.iter().find(|s| s.name == slot)?;
    let port = &from.kind.about().outputs[wire.port];
    if slot.accepts.contains(&port.value_type) {
        return None;
    }
    let wanted: Vec<&str> = slot.accepts.iter().map(|t| t.name()).collect();
    let message = format!(
        "input `{}` of `{}` takes a value of type {}, but `{}.{}` is of type {}",
        slot.name,
        draft.kind.name(),
        wanted.join(" or "),
        from.item.name,
        port.name,
        port.value_type.name()
    );
    let fault = draft.item.fault(place, message);
    Some(match fitting(from, slot.accepts) {
        Some(help) => fault.help(help),
        None => fault.help(format!("this input: {}", slot.doc)),
    })
}

/// An output of the step that has one of the wanted types.
pub(super) fn fitting(from: &Template, accepts: &[ValueType]) -> Option<String> {
    let port = from.kind.about().outputs.iter().find(|p| accepts.contains(&p.value_type))?;
    Some(format!("`{}.{}` is of type {}", from.item.name, port.name, port.value_type.name()))
}
