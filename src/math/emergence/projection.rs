//! The space that moments of subsamples are projected on, so that a hundred of them are held at once.

use crate::math::error::{MathError, check_range, check_size};
use crate::math::linalg::eigen::top_eigen_by_magnitude;
use crate::math::linalg::{Matrix, orthonormal_basis};

/// An orthonormal basis of the reference directions and of the leading directions of the covariance.
///
/// A direction v of a subsample's moment is a combination of the subsample's features, whose part outside of the d
/// leading directions of their covariance is small: with Q the basis, the eigenvectors u of `Qᵀ C Q` give `v ≈ Q u`, and
/// `⟨v_i, v⟩ = (Qᵀ v_i)ᵀ u` is exact for a reference direction v_i as those lie in the space.
/// Shapes: P x P, P x K, d -> P x d, the first K columns of which span the reference. Cost: top-d of P, and 4Pd².
/// Source: ours; Rayleigh–Ritz.
///
/// # Errors
/// [`MathError::Range`] unless K <= d <= P; [`MathError::Shape`] where the sizes differ; those of the eigensolver.
pub fn projection_basis(covariance: &Matrix, reference: &Matrix, directions: usize) -> Result<Matrix, MathError> {
    let (width, fixed) = reference.shape();
    check_size("rows of the covariance", covariance.nrows(), width)?;
    let fits = (fixed..=width).contains(&directions);
    check_range(fits, "directions to project on", directions as f64, "those of the reference to the width")?;
    let leading = top_eigen_by_magnitude(covariance, directions - fixed)?.vectors;
    let mut all = Matrix::zeros(width, directions);
    all.columns_mut(0, fixed).copy_from(reference);
    all.columns_mut(fixed, directions - fixed).copy_from(&leading);
    Ok(orthonormal_basis(&all))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::linalg::{product, product_tn, scale_columns};
    use crate::math::lofi::moment::{second_moment, signed_moment};
    use crate::math::lofi::subsample::{squared_overlaps, squared_overlaps_at_any_place};
    use crate::math::random::Stream;

    #[test]
    fn the_basis_is_orthonormal_and_holds_the_reference() {
        let reference = orthonormal_basis(&Stream::new(1, "test-reference", 0).normal_columns(30, 0, 3));
        let z = Stream::new(2, "test-features", 0).normal_columns(80, 0, 30);
        let basis = projection_basis(&second_moment(&z), &reference, 12).unwrap();
        assert!((product_tn(&basis, &basis) - Matrix::identity(12, 12)).amax() < 1e-13);
        let back = product(&basis, &product_tn(&basis, &reference));
        assert!((back - &reference).amax() < 1e-13);
        assert!(projection_basis(&second_moment(&z), &reference, 2).is_err());
        assert!(projection_basis(&second_moment(&z), &reference, 31).is_err());
        assert!(projection_basis(&Matrix::identity(29, 29), &reference, 12).is_err());
    }

    // Features of decaying variance: the error of an overlap falls with d, and none is left at d = P.
    #[test]
    fn overlaps_of_projected_moments_tend_to_the_plain_ones() {
        let decay: Vec<f64> = (0..60).map(|j| 1.0 / (1.0 + f64::from(j)).powf(1.5)).collect();
        let mut z = Stream::new(3, "test-features", 1).normal_columns(2000, 0, 60);
        scale_columns(&mut z, &decay);
        let z = product(&z, &orthonormal_basis(&Stream::new(4, "test-basis", 0).normal_columns(60, 0, 60)));
        let labels: Vec<f64> = z.row_iter().map(|r| if r[0] * r[1] > 0.0 { 1.0 } else { -1.0 }).collect();
        let top = |n: usize| {
            top_eigen_by_magnitude(&signed_moment(&z.rows(0, n).into_owned(), &labels[..n]).unwrap(), 3).unwrap()
        };
        let (reference, plain) = (top(2000).vectors, top(40));
        let covariance = second_moment(&z.rows(0, 500).into_owned());
        let error = |d: usize| {
            let basis = projection_basis(&covariance, &reference, d).unwrap();
            let inside = product(&z.rows(0, 40).into_owned(), &basis);
            let found = top_eigen_by_magnitude(&signed_moment(&inside, &labels[..40]).unwrap(), 3).unwrap();
            let inner = product_tn(&basis, &reference);
            let of = [squared_overlaps, squared_overlaps_at_any_place];
            let largest = of.map(|overlaps| {
                let pairs = overlaps(&inner, &found).unwrap().into_iter().zip(overlaps(&reference, &plain).unwrap());
                pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
            });
            largest[0].max(largest[1])
        };
        let errors = [10, 30, 60].map(error);
        assert!(errors[0] > 1e-3 && errors[1] < 0.2 * errors[0] && errors[2] < 1e-10, "{errors:?}");
    }
}
