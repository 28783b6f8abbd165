//! The reduction of a symmetric matrix to tridiagonal form, a panel of columns at a time.

use super::MatrixOf;
use super::symmetric_vector::{Solved, symmetric_times};
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::householder as reflectors;
use faer::linalg::matmul::matmul;
use faer::linalg::matmul::triangular::{self, BlockStructure};
use faer::linalg::qr::no_pivoting::factor::recommended_block_size;
use faer::traits::RealField;
use faer::{Accum, ColMut, Conj, MatMut, MatRef, Par};

/// A symmetric matrix after its reduction.
#[derive(Debug, Clone)]
pub(super) struct Reduced<T> {
    /// n x n: the reflections below the entries beside the diagonal.
    pub reflections: MatrixOf<T>,
    /// Their coefficients, in blocks.
    pub coefficients: MatrixOf<T>,
    /// The n entries of the diagonal.
    pub diagonal: Vec<T>,
    /// The n − 1 entries beside it.
    pub beside: Vec<T>,
}

// Columns between two updates of what is not reduced yet: half of all operations are products of matrices with so many
// columns, the other half reads what is left once a column. From 16 to 32 columns nothing changes at n = 2000, more cost.
const PANEL: usize = 32;

/// Reduces a symmetric matrix by reflections, the update of what is left put off for a panel of columns.
///
/// Formula: `A ← A − V Wᵀ − W Vᵀ` a panel, `H_k = 1 − v_k v_kᵀ/τ_k`,
/// `w_k = (A − V Wᵀ − W Vᵀ) v_k/τ_k − (w_kᵀ v_k/2τ_k) v_k` with what stands before the subtraction on the right.
/// Shapes: n x n. Cost: 4/3 n³, half of it in products; what is left is read once a column and written once a panel.
/// Source: Dongarra, Sorensen and Hammarling, J. Comput. Appl. Math. 27 (1989) 215, section 5.
pub(super) fn reduce<T: Solved>(a: MatrixOf<T>) -> Reduced<T> {
    let n = a.nrows();
    let mut work = Work::new(a);
    for start in (0..n).step_by(PANEL) {
        let panel = start..(start + PANEL).min(n);
        for k in panel.clone() {
            work.bring_up_to_date(k, k - start);
            work.diagonal[k] = work.a[(k, k)];
            if k + 1 < n {
                work.reflect(k, k - start);
            }
        }
        work.update_rest(panel.end);
    }
    let Work { a, taus, diagonal, beside, .. } = work;
    Reduced { coefficients: in_blocks(&a, &taus), reflections: a, diagonal, beside }
}

struct Work<T: Solved> {
    a: MatrixOf<T>,
    taus: Vec<T>,
    diagonal: Vec<T>,
    beside: Vec<T>,
    // V and W of a panel side by side, and W and V; above their reflection columns are zero
    left: MatrixOf<T>,
    right: MatrixOf<T>,
    product: Vec<T>,
    inner: Vec<T>,
}

// The column of V, or of W, in each of the two halves.
const HALVES: [(usize, usize); 2] = [(0, PANEL), (PANEL, 0)];

impl<T: Solved> Work<T> {
    fn new(a: MatrixOf<T>) -> Self {
        let n = a.nrows();
        let zeros = |length: usize| vec![T::default(); length];
        let halves = MatrixOf::from_element(n, 2 * PANEL, T::default());
        Self {
            taus: zeros(n.saturating_sub(1)),
            beside: zeros(n.saturating_sub(1)),
            diagonal: zeros(n),
            right: halves.clone(),
            left: halves,
            product: zeros(n),
            inner: zeros(PANEL),
            a,
        }
    }

    // Column k from the diagonal on, less what the `before` reflections of its panel take from it.
    fn bring_up_to_date(&mut self, k: usize, before: usize) {
        let rows = self.a.nrows() - k;
        let left = view(&self.left);
        let column = &mut column_mut(&mut self.a, k)[k..];
        for (half, other) in HALVES {
            let (basis, row) = (left.submatrix(k, half, rows, before), left.submatrix(k, other, 1, before));
            let column = MatMut::from_column_major_slice_mut(column, rows, 1);
            matmul(column, Accum::Add, basis, row.transpose(), -T::one_impl(), Par::Seq);
        }
    }

    // The reflection of column k and its w, as number `place` of the panel.
    fn reflect(&mut self, k: usize, place: usize) {
        let n = self.a.nrows();
        let column = &mut column_mut(&mut self.a, k)[k + 1..];
        if let Some((head, tail)) = column.split_first_mut() {
            self.taus[k] = reflectors::make_householder_in_place(head, ColMut::from_slice_mut(tail)).tau;
            self.beside[k] = *head;
        }
        let v = column_mut(&mut self.left, place);
        v[..=k].fill(T::default());
        v[k + 1..].copy_from_slice(column);
        v[k + 1] = T::one_impl();
        let product = &mut self.product[..n - k - 1];
        symmetric_times(&self.a.as_slice()[(k + 1) * (n + 1)..], n, &v[k + 1..], product);
        self.subtract_panel(k, place);
        self.complete(k, place);
    }

    // `product −= (V Wᵀ + W Vᵀ) v`
    fn subtract_panel(&mut self, k: usize, place: usize) {
        let rows = self.a.nrows() - k - 1;
        let (left, one) = (view(&self.left), T::one_impl());
        let v = left.submatrix(k + 1, place, rows, 1);
        for (half, other) in HALVES {
            let [basis, dual] = [half, other].map(|start| left.submatrix(k + 1, start, rows, place));
            let mut inner = MatMut::from_column_major_slice_mut(&mut self.inner[..place], place, 1);
            matmul(inner.as_mut(), Accum::Replace, dual.transpose(), v, one, Par::Seq);
            let product = MatMut::from_column_major_slice_mut(&mut self.product[..rows], rows, 1);
            matmul(product, Accum::Add, basis, inner.as_ref(), -one, Par::Seq);
        }
    }

    // w from the product of what is left with v.
    fn complete(&mut self, k: usize, place: usize) {
        let inverse = T::one_impl() / self.taus[k];
        let n = self.a.nrows();
        let (vs, ws) = self.left.as_mut_slice().split_at_mut(PANEL * n);
        let (v, w) = (&vs[place * n..][..n], &mut ws[place * n..][..n]);
        let product = &self.product[..n - k - 1];
        let inner = product.iter().zip(&v[k + 1..]).fold(T::default(), |sum, (p, v)| sum + *p * *v);
        let share = inner * inverse * inverse * T::of(0.5);
        w[..=k].fill(T::default());
        for ((w, v), p) in w[k + 1..].iter_mut().zip(&v[k + 1..]).zip(product) {
            *w = *p * inverse - share * *v;
        }
    }

    // What is left, from row and column `first` on, less the reflections of a whole panel.
    fn update_rest(&mut self, first: usize) {
        let n = self.a.nrows();
        let rows = n - first;
        if rows == 0 {
            return;
        }
        let (vs, ws) = self.left.as_slice().split_at(PANEL * n);
        let (onto_ws, onto_vs) = self.right.as_mut_slice().split_at_mut(PANEL * n);
        onto_ws.copy_from_slice(ws);
        onto_vs.copy_from_slice(vs);
        let [left, right] = [&self.left, &self.right].map(|m| view(m).submatrix(first, 0, rows, 2 * PANEL));
        let rest = &mut self.a.as_mut_slice()[first * (n + 1)..];
        let rest = MatMut::from_column_major_slice_with_stride_mut(rest, rows, rows, n);
        let (half, full) = (BlockStructure::TriangularLower, BlockStructure::Rectangular);
        triangular::matmul(rest, half, Accum::Add, left, full, right.transpose(), full, -T::one_impl(), Par::Seq);
    }
}

// The triangular factors of blocks of reflections, by which many are applied as products.
fn in_blocks<T: Solved>(a: &MatrixOf<T>, taus: &[T]) -> MatrixOf<T> {
    let (n, count) = (a.nrows(), taus.len());
    let block = recommended_block_size::<T>(n, n);
    let mut coefficients = MatrixOf::from_element(block, count, T::default());
    if count == 0 {
        return coefficients;
    }
    let basis = view(a).submatrix(1, 0, count, count);
    let mut onto = MatMut::from_column_major_slice_mut(coefficients.as_mut_slice(), block, count);
    for first in (0..count).step_by(block) {
        let width = block.min(count - first);
        let mut factor = onto.as_mut().submatrix_mut(0, first, width, width);
        (0..width).for_each(|k| factor[(k, k)] = taus[first + k]);
        let basis = basis.submatrix(first, first, count - first, width);
        reflectors::upgrade_householder_factor(factor, basis, width, 1, Par::Seq);
    }
    coefficients
}

/// Applies a sequence of reflections, or its transpose, to m columns in place.
///
/// Shapes: n x n of which the lower half is read, block x n, n x m. Cost: 2n²m.
pub(super) fn reflect<T: RealField>(
    (basis, coefficients): (MatRef<'_, T>, MatRef<'_, T>),
    transposed: bool,
    rows: MatMut<'_, T>,
) {
    let (count, block, columns) = (basis.nrows(), coefficients.nrows(), rows.ncols());
    let needed = if transposed {
        reflectors::apply_block_householder_sequence_transpose_on_the_left_in_place_scratch::<T>(count, block, columns)
    } else {
        reflectors::apply_block_householder_sequence_on_the_left_in_place_scratch::<T>(count, block, columns)
    };
    let apply = if transposed {
        reflectors::apply_block_householder_sequence_transpose_on_the_left_in_place_with_conj
    } else {
        reflectors::apply_block_householder_sequence_on_the_left_in_place_with_conj
    };
    apply(basis, coefficients, Conj::No, rows, Par::Seq, MemStack::new(&mut MemBuffer::new(needed)));
}

pub(super) fn view<T>(a: &MatrixOf<T>) -> MatRef<'_, T>
where
    T: nalgebra::Scalar,
{
    MatRef::from_column_major_slice(a.as_slice(), a.nrows(), a.ncols())
}

fn column_mut<T: nalgebra::Scalar>(a: &mut MatrixOf<T>, column: usize) -> &mut [T] {
    let rows = a.nrows();
    &mut a.as_mut_slice()[column * rows..][..rows]
}
