//! Columns of published numbers that no table has which they are laid beside.

use crate::step::Header;
use crate::study::columns::{known, names};
use crate::study::read::raw::{Item, RawStudy};
use crate::yaml::{Fault, Mark, Node, Tree};

/// Every column that is written under `columns` or in rows, of numbers that are laid beside tables whose columns are known.
pub(super) fn faults(raw: &RawStudy, compared: &[(String, Option<Header>)]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for item in &raw.published {
        let beside = compared.iter().filter(|(name, _)| *name == item.name);
        let Some(tables) = beside.map(|(_, header)| header.as_ref()).collect::<Option<Vec<_>>>() else { continue };
        if !tables.is_empty() {
            faults.extend(unknown(item, &tables));
        }
    }
    faults
}

fn unknown(item: &Item, tables: &[&Header]) -> Vec<Fault> {
    let there = names(tables);
    let mut told: Vec<&str> = Vec::new();
    let mut faults = Vec::new();
    let apart = apart(&item.node);
    for (name, mark) in &apart {
        if there.contains(name) {
            let fault = item.fault(*mark, format!("a table that these numbers are laid beside has a column `{name}`"));
            faults.push(fault.help("`apart` names columns that ours lack: take it away there"));
        }
    }
    for (name, mark) in written(&item.node) {
        if apart.iter().any(|(own, _)| *own == name) {
            continue;
        }
        if there.contains(&name) || told.contains(&name) {
            continue;
        }
        told.push(name);
        let fault = item.fault(mark, format!("no table that these numbers are laid beside has a column `{name}`"));
        faults.push(fault.help(known(name, tables)));
    }
    faults
}

/// The columns that tell the paper's rows alone apart.
fn apart(node: &Node) -> Vec<(&str, Mark)> {
    let names = match node.get("apart").map(|names| &names.tree) {
        Some(Tree::List(names)) => names.as_slice(),
        _ => &[],
    };
    names.iter().filter_map(|node| Some((node.text()?, node.mark))).collect()
}

/// Our columns as the study writes them; those of a file without `columns` are the file's own.
fn written(node: &Node) -> Vec<(&str, Mark)> {
    let rows = match node.get("rows").map(|rows| &rows.tree) {
        Some(Tree::List(rows)) => rows.as_slice(),
        _ => &[],
    };
    let entries = node.get("columns").into_iter().chain(rows).flat_map(Node::entries);
    entries.map(|entry| (entry.key.as_str(), entry.mark)).collect()
}
