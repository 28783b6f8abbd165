//! Ratios of sums, with the interval of Fieller.

use super::summary::{Interval, mean, standard_error};
use crate::math::error::{MathError, check_range};

/// The sum of the first numbers over the sum of the second.
///
/// Shapes: n pairs -> a number. Units: first over second. Cost: n.
///
/// # Errors
/// [`MathError::Range`] for no pairs or a denominator of 0, [`MathError::NonFinite`].
pub fn ratio_of_sums(pairs: &[(f64, f64)]) -> Result<f64, MathError> {
    let (above, below): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    let denominator = mean(&below)?;
    check_range(denominator != 0.0, "sum of denominators", denominator, "other than 0")?;
    Ok(mean(&above)? / denominator)
}

/// The ratios ρ at which the mean of `a − ρ b` lies within `critical` of its standard errors from 0 (Fieller): a test of ρ by
/// the t of paired numbers, so that pairs which vary together cost nothing.
///
/// Formula: the roots of `(b̄² − c² s_bb/n) ρ² − 2 (ā b̄ − c² s_ab/n) ρ + ā² − c² s_aa/n = 0`, c the critical t. Nothing where
/// `b̄² ≤ c² s_bb/n`: then 0 is among the denominators that are possible, and no ratio is excluded on both sides.
/// Shapes: n pairs, a number -> an interval. Units: first over second; t dimensionless. Cost: n.
/// Source: Fieller, J. R. Statistical Society B 16 (1954) 175, <https://www.jstor.org/stable/2984043>.
///
/// # Errors
/// [`MathError::Range`] for fewer than two pairs, [`MathError::NonFinite`].
pub fn ratio_interval(pairs: &[(f64, f64)], critical: f64) -> Result<Option<Interval>, MathError> {
    let (above, below): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    let (a, b) = (mean(&above)?, mean(&below)?);
    let (error_a, error_b) = (standard_error(&above)?, standard_error(&below)?);
    let n = pairs.len() as f64;
    let covariance = pairs.iter().map(|(x, y)| (x - a) * (y - b)).sum::<f64>() / (n * (n - 1.0));
    let c2 = critical * critical;
    let (square, half, constant) =
        (b * b - c2 * error_b * error_b, a * b - c2 * covariance, a * a - c2 * error_a * error_a);
    if square <= 0.0 {
        return Ok(None);
    }
    // negative by rounding alone where the numbers vary in proportion
    let root = half.mul_add(half, -square * constant).max(0.0).sqrt();
    Ok(Some(Interval { low: (half - root) / square, high: (half + root) / square }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::statistics::student::StudentIntervals;

    const PAIRS: [(f64, f64); 4] = [(1.0, 4.0), (1.4, 5.0), (0.9, 4.2), (1.1, 3.9)];

    #[test]
    fn an_end_is_where_the_paired_test_turns() {
        let critical = 3.182_446;
        let found = ratio_interval(&PAIRS, critical).unwrap().unwrap();
        for end in [found.low, found.high] {
            let differences: Vec<f64> = PAIRS.iter().map(|(a, b)| a - end * b).collect();
            let t = mean(&differences).unwrap() / standard_error(&differences).unwrap();
            assert!((t.abs() - critical).abs() < 1e-9, "{t}");
        }
        let ratio = ratio_of_sums(&PAIRS).unwrap();
        assert!((ratio - 4.4 / 17.1).abs() < 1e-15 && found.low < ratio && ratio < found.high);
    }

    #[test]
    fn a_constant_denominator_is_students_case() {
        let pairs = PAIRS.map(|(a, _)| (a, 2.0));
        let student = StudentIntervals::at(0.95).of_mean(&PAIRS.map(|(a, _)| a)).unwrap();
        let critical = StudentIntervals::at(0.95).of_estimate((0.0, 1.0), 3).unwrap().high;
        let found = ratio_interval(&pairs, critical).unwrap().unwrap();
        assert!((found.low - student.low / 2.0).abs() < 1e-14 && (found.high - student.high / 2.0).abs() < 1e-14);
    }

    #[test]
    fn a_denominator_that_may_be_nothing_gives_none() {
        assert_eq!(ratio_interval(&[(1.0, -1.0), (1.0, 1.2), (1.0, 0.1)], 4.3).unwrap(), None);
        assert!(ratio_of_sums(&[(1.0, -1.0), (1.0, 1.0)]).is_err() && ratio_of_sums(&[]).is_err());
        let proportional = ratio_interval(&[(1.0, 2.0), (2.0, 4.0), (1.5, 3.0)], 3.0).unwrap().unwrap();
        assert!((proportional.low - 0.5).abs() < 1e-7 && (proportional.high - 0.5).abs() < 1e-7);
    }
}
