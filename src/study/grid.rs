//! Templates × cells: the steps that a study names, one for every distinct parameter set.

use super::builder::{Builder, MAX_FAULTS};
use super::data::inject_data;
use super::found::inject_found;
use super::model::{Draft, Wire};
use super::template::Template;
use crate::artifact::Cell;
use crate::step::{Family, Ready};
use crate::study::axes::axis::{identity, value};
use crate::study::axes::sweep::SweepCell;
use crate::study::read::scope::Scope;
use crate::yaml::Node as YamlNode;
use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap, HashSet};

/// The expanded user steps: for every template, its nodes by the values of its axes.
pub(super) struct StepGrid<'a> {
    pub templates: &'a [Template],
    pub cells: &'a [SweepCell],
    pub axes: Vec<String>,
    nodes: Vec<HashMap<String, usize>>,
}

impl<'a> StepGrid<'a> {
    pub fn expand(
        builder: &mut Builder<'_>,
        templates: &'a [Template],
        cells: &'a [SweepCell],
        axes: Vec<String>,
    ) -> Self {
        let mut grid = Self { templates, cells, axes, nodes: vec![HashMap::new(); templates.len()] };
        let mut made = Made::new();
        for cell in cells {
            for index in 0..templates.len() {
                let key = grid.key(index, cell);
                if grid.nodes[index].contains_key(&key) {
                    continue;
                }
                if let Some(node) = grid.node(builder, (index, cell), &mut made) {
                    grid.nodes[index].insert(key, node);
                }
                if builder.faults.len() > 10 * MAX_FAULTS {
                    return grid;
                }
            }
        }
        grid
    }

    /// The node of a template in a cell.
    pub fn at(&self, template: usize, cell: &SweepCell) -> Option<usize> {
        self.nodes[template].get(&self.key(template, cell)).copied()
    }

    /// One cell for every distinct node of a template, in sweep order.
    pub fn distinct(&self, template: usize) -> Vec<&'a SweepCell> {
        let mut seen = HashSet::new();
        self.cells.iter().filter(|cell| self.at(template, cell).is_some_and(|node| seen.insert(node))).collect()
    }

    /// The axes of a template with their values in a cell.
    pub fn place(&self, template: usize, cell: &SweepCell) -> Vec<(String, Cell)> {
        let own = cell.iter().filter(|(axis, _)| self.templates[template].axes.contains(axis));
        own.map(|(axis, node)| (axis.clone(), value(node))).collect()
    }

    fn key(&self, template: usize, cell: &SweepCell) -> String {
        values(cell, &self.templates[template].axes)
    }

    fn node(&self, builder: &mut Builder<'_>, (index, cell): (usize, &SweepCell), made: &mut Made) -> Option<usize> {
        let template = &self.templates[index];
        let own = (index, values(cell, &template.named));
        let (params, ready) = match made.entry(own) {
            Entry::Occupied(made) => made.into_mut(),
            Entry::Vacant(place) => place.insert(checked(builder, template, cell)?),
        };
        let mut inputs = Vec::new();
        for (slot, _, wires) in &template.inputs {
            let wires: Option<Vec<Wire>> =
                wires.iter().map(|w| self.at(w.step, cell).map(|node| Wire { node, port: w.port })).collect();
            inputs.push((slot.clone(), wires?));
        }
        let draft = Draft {
            label: template.item.name.clone(),
            cell: self.place(index, cell),
            kind: template.kind,
            params,
            inputs,
            item: &template.item,
        };
        builder.place(draft, ready.clone())
    }
}

/// Checked parameters by template and the values of the axes that they name: cells that differ in other axes share them.
type Made = HashMap<(usize, String), (YamlNode, Ready<'static>)>;

/// The parameters of a template in a cell, as they are written and as they are read; faults are collected.
fn checked(builder: &mut Builder<'_>, template: &Template, cell: &SweepCell) -> Option<(YamlNode, Ready<'static>)> {
    let scope = Scope { constants: &builder.scoped.constants, axes: cell };
    let resolved = scope.resolve(&template.params, &template.item.source);
    let mut params = resolved.map_err(|faults| builder.faults.extend(faults)).ok()?;
    if template.kind.about().family == Family::Data {
        inject_data(builder, template, &mut params)?;
    }
    inject_found(builder, template, &mut params)?;
    let ready = builder.ready(template.kind, &params, &template.item)?;
    Some((params, ready))
}

/// The values that some axes have in a cell, as one text.
fn values(cell: &SweepCell, axes: &BTreeSet<String>) -> String {
    let own = cell.iter().filter(|(axis, _)| axes.contains(axis));
    own.map(|(_, node)| identity(node)).collect::<Vec<_>>().join("\u{1f}")
}
