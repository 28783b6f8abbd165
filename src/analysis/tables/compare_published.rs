//! `compare-published`: a paper's numbers beside ours.

use super::headers::key_of;
use crate::analysis::rows::in_words;
use crate::artifact::ByMeaning;
use crate::step::prelude::*;
use crate::step::roles::{Clause, Form, Makes, TableHead, TableOp, Words, comparison};
use crate::step::{Column, Columns, Published};
use std::collections::BTreeMap;

/// A paper's numbers beside ours.
pub struct ComparePublished;

/// Parameters of [`ComparePublished`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The paper's numbers.
    pub published: Published,
    /// Columns that are compared; by default those that both sides have and that are no keys.
    #[serde(default)]
    pub columns: Columns,
}

impl TableOp for ComparePublished {
    type Params = Params;
    const NAME: &'static str = "compare-published";
    const ABOUT: Words = Words {
        summary: "A paper's numbers beside ours, with the deviation.",
        details: "One row for each published number, in the paper's order: deviation = ours - published in the column's \
                  unit (percentage points where that is percent), relative_deviation = deviation / |published|, and \
                  whether the published number lies in our interval. Ours is null where we have no such row.",
        cites: &[],
    };
    const CLAUSE: Clause = Clause { name: "published", example: "NAME", form: Form::Numbers, makes: Makes::Comparison };
    const TAKES: &'static [&'static str] = &["keys", "intervals"];

    fn faults(params: &Params, _: &TableHead) -> Vec<Problem> {
        let none = params.published.rows.is_empty();
        let fault = || Problem::at("published", "there are no published rows to compare with");
        none.then(fault).into_iter().collect()
    }

    fn header(params: &Params, head: &TableHead, table: &Header) -> Header {
        columns_of((params, &head.keys), table)
    }

    fn apply(params: &Params, head: &TableHead, table: &Table, _: &Context<'_>) -> Result<Table, StepError> {
        let given = |name: &&String| params.published.rows.iter().any(|row| row.get(name).is_some());
        let on: Vec<String> = head.keys.0.iter().filter(given).cloned().collect();
        let columns = compared((params, &head.keys), table)?;
        let (mut ours, mut numbers) = (Places::read(table, &on)?, Numbers { table, known: BTreeMap::new() });
        let mut rows = Vec::new();
        for row in &params.published.rows {
            let place: Vec<Cell> = on.iter().map(|name| row.get(name).cloned().unwrap_or(Cell::Null)).collect();
            let ours = ours.matching(&place)?;
            for column in &columns {
                if let Some(published) = row.get(column).and_then(Cell::as_f64) {
                    rows.push([place.clone(), numbers.beside(head, (ours, column), published)?].concat());
                }
            }
        }
        let comparison = comparison();
        let header: Vec<&str> = on.iter().map(String::as_str).chain(comparison.names()).collect();
        Ok(Table::from_rows(&header, &rows)?)
    }
}

/// The columns to compare: those asked for, or all numbers of the paper that our table has.
fn compared((params, keys): (&Params, &Columns), table: &Table) -> Result<Vec<String>, StepError> {
    let mut found = params.columns.0.clone();
    if found.is_empty() {
        for (name, _) in params.published.rows.iter().flat_map(|row| &row.0) {
            if !found.contains(name) && !keys.contains(name) && table.has(name) {
                found.push(name.clone());
            }
        }
    }
    if found.is_empty() {
        let known = table.names().join(", ");
        let reason =
            format!("no published column is one of the table's: {known}; name ours under `columns` of the numbers");
        return Err(StepError::Input { slot: "table".to_owned(), reason });
    }
    Ok(found)
}

/// Our rows by the values of their keys.
struct Places<'a> {
    on: &'a [String],
    columns: Vec<Vec<Cell>>,
    height: usize,
    /// For each way to read the keys, which of them as numbers and truth values, the rows at each place.
    known: BTreeMap<Vec<bool>, BTreeMap<ByMeaning, Vec<usize>>>,
}

impl<'a> Places<'a> {
    fn read(table: &Table, on: &'a [String]) -> Result<Self, StepError> {
        let columns = on.iter().map(|name| table.column(name)).collect::<Result<_, _>>()?;
        Ok(Self { on, columns, height: table.height(), known: BTreeMap::new() })
    }

    /// The one row of ours at a published place; nothing where there is none.
    fn matching(&mut self, place: &[Cell]) -> Result<Option<usize>, StepError> {
        // A published number means a label that is written so as well, see `Cell::means`.
        let read: Vec<bool> = place.iter().map(|cell| !matches!(cell, Cell::Text(_) | Cell::Null)).collect();
        if !self.known.contains_key(&read) {
            let rows = self.rows(&read);
            self.known.insert(read.clone(), rows);
        }
        match self.known[&read].get(&ByMeaning(place.to_vec())).map_or(&[][..], Vec::as_slice) {
            [] => Ok(None),
            &[row] => Ok(Some(row)),
            rows => {
                let (count, place) = (rows.len(), in_words(self.on, place));
                let reason = format!("{count} rows of ours match the published one at {place}; choose or filter first");
                Err(StepError::Input { slot: "table".to_owned(), reason })
            }
        }
    }

    fn rows(&self, read: &[bool]) -> BTreeMap<ByMeaning, Vec<usize>> {
        let mut found: BTreeMap<ByMeaning, Vec<usize>> = BTreeMap::new();
        for row in 0..self.height {
            let key = self.columns.iter().zip(read).map(|(column, &read)| meant(&column[row], read)).collect();
            found.entry(ByMeaning(key)).or_default().push(row);
        }
        found
    }
}

/// A value of ours, a text read as the number or truth value that it is, if that is how it is read.
fn meant(cell: &Cell, read: bool) -> Cell {
    match cell {
        Cell::Text(text) if read => match text.as_str() {
            "true" => true.into(),
            "false" => false.into(),
            text => Cell::number(text).unwrap_or_else(|| cell.clone()),
        },
        cell => cell.clone(),
    }
}

/// Our columns of numbers, each read once.
struct Numbers<'a> {
    table: &'a Table,
    known: BTreeMap<String, Vec<Option<f64>>>,
}

impl Numbers<'_> {
    fn at(&mut self, row: Option<usize>, name: &str) -> Result<Option<f64>, StepError> {
        let Some(row) = row else { return Ok(None) };
        if !self.known.contains_key(name) {
            self.known.insert(name.to_owned(), self.table.numbers(name)?);
        }
        Ok(self.known[name][row])
    }

    /// A published number, ours and how far they are apart.
    fn beside(
        &mut self,
        head: &TableHead,
        (row, column): (Option<usize>, &str),
        published: f64,
    ) -> Result<Vec<Cell>, StepError> {
        let ours = self.at(row, column)?;
        let (low, high) = match head.intervals.of(column) {
            Some((low, high)) => (self.at(row, low)?, self.at(row, high)?),
            None => (None, None),
        };
        let deviation = ours.map(|ours| ours - published);
        let relative = deviation.filter(|_| published != 0.0).map(|d| d / published.abs());
        let within = low.zip(high).map(|(low, high)| low <= published && published <= high);
        let within = within.map_or(Cell::Null, Cell::Bool);
        Ok(vec![
            column.into(),
            ours.into(),
            low.into(),
            high.into(),
            published.into(),
            deviation.into(),
            relative.into(),
            within,
        ])
    }
}

/// The keys that published rows have, and both numbers beside each other.
fn columns_of((params, keys): (&Params, &Columns), table: &Header) -> Header {
    let given = |name: &&String| params.published.rows.iter().any(|row| row.get(name).is_some());
    let mut columns: Vec<Column> = keys.0.iter().filter(given).map(|name| key_of(table, name)).collect();
    columns.extend(comparison().0);
    Header(columns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::rows::{run, table};
    use crate::step::Value;
    use crate::step::roles::Operation;
    use serde_json::json;

    fn ours() -> Table {
        let rows = [json!(["LoFi", 500, 0.25, 0.2, 0.3]), json!(["Ridge", 500, 0.5, 0.45, 0.55])];
        table(&["model", "n", "e", "e_low", "e_high"], &rows)
    }

    fn compared_to(rows: serde_json::Value, table: Table) -> Result<Table, StepError> {
        let params = json!({"published": {"source": "figure 3", "rows": rows}, "keys": ["model", "n"],
            "intervals": {"e": ["e_low", "e_high"]}});
        match run(&Operation(ComparePublished), &params, &[table])? {
            Value::Table(table) => Ok(table),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn deviations_by_hand() {
        let rows = json!([{"model": "LoFi", "n": 500, "e": 0.2}, {"model": "Ridge", "n": 500, "e": 0.4}, {"model": "Ridge", "n": 9, "e": 0.4}]);
        let found = compared_to(rows, ours()).unwrap();
        let number = |column: &str| found.numbers(column).unwrap();
        assert_eq!(number("ours"), [Some(0.25), Some(0.5), None]);
        assert_eq!(number("deviation"), [Some(0.04999999999999999), Some(0.09999999999999998), None]);
        assert!((number("relative_deviation")[1].unwrap() - 0.25).abs() < 1e-15);
        assert_eq!(found.column("within_interval").unwrap(), [true.into(), false.into(), Cell::Null]);
    }

    #[test]
    fn ambiguous_rows_and_foreign_columns_are_refused() {
        let error = compared_to(json!([{"n": 500, "e": 0.2}]), ours()).unwrap_err().to_string();
        assert!(error.contains("2 rows of ours match the published one at n = 500"), "{error}");
        let error = compared_to(json!([{"model": "LoFi", "error": 0.2}]), ours()).unwrap_err().to_string();
        assert!(error.contains("no published column"), "{error}");
    }

    #[test]
    fn published_keys_mean_labels_that_are_written_so() {
        let labels = [json!(["10", 1, 0.25]), json!(["true", 1, 0.5]), json!(["10.0", 2, 0.75])];
        let labelled = || table(&["model", "n", "e"], &labels);
        let params = |model: serde_json::Value, n: serde_json::Value| json!({"keys": ["model", "n"], "published": {"source": "s", "rows": [{"model": model, "n": n, "e": 0.5}]}});
        let ours = |model, n| match run(&Operation(ComparePublished), &params(model, n), &[labelled()]).unwrap() {
            Value::Table(table) => table.numbers("ours").unwrap()[0],
            other => panic!("{other:?}"),
        };
        assert_eq!(ours(json!(10), json!(1)), Some(0.25), "a number means a label");
        assert_eq!(ours(json!(10), json!(2.0)), Some(0.75), "however the number is written");
        assert_eq!(ours(json!("10"), json!(2)), None, "a text means itself only");
        assert_eq!(ours(json!("10"), json!("1")), None, "and no number");
        assert_eq!((ours(json!(true), json!(1)), ours(json!(1), json!(1))), (Some(0.5), None));
    }
}
