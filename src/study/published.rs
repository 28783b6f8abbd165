//! A paper's numbers, read from a CSV file or written out, in the study's own columns and units.

use super::raw::Item;
use crate::artifact::Cell;
use crate::step::Condition;
use crate::yaml::Fault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use std::path::Path;

/// Published numbers.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishedNumbers {
    /// Where the numbers are from: paper, figure, how read and how accurately.
    pub source: String,
    /// A CSV file, relative to the study file.
    #[serde(default)]
    pub file: Option<String>,
    /// The rows, instead of a file.
    #[serde(default)]
    pub rows: Vec<BTreeMap<String, Cell>>,
    /// Which rows of the file.
    #[serde(default, rename = "where")]
    pub filter: BTreeMap<String, Condition>,
    /// Our column → the file's column; columns not named here are left out.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// Our column → factor into our unit (0.01 for per cent).
    #[serde(default)]
    pub scale: BTreeMap<String, f64>,
    /// The file's text → ours, in every column.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
}

/// Reads published numbers as the JSON that kinds take: `{source, rows: [{column: value}]}`.
pub(super) fn read(item: &Item, study: &Path) -> Result<Json, Vec<Fault>> {
    let published: PublishedNumbers = item.node.typed(&item.source)?;
    let at = |key: &str, message: String| vec![item.fault(item.node.mark_of(&[key.to_owned()], None), message)];
    let rows = match (&published.file, published.rows.is_empty()) {
        (Some(file), true) => {
            file_rows(&study.with_file_name(file)).map_err(|e| at("file", format!("cannot read `{file}`: {e}")))?
        }
        (None, false) => published.rows.clone(),
        _ => return Err(vec![item.fault(item.mark, "give either `file` or `rows`")]),
    };
    if let (Some(first), Some(missing)) = (rows.first(), missing_column(&published, &rows)) {
        let known: Vec<&str> = first.keys().map(String::as_str).collect();
        return Err(at("columns", format!("no column `{missing}`; the columns are {}", known.join(", "))));
    }
    if let Some(unknown) = published.scale.keys().find(|name| !is_ours(&published, &rows, name)) {
        let known: Vec<String> = published.columns.keys().cloned().collect();
        let known = if known.is_empty() { "those of the rows".to_owned() } else { known.join(", ") };
        return Err(at("scale", format!("no column `{unknown}` to scale; the columns are {known}")));
    }
    let kept = rows.iter().filter(|row| {
        published.filter.iter().all(|(name, condition)| condition.accepts(row.get(name).unwrap_or(&Cell::Null)))
    });
    let rows: Vec<Json> = kept.map(|row| Json::Object(translate(&published, row))).collect();
    if rows.is_empty() {
        return Err(vec![item.fault(item.mark, "no published row is left")]);
    }
    Ok(json!({"source": published.source, "rows": rows}))
}

fn is_ours(published: &PublishedNumbers, rows: &[BTreeMap<String, Cell>], name: &str) -> bool {
    published.columns.contains_key(name)
        || published.columns.is_empty() && rows.iter().any(|row| row.contains_key(name))
}

fn missing_column(published: &PublishedNumbers, rows: &[BTreeMap<String, Cell>]) -> Option<String> {
    let wanted = published.columns.values().chain(published.filter.keys());
    wanted.into_iter().find(|name| !rows.iter().any(|row| row.contains_key(*name))).cloned()
}

fn file_rows(path: &Path) -> Result<Vec<BTreeMap<String, Cell>>, csv::Error> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_path(path)?;
    let header: Vec<String> = reader.headers()?.iter().map(ToOwned::to_owned).collect();
    let row = |record: csv::StringRecord| header.iter().cloned().zip(record.iter().map(cell)).collect();
    reader.records().map(|record| record.map(row)).collect()
}

fn cell(text: &str) -> Cell {
    if text.is_empty() {
        return Cell::Null;
    }
    let whole = text.parse().map(Cell::Int).ok();
    whole.or_else(|| text.parse().map(Cell::Float).ok()).unwrap_or_else(|| Cell::Text(text.to_owned()))
}

fn translate(published: &PublishedNumbers, row: &BTreeMap<String, Cell>) -> Map<String, Json> {
    let own = |(name, value): (&String, &Cell)| {
        let value = match value {
            Cell::Text(text) => Cell::Text(published.labels.get(text).unwrap_or(text).clone()),
            other => match (other.as_f64(), published.scale.get(name)) {
                (Some(v), Some(factor)) => Cell::Float(v * factor),
                _ => other.clone(),
            },
        };
        (name.clone(), serde_json::to_value(value).unwrap_or(Json::Null))
    };
    if published.columns.is_empty() {
        return row.iter().map(own).collect();
    }
    let named = published.columns.iter().filter_map(|(ours, theirs)| row.get(theirs).map(|value| own((ours, value))));
    named.collect()
}
