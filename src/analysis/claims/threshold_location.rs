//! `threshold-location`: where along an axis a column first reaches a level.

use super::decide::Test;
use super::estimate::Estimate;
use super::replicates::{Axis, Measured, Plane, Truth, conditions, remark, replicates_that};
use super::threshold::{Bar, Bounds};
use crate::artifact::{Statistic, Verdict, number};
use crate::math::statistics::curve::{Crossing, first_crossing};
use crate::step::prelude::*;
use crate::step::roles::{Claim, ClaimHead, Takes, Words};

/// Where a curve first reaches a level.
pub struct ThresholdLocation;

/// From which side the level is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Approach {
    /// From below.
    Rising,
    /// From above.
    Falling,
}

/// Parameters of [`ThresholdLocation`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The column that reaches the level.
    #[schemars(extend("format" = "column"))]
    pub column: String,
    /// The numeric axis along which it does, e.g. `alpha`.
    #[schemars(extend("format" = "column"))]
    pub along: String,
    /// The level, in the column's unit.
    #[schemars(range(min = -1e15, max = 1e15))]
    pub crosses: f64,
    /// From which side: `rising` or `falling`.
    pub direction: Approach,
    /// Where the level is reached, in the unit of `along`, give or take `within`.
    #[serde(default)]
    #[schemars(range(min = -1e15, max = 1e15))]
    pub near: Option<f64>,
    /// How far from `near` the place may be.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1e15))]
    pub within: Option<f64>,
    /// The place is at most this, in place of `near` and `within`.
    #[serde(default)]
    #[schemars(range(min = -1e15, max = 1e15))]
    pub at_most: Option<f64>,
    /// The place is at least this, in place of `near` and `within`.
    #[serde(default)]
    #[schemars(range(min = -1e15, max = 1e15))]
    pub at_least: Option<f64>,
    /// Interpolates in the logarithm of `along`.
    #[serde(default)]
    pub log: bool,
}

impl Claim for ThresholdLocation {
    type Params = Params;
    const NAME: &'static str = "threshold-location";
    const ABOUT: Words = Words {
        summary: "A column first reaches a level at a certain place along an axis.",
        details: "In each replicate the rows, ordered by `along` and joined by straight lines (in its logarithm with \
                  `log`), first reach the level somewhere; the mean place gets a Student t interval over replicates. \
                  With `near` and `within` the claim is an equivalence: held where the whole interval lies in near ± \
                  within, failed where it lies outside of it, undecided otherwise. A replicate that never reaches the \
                  level counts as the last value of `along`, one that is beyond it from the start as the first. The truth lies \
                  farther out, so a condition with such replicates is never held, and it fails only where everything \
                  beyond each of these values is on the wrong side and the other replicates alone fail too.",
        cites: &["student-1908", "schuirmann-1987", "berger-1982"],
    };
    const TAKES: Takes = Takes::REPLICATES.or_one();

    fn faults(params: &Params, _: &ClaimHead) -> Vec<Problem> {
        bar(params).err().into_iter().collect()
    }

    fn cites(params: &Params, head: &ClaimHead) -> Vec<&'static str> {
        let several = (!head.per.0.is_empty()).then_some("berger-1982");
        let agreement = params.near.map(|_| "schuirmann-1987");
        std::iter::once("student-1908").chain(agreement).chain(several).collect()
    }

    fn verdict(params: &Params, head: &ClaimHead, table: &Table) -> Result<Verdict, StepError> {
        let bar = bar(params).map_err(StepError::unplanned)?;
        let Params { column, along, .. } = params;
        let plane = Plane::read(table, (Axis { column: along, log: params.log }, Axis { column, log: false }))?;
        let (mut before, mut never) = (0, 0);
        let conditions = conditions(head, (table, bar, Estimate::Mean), &mut |rows| {
            let (x, y) = plane.curve(rows, along)?;
            let rising = params.direction == Approach::Rising;
            let unit = |x: f64| if params.log { 10.0_f64.powf(x) } else { x };
            let (place, truth) = match first_crossing((&x, &y), params.crosses, rising) {
                Crossing::At(place) => (Some(place), Truth::There),
                Crossing::Before => {
                    before += 1;
                    (x.first().copied(), Truth::Below)
                }
                Crossing::Never => {
                    never += usize::from(!x.is_empty());
                    (x.last().copied(), Truth::Above)
                }
            };
            Ok(Measured { value: place.map(unit), truth, step: 0.0 })
        })?;
        let level = params.crosses;
        let started = replicates_that(before, &format!("beyond {level} from the first {along} on, taken as that"));
        let missed = replicates_that(never, &format!("not reaching {level} up to the last {along}, taken as that"));
        let remark = remark(head, table, &[plane.remarks(), &[missed, started]].concat());
        let rises = params.direction == Approach::Rising;
        let (column, along) = (column.clone(), along.clone());
        let statistic = Statistic::Place { column, along, rises, level: number::exact(level) };
        Test::of(head, statistic, bar).decide(&conditions, &remark)
    }
}

fn bar(params: &Params) -> Result<Bar, Problem> {
    let around = match (params.near, params.within) {
        (Some(near), Some(within)) => Some([near - within, near + within]),
        (None, None) => None,
        (Some(_), None) => return Err(Problem::at("near", "`near` needs `within`, how far from it the place may be")),
        (None, Some(_)) => return Err(Problem::at("within", "`within` needs `near`, the place")),
    };
    Bounds { at_most: params.at_most, at_least: params.at_least, within: Some(("near", around)), equals: None }.bar()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::rows::{refused, run, table};
    use crate::artifact::Outcome;
    use crate::step::Value;
    use crate::step::roles::Claimed;
    use serde_json::{Value as Json, json};

    /// Curves at α = 1, 2, 3, 4 that reach 0.2 where `y` says, one a seed.
    fn sample(curves: &[[f64; 4]]) -> Vec<Json> {
        let of = |(seed, y): (usize, &[f64; 4])| {
            let y = *y;
            (0..4).map(move |i| json!([seed, i + 1, y[i]]))
        };
        curves.iter().enumerate().flat_map(of).collect()
    }

    /// They reach 0.2 at 2.4, 2.5 and 2.6.
    const NEAR: [[f64; 4]; 3] = [[0.0, 0.16, 0.26, 0.9], [0.0, 0.1, 0.3, 0.9], [0.0, 0.14, 0.24, 0.9]];

    fn decided(extra: Json, rows: &[Json]) -> Verdict {
        let mut params =
            json!({"says": "s", "column": "overlap", "along": "alpha", "crosses": 0.2, "direction": "rising"});
        for (key, value) in extra.as_object().unwrap() {
            params[key] = value.clone();
        }
        match run(&Claimed(ThresholdLocation), &params, &[table(&["seed", "alpha", "overlap"], rows)]).unwrap() {
            Value::Verdict(verdict) => verdict,
            other => panic!("{other:?}"),
        }
    }

    fn outcome(extra: Json, rows: &[Json]) -> Outcome {
        decided(extra, rows).outcome
    }

    #[test]
    fn the_interval_by_hand() {
        // places 2.4, 2.5, 2.6: mean 2.5, sd 0.1, half width 0.2484138
        let rows = sample(&NEAR);
        let verdict = decided(json!({"near": 2.5, "within": 0.25}), &rows);
        assert_eq!(verdict.outcome, Outcome::Held, "{}", verdict.because);
        let number = |c: &str| verdict.evidence.numbers(c).unwrap()[0].unwrap();
        assert!((number("estimate") - 2.5).abs() < 1e-12 && (number("low") - 2.251_586_2).abs() < 1e-6);
        assert_eq!(outcome(json!({"near": 2.5, "within": 0.2}), &rows), Outcome::Undecided);
        assert_eq!(outcome(json!({"near": 3.0, "within": 0.2}), &rows), Outcome::Contradicted);
        assert_eq!(outcome(json!({"at_most": 2.8}), &rows), Outcome::Held);
        assert_eq!(outcome(json!({"at_least": 2.8}), &rows), Outcome::Contradicted);
    }

    #[test]
    fn the_order_of_rows_does_not_matter_and_mirrors_agree() {
        let mut turned = sample(&NEAR);
        turned.reverse();
        let near = json!({"near": 2.5, "within": 0.25});
        assert_eq!(outcome(near, &turned), Outcome::Held);
        let mirrored = NEAR.map(|curve| curve.map(|v| -v));
        let falling = json!({"near": 2.5, "within": 0.25, "crosses": -0.2, "direction": "falling"});
        assert_eq!(outcome(falling, &sample(&mirrored)), Outcome::Held);
    }

    #[test]
    fn curves_that_never_reach_it_cannot_hold_but_can_fail() {
        let never = [0.0, 0.0, 0.1, 0.19];
        let some = decided(json!({"at_most": 100}), &sample(&[NEAR[0], NEAR[1], never]));
        assert_eq!(some.outcome, Outcome::Undecided);
        assert!(some.because.ends_with("; 1 replicate not reaching 0.2 up to the last alpha, taken as that"));
        let all = |runs: usize| decided(json!({"near": 2.5, "within": 0.25}), &sample(&vec![never; runs]));
        assert_eq!(all(6).outcome, Outcome::Contradicted, "{}", all(6).because);
        assert_eq!(all(3).outcome, Outcome::Undecided, "three runs that agree: {}", all(3).because);
        // beyond the last value could be anywhere, also where the claim wants it
        for (bar, curve) in [(json!({"near": 5.0, "within": 0.5}), never), (json!({"at_most": 0.5}), [0.5; 4])] {
            assert_eq!(outcome(bar, &sample(&[curve; 3])), Outcome::Undecided);
        }
        // one place inside the bar: two bounds beyond it do not make a failure
        let mixed = [[0.0, 0.0, 0.1, 0.3], never, never];
        assert_eq!(outcome(json!({"near": 3.0, "within": 0.7}), &sample(&mixed)), Outcome::Undecided);
        let started = decided(json!({"near": 1.0, "within": 0.5}), &sample(&[[0.5, 0.6, 0.7, 0.8]; 2]));
        assert_eq!(started.outcome, Outcome::Undecided);
        assert!(started.because.contains("2 replicates beyond 0.2 from the first alpha on"), "{}", started.because);
    }

    #[test]
    fn a_logarithmic_axis_interpolates_in_the_exponent() {
        let rows: Vec<Json> = (0..6).flat_map(|s| [json!([s, 10, 0.0]), json!([s, 1000, 0.4])]).collect();
        let verdict = decided(json!({"near": 100, "within": 1, "log": true}), &rows);
        assert!((verdict.evidence.numbers("estimate").unwrap()[0].unwrap() - 100.0).abs() < 1e-9);
        assert_eq!(verdict.outcome, Outcome::Held);
    }

    #[test]
    fn rows_that_are_no_curve_are_refused() {
        let params = json!({"says": "s", "column": "overlap", "along": "alpha", "crosses": 0.2, "direction": "rising",
            "at_most": 3, "seeds": []});
        let rows = table(&["seed", "alpha", "overlap"], &sample(&NEAR));
        let error = run(&Claimed(ThresholdLocation), &params, &[rows]).unwrap_err().to_string();
        assert!(error.contains("several rows of one alpha"), "{error}");
    }

    #[test]
    fn near_and_within_go_together() {
        let fault = |extra: Json| {
            let mut params = json!({"says": "s", "column": "c", "along": "a", "crosses": 0, "direction": "rising"});
            for (key, value) in extra.as_object().unwrap() {
                params[key] = value.clone();
            }
            refused(&Claimed(ThresholdLocation), &params)[0].message.clone()
        };
        assert!(fault(json!({"near": 1})).contains("needs `within`"));
        assert!(fault(json!({"within": 1})).contains("needs `near`"));
        assert!(fault(json!({"near": 1, "within": 1, "at_most": 2})).contains("exactly one of"));
    }
}
