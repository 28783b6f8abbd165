//! The factorisation by all eigenpairs, from which every ridge and its leave-one-out error follow.

use super::problem::{Centring, Design, Problem, Side};
use crate::math::error::MathError;
use crate::math::linalg::{Block, BlockMut, Matrix, MatrixOf, Onto, Real, Rows, Vector, row_blocks};

/// A factorised ridge problem `min ‖t − H w‖² + λ‖w‖²`. λ is not multiplied by n, a kernel is not divided by n.
///
/// `T` is the precision of the factorisation, by which a ridge is chosen. With `f32` the Gram matrix is summed in double
/// and kept, and every fit is solved from it by Cholesky in double: only errors along the grid are in single precision.
#[derive(Clone)]
pub struct Ridge<'a, T: Real = f64> {
    pub(super) problem: Problem<'a>,
    // eigenvalues s of the Gram matrix, not negative
    pub(super) spectrum: Vec<f64>,
    pub(super) basis: Basis<T>,
    // basisᵀ t: the solution at λ is θ_k = projected_k/(spectrum_k + λ)
    pub(super) projected: Vector,
    // the factorised matrix itself, where fits are solved from it
    pub(super) gram: Option<Matrix>,
}

#[derive(Clone)]
pub(super) enum Basis<T: Real> {
    // eigenvectors V of Hᵀ H and scores H V, n x P
    Primal { vectors: MatrixOf<T>, scores: MatrixOf<T> },
    // eigenvectors Q of K, n x n
    Dual(MatrixOf<T>),
}

impl<T: Real> Basis<T> {
    // A row for each training sample.
    pub(super) const fn of_samples(&self) -> &MatrixOf<T> {
        let (Self::Primal { scores: rows, .. } | Self::Dual(rows)) = self;
        rows
    }

    // What θ is multiplied by for weights or dual coefficients.
    pub(super) const fn of_coefficients(&self) -> &MatrixOf<T> {
        let (Self::Primal { vectors, .. } | Self::Dual(vectors)) = self;
        vectors
    }
}

impl<'a> Ridge<'a> {
    /// [`Ridge::factorised`] in double precision. Shapes, units, cost and source: as there.
    ///
    /// # Errors
    /// Those of [`Ridge::factorised`].
    pub fn new(design: Design<'a>, labels: &[f64], centring: Centring) -> Result<Self, MathError> {
        Self::factorised(design, labels, centring)
    }
}

impl<'a, T: Real> Ridge<'a, T> {
    /// Factorises. Eigenvalues that rounding made negative become 0.
    ///
    /// Formula, with H (or K) and the targets t centred as asked: primal `Hᵀ H = V diag(s) Vᵀ` where P < n; else, and
    /// for a kernel, `K = H Hᵀ = Q diag(s) Qᵀ`.
    /// Shapes: n x P or a state of n; n labels. Cost: n m² + 10 m³, m = min(n, P).
    /// Source: the paper's readout; variants as in the reference implementation (table in the module).
    ///
    /// # Errors
    /// [`MathError::Shape`], [`MathError::NonFinite`]; [`MathError::Range`] for no samples.
    pub fn factorised(design: Design<'a>, labels: &[f64], centring: Centring) -> Result<Self, MathError> {
        let (problem, gram) = Problem::new(design, labels, centring)?;
        let kept = T::ROUNDED.then(|| gram.clone());
        let (values, vectors) = T::eigen(gram)?;
        let spectrum = values.into_iter().map(|v| v.max(0.0)).collect();
        let basis = match (problem.side, problem.design.train_rows()) {
            (Side::Primal, Some(rows)) => Basis::Primal { scores: scores(rows, &problem.means, &vectors), vectors },
            _ => Basis::Dual(vectors),
        };
        let targets = MatrixOf::from_iterator(problem.targets.len(), 1, problem.targets.iter().map(|&t| T::of(t)));
        let projected = times((basis.of_samples(), Operand::Transposed), &targets);
        Ok(Self { problem, spectrum, basis, projected: Vector::from_vec(widened(&projected)), gram: kept })
    }

    /// The number of directions that the problem was factorised into: min(n, P), or n for a kernel. Units: directions.
    pub fn rank(&self) -> usize {
        self.spectrum.len()
    }

    /// The largest eigenvalue of the Gram matrix; 0 for an empty one. Units: squares of features.
    pub fn largest(&self) -> f64 {
        self.spectrum.iter().fold(0.0, |a, &b| a.max(b))
    }
}

fn scores<T: Real>(h: &dyn Rows, means: &Vector, vectors: &MatrixOf<T>) -> MatrixOf<T> {
    let mut scores = MatrixOf::from_element(h.count(), vectors.ncols(), T::default());
    for range in row_blocks(h.count()) {
        let rows = centred::<T>(h, range.clone(), means);
        scores.rows_mut(range.start, range.len()).copy_from(&times((&rows, Operand::AsIs), vectors));
    }
    scores
}

fn centred<T: Real>(h: &dyn Rows, range: std::ops::Range<usize>, means: &Vector) -> MatrixOf<T> {
    let mut rows = T::block(h, range);
    for (mut column, mean) in rows.column_iter_mut().zip(means.iter()) {
        column.iter_mut().for_each(|v| *v = T::of(v.to_f64() - mean));
    }
    rows
}

pub(super) enum Operand {
    AsIs,
    Transposed,
}

// A B or Aᵀ B in either precision.
pub(super) fn times<T: Real>((a, side): (&MatrixOf<T>, Operand), b: &MatrixOf<T>) -> MatrixOf<T> {
    let left = Block::dense(a.as_slice(), a.nrows(), a.ncols());
    let left = if let Operand::Transposed = side { left.transposed() } else { left };
    let (rows, columns) = (left.shape().0, b.ncols());
    let mut out = MatrixOf::from_element(rows, columns, T::default());
    let onto = BlockMut::dense(out.as_mut_slice(), rows, columns);
    T::multiply(onto, Onto::Replace, T::of(1.0), (left, Block::dense(b.as_slice(), b.nrows(), columns)));
    out
}

pub(super) fn widened<T: Real>(a: &MatrixOf<T>) -> Vec<f64> {
    a.iter().map(|v| v.to_f64()).collect()
}
