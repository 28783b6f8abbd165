//! `bound`: the mean of a column lies on one side of a number, or agrees with it.

use super::decide::{Condition, Openness, Test};
use super::paired_difference::test_error;
use super::threshold::{Bar, Bounds};
use crate::analysis::rows::{counted, groups, no_rows};
use crate::artifact::Verdict;
use crate::step::prelude::*;
use crate::step::roles::{Claim, ClaimHead, Takes, Words};

/// A mean against a number.
pub struct Bound;

/// Parameters of [`Bound`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The column whose mean is bounded, in its own unit.
    #[serde(default = "test_error")]
    #[schemars(extend("format" = "column"))]
    pub column: String,
    /// The mean is at most this, in the column's unit; one of this, `at_least` and `equals`.
    #[serde(default)]
    #[schemars(range(min = -1e15, max = 1e15))]
    pub at_most: Option<f64>,
    /// The mean is at least this, in the column's unit.
    #[serde(default)]
    #[schemars(range(min = -1e15, max = 1e15))]
    pub at_least: Option<f64>,
    /// The mean is this, in the column's unit: held where the interval contains it, failed where not.
    #[serde(default)]
    #[schemars(range(min = -1e15, max = 1e15))]
    pub equals: Option<f64>,
}

impl Claim for Bound {
    type Params = Params;
    const NAME: &'static str = "bound";
    const ABOUT: Words = Words {
        summary: "The mean of a column lies on one side of a number, or agrees with it.",
        details: "The mean over the rows gets a Student t interval: held where it lies on the claimed side, failed where on \
                  the other, undecided where it contains the number or there are fewer than two rows. With `per` every \
                  condition must hold, and one that fails beyond a Bonferroni correction fails the claim. A row without \
                  the number keeps its condition from being held. Rows are taken as independent: they should be seeds. \
                  `equals` asks for agreement, which few or scattered rows reach easily: lay `at_most` and `at_least` \
                  beside it that say how close.",
        cites: &["student-1908", "berger-1982"],
    };
    const TAKES: Takes = Takes::ROWS;

    fn faults(params: &Params, _: &ClaimHead) -> Vec<Problem> {
        bar(params).err().into_iter().collect()
    }

    fn verdict(params: &Params, head: &ClaimHead, table: &Table) -> Result<Verdict, StepError> {
        let bar = bar(params).map_err(StepError::unplanned)?;
        let numbers = table.numbers(&params.column)?;
        let conditions: Vec<Condition> = groups(table, &head.per.0)?
            .into_iter()
            .map(|(place, rows)| {
                let samples: Vec<f64> = rows.iter().filter_map(|&row| numbers[row]).collect();
                let open = Openness::missing(samples.len() < rows.len());
                Condition { open, ..Condition::of(place, samples) }
            })
            .collect();
        let remark = match (table.height(), conditions.iter().map(|c| c.estimate.samples()).sum::<usize>()) {
            (0, _) => no_rows(&head.filter),
            (_, 0) => format!("no row has a {}", params.column),
            (rows, samples) if samples < rows => {
                format!("{} without a {} left out", counted(rows - samples, "row"), params.column)
            }
            _ => String::new(),
        };
        Test::of(head, params.column.clone(), bar).decide(&conditions, &remark)
    }
}

fn bar(params: &Params) -> Result<Bar, Problem> {
    Bounds { at_most: params.at_most, at_least: params.at_least, equals: Some(params.equals), ..Bounds::default() }
        .bar()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::rows::{refused, run, table};
    use crate::artifact::Outcome;
    use crate::step::Value;
    use crate::step::roles::Claimed;
    use serde_json::{Value as Json, json};

    fn decided(extra: Json) -> Verdict {
        let mut params = json!({"says": "s"});
        for (key, value) in extra.as_object().unwrap() {
            params[key] = value.clone();
        }
        let rows =
            [json!([1, 0.1]), json!([1, 0.2]), json!([1, 0.3]), json!([2, 0.5]), json!([2, 0.5]), json!([2, null])];
        match run(&Claimed(Bound), &params, &[table(&["n", "test_error"], &rows)]).unwrap() {
            Value::Verdict(verdict) => verdict,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_interval_by_hand() {
        // mean 0.2, sd 0.1, half width 4.302653 · 0.1/√3 = 0.248414
        let one = |extra: Json| {
            let mut extra = extra;
            extra["where"] = json!({"n": 1});
            decided(extra).outcome
        };
        assert_eq!(one(json!({"at_most": 0.4485})), Outcome::Held);
        assert_eq!(one(json!({"at_most": 0.4484})), Outcome::Undecided);
        assert_eq!(one(json!({"at_most": -0.0485})), Outcome::Failed);
        assert_eq!(one(json!({"at_least": -0.0485})), Outcome::Held);
        assert_eq!(one(json!({"at_least": 0.4485})), Outcome::Failed);
        assert_eq!([0.448, -0.048].map(|value| one(json!({"equals": value}))), [Outcome::Held; 2]);
        assert_eq!([0.449, -0.049].map(|value| one(json!({"equals": value}))), [Outcome::Failed; 2]);
    }

    #[test]
    fn conditions_and_gaps_are_reported() {
        let verdict = decided(json!({"at_most": 0.5, "per": "n"}));
        assert_eq!(verdict.outcome, Outcome::Undecided, "a row of n = 2 is missing");
        assert_eq!(verdict.evidence.numbers("samples").unwrap(), [Some(3.0), Some(2.0)]);
        assert!(verdict.because.ends_with("1 row without a test_error left out"), "{}", verdict.because);
        let none = decided(json!({"at_most": 0.5, "where": {"n": 3}}));
        assert_eq!(none.because, "no samples: no row has n = 3");
    }

    #[test]
    fn one_side_is_needed() {
        for extra in [json!({"says": "s"}), json!({"says": "s", "at_most": 1, "at_least": 0})] {
            assert_eq!(refused(&Claimed(Bound), &extra).len(), 1);
        }
    }
}
