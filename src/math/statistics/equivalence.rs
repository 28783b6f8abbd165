//! Equality within a margin, and agreement with a number that somebody else measured.

use super::student::{StudentIntervals, student_cdf};
use super::summary::{Interval, mean, standard_deviation, standard_error};
use crate::math::error::{MathError, check_range};

/// What two one-sided tests say of a mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Equivalence {
    /// The p-value: the larger one of the two tests.
    pub p_value: f64,
    /// The interval of the mean at level 1 − 2α.
    pub interval: Interval,
    /// Whether that interval lies inside of the margin, which is p < α.
    pub holds: bool,
}

/// Two one-sided t tests: whether a mean lies within ± margin of 0. Noise makes it harder to pass, never easier.
///
/// Formula: `t₊ = (x̄ + margin)√n/s`, `t₋ = (x̄ − margin)√n/s`, `p = max(P(T > t₊), P(T < t₋))` with n − 1 degrees of
/// freedom. Values of no spread at all have p = 0 inside and 1 outside of the margin: counts, which may agree by
/// chance, go by [`proportion_interval`](super::binomial::proportion_interval).
/// Shapes: n differences, paired and less the bar -> p-value, interval, answer. Units: differences, interval and margin
/// of one unit; p and α dimensionless. Cost: n and one quantile.
/// Source: Schuirmann, J. Pharmacokinetics and Biopharmaceutics 15 (1987) 657, doi:10.1007/BF01068419.
///
/// # Errors
/// [`MathError::Range`] for fewer than two values, a margin that is not above 0 or an α outside (0, ½);
/// [`MathError::NonFinite`].
pub fn equivalence(differences: &[f64], margin: f64, alpha: f64) -> Result<Equivalence, MathError> {
    check_range(margin > 0.0 && margin.is_finite(), "margin of equivalence", margin, "above 0")?;
    check_range(alpha > 0.0 && alpha < 0.5, "error of the test", alpha, "between 0 and 0.5")?;
    let (centre, error) = (mean(differences)?, standard_error(differences)?);
    let interval = StudentIntervals::at(1.0 - 2.0 * alpha).of_mean(differences)?;
    let p_value = one_sided((margin - centre.abs(), error), (differences.len() - 1) as f64);
    Ok(Equivalence { p_value, interval, holds: -margin < interval.low && interval.high < margin })
}

// The side on which the mean is nearer to the margin decides: the larger p is its.
fn one_sided((room, error): (f64, f64), freedom: f64) -> f64 {
    if error > 0.0 {
        return student_cdf(-room / error, freedom);
    }
    if room > 0.0 { 0.0 } else { 1.0 }
}

/// How a published number came about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Published {
    /// Over how many runs it is a mean; 1 if that is not said.
    pub runs: usize,
    /// The error of reading it off a figure, in its unit; 0 for one in print.
    pub digitising: f64,
}

/// Where the mean of somebody else's runs is to be expected if they are like ours.
///
/// Formula: `x̄ ± (t s √(1/n + 1/m) + d)`, t the quantile at (1 + level)/2 of n − 1 degrees of freedom, m their runs, d
/// the error of digitising, a bound. Their spread is taken to be ours, since papers seldom tell it.
/// Shapes: n values -> an interval. Units: those of the values. Cost: n and one quantile.
/// Source: Hahn and Meeker, *Statistical Intervals* (1991), section 4.7.
///
/// # Errors
/// [`MathError::Range`] for fewer than two values, no published runs, a negative error of digitising or a level outside
/// (0, 1); [`MathError::NonFinite`].
pub fn prediction_interval(values: &[f64], published: Published, level: f64) -> Result<Interval, MathError> {
    let Published { runs, digitising } = published;
    check_range(runs > 0, "published runs", 0.0, "at least 1")?;
    check_range(digitising >= 0.0 && digitising.is_finite(), "error of digitising", digitising, "at least 0")?;
    let error = standard_deviation(values)? * (1.0 / values.len() as f64 + 1.0 / runs as f64).sqrt();
    let plain = StudentIntervals::at(level).of_estimate((mean(values)?, error), values.len() - 1)?;
    Ok(Interval { low: plain.low - digitising, high: plain.high + digitising })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::Stream;

    const V: [f64; 5] = [0.3, -0.1, 0.4, 0.2, 0.05];

    // the larger of scipy.stats.ttest_1samp(V, -d, alternative='greater') and (V, d, 'less'); scipy.stats.t.interval(0.9)
    #[test]
    fn two_one_sided_tests_are_those_of_scipy() {
        let cases =
            [(0.3, 0.108_698_311_732_994_67), (0.5, 0.010_301_880_958_519_841), (1.0, 0.000_366_074_666_451_565_1)];
        for (margin, p) in cases {
            let found = equivalence(&V, margin, 0.05).unwrap();
            assert!((found.p_value - p).abs() < 1e-13, "{margin}: {found:?}");
            assert!((found.interval.low + 0.019_482_687_048_007_152).abs() < 1e-12);
            assert!((found.interval.high - 0.359_482_687_048_007).abs() < 1e-12);
            assert_eq!(found.holds, margin > 0.36);
        }
        assert!(equivalence(&V, 0.0, 0.05).is_err() && equivalence(&V, 1.0, 0.5).is_err());
        assert!(equivalence(&V[..1], 1.0, 0.05).is_err());
    }

    // mean ± (scipy.stats.t.ppf((1 + level)/2, 4) · sd · √(1/n + 1/m) + d), SciPy 1.17
    #[test]
    fn predictions_are_those_of_scipy() {
        let cases = [
            (1, 0.0, 0.95, -0.434_474_886_005_349, 0.774_474_886_005_349_1),
            (5, 0.02, 0.95, -0.198_993_738_153_556_67, 0.538_993_738_153_556_7),
            (3, 0.1, 0.9, -0.239_423_932_239_392_1, 0.579_423_932_239_392_1),
        ];
        for (runs, digitising, level, low, high) in cases {
            let found = prediction_interval(&V, Published { runs, digitising }, level).unwrap();
            assert!((found.low - low).abs() < 1e-12 && (found.high - high).abs() < 1e-12, "{runs} runs: {found:?}");
        }
        assert!(prediction_interval(&V, Published { runs: 0, digitising: 0.0 }, 0.95).is_err());
        assert!(prediction_interval(&V, Published { runs: 1, digitising: -1.0 }, 0.95).is_err());
    }

    #[test]
    fn a_perfect_reproduction_agrees_as_often_as_the_level_says() {
        let stream = Stream::new(9, "test-published", 0);
        for (place, (n, m)) in [(3, 1), (3, 10), (5, 3), (10, 1)].into_iter().enumerate() {
            let agreed = (0..4000_u64).filter(|trial| {
                let mut stream = stream.substream(10_000 * place as u64 + trial);
                let ours: Vec<f64> = (0..n).map(|_| stream.normal()).collect();
                let theirs = (0..m).map(|_| stream.normal()).sum::<f64>() / m as f64;
                let i = prediction_interval(&ours, Published { runs: m, digitising: 0.0 }, 0.95).unwrap();
                (i.low..=i.high).contains(&theirs)
            });
            // 95 % of 4000 are 3800, and 14 one standard deviation
            let agreed = agreed.count();
            assert!((3745..=3855).contains(&agreed), "{n} and {m} runs: {agreed} of 4000");
        }
    }

    #[test]
    fn an_effect_as_large_as_the_margin_passes_for_none_as_seldom_as_allowed() {
        let stream = Stream::new(10, "test-equivalence", 0);
        for (place, spread) in [0.1, 0.5, 3.0].into_iter().enumerate() {
            let passed = (0..4000_u64).filter(|trial| {
                let mut stream = stream.substream(10_000 * place as u64 + trial);
                let v: Vec<f64> = (0..5).map(|_| 1.0 + spread * stream.normal()).collect();
                equivalence(&v, 1.0, 0.05).unwrap().holds
            });
            // 5 % of 4000 are 200, and 14 one standard deviation; with much noise it is far less
            let passed = passed.count();
            assert!(if spread < 1.0 { (145..=255).contains(&passed) } else { passed < 20 }, "{spread}: {passed}");
        }
    }

    #[test]
    fn values_without_spread_are_inside_or_outside() {
        let p = |v: f64| equivalence(&[v; 3], 0.5, 0.05).unwrap().p_value;
        assert_eq!((p(0.25), p(-0.5), p(0.75)), (0.0, 1.0, 1.0));
    }

    proptest::proptest! {
        #[test]
        fn the_interval_is_inside_where_p_is_below_alpha(
            v in proptest::collection::vec(-1.0..1.0f64, 2..12), margin in 0.01..3.0f64, alpha in 0.01..0.4f64,
        ) {
            let found = equivalence(&v, margin, alpha).unwrap();
            proptest::prop_assume!((found.p_value - alpha).abs() > 1e-9);
            proptest::prop_assert_eq!(found.holds, found.p_value < alpha);
            let mirrored = equivalence(&v.iter().map(|x| -x).collect::<Vec<_>>(), margin, alpha).unwrap();
            proptest::prop_assert!((found.p_value - mirrored.p_value).abs() < 1e-12);
            proptest::prop_assert!(equivalence(&v, margin + 0.1, alpha).unwrap().p_value <= found.p_value);
        }
    }
}
