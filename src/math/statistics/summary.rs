//! Statistics over repeated runs: location, spread, quantiles, ranks and slopes.

use crate::math::error::{MathError, check_finite, check_range, check_size};

/// A closed interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The arithmetic mean `(1/n) Σ x_i`. Shapes: n values -> a number. Units: those of the values. Cost: n.
///
/// # Errors
/// [`MathError::Range`] for no values, [`MathError::NonFinite`].
pub fn mean(values: &[f64]) -> Result<f64, MathError> {
    check_values(values, 1)?;
    Ok(values.iter().sum::<f64>() / values.len() as f64)
}

/// The sample standard deviation `√(Σ (x_i − x̄)²/(n − 1))`. Shapes: n values -> a number. Units: those of the values.
/// Cost: 2n.
///
/// # Errors
/// [`MathError::Range`] for fewer than two values, [`MathError::NonFinite`].
pub fn standard_deviation(values: &[f64]) -> Result<f64, MathError> {
    check_values(values, 2)?;
    let centre = mean(values)?;
    let sum: f64 = values.iter().map(|v| (v - centre).powi(2)).sum();
    Ok((sum / (values.len() - 1) as f64).sqrt())
}

/// The standard error of the mean, `sd/√n`. Shapes: n values -> a number. Units: those of the values. Cost: 2n.
///
/// # Errors
/// Those of [`standard_deviation`].
pub fn standard_error(values: &[f64]) -> Result<f64, MathError> {
    Ok(standard_deviation(values)? / (values.len() as f64).sqrt())
}

/// The quantile at `level` in [0, 1], linear between order statistics (type 7, the default of NumPy and R).
///
/// Shapes: n values -> a number. Units: those of the values. Cost: n log n.
/// Source: Hyndman and Fan, American Statistician 50 (1996) 361, doi:10.1080/00031305.1996.10473566.
///
/// # Errors
/// [`MathError::Range`] for no values or a level outside [0, 1], [`MathError::NonFinite`].
pub fn quantile(values: &[f64], level: f64) -> Result<f64, MathError> {
    check_values(values, 1)?;
    check_range((0.0..=1.0).contains(&level), "quantile level", level, "0 to 1")?;
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    Ok(sorted_quantile(&sorted, level))
}

fn sorted_quantile(sorted: &[f64], level: f64) -> f64 {
    let position = level * (sorted.len() - 1) as f64;
    let below = position.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (position - below as f64) * (sorted[above] - sorted[below])
}

/// Ranks from 1, ties by their mean rank.
/// Shapes: n finite values -> n. Units: dimensionless. Cost: n log n.
pub fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&i, &j| values[i].total_cmp(&values[j]));
    let (mut out, mut smaller) = (vec![0.0; values.len()], 0_usize);
    for tied in order.chunk_by(|&i, &j| values[i] == values[j]) {
        tied.iter().for_each(|&i| out[i] = (smaller + 1) as f64 + 0.5 * (tied.len() - 1) as f64);
        smaller += tied.len();
    }
    out
}

/// Spearman's rank correlation: Pearson's correlation of the ranks.
///
/// Shapes: n, n -> a number. Units: dimensionless, −1 to 1. Cost: that of [`ranks`].
/// Source: Spearman, American Journal of Psychology 15 (1904) 72, doi:10.2307/1412159.
///
/// # Errors
/// [`MathError::Shape`] where lengths differ, [`MathError::Range`] for fewer than two values or where all of one side
/// are equal, [`MathError::NonFinite`].
pub fn spearman(x: &[f64], y: &[f64]) -> Result<f64, MathError> {
    check_pairs(x, y)?;
    let sums = CentredSums::new(&ranks(x), &ranks(y));
    let spread = sums.xx * sums.yy;
    check_range(spread > 0.0, "spread of the ranks", spread, "above 0: the values are all equal")?;
    Ok(sums.xy / spread.sqrt())
}

/// A straight line through points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// Slope.
    pub slope: f64,
    /// Value at x = 0.
    pub intercept: f64,
    /// Standard error of the slope; 0 for two points.
    pub slope_standard_error: f64,
}

/// The least-squares line `y = intercept + slope · x`.
///
/// Formula: `slope = Σ (x − x̄)(y − ȳ)/Σ (x − x̄)²`; its standard error is `√(Σ (y − ŷ)²/(n − 2)/Σ (x − x̄)²)`.
/// Shapes: n, n -> a line. Units: the slope has those of y over those of x, the intercept those of y. Cost: a few n.
///
/// # Errors
/// [`MathError::Shape`] where lengths differ, [`MathError::Range`] for fewer than two points or where all x are equal,
/// [`MathError::NonFinite`].
pub fn least_squares_line(x: &[f64], y: &[f64]) -> Result<Line, MathError> {
    check_pairs(x, y)?;
    let sums = CentredSums::new(x, y);
    check_range(sums.xx > 0.0, "spread of x", sums.xx, "above 0: the values are all equal")?;
    let slope = sums.xy / sums.xx;
    let residual = (sums.yy - slope * sums.xy).max(0.0);
    let freedom = x.len().saturating_sub(2).max(1) as f64;
    let slope_standard_error = if x.len() > 2 { (residual / freedom / sums.xx).sqrt() } else { 0.0 };
    Ok(Line { slope, intercept: mean(y)? - slope * mean(x)?, slope_standard_error })
}

// Sums of products of deviations from the mean.
struct CentredSums {
    xx: f64,
    xy: f64,
    yy: f64,
}

impl CentredSums {
    fn new(x: &[f64], y: &[f64]) -> Self {
        let n = x.len() as f64;
        let (mx, my) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
        let sum = |f: &dyn Fn(f64, f64) -> f64| x.iter().zip(y).map(|(a, b)| f(a - mx, b - my)).sum();
        Self { xx: sum(&|a, _| a * a), xy: sum(&|a, b| a * b), yy: sum(&|_, b| b * b) }
    }
}

pub(super) fn tail(level: f64) -> Result<f64, MathError> {
    check_range(level > 0.0 && level < 1.0, "coverage", level, "between 0 and 1")?;
    Ok(0.5 * (1.0 - level))
}

fn check_values(values: &[f64], least: usize) -> Result<(), MathError> {
    let expected = if least == 1 { "at least 1" } else { "at least 2" };
    check_range(values.len() >= least, "number of values", values.len() as f64, expected)?;
    check_finite("values", values)
}

fn check_pairs(x: &[f64], y: &[f64]) -> Result<(), MathError> {
    check_size("paired values", y.len(), x.len())?;
    check_values(x, 2)?;
    check_values(y, 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn location_and_spread_by_hand() {
        let v = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0];
        assert_eq!(mean(&v).unwrap(), 5.0);
        assert!((standard_deviation(&v).unwrap() - (32.0_f64 / 7.0).sqrt()).abs() < 1e-15);
        assert!((standard_error(&v).unwrap() - (32.0_f64 / 56.0).sqrt()).abs() < 1e-15);
        assert_eq!(quantile(&[3.0, 1.0, 2.0, 4.0], 0.5).unwrap(), 2.5);
        assert!((quantile(&[3.0, 1.0, 2.0, 4.0], 0.9).unwrap() - 3.7).abs() < 1e-15);
        assert!(mean(&[]).is_err() && standard_deviation(&[1.0]).is_err() && mean(&[f64::NAN]).is_err());
    }

    #[test]
    fn ranks_share_ties_and_spearman_sees_order_only() {
        assert_eq!(ranks(&[10.0, 30.0, 20.0, 20.0]), vec![1.0, 4.0, 2.5, 2.5]);
        assert_eq!(ranks(&[0.0, 5.0, -0.0, -1.0]), vec![2.5, 4.0, 2.5, 1.0], "zeros of either sign are equal");
        let x = [1.0, 2.0, 3.0, 4.0, 5.0];
        assert!((spearman(&x, &x.map(f64::exp)).unwrap() - 1.0).abs() < 1e-15);
        // ranks 1 3 2 5 4: sum of squared rank differences 4, 1 − 6·4/(5·24) = 0.8
        assert!((spearman(&x, &[1.0, 3.0, 2.0, 5.0, 4.0]).unwrap() - 0.8).abs() < 1e-15);
        assert!(spearman(&x, &[1.0; 5]).is_err());
    }

    #[test]
    fn line_through_points() {
        let x = [0.0, 1.0, 2.0, 3.0];
        let exact = least_squares_line(&x, &x.map(|v| 1.0 - 0.5 * v)).unwrap();
        assert!((exact.slope + 0.5).abs() < 1e-15 && (exact.intercept - 1.0).abs() < 1e-15);
        assert!(exact.slope_standard_error < 1e-8);
        // residuals 0.1 (1, −1, −1, 1) are orthogonal to line and constant: s² = 0.04/2, slope error √(0.02/5)
        let noisy = least_squares_line(&x, &[0.1, 0.9, 1.9, 3.1]).unwrap();
        assert!((noisy.slope - 1.0).abs() < 1e-14 && (noisy.slope_standard_error - 0.004_f64.sqrt()).abs() < 1e-12);
        assert!(least_squares_line(&[1.0, 1.0], &[0.0, 1.0]).is_err());
    }

    proptest::proptest! {
        #[test]
        fn ranks_are_those_of_a_plain_count(values in proptest::collection::vec(-4..5_i32, 1..40)) {
            let values: Vec<f64> = values.into_iter().map(|v| 0.3 * f64::from(v)).collect();
            let counted = |v: &f64| {
                let (smaller, equal) = values.iter().fold((0.0, 0.0), |(smaller, equal), other| {
                    (smaller + f64::from(u8::from(other < v)), equal + f64::from(u8::from(other == v)))
                });
                smaller + 1.0 + 0.5 * (equal - 1.0)
            };
            proptest::prop_assert_eq!(ranks(&values), values.iter().map(counted).collect::<Vec<_>>());
        }

        #[test]
        fn ranks_add_up_and_their_correlation_sees_order_only(
            points in proptest::collection::vec((-5.0..5.0f64, -5.0..5.0f64), 2..40),
        ) {
            let (x, y): (Vec<f64>, Vec<f64>) = points.into_iter().unzip();
            let n = x.len() as f64;
            proptest::prop_assert_eq!(ranks(&x).iter().sum::<f64>(), 0.5 * n * (n + 1.0));
            let found = spearman(&x, &y).unwrap();
            let (risen, fallen): (Vec<f64>, Vec<f64>) = x.iter().map(|v| (v.exp(), -3.0 * v)).unzip();
            proptest::prop_assert!(found.abs() < 1.0 + 1e-12 && (spearman(&y, &x).unwrap() - found).abs() < 1e-12);
            proptest::prop_assert!((spearman(&risen, &y).unwrap() - found).abs() < 1e-12);
            proptest::prop_assert!((spearman(&fallen, &y).unwrap() + found).abs() < 1e-12);
        }
    }
}
