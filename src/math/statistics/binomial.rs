//! Counts of successes: the exact interval of a proportion, and exact tests of one.
//!
//! A mean of three counts that agree has no spread; a proportion has an interval of some width all the same.

use super::beta::{beta_quantile, incomplete_beta};
use super::summary::{Interval, tail};
use crate::math::error::{MathError, check_finite, check_range};

/// What is believed where a test rejects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alternative {
    /// The quantity differs from the bar, either way.
    TwoSided,
    /// It is above the bar.
    Greater,
    /// It is below the bar.
    Less,
}

impl Alternative {
    /// The p-value from the tails below and above, each with what was observed: both sides together are twice the
    /// smaller one, at most 1.
    ///
    /// Shapes: two probabilities -> one. Units: dimensionless. Cost: constant.
    pub fn p_value(self, below: f64, above: f64) -> f64 {
        match self {
            Self::TwoSided => (2.0 * below.min(above)).min(1.0),
            Self::Greater => above,
            Self::Less => below,
        }
    }
}

/// The exact interval of a proportion (Clopper and Pearson): no level of coverage is ever missed, and no end leaves
/// [0, 1].
///
/// Formula: with α = 1 − level, k successes of n, the ends solve `I_low(k, n − k + 1) = α/2` and
/// `I_high(k + 1, n − k) = 1 − α/2`. At 0 of n it begins at 0 and ends at `1 − (α/2)^(1/n)`, at n of n it is the mirror
/// image: the other side has no error to spend.
/// Shapes: two counts -> an interval. Units: dimensionless. Cost: two quantiles of the beta distribution.
/// Source: Clopper and Pearson, Biometrika 26 (1934) 404, doi:10.1093/biomet/26.4.404.
///
/// # Errors
/// [`MathError::Range`] for no trials, more successes than trials or a level outside (0, 1).
pub fn proportion_interval(successes: usize, trials: usize, level: f64) -> Result<Interval, MathError> {
    check_counts(successes, trials)?;
    let tail = tail(level)?;
    let (k, n) = (successes as f64, trials as f64);
    let low = if successes == 0 { 0.0 } else { beta_quantile(tail, k, n - k + 1.0)? };
    let high = if successes == trials { 1.0 } else { beta_quantile(1.0 - tail, k + 1.0, n - k)? };
    Ok(Interval { low, high })
}

/// The exact p-value of "each trial succeeds with the chance of the bar". Both sides together are twice the smaller
/// tail, so that p < α exactly where the bar is outside of [`proportion_interval`] at level 1 − α.
///
/// Formula: `P(X ≥ k) = I_bar(k, n − k + 1)`, `P(X ≤ k) = 1 − I_bar(k + 1, n − k)`.
/// Shapes: two counts, a bar in (0, 1) -> a probability. Units: dimensionless. Cost: two [`incomplete_beta`].
/// Source: Abramowitz and Stegun 26.5.24.
///
/// # Errors
/// [`MathError::Range`] for no trials, more successes than trials or a bar outside (0, 1).
pub fn binomial_test(successes: usize, trials: usize, bar: f64, alternative: Alternative) -> Result<f64, MathError> {
    check_counts(successes, trials)?;
    check_range(bar > 0.0 && bar < 1.0, "proportion of the bar", bar, "between 0 and 1")?;
    let (k, n) = (successes as f64, trials as f64);
    let above = if successes == 0 { 1.0 } else { incomplete_beta(bar, k, n - k + 1.0) };
    let below = if successes == trials { 1.0 } else { incomplete_beta(1.0 - bar, n - k, k + 1.0) };
    Ok(alternative.p_value(below, above))
}

/// The exact sign test: whether differences are above 0 as often as below. Differences of 0 say nothing and are left
/// out; where all are 0 the p-value is 1.
///
/// Fewer than six differences cannot reach 5 % on both sides together.
///
/// Shapes: n differences, paired and less the bar -> a probability. Units: of any unit, dimensionless out. Cost: n and
/// that of [`binomial_test`] at ½.
/// Source: Dixon and Mood, J. American Statistical Association 41 (1946) 557, doi:10.1080/01621459.1946.10501898.
///
/// # Errors
/// [`MathError::Range`] for no differences, [`MathError::NonFinite`].
pub fn sign_test(differences: &[f64], alternative: Alternative) -> Result<f64, MathError> {
    check_range(!differences.is_empty(), "number of differences", 0.0, "at least 1")?;
    check_finite("differences", differences)?;
    let above = differences.iter().filter(|d| **d > 0.0).count();
    let unequal = differences.iter().filter(|d| **d != 0.0).count();
    if unequal == 0 { Ok(1.0) } else { binomial_test(above, unequal, 0.5, alternative) }
}

fn check_counts(successes: usize, trials: usize) -> Result<(), MathError> {
    check_range(trials > 0, "number of trials", 0.0, "at least 1")?;
    check_range(successes <= trials, "number of successes", successes as f64, "at most the number of trials")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::Stream;

    // scipy.stats.binomtest(k, n).proportion_ci(level, 'exact'), SciPy 1.17
    #[test]
    fn intervals_are_those_of_scipy() {
        let cases = [
            (0, 3, 0.95, 0.0, 0.707_598_226_178_713_3),
            (3, 3, 0.95, 0.292_401_773_821_286_7, 1.0),
            (1, 3, 0.95, 0.008_403_758_659_612_647, 0.905_700_675_949_286_6),
            (7, 10, 0.95, 0.347_547_149_939_992_1, 0.933_260_488_822_265_5),
            (7, 10, 0.9, 0.393_375_783_894_423_57, 0.912_735_566_085_849_7),
            (24, 30, 0.99, 0.557_244_428_491_989_2, 0.945_520_444_561_475_2),
            (450, 1000, 0.95, 0.418_851_709_679_950_7, 0.481_443_466_623_406_54),
        ];
        for (k, n, level, low, high) in cases {
            let found = proportion_interval(k, n, level).unwrap();
            assert!((found.low - low).abs() < 1e-11 && (found.high - high).abs() < 1e-11, "{k} of {n}: {found:?}");
        }
        let none = proportion_interval(0, 20, 0.95).unwrap();
        assert!((none.high - (1.0 - 0.025_f64.powf(0.05))).abs() < 1e-14, "in closed form");
        assert!(proportion_interval(0, 0, 0.95).is_err() && proportion_interval(4, 3, 0.95).is_err());
        assert!(proportion_interval(1, 3, 1.0).is_err());
    }

    // scipy.stats.binom.sf(k − 1, n, p) and cdf(k, n, p), SciPy 1.17
    #[test]
    fn tails_are_those_of_scipy() {
        let cases = [
            (7, 10, 0.5, 0.171_875, 0.945_312_5),
            (2, 30, 0.2, 0.989_477_509_666_074_3, 0.044_178_985_151_997_086),
            (9, 12, 0.4, 0.015_267_266_559_999_998, 0.997_189_816_32),
            (0, 5, 0.5, 1.0, 0.031_25),
        ];
        for (k, n, bar, greater, less) in cases {
            let p = |alternative| binomial_test(k, n, bar, alternative).unwrap();
            assert!((p(Alternative::Greater) - greater).abs() < 1e-12, "{k} of {n}");
            assert!((p(Alternative::Less) - less).abs() < 1e-12, "{k} of {n}");
            assert!((p(Alternative::TwoSided) - 2.0 * f64::min(greater, less)).abs() < 1e-12);
        }
        assert!(binomial_test(1, 2, 0.0, Alternative::Less).is_err());
    }

    #[test]
    fn signs_by_hand() {
        // six of six on one side: 2/2⁶; zeros count for neither; 2 of 4 are what chance would give
        let two = |v: &[f64]| sign_test(v, Alternative::TwoSided).unwrap();
        assert!((two(&[1.0, 0.0, 2.0, 0.5, 3.0, 0.1, 9.0]) - 0.031_25).abs() < 1e-15);
        assert_eq!((two(&[1.0, -1.0, 2.0, -2.0]), two(&[0.0, 0.0])), (1.0, 1.0));
        assert!((sign_test(&[-1.0, -2.0, -3.0], Alternative::Less).unwrap() - 0.125).abs() < 1e-15);
        assert!(sign_test(&[], Alternative::Less).is_err() && sign_test(&[f64::NAN], Alternative::Less).is_err());
    }

    /// The coverage of a proportion is a finite sum, so it is computed and not simulated.
    #[test]
    fn no_proportion_is_covered_less_than_the_level_says() {
        for (n, level) in [(3, 0.95), (10, 0.95), (30, 0.9)] {
            for p in (1..100).map(|i| f64::from(i) / 100.0) {
                let chance = |k: usize| {
                    let at_most = |k| binomial_test(k, n, p, Alternative::Less).unwrap();
                    at_most(k) - if k == 0 { 0.0 } else { at_most(k - 1) }
                };
                let holds = |k: &usize| {
                    let i = proportion_interval(*k, n, level).unwrap();
                    (i.low..=i.high).contains(&p)
                };
                let covered: f64 = (0..=n).filter(holds).map(chance).sum();
                assert!(covered > level - 1e-9, "{covered} of {level} at {p}, {n} trials");
            }
        }
    }

    #[test]
    fn the_sign_test_errs_at_most_as_often_as_it_says_however_heavy_the_tails() {
        let stream = Stream::new(4, "test-signs", 0);
        let trials = 4000_u64;
        let wrong = (0..trials).filter(|trial| {
            let mut stream = stream.substream(*trial);
            let cauchy: Vec<f64> = (0..9).map(|_| stream.normal() / stream.normal()).collect();
            sign_test(&cauchy, Alternative::TwoSided).unwrap() < 0.05
        });
        // at most one of nine on either side: 20/512 = 3.9 %, 156 of 4000 with a standard deviation of 12
        assert!((108..=204).contains(&wrong.count()));
    }

    proptest::proptest! {
        #[test]
        fn interval_and_test_agree_and_both_are_mirrored(k in 0usize..40, more in 0usize..40, bar in 0.01..0.99f64) {
            let n = (k + more).max(1);
            let p = binomial_test(k, n, bar, Alternative::TwoSided).unwrap();
            proptest::prop_assume!((p - 0.05).abs() > 1e-9);
            let i = proportion_interval(k, n, 0.95).unwrap();
            proptest::prop_assert_eq!(p > 0.05, (i.low..=i.high).contains(&bar));
            let mirrored = proportion_interval(n - k, n, 0.95).unwrap();
            proptest::prop_assert!((i.low + mirrored.high - 1.0).abs() < 1e-12 && i.high - i.low > 0.01);
            let other = binomial_test(n - k, n, 1.0 - bar, Alternative::TwoSided).unwrap();
            proptest::prop_assert!((p - other).abs() < 1e-11);
        }
    }
}
