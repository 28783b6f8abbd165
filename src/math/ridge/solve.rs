//! Solutions and predictions at given ridges.

use super::factor::{Operand, Ridge, times, widened};
use super::problem::{Coefficients, Problem};
use crate::math::error::{MathError, check_range};
use crate::math::linalg::{Matrix, MatrixOf, Real, cholesky_solve};

/// The solution at one ridge.
#[derive(Debug, Clone, PartialEq)]
pub struct RidgeFit {
    /// λ.
    pub lambda: f64,
    /// The constant that is added to `H w`, for a kernel to `K×ᵀ c`; H and K× as given, not centred.
    pub intercept: f64,
    /// w, for a design of features.
    pub weights: Option<Vec<f64>>,
    /// c, where the dual problem was solved.
    pub dual: Option<Vec<f64>>,
    /// Predictions on the training rows.
    pub train: Vec<f64>,
    /// Predictions on each evaluation split.
    pub evaluation: Vec<Vec<f64>>,
    /// Mean squared error on the training rows.
    pub train_mse: f64,
}

// One column for each ridge.
struct Solutions {
    coefficients: Coefficients,
    intercepts: Vec<f64>,
    fitted: Matrix,
    evaluation: Vec<Matrix>,
}

impl Problem<'_> {
    // Whole fits from their coefficients.
    pub(super) fn fits(&self, coefficients: Coefficients, lambdas: &[f64]) -> Vec<RidgeFit> {
        let fitted = self.fitted(&coefficients, lambdas);
        let intercepts = self.intercepts(coefficients.of_rows());
        let evaluation = (0..self.evaluation_splits()).map(|s| self.evaluate(s, coefficients.of_rows())).collect();
        let solutions = Solutions { coefficients, intercepts, fitted, evaluation };
        lambdas.iter().enumerate().map(|(l, &lambda)| self.fit(lambda, l, &solutions)).collect()
    }

    fn fit(&self, lambda: f64, l: usize, solutions: &Solutions) -> RidgeFit {
        let plus = |m: &Matrix, constant: f64| m.column(l).iter().map(|v| v + constant).collect::<Vec<f64>>();
        let intercept = solutions.intercepts[l];
        let residual = &self.targets - solutions.fitted.column(l);
        RidgeFit {
            lambda,
            intercept,
            weights: solutions.coefficients.weights().map(|m| plus(m, 0.0)),
            dual: solutions.coefficients.dual().map(|m| plus(m, 0.0)),
            train: plus(&solutions.fitted, self.target_mean),
            evaluation: solutions.evaluation.iter().map(|m| plus(m, intercept)).collect(),
            train_mse: residual.norm_squared() / residual.len() as f64,
        }
    }
}

impl<T: Real> Ridge<'_, T> {
    /// The solutions at the given ridges, in their order.
    ///
    /// Formula: `w = (Hᵀ H + λ)^{-1} Hᵀ t` or `c = (K + λ)^{-1} t`, in the coordinates of the factorisation; where that
    /// is in single precision, by a Cholesky factor in double for each.
    /// Shapes: m ridges -> m fits: w of P or c of n, predictions of n and `n_s`. Units: those of the labels.
    /// Cost for each: r (n + P) + P Σ `n_s` in features, n (n + Σ `n_s`) for a kernel; r³/3 more in single precision.
    /// Source: the paper's readout; ridge regression: Hoerl and Kennard, Technometrics 12 (1970) 55.
    ///
    /// # Errors
    /// [`MathError::Range`] unless every λ is a positive number; [`MathError::NotPositiveDefinite`] where λ is lost beside
    /// the features in double precision, and the factorisation is in single.
    pub fn fits(&self, lambdas: &[f64]) -> Result<Vec<RidgeFit>, MathError> {
        let coefficients = match &self.gram {
            Some(gram) => self.solved(gram, lambdas)?,
            None => self.coefficients(&self.coordinates(lambdas)?),
        };
        Ok(self.problem.fits(coefficients, lambdas))
    }

    /// Predictions on one evaluation split, a column for each ridge, in the precision of the factorisation.
    ///
    /// Formula: as [`Ridge::fits`]. Shapes: m ridges -> `n_s` x m. Units: those of the labels.
    /// Cost for each: r P + `n_s` P in features, n (r + `n_s`) for a kernel. Source: as [`Ridge::fits`].
    ///
    /// # Errors
    /// [`MathError::Range`] unless every λ is a positive number, and where there is no such split.
    pub fn predictions(&self, split: usize, lambdas: &[f64]) -> Result<Matrix, MathError> {
        self.problem.predicted(split, &self.coefficients(&self.coordinates(lambdas)?))
    }

    // θ of every ridge: r x (number of ridges).
    pub(super) fn coordinates(&self, lambdas: &[f64]) -> Result<MatrixOf<T>, MathError> {
        check_ridges(lambdas)?;
        let entry = |k: usize, l: usize| T::of(self.projected[k] / (self.spectrum[k] + lambdas[l]));
        Ok(MatrixOf::from_fn(self.rank(), lambdas.len(), entry))
    }

    fn coefficients(&self, theta: &MatrixOf<T>) -> Coefficients {
        let solution = times((self.basis.of_coefficients(), Operand::AsIs), theta);
        self.problem.completed(Matrix::from_vec(solution.nrows(), solution.ncols(), widened(&solution)))
    }

    // The coefficients from the Gram matrix itself, a Cholesky factor for each ridge.
    fn solved(&self, gram: &Matrix, lambdas: &[f64]) -> Result<Coefficients, MathError> {
        check_ridges(lambdas)?;
        let right = self.problem.right();
        let mut solution = Matrix::zeros(right.nrows(), lambdas.len());
        let mut shifted = gram.clone();
        for (l, lambda) in lambdas.iter().enumerate() {
            (0..gram.nrows()).for_each(|i| shifted[(i, i)] = gram[(i, i)] + lambda);
            solution.column_mut(l).copy_from(&cholesky_solve(&shifted, &right)?);
        }
        Ok(self.problem.completed(solution))
    }
}

pub(super) fn check_ridges(lambdas: &[f64]) -> Result<(), MathError> {
    let positive =
        |&lambda: &f64| check_range(lambda > 0.0 && lambda.is_finite(), "ridge", lambda, "a positive number");
    lambdas.iter().try_for_each(positive)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::kernel::{KernelState, Splits};
    use crate::math::linalg::{Vector, cholesky_solve};
    use crate::math::random::Stream;
    use crate::math::ridge::{Centring, Design};

    fn sample(n: usize, p: usize) -> (Matrix, Matrix, Vec<f64>) {
        let stream = Stream::new(8, "test-ridge", 0);
        let offset = |m: Matrix| m.add_scalar(0.7);
        let y = (0..n).map(|i| if (i * i) % 7 < 3 { 1.0 } else { -1.0 }).collect();
        (offset(stream.normal_columns(n, 0, p)), offset(stream.normal_columns(6, p, p)), y)
    }

    fn worst(a: &[f64], b: &[f64]) -> f64 {
        a.iter().zip(b).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max)
    }

    #[test]
    fn primal_dual_and_kernel_agree_for_every_centring() {
        for (n, p) in [(30, 8), (12, 20), (15, 15)] {
            let (h, test, y) = sample(n, p);
            let splits = Splits { train: &h, evaluation: &[&test] };
            let state = KernelState::inner_products(splits).unwrap();
            for centring in [Centring::Full, Centring::Labels, Centring::Nothing] {
                let features = Ridge::new(Design::Features(splits), &y, centring).unwrap().fits(&[0.1, 3.0]).unwrap();
                let kernel = Ridge::new(Design::Kernel(state.view()), &y, centring).unwrap().fits(&[0.1, 3.0]).unwrap();
                let alone = Ridge::new(Design::Features(splits), &y, centring).unwrap();
                let predicted = alone.predictions(0, &[0.1, 3.0]).unwrap();
                assert!((0..2).all(|l| worst(predicted.column(l).as_slice(), &features[l].evaluation[0]) < 1e-13));
                let of_kernel = Ridge::new(Design::Kernel(state.view()), &y, centring).unwrap();
                let predicted = of_kernel.predictions(0, &[0.1, 3.0]).unwrap();
                assert!((0..2).all(|l| worst(predicted.column(l).as_slice(), &kernel[l].evaluation[0]) < 1e-13));
                assert!(alone.predictions(1, &[0.1]).is_err() && of_kernel.predictions(1, &[0.1]).is_err());
                for (a, b) in features.iter().zip(&kernel) {
                    assert!(worst(&a.train, &b.train) < 1e-11 && worst(&a.evaluation[0], &b.evaluation[0]) < 1e-11);
                    assert!((a.train_mse - b.train_mse).abs() < 1e-11);
                }
            }
        }
    }

    #[test]
    fn solution_satisfies_the_normal_equations() {
        let (h, test, y) = sample(20, 6);
        let splits = Splits { train: &h, evaluation: &[&test] };
        let fit = Ridge::new(Design::Features(splits), &y, Centring::Full).unwrap().fits(&[0.5]).unwrap().remove(0);
        // ridge with an unpenalised intercept, by an augmented system solved by Cholesky
        let augmented = h.clone().insert_column(6, 1.0);
        let mut normal = augmented.tr_mul(&augmented);
        (0..6).for_each(|j| normal[(j, j)] += 0.5);
        let right = augmented.tr_mul(&Matrix::from_column_slice(20, 1, &y));
        let direct = cholesky_solve(&normal, &right).unwrap();
        assert!(worst(&fit.weights.unwrap(), &direct.as_slice()[..6]) < 1e-12);
        assert!((fit.intercept - direct[6]).abs() < 1e-12);
        let predicted = &test * direct.rows(0, 6);
        assert!(worst(&fit.evaluation[0], predicted.add_scalar(direct[6]).as_slice()) < 1e-12);
    }

    #[test]
    fn dual_coefficients_solve_the_kernel_system() {
        let (h, _, y) = sample(14, 30);
        let state = KernelState::inner_products(Splits { train: &h, evaluation: &[] }).unwrap();
        let fit =
            Ridge::new(Design::Kernel(state.view()), &y, Centring::Labels).unwrap().fits(&[0.3]).unwrap().remove(0);
        let mean = y.iter().sum::<f64>() / 14.0;
        assert!((fit.intercept - mean).abs() < 1e-15);
        let c = Vector::from_vec(fit.dual.unwrap());
        let residual = &state.train * &c + &c * 0.3 - Vector::from_iterator(14, y.iter().map(|v| v - mean));
        assert!(residual.amax() < 1e-11);
    }

    #[test]
    fn training_error_grows_and_weights_shrink_with_the_ridge() {
        for (n, p) in [(30, 8), (12, 20)] {
            let (h, _, y) = sample(n, p);
            let ridge =
                Ridge::new(Design::Features(Splits { train: &h, evaluation: &[] }), &y, Centring::Full).unwrap();
            let fits = ridge.fits(&super::super::log_grid(-4.0, 6.0, 40)).unwrap();
            let norm = |f: &RidgeFit| f.weights.as_ref().unwrap().iter().map(|w| w * w).sum::<f64>();
            assert!(fits.windows(2).all(|w| w[0].train_mse <= w[1].train_mse && norm(&w[0]) >= norm(&w[1])));
            assert!(p < n || fits[0].train_mse < 1e-8, "more features than samples fit everything");
        }
    }

    #[test]
    fn refuses_ridges_and_shapes_that_make_no_sense() {
        let (h, _, y) = sample(10, 4);
        let design = Design::Features(Splits { train: &h, evaluation: &[] });
        let ridge = Ridge::new(design.clone(), &y, Centring::Full).unwrap();
        assert!(ridge.fits(&[0.0]).is_err() && ridge.fits(&[f64::NAN]).is_err());
        assert!(ridge.fits(&[]).is_ok_and(|f| f.is_empty()));
        assert!(Ridge::new(design.clone(), &y[1..], Centring::Full).is_err());
        assert!(Ridge::new(design, &[f64::NAN; 10], Centring::Full).is_err());
    }

    proptest::proptest! {
        #[test]
        fn features_and_their_kernel_predict_and_leave_out_alike(
            seed in 0u64..1000, n in 4usize..14, p in 1usize..20, exponent in -2.0..2.0f64,
        ) {
            let drawn = |layer, rows, columns| Stream::new(seed, "test-ridge", layer).normal_columns(rows, 0, columns);
            let (h, test, y) = (drawn(0, n, p), drawn(1, 5, p), drawn(2, n, 1));
            let evaluation = [&test];
            let splits = Splits { train: &h, evaluation: &evaluation };
            let state = KernelState::inner_products(splits).unwrap();
            let lambda = [10.0_f64.powf(exponent)];
            for centring in [Centring::Full, Centring::Labels, Centring::Nothing] {
                let features = Ridge::new(Design::Features(splits), y.as_slice(), centring).unwrap();
                let kernel = Ridge::new(Design::Kernel(state.view()), y.as_slice(), centring).unwrap();
                let (a, b) = (features.fits(&lambda).unwrap().remove(0), kernel.fits(&lambda).unwrap().remove(0));
                proptest::prop_assert!(worst(&a.train, &b.train) < 1e-9);
                proptest::prop_assert!(worst(&a.evaluation[0], &b.evaluation[0]) < 1e-9);
                let (a, b) = (features.leave_one_out(&lambda).unwrap(), kernel.leave_one_out(&lambda).unwrap());
                proptest::prop_assert!((a[0] / b[0] - 1.0).abs() < 1e-6, "{a:?} against {b:?}");
            }
        }
    }
}
