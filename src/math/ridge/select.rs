//! Choosing a ridge on the training rows: the leave-one-out error over a grid.

use super::factor::{Operand, Ridge, times};
use super::problem::{Centring, Side};
use crate::math::error::MathError;
use crate::math::linalg::{MatrixOf, Real};

/// Numbers from `10^from` to `10^to`, evenly spaced in the logarithm, `10^{from + (to − from) i/(points − 1)}`; one
/// point gives `10^from`.
///
/// Shapes: -> `points`, ascending where `from` is less than `to`. Units: from and to in decades.
/// Source: the reference implementation's grid of ridges is `log_grid(-6, 6, 500)`.
pub fn log_grid(from: f64, to: f64, points: usize) -> Vec<f64> {
    let at = |i: usize| from + (to - from) * i as f64 / (points.max(2) - 1) as f64;
    (0..points).map(|i| if i > 0 && i + 1 == points { to } else { at(i) }).map(|e| 10.0_f64.powf(e)).collect()
}

/// The index of the smallest value, the first one where several are equal; `None` for an empty curve. NaN is never
/// smallest.
/// Shapes: m -> a number below m. Cost: m.
/// Source: the reference implementation takes the first strict minimum of the leave-one-out error.
pub fn first_minimum(curve: &[f64]) -> Option<usize> {
    let better = |best: Option<usize>, (i, &v): (usize, &f64)| match best {
        Some(b) if v < curve[b] => Some(i),
        None if !v.is_nan() => Some(i),
        _ => best,
    };
    curve.iter().enumerate().fold(None, better)
}

// Rows at a time, so that the squared basis never exists as a whole.
const ROWS_AT_ONCE: usize = 1024;

// The reference's floor on 1 − S_ii where the intercept takes no part in the leverage.
const SMALLEST_SPARE: f64 = 1e-12;

impl<T: Real> Ridge<'_, T> {
    /// The exact leave-one-out mean squared error at each ridge.
    ///
    /// Formula, δ = 1/n the leverage of an intercept ([`Centring::Full`], else 0):
    /// primal `e_i = (t − S t)_i/(1 − δ − S_ii)`, `S = H (Hᵀ H + λ)^{-1} Hᵀ`;
    /// dual `e_i = c_i/d_i`, `c = (K + λ)^{-1} t`, `d = diag (K + λ)^{-1} − δ/λ`, which is the same and keeps its
    /// digits at small λ. Without δ, `1 − S_ii` is at least 1e-12 as in the reference, and the mean of the labels is
    /// not refitted.
    /// Shapes: m ridges -> m. Units: those of the labels, squared. Cost: n r for each λ, in two matrix products.
    /// Source: the classical identity, e.g. Hastie, Tibshirani and Friedman, *The Elements of Statistical Learning*,
    /// eq. (7.64); with 1/n as in scikit-learn's `RidgeCV`, which the reference implementation calls.
    ///
    /// # Errors
    /// [`MathError::Range`] unless every λ is a positive number.
    pub fn leave_one_out(&self, lambdas: &[f64]) -> Result<Vec<f64>, MathError> {
        Ok(self.errors(lambdas)?.leave_one_out)
    }

    /// The exact leave-one-out error as [`Ridge::leave_one_out`] gives it, and the mean squared error on the training
    /// rows, which comes from the same products.
    ///
    /// Formula of the latter: `‖t − S t‖²/n`, in the dual `‖λ c‖²/n`. Shapes: m ridges -> 2 x m. Units: those of the
    /// labels, squared. Cost and source: those of [`Ridge::leave_one_out`].
    ///
    /// # Errors
    /// Those of [`Ridge::leave_one_out`].
    pub fn errors(&self, lambdas: &[f64]) -> Result<Errors, MathError> {
        let theta = self.coordinates(lambdas)?;
        let inverse = |k: usize, l: usize| T::of(1.0 / (self.spectrum[k] + lambdas[l]));
        let inverse = MatrixOf::from_fn(self.rank(), lambdas.len(), inverse);
        let n = self.problem.targets.len();
        let mut errors = Errors { leave_one_out: vec![0.0; lambdas.len()], train: vec![0.0; lambdas.len()] };
        for start in (0..n).step_by(ROWS_AT_ONCE) {
            let mut rows = self.basis.of_samples().rows(start, ROWS_AT_ONCE.min(n - start)).into_owned();
            let solution = times((&rows, Operand::AsIs), &theta);
            rows.apply(|v| *v = T::of(v.to_f64() * v.to_f64()));
            let leverage = times((&rows, Operand::AsIs), &inverse);
            for (l, &lambda) in lambdas.iter().enumerate() {
                let one = Residuals { ridge: self, lambda };
                for i in 0..rows.nrows() {
                    let (target, solution) = (self.problem.targets[start + i], solution[(i, l)].to_f64());
                    errors.leave_one_out[l] += one.left_out(target, solution, leverage[(i, l)].to_f64()).powi(2);
                    errors.train[l] += one.fitted(target, solution).powi(2);
                }
            }
        }
        errors.leave_one_out.iter_mut().chain(&mut errors.train).for_each(|sum| *sum /= n as f64);
        Ok(errors)
    }

    /// The mean squared error on the training rows at each ridge.
    ///
    /// Formula and units: as [`Ridge::errors`]. Shapes: m ridges -> m. Cost: n r for each λ. Source: the definition.
    ///
    /// # Errors
    /// Those of [`Ridge::leave_one_out`].
    pub fn train_errors(&self, lambdas: &[f64]) -> Result<Vec<f64>, MathError> {
        let solution = times((self.basis.of_samples(), Operand::AsIs), &self.coordinates(lambdas)?);
        let error = |(l, &lambda): (usize, &f64)| {
            let one = Residuals { ridge: self, lambda };
            let solution = solution.column(l);
            let squares = self.problem.targets.iter().zip(&solution).map(|(t, s)| one.fitted(*t, s.to_f64()).powi(2));
            squares.sum::<f64>() / self.problem.targets.len() as f64
        };
        Ok(lambdas.iter().enumerate().map(error).collect())
    }

    /// The ridge of a grid with the smallest leave-one-out error, the first one where several are equal.
    ///
    /// Shapes: m ridges -> one of them. Cost: that of [`Ridge::leave_one_out`].
    /// Source: as [`Ridge::leave_one_out`].
    ///
    /// # Errors
    /// Those of [`Ridge::leave_one_out`]; [`MathError::NonFinite`] where the curve has no smallest value.
    pub fn select(&self, lambdas: &[f64]) -> Result<f64, MathError> {
        let best = first_minimum(&self.leave_one_out(lambdas)?);
        best.map(|i| lambdas[i]).ok_or(MathError::NonFinite { what: "the leave-one-out curve" })
    }
}

/// Mean squared errors at each ridge of a grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Errors {
    /// On each training row by the fit to the others.
    pub leave_one_out: Vec<f64>,
    /// On the training rows.
    pub train: Vec<f64>,
}

// Residuals of training rows at one ridge. Primal: `solution` = (S t)_i and `leverage` = S_ii; dual: c_i and
// [(K + λ)^{-1}]_ii.
struct Residuals<'a, T: Real> {
    ridge: &'a Ridge<'a, T>,
    lambda: f64,
}

impl<T: Real> Residuals<'_, T> {
    fn left_out(&self, target: f64, solution: f64, leverage: f64) -> f64 {
        let (n, lambda) = (self.ridge.problem.targets.len() as f64, self.lambda);
        match (self.ridge.problem.side, self.ridge.problem.centring) {
            (Side::Primal, Centring::Full) => (target - solution) / (1.0 - 1.0 / n - leverage),
            (Side::Primal, _) => (target - solution) / (1.0 - leverage).max(SMALLEST_SPARE),
            (Side::Dual { shift }, Centring::Full) => solution / (leverage - 1.0 / (n * (shift + lambda))),
            (Side::Dual { .. }, _) => lambda * solution / (lambda * leverage).max(SMALLEST_SPARE),
        }
    }

    fn fitted(&self, target: f64, solution: f64) -> f64 {
        match self.ridge.problem.side {
            Side::Primal => target - solution,
            Side::Dual { .. } => self.lambda * solution,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::kernel::{KernelState, Splits};
    use crate::math::linalg::Matrix;
    use crate::math::random::Stream;
    use crate::math::ridge::Design;

    fn sample(n: usize, p: usize) -> (Matrix, Vec<f64>) {
        let h = Stream::new(9, "test-loo", 0).normal_columns(n, 0, p).add_scalar(0.4);
        let y = (0..n).map(|i| if h[(i, 0)] * h[(i, 1)] > 0.1 { 1.0 } else { -1.0 }).collect();
        (h, y)
    }

    // Refits without each row in turn.
    fn brute_force(h: &Matrix, y: &[f64], centring: Centring, lambda: f64) -> f64 {
        let squared = |i: usize| {
            let (rest, row) = (h.clone().remove_row(i), h.rows(i, 1).into_owned());
            let labels: Vec<f64> = y.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, v)| *v).collect();
            let design = Design::Features(Splits { train: &rest, evaluation: &[&row] });
            let fit = Ridge::new(design, &labels, centring).unwrap().fits(&[lambda]).unwrap().remove(0);
            (fit.evaluation[0][0] - y[i]).powi(2)
        };
        (0..y.len()).map(squared).sum::<f64>() / y.len() as f64
    }

    #[test]
    fn identity_is_the_brute_force_in_both_forms() {
        for (n, p) in [(25, 6), (14, 40)] {
            let (h, y) = sample(n, p);
            let splits = Splits { train: &h, evaluation: &[] };
            let state = KernelState::inner_products(splits).unwrap();
            for centring in [Centring::Full, Centring::Nothing] {
                let lambdas = [1e-3, 0.1, 10.0];
                let features =
                    Ridge::new(Design::Features(splits), &y, centring).unwrap().leave_one_out(&lambdas).unwrap();
                let kernel =
                    Ridge::new(Design::Kernel(state.view()), &y, centring).unwrap().leave_one_out(&lambdas).unwrap();
                for (l, &lambda) in lambdas.iter().enumerate() {
                    let expected = brute_force(&h, &y, centring, lambda);
                    assert!((features[l] / expected - 1.0).abs() < 1e-9, "{n} x {p}, {centring:?}, {lambda}");
                    assert!((kernel[l] / expected - 1.0).abs() < 1e-9, "{n} x {p}, {centring:?}, {lambda}");
                }
            }
        }
    }

    #[test]
    fn training_errors_are_those_of_the_fits() {
        let lambdas = [1e-3, 0.1, 10.0];
        for (n, p) in [(25, 6), (14, 40)] {
            let (h, y) = sample(n, p);
            for centring in [Centring::Full, Centring::Labels, Centring::Nothing] {
                let design = Design::Features(Splits { train: &h, evaluation: &[] });
                let ridge = Ridge::new(design, &y, centring).unwrap();
                let errors = ridge.errors(&lambdas).unwrap().train;
                let fits = ridge.fits(&lambdas).unwrap();
                for (l, fit) in fits.iter().enumerate() {
                    assert!((errors[l] - fit.train_mse).abs() < 1e-12, "{n} x {p}, {centring:?}: {errors:?}");
                }
                let alone = ridge.train_errors(&lambdas).unwrap();
                assert!(alone.iter().zip(&errors).all(|(a, b)| (a / b - 1.0).abs() < 1e-12));
            }
        }
    }

    #[test]
    fn tiny_ridge_and_large_features_keep_their_digits() {
        let (h, y) = sample(14, 40);
        let large = &h * 1e3;
        let design = |train| Design::Features(Splits { train, evaluation: &[] });
        let of = |m, lambda| Ridge::new(design(m), &y, Centring::Full).unwrap().leave_one_out(&[lambda]).unwrap()[0];
        // a change of unit: features times 1000 is the ridge times 10⁶
        assert!((of(&large, 1e-6) / of(&h, 1e-12) - 1.0).abs() < 1e-8);
        assert!((of(&large, 1e-6) / brute_force(&large, &y, Centring::Full, 1e-6) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn labels_alone_centred_is_the_shortcut_without_refitting_the_mean() {
        let (h, y) = sample(12, 30);
        let mean = y.iter().sum::<f64>() / 12.0;
        let centred: Vec<f64> = y.iter().map(|v| v - mean).collect();
        let design = Design::Features(Splits { train: &h, evaluation: &[] });
        let labels = Ridge::new(design.clone(), &y, Centring::Labels).unwrap().leave_one_out(&[0.2]).unwrap();
        let nothing = Ridge::new(design, &centred, Centring::Nothing).unwrap().leave_one_out(&[0.2]).unwrap();
        assert!((labels[0] - nothing[0]).abs() < 1e-13);
    }

    #[test]
    fn grid_is_even_in_the_logarithm() {
        let grid = log_grid(-6.0, 6.0, 500);
        assert_eq!((grid.len(), grid[0], grid[499]), (500, 1e-6, 1e6));
        let ratios: Vec<f64> = grid.windows(2).map(|w| w[1] / w[0]).collect();
        assert!(ratios.iter().all(|r| (r / ratios[0] - 1.0).abs() < 1e-12));
        assert_eq!((log_grid(0.0, 3.0, 1), log_grid(0.0, 3.0, 0)), (vec![1.0], vec![]));
    }

    #[test]
    fn first_strict_minimum_wins() {
        assert_eq!(first_minimum(&[3.0, 1.0, 2.0, 1.0]), Some(1));
        assert_eq!(first_minimum(&[f64::NAN, 2.0, 2.0]), Some(1));
        assert_eq!(first_minimum(&[]), None);
    }

    #[test]
    fn select_returns_a_ridge_of_the_grid() {
        let (h, y) = sample(25, 6);
        let ridge = Ridge::new(Design::Features(Splits { train: &h, evaluation: &[] }), &y, Centring::Full).unwrap();
        let grid = log_grid(-3.0, 3.0, 25);
        let curve = ridge.leave_one_out(&grid).unwrap();
        let chosen = ridge.select(&grid).unwrap();
        assert!(curve.iter().all(|&v| v >= curve[grid.iter().position(|&l| l == chosen).unwrap()]));
        assert!(ridge.select(&[]).is_err());
    }

    // What a comparison in single precision may cost: designs that are well and badly conditioned, of deficient rank, with
    // clustered eigenvalues; both forms, every centring.
    #[test]
    fn single_precision_chooses_as_double_does() {
        let (h, y) = sample(60, 20);
        let (wide, wide_y) = sample(24, 70);
        let scaled =
            |m: &Matrix, factor: fn(usize) -> f64| Matrix::from_fn(m.nrows(), m.ncols(), |i, j| m[(i, j)] * factor(j));
        let mut deficient = h.clone();
        (10..20).for_each(|j| deficient.set_column(j, &h.column(j - 10)));
        let orthonormal = crate::math::linalg::orthonormal_basis(&h);
        let designs = [
            ("well conditioned", h.clone(), &y),
            ("condition 1e5", scaled(&h, |j| 10.0_f64.powf(-(j as f64) / 4.0)), &y),
            ("rank 10 of 20", deficient, &y),
            ("one eigenvalue", orthonormal * 5.0, &y),
            ("more features than samples", wide.clone(), &wide_y),
            ("the same, condition 1e6", scaled(&wide, |j| 10.0_f64.powf(-(j as f64) / 12.0)), &wide_y),
        ];
        let grid = log_grid(-6.0, 6.0, 200);
        for (name, h, y) in &designs {
            for centring in [Centring::Full, Centring::Labels, Centring::Nothing] {
                let design = Design::Features(Splits { train: h, evaluation: &[h] });
                let single = Ridge::<f32>::factorised(design.clone(), y, centring).unwrap();
                let double = Ridge::new(design, y, centring).unwrap();
                // errors where single precision is trusted: λ at least 1e-5 of the largest eigenvalue
                let trusted: Vec<f64> = grid.iter().copied().filter(|l| *l >= 1e-5 * double.largest()).collect();
                let (a, b) = (single.errors(&trusted).unwrap(), double.errors(&trusted).unwrap());
                let validation =
                    (single.predictions(0, &trusted).unwrap() - double.predictions(0, &trusted).unwrap()).amax();
                let worst =
                    |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a / b - 1.0).abs()).fold(0.0, f64::max);
                let worst = worst(&a.leave_one_out, &b.leave_one_out);
                assert!(worst < 5e-3 && validation < 5e-3, "{name}, {centring:?}: {worst:e}, {validation:e}");
                // the ridge chosen in single precision is as good as the best
                let (i, j) = (first_minimum(&a.leave_one_out).unwrap(), first_minimum(&b.leave_one_out).unwrap());
                let lost = b.leave_one_out[i] / b.leave_one_out[j] - 1.0;
                assert!(lost < 1e-4, "{name}, {centring:?}: λ {} for {}, {lost:e} worse", trusted[i], trusted[j]);
                // fits are in double precision all the same
                let (fit, exact) = (single.fits(&trusted[i..=i]).unwrap(), double.fits(&trusted[i..=i]).unwrap());
                let worst = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max);
                assert!(worst(&fit[0].evaluation[0], &exact[0].evaluation[0]) < 1e-9, "{name}, {centring:?}");
                assert!(worst(&fit[0].train, &exact[0].train) < 1e-9, "{name}, {centring:?}");
                assert!((fit[0].intercept - exact[0].intercept).abs() < 1e-9, "{name}, {centring:?}");
            }
        }
    }
}
