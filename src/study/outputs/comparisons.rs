//! Published numbers on their way into a comparison: those of this profile, and those that are neither compared nor
//! explained.

use super::only::made;
use super::places::Places;
use crate::artifact::Cell;
use crate::step::Row;
use crate::study::nodes::put;
use crate::study::read::published::{self, Numbers};
use crate::study::read::raw::{Item, RawStudy};
use crate::yaml::{Fault, Node, Tree, known_names};
use std::collections::BTreeMap;
use std::path::Path;

/// The published numbers of a name, with the reasons that are said in this profile.
///
/// # Errors
/// Numbers that are not there or not well written.
pub(super) fn named(
    raw: &RawStudy,
    (profile, path): (&str, &Path),
    (item, name): (&Item, &Node),
) -> Result<Numbers, Vec<Fault>> {
    let text = name.text().unwrap_or_default();
    let Some(found) = raw.published.iter().find(|p| p.name == text) else {
        let known: Vec<&str> = raw.published.iter().map(|p| p.name.as_str()).collect();
        let fault = item.at(name, format!("there are no published numbers `{text}`"));
        return Err(vec![fault.help(known_names(text, &known).unwrap_or_else(|| "`published:` is empty".to_owned()))]);
    };
    published::read(&said_here(found, (raw, profile))?, (path, &raw.source.name))
}

/// The numbers without the reasons that are said in other profiles only.
fn said_here(item: &Item, (raw, profile): (&RawStudy, &str)) -> Result<Item, Vec<Fault>> {
    let Some(Node { tree: Tree::List(entries), mark, .. }) = item.node.get("elsewhere") else {
        return Ok(item.clone());
    };
    let mut said = Vec::new();
    for node in entries {
        let entry = Item { node: node.clone(), mark: node.mark, ..item.clone() };
        said.extend(made(&entry, raw, profile)?.map(|entry| entry.node));
    }
    let mut item = item.clone();
    put(&mut item.node, "elsewhere", Node::new(*mark, Tree::List(said)));
    Ok(item)
}

/// The published rows that surely have none of ours beside them, as far as the places of ours are known, and of which the
/// study does not say why; as one fault.
pub(super) fn unexplained(
    raw: &RawStudy,
    (numbers, places): (&Numbers, &Places),
    (table, name): (&str, &str),
    columns: &[String],
) -> Option<Fault> {
    let given = |column: &&String| numbers.compared.rows.iter().any(|row| row.get(column).is_some());
    let on: Vec<&String> = columns.iter().filter(given).collect();
    let told: Vec<String> = columns.iter().chain(&numbers.compared.apart).cloned().collect();
    let open = |row: &Row| {
        let place: Vec<(&str, Cell)> =
            on.iter().map(|column| (column.as_str(), row.get(column).cloned().unwrap_or(Cell::Null))).collect();
        !places.may_have(&place) && of_numbers(row, &told).any(|column| numbers.compared.reason(row, column).is_none())
    };
    let rows = numbers.compared.rows.iter().zip(&numbers.places).filter(|(row, _)| open(row));
    let open: Vec<(&Row, &String)> = rows.collect();
    let item = raw.published.iter().find(|item| item.name == name)?;
    let (first, place) = open.first()?;
    let words: Vec<String> = on.iter().filter_map(|c| Some(format!("{c} = {}", first.get(c)?))).collect();
    let mark = item.node.mark_of(&["elsewhere".to_owned()], None);
    let count =
        if open.len() == 1 { "1 published row is".to_owned() } else { format!("{} published rows are", open.len()) };
    let message = format!(
        "{count} neither beside a row of table `{table}` nor explained, the first at {place}: {}",
        words.join(", ")
    );
    let help = "say why under `elsewhere`: `- {where: {…}, reason: scale|data|setting, because: …}`, for some profiles with \
                `only: [quick]`";
    Some(item.fault(mark, message).help(help))
}

fn of_numbers<'a>(row: &'a Row, keys: &'a [String]) -> impl Iterator<Item = &'a str> {
    let number = |(name, cell): &&(String, Cell)| cell.as_f64().is_some() && !keys.contains(name);
    row.0.iter().filter(number).map(|(name, _)| name.as_str())
}

/// Which published numbers are not there, as one line a column.
pub(super) fn gaps(name: &str, numbers: &Numbers, keys: &[String]) -> Vec<String> {
    let mut by_column: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (column, place) in numbers.gaps.iter().filter(|(column, _)| !keys.contains(column)) {
        by_column.entry(column).or_default().push(place);
    }
    let line = |(column, places): (&str, Vec<&str>)| {
        let rest = if places.len() > 1 { format!(" and {} more", places.len() - 1) } else { String::new() };
        format!("published numbers `{name}`: `{column}` is empty at {}{rest}, so nothing is compared there", places[0])
    };
    by_column.into_iter().map(line).collect()
}
