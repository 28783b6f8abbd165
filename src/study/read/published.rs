//! A paper's numbers, read from a CSV file or written out, in the study's own columns and units.

use super::extend::{is_inside, plain};
use super::origin;
use super::published_file::{Line, Row, lines};
use super::raw::Item;
use crate::artifact::Cell;
use crate::step::{self, Columns, Compared, Condition, Elsewhere, Reason};
use crate::yaml::{self, Fault};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
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
    pub rows: Vec<Row>,
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
    /// Over how many runs of the paper each number is a mean; 1 where the paper does not say.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub runs: usize,
    /// Our column → greatest error of reading its numbers off a figure, in our unit; nothing for numbers in print.
    #[serde(default)]
    #[schemars(extend("additionalProperties" = {"type": "number", "minimum": 0, "maximum": 1e15}))]
    pub digitising: BTreeMap<String, f64>,
    /// Columns that tell the paper's rows apart and our tables lack, such as a width that we do not vary: rows that differ
    /// in them alone have the same number of ours beside them. A reason under `elsewhere` that goes by one counts in any case.
    #[serde(default)]
    pub apart: Vec<String>,
    /// Why numbers that have none of ours beside them are not here; the first that fits counts.
    #[serde(default)]
    pub elsewhere: Vec<Reasoned>,
}

const fn one() -> usize {
    1
}

/// Why some published numbers are not compared.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reasoned {
    /// The profiles in which it is said, a list; all of them as it stands.
    #[serde(default)]
    pub only: Vec<String>,
    /// Which rows are meant, in our columns; all of them as it stands.
    #[serde(default, rename = "where")]
    pub filter: BTreeMap<String, Condition>,
    /// Which of their columns; all of them as it stands.
    #[serde(default)]
    pub columns: Columns,
    /// `scale`: more samples, width or seeds than this profile pays for; `data`: data that are not here; `setting`: ours
    /// differs from the paper's, or does not tell such a number.
    pub reason: Reason,
    /// The reason in words, for readers of the page.
    pub because: String,
}

/// A paper's numbers, read.
pub(in crate::study) struct Numbers {
    /// As tables are compared with them.
    pub compared: Compared,
    /// Where each row is written.
    pub places: Vec<String>,
    /// Where a column of numbers is empty: our column, and the place.
    pub gaps: Vec<(String, String)>,
}

impl Numbers {
    /// As figures draw them: `{source, rows: [{column: value}]}`.
    pub fn drawn(&self) -> Json {
        json!({"source": self.compared.source, "rows": self.compared.rows})
    }
}

/// Reads published numbers; `study` is the file, and its path below the project's folder.
pub(in crate::study) fn read(item: &Item, (study, shown): (&Path, &str)) -> Result<Numbers, Vec<Fault>> {
    let published: PublishedNumbers = item.node.typed(&item.source)?;
    let at = |key: &str, message: String| vec![item.fault(item.node.mark_of(&[key.to_owned()], None), message)];
    let (source, lines) = match (&published.file, published.rows.is_empty()) {
        (Some(file), true) => {
            let below = plain(&Path::new(shown).with_file_name(file));
            if Path::new(file).is_absolute() || !is_inside(Path::new("."), &below) {
                let message = format!("the file `{file}` lies outside of the project");
                return Err(vec![
                    at("file", message)
                        .remove(0)
                        .help("whoever gets the project would lack it: put it beside the study"),
                ]);
            }
            let path = study.with_file_name(file);
            yaml::bytes(&path).map_err(|(_, e)| at("file", format!("cannot read `{file}`: {e}")))?;
            let source = yaml::read(&path, &below.display().to_string()).map_err(|fault| vec![fault])?;
            let lines = lines(&source, &published.labels).map_err(|fault| vec![fault])?;
            (Some(source), lines)
        }
        (None, false) => {
            (None, published.rows.iter().enumerate().map(|(number, row)| Line { number, row: row.clone() }).collect())
        }
        _ => return Err(vec![item.fault(item.mark, "give either `file` or `rows`")]),
    };
    checked(item, &published, &lines)?;
    let place = |line: &Line| match &source {
        Some(source) => format!("{}:{}", source.name, line.number),
        None => item.source.place(item.node.mark_of(&["rows".to_owned(), line.number.to_string()], None)),
    };
    let kept: Vec<&Line> = lines.iter().filter(|line| meets(&published, &line.row)).collect();
    if kept.is_empty() {
        return Err(vec![item.fault(item.mark, "no published row is left")]);
    }
    let (mut rows, mut places) = (Vec::new(), Vec::new());
    for line in kept {
        let row = translate(&published, &line.row);
        if let Some((name, _)) = row.iter().find(|(_, value)| value.as_f64().is_some_and(|v| !v.is_finite())) {
            return Err(at("scale", format!("`{name}` is not finite at {}", place(line))));
        }
        rows.push(step::Row(row));
        places.push(place(line));
    }
    let reasoned =
        |r: Reasoned| Elsewhere { filter: r.filter, columns: r.columns, reason: r.reason, because: r.because };
    let compared = Compared {
        source: published.source,
        rows,
        runs: published.runs,
        digitising: published.digitising,
        apart: published.apart,
        elsewhere: published.elsewhere.into_iter().map(reasoned).collect(),
    };
    // an entry for all rows says why ours are missing, not why the paper's are
    let told = |row: &step::Row, column: &str| compared.reason(row, column).is_some_and(|why| !why.filter.is_empty());
    let empty = |(row, place): (&step::Row, &String)| {
        let nulls = row.0.iter().filter(|(name, value)| value.is_null() && !told(row, name));
        nulls.map(|(name, _)| (name.clone(), place.clone())).collect::<Vec<_>>()
    };
    let gaps = compared.rows.iter().zip(&places).flat_map(empty).collect();
    let faults = origin::faults(item, &compared);
    if faults.is_empty() { Ok(Numbers { compared, places, gaps }) } else { Err(faults) }
}

/// Columns that are named must be there, and hold one type each.
fn checked(item: &Item, published: &PublishedNumbers, lines: &[Line]) -> Result<(), Vec<Fault>> {
    let at = |key: &str, message: String| vec![item.fault(item.node.mark_of(&[key.to_owned()], None), message)];
    if let (Some(first), Some(missing)) = (lines.first(), missing_column(published, lines)) {
        let known: Vec<&str> = first.row.keys().map(String::as_str).collect();
        return Err(at("columns", format!("no column `{missing}`; the columns are {}", known.join(", "))));
    }
    if let Some(unknown) = published.scale.keys().find(|name| !is_ours(published, lines, name)) {
        let known: Vec<String> = published.columns.keys().cloned().collect();
        let known = if known.is_empty() { "those of the rows".to_owned() } else { known.join(", ") };
        return Err(at("scale", format!("no column `{unknown}` to scale; the columns are {known}")));
    }
    if published.file.is_none() {
        written_out(item, lines)?;
    }
    Ok(())
}

/// Rows that are written out: where most of a column are numbers, a text is a slip that would be left out.
fn written_out(item: &Item, lines: &[Line]) -> Result<(), Vec<Fault>> {
    for name in lines.iter().flat_map(|line| line.row.keys()) {
        let values: Vec<&Cell> = lines.iter().filter_map(|line| line.row.get(name)).collect();
        let numbers = values.iter().filter(|cell| cell.as_f64().is_some()).count();
        let texts = values.iter().filter(|cell| cell.as_str().is_some()).count();
        if texts == 0 || numbers <= texts {
            continue;
        }
        let wrong = lines.iter().position(|line| line.row.get(name).is_some_and(|cell| cell.as_str().is_some()));
        let path = ["rows".to_owned(), wrong.unwrap_or(0).to_string(), name.clone()];
        let fault =
            item.fault(item.node.mark_of(&path, None), format!("`{name}` is a column of numbers, and this is a text"));
        return Err(vec![fault.help("leave it away where the paper gives no number")]);
    }
    Ok(())
}

fn meets(published: &PublishedNumbers, row: &Row) -> bool {
    published.filter.iter().all(|(name, condition)| condition.accepts(row.get(name).unwrap_or(&Cell::Null)))
}

fn is_ours(published: &PublishedNumbers, lines: &[Line], name: &str) -> bool {
    published.columns.contains_key(name)
        || published.columns.is_empty() && lines.iter().any(|line| line.row.contains_key(name))
}

fn missing_column(published: &PublishedNumbers, lines: &[Line]) -> Option<String> {
    let wanted = published.columns.values().chain(published.filter.keys());
    wanted.into_iter().find(|name| !lines.iter().any(|line| line.row.contains_key(*name))).cloned()
}

/// A row in our columns, labels and units.
fn translate(published: &PublishedNumbers, row: &Row) -> Vec<(String, Cell)> {
    let own = |(name, value): (&String, &Cell)| {
        let label = published.labels.get(&value.to_string()).filter(|_| !value.is_null());
        let value = match (label, published.scale.get(name)) {
            (Some(label), _) => Cell::Text(label.clone()),
            (None, Some(factor)) => value.as_f64().map_or_else(|| value.clone(), |v| Cell::Float(v * factor)),
            (None, None) => value.clone(),
        };
        (name.clone(), value)
    };
    if published.columns.is_empty() {
        return row.iter().map(own).collect();
    }
    let named = published.columns.iter().filter_map(|(ours, theirs)| row.get(theirs).map(|value| own((ours, value))));
    named.collect()
}
