//! Products of parts of larger arrays, in single or double precision, without a copy.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};

/// A block of a column-major matrix in borrowed memory, possibly read as its transpose.
#[derive(Debug, Clone, Copy)]
pub struct Block<'a, T> {
    values: &'a [T],
    rows: usize,
    columns: usize,
    stride: usize,
    transposed: bool,
}

impl<'a, T> Block<'a, T> {
    /// Columns of `rows` numbers that begin `stride` numbers apart.
    /// Shapes: stride·(columns − 1) + rows -> rows x columns.
    pub fn new(values: &'a [T], (rows, columns): (usize, usize), stride: usize) -> Self {
        Self { values, rows, columns, stride, transposed: false }
    }

    /// Columns of `rows` numbers, one after the other. Shapes: rows·columns -> rows x columns.
    pub fn dense(values: &'a [T], rows: usize, columns: usize) -> Self {
        Self::new(values, (rows, columns), rows)
    }

    /// Rows and columns. Shapes: -> 2 numbers.
    pub fn shape(self) -> (usize, usize) {
        if self.transposed { (self.columns, self.rows) } else { (self.rows, self.columns) }
    }

    /// The transpose, not copied. Shapes: rows x columns -> columns x rows.
    pub fn transposed(self) -> Self {
        Self { transposed: !self.transposed, ..self }
    }
}

/// A block of a column-major matrix that is written to.
#[derive(Debug)]
pub struct BlockMut<'a, T> {
    values: &'a mut [T],
    rows: usize,
    columns: usize,
    stride: usize,
}

impl<'a, T> BlockMut<'a, T> {
    /// Columns of `rows` numbers that begin `stride` numbers apart.
    /// Shapes: stride·(columns − 1) + rows -> rows x columns.
    pub fn new(values: &'a mut [T], (rows, columns): (usize, usize), stride: usize) -> Self {
        Self { values, rows, columns, stride }
    }

    /// Columns of `rows` numbers, one after the other. Shapes: rows·columns -> rows x columns.
    pub fn dense(values: &'a mut [T], rows: usize, columns: usize) -> Self {
        Self::new(values, (rows, columns), rows)
    }
}

/// What becomes of the numbers that a product is written over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Onto {
    /// They are replaced.
    Replace,
    /// The product is added to them.
    Add,
}

/// The precisions that products on borrowed memory exist in: `f64`, and `f32` for training networks and wide lifts.
pub trait Product: sealed::Sealed + nalgebra::Scalar + Copy + Default {
    /// The nearest number. Shapes: one number. Units: those of x.
    fn of(x: f64) -> Self;
    /// The same number, exactly. Shapes: one number. Units: those of x.
    fn to_f64(self) -> f64;

    /// `out = c A B` or `out += c A B`, sequential, nothing allocated but the kernel's packing space.
    ///
    /// Shapes: (m x k), (k x n) -> m x n. Cost: 2mkn. Panics where sizes differ.
    fn multiply(out: BlockMut<'_, Self>, onto: Onto, factor: Self, factors: (Block<'_, Self>, Block<'_, Self>));
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

impl Product for f32 {
    #[expect(clippy::cast_possible_truncation, reason = "rounding to single precision is what is asked for")]
    fn of(x: f64) -> Self {
        x as Self
    }

    fn to_f64(self) -> f64 {
        f64::from(self)
    }

    fn multiply(out: BlockMut<'_, Self>, onto: Onto, factor: Self, factors: (Block<'_, Self>, Block<'_, Self>)) {
        multiply_blocks(out, onto, factor, factors);
    }
}

impl Product for f64 {
    fn of(x: f64) -> Self {
        x
    }

    fn to_f64(self) -> f64 {
        self
    }

    fn multiply(out: BlockMut<'_, Self>, onto: Onto, factor: Self, factors: (Block<'_, Self>, Block<'_, Self>)) {
        multiply_blocks(out, onto, factor, factors);
    }
}

pub(super) fn multiply_blocks<T: faer::traits::ComplexField>(
    out: BlockMut<'_, T>,
    onto: Onto,
    factor: T,
    (left, right): (Block<'_, T>, Block<'_, T>),
) {
    let onto = if onto == Onto::Add { Accum::Add } else { Accum::Replace };
    let out = MatMut::from_column_major_slice_with_stride_mut(out.values, out.rows, out.columns, out.stride);
    matmul(out, onto, block_view(left), block_view(right), factor, Par::Seq);
}

pub(super) fn block_view<T>(block: Block<'_, T>) -> MatRef<'_, T> {
    let Block { values, rows, columns, stride, transposed } = block;
    let view = MatRef::from_column_major_slice_with_stride(values, rows, columns, stride);
    if transposed { view.transpose() } else { view }
}
