//! `compare-published`: a paper's numbers beside ours.

use super::headers::key_of;
use super::published_places::Places;
use crate::math::statistics::equivalence::{Published as Origin, prediction_interval};
use crate::math::statistics::{Interval, mean};
use crate::step::prelude::*;
use crate::step::roles::{
    COMPARED, Clause, Form, Makes, NO_SPREAD, TableHead, TableOp, UNEXPLAINED, Words, comparison,
};
use crate::step::{Column, Columns, Compared, Content, Row};
use std::collections::BTreeMap;

/// Level of the interval in which a paper's number is to be expected.
const LEVEL: f64 = 0.95;

/// A paper's numbers beside ours.
pub struct ComparePublished;

/// Parameters of [`ComparePublished`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The paper's numbers.
    pub published: Compared,
    /// Columns that are compared; by default those that both sides have and that are no keys.
    #[serde(default)]
    pub columns: Columns,
}

impl TableOp for ComparePublished {
    type Params = Params;
    const NAME: &'static str = "compare-published";
    const ABOUT: Words = Words {
        summary: "A paper's numbers beside ours, with the deviation.",
        details: "One row for each published number, in the paper's order: ours = the mean over the averaged axes, deviation \
                  = ours - published in the column's unit (percentage points where that is percent), relative_deviation = \
                  deviation / |published|. ours_low and ours_high are where the mean of the paper's m runs is to be \
                  expected if they are like our n: mean ± (t s √(1/n + 1/m) + d), t Student's quantile at 95 % with n − 1 \
                  degrees of freedom, s our standard deviation, d the error of digitising; within_interval says whether the \
                  published number lies there. status is `compared`; `no-spread` where ours is one value or equal ones, so \
                  that d alone is allowed for; or, where we have no such number, the reason that the study gives under \
                  `elsewhere` (`scale`, `data`, `setting`), `unexplained` where it gives none.",
        cites: &[],
    };
    const CLAUSE: Clause = Clause { name: "published", example: "NAME", form: Form::Numbers, makes: Makes::Comparison };
    const TAKES: &'static [&'static str] = &["keys", "averaged"];

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
        let told = head.keys.without(&[&head.averaged]);
        let (mut ours, mut numbers) = (Places::read(table, (&on, &told))?, Numbers { table, known: BTreeMap::new() });
        let value = |row: &Row, name: &String| row.get(name).cloned().unwrap_or(Cell::Null);
        let mut rows = Vec::new();
        for row in &params.published.rows {
            let place: Vec<Cell> = on.iter().map(|name| value(row, name)).collect();
            let ours = ours.matching(&place)?;
            let place: Vec<Cell> =
                place.into_iter().chain(params.published.apart.iter().map(|name| value(row, name))).collect();
            for column in &columns {
                if let Some(published) = row.get(column).and_then(Cell::as_f64) {
                    let beside = beside(&params.published, (row, column, published), &numbers.at(&ours, column)?)?;
                    rows.push([place.clone(), beside].concat());
                }
            }
        }
        let comparison = comparison();
        let keys = on.iter().chain(&params.published.apart).map(String::as_str);
        let header: Vec<&str> = keys.chain(comparison.names()).collect();
        Ok(Table::from_rows(&header, &rows)?)
    }
}

/// The columns to compare: those asked for, or all numbers of the paper that our table has.
fn compared((params, keys): (&Params, &Columns), table: &Table) -> Result<Vec<String>, StepError> {
    let mut found = params.columns.0.clone();
    if found.is_empty() {
        for (name, _) in params.published.rows.iter().flat_map(|row| &row.0) {
            let told = keys.contains(name) || params.published.apart.contains(name);
            if !found.contains(name) && !told && table.has(name) {
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

/// Our columns of numbers, each read once.
struct Numbers<'a> {
    table: &'a Table,
    known: BTreeMap<String, Vec<Option<f64>>>,
}

impl Numbers<'_> {
    /// The numbers in some rows, without those that are not there.
    fn at(&mut self, rows: &[usize], name: &str) -> Result<Vec<f64>, StepError> {
        if !self.known.contains_key(name) {
            self.known.insert(name.to_owned(), self.table.numbers(name)?);
        }
        let column = &self.known[name];
        Ok(rows.iter().filter_map(|&row| column[row]).collect())
    }
}

/// A published number, ours, how far they are apart, and how the comparison ended.
fn beside(
    published: &Compared,
    (row, column, number): (&Row, &str, f64),
    values: &[f64],
) -> Result<Vec<Cell>, StepError> {
    let alone = published.left_alone(row, column);
    if alone.is_some() || values.is_empty() {
        let reason = alone.or_else(|| published.reason(row, column));
        let (status, because) =
            reason.map_or((UNEXPLAINED, Cell::Null), |r| (r.reason.word(), r.because.as_str().into()));
        let nothing = || Cell::Null;
        let number = [nothing(), nothing(), nothing(), number.into(), nothing(), nothing(), nothing()];
        return Ok([&[column.into()], &number[..], &[status.into(), because]].concat());
    }
    let ours = mean(values).map_err(StepError::numeric)?;
    let digitising = published.digitising.get(column).copied().unwrap_or(0.0);
    let origin = Origin { runs: published.runs, digitising };
    let spread = values.iter().any(|value| *value != values[0]);
    let expected = if spread {
        prediction_interval(values, origin, LEVEL).map_err(StepError::numeric)?
    } else {
        Interval { low: ours - digitising, high: ours + digitising }
    };
    let deviation = ours - number;
    let relative = (number != 0.0).then(|| deviation / number.abs());
    let within = expected.low <= number && number <= expected.high;
    let numbers = [ours, expected.low, expected.high, number, deviation].map(Cell::from);
    let ends = [relative.into(), within.into(), (if spread { COMPARED } else { NO_SPREAD }).into(), Cell::Null];
    Ok([&[column.into()], &numbers[..], &ends].concat())
}

/// The keys that published rows have, and both numbers beside each other.
fn columns_of((params, keys): (&Params, &Columns), table: &Header) -> Header {
    let given = |name: &&String| params.published.rows.iter().any(|row| row.get(name).is_some());
    let mut columns: Vec<Column> = keys.0.iter().filter(given).map(|name| key_of(table, name)).collect();
    let is_text = |name: &String| params.published.rows.iter().any(|row| matches!(row.get(name), Some(Cell::Text(_))));
    let content = |name: &String| if is_text(name) { Content::Texts } else { Content::Numbers };
    columns.extend(params.published.apart.iter().map(|name| Column::key(name, content(name))));
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
        let errors = [0.2, 0.25, 0.3];
        let rows = |model: &'static str, shift: f64| {
            errors.iter().enumerate().map(move |(seed, e)| json!([model, 500, seed, e + shift]))
        };
        let rows: Vec<_> =
            rows("LoFi", 0.0).chain(rows("Ridge", 0.25)).chain([json!(["Fixed", 500, 0, 0.5])]).collect();
        table(&["model", "n", "seed", "e"], &rows)
    }

    fn compared_to(published: &serde_json::Value, table: Table) -> Result<Table, StepError> {
        let params = json!({"published": published, "keys": ["model", "n", "seed"], "averaged": "seed"});
        match run(&Operation(ComparePublished), &params, &[table])? {
            Value::Table(table) => Ok(table),
            other => panic!("{other:?}"),
        }
    }

    fn texts(table: &Table, column: &str) -> Vec<String> {
        table.column(column).unwrap().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn deviations_by_hand() {
        let rows = json!([{"model": "LoFi", "n": 500, "e": 0.2}, {"model": "Ridge", "n": 500, "e": 0.4},
            {"model": "Ridge", "n": 9, "e": 0.4}]);
        let found = compared_to(&json!({"source": "figure 3", "rows": rows}), ours()).unwrap();
        let number = |column: &str| found.numbers(column).unwrap();
        let near = |column: &str, expected: [f64; 2]| {
            let found = number(column);
            assert!((found[0].unwrap() - expected[0]).abs() < 1e-12 && (found[1].unwrap() - expected[1]).abs() < 1e-12);
            assert_eq!(found[2], None, "{column}");
        };
        near("ours", [0.25, 0.5]);
        near("deviation", [0.05, 0.1]);
        near("relative_deviation", [0.25, 0.25]);
        assert_eq!(texts(&found, "status"), ["compared", "compared", "unexplained"]);
    }

    // t(p, 2) = (2p − 1) √(2/(4p(1 − p))), s = 0.05: half of the interval is t s √(1/3 + 1/m) + d
    #[test]
    fn a_published_mean_is_expected_within_the_prediction_interval() {
        let half = |runs: f64| 0.95 * (2.0_f64 / 0.0975).sqrt() * 0.05 * (1.0 / 3.0 + 1.0 / runs).sqrt();
        let rows = |e: f64| json!([{"model": "LoFi", "n": 500, "e": e}]);
        for (runs, d) in [(1, 0.0), (10, 0.0), (10, 0.01), (1_000_000, 0.0)] {
            let edge = 0.25 - half(f64::from(runs)) - d;
            for (e, inside) in [(edge + 1e-9, true), (edge - 1e-9, false)] {
                let given = json!({"source": "s", "rows": rows(e), "runs": runs, "digitising": {"e": d}});
                let found = compared_to(&given, ours()).unwrap();
                assert!((found.numbers("ours_low").unwrap()[0].unwrap() - edge).abs() < 1e-12, "{runs} runs, {d}");
                assert_eq!(found.column("within_interval").unwrap(), [inside.into()], "{runs} runs, {d}");
            }
        }
    }

    #[test]
    fn one_value_of_ours_is_compared_by_the_error_of_digitising_alone_and_says_so() {
        let rows = json!([{"model": "Fixed", "n": 500, "e": 0.504}, {"model": "Fixed", "n": 500, "e": 0.506}]);
        let found = compared_to(&json!({"source": "s", "rows": rows, "digitising": {"e": 0.005}}), ours()).unwrap();
        assert_eq!(found.column("within_interval").unwrap(), [true.into(), false.into()]);
        assert_eq!(texts(&found, "status"), ["no-spread", "no-spread"]);
        let equal = table(&["model", "n", "seed", "e"], &[json!(["A", 1, 0, 0.5]), json!(["A", 1, 1, 0.5])]);
        let found = compared_to(&json!({"source": "s", "rows": [{"model": "A", "n": 1, "e": 0.5}]}), equal).unwrap();
        assert_eq!(
            (texts(&found, "status")[0].as_str(), &found.column("within_interval").unwrap()[0]),
            ("no-spread", &true.into())
        );
    }

    #[test]
    fn the_first_reason_that_fits_a_number_is_told_where_there_is_none_of_ours() {
        let rows = json!([{"model": "LoFi", "n": 500, "e": 0.2}, {"model": "LoFi", "n": 9000, "e": 0.2, "k": 3},
            {"model": "Deep", "n": 9000, "e": 0.2}]);
        let elsewhere = json!([
            {"where": {"n": {"more_than": 1000}, "model": "LoFi"}, "columns": "e", "reason": "scale", "because": "n to 500"},
            {"where": {"n": {"more_than": 100}}, "reason": "setting", "because": "no such rank"},
        ]);
        let with_k = table(&["model", "n", "seed", "e", "k"], &[json!(["LoFi", 500, 0, 0.2, 1])]);
        let found = compared_to(&json!({"source": "s", "rows": rows, "elsewhere": elsewhere}), with_k).unwrap();
        assert_eq!(texts(&found, "column"), ["e", "e", "k", "e"]);
        assert_eq!(texts(&found, "status"), ["no-spread", "scale", "setting", "setting"]);
        assert_eq!(texts(&found, "because")[1..3], ["n to 500", "no such rank"]);
    }

    #[test]
    fn ambiguous_rows_and_foreign_columns_are_refused() {
        let refused = |rows| compared_to(&json!({"source": "s", "rows": rows}), ours()).unwrap_err().to_string();
        let error = refused(json!([{"n": 500, "e": 0.2}]));
        assert!(error.contains("3 rows of ours match the published one at n = 500"), "{error}");
        let error = refused(json!([{"model": "LoFi", "error": 0.2}]));
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
