//! The two-stage estimator, for a whole curve of training sizes.

use super::features::{CentredLayer, Inputs, Source, Streamed, kept_bytes};
use super::moment::Method;
use super::overlap::subspace_overlap;
use super::pass::projections;
use super::prefix_search::PrefixSearch;
use super::teacher::{Hidden, Teacher};
use crate::math::error::{MathError, check_range};
use crate::math::kernel::Splits;
use crate::math::linalg::eigen::Found;
use crate::math::linalg::{Matrix, SingleMatrix, double, product_single, single};
use crate::math::lofi::random_features::Blocks;
use crate::math::ridge::{Centring, Design, Ridge};
use crate::math::size::bytes;
use crate::math::statistics::metrics::{Estimate, mean_squared_error};
use std::ops::Range;

/// A fitted curve's setting.
///
/// Stage one: the d1 eigenvectors of largest |λ| of `C_1 = (1/n) Σ y φ1 φ1ᵀ` give ĥ1, which is batch-normalised. Stage
/// two: `φ2` of ĥ1, `v2 = (1/n) Σ y φ2`, `ĥ2 = v2·φ2`, batch-normalised; a ridge regression of y on its powers, λ by
/// exact leave-one-out.
///
/// Source: arXiv 2605.13612, the estimator of figure 2.
pub struct Estimator<'a> {
    /// The target.
    pub teacher: &'a Teacher,
    /// φ1.
    pub first: &'a CentredLayer,
    /// φ2: a layer on d1 inputs.
    pub second: &'a CentredLayer,
    /// Powers of ĥ2 in the readout.
    pub degree: usize,
    /// Ridges to choose from, for a sum (not a mean) of squares.
    pub lambdas: &'a [f64],
    /// How the eigenvectors are found.
    pub method: Method,
    /// Residual of the eigenpairs, relative to the largest |λ|.
    pub tolerance: f64,
    /// Passes over the samples after which an implicit search ends whatever the residual is.
    pub passes: usize,
}

/// The samples of a curve.
pub struct Curve<'a, E> {
    /// Training inputs.
    pub train: &'a dyn Inputs,
    /// Increasing training sizes; each training set is the beginning of the next.
    pub sizes: &'a [usize],
    /// Test inputs.
    pub test: &'a Matrix,
    /// Memory granted to keep the training inputs, and for an implicit search features as well, bytes.
    pub bytes_kept: u64,
    /// Asked now and then; its error ends the run.
    pub interrupt: &'a dyn Fn() -> Result<(), E>,
}

/// The estimator at one training size.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// n.
    pub n_train: usize,
    /// Overlap of ĥ1 with the teacher's h1 on the test samples.
    pub overlap_h1: f64,
    /// Squared correlation of ĥ2 with h2 on the test samples.
    pub overlap_h2: f64,
    /// Mean squared error on the test samples.
    pub test_mse: Estimate,
    /// The same over the variance of the test labels: 1 for a constant prediction.
    pub relative_mse: f64,
    /// The ridge chosen.
    pub lambda: f64,
    /// Residual of the eigenpairs, relative to the largest |λ|.
    pub residual: f64,
    /// How many vectors the operator was applied to; the width where the matrix was formed and solved in full.
    pub products: usize,
}

/// Memory of what the second stage holds for n training samples, `8n (d1 + 3·degree + 3)`: ĥ1, ĥ2, its powers three
/// times (as they are, centred, in the coordinates of the ridge) and labels. Units: bytes.
pub const fn second_stage_bytes(rows: usize, features: usize, degree: usize) -> u64 {
    bytes(8, rows, features + 3 * degree + 3)
}

/// Memory left for features of a grant for n inputs of d as well, `bytes − 4nd`, all of it where the inputs do not fit.
/// Units: bytes.
pub const fn bytes_left(bytes: u64, (rows, dim): (usize, usize)) -> u64 {
    match bytes.checked_sub(kept_bytes(rows, dim)) {
        Some(left) => left,
        None => bytes,
    }
}

// The test samples as the stages see them.
struct Test {
    hidden: Hidden,
    features: SingleMatrix,
}

// Rows of the second layer at a time, which stay in the cache.
const ROWS_AT_ONCE: usize = 256;

impl Estimator<'_> {
    /// Fits every training size of a curve.
    ///
    /// Shapes: m training sizes, test inputs `n_t` x d -> m points.
    /// Cost: see [`super::moment::Work`] for the eigenvectors, the rest is small beside it. Both methods give the same
    /// curve within the tolerance.
    /// Source: as [`Estimator`].
    ///
    /// # Errors
    /// Sizes that do not increase, numeric errors of the parts, those of the interrupt.
    pub fn curve<E: From<MathError>>(&self, samples: &Curve<'_, E>) -> Result<Vec<Point>, E> {
        let &Curve { train, sizes, bytes_kept, interrupt, .. } = samples;
        let rows = sizes.last().copied().unwrap_or(0);
        let increasing = sizes.windows(2).all(|w| w[0] < w[1]) && sizes.first().is_some_and(|&n| n > 1);
        check_range(increasing, "first training size", rows as f64, "at least 2, followed by larger ones")?;
        let labels = labels_of(self.teacher, (train, rows), interrupt)?;
        let test = Test { hidden: self.teacher.of(samples.test), features: self.first.apply(samples.test) };
        let source = Source { inputs: train, layer: self.first, rows, interrupt };
        let features = streamed(source, self.method, bytes_kept)?;
        let &Self { method, tolerance, passes, .. } = self;
        let search = PrefixSearch { keep: self.teacher.features(), method, tolerance, passes };
        let filters = search.each(&features, sizes, &labels)?;
        let wanted: Vec<(usize, &Matrix)> =
            sizes.iter().zip(&filters).map(|(&n, filter)| (n, &filter.eigen.vectors)).collect();
        let scores = projections(&features, &wanted)?;
        let fitted = filters.iter().zip(scores);
        Ok(fitted.map(|(filter, h1)| self.point(double(&h1), &labels, (filter, &test))).collect::<Result<_, _>>()?)
    }

    // From ĥ1 on the training samples, not yet normalised, to the errors.
    fn point(&self, mut h1: Matrix, labels: &[f64], (filter, test): (&Found, &Test)) -> Result<Point, MathError> {
        let labels = &labels[..h1.nrows()];
        let mut h1_test = double(&product_single(&test.features, &single(&filter.eigen.vectors)));
        batch_normalise(&mut h1, &mut h1_test);
        let overlap_h1 = subspace_overlap(&test.hidden.first, &h1_test);
        let [mut h2, mut h2_test] = self.second_stage(&h1, &h1_test, labels);
        batch_normalise(&mut h2, &mut h2_test);
        let overlap_h2 = subspace_overlap(&column(&test.hidden.second), &h2_test);
        let (lambda, predicted) = self.readout(&h2, &h2_test, labels)?;
        let test_mse = mean_squared_error(&predicted, &test.hidden.labels)?;
        Ok(Point {
            n_train: labels.len(),
            overlap_h1,
            overlap_h2,
            relative_mse: test_mse.mean / column(&test.hidden.labels).variance(),
            test_mse,
            lambda,
            residual: filter.residual,
            products: filter.products,
        })
    }

    // ĥ2 of training and test samples: features in single precision, sums over blocks of samples in double.
    fn second_stage(&self, h1: &Matrix, h1_test: &Matrix, labels: &[f64]) -> [Matrix; 2] {
        let lift = |h: &Matrix, range: Range<usize>| self.second.apply(&h.rows(range.start, range.len()).into_owned());
        let blocks = |rows: usize| Blocks { rows, at_once: ROWS_AT_ONCE }.ranges();
        let mut direction = Matrix::zeros(self.second.width(), 1);
        for range in blocks(h1.nrows()) {
            let weights = single(&column(&labels[range.clone()]));
            direction += double(&lift(h1, range).tr_mul(&weights));
        }
        let direction = single(&(direction / labels.len() as f64));
        let project = |h: &Matrix| {
            let mut out = Matrix::zeros(h.nrows(), 1);
            for range in blocks(h.nrows()) {
                let found = product_single(&lift(h, range.clone()), &direction);
                out.rows_mut(range.start, range.len()).copy_from(&double(&found));
            }
            out
        };
        [project(h1), project(h1_test)]
    }

    // Ridge regression on the powers of ĥ2: the ridge chosen and the test predictions.
    fn readout(&self, h2: &Matrix, h2_test: &Matrix, labels: &[f64]) -> Result<(f64, Vec<f64>), MathError> {
        let (design, test) = (powers(h2, self.degree), powers(h2_test, self.degree));
        let splits = Splits { train: &design, evaluation: &[&test] };
        let ridge = Ridge::new(Design::Features(splits), labels, Centring::Full)?;
        let lambda = ridge.select(self.lambdas)?;
        let fit = ridge.fits(&[lambda])?.into_iter().next();
        let predicted = fit.and_then(|fit| fit.evaluation.into_iter().next()).unwrap_or_default();
        Ok((lambda, predicted))
    }
}

/// The features of a source, kept between passes as far as the memory allows: the inputs, and for an implicit search, which
/// passes over them many times, features as well.
///
/// Shapes: n samples of d inputs -> n x P, in blocks. Units: bytes. Cost: that of what is kept.
///
/// # Errors
/// Those of the interrupt.
pub fn streamed<'a, E>(source: Source<'a, E>, method: Method, bytes_kept: u64) -> Result<Streamed<'a, E>, E> {
    let left = bytes_left(bytes_kept, (source.rows, source.layer.dim()));
    let features = Streamed::new(source, bytes_kept)?;
    if method == Method::Implicit { features.keeping(left) } else { Ok(features) }
}

/// The labels of the first `rows` inputs. Shapes: -> `rows` numbers. Cost: 2 rows d² d1.
/// Source: as [`Teacher`].
///
/// # Errors
/// Those of the interrupt.
pub fn labels_of<E>(
    teacher: &Teacher,
    (inputs, rows): (&dyn Inputs, usize),
    interrupt: &dyn Fn() -> Result<(), E>,
) -> Result<Vec<f64>, E> {
    let mut labels = Vec::with_capacity(rows);
    for range in (Blocks { rows, at_once: ROWS_AT_ONCE }).ranges() {
        interrupt()?;
        labels.extend(teacher.of(&inputs.rows(range)).labels);
    }
    Ok(labels)
}

fn column(values: &[f64]) -> Matrix {
    Matrix::from_column_slice(values.len(), 1, values)
}

// h, h², …, one column each.
fn powers(h: &Matrix, degree: usize) -> Matrix {
    Matrix::from_fn(h.nrows(), degree, |i, j| h[(i, 0)].powi(j as i32 + 1))
}

// Gives every training column mean 0 and variance 1, and the test columns the same shift and factor. A constant column
// stays: it carries nothing, and nothing is divided by its rounding.
fn batch_normalise(train: &mut Matrix, test: &mut Matrix) {
    for (mut column, mut test) in train.column_iter_mut().zip(test.column_iter_mut()) {
        let (mean, sd) = (column.mean(), column.variance().sqrt());
        let factor = if sd > 1e-12 * mean.abs() { 1.0 / sd } else { 1.0 };
        for values in [&mut column, &mut test] {
            values.iter_mut().for_each(|v| *v = (*v - mean) * factor);
        }
    }
}

#[cfg(test)]
#[path = "estimator_tests.rs"]
mod tests;
