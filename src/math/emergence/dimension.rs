//! How many directions a spectrum amounts to.

use super::effective_dimension;
use crate::math::error::{MathError, check_range};

/// The effective dimension `D(r) = Σ_j |λ_j|/(|λ_j| + r)` of a signed spectrum at `r = radius · max |λ|`.
///
/// Shapes: k values. Units: directions; a multiple of the spectrum has the same. Cost: k.
/// Source: the paper, residual effective dimension, with |λ| in place of the covariance's λ.
///
/// # Errors
/// [`MathError::Range`] where the spectrum is zero or the radius not above 0.
pub fn relative_effective_dimension(spectrum: &[f64], radius: f64) -> Result<f64, MathError> {
    check_range(radius > 0.0, "radius", radius, "above 0")?;
    let magnitudes: Vec<f64> = spectrum.iter().map(|v| v.abs()).collect();
    let largest = magnitudes.iter().copied().fold(0.0, f64::max);
    check_range(largest > 0.0, "largest magnitude of the spectrum", largest, "above 0")?;
    Ok(effective_dimension(&magnitudes, radius * largest))
}

/// The participation ratio `(Σ|λ|)²/Σλ²`: k for k equal magnitudes, 1 for a single one.
///
/// Shapes: k values. Units: directions; a multiple of the spectrum has the same. Cost: k.
/// Source: the standard definition, e.g. Gao et al., *A theory of multineuronal dimensionality*, bioRxiv 214262, with
/// |λ| for a signed spectrum.
///
/// # Errors
/// [`MathError::Range`] where the spectrum is zero.
pub fn participation_ratio(spectrum: &[f64]) -> Result<f64, MathError> {
    let squares: f64 = spectrum.iter().map(|v| v * v).sum();
    check_range(squares > 0.0, "sum of the squared eigenvalues", squares, "above 0")?;
    Ok(spectrum.iter().map(|v| v.abs()).sum::<f64>().powi(2) / squares)
}

/// `Σ|λ|` of some eigenvalues over that of all of them.
///
/// Shapes: k values, m values -> a number, at most 1 where the k are among the m. Units: dimensionless. Cost: k + m.
/// Source: ours.
///
/// # Errors
/// [`MathError::Range`] where all of them are zero.
pub fn magnitude_share(some: &[f64], all: &[f64]) -> Result<f64, MathError> {
    let sum = |values: &[f64]| values.iter().map(|v| v.abs()).sum::<f64>();
    check_range(sum(all) > 0.0, "sum of the magnitudes", sum(all), "above 0")?;
    Ok(sum(some) / sum(all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_magnitudes_count_fully_whatever_their_signs() {
        let equal = [2.0, -2.0, 2.0, -2.0, 2.0];
        assert!((participation_ratio(&equal).unwrap() - 5.0).abs() < 1e-14);
        assert!((relative_effective_dimension(&equal, 1e-9).unwrap() - 5.0).abs() < 1e-7);
        assert!((relative_effective_dimension(&equal, 1.0).unwrap() - 2.5).abs() < 1e-14);
    }

    #[test]
    fn geometric_spectrum_by_its_closed_form() {
        // λ_j = q^j: (1/(1 − q))²(1 − q²) = (1 + q)/(1 − q)
        let q: f64 = 0.8;
        let spectrum: Vec<f64> = (0..400).map(|j| q.powi(j)).collect();
        assert!((participation_ratio(&spectrum).unwrap() - 9.0).abs() < 1e-10);
    }

    proptest::proptest! {
        #[test]
        fn both_lie_between_one_and_the_count_and_have_no_unit(
            values in proptest::collection::vec(0.01..10.0f64, 1..30), scale in 0.1..10.0f64, radius in 1e-6..1.0f64,
        ) {
            let scaled: Vec<f64> = values.iter().enumerate().map(|(i, v)| if i % 2 == 0 { v * scale } else { -v * scale }).collect();
            let count = values.len() as f64;
            let ratio = participation_ratio(&values).unwrap();
            proptest::prop_assert!((0.999_999..=count + 1e-9).contains(&ratio));
            proptest::prop_assert!((participation_ratio(&scaled).unwrap() / ratio - 1.0).abs() < 1e-12);
            let dimension = relative_effective_dimension(&values, radius).unwrap();
            // the largest alone counts 1/(1 + radius)
            proptest::prop_assert!(dimension >= 1.0 / (1.0 + radius) - 1e-12 && dimension <= count);
            proptest::prop_assert!((relative_effective_dimension(&scaled, radius).unwrap() / dimension - 1.0).abs() < 1e-12);
            proptest::prop_assert!(relative_effective_dimension(&values, radius / 2.0).unwrap() >= dimension);
        }
    }

    #[test]
    fn zero_spectra_are_refused() {
        assert!(participation_ratio(&[0.0]).is_err() && participation_ratio(&[]).is_err());
        assert!(relative_effective_dimension(&[0.0], 0.1).is_err() && magnitude_share(&[], &[0.0]).is_err());
        assert!((magnitude_share(&[-3.0], &[-3.0, 1.0]).unwrap() - 0.75).abs() < 1e-15);
    }
}
