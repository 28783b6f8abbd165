//! The matrix types, their views for faer, and what is done to one matrix in place.
//!
//! nalgebra is the type that the crate speaks; faer computes.

use faer::{MatMut, MatRef};

/// A dense real matrix, column-major.
pub type Matrix = nalgebra::DMatrix<f64>;

/// A dense real column vector.
pub type Vector = nalgebra::DVector<f64>;

/// A dense matrix in either precision, column-major.
pub type MatrixOf<T> = nalgebra::DMatrix<T>;

/// A dense matrix in single precision, for the largest products only: half the memory, twice the speed.
pub type SingleMatrix = nalgebra::DMatrix<f32>;

pub(super) fn view(a: &Matrix) -> MatRef<'_, f64> {
    MatRef::from_column_major_slice(a.as_slice(), a.nrows(), a.ncols())
}

pub(super) fn view_single(a: &SingleMatrix) -> MatRef<'_, f32> {
    MatRef::from_column_major_slice(a.as_slice(), a.nrows(), a.ncols())
}

pub(super) fn view_single_mut(a: &mut SingleMatrix) -> MatMut<'_, f32> {
    let (rows, cols) = a.shape();
    MatMut::from_column_major_slice_mut(a.as_mut_slice(), rows, cols)
}

pub(super) fn view_mut(a: &mut Matrix) -> MatMut<'_, f64> {
    let (rows, cols) = a.shape();
    MatMut::from_column_major_slice_mut(a.as_mut_slice(), rows, cols)
}

// Zeros in memory that the system hands out clean, where it does: no pass over it before it is written to.
pub(super) fn zeros<T: nalgebra::Scalar + Default>(rows: usize, columns: usize) -> MatrixOf<T> {
    MatrixOf::from_vec(rows, columns, vec![T::default(); rows * columns])
}

/// Gives a matrix another shape where it has it not yet; its numbers are those of before, or zeros.
/// Shapes: -> rows x columns.
pub fn ensure_shape(a: &mut Matrix, rows: usize, columns: usize) {
    if a.shape() != (rows, columns) {
        *a = Matrix::zeros(rows, columns);
    }
}

/// The same numbers in the same order in memory as a matrix of another shape, not copied.
///
/// Shapes: any -> rows x columns. Cost: none. Panics where there are more or fewer numbers.
pub fn reshaped(a: Matrix, rows: usize, columns: usize) -> Matrix {
    a.reshape_generic(nalgebra::Dyn(rows), nalgebra::Dyn(columns))
}

/// Rounds to single precision. Shapes: n x d -> n x d. Cost: nd.
pub fn single(a: &Matrix) -> SingleMatrix {
    a.map(|v| v as f32)
}

/// The same numbers in double precision. Shapes: n x d -> n x d. Cost: nd.
pub fn double(a: &SingleMatrix) -> Matrix {
    a.map(f64::from)
}

/// Copies the lower triangle over the upper one. Shapes: n x n, in place. Cost: n².
pub fn mirror_lower(a: &mut Matrix) {
    // tiles, so that both the rows read and the columns written stay in the cache
    const TILE: usize = 64;
    let n = a.nrows();
    for left in (0..n).step_by(TILE) {
        for top in (left..n).step_by(TILE) {
            for j in left..(left + TILE).min(n) {
                for i in top.max(j + 1)..(top + TILE).min(n) {
                    a[(j, i)] = a[(i, j)];
                }
            }
        }
    }
}

/// Replaces `A` by `(A + Aᵀ)/2`. Shapes: n x n, in place. Cost: n².
pub fn symmetrise(a: &mut Matrix) {
    for j in 0..a.ncols() {
        for i in j + 1..a.nrows() {
            let mean = 0.5 * (a[(i, j)] + a[(j, i)]);
            a[(i, j)] = mean;
            a[(j, i)] = mean;
        }
    }
}

/// Multiplies row `i` by `factors[i]`: `diag(f) A`. Shapes: n x d, n. Cost: nd. Panics where sizes differ.
pub fn scale_rows(a: &mut Matrix, factors: &[f64]) {
    assert_eq!(a.nrows(), factors.len());
    for mut column in a.column_iter_mut() {
        column.iter_mut().zip(factors).for_each(|(x, f)| *x *= f);
    }
}

/// Multiplies column `j` by `factors[j]`: `A diag(f)`. Shapes: n x d, d. Cost: nd. Panics where sizes differ.
pub fn scale_columns(a: &mut Matrix, factors: &[f64]) {
    assert_eq!(a.ncols(), factors.len());
    for (mut column, f) in a.column_iter_mut().zip(factors) {
        column.iter_mut().for_each(|x| *x *= f);
    }
}

/// Squared Euclidean norm of each row. Shapes: n x d -> n. Cost: nd.
pub fn row_square_norms(a: &Matrix) -> Vec<f64> {
    leading_square_norms(a, a.ncols())
}

/// The squared norm of each row in the first k columns. Shapes: n x d -> n. Cost: nk. Panics where there are fewer.
pub fn leading_square_norms(a: &Matrix, k: usize) -> Vec<f64> {
    let mut sums = vec![0.0; a.nrows()];
    for column in a.columns(0, k).column_iter() {
        sums.iter_mut().zip(column.iter()).for_each(|(s, x)| *s += x * x);
    }
    sums
}

/// The first `k` columns, copied. Shapes: n x d -> n x k. Cost: nk. Panics where there are fewer.
pub fn leading_columns(a: &Matrix, k: usize) -> Matrix {
    a.columns(0, k).into_owned()
}
