//! How alike two sets of features of the same samples are.

use crate::math::error::{MathError, check_range, check_size};
use crate::math::linalg::eigen::top_eigen_by_magnitude;
use crate::math::linalg::{Matrix, product, product_tn, scale_columns, sym_eigenvalues, symmetric_product_tn};

/// Features that others are compared with: centred, standardised, and a basis of what they span.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    centred: Matrix,
    standardised: Matrix,
    basis: Matrix,
    gram_norm: f64,
}

/// Measures of likeness; none changes when a feature of either set changes its sign.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alignment {
    /// `‖F‖_F` of the k x p matrix of Pearson correlations, `F_ij` that of reference feature i and feature j.
    pub overlap: f64,
    /// Linear centred kernel alignment, 0 to 1: `‖AᵀB‖²_F/(‖AᵀA‖_F ‖BᵀB‖_F)` of centred features.
    pub kernel_alignment: f64,
    /// Mean cosine of the principal angles between the span of the reference and that of as many principal components.
    pub mean_cosine: f64,
    /// The cosine of the largest of these angles.
    pub least_cosine: f64,
}

// A direction whose variance is below this share of the largest is noise of rounding.
const NEGLIGIBLE_SHARE: f64 = 1e-12;

impl Reference {
    /// Gets features ready. Shapes: n x k. Cost: nk² + the eigenproblem of k x k.
    /// Source: as [`Reference::compare`].
    ///
    /// # Errors
    /// [`MathError::Range`] for fewer than two samples or no feature; those of the eigensolver.
    pub fn new(features: &Matrix) -> Result<Self, MathError> {
        check_range(features.nrows() > 1, "samples to compare features on", features.nrows() as f64, "at least 2")?;
        check_range(features.ncols() > 0, "number of reference features", 0.0, "at least 1")?;
        let centred = centre(features);
        let gram = symmetric_product_tn(&centred, &centred);
        Ok(Self {
            standardised: standardise(centred.clone()),
            basis: principal_basis(&centred, &gram, features.ncols())?,
            gram_norm: gram.norm(),
            centred,
        })
    }

    /// Compares other features of the same samples. A feature without variance correlates with nothing.
    ///
    /// Shapes: n x p. Cost: np² + nkp + the k leading eigenpairs of p x p.
    /// Source: overlap: arXiv 2605.13612, figure 4; linear CKA: Kornblith et al., arXiv 1905.00414, eq. 3; principal
    /// angles: Björck and Golub, Math. Comp. 27 (1973) 579.
    ///
    /// # Errors
    /// [`MathError::Shape`] for another number of samples; those of the eigensolver.
    pub fn compare(&self, features: &Matrix) -> Result<Alignment, MathError> {
        check_size("samples of the features", features.nrows(), self.centred.nrows())?;
        let centred = centre(features);
        let gram = symmetric_product_tn(&centred, &centred);
        let norms = self.gram_norm * gram.norm();
        let cross = product_tn(&self.centred, &centred).norm_squared();
        let basis = principal_basis(&centred, &gram, self.basis.ncols().min(features.ncols()))?;
        let cosines = cosines(&self.basis, &basis)?;
        Ok(Alignment {
            overlap: product_tn(&self.standardised, &standardise(centred)).norm(),
            kernel_alignment: if norms > 0.0 { cross / norms } else { 0.0 },
            mean_cosine: cosines.iter().sum::<f64>() / cosines.len() as f64,
            least_cosine: cosines.iter().copied().fold(1.0, f64::min),
        })
    }
}

fn centre(features: &Matrix) -> Matrix {
    let mut centred = features.clone();
    for mut column in centred.column_iter_mut() {
        let mean = column.mean();
        column.add_scalar_mut(-mean);
    }
    centred
}

// Columns of unit norm; those without variance become zero.
fn standardise(mut centred: Matrix) -> Matrix {
    let norms: Vec<f64> = centred.column_iter().map(|column| column.norm()).collect();
    let largest = norms.iter().copied().fold(0.0, f64::max);
    let factors: Vec<f64> =
        norms.into_iter().map(|norm| if norm > NEGLIGIBLE_SHARE * largest { 1.0 / norm } else { 0.0 }).collect();
    scale_columns(&mut centred, &factors);
    centred
}

// Orthonormal columns that span the k leading principal components; zero columns where the rank is lower.
fn principal_basis(centred: &Matrix, gram: &Matrix, k: usize) -> Result<Matrix, MathError> {
    let top = top_eigen_by_magnitude(gram, k)?;
    let mut basis = product(centred, &top.vectors);
    let largest = top.values.first().copied().unwrap_or(0.0);
    let factor = |&value: &f64| if value > NEGLIGIBLE_SHARE * largest { 1.0 / value.sqrt() } else { 0.0 };
    scale_columns(&mut basis, &top.values.iter().map(factor).collect::<Vec<_>>());
    Ok(basis)
}

// Singular values of the product of two orthonormal bases, one for each column of the first.
fn cosines(a: &Matrix, b: &Matrix) -> Result<Vec<f64>, MathError> {
    let cross = product_tn(b, a);
    let squares = sym_eigenvalues(&symmetric_product_tn(&cross, &cross))?;
    Ok(squares.into_iter().map(|square| square.clamp(0.0, 1.0).sqrt()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::linalg::orthonormal_basis;
    use crate::math::random::Stream;

    fn features(seed: u64, n: usize, k: usize) -> Matrix {
        Stream::new(seed, "test-features", 0).normal_columns(n, 0, k)
    }

    #[test]
    fn features_are_fully_aligned_with_themselves_in_any_basis() {
        let a = features(1, 40, 4);
        let reference = Reference::new(&a).unwrap();
        let same = reference.compare(&a).unwrap();
        assert!((same.kernel_alignment - 1.0).abs() < 1e-12 && (same.least_cosine - 1.0).abs() < 1e-12);
        let rotation = orthonormal_basis(&features(2, 4, 4));
        let mut turned = product(&a, &rotation) * 3.0;
        turned.column_mut(0).add_scalar_mut(5.0);
        let turned = reference.compare(&turned).unwrap();
        assert!((turned.kernel_alignment - 1.0).abs() < 1e-12 && (turned.mean_cosine - 1.0).abs() < 1e-12);
        // any invertible map keeps the span, not the kernel
        let skewed = reference.compare(&product(&a, &features(3, 4, 4))).unwrap();
        assert!((skewed.least_cosine - 1.0).abs() < 1e-9 && skewed.kernel_alignment < 0.999);
    }

    // Two columns at 60 degrees, one at a right angle to both: correlations 1, 1/2 and 0.
    #[test]
    fn values_by_hand() {
        let first = [1.0, -1.0, 0.0, 0.0];
        let second = [0.0, 0.0, 2.0, -2.0];
        let mixed: Vec<f64> = (0..4).map(|i| 0.5 * first[i] + 0.75_f64.sqrt() * 0.5 * second[i]).collect();
        let reference = Reference::new(&Matrix::from_column_slice(4, 1, &first)).unwrap();
        let found = reference.compare(&Matrix::from_column_slice(4, 1, &mixed)).unwrap();
        assert!((found.overlap - 0.5).abs() < 1e-15 && (found.mean_cosine - 0.5).abs() < 1e-15);
        assert!((found.kernel_alignment - 0.25).abs() < 1e-15);
        let none = reference.compare(&Matrix::from_column_slice(4, 1, &second)).unwrap();
        assert!(none.overlap == 0.0 && none.least_cosine == 0.0);
        let both = Matrix::from_column_slice(4, 2, &[first, second].concat());
        // the leading component of both is the second, twice as long
        let found = reference.compare(&both).unwrap();
        assert!((found.overlap - 1.0).abs() < 1e-15 && found.mean_cosine < 1e-12);
        assert!((found.kernel_alignment - 4.0 / (2.0 * 68.0_f64.sqrt())).abs() < 1e-14);
    }

    #[test]
    fn features_without_variance_correlate_with_nothing() {
        let a = features(1, 30, 3);
        let reference = Reference::new(&a).unwrap();
        let padded = a.clone().insert_columns(3, 2, 7.0);
        let (plain, padded) = (reference.compare(&a).unwrap(), reference.compare(&padded).unwrap());
        assert!((plain.overlap - padded.overlap).abs() < 1e-12 && padded.least_cosine > 1.0 - 1e-12);
        let dead = reference.compare(&Matrix::from_element(30, 5, 1.0)).unwrap();
        assert_eq!((dead.overlap, dead.kernel_alignment, dead.mean_cosine), (0.0, 0.0, 0.0));
        assert!(Reference::new(&Matrix::zeros(1, 2)).is_err() && reference.compare(&features(1, 29, 3)).is_err());
    }
}
