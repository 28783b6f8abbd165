//! Axes into cells.

use super::MAX_CELLS;
use super::raw::Item;
use super::scope::Scope;
use crate::step::{Condition, Grid};
use crate::yaml::{Fault, Mark, Node, Tree, known_names};
use serde::Deserialize;
use serde_json::Value as Json;

/// One cell: a value for every axis, in the order of the study.
pub(super) type SweepCell = Vec<(String, Node)>;

/// Axes that vary together: names, and rows of values.
struct Group {
    names: Vec<String>,
    rows: Vec<Vec<Node>>,
}

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
    from: f64,
    to: f64,
    step: f64,
}

/// The names that the axes give values to.
pub(super) fn axis_names(sweep: &[Item]) -> Vec<String> {
    let mut names = Vec::new();
    for item in sweep.iter().filter(|item| item.name != "exclude") {
        match item.node.get("zip") {
            Some(zip) => names.extend(zip.entries().iter().map(|e| e.key.clone())),
            None => names.push(item.name.clone()),
        }
    }
    names
}

/// All cells: the product of the axes without the excluded ones. A study without axes has one cell.
pub(super) fn cells(sweep: &[Item], constants: &[Item]) -> Result<Vec<SweepCell>, Vec<Fault>> {
    let scope = Scope { constants, axes: &[] };
    let mut groups = Vec::new();
    let mut faults = Vec::new();
    for item in sweep.iter().filter(|item| item.name != "exclude") {
        match group(item, scope) {
            Ok(group) => groups.push(group),
            Err(more) => faults.extend(more),
        }
    }
    faults.extend(repeated(sweep));
    if !faults.is_empty() {
        return Err(faults);
    }
    let total = groups.iter().try_fold(1usize, |total, group| total.checked_mul(group.rows.len()));
    if total.is_none_or(|total| total > MAX_CELLS) {
        let sizes: Vec<String> = groups.iter().map(|g| format!("{} × {}", g.names.join(","), g.rows.len())).collect();
        let message = format!("the sweep has more than {MAX_CELLS} cells ({})", sizes.join(", "));
        let mark = sweep.first().map_or(Mark::default(), |item| item.mark);
        return Err(sweep
            .iter()
            .take(1)
            .map(|i| i.fault(mark, &message).help("shorten an axis, or zip axes that belong together"))
            .collect());
    }
    let mut cells = product(&groups);
    if let Some(exclude) = sweep.iter().find(|item| item.name == "exclude") {
        let rules = exclusions(exclude, sweep)?;
        let mut kept = Vec::with_capacity(cells.len());
        for cell in cells {
            if !excluded(&cell, &rules, exclude, constants)? {
                kept.push(cell);
            }
        }
        cells = kept;
        if cells.is_empty() {
            return Err(vec![
                exclude
                    .fault(exclude.mark, "`exclude` leaves no cell")
                    .help("a cell goes out where all conditions of one rule hold"),
            ]);
        }
    }
    Ok(cells)
}

/// Zipped axes that have the name of another axis.
fn repeated(sweep: &[Item]) -> Vec<Fault> {
    let names = axis_names(sweep);
    let twice = |name: &str| names.iter().filter(|other| *other == name).count() > 1;
    let zips = sweep.iter().filter_map(|item| item.node.get("zip").map(|zip| (item, zip)));
    let entries = zips.flat_map(|(item, zip)| zip.entries().iter().map(move |entry| (item, entry)));
    let repeats = entries.filter(|(_, entry)| twice(&entry.key));
    repeats
        .map(|(item, e)| item.fault(e.mark, format!("`{}` is a sweep axis twice", e.key)).help("rename one of the two"))
        .collect()
}

fn product(groups: &[Group]) -> Vec<SweepCell> {
    groups.iter().fold(vec![Vec::new()], |cells, group| {
        let extend = |cell: &SweepCell| -> Vec<SweepCell> {
            let with = |row: &Vec<Node>| {
                cell.iter().cloned().chain(group.names.iter().cloned().zip(row.iter().cloned())).collect()
            };
            group.rows.iter().map(with).collect()
        };
        cells.iter().flat_map(extend).collect()
    })
}

fn group(item: &Item, scope: Scope<'_>) -> Result<Group, Vec<Fault>> {
    let node = scope.resolve(&item.node, &item.source)?;
    if let Some(zip) = node.get("zip") {
        return zipped(item, zip);
    }
    let values = axis(item, &item.name, &node)?;
    Ok(Group { names: vec![item.name.clone()], rows: values.into_iter().map(|v| vec![v]).collect() })
}

fn zipped(item: &Item, zip: &Node) -> Result<Group, Vec<Fault>> {
    if zip.entries().is_empty() {
        return Err(vec![item.fault(zip.mark, "`zip` must name at least one axis")]);
    }
    let mut columns = Vec::new();
    for entry in zip.entries() {
        columns.push(axis(item, &entry.key, &entry.node)?);
    }
    let lengths: Vec<String> =
        zip.entries().iter().zip(&columns).map(|(e, c)| format!("{} has {}", e.key, c.len())).collect();
    if columns.iter().any(|c| c.len() != columns[0].len()) {
        let fault = item.fault(zip.mark, format!("zipped axes must have equal lengths: {}", lengths.join(", ")));
        return Err(vec![fault.help("zipped axes are read in step: give each a value for every row")]);
    }
    let rows = (0..columns[0].len()).map(|i| columns.iter().map(|c| c[i].clone()).collect()).collect();
    Ok(Group { names: zip.entries().iter().map(|e| e.key.clone()).collect(), rows })
}

/// The values of one axis, from any of its forms.
fn axis(item: &Item, name: &str, node: &Node) -> Result<Vec<Node>, Vec<Fault>> {
    let values = match &node.tree {
        Tree::List(items) => items.clone(),
        Tree::Map(_) => numbers(item, name, node)?.iter().map(|v| Node::from_json(v, node.mark)).collect(),
        _ => vec![node.clone()],
    };
    if values.is_empty() {
        return Err(vec![
            item.fault(node.mark, format!("the axis `{name}` is empty")).help("give it at least one value"),
        ]);
    }
    Ok(values)
}

fn numbers(item: &Item, name: &str, node: &Node) -> Result<Vec<Json>, Vec<Fault>> {
    let keys: Vec<&str> = node.entries().iter().map(|e| e.key.as_str()).collect();
    let known = ["count", "range", "log10", "linear", "zip"];
    match keys.iter().find(|key| known.contains(key)) {
        Some(&"count") => {
            let Count { count, from } = node.typed(&item.source)?;
            let count = i64::try_from(count).unwrap_or(i64::MAX).min(MAX_CELLS as i64 + 1);
            Ok((from..from + count).map(Json::from).collect())
        }
        Some(&"range") => {
            let range: Range = node.get("range").unwrap_or(node).typed(&item.source)?;
            stepped(&range).map_err(|message| vec![item.fault(node.mark, message)])
        }
        Some(&("log10" | "linear")) => spaced(item, node),
        _ => {
            let wrong = keys.first().copied().unwrap_or_default();
            let fault = item.fault(node.mark, format!("the axis `{name}` has no form `{wrong}`"));
            let help = known_names(wrong, &known).unwrap_or_default();
            Err(vec![fault.help(format!("an axis is a list, or one of these forms: {help}"))])
        }
    }
}

fn stepped(range: &Range) -> Result<Vec<Json>, String> {
    if range.step == 0.0 || (range.to - range.from) / range.step < 0.0 {
        return Err(format!("a step of {} never leads from {} to {}", range.step, range.from, range.to));
    }
    let count = ((range.to - range.from) / range.step + 1e-9).floor();
    if count > MAX_CELLS as f64 {
        return Err(format!("the range has more than {MAX_CELLS} values"));
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded by MAX_CELLS just above")]
    let count = count as usize;
    #[expect(clippy::cast_precision_loss, reason = "bounded by MAX_CELLS")]
    let at = |i: usize| whole_if_whole(range.from + range.step * i as f64);
    Ok((0..=count).map(at).collect())
}

fn spaced(item: &Item, node: &Node) -> Result<Vec<Json>, Vec<Fault>> {
    let whole = node.get("whole").map_or(Ok(false), |node| node.typed::<bool>(&item.source))?;
    let entries = node.entries().iter().filter(|e| e.key != "whole").cloned().collect();
    let grid: Grid = Node { mark: node.mark, tree: Tree::Map(entries) }.typed(&item.source)?;
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

fn exclusions(exclude: &Item, sweep: &[Item]) -> Result<Vec<Node>, Vec<Fault>> {
    let rules = match &exclude.node.tree {
        Tree::List(rules) => rules.clone(),
        _ => vec![exclude.node.clone()],
    };
    let names = axis_names(sweep);
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    for rule in &rules {
        if let Some(entry) = rule.entries().iter().find(|e| !known.contains(&e.key.as_str())) {
            let fault = exclude.fault(entry.mark, format!("`{}` is no sweep axis", entry.key));
            return Err(vec![fault.help(known_names(&entry.key, &known).unwrap_or_default())]);
        }
    }
    Ok(rules)
}

fn excluded(cell: &SweepCell, rules: &[Node], item: &Item, constants: &[Item]) -> Result<bool, Vec<Fault>> {
    let scope = Scope { constants, axes: cell };
    for rule in rules {
        let rule = scope.resolve(rule, &item.source)?;
        let mut all = !rule.entries().is_empty();
        for entry in rule.entries() {
            let condition: Condition = entry.node.typed(&item.source)?;
            let value = cell.iter().find(|(axis, _)| *axis == entry.key).map(|(_, node)| node.to_json());
            let value = serde_json::from_value(value.unwrap_or(Json::Null)).unwrap_or(crate::artifact::Cell::Null);
            all &= condition.accepts(&value);
        }
        if all {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{Source, parse};
    use proptest::prelude::*;
    use std::collections::BTreeSet;
    use std::sync::Arc;

    fn sweep(text: &str) -> Vec<Item> {
        let source = Arc::new(Source::new("s.yaml", text));
        let root = parse(&source).unwrap();
        let item = |e: &crate::yaml::Entry| Item {
            name: e.key.clone(),
            mark: e.mark,
            node: e.node.clone(),
            source: Arc::clone(&source),
        };
        root.entries().iter().map(item).collect()
    }

    /// Cells as text, and the number of values in each.
    fn expanded(text: &str) -> (Vec<String>, BTreeSet<usize>) {
        let cells = cells(&sweep(text), &[]).unwrap();
        let words =
            |cell: &SweepCell| cell.iter().map(|(name, v)| format!("{name}={}", v.to_json())).collect::<Vec<_>>();
        (cells.iter().map(|cell| words(cell).join(" ")).collect(), cells.iter().map(Vec::len).collect())
    }

    #[test]
    fn axes_multiply_the_last_one_fastest() {
        let (cells, _) = expanded("a: [1, 2]\nb: {zip: {c: [x, y], d: [3, 4]}}\n");
        assert_eq!(cells[..3], ["a=1 c=\"x\" d=3", "a=1 c=\"y\" d=4", "a=2 c=\"x\" d=3"]);
    }

    #[test]
    fn a_study_without_axes_has_one_cell() {
        assert_eq!(cells(&[], &[]).unwrap(), [Vec::new()]);
    }

    proptest! {
        #[test]
        fn cells_are_the_product_and_no_cell_stands_twice(a in 1usize..8, b in 1usize..8, zipped in 1usize..8) {
            let list = |n: usize| format!("{:?}", (0..n).collect::<Vec<_>>());
            let z = list(zipped);
            let text = format!("a: {}\nb: {{count: {b}}}\nz: {{zip: {{p: {z}, q: {z}}}}}\n", list(a));
            let (cells, sizes) = expanded(&text);
            prop_assert_eq!(cells.len(), a * b * zipped);
            prop_assert_eq!(cells.iter().collect::<BTreeSet<_>>().len(), cells.len());
            prop_assert_eq!(sizes, BTreeSet::from([4]));
        }

        #[test]
        fn exclude_takes_out_what_it_says(n in 2usize..12, at_least in 1i64..12) {
            let text = format!("a: {{count: {n}}}\nexclude: {{a: {{at_least: {at_least}}}}}\n");
            let (cells, _) = expanded(&text);
            prop_assert_eq!(cells.len(), n.min(usize::try_from(at_least).unwrap()));
        }

        #[test]
        fn a_range_reaches_its_end_and_not_further(from in -50i64..50, steps in 0i64..40, step in 1i64..9) {
            let to = from + steps * step;
            let (cells, _) = expanded(&format!("a: {{range: {{from: {from}, to: {to}, step: {step}}}}}\n"));
            prop_assert_eq!(cells.len() as i64, steps + 1);
            prop_assert_eq!(cells.last().unwrap(), &format!("a={to}"));
        }
    }
}
