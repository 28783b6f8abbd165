//! Which columns of a wide table a page shows: those that the study itself speaks of. The CSV file has them all.

use crate::artifact::Table;
use crate::step::{ColumnRole, Header};
use crate::study::{Node, OutputKind, Study};
use std::collections::BTreeSet;

/// Tables of at most this many columns are shown whole.
const FEW: usize = 8;

/// Columns that are shown of a table that nobody speaks of.
const MOST: usize = 3;

/// The table of this name with the columns that its readers (figures, claims, averages) name in their parameters, and
/// the number of columns left out.
#[must_use]
pub(super) fn spoken_of(study: &Study, name: &str, (table, header): (&Table, &Header)) -> (Table, usize) {
    if readers(study, name).next().is_none() {
        return (table.clone(), 0);
    }
    let names = table.names();
    let mut spoken: BTreeSet<String> = readers(study, name).flat_map(named).collect();
    spoken.extend(header.samples().map(ToOwned::to_owned));
    if !spoken.iter().any(|name| is_quantity(header, name) && table.has(name)) {
        spoken.extend(quantities(&names, header));
    }
    let base = |column: &str| {
        let column = header.get(column).filter(|c| matches!(c.role, ColumnRole::Low | ColumnRole::High));
        column.and_then(|column| column.of.as_ref()).filter(|base| table.has(base))
    };
    let is_kept = |column: &str| spoken.contains(column) || base(column).is_some_and(|base| spoken.contains(base));
    let kept: Vec<&String> = names.iter().filter(|column| is_kept(column)).collect();
    // The ends of an interval are no columns of their own.
    let hidden = names.iter().filter(|name| !kept.contains(name) && base(name).is_none()).count();
    let chosen = kept.iter().filter_map(|column| Some(((*column).clone(), table.column(column).ok()?))).collect();
    match Table::new(chosen) {
        Ok(chosen) if names.len() > FEW && kept.len() > 1 => (chosen, hidden),
        _ => (table.clone(), 0),
    }
}

/// Whether a column is what a table is about.
pub(super) fn is_quantity(header: &Header, name: &str) -> bool {
    header.get(name).is_some_and(|column| column.role == ColumnRole::Estimate && column.of.is_none())
}

/// Columns that a table is about, where none of its readers names one: differences, else those of which less or more is
/// better, else its first.
fn quantities(names: &[String], header: &Header) -> Vec<String> {
    let all = || names.iter().filter(|name| is_quantity(header, name));
    let differences: Vec<String> = all().filter(|name| name.starts_with("differ")).cloned().collect();
    let directed = all().filter(|name| header.get(name).is_some_and(|column| column.better.is_some()));
    let directed: Vec<String> = directed.take(MOST).cloned().collect();
    match (differences.is_empty(), directed.is_empty()) {
        (false, _) => differences,
        (true, false) => directed,
        (true, true) => all().take(1).cloned().collect(),
    }
}

/// The columns that a step names.
fn named(node: &Node) -> impl Iterator<Item = String> {
    node.kind.named_columns(&node.params).into_iter().map(|column| column.name)
}

/// Every step that is wired to the table or to its rows, or to what is made of them.
fn readers<'a>(study: &'a Study, name: &str) -> impl Iterator<Item = &'a Node> {
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
    readers.into_iter().map(|node| &study.nodes[node])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::Cell;
    use crate::report::fixture::{add, study};
    use crate::step::{Column, Direction};
    use crate::study::Wire;
    use serde_json::json;
    use std::sync::Arc;

    fn with_ends(name: &str, [low, high]: [&str; 2]) -> Vec<Column> {
        let column = Column::new(name);
        vec![column.clone(), column.beside(low, ColumnRole::Low), column.beside(high, ColumnRole::High)]
    }

    #[test]
    fn a_wide_table_shows_what_its_readers_name() {
        let mut study = study("a", "A", "");
        add(&mut study, "error", OutputKind::Table, json!({}));
        add(&mut study, "figure", OutputKind::Figure, json!({"shows": ["model", "error"], "caption": "mse"}));
        study.nodes[1].inputs = vec![("table", vec![Wire { node: 0, port: 0 }])];
        let counted = Column { role: ColumnRole::Samples, ..Column::new("seeds") };
        let groups = [
            vec![Column::new("model")],
            with_ends("lambda", ["lambda_low", "lambda_high"]),
            with_ends("error", ["least", "most"]),
            vec![Column::new("mse"), counted],
        ];
        let header = Header(groups.concat());
        let table = Table::from_rows(&header.names(), &[vec![Cell::Int(1); 9]]).unwrap();
        let (shown, left_out) = spoken_of(&study, "error", (&table, &header));
        assert_eq!(shown.names(), ["model", "error", "least", "most", "seeds"]);
        assert_eq!(left_out, 2);
        let narrow = Table::from_rows(&header.names()[..8], &[vec![Cell::Int(1); 8]]).unwrap();
        assert_eq!(spoken_of(&study, "error", (&narrow, &header)), (narrow, 0));
        // A figure of what is made of the table.
        add(&mut study, "second", OutputKind::Figure, json!({"shows": ["mse"]}));
        study.nodes[2].inputs = vec![("table", vec![Wire { node: 1, port: 0 }])];
        assert_eq!(spoken_of(&study, "error", (&table, &header)).0.names().len(), 6);
        // Its readers name keys alone.
        study.nodes[1].params = Arc::new(json!({"shows": ["model"]}));
        study.nodes[2].params = Arc::new(json!({"shows": ["model"]}));
        let mut directed = header.clone();
        directed.0[0].role = ColumnRole::Key;
        directed.0.iter_mut().find(|column| column.name == "mse").unwrap().better = Some(Direction::Less);
        assert_eq!(spoken_of(&study, "error", (&table, &directed)).0.names(), ["model", "mse", "seeds"]);
        // Nobody reads it.
        assert_eq!(spoken_of(&study, "other", (&table, &header)), (table, 0));
    }

    #[test]
    fn a_name_that_looks_like_an_end_is_a_column_of_its_own() {
        let mut study = study("a", "A", "");
        add(&mut study, "t", OutputKind::Table, json!({}));
        add(&mut study, "figure", OutputKind::Figure, json!({"shows": ["x", "y"]}));
        study.nodes[1].inputs = vec![("table", vec![Wire { node: 0, port: 0 }])];
        let names = ["x", "x_low", "y", "a", "b", "c", "d", "e", "f"];
        let table = Table::from_rows(&names, &[vec![Cell::Int(1); 9]]).unwrap();
        let (shown, left_out) = spoken_of(&study, "t", (&table, &Header::of(&names)));
        assert_eq!((shown.names(), left_out), (vec!["x".to_owned(), "y".to_owned()], 7));
    }
}
