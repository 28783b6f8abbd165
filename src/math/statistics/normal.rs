//! The normal distribution.

use crate::math::error::{MathError, check_range};
use std::f64::consts::FRAC_1_SQRT_2;

/// The standard normal distribution function, `erfc(−z/√2)/2`: small tails keep all their digits.
///
/// Shapes: a number -> a number. Units: z in standard deviations, a probability out. Cost: one erfc.
/// Source: Abramowitz and Stegun 26.2.29.
pub fn normal_cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z * FRAC_1_SQRT_2)
}

/// The quantile of the standard normal distribution, by bisection to the last bits.
///
/// Shapes: a number -> a number. Units: standard deviations. Cost: eighty values of [`normal_cdf`].
///
/// # Errors
/// [`MathError::Range`] unless 0 < level < 1.
pub fn normal_quantile(level: f64) -> Result<f64, MathError> {
    check_range(level > 0.0 && level < 1.0, "quantile level", level, "between 0 and 1")?;
    // beyond 40 standard deviations f64 holds no probability
    let (mut low, mut high) = (-40.0, 40.0);
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        if normal_cdf(middle) < level { low = middle } else { high = middle }
    }
    Ok(0.5 * (low + high))
}

#[cfg(test)]
mod tests {
    use super::*;

    // √2 erfinv(2p − 1) by mpmath with 40 digits
    #[test]
    fn quantiles_are_those_of_mpmath() {
        let cases = [
            (0.975, 1.959_963_984_540_054),
            (0.8, 0.841_621_233_572_914_2),
            (0.0001, -3.719_016_485_455_680_6),
            (0.995, 2.575_829_303_548_901),
        ];
        for (level, expected) in cases {
            assert!((normal_quantile(level).unwrap() - expected).abs() < 1e-13, "{level}");
        }
        assert!(normal_quantile(0.0).is_err() && normal_quantile(f64::NAN).is_err());
    }

    proptest::proptest! {
        #[test]
        fn the_distribution_is_mirrored_rises_and_is_undone_by_its_quantile(z in -8.0..8.0f64, level in 1e-9..1.0f64) {
            proptest::prop_assert!((normal_cdf(z) + normal_cdf(-z) - 1.0).abs() < 1e-15);
            proptest::prop_assert!(normal_cdf(z) < normal_cdf(z + 0.1) || z > 7.0);
            proptest::prop_assert!((normal_cdf(normal_quantile(level).unwrap()) / level - 1.0).abs() < 1e-12);
        }
    }
}
