//! Dense linear algebra: the only file that names a linear-algebra crate.
//!
//! faer is generic and compiles its kernels into this crate, so each of them is instantiated once, here, for `f64`.
//! Every call is sequential ([`faer::Par::Seq`]): cells of a sweep run in parallel instead, and a result never depends
//! on the number of threads.

use crate::math::error::{MathError, check_finite, check_size};
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt;
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::linalg::householder as reflectors;
use faer::linalg::matmul::matmul;
use faer::linalg::matmul::triangular::{self, BlockStructure};
use faer::linalg::qr::no_pivoting::factor as qr;
use faer::{Accum, Conj, MatMut, MatRef, Par};

/// A dense real matrix, column-major.
pub type Matrix = nalgebra::DMatrix<f64>;
/// A dense real column vector.
pub type Vector = nalgebra::DVector<f64>;

/// A dense matrix in single precision, for the largest products only: half the memory, twice the speed.
pub type SingleMatrix = nalgebra::DMatrix<f32>;

/// Eigenvalues and the eigenvectors in the columns beside them.
#[derive(Debug, Clone, PartialEq)]
pub struct Eigen {
    /// Eigenvalues; the order is stated by the function that returns them.
    pub values: Vec<f64>,
    /// Orthonormal eigenvectors, one column for each value.
    pub vectors: Matrix,
}

fn view(a: &Matrix) -> MatRef<'_, f64> {
    MatRef::from_column_major_slice(a.as_slice(), a.nrows(), a.ncols())
}

fn view_single(a: &SingleMatrix) -> MatRef<'_, f32> {
    MatRef::from_column_major_slice(a.as_slice(), a.nrows(), a.ncols())
}

fn view_single_mut(a: &mut SingleMatrix) -> MatMut<'_, f32> {
    let (rows, cols) = a.shape();
    MatMut::from_column_major_slice_mut(a.as_mut_slice(), rows, cols)
}

fn view_mut(a: &mut Matrix) -> MatMut<'_, f64> {
    let (rows, cols) = a.shape();
    MatMut::from_column_major_slice_mut(a.as_mut_slice(), rows, cols)
}

// The one instance of the general product.
fn multiply(out: &mut Matrix, accumulate: Accum, left: MatRef<'_, f64>, right: MatRef<'_, f64>) {
    matmul(view_mut(out), accumulate, left, right, 1.0, Par::Seq);
}

// The one instance of the product whose result is known to be symmetric: half the work.
fn multiply_lower(out: &mut Matrix, accumulate: Accum, left: MatRef<'_, f64>, right: MatRef<'_, f64>) {
    let (half, full) = (BlockStructure::TriangularLower, BlockStructure::Rectangular);
    triangular::matmul(view_mut(out), half, accumulate, left, full, right, full, 1.0, Par::Seq);
}

/// `A B`. Shapes: (m x k), (k x n) -> m x n. Cost: 2mkn. Panics where the inner sizes differ.
pub fn product(a: &Matrix, b: &Matrix) -> Matrix {
    let mut out = Matrix::zeros(a.nrows(), b.ncols());
    multiply(&mut out, Accum::Replace, view(a), view(b));
    out
}

/// `out = A B` in the memory of `out`, which is only made anew where its shape differs. As [`product`] otherwise.
pub fn product_into(out: &mut Matrix, a: &Matrix, b: &Matrix) {
    ensure_shape(out, a.nrows(), b.ncols());
    multiply(out, Accum::Replace, view(a), view(b));
}

/// Gives a matrix another shape where it has it not yet; its numbers are those of before, or zeros.
pub fn ensure_shape(a: &mut Matrix, rows: usize, columns: usize) {
    if a.shape() != (rows, columns) {
        *a = Matrix::zeros(rows, columns);
    }
}

/// The same numbers in the same order in memory as a matrix of another shape, not copied. Panics where there are more or
/// fewer of them.
pub fn reshaped(a: Matrix, rows: usize, columns: usize) -> Matrix {
    a.reshape_generic(nalgebra::Dyn(rows), nalgebra::Dyn(columns))
}

/// `Aᵀ B`. Shapes: (k x m), (k x n) -> m x n. Cost: 2mkn. Panics where the inner sizes differ.
pub fn product_tn(a: &Matrix, b: &Matrix) -> Matrix {
    let mut out = Matrix::zeros(a.ncols(), b.ncols());
    multiply(&mut out, Accum::Replace, view(a).transpose(), view(b));
    out
}

/// `A Bᵀ`. Shapes: (m x k), (n x k) -> m x n. Cost: 2mkn. Panics where the inner sizes differ.
pub fn product_nt(a: &Matrix, b: &Matrix) -> Matrix {
    let mut out = Matrix::zeros(a.nrows(), b.nrows());
    multiply(&mut out, Accum::Replace, view(a), view(b).transpose());
    out
}

/// Rounds to single precision. Cost: nd.
pub fn single(a: &Matrix) -> SingleMatrix {
    a.map(|v| v as f32)
}

/// The same numbers in double precision. Cost: nd.
pub fn double(a: &SingleMatrix) -> Matrix {
    a.map(f64::from)
}

/// `A B` in single precision. Shapes: (m x k), (k x n) -> m x n. Cost: 2mkn. Panics where the inner sizes differ.
pub fn product_single(a: &SingleMatrix, b: &SingleMatrix) -> SingleMatrix {
    let mut out = SingleMatrix::zeros(a.nrows(), b.ncols());
    multiply_single(&mut out, view_single(a), view_single(b));
    out
}

/// `Aᵀ B` in single precision. Shapes: (k x m), (k x n) -> m x n. Cost: 2mkn. Panics where the inner sizes differ.
pub fn product_tn_single(a: &SingleMatrix, b: &SingleMatrix) -> SingleMatrix {
    let mut out = SingleMatrix::zeros(a.ncols(), b.ncols());
    multiply_single(&mut out, view_single(a).transpose(), view_single(b));
    out
}

// The one instance of the general product in single precision.
fn multiply_single(out: &mut SingleMatrix, left: MatRef<'_, f32>, right: MatRef<'_, f32>) {
    matmul(view_single_mut(out), Accum::Replace, left, right, 1.0, Par::Seq);
}

/// The lower half of `Aᵀ B`, which the caller knows to be symmetric, in single precision, in place of what `out` holds.
/// Shapes: (k x n), (k x n) -> n x n. Cost: n²k. Panics where sizes differ.
pub fn set_symmetric_product_tn_single(out: &mut SingleMatrix, a: &SingleMatrix, b: &SingleMatrix) {
    let (half, full) = (BlockStructure::TriangularLower, BlockStructure::Rectangular);
    let (left, right) = (view_single(a).transpose(), view_single(b));
    triangular::matmul(view_single_mut(out), half, Accum::Replace, left, full, right, full, 1.0, Par::Seq);
}

/// `out += A Bᵀ`, for products that are summed over blocks of columns. Panics where sizes differ.
pub fn add_product_nt(out: &mut Matrix, a: &Matrix, b: &Matrix) {
    multiply(out, Accum::Add, view(a), view(b).transpose());
}

/// The Gram matrix `A Aᵀ`, exactly symmetric. Shapes: n x d -> n x n. Cost: n²d.
pub fn gram(a: &Matrix) -> Matrix {
    let mut out = Matrix::zeros(a.nrows(), a.nrows());
    add_gram(&mut out, a);
    mirror_lower(&mut out);
    out
}

/// Adds the lower half of `A Aᵀ` to `out`; finish a sum of such terms with [`mirror_lower`]. Panics where sizes differ.
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
    let mut out = Matrix::zeros(a.ncols(), b.ncols());
    add_symmetric_product_tn(&mut out, a, b);
    mirror_lower(&mut out);
    out
}

/// Copies the lower triangle over the upper one. Cost: n².
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

/// Replaces `A` by `(A + Aᵀ)/2`. Cost: n².
pub fn symmetrise(a: &mut Matrix) {
    for j in 0..a.ncols() {
        for i in j + 1..a.nrows() {
            let mean = 0.5 * (a[(i, j)] + a[(j, i)]);
            a[(i, j)] = mean;
            a[(j, i)] = mean;
        }
    }
}

/// Multiplies row `i` by `factors[i]`: `diag(f) A`. Cost: nd. Panics where sizes differ.
pub fn scale_rows(a: &mut Matrix, factors: &[f64]) {
    assert_eq!(a.nrows(), factors.len());
    for mut column in a.column_iter_mut() {
        column.iter_mut().zip(factors).for_each(|(x, f)| *x *= f);
    }
}

/// Multiplies column `j` by `factors[j]`: `A diag(f)`. Cost: nd. Panics where sizes differ.
pub fn scale_columns(a: &mut Matrix, factors: &[f64]) {
    assert_eq!(a.ncols(), factors.len());
    for (mut column, f) in a.column_iter_mut().zip(factors) {
        column.iter_mut().for_each(|x| *x *= f);
    }
}

/// Squared Euclidean norm of each row. Shapes: n x d -> n. Cost: nd.
pub fn row_square_norms(a: &Matrix) -> Vec<f64> {
    let mut sums = vec![0.0; a.nrows()];
    for column in a.column_iter() {
        sums.iter_mut().zip(column.iter()).for_each(|(s, x)| *s += x * x);
    }
    sums
}

/// The first `k` columns, copied. Panics where there are fewer.
pub fn leading_columns(a: &Matrix, k: usize) -> Matrix {
    a.columns(0, k).into_owned()
}

/// All eigenpairs of a symmetric matrix, ascending. Only the lower triangle is read.
///
/// Shapes: n x n -> n values, n x n vectors. Cost: about 10 n³.
///
/// # Errors
/// [`MathError::NonFinite`] for NaN or infinity in the input, [`MathError::Shape`] where it is not square,
/// [`MathError::NoConvergence`] from the tridiagonal iteration.
pub fn sym_eigen(a: &Matrix) -> Result<Eigen, MathError> {
    let mut vectors = Matrix::zeros(a.nrows(), a.nrows());
    let values = evd(a, Some(&mut vectors))?;
    Ok(Eigen { values, vectors })
}

/// All eigenvalues of a symmetric matrix, ascending. Only the lower triangle is read. Cost: about 4/3 n³.
///
/// # Errors
/// Those of [`sym_eigen`].
pub fn sym_eigenvalues(a: &Matrix) -> Result<Vec<f64>, MathError> {
    evd(a, None)
}

// The one instance of the eigensolver.
fn evd(a: &Matrix, vectors: Option<&mut Matrix>) -> Result<Vec<f64>, MathError> {
    check_size("columns of a symmetric matrix", a.ncols(), a.nrows())?;
    check_finite("a symmetric matrix", a.as_slice())?;
    let wanted = if vectors.is_some() { ComputeEigenvectors::Yes } else { ComputeEigenvectors::No };
    let scratch = self_adjoint_evd_scratch::<f64>(a.nrows(), wanted, Par::Seq, Default::default());
    let mut buffer = MemBuffer::new(scratch);
    let mut values = vec![0.0; a.nrows()];
    let diagonal = faer::diag::DiagMut::from_slice_mut(&mut values);
    self_adjoint_evd(
        view(a),
        diagonal,
        vectors.map(view_mut),
        Par::Seq,
        MemStack::new(&mut buffer),
        Default::default(),
    )
    .map_err(|_| MathError::NoConvergence { what: "the symmetric eigensolver" })?;
    Ok(values)
}

/// Solves `A X = B` for a symmetric positive definite `A` by Cholesky. Only the lower triangle of `A` is read.
///
/// Shapes: (n x n), (n x m) -> n x m. Cost: n³/3 + 2n²m.
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

fn apply_reflectors(basis: &Matrix, coefficients: &Matrix) -> Matrix {
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
/// fixed seed would differ between solvers. Cost: nk.
pub fn canonical_signs(a: &Matrix) -> Vec<f64> {
    a.column_iter()
        .map(|column| {
            let largest = column.iter().fold(0.0_f64, |best, &x| if x.abs() > best.abs() { x } else { best });
            if largest < 0.0 { -1.0 } else { 1.0 }
        })
        .collect()
}

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
    pub fn new(values: &'a [T], (rows, columns): (usize, usize), stride: usize) -> Self {
        Self { values, rows, columns, stride, transposed: false }
    }

    /// Columns of `rows` numbers, one after the other.
    pub fn dense(values: &'a [T], rows: usize, columns: usize) -> Self {
        Self::new(values, (rows, columns), rows)
    }

    /// The transpose, not copied.
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
    pub fn new(values: &'a mut [T], (rows, columns): (usize, usize), stride: usize) -> Self {
        Self { values, rows, columns, stride }
    }

    /// Columns of `rows` numbers, one after the other.
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

/// The precisions that products on borrowed memory exist in: `f64`, and `f32` for training networks.
pub trait Product: sealed::Sealed + Copy {
    /// `out = c A B` or `out += c A B`, sequential, nothing allocated but the kernel's packing space. Cost: 2mkn. Panics
    /// where sizes differ.
    fn multiply(out: BlockMut<'_, Self>, onto: Onto, factor: Self, factors: (Block<'_, Self>, Block<'_, Self>));
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

impl Product for f32 {
    fn multiply(out: BlockMut<'_, Self>, onto: Onto, factor: Self, factors: (Block<'_, Self>, Block<'_, Self>)) {
        multiply_blocks(out, onto, factor, factors);
    }
}

impl Product for f64 {
    fn multiply(out: BlockMut<'_, Self>, onto: Onto, factor: Self, factors: (Block<'_, Self>, Block<'_, Self>)) {
        multiply_blocks(out, onto, factor, factors);
    }
}

fn multiply_blocks<T: faer::traits::ComplexField>(
    out: BlockMut<'_, T>,
    onto: Onto,
    factor: T,
    (left, right): (Block<'_, T>, Block<'_, T>),
) {
    let onto = if onto == Onto::Add { Accum::Add } else { Accum::Replace };
    let out = MatMut::from_column_major_slice_with_stride_mut(out.values, out.rows, out.columns, out.stride);
    matmul(out, onto, block_view(left), block_view(right), factor, Par::Seq);
}

fn block_view<T>(block: Block<'_, T>) -> MatRef<'_, T> {
    let Block { values, rows, columns, stride, transposed } = block;
    let view = MatRef::from_column_major_slice_with_stride(values, rows, columns, stride);
    if transposed { view.transpose() } else { view }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(rows: usize, cols: usize) -> Matrix {
        Matrix::from_fn(rows, cols, |i, j| ((1.3 * i as f64 + 0.7) * (j as f64 + 1.1) + (i * j) as f64).sin())
    }

    #[test]
    fn products_agree_with_the_schoolbook_sum() {
        let (a, b) = (wave(7, 5), wave(5, 9));
        let direct = Matrix::from_fn(7, 9, |i, j| (0..5).map(|k| a[(i, k)] * b[(k, j)]).sum());
        assert!((product(&a, &b) - &direct).amax() < 1e-14);
        assert!((product_tn(&a.transpose(), &b) - &direct).amax() < 1e-14);
        assert!((product_nt(&a, &b.transpose()) - &direct).amax() < 1e-14);
    }

    #[test]
    fn memory_is_used_again() {
        let (a, b) = (wave(7, 5), wave(5, 9));
        let mut out = Matrix::from_element(7, 9, f64::NAN);
        let place = out.as_slice().as_ptr();
        product_into(&mut out, &a, &b);
        assert_eq!((&out, out.as_slice().as_ptr()), (&product(&a, &b), place));
        let narrow = reshaped(out, 21, 3);
        assert_eq!((narrow.as_slice().as_ptr(), narrow[(20, 0)]), (place, product(&a, &b)[(6, 2)]));
        product_into(&mut Matrix::zeros(0, 0), &a, &b);
    }

    #[test]
    fn single_precision_is_right_to_its_own_digits() {
        let (a, b) = (wave(70, 40), wave(40, 30));
        assert!((double(&product_single(&single(&a), &single(&b))) - product(&a, &b)).amax() < 2e-5);
        assert!((double(&product_tn_single(&single(&a), &single(&a))) - product_tn(&a, &a)).amax() < 2e-5);
        let mut half = SingleMatrix::from_element(40, 40, 9.0);
        set_symmetric_product_tn_single(&mut half, &single(&a), &single(&a));
        let mut mirrored = double(&half);
        mirror_lower(&mut mirrored);
        assert!((mirrored - product_tn(&a, &a)).amax() < 2e-5, "what was there before is gone");
    }

    #[test]
    fn symmetric_products_are_symmetric_and_right() {
        for (rows, cols) in [(6, 3), (90, 70), (1, 4)] {
            let a = wave(rows, cols);
            let g = gram(&a);
            assert_eq!(g, g.transpose());
            assert!((&g - product_nt(&a, &a)).amax() < 1e-12);
            let s = symmetric_product_tn(&a, &a);
            assert_eq!(s, s.transpose());
            assert!((&s - product_tn(&a, &a)).amax() < 1e-12);
        }
    }

    #[test]
    fn eigenpairs_rebuild_the_matrix_in_ascending_order() {
        for n in [1, 2, 30, 150] {
            let a = gram(&wave(n, n + 3));
            let eigen = sym_eigen(&a).unwrap();
            assert!(eigen.values.windows(2).all(|w| w[0] <= w[1]));
            let mut scaled = eigen.vectors.clone();
            scale_columns(&mut scaled, &eigen.values);
            assert!((product_nt(&scaled, &eigen.vectors) - &a).amax() < 1e-11 * a.amax());
            assert!((product_tn(&eigen.vectors, &eigen.vectors) - Matrix::identity(n, n)).amax() < 1e-12);
            let only = sym_eigenvalues(&a).unwrap();
            let worst = only.iter().zip(&eigen.values).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max);
            assert!(worst < 1e-11 * a.amax());
        }
    }

    #[test]
    fn cholesky_solves_and_refuses() {
        let mut a = gram(&wave(40, 40));
        a += Matrix::identity(40, 40);
        let b = wave(40, 3);
        assert!((product(&a, &cholesky_solve(&a, &b).unwrap()) - &b).amax() < 1e-10);
        let indefinite = Matrix::from_diagonal(&Vector::from_vec(vec![1.0, -1.0]));
        let refused = cholesky_solve(&indefinite, &wave(2, 1));
        assert!(matches!(refused, Err(MathError::NotPositiveDefinite { index: 1 })), "{refused:?}");
    }

    #[test]
    fn non_finite_input_is_an_error_not_a_hang() {
        let mut a = Matrix::identity(3, 3);
        a[(1, 1)] = f64::NAN;
        assert!(matches!(sym_eigen(&a), Err(MathError::NonFinite { .. })));
        assert!(matches!(sym_eigen(&Matrix::zeros(2, 3)), Err(MathError::Shape { .. })));
    }

    #[test]
    fn basis_is_orthonormal_even_for_deficient_input() {
        let a = wave(50, 4);
        let q = orthonormal_basis(&a);
        assert!((product_tn(&q, &q) - Matrix::identity(4, 4)).amax() < 1e-13);
        assert!((product(&q, &product_tn(&q, &a)) - &a).amax() < 1e-12);
        let q = orthonormal_basis(&Matrix::zeros(6, 3));
        assert!((product_tn(&q, &q) - Matrix::identity(3, 3)).amax() < 1e-13);
    }

    #[test]
    fn signs_follow_the_first_largest_entry() {
        let a = Matrix::from_columns(&[
            Vector::from_vec(vec![0.1, -0.9, 0.2]),
            Vector::from_vec(vec![0.5, -0.5, 0.1]),
            Vector::from_vec(vec![-0.5, 0.5, 0.1]),
        ]);
        assert_eq!(canonical_signs(&a), vec![-1.0, 1.0, -1.0]);
    }

    #[test]
    fn products_of_blocks_agree_with_those_of_matrices_in_both_precisions() {
        let (a, b) = (wave(7, 5), wave(7, 4));
        let expected = product_tn(&a, &b);
        let mut out = vec![1.0; 6 * 4];
        let factors = (Block::dense(a.as_slice(), 7, 5).transposed(), Block::dense(b.as_slice(), 7, 4));
        f64::multiply(BlockMut::new(&mut out, (5, 4), 6), Onto::Add, 0.5, factors);
        let [a, b] = [&a, &b].map(|m| m.iter().map(|&x| x as f32).collect::<Vec<_>>());
        let mut single = vec![7.0_f32; 6 * 4];
        let factors = (Block::dense(&a, 7, 5).transposed(), Block::dense(&b, 7, 4));
        f32::multiply(BlockMut::new(&mut single, (5, 4), 6), Onto::Replace, 2.0, factors);
        for (i, j) in (0..20).map(|e| (e % 5, e / 5)) {
            assert!((out[6 * j + i] - 1.0 - 0.5 * expected[(i, j)]).abs() < 1e-14);
            assert!((f64::from(single[6 * j + i]) - 2.0 * expected[(i, j)]).abs() < 1e-5);
        }
        // what lies between the columns is left alone
        assert!((0..4).all(|j| out[6 * j + 5] == 1.0 && single[6 * j + 5] == 7.0));
    }
}
