//! `compare-published`: a paper's numbers beside ours.

use super::headers::key_of;
use crate::analysis::rows::in_words;
use crate::step::prelude::*;
use crate::step::roles::{Clause, Form, Makes, TableHead, TableOp, Words, comparison};
use crate::step::{Column, Columns, Published};

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
        let mut rows = Vec::new();
        for row in &params.published.rows {
            let place: Vec<Cell> = on.iter().map(|name| row.get(name).cloned().unwrap_or(Cell::Null)).collect();
            let ours = matching(table, &on, &place)?;
            for column in &columns {
                if let Some(published) = row.get(column).and_then(Cell::as_f64) {
                    rows.push([place.clone(), numbers((table, head), (ours, column), published)?].concat());
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

/// The one row of ours at a place; nothing where there is none.
fn matching(table: &Table, on: &[String], place: &[Cell]) -> Result<Option<usize>, StepError> {
    let columns = on.iter().map(|name| table.column(name)).collect::<Result<Vec<_>, _>>()?;
    let same = |row: &usize| columns.iter().zip(place).all(|(column, cell)| cell.means(&column[*row]));
    let rows: Vec<usize> = (0..table.height()).filter(same).collect();
    if rows.len() > 1 {
        let place = in_words(on, place);
        let reason = format!("{} rows of ours match the published one at {place}; choose or filter first", rows.len());
        return Err(StepError::Input { slot: "table".to_owned(), reason });
    }
    Ok(rows.first().copied())
}

fn numbers(
    (table, head): (&Table, &TableHead),
    (row, column): (Option<usize>, &str),
    published: f64,
) -> Result<Vec<Cell>, StepError> {
    let at = |name: &str| -> Result<Option<f64>, StepError> {
        Ok(row.map(|row| table.numbers(name).map(|values| values[row])).transpose()?.flatten())
    };
    let ours = at(column)?;
    let (low, high) = match head.intervals.of(column) {
        Some((low, high)) => (at(low)?, at(high)?),
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
}
