//! `collapse`: curves of different conditions coincide.

use super::decide::{Condition, Openness, Test};
use super::estimate::Estimate;
use super::replicates::{Axis, Plane, remark, seeds};
use super::threshold::Bar;
use crate::analysis::pairs::same;
use crate::analysis::rows::{Grouping, groups};
use crate::artifact::{ByMeaning, Statistic, Verdict};
use crate::math::statistics::curve::squared_spread;
use crate::math::statistics::jackknife::pseudo_values;
use crate::step::Columns;
use crate::step::prelude::*;
use crate::step::roles::{Claim, ClaimHead, Takes, Words};
use std::collections::BTreeSet;

/// Curves that coincide.
pub struct Collapse;

/// Parameters of [`Collapse`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The column on the horizontal axis, e.g. `alpha`.
    #[schemars(extend("format" = "column"))]
    pub x: String,
    /// The column on the vertical axis.
    #[schemars(extend("format" = "column"))]
    pub y: String,
    /// The columns whose values tell the curves apart, e.g. `d`.
    pub curves: Columns,
    /// The relative spread is at most this, as a share of the range of `y`.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub at_most: f64,
    /// Interpolates in the logarithm of `x`.
    #[serde(default)]
    pub log: bool,
}

impl Claim for Collapse {
    type Params = Params;
    const NAME: &'static str = "collapse";
    const ABOUT: Words = Words {
        summary: "Curves of different conditions coincide.",
        details: "Each curve is averaged over replicates and interpolated onto the x of all curves, within the range that \
                  all span. The relative spread is S = sqrt(mean over x of the sample variance between curves) / (greatest \
                  - least value of any curve). Noise of the replicates alone makes S larger than 0, so S² is corrected by \
                  the jackknife (leaving out one replicate of every curve at a time), exactly for S² · range², and its \
                  interval is the t interval of the pseudo-values, of whose ends the root is taken. The percentile \
                  bootstrap is not used: resampling adds the noise a second time, and with 3 to 10 seeds and curves that \
                  truly coincide its interval misses 0 always. `bound`'s rules decide.",
        cites: &["efron-tibshirani-1993", "student-1908", "berger-1982"],
    };
    const TAKES: Takes = Takes::REPLICATES;

    fn faults(params: &Params, _: &ClaimHead) -> Vec<Problem> {
        let none = params.curves.0.is_empty();
        none.then(|| Problem::at("curves", "no column tells the curves apart")).into_iter().collect()
    }

    fn verdict(params: &Params, head: &ClaimHead, table: &Table) -> Result<Verdict, StepError> {
        let x = Axis { column: &params.x, log: params.log };
        let plane = Plane::read(table, (x, Axis { column: &params.y, log: false }))?;
        let seeds = seeds(head, table);
        let (mut conditions, mut alone) = (Vec::new(), false);
        let of_conditions = groups(table, &head.per.0)?;
        let groupings = [Grouping::read(table, &params.curves.0)?, Grouping::read(table, &seeds)?];
        for (place, rows) in of_conditions {
            let curves = replicated_curves(params, (&plane, &rows), &groupings)?;
            let samples = spreads(&curves);
            alone |= samples.is_empty();
            let facts = vec![curves.len().into()];
            conditions.push(Condition { place, estimate: Estimate::RootMean(samples), facts, open: Openness::Closed });
        }
        let alone = if alone { "fewer than two curves with a common range and unequal values" } else { "" };
        let remark = remark(head, table, &[plane.remarks(), &[alone.to_owned()]].concat());
        let (x, y, curves) = (params.x.clone(), params.y.clone(), params.curves.0.clone());
        let statistic = Statistic::Collapse { x, y, curves };
        let mut test = Test::of(head, statistic, Bar::AtMost(params.at_most));
        test.facts = vec!["curves".to_owned()];
        test.decide(&conditions, &remark)
    }
}

type Curve = (Vec<f64>, Vec<f64>);

/// One curve of each replicate, with the replicate's name.
type Replicates = Vec<(Vec<Cell>, Curve)>;

fn replicated_curves(
    params: &Params,
    (plane, rows): (&Plane, &[usize]),
    [of_curves, of_seeds]: &[Grouping; 2],
) -> Result<Vec<Replicates>, StepError> {
    let mut curves = Vec::new();
    for (_, of_curve) in of_curves.among(rows) {
        let replicates = of_seeds.among(&of_curve);
        let curve = |(seed, rows): (Vec<Cell>, Vec<usize>)| Ok((seed, plane.curve(&rows, &params.x)?));
        curves.push(replicates.into_iter().map(curve).collect::<Result<Replicates, StepError>>()?);
    }
    Ok(curves)
}

/// Jackknife pseudo-values of the squared spread, one a replicate; none where there is no spread.
fn spreads(curves: &[Replicates]) -> Vec<f64> {
    let mut known: BTreeSet<ByMeaning> = BTreeSet::new();
    let names = curves.iter().flatten().map(|(seed, _)| seed);
    let seeds: Vec<&Vec<Cell>> = names.filter(|seed| known.insert(ByMeaning((*seed).clone()))).collect();
    let spread = |left: Option<&Vec<Cell>>| {
        squared_spread(&curves.iter().map(|replicates| average(replicates, left)).collect::<Vec<_>>())
    };
    match (spread(None), &seeds[..]) {
        (None, _) | (_, []) => Vec::new(),
        (Some(all), [_]) => vec![all],
        // without a spread for each there is one number, and no interval
        (Some(all), _) => seeds
            .iter()
            .map(|seed| spread(Some(seed)))
            .collect::<Option<Vec<f64>>>()
            .map_or_else(|| vec![all], |without| pseudo_values(all, &without)),
    }
}

/// The mean curve, at every x over the replicates that have it.
fn average(replicates: &Replicates, left: Option<&Vec<Cell>>) -> Curve {
    let used = replicates.iter().filter(|(seed, _)| left.is_none_or(|left| !same(left, seed)));
    let mut points: Vec<(f64, f64)> = used.flat_map(|(_, (x, y))| x.iter().copied().zip(y.iter().copied())).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mean = |of: &[(f64, f64)]| (of[0].0, of.iter().map(|p| p.1).sum::<f64>() / of.len() as f64);
    points.chunk_by(|a, b| a.0 == b.0).map(mean).unzip()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::rows::{run, table};
    use crate::artifact::Outcome;
    use crate::math::random::Stream;
    use crate::step::Value;
    use crate::step::roles::Claimed;
    use serde_json::{Value as Json, json};

    /// Curves of d = 1, 2, 3 at five points from 0 to 1, moved apart by `apart`, with noise of this size.
    fn sample((apart, noise): (f64, f64), seeds: u64) -> Vec<Json> {
        let mut rows = Vec::new();
        for d in 1..=3_u32 {
            for seed in 0..seeds {
                let mut stream = Stream::new(seed, "collapse-test", u64::from(d));
                for i in 0..5 {
                    let y = 0.25 * f64::from(i) + apart * f64::from(d) + noise * stream.normal();
                    rows.push(json!([d, seed, f64::from(i), y]));
                }
            }
        }
        rows
    }

    fn decided(extra: Json, rows: &[Json]) -> Verdict {
        let mut params = json!({"says": "s", "x": "x", "y": "y", "curves": "d", "at_most": 0.05});
        for (key, value) in extra.as_object().unwrap() {
            params[key] = value.clone();
        }
        match run(&Claimed(Collapse), &params, &[table(&["d", "seed", "x", "y"], rows)]).unwrap() {
            Value::Verdict(verdict) => verdict,
            other => panic!("{other:?}"),
        }
    }

    fn number(verdict: &Verdict, column: &str) -> f64 {
        verdict.evidence.numbers(column).unwrap()[0].unwrap()
    }

    #[test]
    fn the_spread_by_hand() {
        // 0.1, 0.2, 0.3 above a line: standard deviation 0.1 at every point, range 1.2
        let verdict = decided(json!({}), &sample((0.1, 0.0), 6));
        assert!((number(&verdict, "estimate") - 0.1 / 1.2).abs() < 1e-12, "{}", verdict.because);
        assert_eq!((number(&verdict, "curves"), number(&verdict, "samples")), (3.0, 6.0));
        assert_eq!(verdict.outcome, Outcome::Contradicted);
        assert_eq!(decided(json!({"at_most": 0.1}), &sample((0.1, 0.0), 6)).outcome, Outcome::Held);
        assert_eq!(decided(json!({}), &sample((0.1, 0.0), 2)).outcome, Outcome::Undecided, "two equal seeds");
    }

    #[test]
    fn noise_alone_is_no_spread() {
        let verdict = decided(json!({}), &sample((0.0, 0.02), 6));
        assert_eq!((verdict.outcome, number(&verdict, "low")), (Outcome::Held, 0.0), "{}", verdict.because);
        assert_eq!(decided(json!({}), &sample((0.2, 0.02), 6)).outcome, Outcome::Contradicted);
        assert_eq!(decided(json!({}), &sample((0.05, 0.1), 3)).outcome, Outcome::Undecided);
    }

    #[test]
    fn neither_the_order_of_rows_nor_shift_and_scale_matter() {
        let rows = sample((0.05, 0.02), 4);
        let plain = decided(json!({}), &rows);
        let moved: Vec<Json> =
            rows.iter().rev().map(|r| json!([r[0], r[1], r[2], 3.0 - 7.0 * r[3].as_f64().unwrap()])).collect();
        let moved = decided(json!({}), &moved);
        for column in ["estimate", "low", "high"] {
            assert!((number(&plain, column) - number(&moved, column)).abs() < 1e-10, "{column}");
        }
    }

    #[test]
    fn what_cannot_be_told_is_undecided() {
        let one = decided(json!({}), &sample((0.0, 0.02), 1));
        assert_eq!(one.outcome, Outcome::Undecided);
        assert!(one.because.contains("a single sample"), "{}", one.because);
        let alone = decided(json!({"where": {"d": 1}}), &sample((0.0, 0.02), 3));
        assert!(alone.because.starts_with("no samples: fewer than two curves"), "{}", alone.because);
    }
}
