//! The LoFi filter in function space: the leading functions of the label-weighted moment in the unit ball of a kernel's
//! function space.

use crate::math::error::{MathError, check_range, check_size};
use crate::math::kernel::KernelView;
use crate::math::linalg::eigen::top_eigen_by_magnitude;
use crate::math::linalg::{
    Cholesky, Eigen, Matrix, Vector, canonical_signs, gram, product, product_nt, product_tn, scale_columns, scale_rows,
    sym_eigen, symmetric_product_tn,
};

/// A filter in function space, with the features that it gives.
#[derive(Debug, Clone, PartialEq)]
pub struct DualFilter {
    /// Eigenvalues of `G^{1/2} diag(y) G^{1/2}`, by descending |λ|: n times those of [`super::filter::MomentFilter`].
    pub eigenvalues: Vec<f64>,
    /// n x K coefficients A of the features over the training kernel; `Aᵀ G A = I`.
    pub coefficients: Matrix,
    /// n x K training features `F = G A`; the entry of largest magnitude of each column is positive.
    pub train: Matrix,
    /// For each evaluation split, `n_s` x K features `G×ᵀ A`.
    pub evaluation: Vec<Matrix>,
}

/// The floor on the Gram matrix's eigenvalues that the reference implementation uses (absolute, not relative).
pub const REFERENCE_FLOOR: f64 = 1e-6;

/// The filter of the `keep` functions of largest |E_n[y φ²]| in the unit ball of the kernel's function space.
///
/// Formula: `G = Q diag(μ) Qᵀ`, μ <- max(μ, floor); `M = G^{1/2} diag(y) G^{1/2}`, no 1/n; `M B = B Λ`;
/// `A = G^{-1/2} B`, `F = G^{1/2} B`, evaluation `G×ᵀ A`. Truncation is nested: a smaller `keep` gives the leading
/// columns. Where a Cholesky factor certifies that no eigenvalue is below the floor, one takes the place of the root.
/// Shapes: kernel of n and `n_s`, n labels -> K values, n x K, `n_s` x K.
/// Cost: n³ + 2n²K + top-K of n, and 12 n³ where eigenvalues are below the floor.
/// Source: the paper, kernel form; floor as in the reference implementation ([`REFERENCE_FLOOR`]).
///
/// # Errors
/// [`MathError::Shape`], [`MathError::Range`] unless 1 <= keep <= n and floor > 0, [`MathError::NonFinite`].
pub fn dual_moment_filter(
    kernel: &KernelView<'_>,
    labels: &[f64],
    keep: usize,
    floor: f64,
) -> Result<DualFilter, MathError> {
    let n = kernel.train.nrows();
    check_size("labels", labels.len(), n)?;
    check_range((1..=n).contains(&keep), "functions to keep", keep as f64, "1 to the number of samples")?;
    check_range(floor > 0.0, "eigenvalue floor", floor, "above 0")?;
    let Reduced { eigenvalues, mut train, mut coefficients } = match Cholesky::new(kernel.train, -floor) {
        Ok(_) => through_cholesky(kernel.train, labels, keep)?,
        Err(_) => through_root(&Root::new(kernel.train, floor)?, labels, keep)?,
    };
    let signs = canonical_signs(&train);
    scale_columns(&mut train, &signs);
    scale_columns(&mut coefficients, &signs);
    let evaluation = kernel.cross.iter().map(|cross| product_tn(cross, &coefficients)).collect();
    Ok(DualFilter { eigenvalues, coefficients, train, evaluation })
}

// A dual filter on the training rows, its signs not chosen yet.
struct Reduced {
    eigenvalues: Vec<f64>,
    train: Matrix,
    coefficients: Matrix,
}

// Where no eigenvalue is below the floor. With `G = L Lᵀ` and `L = G^{1/2} U`, U orthogonal, the eigenvectors of
// `Lᵀ diag(y) L = Uᵀ M U` are `Uᵀ B`, so `F = L Uᵀ B` and `A = L^{-ᵀ} Uᵀ B`: no decomposition of G is needed.
fn through_cholesky(gram_matrix: &Matrix, labels: &[f64], keep: usize) -> Result<Reduced, MathError> {
    let factor = Cholesky::new(gram_matrix, 0.0)?;
    let Eigen { values, vectors } = top_eigen_by_magnitude(&factor.weighted_square(labels), keep)?;
    let train = factor.times(&vectors);
    Ok(Reduced { eigenvalues: values, train, coefficients: factor.solve_transposed(vectors) })
}

fn through_root(root: &Root, labels: &[f64], keep: usize) -> Result<Reduced, MathError> {
    let mut weighted = root.matrix.clone();
    scale_rows(&mut weighted, labels);
    let Eigen { values, vectors } = top_eigen_by_magnitude(&symmetric_product_tn(&root.matrix, &weighted), keep)?;
    let train = product(&root.matrix, &vectors);
    Ok(Reduced { eigenvalues: values, train, coefficients: root.inverse_times(&vectors) })
}

// The symmetric square root of a floored Gram matrix, and its inverse.
struct Root {
    matrix: Matrix,
    basis: Matrix,
    inverse_roots: Vec<f64>,
}

impl Root {
    fn new(gram_matrix: &Matrix, floor: f64) -> Result<Self, MathError> {
        let Eigen { values, vectors: basis } = sym_eigen(gram_matrix)?;
        let floored: Vec<f64> = values.iter().map(|m| m.max(floor)).collect();
        // Q diag(√μ) Qᵀ as a Gram matrix of Q diag(μ^{1/4}): exactly symmetric and half the work
        let mut quarter = basis.clone();
        scale_columns(&mut quarter, &floored.iter().map(|m| m.sqrt().sqrt()).collect::<Vec<_>>());
        Ok(Self { matrix: gram(&quarter), basis, inverse_roots: floored.iter().map(|m| 1.0 / m.sqrt()).collect() })
    }

    fn inverse_times(&self, b: &Matrix) -> Matrix {
        let mut inner = product_tn(&self.basis, b);
        scale_rows(&mut inner, &self.inverse_roots);
        product(&self.basis, &inner)
    }
}

/// The first-moment direction in function space: its feature on the training rows and on each evaluation split.
///
/// Formula: u = Zᵀ y/n has the features `Z u/‖u‖ = G y/√(yᵀ G y)` and `G×ᵀ y/√(yᵀ G y)`.
/// Shapes: kernel of n and `n_s`, n labels -> n, `n_s`. Cost: n (n + Σ `n_s`).
/// Source: the paper, the optional first-moment direction of a layer.
///
/// # Errors
/// [`MathError::Shape`]; [`MathError::Range`] where the first moment is zero.
pub fn dual_first_moment(kernel: &KernelView<'_>, labels: &[f64]) -> Result<(Vector, Vec<Vector>), MathError> {
    check_size("labels", labels.len(), kernel.train.nrows())?;
    let y = Vector::from_column_slice(labels);
    let train = kernel.train * &y;
    let square = y.dot(&train);
    check_range(square > 0.0, "squared norm of the first moment", square, "above 0")?;
    let norm = square.sqrt();
    Ok((train / norm, kernel.cross.iter().map(|cross| cross.tr_mul(&y) / norm).collect()))
}

/// The orthogonal projector `V Vᵀ`, or `F Fᵀ` of features: what two solvers must agree on.
///
/// Shapes: m x K -> m x m. Cost: 2m²K.
pub fn projector(v: &Matrix) -> Matrix {
    product_nt(v, v)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::kernel::{KernelState, Splits};
    use crate::math::linalg::leading_columns;
    use crate::math::lofi::filter::{Route, moment_filter};
    use crate::math::lofi::moment::first_moment;
    use crate::math::random::Stream;

    fn sample(n: usize, p: usize) -> (Matrix, Vec<f64>) {
        let stream = Stream::new(6, "test-features", 0);
        let decay: Vec<f64> = (0..p).map(|j| 1.0 / (1.0 + j as f64).sqrt()).collect();
        let mut z = stream.normal_columns(n, 0, p);
        scale_columns(&mut z, &decay);
        let y = (0..n).map(|i| if z[(i, 0)] + z[(i, 1)] * z[(i, 2)] > 0.1 { 1.0 } else { -1.0 }).collect();
        (z, y)
    }

    #[test]
    fn function_space_gives_the_same_features() {
        let (z, y) = sample(30, 80);
        let (test, _) = sample(9, 80);
        let filter = moment_filter(&z, &y, 6, Route::Primal).unwrap();
        let state = KernelState::inner_products(Splits { train: &z, evaluation: &[&test] }).unwrap();
        let dual = dual_moment_filter(&state.view(), &y, 6, REFERENCE_FLOOR).unwrap();
        let mut features = filter.apply(&z);
        let signs = canonical_signs(&features);
        scale_columns(&mut features, &signs);
        assert!((&dual.train - features).amax() < 1e-9);
        let mut evaluated = filter.apply(&test);
        scale_columns(&mut evaluated, &signs);
        assert!((&dual.evaluation[0] - evaluated).amax() < 1e-9);
        for (m, c) in dual.eigenvalues.iter().zip(&filter.eigenvalues) {
            assert!((m - 30.0 * c).abs() < 1e-11 * 30.0);
        }
    }

    #[test]
    fn coefficients_are_orthonormal_in_the_kernel_and_truncation_is_nested() {
        let (z, y) = sample(25, 60);
        let state = KernelState::inner_products(Splits { train: &z, evaluation: &[&z] }).unwrap();
        let full = dual_moment_filter(&state.view(), &y, 25, REFERENCE_FLOOR).unwrap();
        let ga = product(&state.train, &full.coefficients);
        assert!((product_tn(&full.coefficients, &ga) - Matrix::identity(25, 25)).amax() < 1e-9);
        assert!((&ga - &full.train).amax() < 1e-9 && (&full.evaluation[0] - &full.train).amax() < 1e-9);
        assert!((projector(&full.train) - &state.train).amax() < 1e-10, "keep = n gives the Gram matrix back");
        let part = dual_moment_filter(&state.view(), &y, 7, REFERENCE_FLOOR).unwrap();
        assert!((leading_columns(&full.train, 7) - part.train).amax() < 1e-10);
    }

    #[test]
    fn the_factor_and_the_root_give_the_same_filter() {
        let (z, y) = sample(60, 300);
        let state = KernelState::inner_products(Splits { train: &z, evaluation: &[] }).unwrap();
        let factor = through_cholesky(&state.train, &y, 60).unwrap();
        let root = through_root(&Root::new(&state.train, REFERENCE_FLOOR).unwrap(), &y, 60).unwrap();
        let signs: Vec<f64> = (0..60).map(|j| factor.train.column(j).dot(&root.train.column(j)).signum()).collect();
        let same = |a: &Matrix, b: &Matrix, scale: f64| {
            let mut turned = b.clone();
            scale_columns(&mut turned, &signs);
            assert!((a - turned).amax() < 1e-11 * scale);
        };
        same(&factor.train, &root.train, factor.train.amax());
        same(&factor.coefficients, &root.coefficients, factor.coefficients.amax());
        let largest = root.eigenvalues[0].abs();
        let pairs = factor.eigenvalues.iter().zip(&root.eigenvalues);
        assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-13 * largest));
    }

    #[test]
    fn eigenvalues_below_the_floor_are_raised_to_it() {
        let (z, y) = sample(30, 12);
        let state = KernelState::inner_products(Splits { train: &z, evaluation: &[] }).unwrap();
        assert!(Cholesky::new(&state.train, -REFERENCE_FLOOR).is_err(), "rank 12 of 30");
        let dual = dual_moment_filter(&state.view(), &y, 30, REFERENCE_FLOOR).unwrap();
        // the features give the floored Gram matrix: 18 of its eigenvalues are the floor
        let missing = projector(&dual.train) - &state.train;
        assert!((missing.trace() - 18.0 * REFERENCE_FLOOR).abs() < 1e-10);
    }

    #[test]
    fn first_moment_direction_is_that_of_feature_space() {
        let (z, y) = sample(40, 12);
        let filter = moment_filter(&z, &y, 3, Route::Auto).unwrap();
        let joined = filter.with_first_moment(&first_moment(&z, &y).unwrap()).unwrap();
        let state = KernelState::inner_products(Splits { train: &z, evaluation: &[&z] }).unwrap();
        let (train, evaluation) = dual_first_moment(&state.view(), &y).unwrap();
        assert!((&train - &z * joined.column(0)).amax() < 1e-13 && (&train - &evaluation[0]).amax() < 1e-13);
    }

    #[test]
    fn refuses_what_does_not_fit() {
        let (z, y) = sample(10, 6);
        let state = KernelState::inner_products(Splits { train: &z, evaluation: &[] }).unwrap();
        assert!(
            dual_moment_filter(&state.view(), &y, 11, 1e-6).is_err()
                && dual_moment_filter(&state.view(), &y, 2, 0.0).is_err()
        );
    }
}
