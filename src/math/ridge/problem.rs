//! What a ridge problem is before it is solved: design, targets, and the Gram matrix of the smaller side.

use crate::math::error::{MathError, check_finite, check_range, check_size};
use crate::math::kernel::{KernelView, Splits};
use crate::math::linalg::{
    Matrix, Rows, Vector, add_symmetric_product_tn, gram, mirror_lower, product, product_tn, row_blocks, rows_product,
    rows_product_tn,
};

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

/// A ridge problem without its solver.
#[derive(Clone)]
pub(super) struct Problem<'a> {
    pub(super) design: Design<'a>,
    pub(super) centring: Centring,
    pub(super) target_mean: f64,
    // labels minus their mean, if that is asked
    pub(super) targets: Vector,
    // column means that the features or the kernel are centred by
    pub(super) means: Vector,
    pub(super) side: Side,
}

// What was solved for; both where features were solved in the dual.
pub(super) enum Coefficients {
    Weights(Matrix),
    Dual(Matrix),
    Both { weights: Matrix, dual: Matrix },
}

impl Coefficients {
    // What rows of features or of a kernel are multiplied by.
    pub(super) const fn of_rows(&self) -> &Matrix {
        match self {
            Self::Weights(matrix) | Self::Dual(matrix) | Self::Both { weights: matrix, .. } => matrix,
        }
    }

    pub(super) const fn weights(&self) -> Option<&Matrix> {
        if let Self::Weights(weights) | Self::Both { weights, .. } = self { Some(weights) } else { None }
    }

    pub(super) const fn dual(&self) -> Option<&Matrix> {
        if let Self::Dual(dual) | Self::Both { dual, .. } = self { Some(dual) } else { None }
    }
}

// Which of the two Gram matrices is decomposed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Side {
    // Hᵀ H: weights are solved for
    Primal,
    // H Hᵀ or the kernel: a coefficient for each sample; what was added to the eigenvalue of the constant direction
    Dual { shift: f64 },
}

impl<'a> Problem<'a> {
    // The problem and its Gram matrix, centred as asked.
    pub(super) fn new(design: Design<'a>, labels: &[f64], centring: Centring) -> Result<(Self, Matrix), MathError> {
        let rows = design.check()?;
        check_range(rows > 0, "number of samples", 0.0, "at least 1")?;
        check_size("labels", labels.len(), rows)?;
        check_finite("labels", labels)?;
        let target_mean = if centring == Centring::Nothing { 0.0 } else { mean(labels) };
        let targets = Vector::from_iterator(labels.len(), labels.iter().map(|y| y - target_mean));
        let full = centring == Centring::Full;
        let (gram, means, side) = match &design {
            Design::Kernel(kernel) => of_kernel(kernel.train, full),
            Design::Features(splits) => of_features(splits.train, full),
            Design::Rows { train, .. } => of_features(*train, full),
        };
        Ok((Self { design, centring, target_mean, targets, means, side }, gram))
    }

    // The right-hand side of the system of the Gram matrix: Hᵀ t, or t.
    pub(super) fn right(&self) -> Matrix {
        let targets = Matrix::from_column_slice(self.targets.len(), 1, self.targets.as_slice());
        match (self.side, self.design.train_rows()) {
            // targets sum to zero where features are centred
            (Side::Primal, Some(rows)) => rows_product_tn(rows, &targets),
            _ => targets,
        }
    }

    // Solutions of that system as coefficients.
    pub(super) fn completed(&self, mut solution: Matrix) -> Coefficients {
        if self.side == Side::Primal {
            return Coefficients::Weights(solution);
        }
        // c sums to zero where the kernel is centred, and is made to do so exactly
        if self.centring == Centring::Full {
            solution.column_iter_mut().for_each(|mut column| {
                let mean = column.sum() / column.len() as f64;
                column.add_scalar_mut(-mean);
            });
        }
        match self.design.train_rows() {
            Some(rows) => Coefficients::Both { weights: rows_product_tn(rows, &solution), dual: solution },
            None => Coefficients::Dual(solution),
        }
    }

    // What is fitted to the targets on the training rows, a column for each ridge.
    pub(super) fn fitted(&self, coefficients: &Coefficients, lambdas: &[f64]) -> Matrix {
        match (coefficients, self.design.train_rows()) {
            (Coefficients::Weights(weights), Some(rows)) => {
                let mut fitted = rows_product(rows, weights);
                let at_means = weights.tr_mul(&self.means);
                fitted.column_iter_mut().zip(at_means.iter()).for_each(|(mut f, m)| f.add_scalar_mut(-m));
                fitted
            }
            // (K + λ) c = t
            _ => {
                let dual = coefficients.dual().unwrap_or(coefficients.of_rows());
                Matrix::from_fn(dual.nrows(), lambdas.len(), |i, l| self.targets[i] - lambdas[l] * dual[(i, l)])
            }
        }
    }

    // The mean of the labels minus the prediction at the mean of the features.
    pub(super) fn intercepts(&self, coefficients: &Matrix) -> Vec<f64> {
        coefficients.tr_mul(&self.means).iter().map(|m| self.target_mean - m).collect()
    }

    pub(super) fn evaluation_splits(&self) -> usize {
        match &self.design {
            Design::Features(splits) => splits.evaluation.len(),
            Design::Rows { evaluation, .. } => evaluation.len(),
            Design::Kernel(kernel) => kernel.cross.len(),
        }
    }

    pub(super) fn evaluate(&self, split: usize, coefficients: &Matrix) -> Matrix {
        match &self.design {
            Design::Features(splits) => product(splits.evaluation[split], coefficients),
            Design::Rows { evaluation, .. } => rows_product(evaluation[split], coefficients),
            Design::Kernel(kernel) => product_tn(kernel.cross[split], coefficients),
        }
    }

    // Predictions on an evaluation split, a column for each ridge.
    pub(super) fn predicted(&self, split: usize, coefficients: &Coefficients) -> Result<Matrix, MathError> {
        let known = self.evaluation_splits();
        check_range(split < known, "evaluation split", split as f64, "below the number of splits")?;
        let mut predicted = self.evaluate(split, coefficients.of_rows());
        let intercepts = self.intercepts(coefficients.of_rows());
        predicted.column_iter_mut().zip(intercepts).for_each(|(mut column, b)| column.add_scalar_mut(b));
        Ok(predicted)
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

type Gram = (Matrix, Vector, Side);

fn of_features(h: &dyn Rows, full: bool) -> Gram {
    if h.width() < h.count() { primal(h, full) } else { dual_of_features(h.block(0..h.count()), full) }
}

fn primal(h: &dyn Rows, full: bool) -> Gram {
    let means = if full { means_of_rows(h) } else { Vector::zeros(h.width()) };
    let mut moment = Matrix::zeros(h.width(), h.width());
    for range in row_blocks(h.count()) {
        let mut rows = h.block(range);
        centre_columns(&mut rows, &means);
        add_symmetric_product_tn(&mut moment, &rows, &rows);
    }
    mirror_lower(&mut moment);
    (moment, means, Side::Primal)
}

fn dual_of_features(mut h: Matrix, full: bool) -> Gram {
    let means = if full { column_means(&h) } else { Vector::zeros(h.ncols()) };
    // before the product, not after it: centring a Gram matrix cancels digits where means are large
    centre_columns(&mut h, &means);
    dual(gram(&h), means, full)
}

fn of_kernel(k: &Matrix, full: bool) -> Gram {
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
fn dual(mut kernel: Matrix, means: Vector, full: bool) -> Gram {
    let n = kernel.nrows() as f64;
    let shift = if full { kernel.trace() / n } else { 0.0 };
    if full {
        kernel.add_scalar_mut(shift / n);
    }
    (kernel, means, Side::Dual { shift })
}
