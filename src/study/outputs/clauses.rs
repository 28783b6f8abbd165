//! The clauses of a table, in the order in which they act: `keys`, `where`, `choose`, `difference`, `over` or `bins`.

use super::places::Places;
use super::table_spec::TableSpec;
use crate::artifact::Cell;
use crate::step::Header;
use crate::study::columns::{known, no_column};
use crate::study::expand::{Builder, Wire};
use crate::study::nodes::derived;
use crate::study::read::raw::Item;
use crate::yaml::{Fault, Mark, Node, known_names};
use serde_json::{Value as Json, json};

/// The column that says which of the stacked steps a row is from, and its values.
#[derive(Debug, Clone)]
pub(super) struct Labels {
    pub column: String,
    pub names: Vec<String>,
}

/// The rows of a table on their way through its clauses.
pub(super) struct Rows {
    pub wire: Wire,
    pub keys: Vec<String>,
    pub labels: Labels,
    pub places: Places,
}

/// The rows after `keys`, `where`, `choose` and `difference`.
pub(super) fn shaped(
    builder: &mut Builder<'_>,
    item: &Item,
    (spec, node): (&TableSpec, &Node),
    mut rows: Rows,
) -> Result<Rows, Vec<Fault>> {
    let header = rows.wire.header(builder);
    declare_keys(item, (spec.keys.as_ref(), node), (&mut rows.keys, header))?;
    rows.places = rows.places.kept(item, node.get("where"))?;
    if let Some(filter) = &spec.filter {
        rows.wire = derived(builder, item, "filter", (json!({"where": filter}), Some(node), rows.wire))?;
    }
    if let Some(choose) = &spec.choose {
        let mut params = choose.clone();
        params["keys"] = json!(rows.keys);
        rows.wire = derived(builder, item, "choose", (params, node.get("choose"), rows.wire))?;
        // A chosen value is a result: it neither splits averages nor has to agree in pairs.
        rows.keys.retain(|key| !names(&choose["over"]).contains(&key.as_str()));
    }
    if let (Some(_), Some(written)) = (&spec.difference, node.get("difference")) {
        rows.wire = difference(builder, item, (written, rows.wire), (&rows.labels, &rows.keys))?;
        let of = written.get("of").and_then(Node::text).unwrap_or_default();
        rows.places = rows.places.of(&rows.labels.column, of);
    }
    Ok(rows)
}

/// The summary of the rows by `over` or `bins`, and the keys that are left.
pub(super) fn summarised(
    builder: &mut Builder<'_>,
    item: &Item,
    (spec, node): (&TableSpec, &Node),
    rows: &Rows,
) -> Result<(Wire, Vec<String>, Places), Vec<Fault>> {
    let (mut wire, mut keys, mut places) = (rows.wire, rows.keys.clone(), rows.places.clone());
    if let Some(over) = &spec.over {
        let over = if over.is_array() { over.clone() } else { json!([over]) };
        let mut params = json!({"keys": keys, "over": over});
        if let Some(interval) = &spec.interval {
            params["interval"] = interval.clone();
        }
        wire = derived(builder, item, "aggregate", (params, Some(node), wire))?;
        places = places.without(&names(&over));
        keys.retain(|key| !names(&over).contains(&key.as_str()));
    }
    if let Some(bins) = &spec.bins {
        let mut params = bins.clone();
        params["keys"] = json!(rows.keys);
        wire = derived(builder, item, "bins", (params, node.get("bins"), wire))?;
        places = places.without(&names(&bins["pool"]));
        keys = spec.keys_of_bins(keys);
    }
    Ok((wire, keys, places))
}

/// Adds the columns of `keys`, which tell rows of one step apart as axes do.
fn declare_keys(
    item: &Item,
    (value, node): (Option<&Json>, &Node),
    (keys, header): (&mut Vec<String>, Option<&Header>),
) -> Result<(), Vec<Fault>> {
    const HELP: &str = "`keys` names columns that the steps make themselves; axes of the sweep are keys anyway";
    let (Some(value), mark) = (value, node.get("keys").map_or(item.mark, |n| n.mark)) else { return Ok(()) };
    let names = names(value);
    if names.is_empty() || value.as_array().is_some_and(|list| list.len() != names.len()) {
        return Err(vec![item.fault(mark, "expected a column's name or a list of them").help(HELP)]);
    }
    for name in names {
        if keys.iter().any(|key| key == name) {
            return Err(vec![item.fault(mark, format!("`{name}` tells the rows apart already")).help(HELP)]);
        }
        if let Some(header) = header.filter(|header| header.get(name).is_none()) {
            let fault = item.fault(mark, no_column(name));
            return Err(vec![fault.help(known(name, &[header]))]);
        }
        keys.push(name.to_owned());
    }
    Ok(())
}

/// The `difference` clause as a step, once both of its labels are known to be in the table.
fn difference(
    builder: &mut Builder<'_>,
    item: &Item,
    (written, wire): (&Node, Wire),
    (labels, keys): (&Labels, &[String]),
) -> Result<Wire, Vec<Fault>> {
    let faults: Vec<Fault> =
        ["of", "against"].iter().filter_map(|end| unknown_label(item, written, (end, labels))).collect();
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut params = written.to_json();
    if let Json::Object(map) = &mut params {
        map.insert("by".to_owned(), json!(labels.column));
        map.insert("keys".to_owned(), json!(keys));
    }
    // The clause is a step of its own: what it lacks is missing there.
    let clause = Item { mark: written.mark, ..item.clone() };
    derived(builder, &clause, "difference", (params, Some(written), wire))
}

/// Labels that a condition could not tell apart, or whose column an axis has already.
pub(super) fn labels_apart(item: &Item, (column, node): (&str, &Node), axes: &[String]) -> Result<(), Vec<Fault>> {
    if axes.iter().any(|axis| axis == column) {
        let mark = node.get("as").map_or(item.mark, |n| n.mark);
        let fault =
            item.fault(mark, format!("the column of the labels is called `{column}`, as is an axis of the sweep"));
        return Err(vec![fault.help("give it another name with `as: NAME`")]);
    }
    let entries = node.get("stack").map(Node::entries).unwrap_or_default();
    for (index, entry) in entries.iter().enumerate() {
        let number = Cell::number(&entry.key);
        let twin =
            entries[..index].iter().find(|other| number.as_ref().is_some_and(|n| n.means(&other.key.as_str().into())));
        if let Some(twin) = twin {
            let fault =
                item.fault(entry.mark, format!("the labels `{}` and `{}` are the same number", twin.key, entry.key));
            return Err(vec![fault.help("`where` could not tell them apart: change one of the two")]);
        }
    }
    Ok(())
}

fn unknown_label(item: &Item, written: &Node, (end, labels): (&str, &Labels)) -> Option<Fault> {
    // A missing or ill-typed end is a fault of the kind's parameters.
    let (text, mark): (&str, Mark) = written.get(end).and_then(|node| Some((node.text()?, node.mark)))?;
    if labels.names.iter().any(|name| name == text) {
        return None;
    }
    let known: Vec<&str> = labels.names.iter().map(String::as_str).collect();
    let fault = item.fault(mark, format!("no rows of this table are of {} `{text}`", labels.column));
    Some(fault.help(known_names(text, &known).unwrap_or_default()))
}

/// The names in a value that is one name or a list of them.
fn names(value: &Json) -> Vec<&str> {
    match value {
        Json::Array(list) => list.iter().filter_map(Json::as_str).collect(),
        other => other.as_str().into_iter().collect(),
    }
}
