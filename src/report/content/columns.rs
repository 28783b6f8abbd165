//! Which columns of a wide table a page shows: those that the study itself speaks of. The CSV file has them all.

use crate::artifact::Table;
use crate::study::{OutputKind, Study};
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// Tables of at most this many columns are shown whole.
const FEW: usize = 8;

/// The table of this name with the columns that its readers (figures, claims, averages) name in their parameters,
/// and the number of columns left out.
#[must_use]
pub(super) fn spoken_of(study: &Study, name: &str, table: &Table) -> (Table, usize) {
    let names = table.names();
    let mut words = BTreeSet::from(["samples".to_owned()]);
    for params in readers(study, name) {
        collect(params, &mut words);
    }
    let bound = |column: &str| {
        let base = column.strip_suffix("_low").or_else(|| column.strip_suffix("_high"));
        base.is_some_and(|base| words.contains(base) && table.has(base))
    };
    let kept: Vec<&String> = names.iter().filter(|column| words.contains(*column) || bound(column)).collect();
    let chosen = kept.iter().filter_map(|column| Some(((*column).clone(), table.column(column).ok()?))).collect();
    match Table::new(chosen) {
        Ok(chosen) if names.len() > FEW && kept.len() > 1 => (chosen, hidden(&names, &kept)),
        _ => (table.clone(), 0),
    }
}

/// Columns left out; the ends of an interval are none of their own.
fn hidden(names: &[String], kept: &[&String]) -> usize {
    let base = |name: &str| name.strip_suffix("_low").or_else(|| name.strip_suffix("_high")).map(ToOwned::to_owned);
    let own = |name: &&String| base(name).is_none_or(|base| !names.contains(&base));
    names.iter().filter(|name| !kept.contains(name)).filter(own).count()
}

/// Parameters of every step that is wired to the table or to its rows, or to what is made of them.
fn readers<'a>(study: &'a Study, name: &str) -> impl Iterator<Item = &'a Json> {
    let is_table = |kind| matches!(kind, OutputKind::Table | OutputKind::Rows);
    let own = study.outputs.iter().filter(|output| output.name == name && is_table(output.kind));
    let mut from: BTreeSet<usize> = own.map(|output| output.wire.node).collect();
    let mut readers: BTreeSet<usize> = BTreeSet::new();
    while !from.is_empty() {
        let reads =
            |node: usize| study.nodes[node].inputs.iter().flat_map(|(_, wires)| wires).any(|w| from.contains(&w.node));
        from = (0..study.nodes.len()).filter(|&node| !readers.contains(&node) && reads(node)).collect();
        readers.extend(&from);
    }
    readers.into_iter().map(|node| &study.nodes[node].params)
}

/// Every text and every key of a tree.
fn collect(tree: &Json, words: &mut BTreeSet<String>) {
    match tree {
        Json::String(text) => {
            words.insert(text.clone());
        }
        Json::Array(items) => items.iter().for_each(|item| collect(item, words)),
        Json::Object(map) => map.iter().for_each(|(key, value)| {
            words.insert(key.clone());
            collect(value, words);
        }),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::Cell;
    use crate::report::fixture::{add, study};
    use crate::study::Wire;
    use serde_json::json;

    #[test]
    fn a_wide_table_shows_what_its_readers_name() {
        let mut study = study("a", "A", "");
        add(&mut study, "error", OutputKind::Table, json!({}));
        add(&mut study, "figure", OutputKind::Figure, json!({"over": ["model"], "interval": {"test_error": 0.5}}));
        study.nodes[1].inputs = vec![("table".to_owned(), vec![Wire { node: 0, port: 0 }])];
        let header = [
            "model",
            "lambda",
            "lambda_low",
            "lambda_high",
            "test_error",
            "test_error_low",
            "test_error_high",
            "mse",
            "samples",
        ];
        let table = Table::from_rows(&header, &[vec![Cell::Int(1); 9]]).unwrap();
        let (shown, left_out) = spoken_of(&study, "error", &table);
        assert_eq!(shown.names(), ["model", "test_error", "test_error_low", "test_error_high", "samples"]);
        assert_eq!(left_out, 2);
        let narrow = Table::from_rows(&header[..8], &[vec![Cell::Int(1); 8]]).unwrap();
        assert_eq!(spoken_of(&study, "error", &narrow), (narrow, 0));
        // A figure of what is made of the table.
        add(&mut study, "second", OutputKind::Figure, json!({"over": ["mse"]}));
        study.nodes[2].inputs = vec![("table".to_owned(), vec![Wire { node: 1, port: 0 }])];
        assert_eq!(spoken_of(&study, "error", &table).0.names().len(), 6);
        // Nobody reads it.
        assert_eq!(spoken_of(&study, "other", &table), (table, 0));
    }
}
