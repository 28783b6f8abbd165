//! How far the leading eigenvalues of a spectrum stand out of the rest.

use super::{mean, standard_deviation};
use crate::math::error::{MathError, check_finite, check_range};

/// Leading eigenvalues against the others, the bulk.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Separation {
    /// |λ| of the weakest leading eigenvalue.
    pub weakest: f64,
    /// |λ| of the next eigenvalue, the largest of the bulk.
    pub next: f64,
    /// `weakest/next`: 1 where nothing separates them.
    pub gap: f64,
    /// Standard deviation of the bulk's eigenvalues.
    pub bulk_width: f64,
    /// Distance of the nearest leading eigenvalue from the bulk's mean, in standard deviations of the bulk.
    pub distance: f64,
}

/// Separates the `leading` eigenvalues of largest |λ| from the others. Every bulk but a heavy-tailed one ends within a
/// few standard deviations (a semicircle at two), so a distance well above that is an outlier.
///
/// Shapes: eigenvalues by descending |λ|. Cost: their number.
/// Source: ours, for the claim of arXiv 2605.13612, figure A5, that the top eigenvalues are separated from the bulk.
///
/// # Errors
/// [`MathError::Range`] unless there are leading eigenvalues and at least two others that differ;
/// [`MathError::NonFinite`].
pub fn separation(eigenvalues: &[f64], leading: usize) -> Result<Separation, MathError> {
    check_finite("the eigenvalues", eigenvalues)?;
    let fits = leading > 0 && leading + 2 <= eigenvalues.len();
    check_range(fits, "number of leading eigenvalues", leading as f64, "1 to two less than there are eigenvalues")?;
    let (top, bulk) = eigenvalues.split_at(leading);
    let (weakest, next) = (smallest(top.iter().map(|v| v.abs())), bulk[0].abs());
    let (centre, bulk_width) = (mean(bulk)?, standard_deviation(bulk)?);
    check_range(bulk_width > 0.0, "standard deviation of the bulk", bulk_width, "above 0")?;
    let distance = smallest(top.iter().map(|v| (v - centre).abs())) / bulk_width;
    Ok(Separation { weakest, next, gap: weakest / next, bulk_width, distance })
}

fn smallest(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(f64::INFINITY, f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::linalg::eigen::truncate;
    use crate::math::linalg::{Matrix, gram, sym_eigen, symmetrise};
    use crate::math::random::Stream;

    #[test]
    fn numbers_by_hand() {
        let found = separation(&[-8.0, 6.0, 3.0, -1.0, 1.0, 1.0], 2).unwrap();
        // bulk 3, −1, 1, 1: mean 1, standard deviation √(8/3)
        let width = (8.0_f64 / 3.0).sqrt();
        let expected = Separation { weakest: 6.0, next: 3.0, gap: 2.0, bulk_width: width, distance: 5.0 / width };
        assert_eq!(found, expected);
    }

    // A semicircle of radius 2 with a spike θ = 4 whose eigenvalue is θ + 1/θ; a spectrum without it has its edge at 2.
    #[test]
    fn a_planted_direction_stands_out_of_a_semicircle() {
        let n = 300;
        let mut noise = Stream::new(5, "wigner", 0).normal_columns(n, 0, n) * (2.0 / n as f64).sqrt();
        symmetrise(&mut noise);
        let spike = gram(&Matrix::from_element(n, 1, 2.0 / (n as f64).sqrt()));
        let of = |a: &Matrix| separation(&truncate(sym_eigen(a).unwrap(), n).values, 1).unwrap();
        let (without, with) = (of(&noise), of(&(&noise + spike)));
        assert!((without.distance - 2.0).abs() < 0.2 && without.gap < 1.2, "{without:?}");
        assert!((with.weakest - 4.25).abs() < 0.2 && with.distance > 3.8 && with.gap > 1.9, "{with:?}");
        assert!((with.bulk_width - 1.0).abs() < 0.05);
        // a scale of the operator moves neither gap nor distance
        let scaled = of(&(noise * 7.0));
        assert!((scaled.gap - without.gap).abs() < 1e-9 && (scaled.distance - without.distance).abs() < 1e-9);
    }

    #[test]
    fn a_bulk_is_needed() {
        for (values, leading) in [(&[3.0, 2.0, 1.0][..], 2), (&[3.0, 2.0, 1.0][..], 0), (&[3.0, 1.0, 1.0][..], 1)] {
            assert!(separation(values, leading).is_err());
        }
        assert!(separation(&[f64::NAN, 2.0, 1.0], 1).is_err());
    }
}
