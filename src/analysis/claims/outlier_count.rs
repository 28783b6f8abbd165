//! `outlier-count`: how many values lie outside of a bulk.

use super::decide::Test;
use super::estimate::Estimate;
use super::replicates::{Measured, Truth, conditions, remark};
use super::threshold::{Bar, Bounds};
use crate::analysis::rows::counted;
use crate::artifact::{Statistic, Verdict};
use crate::step::prelude::*;
use crate::step::roles::{Claim, ClaimHead, Takes, Words};
use schemars::{Schema, SchemaGenerator, json_schema};

/// The number of rows outside of an edge, against a number.
pub struct OutlierCount;

/// A number of rows, or the column that holds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Target {
    /// A number.
    Number(f64),
    /// A column that is constant in each replicate.
    Column(String),
}

impl JsonSchema for Target {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Target".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"description": "A number, or the column that holds it.", "type": ["number", "string"], "minimum": 0})
    }
}

/// Parameters of [`OutlierCount`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The column whose values are compared with the edge, by absolute value.
    #[serde(default = "eigenvalue")]
    #[schemars(extend("format" = "column"))]
    pub column: String,
    /// The column that holds the edge of the bulk beside each value.
    #[serde(default = "bulk_edge")]
    #[schemars(extend("format" = "column"))]
    pub edge: String,
    /// The count is this: a number, or a column such as the number of planted directions.
    #[serde(default)]
    pub exactly: Option<Target>,
    /// The count is at least this; one of `exactly`, `at_least` and `at_most`.
    #[serde(default)]
    pub at_least: Option<Target>,
    /// The count is at most this.
    #[serde(default)]
    pub at_most: Option<Target>,
}

fn eigenvalue() -> String {
    "eigenvalue".to_owned()
}

fn bulk_edge() -> String {
    "bulk_edge".to_owned()
}

impl Claim for OutlierCount {
    type Params = Params;
    const NAME: &'static str = "outlier-count";
    const ABOUT: Words = Words {
        summary: "So many values lie outside of the edge of a bulk.",
        details: "In each replicate the rows whose |value| exceeds their edge are counted; the mean count gets a Student t \
                  interval over replicates. The whole interval must lie within half a row of the number, or on the claimed \
                  side of that. Where the number is a column, the difference count - column is tested. Counts move in \
                  steps of 1, and their spread is taken as at least that of rounding to one (1/√12), so that a few equal \
                  counts do not pass for certainty: five replicates decide, three do not. Rows without a value or an edge \
                  are left out and keep the claim undecided; a replicate without any row is not known of.",
        cites: &["student-1908", "berger-1982"],
    };
    const TAKES: Takes = Takes::REPLICATES.or_one();

    fn faults(params: &Params, _: &ClaimHead) -> Vec<Problem> {
        bar(params).err().into_iter().collect()
    }

    fn verdict(params: &Params, head: &ClaimHead, table: &Table) -> Result<Verdict, StepError> {
        let (bar, against) = bar(params).map_err(StepError::unplanned)?;
        let (values, edges) = (table.numbers(&params.column)?, table.numbers(&params.edge)?);
        let targets = against.map(|name| table.numbers(name)).transpose()?;
        let mut gaps = 0;
        let conditions = conditions(head, (table, bar, Estimate::Mean), &mut |rows| {
            let known: Vec<(f64, f64)> = rows.iter().filter_map(|&r| Some((values[r]?, edges[r]?))).collect();
            gaps += rows.len() - known.len();
            let count = known.iter().filter(|(value, edge)| value.abs() > *edge).count() as f64;
            let target = match (&targets, against) {
                (Some(targets), Some(name)) => constant(targets, rows, name)?,
                _ => 0.0,
            };
            let value = (!known.is_empty()).then_some(count - target);
            let truth = if known.len() < rows.len() { Truth::Anywhere } else { Truth::There };
            Ok(Measured { value, truth, step: 1.0 })
        })?;
        let gap = format!("{} without a {} or a {} left out", counted(gaps, "row"), params.column, params.edge);
        let remark = remark(head, table, &[if gaps > 0 { gap } else { String::new() }]);
        let (column, edge) = (params.column.clone(), params.edge.clone());
        let statistic = Statistic::Outliers { column, edge, less: against.map(str::to_owned) };
        Test::of(head, statistic, bar).decide(&conditions, &remark)
    }
}

/// Where the count, or its difference to the column, should be; and that column.
fn bar(params: &Params) -> Result<(Bar, Option<&str>), Problem> {
    let number = |target: &Option<Target>| match target {
        Some(Target::Number(v)) => Some(*v),
        // a column is taken from the count
        Some(Target::Column(_)) => Some(0.0),
        None => None,
    };
    let exactly = number(&params.exactly).map(|v| [v - 0.5, v + 0.5]);
    let at_most = number(&params.at_most).map(|v| v + 0.5);
    let at_least = number(&params.at_least).map(|v| v - 0.5);
    let bar = Bounds { at_most, at_least, within: Some(("exactly", exactly)), equals: None }.bar()?;
    let column = [&params.exactly, &params.at_least, &params.at_most].into_iter().find_map(|target| match target {
        Some(Target::Column(name)) => Some(name.as_str()),
        _ => None,
    });
    Ok((bar, column))
}

/// The one number that a column holds in some rows.
fn constant(column: &[Option<f64>], rows: &[usize], name: &str) -> Result<f64, StepError> {
    let first = rows.first().and_then(|&row| column[row]);
    match first {
        Some(number) if rows.iter().all(|&row| column[row] == first) => Ok(number),
        _ => {
            let reason =
                format!("column `{name}` is not one number in all rows of a replicate; name the other axes in `per`");
            Err(StepError::Input { slot: "table".to_owned(), reason })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::rows::{run, table};
    use crate::artifact::Outcome;
    use crate::step::Value;
    use crate::step::roles::Claimed;
    use serde_json::{Value as Json, json};

    /// Eigenvalues ±1 … ±n of each seed beside an edge, and d1.
    fn sample(edges: &[f64]) -> Vec<Json> {
        let of = |(seed, edge): (usize, &f64)| {
            let edge = *edge;
            (1..=5).flat_map(move |v| [json!([seed, v, edge, 4]), json!([seed, -v, edge, 4])])
        };
        edges.iter().enumerate().flat_map(of).collect()
    }

    fn run_on(extra: &Json, rows: &[Json]) -> Result<Verdict, String> {
        let mut params = json!({"says": "s"});
        for (key, value) in extra.as_object().unwrap() {
            params[key] = value.clone();
        }
        let rows = table(&["seed", "eigenvalue", "bulk_edge", "d1"], rows);
        match run(&Claimed(OutlierCount), &params, &[rows]).map_err(|e| e.to_string())? {
            Value::Verdict(verdict) => Ok(verdict),
            other => panic!("{other:?}"),
        }
    }

    fn outcome(extra: Json, rows: &[Json]) -> Outcome {
        run_on(&extra, rows).unwrap().outcome
    }

    #[test]
    fn counts_by_hand_on_both_sides_of_zero() {
        // |v| > 3.5 leaves ±4 and ±5, and so does > 3: a value on the edge is not outside
        let rows = sample(&[3.5, 3.5, 3.0, 3.2, 3.1, 3.5, 3.4]);
        let verdict = run_on(&json!({"exactly": 4}), &rows).unwrap();
        assert_eq!(verdict.outcome, Outcome::Held, "{}", verdict.because);
        assert_eq!(verdict.evidence.numbers("estimate").unwrap(), [Some(4.0)]);
        // t(0.975; 6)·½/√7
        let high = verdict.evidence.numbers("high").unwrap()[0].unwrap();
        assert!((high - 4.462_423).abs() < 1e-5, "{high}");
        assert_eq!(outcome(json!({"exactly": 4}), &sample(&[3.5, 3.5, 3.0])), Outcome::Undecided, "three equal counts");
        assert_eq!(outcome(json!({"exactly": 5}), &rows), Outcome::Contradicted);
        assert_eq!(outcome(json!({"at_least": 5}), &rows), Outcome::Contradicted);
        assert_eq!(outcome(json!({"at_most": 4, "where": {"eigenvalue": {"more_than": 0}}}), &rows), Outcome::Held);
        // 4, 4 and 2: mean 3.33, half width 2.87
        assert_eq!(outcome(json!({"exactly": 4}), &sample(&[3.5, 3.5, 4.0])), Outcome::Undecided);
    }

    #[test]
    fn the_order_of_rows_and_a_common_scale_do_not_matter() {
        let rows = sample(&[3.5, 2.5, 1.5]);
        let plain = run_on(&json!({"exactly": 6}), &rows).unwrap();
        let scaled: Vec<Json> = rows
            .iter()
            .rev()
            .map(|r| json!([r[0], -2.0 * r[1].as_f64().unwrap(), 2.0 * r[2].as_f64().unwrap(), r[3]]))
            .collect();
        let scaled = run_on(&json!({"exactly": 6}), &scaled).unwrap();
        assert_eq!(plain.evidence, scaled.evidence);
    }

    #[test]
    fn one_seed_and_missing_edges_keep_the_claim_open() {
        assert_eq!(outcome(json!({"exactly": 4}), &sample(&[3.5])), Outcome::Undecided);
        assert_eq!(outcome(json!({"exactly": 4, "deterministic": true}), &sample(&[3.5])), Outcome::Held);
        let mut rows = sample(&[3.5; 7]);
        rows.push(json!([0, 6, null, 4]));
        let gap = run_on(&json!({"exactly": 4}), &rows).unwrap();
        assert_eq!(gap.outcome, Outcome::Undecided);
        assert!(gap.because.ends_with("1 row without a eigenvalue or a bulk_edge left out"), "{}", gap.because);
    }

    #[test]
    fn a_column_can_be_the_number() {
        let rows = sample(&[3.5, 3.2, 3.5, 3.2, 3.1, 3.4, 3.3]);
        assert_eq!(outcome(json!({"exactly": "d1"}), &rows), Outcome::Held);
        assert_eq!(outcome(json!({"at_most": "d1"}), &rows), Outcome::Held);
        let mut mixed = rows.clone();
        mixed[0] = json!([0, 1, 3.5, 5]);
        let error = run_on(&json!({"exactly": "d1"}), &mixed).unwrap_err();
        assert!(error.contains("`d1` is not one number"), "{error}");
    }
}
