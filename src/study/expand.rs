//! Checks and expands a study: every part is looked at, and the faults of all are told together.

use super::builder::{Builder, MAX_FAULTS};
use super::data::resolve_data;
use super::environment::Environment;
use super::grid::StepGrid;
use super::model::{Study, Sweep};
use super::template::templates;
use super::{head, notes, unused};
use crate::step::roles::{LOOKS, SEED};
use crate::study::axes::added::{count, extended, seeds};
use crate::study::axes::sweep::{axis_names, cells};
use crate::study::outputs::tables;
use crate::study::read::raw::RawStudy;
use crate::study::read::scope::{Scope, Scoped, applied, apply};
use crate::yaml::{Fault, Mark, Node as YamlNode, Tree};
use std::collections::{HashSet, VecDeque};
use std::path::Path;

/// Checks and expands a study.
pub(super) fn expand(raw: &RawStudy, path: &Path, environment: Environment<'_>) -> Result<Study, Vec<Fault>> {
    let scoped = apply(raw, environment.profile, environment.settings)?;
    let environment = Environment { profile: &scoped.profile, ..environment };
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
    let sweep = Sweep { axes: axes.clone(), seeds: seeds(&cells), looks: looks(raw, count(&cells)) };
    let named = environment.settings.iter().any(|setting| setting.name == SEED);
    let environment = if named { Environment { record: None, ..environment } } else { environment };
    let cells = match environment.record {
        Some(record) => extended(cells, &record.added()),
        None => cells,
    };
    let (nodes, headers, plans) = (Vec::new(), HashSet::new(), VecDeque::new());
    let root = path.ancestors().nth(Path::new(&raw.source.name).components().count()).unwrap_or(path);
    let (data_ref, scoped_ref) = (data.as_ref(), &scoped);
    let mut builder = Builder { environment, root, scoped: scoped_ref, data: data_ref, nodes, headers, plans, faults };
    let grid = StepGrid::expand(&mut builder, &templates, &cells, axes);
    let (outputs, remarks) = tables::outputs(&mut builder, raw, (&grid, path), &sweep);
    builder.faults.extend(head::faults(raw, environment));
    // A name that is mistyped where it is used would be told twice.
    if builder.faults.is_empty() {
        let mut unknown = head::tolerances(raw, &builder, &outputs);
        unknown.extend(notes::faults(raw, &builder.nodes, &outputs));
        unknown.extend(notes::formula_faults(raw));
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
        sweep,
        nodes,
        outputs,
        file: raw.source.name.clone(),
        remarks,
    })
}

/// Numbers of seeds at which claims are looked at: those of the profile, then those of the plan that are more.
fn looks(raw: &RawStudy, seeds: usize) -> Vec<usize> {
    let planned = raw.head.looks.as_deref().unwrap_or(&LOOKS);
    // no interval rests on a single one
    let first = (seeds > 1).then_some(seeds);
    first.into_iter().chain(planned.iter().copied().filter(|&look| look > seeds.max(1))).collect()
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
