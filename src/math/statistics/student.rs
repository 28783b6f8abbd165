//! Student's t distribution: its interval for a mean and its test.

use super::beta::incomplete_beta;
use super::summary::{Interval, mean, standard_error, tail};
use crate::math::error::{MathError, check_range};
use std::collections::BTreeMap;

/// Student's t intervals of one level. The quantile of each number of degrees of freedom is sought once, since that
/// costs more than all the rest.
#[derive(Debug, Clone)]
pub struct StudentIntervals {
    level: f64,
    quantiles: BTreeMap<usize, f64>,
}

impl StudentIntervals {
    /// Those of a level in (0, 1), dimensionless.
    #[must_use]
    pub const fn at(level: f64) -> Self {
        Self { level, quantiles: BTreeMap::new() }
    }

    /// The interval of the mean, `mean ± t · sd/√n`, t the quantile at (1 + level)/2 of n − 1 degrees of freedom.
    ///
    /// Shapes: n values -> an interval. Units: those of the values. Cost: n and one quantile.
    /// Source: Student, Biometrika 6 (1908) 1, doi:10.1093/biomet/6.1.1.
    ///
    /// # Errors
    /// [`MathError::Range`] for fewer than two values or a level outside (0, 1), [`MathError::NonFinite`].
    pub fn of_mean(&mut self, values: &[f64]) -> Result<Interval, MathError> {
        self.of_estimate((mean(values)?, standard_error(values)?), values.len() - 1)
    }

    /// The interval of an estimate with its standard error, `estimate ± t · error`.
    ///
    /// For a regression coefficient the degrees of freedom are points less coefficients.
    /// Shapes: two numbers -> an interval. Units: those of the estimate. Cost: one quantile.
    /// Source: as [`StudentIntervals::of_mean`].
    ///
    /// # Errors
    /// [`MathError::Range`] for no degrees of freedom or a level outside (0, 1).
    pub fn of_estimate(&mut self, (centre, error): (f64, f64), freedom: usize) -> Result<Interval, MathError> {
        let half = self.quantile(freedom)? * error;
        Ok(Interval { low: centre - half, high: centre + half })
    }

    fn quantile(&mut self, freedom: usize) -> Result<f64, MathError> {
        if let Some(&known) = self.quantiles.get(&freedom) {
            return Ok(known);
        }
        let found = student_quantile(1.0 - tail(self.level)?, freedom as f64)?;
        self.quantiles.insert(freedom, found);
        Ok(found)
    }
}

/// One interval of [`StudentIntervals::of_mean`]. Shapes: n values -> an interval. Units: those of the values. Cost: n and
/// one quantile.
///
/// # Errors
/// Those of [`StudentIntervals::of_mean`].
pub fn student_interval(values: &[f64], level: f64) -> Result<Interval, MathError> {
    StudentIntervals::at(level).of_mean(values)
}

/// Student's t distribution function. Formula: `1 − I_x(ν/2, ½)/2` for t > 0, `x = ν/(ν + t²)`.
///
/// Shapes: two numbers -> a number. Units: dimensionless. Cost: at most 500 terms of a continued fraction.
/// Source: Abramowitz and Stegun 26.5.27.
pub fn student_cdf(t: f64, degrees: f64) -> f64 {
    let square = t * t;
    // near the middle the argument of one form is so near 1 that t is lost in its rounding; the other has it whole
    let tail = if square < degrees {
        1.0 - incomplete_beta(square / (degrees + square), 0.5, 0.5 * degrees)
    } else {
        incomplete_beta(degrees / (degrees + square), 0.5 * degrees, 0.5)
    };
    let half_tail = 0.5 * tail;
    if t > 0.0 { 1.0 - half_tail } else { half_tail }
}

/// The quantile of Student's t distribution, by bisection to the last bits.
///
/// Shapes: two numbers -> a number. Units: dimensionless. Cost: a hundred values of [`student_cdf`].
///
/// # Errors
/// [`MathError::Range`] unless 0 < level < 1 and degrees > 0.
pub fn student_quantile(level: f64, degrees: f64) -> Result<f64, MathError> {
    check_range(level > 0.0 && level < 1.0, "quantile level", level, "between 0 and 1")?;
    check_range(degrees > 0.0, "degrees of freedom", degrees, "above 0")?;
    let (mut low, mut high) = (-1.0, 1.0);
    while student_cdf(low, degrees) > level {
        low *= 2.0;
    }
    while student_cdf(high, degrees) < level {
        high *= 2.0;
    }
    // 80 halvings take any bracket that doubling found below the spacing of f64
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        if student_cdf(middle, degrees) < level { low = middle } else { high = middle }
    }
    Ok(0.5 * (low + high))
}

#[cfg(test)]
mod tests {
    use super::*;

    // Quantiles of t at 0.975: tables, e.g. Abramowitz and Stegun 26.10
    #[test]
    fn student_quantiles() {
        for (degrees, expected) in [(1.0, 12.706204736), (2.0, 4.302652730), (9.0, 2.262157163), (100.0, 1.983971519)] {
            let found = student_quantile(0.975, degrees).unwrap();
            assert!((found - expected).abs() < 1e-8, "{degrees}: {found}");
            assert!((student_cdf(found, degrees) - 0.975).abs() < 1e-14);
            assert!((student_quantile(0.025, degrees).unwrap() + found).abs() < 1e-10);
        }
        assert!((student_cdf(1.0, 1.0) - 0.75).abs() < 1e-14, "Cauchy");
    }

    #[test]
    fn intervals_by_hand() {
        // mean 2, sd 1, t(0.975; 2) = 4.302653: half width t/√3
        let v = [1.0, 2.0, 3.0];
        assert!((student_interval(&v, 0.95).unwrap().high - 2.0 - 2.484_138).abs() < 1e-6);
        let fit = StudentIntervals::at(0.95).of_estimate((1.99, 0.059_721_576_223_897), 3).unwrap();
        assert!((fit.low - 1.99 + 0.190_060_710).abs() < 1e-8, "scipy.stats.linregress and scipy.stats.t");
        assert!(StudentIntervals::at(0.95).of_estimate((1.0, 0.0), 0).is_err());
    }

    #[test]
    fn interval_and_distribution_function_agree() {
        let v = [-0.3, -0.1, -0.4, -0.2, 0.05];
        let p = student_cdf(mean(&v).unwrap() / standard_error(&v).unwrap(), 4.0);
        let touching = student_interval(&v, 1.0 - 2.0 * p).unwrap();
        assert!(touching.high.abs() < 1e-9, "at that level the interval ends at zero");
    }

    #[test]
    fn many_intervals_of_one_level_are_those_of_one_at_a_time() {
        let mut intervals = StudentIntervals::at(0.9);
        for values in [&[1.0, 2.0, 4.0][..], &[0.5, -1.0], &[3.0, 3.5, 1.0]] {
            assert_eq!(intervals.of_mean(values).unwrap(), student_interval(values, 0.9).unwrap());
        }
        assert!(StudentIntervals::at(1.0).of_mean(&[1.0, 2.0]).is_err());
    }

    proptest::proptest! {
        #[test]
        fn the_distribution_is_symmetric_rises_and_is_undone_by_its_quantile(
            t in -30.0..30.0f64, step in 0.01..3.0f64, degrees in 1.0..60.0f64, level in 0.01..0.99f64,
        ) {
            let cdf = |t: f64| student_cdf(t, degrees);
            proptest::prop_assert!((0.0..=1.0).contains(&cdf(t)) && cdf(t) <= cdf(t + step));
            proptest::prop_assert!((cdf(t) + cdf(-t) - 1.0).abs() < 1e-14);
            proptest::prop_assert!((cdf(student_quantile(level, degrees).unwrap()) - level).abs() < 1e-11);
        }
    }
}
