//! Eigenproblems, Cholesky and QR factors of dense matrices, each on one thread.

use super::matrix::{Matrix, view, view_mut};
use super::tridiagonal::Tridiagonal;
use crate::math::error::{MathError, check_finite, check_size};
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt;
use faer::linalg::householder as reflectors;
use faer::linalg::qr::no_pivoting::factor as qr;
use faer::{Conj, Par};

/// Eigenvalues and the eigenvectors in the columns beside them.
#[derive(Debug, Clone, PartialEq)]
pub struct Eigen {
    /// Eigenvalues; the order is stated by the function that returns them.
    pub values: Vec<f64>,
    /// Orthonormal eigenvectors, one column for each value.
    pub vectors: Matrix,
}

/// All eigenpairs of a symmetric matrix, `A V = V diag(λ)`, ascending. Only the lower triangle is read.
///
/// Shapes: n x n -> n values, n x n vectors. Units: the values have that of A. Cost: about 10 n³.
/// Source: Golub and Van Loan, *Matrix Computations* (2013), chapter 8.
///
/// # Errors
/// [`MathError::NonFinite`] for NaN or infinity in the input, [`MathError::Shape`] where it is not square,
/// [`MathError::NoConvergence`] from the tridiagonal iteration.
pub fn sym_eigen(a: &Matrix) -> Result<Eigen, MathError> {
    let (values, vectors) = Tridiagonal::reduce(a.clone())?.eigenpairs(|values| (0..values.len()).collect())?;
    Ok(Eigen { values, vectors })
}

/// All eigenvalues of a symmetric matrix, ascending. Only the lower triangle is read.
///
/// Shapes: n x n -> n. Units: that of A. Cost: about 4/3 n³. Source: as [`sym_eigen`].
///
/// # Errors
/// Those of [`sym_eigen`].
pub fn sym_eigenvalues(a: &Matrix) -> Result<Vec<f64>, MathError> {
    Tridiagonal::reduce(a.clone())?.eigenvalues()
}

/// Solves `A X = B` for a symmetric positive definite `A` by Cholesky, `A = L Lᵀ`. Only the lower triangle of `A` is
/// read.
///
/// Shapes: (n x n), (n x m) -> n x m. Cost: n³/3 + 2n²m.
/// Source: Golub and Van Loan, *Matrix Computations* (2013), section 4.2.
///
/// # Errors
/// [`MathError::NotPositiveDefinite`], [`MathError::NonFinite`], [`MathError::Shape`].
pub fn cholesky_solve(a: &Matrix, b: &Matrix) -> Result<Matrix, MathError> {
    check_size("columns of a symmetric matrix", a.ncols(), a.nrows())?;
    check_size("rows of the right-hand side", b.nrows(), a.nrows())?;
    check_finite("a symmetric matrix", a.as_slice())?;
    let mut factor = a.clone();
    let scratch = llt::factor::cholesky_in_place_scratch::<f64>(a.nrows(), Par::Seq, Default::default());
    let mut buffer = MemBuffer::new(scratch);
    let stack = MemStack::new(&mut buffer);
    llt::factor::cholesky_in_place(view_mut(&mut factor), Default::default(), Par::Seq, stack, Default::default())
        .map_err(|llt::factor::LltError::NonPositivePivot { index }| MathError::NotPositiveDefinite { index })?;
    let mut solution = b.clone();
    llt::solve::solve_in_place(view(&factor), view_mut(&mut solution), Par::Seq, stack);
    Ok(solution)
}

/// An orthonormal basis of the column space: the thin `Q` of `A = QR`, by Householder reflections.
///
/// Shapes: n x b, b <= n -> n x b; the columns are orthonormal even where `A` has a lower rank. Cost: 4nb².
/// Source: Golub and Van Loan, *Matrix Computations* (2013), section 5.2.
pub fn orthonormal_basis(a: &Matrix) -> Matrix {
    let (rows, cols) = (a.nrows(), a.ncols().min(a.nrows()));
    let block = qr::recommended_block_size::<f64>(rows, a.ncols());
    let mut basis = a.clone();
    let mut coefficients = Matrix::zeros(block, cols);
    let mut buffer =
        MemBuffer::new(qr::qr_in_place_scratch::<f64>(rows, a.ncols(), block, Par::Seq, Default::default()));
    let stack = MemStack::new(&mut buffer);
    qr::qr_in_place(view_mut(&mut basis), view_mut(&mut coefficients), Par::Seq, stack, Default::default());
    apply_reflectors(&basis, &coefficients)
}

pub(super) fn apply_reflectors(basis: &Matrix, coefficients: &Matrix) -> Matrix {
    let (rows, cols) = (basis.nrows(), coefficients.ncols());
    let mut q = Matrix::identity(rows, cols);
    let mut buffer = MemBuffer::new(reflectors::apply_block_householder_sequence_on_the_left_in_place_scratch::<f64>(
        rows,
        coefficients.nrows(),
        cols,
    ));
    reflectors::apply_block_householder_sequence_on_the_left_in_place_with_conj(
        view(basis).subcols(0, cols),
        view(coefficients),
        Conj::No,
        view_mut(&mut q),
        Par::Seq,
        MemStack::new(&mut buffer),
    );
    q
}

/// The sign that makes the entry of largest magnitude of each column positive; ties go to the first index.
///
/// Eigenvectors are defined up to a sign, and what a solver returns there is an accident: without this, a result at a
/// fixed seed would differ between solvers.
/// Shapes: n x k -> k signs, ±1. Cost: nk.
/// Source: ours; the reference implementation leaves signs to the solver.
pub fn canonical_signs(a: &Matrix) -> Vec<f64> {
    a.column_iter()
        .map(|column| {
            let largest = column.iter().fold(0.0_f64, |best, &x| if x.abs() > best.abs() { x } else { best });
            if largest < 0.0 { -1.0 } else { 1.0 }
        })
        .collect()
}
