//! The columns of tables, known before anything runs, and what names one that no table has.

use super::model::{Draft, Node, Wire};
use crate::step::roles::Role;
use crate::step::{ColumnRole, Configured, ErasedKind, Header, Headers, Port, ValueType};
use crate::yaml::{Fault, known_names};
use serde_json::Value as Json;
use std::collections::BTreeSet;

impl Wire {
    /// The columns of the table that it carries, where they are known.
    #[must_use]
    pub fn header(self, nodes: &[Node]) -> Option<&Header> {
        nodes[self.node].headers.get(self.port)?.as_deref()
    }
}

/// The columns of what is wired to a step's slots for tables.
pub(super) fn wired(nodes: &[Node], inputs: &[(String, Vec<Wire>)], kind: &dyn ErasedKind) -> Headers {
    let takes_tables = |name: &str| {
        kind.about().inputs.iter().any(|slot| slot.name == name && slot.accepts.contains(&ValueType::Table))
    };
    let of = |wires: &Vec<Wire>| wires.iter().map(|wire| wire.header(nodes).cloned()).collect();
    let tables = inputs.iter().filter(|(slot, _)| takes_tables(slot));
    Headers(tables.map(|(slot, wires)| (slot.clone(), of(wires))).collect())
}

/// The columns of the tables that a step makes, and of the evidence of verdicts, by port.
pub(super) fn made(kind: &dyn ErasedKind, step: &dyn Configured, inputs: &Headers) -> Vec<Option<Header>> {
    let has_columns = |port: &Port| matches!(port.value_type, ValueType::Table | ValueType::Verdict);
    let ports = kind.about().outputs.iter();
    ports.map(|port| step.header(port.name, inputs).filter(|_| has_columns(port))).collect()
}

/// Every column that the parameters of a step name and none of its tables has.
pub(super) fn unknown(draft: &Draft<'_>, params: &Json, inputs: &Headers) -> Vec<Fault> {
    // what is shown beside a figure's table has columns of its own, of which none is named
    let beside = if let Role::Figure(role) = draft.kind.role() { role.runs() } else { None };
    let read = inputs.0.iter().filter(|(slot, _)| beside.is_none_or(|beside| beside.name != slot));
    let tables: Option<Vec<&Header>> = read.flat_map(|(_, tables)| tables).map(Option::as_ref).collect();
    let Some(tables) = tables.filter(|tables| !tables.is_empty()) else { return Vec::new() };
    let there = names(&tables);
    let named = draft.kind.named_columns(params);
    let unknown = named.iter().filter(|column| !there.contains(&column.name.as_str()));
    unknown
        .flat_map(|column| {
            let fault = column.fault(no_column(&column.name));
            let written = column.path.first().is_none_or(|key| draft.params.get(key).is_some());
            let help = known(&column.name, &tables);
            let help = match column.path.first() {
                Some(key) if !written => {
                    format!("`{key}` is `{}` where nothing else is written; {help}", column.name)
                }
                _ => help,
            };
            let located = draft.params.locate(&draft.item.source, &[fault]);
            located.into_iter().map(move |fault| fault.help(help.clone())).collect::<Vec<_>>()
        })
        .collect()
}

/// That a table lacks a column.
pub(super) fn no_column(name: &str) -> String {
    format!("this table has no column `{name}`")
}

/// The column that was meant, and those that there are: the ends of intervals only where one of them was meant.
pub(super) fn known(wrong: &str, tables: &[&Header]) -> String {
    let is_end = |name: &str| {
        let column = tables.iter().find_map(|table| table.get(name));
        column.is_some_and(|column| matches!(column.role, ColumnRole::Low | ColumnRole::High))
    };
    let all = names(tables);
    let plain: Vec<&str> = all.iter().copied().filter(|name| !is_end(name)).collect();
    let help = |known: &[&str]| known_names(wrong, known).unwrap_or_else(|| "this table has no columns".to_owned());
    let (short, long) = (help(&plain), help(&all));
    if short.starts_with(MEANT) || !long.starts_with(MEANT) { short } else { long }
}

/// How a help begins that has found what was meant.
const MEANT: &str = "did you mean";

/// The columns of some tables, each once.
pub(super) fn names<'a>(tables: &[&'a Header]) -> Vec<&'a str> {
    let mut seen = BTreeSet::new();
    tables.iter().flat_map(|table| table.names()).filter(|name| seen.insert(*name)).collect()
}
