//! `ratio`: one column's sum over another's, against a bound.

use super::decide::{Condition, Openness, Test};
use super::estimate::Estimate;
use super::replicates::{Replicated, remark, replicated, replicates_that};
use super::threshold::{Bar, Bounds};
use crate::artifact::{Statistic, Verdict};
use crate::step::prelude::*;
use crate::step::roles::{Claim, ClaimHead, Takes, Words};

/// A ratio of sums against a bound.
pub struct Ratio;

/// Parameters of [`Ratio`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The column whose sum is divided, in its own unit.
    #[schemars(extend("format" = "column"))]
    pub of: String,
    /// The column whose sum it is divided by; it is not negative.
    #[schemars(extend("format" = "column"))]
    pub over: String,
    /// The ratio is at most this; one of this, `at_least` and `between`.
    #[serde(default)]
    #[schemars(range(min = -1e15, max = 1e15))]
    pub at_most: Option<f64>,
    /// The ratio is at least this.
    #[serde(default)]
    #[schemars(range(min = -1e15, max = 1e15))]
    pub at_least: Option<f64>,
    /// The ratio lies between these two: held where its whole interval does.
    #[serde(default)]
    #[schemars(inner(range(min = -1e15, max = 1e15)))]
    pub between: Option<[f64; 2]>,
}

impl Claim for Ratio {
    type Params = Params;
    const NAME: &'static str = "ratio";
    const ABOUT: Words = Words {
        summary: "The sum of one column over that of another lies where it is claimed to.",
        details: "Σ of / Σ over, summed over rows and seeds, with the interval of Fieller: the ratios ρ at which the mean over \
                  seeds of Σ of − ρ Σ over has a Student t that is not too large. Unlike a mean of ratios it does not break \
                  where a single denominator comes near 0. Nothing is decided where the sum of denominators itself may be 0. A \
                  seed with a row that lacks a number keeps its condition from being held.",
        cites: &["fieller-1954", "student-1908", "berger-1982"],
    };
    const TAKES: Takes = Takes::REPLICATES;

    fn faults(params: &Params, _: &ClaimHead) -> Vec<Problem> {
        bar(params).err().into_iter().collect()
    }

    fn verdict(params: &Params, head: &ClaimHead, table: &Table) -> Result<Verdict, StepError> {
        let bar = bar(params).map_err(StepError::unplanned)?;
        let (of, over) = (table.numbers(&params.of)?, table.numbers(&params.over)?);
        let mut gaps = 0;
        let condition = |Replicated { place, replicates }| {
            let sums = |rows: &Vec<usize>| {
                let sum = |numbers: &[Option<f64>]| rows.iter().map(|&row| numbers[row]).sum::<Option<f64>>();
                sum(&of).zip(sum(&over))
            };
            let sums: Vec<Option<(f64, f64)>> = replicates.iter().map(sums).collect();
            let missing = sums.iter().filter(|sum| sum.is_none()).count();
            gaps += missing;
            let estimate = Estimate::Ratio(sums.into_iter().flatten().collect());
            Condition { place, estimate, facts: Vec::new(), open: Openness::missing(missing > 0) }
        };
        let conditions: Vec<Condition> = replicated(head, table)?.into_iter().map(condition).collect();
        let lacking =
            replicates_that(gaps, &format!("left out, where a {} or a {} is missing", params.of, params.over));
        let remark = remark(head, table, &[lacking]);
        let statistic = Statistic::Ratio { of: params.of.clone(), over: params.over.clone() };
        Test::of(head, statistic, bar).decide(&conditions, &remark)
    }
}

fn bar(params: &Params) -> Result<Bar, Problem> {
    let within = Some(("between", params.between));
    Bounds { at_most: params.at_most, at_least: params.at_least, within, equals: None }.bar()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::rows::{refused, run, table};
    use crate::artifact::Outcome;
    use crate::step::Value;
    use crate::step::roles::Claimed;
    use serde_json::{Value as Json, json};

    /// Ratios 0.25 of sums although one seed's own ratio is 5.
    fn decided(extra: Json, more: &[Json]) -> Verdict {
        let mut params = json!({"says": "s", "of": "a", "over": "b"});
        for (key, value) in extra.as_object().unwrap() {
            params[key] = value.clone();
        }
        let pairs = [(1.0, 4.0), (1.04, 4.1), (0.05, 0.01), (1.26, 5.0), (1.03, 4.2)];
        let mut rows: Vec<Json> = pairs.iter().enumerate().map(|(seed, (a, b))| json!([seed, a, b])).collect();
        rows.extend_from_slice(more);
        match run(&Claimed(Ratio), &params, &[table(&["seed", "a", "b"], &rows)]).unwrap() {
            Value::Verdict(verdict) => verdict,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_ratio_is_of_sums() {
        let verdict = decided(json!({"at_most": 0.3}), &[]);
        let number = |c: &str| verdict.evidence.numbers(c).unwrap()[0].unwrap();
        assert!((number("estimate") - 4.38 / 17.31).abs() < 1e-14, "{}", verdict.because);
        assert_eq!(verdict.outcome, Outcome::Held, "{}", verdict.because);
        assert_eq!(decided(json!({"at_least": 0.3}), &[]).outcome, Outcome::Contradicted);
        assert_eq!(decided(json!({"between": [0.2, 0.254]}), &[]).outcome, Outcome::Undecided);
    }

    #[test]
    fn rows_of_one_seed_are_summed_and_a_gap_keeps_it_open() {
        let doubled: Vec<Json> = (0..5).map(|seed| json!([seed, 0.0, 0.0])).collect();
        assert_eq!(decided(json!({"at_most": 0.3}), &doubled).because, decided(json!({"at_most": 0.3}), &[]).because);
        let gap = decided(json!({"at_most": 0.3}), &[json!([7, null, 1.0])]);
        assert_eq!(gap.outcome, Outcome::Undecided);
        assert!(gap.because.ends_with("1 replicate left out, where a a or a b is missing"), "{}", gap.because);
    }

    #[test]
    fn one_bound_is_needed() {
        assert_eq!(refused(&Claimed(Ratio), &json!({"says": "s", "of": "a", "over": "b"})).len(), 1);
    }
}
