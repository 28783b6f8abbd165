//! The LoFi filter: the leading eigendirections of the label-weighted moment operator, in feature space and in function
//! space.

use super::moment::signed_moment;
use crate::math::error::{MathError, check_range, check_size};
use crate::math::kernel::KernelView;
use crate::math::linalg::eigen::top_eigen_by_magnitude;
use crate::math::linalg::{
    Eigen, Matrix, Vector, canonical_signs, gram, product, product_nt, product_tn, scale_columns, scale_rows,
    sym_eigen, symmetric_product_tn,
};

/// A filter in feature space.
#[derive(Debug, Clone, PartialEq)]
pub struct MomentFilter {
    /// Eigenvalues of `C = Zᵀ diag(y) Z/n`, by descending |λ|.
    pub eigenvalues: Vec<f64>,
    /// P x K, orthonormal columns, canonical signs.
    pub directions: Matrix,
}

impl MomentFilter {
    /// The filtered representation `h = Z V`. Shapes: n x P -> n x K. Cost: 2nPK. Panics where the sizes differ.
    /// Source: the paper, the filter of a LoFi layer.
    pub fn apply(&self, z: &Matrix) -> Matrix {
        product(z, &self.directions)
    }

    /// The directions with `u/‖u‖` of the first moment in front.
    ///
    /// Shapes: P -> P x (K + 1). Source: the paper, the optional first-moment direction of a layer.
    ///
    /// # Errors
    /// [`MathError::Shape`] where u does not fit, [`MathError::Range`] where it is zero.
    pub fn with_first_moment(&self, first: &Vector) -> Result<Matrix, MathError> {
        check_size("first moment", first.len(), self.directions.nrows())?;
        let norm = first.norm();
        check_range(norm > 0.0, "norm of the first moment", norm, "above 0")?;
        let mut joined = self.directions.clone().insert_column(0, 0.0);
        joined.set_column(0, &(first / norm));
        Ok(joined)
    }
}

/// Where the eigenproblem of a filter is solved; the result is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// Dual where there are far fewer samples than features.
    Auto,
    /// P x P.
    Primal,
    /// n x n.
    Dual,
}

/// The filter of the `keep` eigendirections of largest |λ| of the label-weighted moment operator.
///
/// Formula: `C V = V Λ`, `C = Zᵀ diag(y) Z/n`. Dual: with `Z Zᵀ = Q S Qᵀ`, the nonzero eigenpairs of C are those of
/// `S^{1/2} Qᵀ diag(y) Q S^{1/2}/n`, mapped by `Zᵀ Q S^{-1/2}`.
/// Shapes: n x P, n -> K values, P x K directions. Cost: nP² + top-K of P; dual: n²P + 10 n³ + top-K of n.
/// Source: the paper, a LoFi layer keeps the top-k eigenvectors by |λ|.
///
/// # Errors
/// [`MathError::Shape`] for labels that do not fit; [`MathError::Range`] where `keep` is 0 or exceeds P (dual: the rank
/// of Z); [`MathError::NonFinite`].
pub fn moment_filter(z: &Matrix, labels: &[f64], keep: usize, route: Route) -> Result<MomentFilter, MathError> {
    check_size("labels", labels.len(), z.nrows())?;
    check_range((1..=z.ncols()).contains(&keep), "directions to keep", keep as f64, "1 to the number of features")?;
    // the dual needs a full eigenproblem before the top-k one: measured break-even at n = 0.6 P; and a dual that keeps
    // nearly all of its rank would have to divide by eigenvalues that are rounding
    let dual = match route {
        Route::Auto => 5 * z.nrows() < 3 * z.ncols() && 2 * keep < z.nrows(),
        Route::Primal => false,
        Route::Dual => true,
    };
    let top =
        if dual { through_gram(z, labels, keep)? } else { top_eigen_by_magnitude(&signed_moment(z, labels)?, keep)? };
    let Eigen { values, mut vectors } = top;
    let signs = canonical_signs(&vectors);
    scale_columns(&mut vectors, &signs);
    Ok(MomentFilter { eigenvalues: values, directions: vectors })
}

// Eigenvalues of the Gram matrix below this share of the largest are rounding: their directions carry none of C.
const NEGLIGIBLE: f64 = 1e-13;

fn through_gram(z: &Matrix, labels: &[f64], keep: usize) -> Result<Eigen, MathError> {
    let eigen = sym_eigen(&gram(z))?;
    let largest = eigen.values.last().copied().unwrap_or(0.0);
    let first = eigen.values.iter().position(|&s| s > NEGLIGIBLE * largest).unwrap_or(eigen.values.len());
    let rank = eigen.values.len() - first;
    check_range(keep <= rank, "directions to keep", keep as f64, "at most the rank of the features")?;
    let singular: Vec<f64> = eigen.values[first..].iter().map(|s| s.sqrt()).collect();
    let q = eigen.vectors.columns(first, rank).into_owned();
    let mut scaled = q.clone();
    scale_columns(&mut scaled, &singular);
    let mut weighted = scaled.clone();
    scale_rows(&mut weighted, &labels.iter().map(|y| y / z.nrows() as f64).collect::<Vec<_>>());
    let top = top_eigen_by_magnitude(&symmetric_product_tn(&scaled, &weighted), keep)?;
    let mut inner = top.vectors;
    scale_rows(&mut inner, &singular.iter().map(|s| 1.0 / s).collect::<Vec<_>>());
    Ok(Eigen { values: top.values, vectors: product_tn(z, &product(&q, &inner)) })
}

/// A filter in function space, with the features that it gives.
#[derive(Debug, Clone, PartialEq)]
pub struct DualFilter {
    /// Eigenvalues of `G^{1/2} diag(y) G^{1/2}`, by descending |λ|: n times those of [`MomentFilter`].
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
/// columns.
/// Shapes: kernel of n and `n_s`, n labels -> K values, n x K, `n_s` x K. Cost: 10 n³ + 2n³ + top-K of n.
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
    let root = Root::new(kernel.train, floor)?;
    let mut weighted = root.matrix.clone();
    scale_rows(&mut weighted, labels);
    let Eigen { values, vectors } = top_eigen_by_magnitude(&symmetric_product_tn(&root.matrix, &weighted), keep)?;
    let mut train = product(&root.matrix, &vectors);
    let mut coefficients = root.inverse_times(&vectors);
    let signs = canonical_signs(&train);
    scale_columns(&mut train, &signs);
    scale_columns(&mut coefficients, &signs);
    let evaluation = kernel.cross.iter().map(|cross| product_tn(cross, &coefficients)).collect();
    Ok(DualFilter { eigenvalues: values, coefficients, train, evaluation })
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

    fn assert_same(a: &MomentFilter, b: &MomentFilter, tolerance: f64) {
        let scale = a.eigenvalues[0].abs();
        assert!(a.eigenvalues.iter().zip(&b.eigenvalues).all(|(x, y)| (x - y).abs() < tolerance * scale));
        assert!((&a.directions - &b.directions).amax() < tolerance);
    }

    #[test]
    fn dual_route_is_the_primal_route() {
        for (n, p) in [(30, 80), (60, 40), (45, 45)] {
            let (z, y) = sample(n, p);
            let primal = moment_filter(&z, &y, 8, Route::Primal).unwrap();
            assert_same(&primal, &moment_filter(&z, &y, 8, Route::Dual).unwrap(), 1e-10);
            assert_same(&primal, &moment_filter(&z, &y, 8, Route::Auto).unwrap(), 1e-10);
        }
    }

    #[test]
    fn routes_agree_for_duplicate_rows_and_one_class() {
        let (z, _) = sample(20, 50);
        let doubled = Matrix::from_fn(40, 50, |i, j| z[(i / 2, j)]);
        let primal = moment_filter(&doubled, &[1.0; 40], 5, Route::Primal).unwrap();
        assert_same(&primal, &moment_filter(&doubled, &[1.0; 40], 5, Route::Dual).unwrap(), 1e-10);
        assert!(moment_filter(&doubled, &[1.0; 40], 21, Route::Dual).is_err());
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
    fn first_moment_direction_comes_first_and_has_unit_norm() {
        let (z, y) = sample(40, 12);
        let filter = moment_filter(&z, &y, 3, Route::Auto).unwrap();
        let u = first_moment(&z, &y).unwrap();
        let joined = filter.with_first_moment(&u).unwrap();
        assert_eq!(joined.shape(), (12, 4));
        assert!((joined.column(0) * u.norm() - &u).amax() < 1e-15);
        assert!(filter.with_first_moment(&Vector::zeros(12)).is_err());
        let state = KernelState::inner_products(Splits { train: &z, evaluation: &[&z] }).unwrap();
        let (train, evaluation) = dual_first_moment(&state.view(), &y).unwrap();
        assert!((&train - &z * joined.column(0)).amax() < 1e-13 && (&train - &evaluation[0]).amax() < 1e-13);
    }

    #[test]
    fn refuses_what_does_not_fit() {
        let (z, y) = sample(10, 6);
        assert!(moment_filter(&z, &y[1..], 2, Route::Auto).is_err());
        assert!(moment_filter(&z, &y, 7, Route::Auto).is_err() && moment_filter(&z, &y, 0, Route::Auto).is_err());
        let state = KernelState::inner_products(Splits { train: &z, evaluation: &[] }).unwrap();
        assert!(
            dual_moment_filter(&state.view(), &y, 11, 1e-6).is_err()
                && dual_moment_filter(&state.view(), &y, 2, 0.0).is_err()
        );
    }
}
