//! A symmetric matrix in tridiagonal form, for systems at many shifts.

use super::matrix::{Matrix, view, view_mut};
use crate::math::error::{MathError, check_finite, check_size};
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::tridiag::{tridiag_in_place, tridiag_in_place_scratch};
use faer::linalg::householder as reflectors;
use faer::linalg::qr::no_pivoting::factor::recommended_block_size;
use faer::{Conj, Par};

/// `A = Q T Qᵀ` with Q orthogonal, kept as reflections, and T tridiagonal: a third of the work of all eigenpairs, after
/// which `(A + λ)^{-1}` costs n for each λ.
#[derive(Debug, Clone)]
pub struct Tridiagonal {
    // below the diagonal the reflections
    reflections: Matrix,
    coefficients: Matrix,
    diagonal: Vec<f64>,
    beside: Vec<f64>,
}

impl Tridiagonal {
    /// Reduces a symmetric matrix. Only the lower triangle is read.
    ///
    /// Shapes: n x n. Cost: 4/3 n³. Source: Golub and Van Loan, *Matrix Computations* (2013), section 8.3.1.
    ///
    /// # Errors
    /// [`MathError::NonFinite`], [`MathError::Shape`] where it is not square.
    pub fn reduce(mut a: Matrix) -> Result<Self, MathError> {
        let n = a.nrows();
        check_size("columns of a symmetric matrix", a.ncols(), n)?;
        check_finite("a symmetric matrix", a.as_slice())?;
        let mut coefficients = Matrix::zeros(recommended_block_size::<f64>(n, n), n.saturating_sub(1));
        let mut buffer = MemBuffer::new(tridiag_in_place_scratch::<f64>(n, Par::Seq, Default::default()));
        let (stack, onto) = (MemStack::new(&mut buffer), view_mut(&mut coefficients));
        tridiag_in_place(view_mut(&mut a), onto, Par::Seq, stack, Default::default());
        let diagonal = a.diagonal().as_slice().to_vec();
        let beside = (1..n).map(|i| a[(i, i - 1)]).collect();
        Ok(Self { reflections: a, coefficients, diagonal, beside })
    }

    /// Number of rows. Shapes: -> n.
    pub fn size(&self) -> usize {
        self.diagonal.len()
    }

    /// `Qᵀ B` in the place of B. Shapes: n x m. Cost: 2n²m. Panics where B has other than n rows.
    pub fn onto_basis(&self, b: &mut Matrix) {
        self.reflect(b, true);
    }

    /// `Q B` in the place of B. Shapes: n x m. Cost: 2n²m. Panics where B has other than n rows.
    pub fn off_basis(&self, b: &mut Matrix) {
        self.reflect(b, false);
    }

    fn reflect(&self, b: &mut Matrix, transposed: bool) {
        let (n, m) = (self.size(), b.ncols());
        assert_eq!(b.nrows(), n);
        if n < 2 {
            return;
        }
        let basis = view(&self.reflections).submatrix(1, 0, n - 1, n - 1);
        let coefficients = view(&self.coefficients);
        let block = self.coefficients.nrows();
        let needed = if transposed {
            reflectors::apply_block_householder_sequence_transpose_on_the_left_in_place_scratch::<f64>(n - 1, block, m)
        } else {
            reflectors::apply_block_householder_sequence_on_the_left_in_place_scratch::<f64>(n - 1, block, m)
        };
        let mut buffer = MemBuffer::new(needed);
        let (stack, rows) = (MemStack::new(&mut buffer), view_mut(b).subrows_mut(1, n - 1));
        if transposed {
            reflectors::apply_block_householder_sequence_transpose_on_the_left_in_place_with_conj(
                basis,
                coefficients,
                Conj::No,
                rows,
                Par::Seq,
                stack,
            );
        } else {
            reflectors::apply_block_householder_sequence_on_the_left_in_place_with_conj(
                basis,
                coefficients,
                Conj::No,
                rows,
                Par::Seq,
                stack,
            );
        }
    }

    /// Solves `(T + λ) x = b` for a positive definite `T + λ`, by `L D Lᵀ`.
    ///
    /// Shapes: n -> n. Units: of b over that of A. Cost: 5n. Source: Golub and Van Loan, section 4.3.6.
    ///
    /// # Errors
    /// [`MathError::NotPositiveDefinite`]; [`MathError::Shape`] where b has another length.
    pub fn solve(&self, shift: f64, b: &[f64]) -> Result<Vec<f64>, MathError> {
        let n = self.size();
        check_size("right-hand side", b.len(), n)?;
        let mut pivots = vec![0.0; n];
        let mut x = b.to_vec();
        for i in 0..n {
            let mut pivot = self.diagonal[i] + shift;
            if i > 0 {
                let factor = self.beside[i - 1] / pivots[i - 1];
                pivot -= factor * self.beside[i - 1];
                x[i] -= factor * x[i - 1];
            }
            if pivot.is_nan() || pivot <= 0.0 {
                return Err(MathError::NotPositiveDefinite { index: i });
            }
            pivots[i] = pivot;
        }
        for i in (0..n).rev() {
            if i + 1 < n {
                x[i] -= self.beside[i] * x[i + 1];
            }
            x[i] /= pivots[i];
        }
        Ok(x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::linalg::{cholesky_solve, gram};
    use crate::math::random::Stream;

    fn positive(n: usize) -> Matrix {
        gram(&Stream::new(5, "test-tridiagonal", 0).normal_columns(n, 0, n + 3))
    }

    #[test]
    fn basis_is_orthogonal_and_gives_the_matrix_back() {
        for n in [1, 2, 3, 40, 130] {
            let a = positive(n);
            let form = Tridiagonal::reduce(a.clone()).unwrap();
            let mut q = Matrix::identity(n, n);
            form.off_basis(&mut q);
            assert!((q.tr_mul(&q) - Matrix::identity(n, n)).amax() < 1e-13);
            let mut t = Matrix::from_diagonal(&form.diagonal.clone().into());
            (0..n - 1).for_each(|i| (t[(i + 1, i)], t[(i, i + 1)]) = (form.beside[i], form.beside[i]));
            assert!((&q * t * q.transpose() - &a).amax() < 1e-11 * a.amax().max(1.0));
            let mut back = q.clone();
            form.onto_basis(&mut back);
            assert!((back - Matrix::identity(n, n)).amax() < 1e-13);
        }
    }

    #[test]
    fn shifted_systems_are_those_of_cholesky() {
        let n = 60;
        let (a, b) = (positive(n), Stream::new(5, "test-tridiagonal", 1).normal_columns(n, 0, 1));
        let form = Tridiagonal::reduce(a.clone()).unwrap();
        let mut right = b.clone();
        form.onto_basis(&mut right);
        for shift in [1e-3, 1.0, 1e4] {
            let mut x = Matrix::from_vec(n, 1, form.solve(shift, right.as_slice()).unwrap());
            form.off_basis(&mut x);
            let mut shifted = a.clone();
            (0..n).for_each(|i| shifted[(i, i)] += shift);
            let exact = cholesky_solve(&shifted, &b).unwrap();
            assert!((x - &exact).amax() < 1e-10 * exact.amax(), "{shift}");
        }
    }

    #[test]
    fn refuses_what_is_not_positive_or_not_a_number() {
        let form = Tridiagonal::reduce(-positive(5)).unwrap();
        assert!(matches!(form.solve(0.1, &[1.0; 5]), Err(MathError::NotPositiveDefinite { index: 0 })));
        assert!(form.solve(0.1, &[1.0; 4]).is_err() && form.solve(f64::NAN, &[1.0; 5]).is_err());
        assert!(Tridiagonal::reduce(Matrix::zeros(2, 3)).is_err());
        assert!(Tridiagonal::reduce(Matrix::from_element(2, 2, f64::NAN)).is_err());
        let empty = Tridiagonal::reduce(Matrix::zeros(0, 0)).unwrap();
        assert!(empty.solve(1.0, &[]).is_ok_and(|x| x.is_empty()));
    }
}
