//! Axes into cells.

use super::axis::{Values, axis, only_keys, repeated, value};
use crate::artifact::Cell;
use crate::step::Condition;
use crate::study::environment::MAX_CELLS;
use crate::study::read::raw::Item;
use crate::study::read::scope::Scope;
use crate::yaml::{Fault, Node, Tree, known_names};

/// One cell: a value for every axis, in the order of the study.
pub(in crate::study) type SweepCell = Vec<(String, Node)>;

/// Axes that vary together: names, and rows of values.
struct Group {
    names: Vec<String>,
    rows: Vec<Vec<Node>>,
}

/// The names that the axes give values to.
pub(in crate::study) fn axis_names(sweep: &[Item]) -> Vec<String> {
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
pub(in crate::study) fn cells(sweep: &[Item], constants: &[Item]) -> Result<Vec<SweepCell>, Vec<Fault>> {
    let scope = Scope { constants, axes: &[] };
    let mut groups = Vec::new();
    let mut faults = Vec::new();
    for item in sweep.iter().filter(|item| item.name != "exclude") {
        match group(item, scope) {
            Ok(group) => groups.push(group),
            Err(more) => faults.extend(more),
        }
    }
    faults.extend(named_twice(sweep));
    if !faults.is_empty() {
        return Err(faults);
    }
    let total = groups.iter().try_fold(1usize, |total, group| total.checked_mul(group.rows.len()));
    if total.is_none_or(|total| total > MAX_CELLS) {
        return Err(too_many(sweep, &groups));
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

/// The values of each axis in the order of the study, also those that `exclude` takes out everywhere.
pub(super) fn axis_values(sweep: &[Item], constants: &[Item]) -> Result<Vec<(String, Values)>, Vec<Fault>> {
    let scope = Scope { constants, axes: &[] };
    let mut axes = Vec::new();
    for item in sweep.iter().filter(|item| item.name != "exclude") {
        let Group { names, rows } = group(item, scope)?;
        let column = |place: usize| rows.iter().map(|row| row[place].clone()).collect();
        axes.extend(names.into_iter().enumerate().map(|(place, name)| (name, column(place))));
    }
    Ok(axes)
}

/// The fault of a product that is too large, at its longest axis.
fn too_many(sweep: &[Item], groups: &[Group]) -> Vec<Fault> {
    let sizes: Vec<String> = groups.iter().map(|g| format!("{} × {}", g.names.join(","), g.rows.len())).collect();
    let message = format!("the sweep has more than {MAX_CELLS} cells ({})", sizes.join(", "));
    let axes = sweep.iter().filter(|item| item.name != "exclude").zip(groups);
    let longest = axes.max_by_key(|(_, group)| group.rows.len()).map(|(item, _)| item);
    let fault = |item: &Item| item.fault(item.mark, &message).help("shorten an axis, or zip axes that belong together");
    longest.map(fault).into_iter().collect()
}

/// Zipped axes that have the name of another axis.
fn named_twice(sweep: &[Item]) -> Vec<Fault> {
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
        only_keys(item, &node, &["zip"])?;
        return zipped(item, zip);
    }
    let rows: Vec<Vec<Node>> = axis(item, &item.name, &node)?.into_iter().map(|v| vec![v]).collect();
    repeated(item, &[&item.name], &rows)?;
    Ok(Group { names: vec![item.name.clone()], rows })
}

fn zipped(item: &Item, zip: &Node) -> Result<Group, Vec<Fault>> {
    if zip.entries().is_empty() {
        return Err(vec![
            item.at(zip, "`zip` must name at least one axis").help("for example `zip: {n: [1, 2], k: [3, 4]}`"),
        ]);
    }
    let mut columns: Vec<Values> = Vec::new();
    for entry in zip.entries() {
        columns.push(axis(item, &entry.key, &entry.node)?);
    }
    let lengths: Vec<String> =
        zip.entries().iter().zip(&columns).map(|(e, c)| format!("{} has {}", e.key, c.len())).collect();
    if columns.iter().any(|c| c.len() != columns[0].len()) {
        let fault = item.at(zip, format!("zipped axes must have equal lengths: {}", lengths.join(", ")));
        return Err(vec![fault.help("zipped axes are read in step: give each a value for every row")]);
    }
    let rows: Vec<Vec<Node>> = (0..columns[0].len()).map(|i| columns.iter().map(|c| c[i].clone()).collect()).collect();
    let names: Vec<&str> = zip.entries().iter().map(|e| e.key.as_str()).collect();
    repeated(item, &names, &rows)?;
    Ok(Group { names: names.into_iter().map(ToOwned::to_owned).collect(), rows })
}

fn exclusions(exclude: &Item, sweep: &[Item]) -> Result<Vec<Node>, Vec<Fault>> {
    let rules = match &exclude.node.tree {
        Tree::List(rules) => rules.clone(),
        _ => vec![exclude.node.clone()],
    };
    let names = axis_names(sweep);
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    for rule in &rules {
        if rule.entries().is_empty() {
            let fault = exclude.at(rule, format!("a rule of `exclude` is a mapping of axes, found {}", rule.what()));
            return Err(vec![fault.help("for example `exclude: [{n: 500, k: {more_than: 100}}]`")]);
        }
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
        let mut all = true;
        for entry in rule.entries() {
            let condition: Condition = entry.node.typed(&item.source)?;
            let own = cell.iter().find(|(axis, _)| *axis == entry.key).map_or(Cell::Null, |(_, node)| value(node));
            all &= condition.accepts(&own);
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
