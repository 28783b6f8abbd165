//! The one factorisation behind every ridge.

use crate::math::error::{MathError, check_finite, check_range, check_size};
use crate::math::kernel::{KernelView, Splits};
use crate::math::linalg::{
    Block, BlockMut, Matrix, Onto, Real, Rows, Vector, add_symmetric_product_tn, gram, mirror_lower, row_blocks,
};
use nalgebra::DMatrix;

/// What is centred by training means before the fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Centring {
    /// Features (a kernel: in both arguments) and labels, which is ridge with an unpenalised intercept.
    Full,
    /// Labels only.
    Labels,
    /// Nothing; no intercept.
    Nothing,
}

/// The design of a ridge problem.
#[derive(Clone)]
pub enum Design<'a> {
    /// A representation; the smaller of its two Gram matrices is factorised.
    Features(Splits<'a>),
    /// The same, a block of rows at a time, whatever form they are kept in.
    Rows {
        /// n x d.
        train: &'a dyn Rows,
        /// Each `n_s` x d.
        evaluation: Vec<&'a dyn Rows>,
    },
    /// A kernel.
    Kernel(KernelView<'a>),
}

/// A factorised ridge problem `min ‖t − H w‖² + λ‖w‖²`. λ is not multiplied by n, a kernel is not divided by n.
///
/// `T` is the precision of the factorisation, by which a ridge is chosen. With `f32` the Gram matrix is summed in double
/// and kept, and every fit is solved from it by Cholesky in double: only errors along the grid are in single precision.
#[derive(Clone)]
pub struct Ridge<'a, T: Real = f64> {
    pub(super) design: Design<'a>,
    pub(super) centring: Centring,
    pub(super) target_mean: f64,
    // labels minus their mean, if that is asked
    pub(super) targets: Vector,
    pub(super) factor: Factor<T>,
    // basisᵀ t: the solution at λ is θ_k = projected_k/(spectrum_k + λ)
    pub(super) projected: Vector,
}

#[derive(Clone)]
pub(super) struct Factor<T: Real> {
    // eigenvalues s of the Gram matrix, not negative
    pub(super) spectrum: Vec<f64>,
    // primal: scores H V, n x P; dual: eigenvectors Q, n x n
    pub(super) basis: DMatrix<T>,
    pub(super) form: Form<T>,
    // the factorised matrix itself, where fits are solved from it
    pub(super) gram: Option<Matrix>,
}

#[derive(Clone)]
pub(super) enum Form<T: Real> {
    // eigenvectors V of Hᵀ H and the column means that H was centred by
    Primal { vectors: DMatrix<T>, means: Vector },
    // column means of the features or of the kernel, and what was added to the eigenvalue of the constant direction
    Dual { means: Vector, shift: f64 },
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
        let rows = design.check()?;
        check_range(rows > 0, "number of samples", 0.0, "at least 1")?;
        check_size("labels", labels.len(), rows)?;
        check_finite("labels", labels)?;
        let target_mean = if centring == Centring::Nothing { 0.0 } else { mean(labels) };
        let targets = Vector::from_iterator(labels.len(), labels.iter().map(|y| y - target_mean));
        let full = centring == Centring::Full;
        let factor = match &design {
            Design::Kernel(kernel) => dual_of_kernel(kernel.train, full)?,
            Design::Features(splits) => of_features(splits.train, full)?,
            Design::Rows { train, .. } => of_features(*train, full)?,
        };
        let column = DMatrix::from_iterator(labels.len(), 1, targets.iter().map(|&t| T::of(t)));
        let projected = Vector::from_column_slice(&widened(&times((&factor.basis, Side::Transposed), &column)));
        Ok(Self { design, centring, target_mean, targets, factor, projected })
    }

    /// The number of directions that the problem was factorised into: min(n, P), or n for a kernel. Units: directions.
    pub fn rank(&self) -> usize {
        self.factor.spectrum.len()
    }

    /// The largest eigenvalue of the Gram matrix; 0 for an empty one. Units: squares of features.
    pub fn largest(&self) -> f64 {
        self.factor.spectrum.iter().fold(0.0, |a, &b| a.max(b))
    }
}

impl<'a> Design<'a> {
    // Training features, of which a kernel has none.
    pub(super) fn train_rows(&self) -> Option<&'a dyn Rows> {
        match self {
            Self::Features(splits) => Some(splits.train),
            Self::Rows { train, .. } => Some(*train),
            Self::Kernel(_) => None,
        }
    }

    fn check(&self) -> Result<usize, MathError> {
        match self {
            Self::Features(splits) => splits.check().map(|()| splits.train.nrows()),
            Self::Rows { train, evaluation } => {
                let same = |e: &&dyn Rows| check_size("columns of an evaluation split", e.width(), train.width());
                evaluation.iter().try_for_each(same).map(|()| train.count())
            }
            Self::Kernel(kernel) => Ok(kernel.train.nrows()),
        }
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn column_means(a: &Matrix) -> Vector {
    Vector::from_iterator(a.ncols(), a.column_iter().map(|c| c.sum() / a.nrows() as f64))
}

// Subtracts means[j] from column j.
fn centre_columns(a: &mut Matrix, means: &Vector) {
    a.column_iter_mut().zip(means.iter()).for_each(|(mut column, m)| column.add_scalar_mut(-m));
}

fn means_of_rows(h: &dyn Rows) -> Vector {
    let mut sums = Vector::zeros(h.width());
    for range in row_blocks(h.count()) {
        let block = h.block(range);
        sums.iter_mut().zip(block.column_iter()).for_each(|(sum, column)| *sum += column.sum());
    }
    sums / h.count() as f64
}

pub(super) enum Side {
    AsIs,
    Transposed,
}

// A B or Aᵀ B in either precision.
pub(super) fn times<T: Real>((a, side): (&DMatrix<T>, Side), b: &DMatrix<T>) -> DMatrix<T> {
    let left = Block::dense(a.as_slice(), a.nrows(), a.ncols());
    let left = if let Side::Transposed = side { left.transposed() } else { left };
    let (rows, columns) = (left.shape().0, b.ncols());
    let mut out = DMatrix::from_element(rows, columns, T::default());
    let onto = BlockMut::dense(out.as_mut_slice(), rows, columns);
    T::multiply(onto, Onto::Replace, T::of(1.0), (left, Block::dense(b.as_slice(), b.nrows(), columns)));
    out
}

pub(super) fn widened<T: Real>(a: &DMatrix<T>) -> Vec<f64> {
    a.iter().map(|v| v.to_f64()).collect()
}

fn of_features<T: Real>(h: &dyn Rows, full: bool) -> Result<Factor<T>, MathError> {
    if h.width() < h.count() { primal(h, full) } else { dual_of_features(h.block(0..h.count()), full) }
}

fn primal<T: Real>(h: &dyn Rows, full: bool) -> Result<Factor<T>, MathError> {
    let means = if full { means_of_rows(h) } else { Vector::zeros(h.width()) };
    let mut moment = Matrix::zeros(h.width(), h.width());
    for range in row_blocks(h.count()) {
        let mut rows = h.block(range);
        centre_columns(&mut rows, &means);
        add_symmetric_product_tn(&mut moment, &rows, &rows);
    }
    mirror_lower(&mut moment);
    let Decomposed { spectrum, vectors, gram } = decompose::<T>(moment)?;
    let mut basis = DMatrix::from_element(h.count(), h.width(), T::default());
    for range in row_blocks(h.count()) {
        let mut rows = T::block(h, range.clone());
        for (mut column, mean) in rows.column_iter_mut().zip(means.iter()) {
            column.iter_mut().for_each(|v| *v = T::of(v.to_f64() - mean));
        }
        let scores = times((&rows, Side::AsIs), &vectors);
        basis.rows_mut(range.start, range.len()).copy_from(&scores);
    }
    Ok(Factor { spectrum, basis, form: Form::Primal { vectors, means }, gram })
}

fn dual_of_features<T: Real>(mut h: Matrix, full: bool) -> Result<Factor<T>, MathError> {
    let means = if full { column_means(&h) } else { Vector::zeros(h.ncols()) };
    // before the product, not after it: centring a Gram matrix cancels digits where means are large
    centre_columns(&mut h, &means);
    dual(gram(&h), means, full)
}

fn dual_of_kernel<T: Real>(k: &Matrix, full: bool) -> Result<Factor<T>, MathError> {
    let means = if full { column_means(k) } else { Vector::zeros(k.ncols()) };
    let mut centred = k.clone();
    if full {
        let grand = means.sum() / means.len() as f64;
        for j in 0..k.ncols() {
            for i in 0..k.nrows() {
                centred[(i, j)] += grand - means[i] - means[j];
            }
        }
    }
    dual(centred, means, full)
}

// A centred kernel annihilates the constant direction, whose eigenvalue would make 1/λ in the inverse that the
// intercept's leverage then subtracts again: nothing would be left of the difference at small λ. Targets are orthogonal
// to that direction, so its eigenvalue may be anything: it is moved among the others, and so well apart from zero.
fn dual<T: Real>(mut kernel: Matrix, means: Vector, full: bool) -> Result<Factor<T>, MathError> {
    let n = kernel.nrows() as f64;
    let shift = if full { kernel.trace() / n } else { 0.0 };
    kernel.add_scalar_mut(shift / n);
    let Decomposed { spectrum, vectors, gram } = decompose(kernel)?;
    Ok(Factor { spectrum, basis: vectors, form: Form::Dual { means, shift }, gram })
}

struct Decomposed<T: Real> {
    spectrum: Vec<f64>,
    vectors: DMatrix<T>,
    gram: Option<Matrix>,
}

fn decompose<T: Real>(a: Matrix) -> Result<Decomposed<T>, MathError> {
    let gram = T::ROUNDED.then(|| a.clone());
    let (values, vectors) = T::eigen(a)?;
    Ok(Decomposed { spectrum: values.into_iter().map(|v| v.max(0.0)).collect(), vectors, gram })
}
