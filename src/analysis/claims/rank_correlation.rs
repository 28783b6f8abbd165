//! `rank-correlation`: one column orders rows as another does.

use super::decide::Test;
use super::estimate::Estimate;
use super::replicates::{Axis, Measured, Plane, Truth, conditions, remark, replicates_that};
use super::threshold::{Bar, Bounds};
use crate::artifact::{Statistic, Verdict};
use crate::math::statistics::spearman;
use crate::step::prelude::*;
use crate::step::roles::{Claim, ClaimHead, Takes, Words};

/// Spearman's rank correlation against a bound.
pub struct RankCorrelation;

/// Parameters of [`RankCorrelation`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// One column, e.g. a prediction.
    #[schemars(extend("format" = "column"))]
    pub x: String,
    /// The other column, e.g. a measurement.
    #[schemars(extend("format" = "column"))]
    pub y: String,
    /// A row without a y counts as one whose y is larger than all others: a threshold that was not reached. By default it
    /// keeps its replicate undecided, since it could be first or last.
    #[serde(default)]
    pub missing_is_largest: bool,
    /// The mean correlation is at least this; either this or `at_most`.
    #[serde(default)]
    #[schemars(range(min = -1.0, max = 1.0))]
    pub at_least: Option<f64>,
    /// The mean correlation is at most this.
    #[serde(default)]
    #[schemars(range(min = -1.0, max = 1.0))]
    pub at_most: Option<f64>,
}

impl Claim for RankCorrelation {
    type Params = Params;
    const NAME: &'static str = "rank-correlation";
    const ABOUT: Words = Words {
        summary: "One column orders the rows as another does.",
        details: "Spearman's rank correlation of the rows of each replicate (equal values share their mean rank); the mean \
                  over replicates of Fisher's z = artanh of it gets a Student t interval, so that it stays within ±1. A single replicate is undecided: an interval over its rows \
                  would speak of other rows, not of other seeds. A correlation of n rows moves in steps of 12/(n³ − n), and the \
                  spread over replicates is taken as at least that of rounding to one. A replicate with fewer than three \
                  rows, or where fewer than two values differ, has no correlation and keeps the claim from being held; one \
                  with a row that has only one of the two numbers keeps it undecided, since that row could be first or \
                  last. With `per` every condition must hold, and one that \
                  fails beyond a Bonferroni correction fails the claim.",
        cites: &["spearman-1904", "student-1908", "berger-1982"],
    };
    const TAKES: Takes = Takes::REPLICATES.or_one();

    fn faults(params: &Params, _: &ClaimHead) -> Vec<Problem> {
        bar(params).err().into_iter().collect()
    }

    fn verdict(params: &Params, head: &ClaimHead, table: &Table) -> Result<Verdict, StepError> {
        let bar = bar(params).map_err(StepError::unplanned)?;
        let axis = |column| Axis { column, log: false };
        let plane = Plane::read(table, (axis(&params.x), axis(&params.y)))?;
        let mut without = 0;
        let conditions = conditions(head, (table, bar, Estimate::Correlation), &mut |rows| {
            let (x, y) = if params.missing_is_largest { plane.censored(rows) } else { plane.points(rows) };
            let ordered = x.len() >= FEWEST && varies(&x) && varies(&y);
            without += usize::from(!ordered);
            let value = if ordered { Some(spearman(&x, &y).map_err(StepError::numeric)?) } else { None };
            let truth = if x.len() < rows.len() { Truth::Anywhere } else { Truth::There };
            Ok(Measured { value, truth, step: step(x.len()) })
        })?;
        let alike = replicates_that(without, "without a correlation, since fewer than three rows or two values differ");
        let remark = remark(head, table, &[plane.remarks(), &[alike]].concat());
        let statistic = Statistic::RankCorrelation { x: params.x.clone(), y: params.y.clone() };
        Test::of(head, statistic, bar).decide(&conditions, &remark)
    }
}

fn bar(params: &Params) -> Result<Bar, Problem> {
    Bounds { at_most: params.at_most, at_least: params.at_least, ..Bounds::default() }.bar()
}

/// Rows that have an order worth the name: two are in the right one by chance every other time.
const FEWEST: usize = 3;

// Between neighbouring values of ρ = 1 − 6 Σ d²/(n³ − n), whose Σ d² is even.
#[expect(clippy::cast_precision_loss, reason = "far fewer rows than 2^53")]
fn step(rows: usize) -> f64 {
    let n = rows as f64;
    if rows < FEWEST { 0.0 } else { 12.0 / (n * n * n - n) }
}

fn varies(values: &[f64]) -> bool {
    values.iter().any(|v| *v != values[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::rows::{run, table};
    use crate::artifact::Outcome;
    use crate::step::Value;
    use crate::step::roles::Claimed;
    use serde_json::{Value as Json, json};

    /// Two seeds: scipy.stats.spearmanr gives 0.8 for [1 3 2 5 4] and 0.9746794344808963 for [1 2 2 4 5].
    fn sample(map: fn(f64) -> f64) -> Vec<Json> {
        let of = |seed: i64, y: [f64; 5]| (0..5).map(move |i| json!([seed, i, map(y[i as usize])])).collect::<Vec<_>>();
        [of(0, [1.0, 3.0, 2.0, 5.0, 4.0]), of(1, [1.0, 2.0, 2.0, 4.0, 5.0])].concat()
    }

    fn decided(extra: Json, rows: &[Json]) -> Verdict {
        let mut params = json!({"says": "s", "x": "i", "y": "y"});
        for (key, value) in extra.as_object().unwrap() {
            params[key] = value.clone();
        }
        match run(&Claimed(RankCorrelation), &params, &[table(&["seed", "i", "y"], rows)]).unwrap() {
            Value::Verdict(verdict) => verdict,
            other => panic!("{other:?}"),
        }
    }

    fn estimate(verdict: &Verdict) -> f64 {
        verdict.evidence.numbers("estimate").unwrap()[0].unwrap()
    }

    #[test]
    fn the_mean_over_seeds_against_scipy() {
        let verdict = decided(json!({"at_least": 0.8}), &sample(|v| v));
        // tanh of the mean of artanh 0.8 = 1.098612 and of artanh of 0.95, half a step of 12/120 below 1: 1.831781
        assert!((estimate(&verdict) - libm::tanh(0.5 * (1.098_612_3 + 1.831_780_8))).abs() < 1e-7);
        assert_eq!(verdict.evidence.numbers("samples").unwrap(), [Some(2.0)]);
        assert_eq!(verdict.outcome, Outcome::Undecided, "two seeds: {}", verdict.because);
    }

    #[test]
    fn neither_a_monotone_map_nor_the_order_of_rows_matters() {
        let plain = decided(json!({"at_least": 0.8}), &sample(|v| v));
        assert_eq!(plain.evidence, decided(json!({"at_least": 0.8}), &sample(f64::exp)).evidence);
        let mut turned = sample(|v| v);
        turned.reverse();
        let turned = decided(json!({"at_least": 0.8}), &turned);
        assert!((estimate(&plain) - estimate(&turned)).abs() < 1e-15 && plain.outcome == turned.outcome);
        let falling = decided(json!({"at_most": -0.8}), &sample(|v| -v));
        assert!((estimate(&plain) + estimate(&falling)).abs() < 1e-15);
    }

    #[test]
    fn what_was_not_reached_comes_last() {
        let rows: Vec<Json> = (0..4)
            .flat_map(|seed| (0..6).map(move |i| json!([seed, i, if i > 3 { Json::Null } else { json!(i * i) }])))
            .collect();
        assert_eq!(decided(json!({"at_least": 0.5}), &rows).outcome, Outcome::Undecided);
        let held = decided(json!({"at_least": 0.5, "missing_is_largest": true}), &rows);
        assert_eq!(held.outcome, Outcome::Held, "{}", held.because);
        // ranks 1 2 3 4 5.5 5.5 beside 1 … 6 have √(17/17.5) = 0.9856, more than half a step of 2/35 below 1
        assert!((estimate(&held) - (1.0 - 1.0 / 35.0)).abs() < 1e-9);
    }

    #[test]
    fn perfect_order_in_every_seed_is_held() {
        let of = |seeds: i64| -> Vec<Json> {
            (0..seeds).flat_map(|seed| (0..6).map(move |i| json!([seed, i, i * i]))).collect()
        };
        let rows = of(4);
        let held = decided(json!({"at_least": 0.8}), &rows);
        assert_eq!(held.outcome, Outcome::Held);
        // a step of six rows is 2/35: z = artanh(1 − 1/35) = 2.117053, known to half of 2.117053 − artanh(1 − 2/35)
        // = 0.353873 at best, times t(0.975; 3)/√4 = 1.591223
        let low = held.evidence.numbers("low").unwrap()[0].unwrap();
        assert!((low - libm::tanh(2.117_053 - 0.5 * 0.353_873 * 1.591_223)).abs() < 1e-4, "{low}");
        assert_eq!(decided(json!({"at_least": 0.8}), &of(2)).outcome, Outcome::Undecided, "two perfect orders");
        assert_eq!(decided(json!({"at_most": 0.8}), &rows).outcome, Outcome::Contradicted);
    }

    #[test]
    fn one_seed_is_undecided_unless_nothing_was_random() {
        let rows = &sample(|v| v)[..5];
        let one = decided(json!({"at_least": 0.7}), rows);
        assert_eq!(one.outcome, Outcome::Undecided);
        assert!(one.because.contains("a single sample"), "{}", one.because);
        let exact = decided(json!({"at_least": 0.7, "deterministic": true}), rows);
        assert_eq!(exact.outcome, Outcome::Held);
        assert!(exact.because.contains("deterministic"), "{}", exact.because);
        let params = json!({"says": "s", "x": "i", "y": "y", "at_least": 0, "deterministic": true});
        let both = table(&["seed", "i", "y"], &sample(|v| v));
        let error = run(&Claimed(RankCorrelation), &params, &[both]).unwrap_err().to_string();
        assert!(error.contains("2 replicates of equal seed"), "{error}");
    }

    #[test]
    fn gaps_are_counted_and_a_flat_seed_keeps_the_claim_open() {
        let mut rows: Vec<Json> = (0..3).flat_map(|seed| (0..4).map(move |i| json!([seed, i, i * i]))).collect();
        rows.push(json!([0, 9, null]));
        let gap = decided(json!({"at_least": 0.8}), &rows);
        assert!(gap.because.ends_with("; 1 row without a i or a y left out"), "{}", gap.because);
        assert_eq!(gap.outcome, Outcome::Undecided, "the row could come first");
        rows.pop();
        rows.extend((0..4).map(|i| json!([7, i, 1])));
        let flat = decided(json!({"at_least": 0.8}), &rows);
        assert_eq!(flat.outcome, Outcome::Undecided);
        assert!(flat.because.contains("1 replicate without a correlation"), "{}", flat.because);
    }
}
