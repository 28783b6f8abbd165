//! Counts of successes: the exact interval of a proportion.
//!
//! A mean of three counts that agree has no spread; a proportion has an interval of some width all the same.

use super::beta::beta_quantile;
use super::summary::{Interval, tail};
use crate::math::error::{MathError, check_range};

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

fn check_counts(successes: usize, trials: usize) -> Result<(), MathError> {
    check_range(trials > 0, "number of trials", 0.0, "at least 1")?;
    check_range(successes <= trials, "number of successes", successes as f64, "at most the number of trials")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::statistics::beta::incomplete_beta;

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

    /// The coverage of a proportion is a finite sum, so it is computed and not simulated.
    #[test]
    fn no_proportion_is_covered_less_than_the_level_says() {
        for (n, level) in [(3, 0.95), (10, 0.95), (30, 0.9)] {
            for p in (1..100).map(|i| f64::from(i) / 100.0) {
                // Abramowitz and Stegun 26.5.24
                let at_least = |k: usize| match k {
                    0 => 1.0,
                    k if k > n => 0.0,
                    k => incomplete_beta(p, k as f64, (n - k) as f64 + 1.0),
                };
                let chance = |k: usize| at_least(k) - at_least(k + 1);
                let holds = |k: &usize| {
                    let i = proportion_interval(*k, n, level).unwrap();
                    (i.low..=i.high).contains(&p)
                };
                let covered: f64 = (0..=n).filter(holds).map(chance).sum();
                assert!(covered > level - 1e-9, "{covered} of {level} at {p}, {n} trials");
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn an_interval_has_width_holds_the_share_and_is_mirrored(k in 0usize..40, more in 0usize..40) {
            let n = (k + more).max(1);
            let i = proportion_interval(k, n, 0.95).unwrap();
            let mirrored = proportion_interval(n - k, n, 0.95).unwrap();
            proptest::prop_assert!((i.low + mirrored.high - 1.0).abs() < 1e-12 && i.high - i.low > 0.01);
            proptest::prop_assert!((i.low..=i.high).contains(&(k as f64 / n as f64)));
        }
    }
}
