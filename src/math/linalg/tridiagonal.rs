//! A symmetric matrix in tridiagonal form, for systems at many shifts and for its eigenpairs.

use super::MatrixOf;
use super::reduction::{Reduced, reduce, view};
use super::symmetric_vector::Lanes;
use crate::math::error::{MathError, check_size};
use faer::diag::{DiagMut, DiagRef};
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd_scratch, tridiagonal_self_adjoint_evd};
use faer::linalg::householder as reflectors;
use faer::{Conj, MatMut, Par};

/// `A = Q T Qᵀ` with Q orthogonal, kept as reflections, and T tridiagonal: a third of the work of all eigenpairs, after
/// which `(A + λ)^{-1}` costs n for each λ.
#[derive(Debug, Clone)]
pub struct Tridiagonal<T = f64>(Reduced<T>);

#[expect(private_bounds, reason = "the bound is sealed: single or double precision")]
impl<T: Lanes> Tridiagonal<T> {
    /// Reduces a symmetric matrix. Only the lower triangle is read.
    ///
    /// Shapes: n x n. Cost: 4/3 n³. Source: Golub and Van Loan, *Matrix Computations* (2013), section 8.3.1.
    ///
    /// # Errors
    /// [`MathError::NonFinite`], [`MathError::Shape`] where it is not square.
    pub fn reduce(a: MatrixOf<T>) -> Result<Self, MathError> {
        check_size("columns of a symmetric matrix", a.ncols(), a.nrows())?;
        let finite = a.iter().all(|v| v.to_f64().is_finite());
        finite.then_some(()).ok_or(MathError::NonFinite { what: "a symmetric matrix" })?;
        Ok(Self(reduce(a)))
    }

    /// Number of rows. Shapes: -> n.
    pub fn size(&self) -> usize {
        self.0.diagonal.len()
    }

    /// `Qᵀ B` in the place of B. Shapes: n x m. Cost: 2n²m. Panics where B has other than n rows.
    pub fn onto_basis(&self, b: &mut MatrixOf<T>) {
        self.reflect(b, true);
    }

    /// `Q B` in the place of B. Shapes: n x m. Cost: 2n²m. Panics where B has other than n rows.
    pub fn off_basis(&self, b: &mut MatrixOf<T>) {
        self.reflect(b, false);
    }

    fn reflect(&self, b: &mut MatrixOf<T>, transposed: bool) {
        let (n, m) = (self.size(), b.ncols());
        assert_eq!(b.nrows(), n);
        if n < 2 || m == 0 {
            return;
        }
        let basis = view(&self.0.reflections).submatrix(1, 0, n - 1, n - 1);
        let coefficients = view(&self.0.coefficients);
        let block = coefficients.nrows();
        let needed = if transposed {
            reflectors::apply_block_householder_sequence_transpose_on_the_left_in_place_scratch::<T>(n - 1, block, m)
        } else {
            reflectors::apply_block_householder_sequence_on_the_left_in_place_scratch::<T>(n - 1, block, m)
        };
        let mut buffer = MemBuffer::new(needed);
        let stack = MemStack::new(&mut buffer);
        let rows = MatMut::from_column_major_slice_mut(b.as_mut_slice(), n, m).subrows_mut(1, n - 1);
        let apply = if transposed {
            reflectors::apply_block_householder_sequence_transpose_on_the_left_in_place_with_conj
        } else {
            reflectors::apply_block_householder_sequence_on_the_left_in_place_with_conj
        };
        apply(basis, coefficients, Conj::No, rows, Par::Seq, stack);
    }

    /// All eigenvalues, ascending. Shapes: -> n. Units: that of A. Cost: of the order of n².
    ///
    /// # Errors
    /// [`MathError::NoConvergence`].
    pub fn eigenvalues(&self) -> Result<Vec<T>, MathError> {
        self.solve_form(None)
    }

    /// Those eigenpairs of A that `choose` picks by their places among all eigenvalues, ascending; in its order.
    ///
    /// Shapes: -> m values, n x m vectors. Units: the values have that of A. Cost: at most 8/3 n³ for the form, 2n²m.
    /// Source: Gu and Eisenstat, SIAM J. Matrix Anal. 16 (1995) 172.
    ///
    /// # Errors
    /// [`MathError::NoConvergence`].
    pub fn eigenpairs(&self, choose: impl FnOnce(&[T]) -> Vec<usize>) -> Result<(Vec<T>, MatrixOf<T>), MathError> {
        let n = self.size();
        let mut all = MatrixOf::from_element(n, n, T::default());
        let values = self.solve_form(Some(&mut all))?;
        let chosen = choose(&values);
        let unmoved = chosen.len() == n && chosen.iter().enumerate().all(|(place, &from)| place == from);
        let mut vectors = if unmoved { all } else { all.select_columns(&chosen) };
        self.off_basis(&mut vectors);
        Ok((chosen.iter().map(|&i| values[i]).collect(), vectors))
    }

    fn solve_form(&self, vectors: Option<&mut MatrixOf<T>>) -> Result<Vec<T>, MathError> {
        let n = self.size();
        let mut values = vec![T::default(); n];
        if n == 0 {
            return Ok(values);
        }
        let wanted = if vectors.is_some() { ComputeEigenvectors::Yes } else { ComputeEigenvectors::No };
        let mut buffer = MemBuffer::new(self_adjoint_evd_scratch::<T>(n, wanted, Par::Seq, Default::default()));
        let [diagonal, beside] = [&self.0.diagonal, &self.0.beside].map(|v| DiagRef::from_slice(v));
        let onto = DiagMut::from_slice_mut(&mut values);
        let vectors = vectors.map(|v| MatMut::from_column_major_slice_mut(v.as_mut_slice(), n, n));
        let stack = MemStack::new(&mut buffer);
        tridiagonal_self_adjoint_evd(diagonal, beside, onto, vectors, Par::Seq, stack, Default::default())
            .map_err(|_| MathError::NoConvergence { what: "the symmetric eigensolver" })?;
        Ok(values)
    }
}

impl Tridiagonal {
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
            let mut pivot = self.0.diagonal[i] + shift;
            if i > 0 {
                let factor = self.0.beside[i - 1] / pivots[i - 1];
                pivot -= factor * self.0.beside[i - 1];
                x[i] -= factor * x[i - 1];
            }
            if pivot.is_nan() || pivot <= 0.0 {
                return Err(MathError::NotPositiveDefinite { index: i });
            }
            pivots[i] = pivot;
        }
        for i in (0..n).rev() {
            if i + 1 < n {
                x[i] -= self.0.beside[i] * x[i + 1];
            }
            x[i] /= pivots[i];
        }
        Ok(x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::linalg::{Matrix, cholesky_solve, gram};
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
            let mut t = Matrix::from_diagonal(&form.0.diagonal.clone().into());
            (0..n - 1).for_each(|i| (t[(i + 1, i)], t[(i, i + 1)]) = (form.0.beside[i], form.0.beside[i]));
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
