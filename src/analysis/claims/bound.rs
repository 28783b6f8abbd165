//! `bound`: the mean of a column lies on one side of a number, or agrees with it.

use super::decide::{Openness, Test};
use super::estimate::Estimate;
use super::lattice::step_of;
use super::paired_difference::test_error;
use super::replicates::{means, remark};
use super::threshold::{Bar, Bounds};
use crate::analysis::rows::{counted, groups};
use crate::artifact::{Statistic, Verdict};
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
    /// A row without the number is known to lie at or above this, in the column's unit: a run that did not get there, a
    /// threshold beyond the last value tried. Then it counts as this, and what is claimed to be large may hold by it.
    #[serde(default)]
    #[schemars(range(min = -1e15, max = 1e15))]
    pub missing_at_least: Option<f64>,
    /// The range of the column, such as `[0, 1]` of an R²: no interval leaves it.
    #[serde(default)]
    #[schemars(inner(range(min = -1e15, max = 1e15)))]
    pub range: Option<[f64; 2]>,
    /// The mean is this, in the column's unit, to within `smallest_effect`: held where its whole interval is.
    #[serde(default)]
    #[schemars(range(min = -1e15, max = 1e15))]
    pub equals: Option<f64>,
}

impl Claim for Bound {
    type Params = Params;
    const NAME: &'static str = "bound";
    const ABOUT: Words = Words {
        summary: "The mean of a column lies on one side of a number, or agrees with it.",
        details: "Each seed gives one number, the mean of its rows: where the paper makes one statement of several \
                  conditions, leave `per` out, and they are averaged within the seed. Without a column of seeds each row is a \
                  sample. The mean over seeds gets a Student t interval: held where it lies on the claimed side, contradicted \
                  where on the other, undecided where it contains the number or there are fewer than two seeds. With `per` every \
                  condition must hold, and one that is contradicted beyond a Bonferroni correction contradicts the claim. A seed \
                  with fewer numbers than others keeps its condition from being held. A column that moves in steps, such as a \
                  count, has the spread of half a step at least: three equal counts do not show that there is none. For how \
                  many runs something is so, see `share-of-runs`.",
        cites: &["student-1908", "berger-1982", "schuirmann-1987"],
    };
    const TAKES: Takes = Takes::REPLICATES;

    fn faults(params: &Params, head: &ClaimHead) -> Vec<Problem> {
        let empty = params.range.filter(|[from, to]| from >= to);
        let empty = empty.map(|[from, to]| Problem::at("range", format!("from {from} to {to} there is nothing")));
        bar((params, head)).err().into_iter().chain(empty).collect()
    }

    fn cites(params: &Params, head: &ClaimHead) -> Vec<&'static str> {
        let several = (!head.per.0.is_empty()).then_some("berger-1982");
        let agreement = params.equals.map(|_| "schuirmann-1987");
        std::iter::once("student-1908").chain(several).chain(agreement).collect()
    }

    fn verdict(params: &Params, head: &ClaimHead, table: &Table) -> Result<Verdict, StepError> {
        let bar = bar((params, head)).map_err(StepError::unplanned)?;
        let numbers = table.numbers(&params.column)?;
        let filled: Vec<Option<f64>> = numbers.iter().map(|number| number.or(params.missing_at_least)).collect();
        let mut conditions = means(head, table, (&filled, step_of(&numbers)))?;
        for condition in &mut conditions {
            if let Estimate::Mean(samples) = &mut condition.estimate {
                samples.range = params.range;
            }
        }
        if params.missing_at_least.is_some() {
            for (condition, (_, rows)) in conditions.iter_mut().zip(groups(table, &head.per.0)?) {
                if rows.iter().any(|&row| numbers[row].is_none()) && condition.open == Openness::Closed {
                    condition.open = censored(bar);
                }
            }
        }
        let without = numbers.iter().filter(|number| number.is_none()).count();
        let left_out = match without {
            0 => String::new(),
            all if all == table.height() => format!("no row has a {}", params.column),
            some => match params.missing_at_least {
                Some(least) => format!("{} without a {} taken as {least}", counted(some, "row"), params.column),
                None => format!("{} without a {} left out", counted(some, "row"), params.column),
            },
        };
        let remark = remark(head, table, &[left_out]);
        Test::of(head, Statistic::Mean { column: params.column.clone() }, bar).decide(&conditions, &remark)
    }
}

/// What numbers that are lower bounds leave open.
const fn censored(bar: Bar) -> Openness {
    match bar {
        Bar::Above(_) | Bar::AtLeast(_) => Openness::CannotFail,
        Bar::Below(_) | Bar::AtMost(_) => Openness::CannotHold,
        Bar::Within(..) => Openness::Undecided,
    }
}

fn bar((params, head): (&Params, &ClaimHead)) -> Result<Bar, Problem> {
    let equals = Some((params.equals, head.smallest_effect));
    Bounds { at_most: params.at_most, at_least: params.at_least, equals, ..Bounds::default() }.bar()
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
        assert_eq!(one(json!({"at_most": -0.0485})), Outcome::Contradicted);
        assert_eq!(one(json!({"at_least": -0.0485})), Outcome::Held);
        assert_eq!(one(json!({"at_least": 0.4485})), Outcome::Contradicted);
        let near = |value: f64, effect: f64| one(json!({"equals": value, "smallest_effect": effect}));
        let agrees = [near(0.2, 0.249), near(0.2, 0.248), near(0.5, 0.05)];
        assert_eq!(agrees, [Outcome::Held, Outcome::Undecided, Outcome::Contradicted]);
        assert_eq!(one(json!({"at_most": 0.2, "smallest_effect": 0.249})), Outcome::Negligible);
    }

    #[test]
    fn rows_of_one_seed_are_one_sample() {
        let rows: Vec<Json> = (0..3)
            .flat_map(|seed| (0..4).map(move |n| json!([seed, n, 0.1 * f64::from(seed) + f64::from(n)])))
            .collect();
        let of = |rows: &[Json]| {
            let params = json!({"says": "s", "at_least": 1.0});
            match run(&Claimed(Bound), &params, &[table(&["seed", "n", "test_error"], rows)]).unwrap() {
                Value::Verdict(verdict) => verdict,
                other => panic!("{other:?}"),
            }
        };
        // means of the seeds 1.5, 1.6, 1.7
        let verdict = of(&rows);
        assert_eq!((verdict.outcome, verdict.evidence.numbers("samples").unwrap()[0]), (Outcome::Held, Some(3.0)));
        let spread = verdict.evidence.numbers("spread").unwrap()[0].unwrap();
        assert!((spread - 0.1).abs() < 1e-12);
        assert_eq!(of(&rows[1..]).outcome, Outcome::Undecided, "seed 0 has no n = 0");
        let reversed: Vec<Json> = rows.iter().rev().cloned().collect();
        assert_eq!(of(&reversed).because, verdict.because);
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
    fn equal_means_of_counts_are_known_to_half_a_step_at_best() {
        let rows: Vec<Json> = (0..12).flat_map(|seed| [json!([seed, 0, 1]), json!([seed, 1, 3])]).collect();
        let params = json!({"says": "s", "at_least": 2});
        let made = run(&Claimed(Bound), &params, &[table(&["seed", "start", "test_error"], &rows)]).unwrap();
        let Value::Verdict(verdict) = made else { panic!("{made:?}") };
        // counts 1 and 3 move in steps of 1, or of 2 where no other is seen; means of two in half of that
        let number = |c: &str| verdict.evidence.numbers(c).unwrap()[0].unwrap();
        assert!(
            number("low") < 2.0 && number("high") > 2.0 && verdict.outcome == Outcome::Undecided,
            "{}",
            verdict.because
        );
    }

    #[test]
    fn a_censored_number_is_a_lower_bound() {
        let of = |extra: Json| {
            let mut params = json!({"says": "s", "missing_at_least": 8.0});
            for (key, value) in extra.as_object().unwrap() {
                params[key] = value.clone();
            }
            let rows = [json!([0, 6.0]), json!([1, 7.0]), json!([2, 6.5]), json!([3, null])];
            match run(&Claimed(Bound), &params, &[table(&["seed", "test_error"], &rows)]).unwrap() {
                Value::Verdict(verdict) => verdict,
                other => panic!("{other:?}"),
            }
        };
        // 6, 7, 6.5 and 8 or more: mean 6.875 ± 1.36 at least
        let held = of(json!({"at_least": 5.4}));
        assert_eq!(held.outcome, Outcome::Held, "{}", held.because);
        assert!(held.because.ends_with("1 row without a test_error taken as 8"), "{}", held.because);
        assert_eq!(of(json!({"at_least": 9})).outcome, Outcome::Undecided, "the fourth may be 100");
        assert_eq!(of(json!({"at_most": 9})).outcome, Outcome::Undecided);
        assert_eq!(of(json!({"at_most": 5})).outcome, Outcome::Contradicted);
    }

    #[test]
    fn no_interval_leaves_the_range() {
        let rows = [json!([0, 0.99]), json!([1, 0.7]), json!([2, 0.98])];
        let params = json!({"says": "s", "at_least": 0.9, "range": [0, 1]});
        let made = run(&Claimed(Bound), &params, &[table(&["seed", "test_error"], &rows)]).unwrap();
        let Value::Verdict(verdict) = made else { panic!("{made:?}") };
        assert_eq!(verdict.evidence.numbers("high").unwrap(), [Some(1.0)]);
        assert_eq!(refused(&Claimed(Bound), &json!({"says": "s", "at_least": 1, "range": [1, 0]})).len(), 1);
    }

    #[test]
    fn one_side_is_needed() {
        for extra in [json!({"says": "s"}), json!({"says": "s", "at_most": 1, "at_least": 0})] {
            assert_eq!(refused(&Claimed(Bound), &extra).len(), 1);
        }
    }
}
