//! Templates × cells: the steps that a study names, one for every distinct parameter set.

use super::builder::{Builder, MAX_FAULTS};
use super::data::inject_data;
use super::model::{Draft, Wire};
use super::template::Template;
use crate::artifact::Cell;
use crate::step::Family;
use crate::study::axes::axis::{identity, value};
use crate::study::axes::sweep::SweepCell;
use crate::study::read::scope::Scope;
use std::collections::{HashMap, HashSet};

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
        for cell in cells {
            for index in 0..templates.len() {
                let key = grid.key(index, cell);
                if grid.nodes[index].contains_key(&key) {
                    continue;
                }
                if let Some(node) = grid.node(builder, index, cell) {
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
        let own = cell.iter().filter(|(axis, _)| self.templates[template].axes.contains(axis));
        own.map(|(_, node)| identity(node)).collect::<Vec<_>>().join("\u{1f}")
    }

    fn node(&self, builder: &mut Builder<'_>, index: usize, cell: &SweepCell) -> Option<usize> {
        let template = &self.templates[index];
        let scope = Scope { constants: &builder.scoped.constants, axes: cell };
        let mut params = match scope.resolve(&template.params, &template.item.source) {
            Ok(params) => params,
            Err(faults) => {
                builder.faults.extend(faults);
                return None;
            }
        };
        if template.kind.about().family == Family::Data {
            inject_data(builder, template, &mut params)?;
        }
        let mut inputs = Vec::new();
        for (slot, _, wires) in &template.inputs {
            let wires: Option<Vec<Wire>> =
                wires.iter().map(|w| self.at(w.step, cell).map(|node| Wire { node, port: w.port })).collect();
            let Some(wires) = wires else {
                builder.check(template.kind, &params, &template.item);
                return None;
            };
            inputs.push((slot.clone(), wires));
        }
        builder.add(Draft {
            label: template.item.name.clone(),
            cell: self.place(index, cell),
            kind: template.kind,
            params: &params,
            inputs,
            item: &template.item,
        })
    }
}
