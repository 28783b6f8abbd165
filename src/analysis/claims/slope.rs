//! `slope`: how fast one column grows with another, against a bound.

use super::decide::{Condition, Openness, Test};
use super::estimate::Estimate;
use super::replicates::{Axis, Plane, Replicated, remark, replicated, replicates_that};
use super::threshold::{Bar, Bounds};
use crate::artifact::{Statistic, Verdict};
use crate::math::statistics::{Line, least_squares_line, mean};
use crate::step::prelude::*;
use crate::step::roles::{Claim, ClaimHead, Takes, Words};

/// A least-squares slope against a bound.
pub struct Slope;

/// What the interval is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SlopeInterval {
    /// The slopes of the replicates.
    Replicates,
    /// The residuals of one line through all rows of a condition.
    Regression,
}

/// Parameters of [`Slope`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The column that grows, or what it grows with, on the horizontal axis.
    #[schemars(extend("format" = "column"))]
    pub x: String,
    /// The column whose growth is measured, on the vertical axis.
    #[schemars(extend("format" = "column"))]
    pub y: String,
    /// Takes the logarithm of both columns: the slope is the exponent of a power law.
    #[serde(default)]
    pub log: bool,
    /// Takes the logarithm of `x` to base 10: the slope is per decade.
    #[serde(default)]
    pub log_x: bool,
    /// Takes the logarithm of `y` to base 10: the slope is in decades.
    #[serde(default)]
    pub log_y: bool,
    /// The slope is at most this; one of `at_most`, `at_least`, `between` and `equals`.
    #[serde(default)]
    #[schemars(range(min = -1e15, max = 1e15))]
    pub at_most: Option<f64>,
    /// The slope is at least this.
    #[serde(default)]
    #[schemars(range(min = -1e15, max = 1e15))]
    pub at_least: Option<f64>,
    /// The slope lies between these two: held where its whole interval does.
    #[serde(default)]
    #[schemars(inner(range(min = -1e15, max = 1e15)))]
    pub between: Option<[f64; 2]>,
    /// The slope is this to within `smallest_effect`: held where its whole interval is.
    #[serde(default)]
    #[schemars(range(min = -1e15, max = 1e15))]
    pub equals: Option<f64>,
    /// What the interval is over; by default `replicates`, and `regression` where there is only one.
    #[serde(default)]
    pub interval: Option<SlopeInterval>,
}

impl Claim for Slope {
    type Params = Params;
    const NAME: &'static str = "slope";
    const ABOUT: Words = Words {
        summary: "The slope of one column against another lies where it is claimed to.",
        details: "A least-squares line through the rows of each replicate; the mean of the slopes gets a Student t interval \
                  over replicates. With one replicate, or `interval: regression`, it is the t interval of one regression \
                  with points - 2 degrees of freedom, which takes residuals as independent and the law as a straight line: \
                  points of one seed share their noise, so prefer replicates. The evidence holds slope and intercept. \
                  Logarithms are to base 10; rows whose value has none are left out and counted. A replicate with fewer \
                  than two values of x keeps the claim from being held. For a trend over several conditions leave `per` out: one line a seed.",
        cites: &["student-1908", "berger-1982"],
    };
    const TAKES: Takes = Takes::REPLICATES;

    fn faults(params: &Params, head: &ClaimHead) -> Vec<Problem> {
        bar((params, head)).err().into_iter().collect()
    }

    fn verdict(params: &Params, head: &ClaimHead, table: &Table) -> Result<Verdict, StepError> {
        let bar = bar((params, head)).map_err(StepError::unplanned)?;
        let x = Axis { column: &params.x, log: params.log || params.log_x };
        let y = Axis { column: &params.y, log: params.log || params.log_y };
        let plane = Plane::read(table, (x, y))?;
        let (mut conditions, mut without) = (Vec::new(), 0);
        for of in replicated(head, table)? {
            let (condition, flat) = fitted(params, &plane, of)?;
            without += flat;
            conditions.push(condition);
        }
        let flat = replicates_that(without, &format!("without a line, since {} has fewer than two values", params.x));
        let remark = remark(head, table, &[plane.remarks(), &[flat]].concat());
        let (log_x, log_y) = (x.log, y.log);
        let statistic = Statistic::Slope { x: params.x.clone(), y: params.y.clone(), log_x, log_y };
        let mut test = Test::of(head, statistic, bar);
        test.facts = vec!["intercept".to_owned(), "points".to_owned()];
        test.decide(&conditions, &remark)
    }
}

fn bar((params, head): (&Params, &ClaimHead)) -> Result<Bar, Problem> {
    let within = Some(("between", params.between));
    Bounds {
        at_most: params.at_most,
        at_least: params.at_least,
        within,
        equals: Some((params.equals, head.smallest_effect)),
    }
    .bar()
}

/// The condition of one place, and how many replicates have no line.
fn fitted(params: &Params, plane: &Plane, of: Replicated) -> Result<(Condition, usize), StepError> {
    let Replicated { place, mut replicates } = of;
    let by_default = if replicates.len() > 1 { SlopeInterval::Replicates } else { SlopeInterval::Regression };
    let interval = params.interval.unwrap_or(by_default);
    if interval == SlopeInterval::Regression {
        replicates = vec![replicates.concat()];
    }
    let lines = replicates.iter().map(|rows| line(plane.points(rows))).collect::<Result<Vec<_>, _>>()?;
    let without = lines.iter().filter(|line| line.is_none()).count();
    let lines: Vec<Line> = lines.into_iter().flatten().collect();
    let points = replicates.iter().map(|rows| plane.points(rows).0.len()).sum::<usize>();
    let intercepts: Vec<f64> = lines.iter().map(|line| line.intercept).collect();
    let estimate = match (interval, &lines[..]) {
        (SlopeInterval::Regression, [line]) => Estimate::Fitted {
            value: line.slope,
            standard_error: line.slope_standard_error,
            points,
            freedom: points.saturating_sub(2),
        },
        _ => Estimate::Mean(lines.iter().map(|line| line.slope).collect::<Vec<_>>().into()),
    };
    let facts = vec![mean(&intercepts).ok().into(), points.into()];
    Ok((Condition { place, estimate, facts, open: Openness::missing(without > 0) }, without))
}

fn line((x, y): (Vec<f64>, Vec<f64>)) -> Result<Option<Line>, StepError> {
    if x.iter().all(|v| *v == x[0]) {
        return Ok(None);
    }
    least_squares_line(&x, &y).map(Some).map_err(StepError::numeric)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::rows::{refused, run, table};
    use crate::artifact::Outcome;
    use crate::step::Value;
    use crate::step::roles::Claimed;
    use serde_json::{Value as Json, json};

    const Y: [f64; 5] = [2.1, 3.9, 6.2, 7.8, 10.1];

    /// One row for each x = 1 … 5 and each seed, whose slope is tilted by `tilt` a seed.
    fn sample(seeds: i64, (tilt, map): (f64, fn(f64) -> f64)) -> Vec<Json> {
        let y = move |seed: i64, i: usize| map(Y[i] + tilt * seed as f64 * (i as f64 - 2.0));
        (0..seeds).flat_map(|seed| (0..5).map(move |i| json!([seed, i + 1, y(seed, i)]))).collect()
    }

    fn decided(extra: Json, rows: &[Json]) -> Verdict {
        let mut params = json!({"says": "s", "x": "x", "y": "y"});
        for (key, value) in extra.as_object().unwrap() {
            params[key] = value.clone();
        }
        match run(&Claimed(Slope), &params, &[table(&["seed", "x", "y"], rows)]).unwrap() {
            Value::Verdict(verdict) => verdict,
            other => panic!("{other:?}"),
        }
    }

    fn number(verdict: &Verdict, column: &str) -> f64 {
        verdict.evidence.numbers(column).unwrap()[0].unwrap()
    }

    // scipy.stats.linregress([1, 2, 3, 4, 5], Y): slope 1.99, intercept 0.05, stderr 0.059721576223897
    #[test]
    fn one_replicate_has_the_interval_of_its_regression() {
        let verdict = decided(json!({"between": [1.7, 2.3]}), &sample(1, (0.0, |v| v)));
        // t(0.975; 3) = 3.182446305284263
        let half = 3.182_446_305_284_263 * 0.059_721_576_223_897;
        assert!((number(&verdict, "estimate") - 1.99).abs() < 1e-14);
        assert!((number(&verdict, "intercept") - 0.05).abs() < 1e-14);
        assert!((number(&verdict, "high") - 1.99 - half).abs() < 1e-12);
        assert_eq!(verdict.outcome, Outcome::Held);
        assert!(verdict.because.contains("one regression over 5 points"), "{}", verdict.because);
        let narrow = decided(json!({"between": [1.9, 2.1]}), &sample(1, (0.0, |v| v)));
        assert_eq!(narrow.outcome, Outcome::Undecided);
    }

    #[test]
    fn the_interval_over_replicates_by_hand() {
        // slopes 1.99, 2.09, 2.19: mean 2.09, sd 0.1, half width 4.302653 · 0.1/√3
        let rows = sample(3, (0.1, |v| v));
        let verdict = decided(json!({"at_least": 1.8}), &rows);
        assert_eq!(verdict.outcome, Outcome::Held);
        assert!((number(&verdict, "estimate") - 2.09).abs() < 1e-14);
        assert!((number(&verdict, "high") - 2.09 - 0.248_413_8).abs() < 1e-6);
        assert_eq!((number(&verdict, "samples"), number(&verdict, "points")), (3.0, 15.0));
        let near =
            |slope: f64, effect: f64| decided(json!({"equals": slope, "smallest_effect": effect}), &rows).outcome;
        let agrees = [near(2.09, 0.249), near(2.09, 0.248), near(2.5, 0.1)];
        assert_eq!(agrees, [Outcome::Held, Outcome::Undecided, Outcome::Contradicted]);
        let pooled = decided(json!({"at_least": 1.8, "interval": "regression"}), &rows);
        assert_eq!((number(&pooled, "samples"), pooled.outcome), (15.0, Outcome::Held));
        assert!((number(&pooled, "estimate") - 2.09).abs() < 1e-14);
    }

    #[test]
    fn shifts_do_not_matter_and_scales_multiply() {
        let of = |map| number(&decided(json!({"at_least": 0}), &sample(3, (0.1, map))), "estimate");
        let plain = of(|v| v);
        assert!((of(|v| v + 7.0) - plain).abs() < 1e-12 && (of(|v| -3.0 * v) + 3.0 * plain).abs() < 1e-12);
        let mut turned = sample(3, (0.1, |v| v));
        turned.reverse();
        assert!((number(&decided(json!({"at_least": 0}), &turned), "estimate") - plain).abs() < 1e-12);
    }

    #[test]
    fn logarithms_find_powers_and_say_what_they_left_out() {
        let power = |seed: i64| (1..6).map(move |x| json!([seed, x, 3.0 * f64::from(x).powf(-0.5)]));
        let mut rows: Vec<Json> = (0..2).flat_map(power).collect();
        rows.push(json!([0, 0, 1.0]));
        let verdict = decided(json!({"log": true, "between": [-0.51, -0.49]}), &rows);
        assert!((number(&verdict, "estimate") + 0.5).abs() < 1e-12, "{}", verdict.because);
        assert!((number(&verdict, "intercept") - 3.0_f64.log10()).abs() < 1e-12);
        assert!(verdict.because.contains("slope of log₁₀ y against log₁₀ x"), "{}", verdict.because);
        assert!(verdict.because.ends_with("1 row left out whose value has no logarithm, being 0 or negative"));
        let decades: Vec<Json> = [1, 10, 100].iter().map(|x| json!([0, x, (*x as f64).log10() * 2.0])).collect();
        assert!((number(&decided(json!({"log_x": true, "at_least": 0}), &decades), "estimate") - 2.0).abs() < 1e-12);
    }

    #[test]
    fn too_few_points_are_undecided() {
        let two = decided(json!({"at_least": 0}), &[json!([0, 1, 1]), json!([0, 2, 2])]);
        assert_eq!(two.outcome, Outcome::Undecided);
        assert!(two.because.contains("2 points, which gives no interval"), "{}", two.because);
        let mut rows = sample(3, (0.1, |v| v));
        rows.push(json!([3, 1, 1]));
        let flat = decided(json!({"at_least": 1.8}), &rows);
        assert_eq!(flat.outcome, Outcome::Undecided);
        assert!(flat.because.ends_with("1 replicate without a line, since x has fewer than two values"));
        let none = decided(json!({"at_least": 0}), &rows[15..]);
        assert!(none.because.starts_with("no samples"), "{}", none.because);
    }

    #[test]
    fn an_empty_interval_is_refused() {
        let params = json!({"says": "s", "x": "x", "y": "y", "between": [1, 0]});
        let faults = refused(&Claimed(Slope), &params);
        assert!(faults[0].message.contains("the smaller end comes first"), "{faults:?}");
    }
}
