//! The Cholesky factor of a symmetric matrix, and what is multiplied by it.

use super::matrix::{Matrix, mirror_lower, scale_rows, view, view_mut, zeros};
use crate::math::error::{MathError, check_finite, check_size};
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt::factor::{LltError, cholesky_in_place, cholesky_in_place_scratch};
use faer::linalg::matmul::triangular::{self, BlockStructure};
use faer::linalg::triangular_solve::solve_upper_triangular_in_place;
use faer::{Accum, Par};

/// The lower triangular factor L of a positive definite `A = L Lᵀ`.
#[derive(Debug, Clone, PartialEq)]
pub struct Cholesky {
    // zeros above the diagonal
    lower: Matrix,
}

impl Cholesky {
    /// Factorises `A + shift·1`. Only the lower triangle of `A` is read.
    ///
    /// That it exists says that all eigenvalues of `A` are above −shift, but for rounding of some n·2⁻⁵³ of the largest.
    /// Shapes: n x n. Units: the shift has that of A. Cost: n³/3; where there is no factor, less.
    /// Source: Golub and Van Loan, *Matrix Computations* (2013), section 4.2.
    ///
    /// # Errors
    /// [`MathError::NotPositiveDefinite`], [`MathError::NonFinite`], [`MathError::Shape`].
    pub fn new(a: &Matrix, shift: f64) -> Result<Self, MathError> {
        check_size("columns of a symmetric matrix", a.ncols(), a.nrows())?;
        check_finite("a symmetric matrix", a.as_slice())?;
        let mut lower = a.clone();
        (0..a.nrows()).for_each(|i| lower[(i, i)] += shift);
        let mut buffer = MemBuffer::new(cholesky_in_place_scratch::<f64>(a.nrows(), Par::Seq, Default::default()));
        let stack = MemStack::new(&mut buffer);
        cholesky_in_place(view_mut(&mut lower), Default::default(), Par::Seq, stack, Default::default())
            .map_err(|LltError::NonPositivePivot { index }| MathError::NotPositiveDefinite { index })?;
        lower.fill_upper_triangle(0.0, 1);
        Ok(Self { lower })
    }

    /// The smallest entry of the diagonal of L; 0 for a matrix without rows. Units: the root of that of A. Cost: n.
    pub fn smallest_pivot(&self) -> f64 {
        self.lower.diagonal().iter().copied().reduce(f64::min).unwrap_or(0.0)
    }

    /// `Lᵀ diag(w) L`, exactly symmetric: the matrix `A^{1/2} diag(w) A^{1/2}` in another orthonormal basis.
    ///
    /// Shapes: n -> n x n. Units: those of A and w. Cost: n³/3. Panics where sizes differ.
    /// Source: `L = A^{1/2} U` with U orthogonal, the polar decomposition.
    pub fn weighted_square(&self, weights: &[f64]) -> Matrix {
        let mut weighted = self.lower.clone();
        scale_rows(&mut weighted, weights);
        let mut out = zeros(weights.len(), weights.len());
        let (lower, upper) = (BlockStructure::TriangularLower, BlockStructure::TriangularUpper);
        let factors = (view(&self.lower).transpose(), view(&weighted));
        let into = view_mut(&mut out);
        triangular::matmul(into, lower, Accum::Replace, factors.0, upper, factors.1, lower, 1.0, Par::Seq);
        mirror_lower(&mut out);
        out
    }

    /// `L B`. Shapes: n x m -> n x m. Cost: n²m. Panics where sizes differ.
    pub fn times(&self, b: &Matrix) -> Matrix {
        let mut out = zeros(b.nrows(), b.ncols());
        let (lower, full) = (BlockStructure::TriangularLower, BlockStructure::Rectangular);
        let (left, right, into) = (view(&self.lower), view(b), view_mut(&mut out));
        triangular::matmul(into, full, Accum::Replace, left, lower, right, full, 1.0, Par::Seq);
        out
    }

    /// Solves `Lᵀ X = B`. Shapes: n x m -> n x m. Cost: n²m. Panics where sizes differ.
    /// Source: as [`Cholesky::new`], section 3.1.
    pub fn solve_transposed(&self, mut b: Matrix) -> Matrix {
        solve_upper_triangular_in_place(view(&self.lower).transpose(), view_mut(&mut b), Par::Seq);
        b
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::linalg::{gram, product, product_tn};
    use crate::math::random::Stream;

    #[test]
    fn factor_products_and_solutions_are_those_of_the_triangle() {
        for n in [1, 2, 33, 150] {
            let stream = Stream::new(3, "test-cholesky", n as u64);
            let a = gram(&stream.normal_columns(n, 0, n + 4));
            let factor = Cholesky::new(&a, 0.5).unwrap();
            let l = &factor.lower;
            assert!((0..n).all(|j| (0..j).all(|i| l[(i, j)] == 0.0)));
            let shifted = &a + 0.5 * Matrix::identity(n, n);
            assert!((l * l.transpose() - shifted).amax() < 1e-11);
            let weights: Vec<f64> = (0..n).map(|i| if i % 3 == 0 { -1.5 } else { 1.0 }).collect();
            let mut weighted = l.clone();
            scale_rows(&mut weighted, &weights);
            let square = factor.weighted_square(&weights);
            assert!((&square - product_tn(l, &weighted)).amax() < 1e-11 && square == square.transpose());
            assert_eq!(factor.smallest_pivot(), l.diagonal().min());
            let b = stream.normal_columns(n, 1000, 5);
            assert!((factor.times(&b) - product(l, &b)).amax() < 1e-12);
            let x = factor.solve_transposed(b.clone());
            assert!((product_tn(l, &x) - b).amax() < 1e-10);
        }
    }

    #[test]
    fn existence_is_a_bound_on_the_eigenvalues() {
        let q = crate::math::linalg::orthonormal_basis(&Stream::new(3, "test-cholesky", 0).normal_columns(40, 0, 40));
        let mut scaled = q.clone();
        scaled.column_iter_mut().enumerate().for_each(|(i, mut c)| c *= 1e-3 + i as f64);
        let a = scaled * q.transpose();
        assert!(Cholesky::new(&a, -0.999e-3).is_ok() && Cholesky::new(&a, -1.001e-3).is_err());
        assert!(Cholesky::new(&Matrix::zeros(2, 3), 0.0).is_err());
        assert!(Cholesky::new(&Matrix::from_element(2, 2, f64::NAN), 0.0).is_err());
    }
}
