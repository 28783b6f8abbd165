//! Products of matrices.
//!
//! faer is generic and compiles its kernels into this crate, so each of them is instantiated once, here, for `f64`.
//! Every call is sequential ([`faer::Par::Seq`]): cells of a sweep run in parallel instead, and a result never depends
//! on the number of threads.

use super::blocks::Onto;
use super::matrix::{
    Matrix, SingleMatrix, ensure_shape, mirror_lower, view, view_mut, view_single, view_single_mut, zeros,
};
use faer::linalg::matmul::matmul;
use faer::linalg::matmul::triangular::{self, BlockStructure};
use faer::{Accum, MatRef, Par};

// The one instance of the general product.
pub(super) fn multiply(out: &mut Matrix, accumulate: Accum, left: MatRef<'_, f64>, right: MatRef<'_, f64>) {
    matmul(view_mut(out), accumulate, left, right, 1.0, Par::Seq);
}

// The one instance of the product whose result is known to be symmetric: half the work.
pub(super) fn multiply_lower(out: &mut Matrix, accumulate: Accum, left: MatRef<'_, f64>, right: MatRef<'_, f64>) {
    let (half, full) = (BlockStructure::TriangularLower, BlockStructure::Rectangular);
    triangular::matmul(view_mut(out), half, accumulate, left, full, right, full, 1.0, Par::Seq);
}

/// `A B`. Shapes: (m x k), (k x n) -> m x n. Cost: 2mkn. Panics where the inner sizes differ.
pub fn product(a: &Matrix, b: &Matrix) -> Matrix {
    let mut out = zeros(a.nrows(), b.ncols());
    multiply(&mut out, Accum::Replace, view(a), view(b));
    out
}

/// `out = A B` in the memory of `out`, which is only made anew where its shape differs.
/// Shapes and cost: those of [`product`].
pub fn product_into(out: &mut Matrix, a: &Matrix, b: &Matrix) {
    ensure_shape(out, a.nrows(), b.ncols());
    multiply(out, Accum::Replace, view(a), view(b));
}

/// `Aᵀ B`. Shapes: (k x m), (k x n) -> m x n. Cost: 2mkn. Panics where the inner sizes differ.
pub fn product_tn(a: &Matrix, b: &Matrix) -> Matrix {
    let mut out = zeros(a.ncols(), b.ncols());
    multiply(&mut out, Accum::Replace, view(a).transpose(), view(b));
    out
}

/// `A Bᵀ`. Shapes: (m x k), (n x k) -> m x n. Cost: 2mkn. Panics where the inner sizes differ.
pub fn product_nt(a: &Matrix, b: &Matrix) -> Matrix {
    assert_eq!(a.ncols(), b.ncols());
    product_nt_of_leading(a, b, a.ncols())
}

/// `A B` in single precision. Shapes: (m x k), (k x n) -> m x n. Cost: 2mkn. Panics where the inner sizes differ.
pub fn product_single(a: &SingleMatrix, b: &SingleMatrix) -> SingleMatrix {
    let mut out = zeros(a.nrows(), b.ncols());
    multiply_single(&mut out, view_single(a), view_single(b));
    out
}

/// `out = A B` in single precision, in the memory of `out`, which is only made anew where its shape differs.
/// Shapes and cost: those of [`product_single`].
pub fn product_into_single(out: &mut SingleMatrix, a: &SingleMatrix, b: &SingleMatrix) {
    if out.shape() != (a.nrows(), b.ncols()) {
        *out = zeros(a.nrows(), b.ncols());
    }
    multiply_single(out, view_single(a), view_single(b));
}

/// `Aᵀ B` in single precision. Shapes: (k x m), (k x n) -> m x n. Cost: 2mkn. Panics where the inner sizes differ.
pub fn product_tn_single(a: &SingleMatrix, b: &SingleMatrix) -> SingleMatrix {
    let mut out = zeros(a.ncols(), b.ncols());
    multiply_single(&mut out, view_single(a).transpose(), view_single(b));
    out
}

/// `A Bᵀ` in single precision. Shapes: (m x k), (n x k) -> m x n. Cost: 2mkn. Panics where the inner sizes differ.
pub fn product_nt_single(a: &SingleMatrix, b: &SingleMatrix) -> SingleMatrix {
    let mut out = zeros(a.nrows(), b.nrows());
    multiply_single(&mut out, view_single(a), view_single(b).transpose());
    out
}

// The one instance of the general product in single precision.
pub(super) fn multiply_single(out: &mut SingleMatrix, left: MatRef<'_, f32>, right: MatRef<'_, f32>) {
    matmul(view_single_mut(out), Accum::Replace, left, right, 1.0, Par::Seq);
}

/// The lower half of `Aᵀ B`, which the caller knows to be symmetric, in single precision, in place of what `out` holds.
/// Shapes: (k x n), (k x n) -> n x n. Cost: n²k. Panics where sizes differ.
pub fn set_symmetric_product_tn_single(out: &mut SingleMatrix, a: &SingleMatrix, b: &SingleMatrix) {
    symmetric_product_tn_single_onto(out, Onto::Replace, a, b);
}

/// The lower half of `Aᵀ B`, which the caller knows to be symmetric, in single precision, in place of what `out` holds or
/// added to it. Shapes: (k x n), (k x n), onto n x n. Cost: n²k. Panics where sizes differ.
pub fn symmetric_product_tn_single_onto(out: &mut SingleMatrix, onto: Onto, a: &SingleMatrix, b: &SingleMatrix) {
    let (half, full) = (BlockStructure::TriangularLower, BlockStructure::Rectangular);
    let accumulate = if onto == Onto::Add { Accum::Add } else { Accum::Replace };
    let (left, right) = (view_single(a).transpose(), view_single(b));
    triangular::matmul(view_single_mut(out), half, accumulate, left, full, right, full, 1.0, Par::Seq);
}

/// `out += A Bᵀ`, for products that are summed over blocks of columns.
/// Shapes: (m x k), (n x k), onto m x n. Cost: 2mkn. Panics where sizes differ.
pub fn add_product_nt(out: &mut Matrix, a: &Matrix, b: &Matrix) {
    multiply(out, Accum::Add, view(a), view(b).transpose());
}

/// The Gram matrix `A Aᵀ`, exactly symmetric. Shapes: n x d -> n x n. Cost: n²d.
pub fn gram(a: &Matrix) -> Matrix {
    gram_of_leading(a, a.ncols())
}

/// The Gram matrix of the first k columns, which are not copied. Shapes: n x d -> n x n. Cost: n²k.
/// Panics where there are fewer.
pub fn gram_of_leading(a: &Matrix, k: usize) -> Matrix {
    let mut out = zeros(a.nrows(), a.nrows());
    let leading = view(a).subcols(0, k);
    multiply_lower(&mut out, Accum::Add, leading, leading.transpose());
    mirror_lower(&mut out);
    out
}

/// `A Bᵀ` of the first k columns of both, which are not copied. Shapes: (m x d), (n x d) -> m x n. Cost: 2mkn.
/// Panics where there are fewer.
pub fn product_nt_of_leading(a: &Matrix, b: &Matrix, k: usize) -> Matrix {
    let mut out = zeros(a.nrows(), b.nrows());
    multiply(&mut out, Accum::Replace, view(a).subcols(0, k), view(b).subcols(0, k).transpose());
    out
}

/// Adds the lower half of `A Aᵀ` to `out`; finish a sum of such terms with [`mirror_lower`].
/// Shapes: n x d, onto n x n. Cost: n²d. Panics where sizes differ.
pub fn add_gram(out: &mut Matrix, a: &Matrix) {
    multiply_lower(out, Accum::Add, view(a), view(a).transpose());
}

/// Adds the lower half of `Aᵀ B`, which the caller knows to be symmetric, to `out`; finish with [`mirror_lower`].
/// Shapes: (k x n), (k x n) -> n x n. Cost: n²k. Panics where sizes differ.
pub fn add_symmetric_product_tn(out: &mut Matrix, a: &Matrix, b: &Matrix) {
    multiply_lower(out, Accum::Add, view(a).transpose(), view(b));
}

/// `Aᵀ B`, known to be symmetric; the result is exactly so. Shapes: (k x n), (k x n) -> n x n. Cost: n²k.
pub fn symmetric_product_tn(a: &Matrix, b: &Matrix) -> Matrix {
    let mut out = zeros(a.ncols(), b.ncols());
    add_symmetric_product_tn(&mut out, a, b);
    mirror_lower(&mut out);
    out
}
