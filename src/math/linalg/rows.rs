//! Rows of numbers that are read a block at a time.

use super::tridiagonal::Tridiagonal;
use super::{Matrix, Product, SingleMatrix, product, product_single, product_tn};
use nalgebra::DMatrix;
use std::ops::Range;

/// Samples as rows, in whatever form they are kept: a block of them is expanded when it is needed.
pub trait Rows {
    /// Number of rows. Shapes: -> n.
    fn count(&self) -> usize;
    /// Numbers in each row. Shapes: -> d.
    fn width(&self) -> usize;
    /// Some rows. Shapes: a range of m -> m x d. Cost: md.
    fn block(&self, rows: Range<usize>) -> Matrix;
    /// Some rows in single precision. Shapes: a range of m -> m x d. Cost: md.
    fn block_single(&self, rows: Range<usize>) -> SingleMatrix;
}

impl Rows for Matrix {
    fn count(&self) -> usize {
        self.nrows()
    }

    fn width(&self) -> usize {
        self.ncols()
    }

    fn block(&self, rows: Range<usize>) -> Matrix {
        self.rows(rows.start, rows.len()).into_owned()
    }

    fn block_single(&self, rows: Range<usize>) -> SingleMatrix {
        self.rows(rows.start, rows.len()).map(f32::of)
    }
}

/// Rows expanded at a time, so that no second copy of a tall matrix exists. Units: rows.
pub const ROWS_AT_ONCE: usize = 2048;

/// The ranges of rows that are expanded at a time, in order. Shapes: n -> consecutive ranges that cover `0..n`.
pub fn row_blocks(count: usize) -> impl Iterator<Item = Range<usize>> {
    (0..count).step_by(ROWS_AT_ONCE).map(move |start| start..(start + ROWS_AT_ONCE).min(count))
}

/// `H B`, a block of rows at a time. Shapes: (n x d), (d x m) -> n x m. Cost: 2ndm. Panics where the inner sizes differ.
pub fn rows_product(h: &dyn Rows, b: &Matrix) -> Matrix {
    let mut out = Matrix::zeros(h.count(), b.ncols());
    for range in row_blocks(h.count()) {
        out.rows_mut(range.start, range.len()).copy_from(&product(&h.block(range), b));
    }
    out
}

/// [`rows_product`] in single precision. Shapes, cost, panics: as there.
pub fn rows_product_single(h: &dyn Rows, b: &SingleMatrix) -> SingleMatrix {
    let mut out = SingleMatrix::zeros(h.count(), b.ncols());
    for range in row_blocks(h.count()) {
        out.rows_mut(range.start, range.len()).copy_from(&product_single(&h.block_single(range), b));
    }
    out
}

/// `Hᵀ B`, a block of rows at a time. Shapes: (n x d), (n x m) -> d x m. Cost: 2ndm. Panics where the inner sizes differ.
pub fn rows_product_tn(h: &dyn Rows, b: &Matrix) -> Matrix {
    let mut out = Matrix::zeros(h.width(), b.ncols());
    for range in row_blocks(h.count()) {
        let part = b.rows(range.start, range.len()).into_owned();
        out += product_tn(&h.block(range), &part);
    }
    out
}

/// The two precisions that rows are read and decomposed in.
pub trait Real: Product {
    /// Whether numbers of this precision are rounded ones.
    const ROUNDED: bool;
    /// Some rows. Shapes: a range of m -> m x d. Cost: md.
    fn block(rows: &dyn Rows, range: Range<usize>) -> DMatrix<Self>;
    /// All eigenpairs of a symmetric matrix, ascending, computed in this precision. Only the lower triangle is read.
    ///
    /// Shapes: n x n -> n values, n x n vectors. Units: the values have that of A. Cost: about 10 n³.
    /// Source: as [`super::sym_eigen`].
    ///
    /// # Errors
    /// Those of [`super::sym_eigen`].
    fn eigen(a: Matrix) -> Result<(Vec<f64>, DMatrix<Self>), crate::math::MathError>;
}

impl Real for f64 {
    const ROUNDED: bool = false;

    fn block(rows: &dyn Rows, range: Range<usize>) -> Matrix {
        rows.block(range)
    }

    fn eigen(a: Matrix) -> Result<(Vec<f64>, Matrix), crate::math::MathError> {
        let found = super::sym_eigen(&a)?;
        Ok((found.values, found.vectors))
    }
}

impl Real for f32 {
    const ROUNDED: bool = true;

    fn block(rows: &dyn Rows, range: Range<usize>) -> SingleMatrix {
        rows.block_single(range)
    }

    fn eigen(a: Matrix) -> Result<(Vec<f64>, SingleMatrix), crate::math::MathError> {
        let rounded = super::single(&a);
        drop(a);
        let (values, vectors) = Tridiagonal::reduce(rounded)?.eigenpairs(|values| (0..values.len()).collect())?;
        Ok((values.into_iter().map(f64::from).collect(), vectors))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::Stream;

    #[test]
    fn products_of_blocks_are_the_product() {
        let stream = Stream::new(1, "test-rows", 0);
        let (h, b) = (stream.normal_columns(ROWS_AT_ONCE + 7, 0, 3), stream.normal_columns(3, 9, 2));
        assert!((rows_product(&h, &b) - product(&h, &b)).amax() < 1e-14);
        let single = rows_product_single(&h, &crate::math::linalg::single(&b));
        assert!((crate::math::linalg::double(&single) - product(&h, &b)).amax() < 1e-5);
        assert!((rows_product_tn(&h, &h) - product_tn(&h, &h)).amax() < 1e-10);
        assert_eq!(row_blocks(h.nrows()).collect::<Vec<_>>(), [0..ROWS_AT_ONCE, ROWS_AT_ONCE..ROWS_AT_ONCE + 7]);
        assert_eq!(row_blocks(0).count(), 0);
    }

    #[test]
    fn single_eigenpairs_are_double_ones_to_seven_digits() {
        let a = crate::math::linalg::gram(&Stream::new(1, "test-rows", 0).normal_columns(60, 0, 80));
        let (values, vectors) = f32::eigen(a.clone()).unwrap();
        let (exact, _) = f64::eigen(a.clone()).unwrap();
        let largest = exact[59];
        let distance = values.iter().zip(&exact).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(distance < 2e-5 * largest, "{distance} of {largest}");
        let vectors = vectors.map(f64::from);
        assert!((vectors.tr_mul(&vectors) - Matrix::identity(60, 60)).amax() < 1e-5);
        let residual = &a * &vectors - &vectors * Matrix::from_diagonal(&values.into());
        assert!(residual.amax() < 1e-5 * largest);
        assert!(f32::eigen(Matrix::from_element(2, 2, 1e300)).is_err(), "no number of 32 bits");
    }
}
