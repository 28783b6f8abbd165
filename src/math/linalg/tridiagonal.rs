//! A symmetric matrix in tridiagonal form, for its eigenpairs. Systems at many shifts have `band`.

use super::MatrixOf;
use super::reduction::{Reduced, reduce, reflect, view};
use super::symmetric_vector::Solved;
use crate::math::error::{MathError, check_size};
use faer::diag::{DiagMut, DiagRef};
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd_scratch, tridiagonal_self_adjoint_evd};
use faer::{MatMut, Par};

/// `A = Q T Qᵀ` with Q orthogonal, kept as reflections, and T tridiagonal.
#[derive(Debug, Clone)]
pub(super) struct Tridiagonal<T>(Reduced<T>);

impl<T: Solved> Tridiagonal<T> {
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

    fn size(&self) -> usize {
        self.0.diagonal.len()
    }

    // `Q B` in the place of B, n x m
    fn off_basis(&self, b: &mut MatrixOf<T>) {
        let (n, m) = (self.size(), b.ncols());
        if n < 2 || m == 0 {
            return;
        }
        let basis = view(&self.0.reflections).submatrix(1, 0, n - 1, n - 1);
        let rows = MatMut::from_column_major_slice_mut(b.as_mut_slice(), n, m).subrows_mut(1, n - 1);
        reflect((basis, view(&self.0.coefficients)), false, rows);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::linalg::{Matrix, gram};
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
        }
    }

    #[test]
    fn refuses_what_is_not_square_or_not_a_number() {
        assert!(Tridiagonal::reduce(Matrix::zeros(2, 3)).is_err());
        assert!(Tridiagonal::reduce(Matrix::from_element(2, 2, f64::NAN)).is_err());
        let empty = Tridiagonal::reduce(Matrix::zeros(0, 0)).unwrap();
        assert!(empty.eigenvalues().is_ok_and(|values| values.is_empty()));
    }

    // Columns that are zero below the diagonal have a reflection that does nothing.
    #[test]
    fn chosen_pairs_are_those_of_the_matrix_in_the_order_asked_for() {
        for a in [positive(90), Matrix::from_diagonal(&nalgebra::DVector::from_fn(70, |i, _| (i % 7) as f64))] {
            let form = Tridiagonal::reduce(a.clone()).unwrap();
            let all = form.eigenvalues().unwrap();
            let (values, vectors) = form.eigenpairs(|v| vec![v.len() - 1, 0, 3]).unwrap();
            assert!([all.len() - 1, 0, 3].iter().zip(&values).all(|(&i, v)| (all[i] - v).abs() < 1e-11 * a.amax()));
            let scaled = Matrix::from_fn(a.nrows(), 3, |i, j| vectors[(i, j)] * values[j]);
            assert!((&a * &vectors - scaled).amax() < 1e-12 * a.amax());
            assert!((vectors.tr_mul(&vectors) - Matrix::identity(3, 3)).amax() < 1e-13);
        }
    }
}
