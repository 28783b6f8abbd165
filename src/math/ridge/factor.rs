//! The one factorisation behind every ridge.

use crate::math::error::{MathError, check_finite, check_range, check_size};
use crate::math::kernel::{KernelView, Splits};
use crate::math::linalg::{Eigen, Matrix, Vector, add_symmetric_product_tn, gram, mirror_lower, product, sym_eigen};

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
#[derive(Debug, Clone)]
pub enum Design<'a> {
    /// A representation; the smaller of its two Gram matrices is factorised.
    Features(Splits<'a>),
    /// A kernel.
    Kernel(KernelView<'a>),
}

/// A factorised ridge problem `min ‖t − H w‖² + λ‖w‖²`. λ is not multiplied by n, a kernel is not divided by n.
#[derive(Debug, Clone)]
pub struct Ridge<'a> {
    pub(super) design: Design<'a>,
    pub(super) centring: Centring,
    pub(super) target_mean: f64,
    // labels minus their mean, if that is asked
    pub(super) targets: Vector,
    pub(super) factor: Factor,
    // basisᵀ t: the solution at λ is θ_k = projected_k/(spectrum_k + λ)
    pub(super) projected: Vector,
}

#[derive(Debug, Clone)]
pub(super) struct Factor {
    // eigenvalues s of the Gram matrix, not negative
    pub(super) spectrum: Vec<f64>,
    // primal: scores H V, n x P; dual: eigenvectors Q, n x n
    pub(super) basis: Matrix,
    pub(super) form: Form,
}

#[derive(Debug, Clone)]
pub(super) enum Form {
    // eigenvectors V of Hᵀ H and the column means that H was centred by
    Primal { vectors: Matrix, means: Vector },
    // column means of the features or of the kernel, and what was added to the eigenvalue of the constant direction
    Dual { means: Vector, shift: f64 },
}

impl<'a> Ridge<'a> {
    /// Factorises. Eigenvalues that rounding made negative become 0.
    ///
    /// Formula, with H (or K) and the targets t centred as asked: primal `Hᵀ H = V diag(s) Vᵀ` where P < n; else, and
    /// for a kernel, `K = H Hᵀ = Q diag(s) Qᵀ`.
    /// Shapes: n x P or a state of n; n labels. Cost: n m² + 10 m³, m = min(n, P).
    /// Source: the paper's readout; variants as in the reference implementation (table in the module).
    ///
    /// # Errors
    /// [`MathError::Shape`], [`MathError::NonFinite`]; [`MathError::Range`] for no samples.
    pub fn new(design: Design<'a>, labels: &[f64], centring: Centring) -> Result<Self, MathError> {
        check_design(&design, labels)?;
        let target_mean = if centring == Centring::Nothing { 0.0 } else { mean(labels) };
        let targets = Vector::from_iterator(labels.len(), labels.iter().map(|y| y - target_mean));
        let full = centring == Centring::Full;
        let factor = match &design {
            Design::Features(splits) if splits.train.ncols() < splits.train.nrows() => primal(splits.train, full)?,
            Design::Features(splits) => dual_of_features(splits.train, full)?,
            Design::Kernel(kernel) => dual_of_kernel(kernel.train, full)?,
        };
        let projected = factor.basis.tr_mul(&targets);
        Ok(Self { design, centring, target_mean, targets, factor, projected })
    }

    /// The number of directions that the problem was factorised into: min(n, P), or n for a kernel. Units: directions.
    pub fn rank(&self) -> usize {
        self.factor.spectrum.len()
    }
}

fn check_design(design: &Design<'_>, labels: &[f64]) -> Result<(), MathError> {
    let rows = match design {
        Design::Features(splits) => splits.check().map(|()| splits.train.nrows())?,
        Design::Kernel(kernel) => kernel.train.nrows(),
    };
    check_range(rows > 0, "number of samples", 0.0, "at least 1")?;
    check_size("labels", labels.len(), rows)?;
    check_finite("labels", labels)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

pub(super) fn column_means(a: &Matrix) -> Vector {
    Vector::from_iterator(a.ncols(), a.column_iter().map(|c| c.sum() / a.nrows() as f64))
}

// Subtracts means[j] from column j.
fn centre_columns(a: &mut Matrix, means: &Vector) {
    a.column_iter_mut().zip(means.iter()).for_each(|(mut column, m)| column.add_scalar_mut(-m));
}

fn means_if(full: bool, a: &Matrix) -> Vector {
    if full { column_means(a) } else { Vector::zeros(a.ncols()) }
}

// Rows centred at a time: no centred copy of a tall H exists.
const ROWS_AT_ONCE: usize = 2048;

fn primal(h: &Matrix, full: bool) -> Result<Factor, MathError> {
    let means = means_if(full, h);
    let block = |start: usize| {
        let mut rows = h.rows(start, ROWS_AT_ONCE.min(h.nrows() - start)).into_owned();
        centre_columns(&mut rows, &means);
        rows
    };
    let mut moment = Matrix::zeros(h.ncols(), h.ncols());
    for start in (0..h.nrows()).step_by(ROWS_AT_ONCE) {
        let rows = block(start);
        add_symmetric_product_tn(&mut moment, &rows, &rows);
    }
    mirror_lower(&mut moment);
    let (spectrum, vectors) = floored_eigen(&moment)?;
    let mut basis = Matrix::zeros(h.nrows(), h.ncols());
    for start in (0..h.nrows()).step_by(ROWS_AT_ONCE) {
        let scores = product(&block(start), &vectors);
        basis.rows_mut(start, scores.nrows()).copy_from(&scores);
    }
    Ok(Factor { spectrum, basis, form: Form::Primal { vectors, means } })
}

fn dual_of_features(h: &Matrix, full: bool) -> Result<Factor, MathError> {
    let means = means_if(full, h);
    let kernel = if full {
        // before the product, not after it: centring a Gram matrix cancels digits where means are large
        let mut centred = h.clone();
        centre_columns(&mut centred, &means);
        gram(&centred)
    } else {
        gram(h)
    };
    dual(kernel, means, full)
}

fn dual_of_kernel(k: &Matrix, full: bool) -> Result<Factor, MathError> {
    let means = means_if(full, k);
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
fn dual(mut kernel: Matrix, means: Vector, full: bool) -> Result<Factor, MathError> {
    let n = kernel.nrows() as f64;
    let shift = if full { kernel.trace() / n } else { 0.0 };
    kernel.add_scalar_mut(shift / n);
    let (spectrum, basis) = floored_eigen(&kernel)?;
    Ok(Factor { spectrum, basis, form: Form::Dual { means, shift } })
}

fn floored_eigen(a: &Matrix) -> Result<(Vec<f64>, Matrix), MathError> {
    let Eigen { values, vectors } = sym_eigen(a)?;
    Ok((values.into_iter().map(|v| v.max(0.0)).collect(), vectors))
}
