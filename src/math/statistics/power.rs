//! How many seeds a claim needs.

use super::student::student_quantile;
use crate::math::error::{MathError, check_range};

/// What a test of a mean is to achieve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Power {
    /// Error of the two-sided test, e.g. 0.05.
    pub alpha: f64,
    /// Chance to decide if the effect is what it is taken to be, e.g. 0.8.
    pub power: f64,
}

/// The number of seeds that a two-sided t test needs, or none if that is more than `most`.
///
/// Formula: `min{n : |δ|√n ≥ t_{1−α/2, n−1} + t_{power, n−1}}`, the usual approximation of the noncentral t
/// distribution. Of what it gives for a power of 0.8 the exact power is at least 0.79 from five seeds on, 0.78 at four,
/// 0.77 at three and 0.73 at two. Effects that were seen are optimistic: δ should be shrunk before.
/// Shapes: a number -> a count. Units: δ is the mean over the standard deviation of one seed, dimensionless. Cost: two
/// quantiles for each of log₂ `most` numbers of seeds.
/// Source: Julious, Statistics in Medicine 23 (2004) 1921, doi:10.1002/sim.1783.
///
/// # Errors
/// [`MathError::Range`] for an effect that is no number, an α outside (0, 1), or a power outside [½, 1).
pub fn needed_seeds(delta: f64, aim: Power, most: usize) -> Result<Option<usize>, MathError> {
    check_range(delta.is_finite(), "standardised effect", delta, "a finite number")?;
    check_range(aim.alpha > 0.0 && aim.alpha < 1.0, "error of the test", aim.alpha, "between 0 and 1")?;
    check_range((0.5..1.0).contains(&aim.power), "power of the test", aim.power, "0.5 to below 1")?;
    let is_enough = |seeds: usize| -> Result<bool, MathError> {
        let freedom = (seeds - 1) as f64;
        let bar = student_quantile(1.0 - 0.5 * aim.alpha, freedom)? + student_quantile(aim.power, freedom)?;
        Ok(delta.abs() * (seeds as f64).sqrt() >= bar)
    };
    if most < 2 || !is_enough(most)? {
        return Ok(None);
    }
    // quantiles fall with n and the left side rises: too few below, enough above
    let (mut below, mut enough) = (1, most);
    while enough - below > 1 {
        let middle = usize::midpoint(below, enough);
        if is_enough(middle)? { enough = middle } else { below = middle }
    }
    Ok(Some(enough))
}

/// No effect is taken to be less than this share of the one that was seen.
const LEAST_SHARE: f64 = 0.5;

/// An effect that was seen, less what a mean of nothing would show by chance.
///
/// Formula: `δ max(½, 1 − 1/t²)`, t = δ√n, since t² is 1 on average for a mean of nothing.
/// Shapes: two numbers -> a number. Units: those of δ, dimensionless.
#[must_use]
pub fn likely_effect(delta: f64, samples: usize) -> f64 {
    let t = delta * (samples as f64).sqrt();
    delta * (1.0 - 1.0 / (t * t)).max(LEAST_SHARE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::Stream;
    use crate::math::statistics::student::student_interval;

    const AIM: Power = Power { alpha: 0.05, power: 0.8 };

    // the first n by counting up with scipy.stats.t.ppf, SciPy 1.17; for these effects scipy.stats.nct, exact, has the
    // same
    #[test]
    fn numbers_are_those_of_a_plain_search() {
        let cases = [(0.2, 199), (0.3, 90), (-0.5, 34), (0.75, 16), (1.0, 10), (1.5, 6), (2.0, 5), (3.0, 4), (4.0, 3)];
        for (delta, expected) in cases {
            assert_eq!(needed_seeds(delta, AIM, 1000).unwrap(), Some(expected), "{delta}");
        }
        assert_eq!(needed_seeds(0.2, AIM, 198).unwrap(), None);
        assert_eq!((needed_seeds(0.0, AIM, 1000).unwrap(), needed_seeds(9.0, AIM, 1).unwrap()), (None, None));
        assert!(needed_seeds(f64::NAN, AIM, 9).is_err() && needed_seeds(1.0, Power { power: 1.0, ..AIM }, 9).is_err());
    }

    #[test]
    fn that_many_seeds_decide_as_often_as_asked() {
        let stream = Stream::new(11, "test-power", 0);
        for (place, delta) in [0.75, 1.0].into_iter().enumerate() {
            let n = needed_seeds(delta, AIM, 100).unwrap().unwrap();
            let decided = (0..4000_u64).filter(|trial| {
                let mut stream = stream.substream(10_000 * place as u64 + trial);
                let v: Vec<f64> = (0..n).map(|_| delta + stream.normal()).collect();
                student_interval(&v, 0.95).unwrap().low > 0.0
            });
            // 80 % of 4000 are 3200, and 25 one standard deviation
            let decided = decided.count();
            assert!((3100..=3320).contains(&decided), "{delta}, {n} seeds: {decided} of 4000");
        }
    }

    proptest::proptest! {
        #[test]
        fn larger_effects_need_fewer_and_more_power_needs_more(delta in 0.1..5.0f64, more in 0.01..3.0f64) {
            let need = |delta, power| needed_seeds(delta, Power { power, ..AIM }, 3000).unwrap().unwrap();
            proptest::prop_assert!(need(delta + more, 0.8) <= need(delta, 0.8) && need(delta, 0.8) <= need(delta, 0.9));
            proptest::prop_assert_eq!(need(delta, 0.8), need(-delta, 0.8));
        }
    }
}
