//! The clauses of a table, in the order of the catalog: `keys` and what keeps rows, then what sums them up.

use super::places::Places;
use super::table_spec::{Clausal, TableSpec};
use crate::artifact::Cell;
use crate::step::roles::{Clause, GivenTable, Makes, Need};
use crate::step::{Header, Intervals};
use crate::study::builder::Builder;
use crate::study::columns::{known, no_column};
use crate::study::model::Wire;
use crate::study::nodes::{give, node_of};
use crate::study::read::names;
use crate::study::read::raw::Item;
use crate::yaml::{Fault, Node};
use serde_json::Value as Json;

/// The rows of a table on their way through its clauses.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    pub wire: Wire,
    /// What tells them apart and is no result.
    pub keys: Vec<String>,
    /// What tells them apart besides, such as the edges of a histogram.
    pub made: Vec<String>,
    /// The column that says which of the stacked steps a row is from.
    pub labels: String,
    pub places: Places,
}

impl Rows {
    /// The columns that tell them apart.
    pub fn all_keys(&self) -> Vec<String> {
        self.keys.iter().chain(&self.made).cloned().collect()
    }
}

/// The rows after `keys` and the clauses that make rows of rows.
pub(super) fn shaped(
    builder: &mut Builder<'_>,
    item: &Item,
    spec: &TableSpec<'_>,
    mut rows: Rows,
) -> Result<Rows, Vec<Fault>> {
    let header = rows.wire.header(&builder.nodes).cloned();
    declare_keys(item, spec.node.get("keys"), (&mut rows, header.as_ref()))?;
    rows.places = rows.places.kept(item, spec.node.get("where"))?;
    each(builder, item, spec, (rows, &|clause| clause.makes == Makes::Rows))
}

/// The rows after the clauses that sum them up.
pub(super) fn summarised(
    builder: &mut Builder<'_>,
    item: &Item,
    spec: &TableSpec<'_>,
    rows: &Rows,
) -> Result<Rows, Vec<Fault>> {
    let sums_up = |clause: &Clause| matches!(clause.makes, Makes::Summary | Makes::Instead { .. });
    each(builder, item, spec, (rows.clone(), &sums_up))
}

/// The rows after some of the clauses, one step each.
fn each(
    builder: &mut Builder<'_>,
    item: &Item,
    spec: &TableSpec<'_>,
    (mut rows, which): (Rows, &dyn Fn(&Clause) -> bool),
) -> Result<Rows, Vec<Fault>> {
    for operation in spec.written(which) {
        let (mut params, mark) = spec.parameters(&operation.clause);
        // A clause is a step of its own: what it lacks is missing there.
        let clause = Item { mark, ..item.clone() };
        fill(&mut params, (&operation, &rows, &[]), &clause)?;
        rows.wire = table_node(builder, &clause, (&operation, &params), rows.wire)?;
        let step = &builder.nodes[rows.wire.node].step;
        lacking(&clause, &params, (&step.needs(), &rows.places))?;
        let after = step.after();
        let gone: Vec<&str> = after.gone.iter().map(String::as_str).collect();
        rows.places = rows.places.without(&gone);
        if let Some((column, value)) = &after.only {
            rows.places = rows.places.of(column, value);
        }
        // An operation that is told no keys leaves them as they are.
        if operation.role.filled().contains(&"keys") {
            (rows.keys, rows.made) = (after.keys, after.made);
        }
    }
    Ok(rows)
}

/// Writes what the study layer knows of the rows.
pub(super) fn fill(
    params: &mut Node,
    (operation, rows, averaged): (&Clausal, &Rows, &[String]),
    item: &Item,
) -> Result<(), Vec<Fault>> {
    let given = GivenTable { keys: &rows.all_keys(), labels: &rows.labels, averaged };
    give(params, operation.role.given(&given), item)
}

/// The intervals around the numbers of a table.
pub(super) fn intervals(builder: &Builder<'_>, wire: Wire) -> Intervals {
    wire.header(&builder.nodes).map(Header::intervals).unwrap_or_default()
}

/// A step that takes one table.
pub(super) fn table_node(
    builder: &mut Builder<'_>,
    item: &Item,
    (operation, params): (&Clausal, &Node),
    wire: Wire,
) -> Result<Wire, Vec<Fault>> {
    let slot = operation.kind.about().inputs.first().map_or_else(String::new, |slot| slot.name.to_owned());
    node_of(builder, item, operation.kind, (params, vec![(slot, vec![wire])]))
}

/// What a step needs and no row has.
pub(super) fn lacking(item: &Item, params: &Node, (needs, places): (&[Need], &Places)) -> Result<(), Vec<Fault>> {
    let lacks = |need: &Need| {
        let fault = places.lacks(item, params.get(need.parameter), (&need.column, &need.value))?;
        Some(fault)
    };
    let faults: Vec<Fault> = needs.iter().filter_map(lacks).collect();
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// Adds the columns of `keys`, which tell rows of one step apart as axes do.
fn declare_keys(
    item: &Item,
    written: Option<&Node>,
    (rows, header): (&mut Rows, Option<&Header>),
) -> Result<(), Vec<Fault>> {
    const HELP: &str = "`keys` names columns that the steps make themselves; axes of the sweep are keys anyway";
    let Some(node) = written else { return Ok(()) };
    let value = node.to_json();
    let names = listed(&value);
    if names.is_empty() || value.as_array().is_some_and(|list| list.len() != names.len()) {
        return Err(vec![item.fault(node.mark, "expected a column's name or a list of them").help(HELP)]);
    }
    for name in names {
        if rows.keys.iter().chain(&rows.made).any(|key| key == name) {
            return Err(vec![item.fault(node.mark, format!("`{name}` tells the rows apart already")).help(HELP)]);
        }
        if let Some(header) = header.filter(|header| header.get(name).is_none()) {
            return Err(vec![item.fault(node.mark, no_column(name)).help(known(name, &[header]))]);
        }
        rows.keys.push(name.to_owned());
    }
    Ok(())
}

/// Labels that a condition could not tell apart, or whose column an axis has already.
pub(super) fn labels_apart(item: &Item, spec: &TableSpec<'_>, axes: &[String]) -> Result<(), Vec<Fault>> {
    let faults = names::labels(item, (spec.stacked(), spec.node.get("as")));
    if !faults.is_empty() {
        return Err(faults);
    }
    let column = spec.labels;
    if axes.iter().any(|axis| axis == column) {
        let mark = spec.node.get("as").map_or(item.mark, |n| n.mark);
        let fault =
            item.fault(mark, format!("the column of the labels is called `{column}`, as is an axis of the sweep"));
        return Err(vec![fault.help("give it another name with `as: NAME`")]);
    }
    let entries = spec.stacked();
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

/// The names in a value that is one name or a list of them.
fn listed(value: &Json) -> Vec<&str> {
    match value {
        Json::Array(list) => list.iter().filter_map(Json::as_str).collect(),
        other => other.as_str().into_iter().collect(),
    }
}
