//! What a study defines and nothing uses: an axis that only repeats cells, a constant, a step or published numbers that
//! change nothing. A table is a result by itself, and what a fragment brings may be for other studies.

use super::axes::sweep::axis_names;
use super::environment::Environment;
use super::read::raw::{Item, RawStudy};
use super::read::scope::references;
use crate::step::roles::Role;
use crate::yaml::{Fault, Mark, Node};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Every entry of the study's own file that nothing uses, whatever the profile.
pub(super) fn faults(raw: &RawStudy, environment: Environment<'_>) -> Vec<Fault> {
    let own = |item: &&Item| Arc::ptr_eq(&item.source, &raw.source);
    let mut faults = Vec::new();
    let values = names_of_values(raw);
    let constants = raw.constants.iter().filter(own).filter(|item| !values.contains(&item.name) && !is_anchor(item));
    faults.extend(constants.map(|item| unused(item, item.mark, ("constant", &item.name))));
    let sweep: Vec<Item> = raw.sweep.iter().filter(own).cloned().collect();
    let swept = names_of_steps(raw);
    let axes = axis_names(&sweep).into_iter().filter(|axis| !swept.contains(axis));
    faults.extend(axes.filter_map(|axis| unused_axis(&sweep, &axis)));
    let taken = taken_steps(raw, environment);
    let steps = raw.steps.iter().filter(own).filter(|item| !taken.contains(&item.name));
    faults.extend(steps.map(unused_step));
    let compared = compared(raw);
    let published = raw.published.iter().filter(own).filter(|item| !compared.contains(item.name.as_str()));
    faults.extend(published.map(unused_numbers));
    faults
}

/// All names behind a `$`, and the constants that tolerances count samples by.
fn names_of_values(raw: &RawStudy) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let sections = [&raw.constants, &raw.profiles, &raw.sweep, &raw.steps, &raw.tables, &raw.figures, &raw.claims];
    let items = sections.into_iter().flatten().chain(&raw.published).chain(&raw.data);
    items.for_each(|item| references(&item.node, &mut found));
    found.extend(raw.head.tolerances.values().filter_map(|tolerance| tolerance.counted_by()).map(str::to_owned));
    found
}

/// Whether a value is there to be repeated elsewhere by YAML's own `*name`.
fn is_anchor(item: &Item) -> bool {
    let line = item.source.text.lines().nth(item.mark.line.saturating_sub(1));
    line.and_then(|line| line.split_once(':')).is_some_and(|(_, value)| value.trim_start().starts_with('&'))
}

/// The names that make steps differ, or leave out cells of those that do.
fn names_of_steps(raw: &RawStudy) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let rules = raw.sweep.iter().filter(|item| item.name == "exclude");
    raw.steps.iter().chain(rules).for_each(|item| references(&item.node, &mut found));
    found
}

fn unused(item: &Item, mark: Mark, (what, name): (&str, &str)) -> Fault {
    item.fault(mark, format!("nothing uses the {what} `{name}`"))
        .help(format!("write `${name}` where its value belongs, or take it out"))
}

fn unused_axis(sweep: &[Item], axis: &str) -> Option<Fault> {
    let item = sweep.iter().find(|item| item.name == axis || zipped(item, axis).is_some())?;
    Some(unused(item, zipped(item, axis).unwrap_or(item.mark), ("axis", axis)))
}

/// Where an axis stands in a `zip`.
fn zipped(item: &Item, axis: &str) -> Option<Mark> {
    let entries = item.node.get("zip").map(Node::entries).unwrap_or_default();
    entries.iter().find(|entry| entry.key == axis).map(|entry| entry.mark)
}

/// The steps that a step, a table or a figure takes an output of.
fn taken_steps(raw: &RawStudy, environment: Environment<'_>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    raw.steps.iter().filter_map(|item| item.node.get("inputs")).for_each(|node| name_steps(node, &mut found));
    for kind in environment.kinds {
        let Role::Source(key) = kind.role() else { continue };
        raw.tables.iter().filter_map(|item| item.node.get(key)).for_each(|node| name_steps(node, &mut found));
    }
    for item in &raw.figures {
        let kind = item.node.get("kind").and_then(Node::text).and_then(|name| environment.kind(name));
        let figure = kind.map(|kind| kind.role());
        let wired = if let Some(Role::Figure(figure)) = figure { figure.wired() } else { None };
        let slot = wired.and_then(|slot| item.node.get(slot.name));
        slot.into_iter().for_each(|node| name_steps(node, &mut found));
    }
    found
}

/// The steps that references in a tree name.
fn name_steps(node: &Node, found: &mut BTreeSet<String>) {
    let mut texts = Vec::new();
    node.texts(&mut texts);
    found.extend(texts.iter().map(|text| text.split('.').next().unwrap_or_default().to_owned()));
}

fn unused_step(item: &Item) -> Fault {
    item.fault(item.mark, format!("nothing takes an output of the step `{}`", item.name))
        .help("stack it in a table, wire it to a figure or to a step, or take it out: it would never run")
}

/// The published numbers that a table or a figure names.
fn compared(raw: &RawStudy) -> BTreeSet<&str> {
    let items = raw.tables.iter().chain(&raw.figures);
    items.filter_map(|item| item.node.get("published")?.text()).collect()
}

fn unused_numbers(item: &Item) -> Fault {
    item.fault(item.mark, format!("nothing is compared with the published numbers `{}`", item.name))
        .help(format!("write `published: {}` in a table or a figure, or take them out", item.name))
}
