//! Ridges without eigenvectors, for choosing on evaluation samples.

use super::problem::{Centring, Coefficients, Design, Problem, Side};
use super::solve::{RidgeFit, check_ridges};
use crate::math::error::MathError;
use crate::math::linalg::{BandForm, Matrix};

/// A ridge problem whose Gram matrix is in band form: a fifth of the work of [`super::Ridge`], enough for fits and
/// predictions, and for the trace of the leverages, not for leave-one-out errors, which need each.
#[derive(Clone)]
pub struct ReducedRidge<'a> {
    pub(super) problem: Problem<'a>,
    pub(super) form: BandForm,
    // Qᵀ Hᵀ t, or Qᵀ t
    right: Vec<f64>,
}

// Where a residual has this share of the squares of the targets, 1e-12 of it is lost in subtracting the rest of them.
const PLAIN_SHARE: f64 = 1e-4;

impl<'a> ReducedRidge<'a> {
    /// Reduces. Shapes: n x P or a state of n; n labels. Cost: n m² + 4/3 m³, m = min(n, P).
    /// Formula and source: as [`super::Ridge::factorised`], with `Q B Qᵀ`, B a band, in the place of eigenpairs.
    ///
    /// # Errors
    /// Those of [`super::Ridge::factorised`].
    pub fn new(design: Design<'a>, labels: &[f64], centring: Centring) -> Result<Self, MathError> {
        let (problem, gram) = Problem::new(design, labels, centring)?;
        let form = BandForm::reduce(gram)?;
        let mut right = problem.right();
        form.onto_basis(&mut right);
        Ok(Self { problem, right: right.as_slice().to_vec(), form })
    }

    fn coefficients(&self, lambdas: &[f64]) -> Result<Coefficients, MathError> {
        check_ridges(lambdas)?;
        let mut solution = Matrix::zeros(self.form.size(), lambdas.len());
        for (mut column, &lambda) in solution.column_iter_mut().zip(lambdas) {
            column.copy_from_slice(&self.form.solve(lambda, &self.right)?);
        }
        self.form.off_basis(&mut solution);
        Ok(self.problem.completed(solution))
    }

    /// The solutions at the given ridges, in their order. Shapes, units, source: as [`super::Ridge::fits`].
    /// Cost for each: 2m² and the predictions.
    ///
    /// # Errors
    /// [`MathError::Range`] unless every λ is a positive number; [`MathError::NotPositiveDefinite`] where λ is lost beside
    /// the eigenvalues.
    pub fn fits(&self, lambdas: &[f64]) -> Result<Vec<RidgeFit>, MathError> {
        Ok(self.problem.fits(self.coefficients(lambdas)?, lambdas))
    }

    /// Predictions on one evaluation split, a column for each ridge. Shapes, units, source: as
    /// [`super::Ridge::predictions`]. Cost: as [`ReducedRidge::fits`].
    ///
    /// # Errors
    /// Those of [`ReducedRidge::fits`]; [`MathError::Range`] where there is no such split.
    pub fn predictions(&self, split: usize, lambdas: &[f64]) -> Result<Matrix, MathError> {
        self.problem.predicted(split, &self.coefficients(lambdas)?)
    }

    /// The mean squared error on the training rows at each ridge.
    ///
    /// Formula, with `(B + λ) z = Qᵀ r`, r the right-hand side of the system of the Gram matrix: dual `‖λ z‖²/n`; primal
    /// `(‖t‖² − rᵀQ z − λ‖z‖²)/n`, and where that is below 1e-4 of `‖t‖²/n` from the predictions, as digits cancel.
    /// Shapes, units, source: as [`super::Ridge::train_errors`]. Cost: 300 min(n, P) for each λ; where digits cancel, as
    /// [`ReducedRidge::fits`].
    ///
    /// # Errors
    /// Those of [`ReducedRidge::fits`].
    pub fn train_errors(&self, lambdas: &[f64]) -> Result<Vec<f64>, MathError> {
        check_ridges(lambdas)?;
        let mut errors = lambdas.iter().map(|&l| self.train_error(l)).collect::<Result<Vec<_>, _>>()?;
        let cancelled: Vec<usize> = (0..errors.len()).filter(|&l| errors[l].is_none()).collect();
        let ridges: Vec<f64> = cancelled.iter().map(|&l| lambdas[l]).collect();
        let fitted = self.problem.fitted(&self.coefficients(&ridges)?, &ridges);
        for (l, fitted) in cancelled.into_iter().zip(fitted.column_iter()) {
            let targets = &self.problem.targets;
            errors[l] = Some((targets - fitted).norm_squared() / targets.len() as f64);
        }
        Ok(errors.into_iter().flatten().collect())
    }

    // None where digits cancel.
    fn train_error(&self, lambda: f64) -> Result<Option<f64>, MathError> {
        let (n, targets) = (self.problem.targets.len() as f64, self.problem.targets.norm_squared());
        let solution = self.form.solve(lambda, &self.right)?;
        let norm = dot(&solution, &solution);
        let Side::Primal = self.problem.side else { return Ok(Some(lambda * lambda * norm / n)) };
        let square = targets - dot(&self.right, &solution) - lambda * norm;
        Ok((square > PLAIN_SHARE * targets).then_some(square / n))
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::kernel::{KernelState, Splits};
    use crate::math::random::Stream;
    use crate::math::ridge::Ridge;

    // Against all eigenpairs: designs of both forms, one of them of deficient rank, and kernels, with every centring.
    #[test]
    fn fits_are_those_of_all_eigenpairs() {
        let stream = Stream::new(6, "test-reduced-ridge", 0);
        let y = |n: usize| (0..n).map(|i| if (i * i) % 7 < 3 { 1.0 } else { -1.0 }).collect::<Vec<f64>>();
        for (n, p, rank) in [(40, 9, 9), (14, 30, 30), (40, 20, 11)] {
            let h = stream.normal_columns(n, 0, rank) * stream.normal_columns(rank, 90, p).add_scalar(0.3);
            let test = stream.normal_columns(6, 200, p);
            let (y, evaluation) = (y(n), [&test]);
            let splits = Splits { train: &h, evaluation: &evaluation };
            let state = KernelState::inner_products(splits).unwrap();
            for centring in [Centring::Full, Centring::Labels, Centring::Nothing] {
                for design in [Design::Features(splits), Design::Kernel(state.view())] {
                    let lambdas = [1e-3, 0.7, 50.0];
                    let reduced = ReducedRidge::new(design.clone(), &y, centring).unwrap();
                    let full = Ridge::new(design, &y, centring).unwrap();
                    // the smallest penalty is 1e-7 of the largest eigenvalue, of which either keeps 16 digits
                    let close =
                        |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-8 * b.abs().max(1.0));
                    let (a, b) = (reduced.predictions(0, &lambdas).unwrap(), full.predictions(0, &lambdas).unwrap());
                    assert!(close(a.as_slice(), b.as_slice()), "{n} x {p}, {centring:?}");
                    assert!(close(&reduced.train_errors(&lambdas).unwrap(), &full.train_errors(&lambdas).unwrap()));
                    for (a, b) in reduced.fits(&lambdas).unwrap().iter().zip(full.fits(&lambdas).unwrap()) {
                        assert!(close(&a.train, &b.train) && close(&a.evaluation[0], &b.evaluation[0]));
                        assert!(close(&[a.intercept, a.train_mse], &[b.intercept, b.train_mse]));
                    }
                    assert!(reduced.fits(&[0.0]).is_err() && reduced.predictions(1, &[1.0]).is_err());
                }
            }
        }
    }
}
