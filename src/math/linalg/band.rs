//! A symmetric matrix in band form, for systems at many shifts.

use super::band_systems::{Column, InverseTrace, Solve, WIDTH};
use super::matrix::{Matrix, view, view_mut};
use super::reduction::reflect;
use crate::math::error::{MathError, check_finite, check_size};
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::matmul::matmul;
use faer::linalg::matmul::triangular::{self, BlockStructure as Part};
use faer::linalg::qr::no_pivoting::factor as qr;
use faer::linalg::triangular_solve::solve_lower_triangular_in_place;
use faer::{Accum, MatMut, MatRef, Par};
use pulp::Arch;

// Columns of the symmetric matrix that are multiplied at once, both below the diagonal and as their transpose.
const TILE: usize = 128;

/// `A = Q B Qᵀ` with Q orthogonal, kept as reflections, and B of 16 diagonals on either side of the main one: a fifth of
/// the work of all eigenpairs, in products of matrices, after which `(A + λ)^{-1}` costs 300 n for each λ.
#[derive(Debug, Clone)]
pub struct BandForm {
    // the band on and below the diagonal, below it the reflections
    reduced: Matrix,
    coefficients: Matrix,
}

impl BandForm {
    /// Reduces a symmetric matrix. Only the lower triangle is read.
    ///
    /// Formula: the columns of a panel below the band are `Q_k R`, `Q_k = 1 − V S Vᵀ`; the rest becomes
    /// `Q_kᵀ A Q_k = A − X Vᵀ − V Xᵀ`, `X = W − V Sᵀ Vᵀ W/2`, `W = A V S`.
    /// Shapes: n x n. Cost: 4/3 n³.
    /// Source: Bischof, Lang and Sun, ACM TOMS 26 (2000) 581, doi:10.1145/365723.365735.
    ///
    /// # Errors
    /// [`MathError::NonFinite`], [`MathError::Shape`] where it is not square.
    pub fn reduce(mut a: Matrix) -> Result<Self, MathError> {
        let n = a.nrows();
        check_size("columns of a symmetric matrix", a.ncols(), n)?;
        check_finite("a symmetric matrix", a.as_slice())?;
        let turned = n.saturating_sub(WIDTH);
        let mut coefficients = Matrix::zeros(WIDTH, turned);
        let mut panels = Panels::new(n);
        for first in (0..turned).step_by(WIDTH) {
            panels.reduce(view_mut(&mut a), view_mut(&mut coefficients), first);
        }
        Ok(Self { reduced: a, coefficients })
    }

    /// Number of rows. Shapes: -> n.
    pub fn size(&self) -> usize {
        self.reduced.nrows()
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
        let (n, turned) = (self.size(), self.coefficients.ncols());
        assert_eq!(b.nrows(), n);
        if turned == 0 {
            return;
        }
        let basis = view(&self.reduced).submatrix(WIDTH, 0, turned, turned);
        let rows = view_mut(b).subrows_mut(WIDTH, turned);
        reflect((basis, view(&self.coefficients)), transposed, rows);
    }

    /// Solves `(B + λ) x = b` for a positive definite `B + λ`, by `L D Lᵀ` within the band.
    ///
    /// Shapes: n -> n. Units: of b over that of A. Cost: 300 n. Source: Golub and Van Loan, *Matrix Computations* (2013),
    /// section 4.3.5.
    ///
    /// # Errors
    /// [`MathError::NotPositiveDefinite`]; [`MathError::Shape`] where b has another length.
    pub fn solve(&self, shift: f64, b: &[f64]) -> Result<Vec<f64>, MathError> {
        check_size("right-hand side", b.len(), self.size())?;
        Arch::new().dispatch(Solve { columns: self.shifted(shift), x: b.to_vec() })
    }

    /// The trace of `(A + λ)^{-1}`, which is that of `(B + λ)^{-1}`, for a positive definite `B + λ`.
    ///
    /// Formula: with `B + λ = L D Lᵀ`, the inverse Z within the band, from its last column to its first, by
    /// `Z = D^{-1} L^{-1} + (1 − Lᵀ) Z`: `Z_{Kj} = −Z_{KK} L_{Kj}` for the rows K below j in the band, and
    /// `Z_jj = 1/D_j − L_{Kj}ᵀ Z_{Kj}`, of terms that are not negative, so that no digit cancels.
    /// Shapes: -> one number. Units: inverse of that of A. Cost: 900 n, in which no vector is computed.
    /// Source: Hutchinson and de Hoog, Numer. Math. 47 (1985) 99, doi:10.1007/BF01389878.
    ///
    /// # Errors
    /// [`MathError::NotPositiveDefinite`].
    pub fn inverse_trace(&self, shift: f64) -> Result<f64, MathError> {
        Arch::new().dispatch(InverseTrace { columns: self.shifted(shift) })
    }

    // The band below the diagonal, a column of WIDTH + 1 numbers for each.
    fn shifted(&self, shift: f64) -> Vec<Column> {
        let n = self.size();
        let column = |j: usize| {
            let mut column = [0.0; WIDTH + 1];
            let end = n.min(j + WIDTH + 1);
            column[..end - j].copy_from_slice(&self.reduced.as_slice()[j * n + j..j * n + end]);
            column[0] += shift;
            column
        };
        (0..n).map(column).collect()
    }
}

// Memory that all panels use.
struct Panels {
    // [V X] and [X V]
    pair: Matrix,
    flipped: Matrix,
    inner: Matrix,
    scratch: MemBuffer,
}

impl Panels {
    fn new(n: usize) -> Self {
        let needed = qr::qr_in_place_scratch::<f64>(n, WIDTH, WIDTH, Par::Seq, Default::default());
        Self {
            pair: Matrix::zeros(n, 2 * WIDTH),
            flipped: Matrix::zeros(n, 2 * WIDTH),
            inner: Matrix::zeros(WIDTH, WIDTH),
            scratch: MemBuffer::new(needed),
        }
    }

    // Takes the columns from `first` on below the band apart, and turns what is to the right of them.
    fn reduce(&mut self, a: MatMut<'_, f64>, coefficients: MatMut<'_, f64>, first: usize) {
        let (_, _, left, mut rest) = a.split_at_mut(first + WIDTH, first + WIDTH);
        let rows = rest.nrows();
        let width = WIDTH.min(rows);
        let mut panel = left.subcols_mut(first, WIDTH);
        let mut block = coefficients.submatrix_mut(0, first, width, width);
        let stack = MemStack::new(&mut self.scratch);
        qr::qr_in_place(panel.as_mut(), block.as_mut(), Par::Seq, stack, Default::default());
        let mut pair = view_mut(&mut self.pair).submatrix_mut(0, 0, rows, 2 * width);
        reflections_into(pair.as_mut().subcols_mut(0, width), panel.as_ref());
        let (v, mut x) = pair.as_mut().split_at_col_mut(width);
        let v = v.as_ref();
        symmetric_times(x.as_mut(), rest.as_ref(), v);
        // S is the inverse of the triangle that the factorisation leaves
        let triangle = block.as_ref().transpose();
        solve_lower_triangular_in_place(triangle, x.as_mut().transpose_mut(), Par::Seq);
        let mut inner = view_mut(&mut self.inner).submatrix_mut(0, 0, width, width);
        matmul(inner.as_mut(), Accum::Replace, v.transpose(), x.as_ref(), 1.0, Par::Seq);
        solve_lower_triangular_in_place(triangle, inner.as_mut(), Par::Seq);
        matmul(x.as_mut(), Accum::Add, v, inner.as_ref(), -0.5, Par::Seq);
        let mut flipped = view_mut(&mut self.flipped).submatrix_mut(0, 0, rows, 2 * width);
        flipped.as_mut().subcols_mut(0, width).copy_from(x.as_ref());
        flipped.as_mut().subcols_mut(width, width).copy_from(v);
        let (lower, full) = (Part::TriangularLower, Part::Rectangular);
        let (left, right) = (pair.as_ref(), flipped.as_ref().transpose());
        triangular::matmul(rest.as_mut(), lower, Accum::Add, left, full, right, full, -1.0, Par::Seq);
    }
}

// V of reflections: ones on the diagonal, what is stored below.
fn reflections_into(mut v: MatMut<'_, f64>, stored: MatRef<'_, f64>) {
    for j in 0..v.ncols() {
        for i in 0..v.nrows() {
            v[(i, j)] = if i < j { 0.0 } else { stored[(i, j)] };
        }
        v[(j, j)] = 1.0;
    }
}

// `W = A V`, of A the lower triangle: a tile of its columns is read once for what is below the diagonal and what is right
// of it.
fn symmetric_times(mut w: MatMut<'_, f64>, a: MatRef<'_, f64>, v: MatRef<'_, f64>) {
    let (n, full) = (a.nrows(), Part::Rectangular);
    w.fill(0.0);
    for first in (0..n).step_by(TILE) {
        let tile = TILE.min(n - first);
        let (next, rest) = (first + tile, n - first - tile);
        let (corner, below) = (a.submatrix(first, first, tile, tile), a.submatrix(next, first, rest, tile));
        let (here, there) = (v.subrows(first, tile), v.subrows(next, rest));
        let (lower, upper) = (Part::TriangularLower, Part::StrictTriangularUpper);
        let mut of_tile = w.as_mut().subrows_mut(first, tile);
        triangular::matmul(of_tile.as_mut(), full, Accum::Add, corner, lower, here, full, 1.0, Par::Seq);
        triangular::matmul(of_tile.as_mut(), full, Accum::Add, corner.transpose(), upper, here, full, 1.0, Par::Seq);
        matmul(of_tile.as_mut(), Accum::Add, below.transpose(), there, 1.0, Par::Seq);
        matmul(w.as_mut().subrows_mut(next, rest), Accum::Add, below, here, 1.0, Par::Seq);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::linalg::{cholesky_solve, gram};
    use crate::math::random::Stream;

    fn positive(n: usize) -> Matrix {
        gram(&Stream::new(5, "test-band", 0).normal_columns(n, 0, n + 3))
    }

    fn band(form: &BandForm) -> Matrix {
        let n = form.size();
        let entry = |i: usize, j: usize| if i.abs_diff(j) > WIDTH { 0.0 } else { form.reduced[(i.max(j), i.min(j))] };
        Matrix::from_fn(n, n, entry)
    }

    #[test]
    fn basis_is_orthogonal_and_gives_the_matrix_back() {
        for n in [1, 2, WIDTH, WIDTH + 1, WIDTH + 2, 2 * WIDTH, 40, 130, 300] {
            let a = positive(n);
            let form = BandForm::reduce(a.clone()).unwrap();
            let mut q = Matrix::identity(n, n);
            form.off_basis(&mut q);
            assert!((q.tr_mul(&q) - Matrix::identity(n, n)).amax() < 1e-13);
            assert!((&q * band(&form) * q.transpose() - &a).amax() < 1e-12 * a.amax().max(1.0), "{n}");
            let mut back = q.clone();
            form.onto_basis(&mut back);
            assert!((back - Matrix::identity(n, n)).amax() < 1e-13);
        }
    }

    #[test]
    fn only_the_lower_triangle_is_read() {
        let (a, n) = (positive(70), 70);
        let mut lower = a.clone();
        (0..n).for_each(|j| (0..j).for_each(|i| lower[(i, j)] = 7.0));
        let (whole, half) = (BandForm::reduce(a).unwrap(), BandForm::reduce(lower).unwrap());
        assert_eq!(band(&whole), band(&half));
    }

    #[test]
    fn shifted_systems_are_those_of_cholesky() {
        for n in [5, 60, 200] {
            let (a, b) = (positive(n), Stream::new(5, "test-band", 1).normal_columns(n, 0, 1));
            let form = BandForm::reduce(a.clone()).unwrap();
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
    }

    #[test]
    fn inverse_trace_is_that_of_the_dense_inverse() {
        for n in [1, 2, WIDTH, WIDTH + 1, 2 * WIDTH + 3, 60, 200] {
            let a = positive(n);
            let form = BandForm::reduce(a.clone()).unwrap();
            for shift in [1e-6, 1.0, 1e4] {
                let mut shifted = a.clone();
                (0..n).for_each(|i| shifted[(i, i)] += shift);
                let exact = cholesky_solve(&shifted, &Matrix::identity(n, n)).unwrap().trace();
                let found = form.inverse_trace(shift).unwrap();
                assert!((found / exact - 1.0).abs() < 1e-10, "{n}, {shift}: {found} against {exact}");
            }
        }
    }

    // Nineteen directions in twenty have eigenvalue 0: each adds 1/λ.
    #[test]
    fn inverse_trace_of_deficient_rank_is_the_number_of_null_directions() {
        let thin = Stream::new(5, "test-band", 2).normal_columns(5, 0, 100);
        let form = BandForm::reduce(thin.tr_mul(&thin)).unwrap();
        assert!((1e-6 * form.inverse_trace(1e-6).unwrap() - 95.0).abs() < 1e-6);
    }

    #[test]
    fn refuses_what_is_not_positive_or_not_a_number() {
        let form = BandForm::reduce(-positive(5)).unwrap();
        assert!(matches!(form.solve(0.1, &[1.0; 5]), Err(MathError::NotPositiveDefinite { index: 0 })));
        assert!(form.solve(0.1, &[1.0; 4]).is_err() && form.solve(f64::NAN, &[1.0; 5]).is_err());
        assert!(form.inverse_trace(0.1).is_err() && form.inverse_trace(f64::NAN).is_err());
        assert!(BandForm::reduce(Matrix::zeros(2, 3)).is_err());
        assert!(BandForm::reduce(Matrix::from_element(2, 2, f64::NAN)).is_err());
        let empty = BandForm::reduce(Matrix::zeros(0, 0)).unwrap();
        assert!(empty.solve(1.0, &[]).is_ok_and(|x| x.is_empty()) && empty.inverse_trace(1.0) == Ok(0.0));
    }
}
