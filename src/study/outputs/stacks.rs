//! `stack`: the tables of steps under each other, with a column for their labels and one for each axis.

use super::clauses::{Rows, labels_apart};
use super::places::Places;
use super::table_spec::TableSpec;
use crate::artifact::Cell;
use crate::step::{Filter, Header, ValueType};
use crate::study::axes::added::is_meant;
use crate::study::axes::axis::value;
use crate::study::builder::Builder;
use crate::study::grid::StepGrid;
use crate::study::model::Wire;
use crate::study::nodes::{node_of, row};
use crate::study::read::raw::{Item, RawStudy};
use crate::study::template::{TemplateWire, fitting, reference_fault, resolve};
use crate::yaml::{Fault, Mark, Node, known_names};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// The tables of some steps under each other: a row of constants for every cell, labels and axes.
pub(super) fn stack(
    builder: &mut Builder<'_>,
    item: &Item,
    spec: &TableSpec<'_>,
    (raw, grid): (&RawStudy, &StepGrid<'_>),
) -> Result<Rows, Vec<Fault>> {
    labels_apart(item, spec, &grid.axes)?;
    let mut rows: Vec<Json> = Vec::new();
    let mut wires: Vec<Wire> = Vec::new();
    let mut places = Vec::new();
    let mut axes = vec![false; grid.axes.len()];
    for entry in spec.stacked() {
        let Arm { step, filter } = arm(item, &entry.node)?;
        let text = step.text().unwrap_or_default();
        let wire = resolve(text, grid.templates)
            .map_err(|reason| vec![reference_fault(item, text, step.mark, (&raw.steps, reason))])?;
        is_table(grid, item, (text, step.mark), wire)?;
        known_axes((grid, wire), item, &entry.node, &filter)?;
        let count = wires.len();
        for (used, axis) in axes.iter_mut().zip(&grid.axes) {
            *used |= grid.templates[wire.step].axes.contains(axis);
        }
        for cell in grid.distinct(wire.step).into_iter().filter(|cell| is_meant(cell, &filter)) {
            // A step that could not be made has left its faults; its table would only repeat them.
            let at = grid.at(wire.step, cell).ok_or_else(Vec::new)?;
            wires.push(Wire { node: at, port: wire.port });
            let header = builder.nodes[at].headers[wire.port].clone();
            let place = grid.place(wire.step, cell);
            rows.push(row(spec.labels, &entry.key, &place));
            places.push((entry.key.as_str(), place, header));
        }
        if wires.len() == count && !filter.0.is_empty() {
            let fault = item.at(&entry.node, format!("no cell of the sweep has what `where` asks of `{}`", entry.key));
            return Err(vec![fault.help("take the label out, or ask for values that the axes have in every profile")]);
        }
    }
    columns_of_one_type(grid, item, &axes)?;
    let used = grid.axes.iter().zip(&axes).filter(|(_, used)| **used).map(|(axis, _)| axis.clone());
    let keys: Vec<String> = std::iter::once(spec.labels.to_owned()).chain(used).collect();
    let params = Node::from_json(&json!({"rows": rows}), item.mark);
    let (kind, _) = spec.source.ok_or_else(Vec::new)?;
    let slot = kind.about().inputs.first().map_or_else(String::new, |slot| slot.name.to_owned());
    let wire = node_of(builder, item, kind, (&params, vec![(slot, wires)]))?;
    let known = |(label, place, header): &Stacked<'_>| {
        let constant = |key: &String| match *key == spec.labels {
            true => Some(Cell::from(*label)),
            false => place.iter().find(|(axis, _)| axis == key).map(|(_, value)| value.clone()),
        };
        // What the sweep leaves open has no value, unless the step makes such a column itself.
        let of = |key: &String| {
            let open = || header.as_ref().filter(|header| header.get(key).is_none()).map(|_| Cell::Null);
            constant(key).filter(|value| !value.is_null()).or_else(open)
        };
        keys.iter().map(|key| (key.clone(), of(key))).collect()
    };
    let places = Places::new(&places.iter().map(known).collect::<Vec<_>>());
    Ok(Rows { wire, keys, made: Vec::new(), labels: spec.labels.to_owned(), places })
}

/// A step that is stacked, and the cells in which it is.
struct Arm<'a> {
    step: &'a Node,
    filter: Filter,
}

/// Reads `step.port`, or `{step: step.port, where: {axis: condition}}`.
fn arm<'a>(item: &Item, node: &'a Node) -> Result<Arm<'a>, Vec<Fault>> {
    let known = ["step", "where"];
    if let Some(entry) = node.entries().iter().find(|entry| !known.contains(&entry.key.as_str())) {
        let fault = item.fault(entry.mark, format!("unknown key `{}` beside a step of a stack", entry.key));
        return Err(vec![fault.help(known_names(&entry.key, &known).unwrap_or_default())]);
    }
    let step = if node.entries().is_empty() { Some(node) } else { node.get("step") };
    let Some(step) = step.filter(|step| step.text().is_some()) else {
        let fault = item.at(node, format!("expected `step.port`, found {}", node.what()));
        return Err(vec![fault.help("write `step.port`, or `{step: step.port, where: {axis: value}}`")]);
    };
    let filter = node.get("where").map(|node| node.typed(&item.source)).transpose()?;
    Ok(Arm { step, filter: filter.unwrap_or_default() })
}

/// Refuses conditions on what is no axis of the step: it would be stacked whatever they say.
fn known_axes(
    (grid, wire): (&StepGrid<'_>, TemplateWire),
    item: &Item,
    node: &Node,
    filter: &Filter,
) -> Result<(), Vec<Fault>> {
    let axes: Vec<&str> = grid.templates[wire.step].axes.iter().map(String::as_str).collect();
    let Some(wrong) = filter.0.keys().find(|name| !axes.contains(&name.as_str())) else { return Ok(()) };
    let fault = item.at(node.get("where").unwrap_or(node), format!("the step does not depend on an axis `{wrong}`"));
    Err(vec![fault.help(known_names(wrong, &axes).unwrap_or_else(|| "it depends on no axis".to_owned()))])
}

/// A table that is stacked: its label, its values of the axes, and its columns where they are known.
type Stacked<'a> = (&'a str, Vec<(String, Cell)>, Option<Arc<Header>>);

/// Axes become columns, which hold values of one type.
fn columns_of_one_type(grid: &StepGrid<'_>, item: &Item, used: &[bool]) -> Result<(), Vec<Fault>> {
    let types = |value: &Cell| match value {
        Cell::Null => None,
        Cell::Int(_) | Cell::Float(_) => Some("numbers"),
        Cell::Bool(_) => Some("truth values"),
        Cell::Text(_) => Some("texts"),
    };
    for (axis, _) in grid.axes.iter().zip(used).filter(|(_, used)| **used) {
        let mut first = None;
        for (_, node) in grid.cells.iter().flatten().filter(|(name, _)| name == axis) {
            let Some(found) = types(&value(node)) else { continue };
            if let Some(other) = first.replace(found).filter(|other| *other != found) {
                let message =
                    format!("the axis `{axis}` mixes {other} and {found}, but is a column of table `{}`", item.name);
                let help = format!("write values of one type, for example a number in place of {}", value(node));
                return Err(vec![item.at(node, message).help(help)]);
            }
        }
    }
    Ok(())
}

fn is_table(
    grid: &StepGrid<'_>,
    item: &Item,
    (text, mark): (&str, Mark),
    wire: TemplateWire,
) -> Result<(), Vec<Fault>> {
    let from = &grid.templates[wire.step];
    let port = &from.kind.about().outputs[wire.port];
    if port.value_type == ValueType::Table {
        return Ok(());
    }
    let found = port.value_type.name();
    let fault = item.fault(mark, format!("a stack is made of tables, but `{text}` is of type {found}"));
    let help = fitting(from, &[ValueType::Table]);
    Err(vec![fault.help(help.unwrap_or_else(|| "a `score` step makes a table of predictions".to_owned()))])
}
