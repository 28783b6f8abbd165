//! The values of one axis, from any of the forms in which it can be written.

use crate::artifact::Cell;
use crate::step::{Grid, MAX_POINTS, stepped};
use crate::study::environment::MAX_CELLS;
use crate::study::read::raw::Item;
use crate::yaml::{Fault, Node, Tree, known_names};
use serde::Deserialize;
use serde_json::{Number, Value as Json};
use std::collections::HashMap;

/// Values in the order of the axis.
pub(super) type Values = Vec<Node>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Count {
    count: usize,
    #[serde(default)]
    from: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Range {
    from: Number,
    to: Number,
    step: Number,
}

/// The values of one axis.
pub(super) fn axis(item: &Item, name: &str, node: &Node) -> Result<Values, Vec<Fault>> {
    let values = match &node.tree {
        Tree::List(items) => items.clone(),
        Tree::Map(_) => numbers(item, name, node)?.iter().map(|v| node.like(v)).collect(),
        _ => vec![node.clone()],
    };
    if values.is_empty() {
        return Err(vec![item.at(node, format!("the axis `{name}` is empty")).help("give it at least one value")]);
    }
    if values.len() > MAX_CELLS {
        return Err(vec![item.at(node, format!("the axis `{name}` has more than {MAX_CELLS} values"))]);
    }
    Ok(values)
}

/// The forms of an axis, with the keys that may stand beside them.
const FORMS: [(&str, &[&str]); 5] = [
    ("count", &["count", "from"]),
    ("range", &["range"]),
    ("log10", &["log10", "whole"]),
    ("linear", &["linear", "whole"]),
    ("zip", &["zip"]),
];

fn numbers(item: &Item, name: &str, node: &Node) -> Result<Vec<Json>, Vec<Fault>> {
    let forms = FORMS.map(|(form, _)| form);
    let Some((form, keys)) = FORMS.iter().find(|(form, _)| node.get(form).is_some()) else {
        let wrong = node.entries().first();
        let (mark, key) = wrong.map_or((node.mark, ""), |entry| (entry.mark, entry.key.as_str()));
        let source = node.source.as_deref().unwrap_or(&item.source);
        let fault = source.fault(mark, format!("the axis `{name}` has no form `{key}`"));
        let help = known_names(key, &forms).unwrap_or_default();
        return Err(vec![fault.help(format!("an axis is a list, or one of these forms: {help}"))]);
    };
    only_keys(item, node, keys)?;
    match *form {
        "count" => counted(item, node),
        "range" => {
            let range: Range = node.get("range").unwrap_or(node).typed(&item.source)?;
            stepped((&range.from, &range.to), &range.step, MAX_CELLS).map_err(|message| vec![item.at(node, message)])
        }
        "zip" => Err(vec![
            item.at(node, format!("the axis `{name}` is zipped already"))
                .help("give it a list, or `count`, `range`, `linear` or `log10`"),
        ]),
        _ => spaced(item, node),
    }
}

/// Refuses keys that would do nothing.
pub(super) fn only_keys(item: &Item, node: &Node, known: &[&str]) -> Result<(), Vec<Fault>> {
    let source = node.source.as_deref().unwrap_or(&item.source);
    let unknown = node.entries().iter().filter(|entry| !known.contains(&entry.key.as_str()));
    let fault = |entry: &crate::yaml::Entry| {
        let fault = source.fault(entry.mark, format!("`{}` has no meaning beside `{}`", entry.key, known[0]));
        fault.help(known_names(&entry.key, known).unwrap_or_default())
    };
    let faults: Vec<Fault> = unknown.map(fault).collect();
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

fn counted(item: &Item, node: &Node) -> Result<Vec<Json>, Vec<Fault>> {
    let Count { count, from } = node.typed(&item.source)?;
    if count > MAX_CELLS {
        return Err(vec![
            item.at(node, format!("a count of {count} is more than the {MAX_CELLS} cells that a sweep may have")),
        ]);
    }
    let end = i64::try_from(count).ok().and_then(|count| from.checked_add(count));
    let Some(end) = end else {
        return Err(vec![item.at(node, format!("{count} values from {from} on pass the largest whole number"))]);
    };
    Ok((from..end).map(Json::from).collect())
}

fn spaced(item: &Item, node: &Node) -> Result<Vec<Json>, Vec<Fault>> {
    const _: () = assert!(MAX_POINTS <= MAX_CELLS, "a grid that is read fits a sweep");
    let whole = node.get("whole").map_or(Ok(false), |node| node.typed::<bool>(&item.source))?;
    let entries = node.entries().iter().filter(|e| e.key != "whole").cloned().collect();
    let grid: Grid = Node { tree: Tree::Map(entries), ..node.clone() }.typed(&item.source)?;
    if !whole {
        return Ok(grid.0.into_iter().map(Json::from).collect());
    }
    let mut values: Vec<f64> = grid.0.into_iter().map(f64::round).collect();
    values.dedup();
    Ok(values.into_iter().map(whole_if_whole).collect())
}

/// A JSON whole number where the value is one, so that it can fill a count.
#[expect(clippy::cast_possible_truncation, reason = "only where the value is a whole number below 2^53")]
fn whole_if_whole(value: f64) -> Json {
    if value.fract() == 0.0 && value.abs() < 9e15 { Json::from(value as i64) } else { Json::from(value) }
}

/// A value of an axis as tables hold it: a list or mapping is the text of its JSON, as tables hold single values.
pub(in crate::study) fn value(node: &Node) -> Cell {
    let json = node.to_json();
    serde_json::from_value(json.clone()).unwrap_or_else(|_| Cell::Text(json.to_string()))
}

/// The same text for equal values, and for no others: 1 and 1.0 are one number, 1 and "1" are not.
pub(in crate::study) fn identity(node: &Node) -> String {
    match &node.tree {
        Tree::Int(whole) => whole.to_string(),
        Tree::Float(real) => {
            #[expect(clippy::cast_possible_truncation, reason = "checked by converting back")]
            let whole = *real as i64;
            if Cell::Int(whole).total_cmp(&Cell::Float(*real)).is_eq() {
                whole.to_string()
            } else {
                format!("{real:e}")
            }
        }
        Tree::List(items) => format!("[{}]", items.iter().map(identity).collect::<Vec<_>>().join(",")),
        Tree::Map(entries) => {
            let mut parts: Vec<String> =
                entries.iter().map(|e| format!("{}:{}", Json::from(e.key.as_str()), identity(&e.node))).collect();
            parts.sort();
            format!("{{{}}}", parts.join(","))
        }
        _ => node.to_json().to_string(),
    }
}

/// A value, or a row of zipped values, that stands twice: its steps would run once and be counted as two.
pub(super) fn repeated(item: &Item, names: &[&str], rows: &[Vec<Node>]) -> Result<(), Vec<Fault>> {
    let mut seen = HashMap::new();
    for row in rows {
        let key = row.iter().map(identity).collect::<Vec<_>>().join("\u{1f}");
        if let Some(first) = seen.insert(key, row) {
            let words = |row: &[Node]| row.iter().map(|node| value(node).to_string()).collect::<Vec<_>>().join(", ");
            let (first, second) = (words(first), words(row));
            let message = format!("the axis `{}` has the value {second} twice", names.join("`, `"));
            let help =
                if first == second { String::new() } else { format!("{first} and {second} are the same number; ") };
            return Err(vec![item.at(&row[0], message).help(format!("{help}give each value once"))]);
        }
    }
    Ok(())
}
