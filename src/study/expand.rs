//! Templates × cells → distinct steps.

use super::Environment;
use super::data::{inject_data, resolve_data};
use super::template::{Template, templates};
use super::{chains, columns, head, unused};
use crate::artifact::Cell;
use crate::step::{Configured, DataRef, ErasedKind, Family, Header, ParamFault, Plan, Problem, Shapes, WeightStream};
use crate::study::axes::axis::{identity, value};
use crate::study::axes::sweep::{SweepCell, axis_names, cells};
use crate::study::outputs::tables;
use crate::study::read::raw::{Head, Item, RawStudy};
use crate::study::read::scope::{Scope, Scoped, Setting, applied, apply, reference};
use crate::yaml::{Fault, Mark, Node as YamlNode, Tree};
use serde_json::Value as Json;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

/// Most faults shown at once.
const MAX_FAULTS: usize = 20;

/// One step to run, with everything that its key is made of.
#[derive(Clone)]
pub struct Node {
    /// The step's name in the study.
    pub label: String,
    /// The axes that it depends on, with their values.
    pub cell: Vec<(String, Cell)>,
    /// Its kind.
    pub kind: &'static dyn ErasedKind,
    /// Canonical parameters.
    pub params: Json,
    /// The kind with these parameters.
    pub step: Arc<dyn Configured>,
    /// What is wired to each slot; nodes come before those that use them.
    pub inputs: Vec<(String, Vec<Wire>)>,
    /// Sizes and costs.
    pub plan: Plan,
    /// The columns of the tables that it makes, by port, where they are known before it runs.
    pub headers: Vec<Option<Header>>,
    /// The random numbers that are its weights, where it is a layer.
    pub weights: Option<WeightStream>,
    /// Where it is written, file:line:column.
    pub place: String,
}

/// One output of one node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Wire {
    /// Index into [`Study::nodes`].
    pub node: usize,
    /// Index of the output port.
    pub port: usize,
}

/// What a study gives in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Its name in the study.
    pub name: String,
    /// Table, comparison, figure or claim.
    pub kind: OutputKind,
    /// Where it comes from.
    pub wire: Wire,
    /// The columns of a table that tell its rows apart.
    pub keys: Vec<String>,
}

/// The sections of a report that an output can stand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputKind {
    /// A table, as the figures draw it.
    Table,
    /// One row a seed: what claims test.
    Rows,
    /// Published numbers beside ours.
    Comparison,
    /// A figure.
    Figure,
    /// A claim.
    Claim,
}

/// A study, checked and expanded for one profile.
#[derive(Clone)]
pub struct Study {
    /// What it says of itself.
    pub head: Head,
    /// The profile it was expanded for.
    pub profile: String,
    /// What `--set` replaced in it, by name.
    pub settings: Vec<Setting>,
    /// The data set in use, if any.
    pub data: Option<DataRef>,
    /// Number of cells of the sweep.
    pub cells: usize,
    /// Every distinct step, inputs first.
    pub nodes: Vec<Node>,
    /// What it gives.
    pub outputs: Vec<Output>,
    /// The file, relative to the project.
    pub file: String,
    /// What a reader should know that is no mistake: published numbers that are not there.
    pub remarks: Vec<String>,
}

/// Checks and expands a study.
pub(super) fn expand(raw: &RawStudy, path: &Path, environment: Environment<'_>) -> Result<Study, Vec<Fault>> {
    let scoped = apply(raw, environment.profile, environment.settings)?;
    let axes = axis_names(&scoped.sweep);
    let mut faults = Vec::new();
    let templates = templates(&raw.steps, &axes, environment).map_err(|more| faults.extend(more)).ok();
    let cells = cells(&scoped.sweep, &scoped.constants).map_err(|more| faults.extend(more)).ok();
    let data = resolve_data(raw, &scoped, environment).map_err(|more| faults.extend(more)).ok();
    let (Some(templates), Some(cells), Some(data)) = (templates, cells, data) else {
        // What expansion would find later is told now: a mistake in one step does not hide those of the others.
        faults.extend(unknown_names(raw, &scoped, &axes));
        return Err(limit(faults));
    };
    let mut builder = Builder { environment, scoped: &scoped, data: data.as_ref(), nodes: Vec::new(), faults };
    let grid = Grid::expand(&mut builder, &templates, &cells, axes);
    let (outputs, remarks) = tables::outputs(&mut builder, raw, (&grid, path));
    builder.faults.extend(head::faults(raw, environment));
    // A name that is mistyped where it is used would be told twice.
    if builder.faults.is_empty() {
        let unknown = head::tolerances(raw, &builder, &outputs);
        builder.faults.extend(unused::faults(raw, environment).into_iter().chain(unknown));
    }
    let Builder { nodes, faults, .. } = builder;
    if !faults.is_empty() {
        return Err(limit(faults));
    }
    Ok(Study {
        head: head::with_numbers(&raw.head, &scoped),
        profile: environment.profile.to_owned(),
        settings: applied(raw, environment.settings),
        data,
        cells: cells.len(),
        nodes,
        outputs,
        file: raw.source.name.clone(),
        remarks,
    })
}

/// Every `$name` in a step that is neither a constant nor an axis.
fn unknown_names(raw: &RawStudy, scoped: &Scoped, axes: &[String]) -> Vec<Fault> {
    let nothing = |axis: &String| (axis.clone(), YamlNode::new(Mark::default(), Tree::Null));
    let axes: Vec<(String, YamlNode)> = axes.iter().map(nothing).collect();
    let scope = Scope { constants: &scoped.constants, axes: &axes };
    let faults = raw.steps.iter().filter_map(|item| scope.resolve(item.node.get("params")?, &item.source).err());
    faults.flatten().collect()
}

/// Faults without repeats (every cell repeats them), not more than a screen.
fn limit(faults: Vec<Fault>) -> Vec<Fault> {
    let mut kept: Vec<Fault> = Vec::new();
    for fault in faults {
        let seen = kept.iter().any(|k| (&k.place, &k.help) == (&fault.place, &fault.help) || *k == fault);
        if !seen && kept.len() < MAX_FAULTS {
            kept.push(fault);
        }
    }
    kept
}

/// Collects nodes and faults.
pub(super) struct Builder<'a> {
    pub environment: Environment<'a>,
    pub scoped: &'a Scoped,
    pub data: Option<&'a DataRef>,
    pub nodes: Vec<Node>,
    pub faults: Vec<Fault>,
}

/// A node about to be made.
pub(super) struct Draft<'a> {
    pub label: String,
    pub cell: Vec<(String, Cell)>,
    pub kind: &'static dyn ErasedKind,
    /// Parameters without `$name`s, with places.
    pub params: &'a YamlNode,
    pub inputs: Vec<(String, Vec<Wire>)>,
    pub item: &'a Item,
}

impl Builder<'_> {
    /// Only checks parameters, for a step that cannot be made because an input could not.
    pub fn check(&mut self, kind: &dyn ErasedKind, params: &YamlNode, item: &Item) {
        if let Err(faults) = kind.canonical(&params.to_json()) {
            self.refuse(kind, (params, item), &faults);
        }
    }

    fn refuse(&mut self, kind: &dyn ErasedKind, (params, item): (&YamlNode, &Item), faults: &[ParamFault]) {
        for (mut located, fault) in params.locate(&item.source, faults).into_iter().zip(faults) {
            if fault.path.is_empty() && fault.message.starts_with("missing field") {
                located.message = format!("`{}`: {}", item.name, located.message);
                located.help = Some(format!("`lofi list kinds {}` says what it is for", kind.name()));
            }
            self.faults.push(used(located, &fault.path, item));
        }
    }

    /// Checks parameters and sizes and adds the node; faults are collected, not returned.
    pub fn add(&mut self, draft: Draft<'_>) -> Option<usize> {
        let (params, step) = match draft.kind.typed(&draft.params.to_json()) {
            Ok(ready) => ready,
            Err(faults) => {
                self.refuse(draft.kind, (draft.params, draft.item), &faults);
                return None;
            }
        };
        let shape = |wire: &Wire| self.nodes[wire.node].plan.outputs[wire.port];
        let shapes = draft.inputs.iter().map(|(slot, wires)| (slot.clone(), wires.iter().map(shape).collect()));
        let tables = columns::wired(&self.nodes, &draft.inputs, draft.kind);
        match step.plan(&Shapes(shapes.collect())) {
            Ok(plan) => {
                let unknown = columns::unknown(&draft, &params, &tables);
                if !unknown.is_empty() {
                    self.faults.extend(unknown);
                    return None;
                }
                let headers = columns::made(draft.kind, step.as_ref(), &tables);
                let weights = step.weights();
                self.faults.extend(weights.and_then(|own| chains::repeated(&self.nodes, &draft, own)));
                let place = draft.item.fault(draft.item.mark, "").place;
                let Draft { label, cell, kind, inputs, .. } = draft;
                self.nodes.push(Node { label, cell, kind, params, step, inputs, plan, headers, weights, place });
                Some(self.nodes.len() - 1)
            }
            Err(problems) => {
                let located = problems.iter().map(|problem| locate(problem, &draft));
                self.faults.extend(located);
                None
            }
        }
    }
}

fn locate(problem: &Problem, draft: &Draft<'_>) -> Fault {
    let at = problem.at.as_deref().unwrap_or_default();
    let path: Vec<String> = at.split('.').map(ToOwned::to_owned).collect();
    let source = &draft.item.source;
    let param = draft.params.get(&path[0]).map(|_| draft.params.find(&path, None));
    let slot = draft.item.node.get("inputs").and_then(|inputs| inputs.get(at)).map(|node| (node.mark, None));
    let (mark, written) = param.or(slot).unwrap_or((draft.item.mark, None));
    let cell: Vec<String> = draft.cell.iter().map(|(axis, value)| format!("{axis} = {value}")).collect();
    let context = if cell.is_empty() { String::new() } else { format!(" (at {})", cell.join(", ")) };
    let message = format!("step `{}`: {}{context}", draft.label, problem.message);
    let fault = written.unwrap_or(source).fault(mark, message);
    let fault = match &problem.help {
        Some(help) => fault.help(help.clone()),
        None => fault,
    };
    used(fault, &path, draft.item)
}

/// A fault of a value that is written elsewhere and used here by its name, with the place of the use.
fn used(fault: Fault, path: &[String], item: &Item) -> Fault {
    let written = item.node.get("params").unwrap_or(&item.node);
    let (node, _) = written.deepest(path);
    let Some(name) = node.text().and_then(reference) else { return fault };
    let place = item.source.place(node.mark);
    let use_here = format!("it is used as `${name}` at {place}");
    match fault.help.clone() {
        Some(help) => fault.help(format!("{help}; {use_here}")),
        None => fault.help(use_here),
    }
}

/// The expanded user steps: for every template, its nodes by the values of its axes.
pub(super) struct Grid<'a> {
    pub templates: &'a [Template],
    pub cells: &'a [SweepCell],
    pub axes: Vec<String>,
    nodes: Vec<HashMap<String, usize>>,
}

impl<'a> Grid<'a> {
    fn expand(builder: &mut Builder<'_>, templates: &'a [Template], cells: &'a [SweepCell], axes: Vec<String>) -> Self {
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
