//! Generalised cross-validation: choosing a ridge on the training rows without the leverage of each.

use super::factor::Ridge;
use super::problem::{Centring, Problem, Side};
use super::reduced::ReducedRidge;
use crate::math::error::MathError;
use crate::math::linalg::Real;

/// The generalised cross-validation error at each ridge, of which `train` are the mean squared errors on the n training
/// rows and `freedoms` the degrees of freedom that it leaves: leave-one-out with the mean of all leverages in the place of each.
///
/// Formula: `n ‖t − S t‖²/f²`, f = n − tr S − nδ with S and δ as in [`Ridge::leave_one_out`].
/// Shapes: m errors and as many degrees -> m. Units: those of the labels, squared. Cost: m.
/// Source: Golub, Heath and Wahba, Technometrics 21 (1979) 215, doi:10.1080/00401706.1979.10489751.
#[must_use]
pub fn generalised(train: &[f64], freedoms: &[f64], n: usize) -> Vec<f64> {
    train.iter().zip(freedoms).map(|(train, freedom)| train / (freedom / n as f64).powi(2)).collect()
}

impl Problem<'_> {
    // n − tr S from the trace of the inverse of the Gram matrix plus λ, m x m; only terms of one sign are added.
    fn freedom(&self, lambda: f64, (m, trace): (usize, f64)) -> f64 {
        let intercept = if self.centring == Centring::Full { 1.0 } else { 0.0 };
        match self.side {
            Side::Primal => (self.targets.len() as f64 - intercept - m as f64) + lambda * trace,
            Side::Dual { shift } => lambda * (trace - intercept / (shift + lambda)),
        }
    }
}

impl<T: Real> Ridge<'_, T> {
    /// The degrees of freedom that each ridge leaves, `n − tr S − nδ`.
    ///
    /// Formula: `tr S = m − λ tr (HᵀH + λ)^{-1}`, m = P, or m = n with `K` for `HᵀH`. The intercept of [`Centring::Full`]
    /// counts as one in the trace; the mean of the labels of [`Centring::Labels`] does not, as it is not refitted.
    /// Shapes: m ridges -> m. Units: samples. Cost: r for each λ. Source: as [`generalised`].
    pub fn freedoms(&self, lambdas: &[f64]) -> Vec<f64> {
        let trace = |lambda: f64| self.spectrum.iter().map(|s| 1.0 / (s + lambda)).sum();
        lambdas.iter().map(|&lambda| self.problem.freedom(lambda, (self.rank(), trace(lambda)))).collect()
    }
}

impl ReducedRidge<'_> {
    /// The degrees of freedom that each ridge leaves: [`Ridge::freedoms`], the trace of the inverse from the band.
    ///
    /// Shapes: m ridges -> m. Cost: 900 min(n, P) for each λ.
    ///
    /// # Errors
    /// [`MathError::NotPositiveDefinite`] where λ is lost beside the eigenvalues.
    pub fn freedoms(&self, lambdas: &[f64]) -> Result<Vec<f64>, MathError> {
        let at = |&lambda: &f64| Ok(self.problem.freedom(lambda, (self.form.size(), self.form.inverse_trace(lambda)?)));
        lambdas.iter().map(at).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::kernel::{KernelState, KernelView, Splits};
    use crate::math::linalg::{Matrix, Vector, cholesky_solve, orthonormal_basis};
    use crate::math::random::Stream;
    use crate::math::ridge::{Design, first_minimum, log_grid};

    const CENTRINGS: [Centring; 3] = [Centring::Full, Centring::Labels, Centring::Nothing];

    fn sample(n: usize, p: usize) -> (Matrix, Vec<f64>) {
        let h = Stream::new(9, "test-gcv", 0).normal_columns(n, 0, p).add_scalar(0.4);
        let y = (0..n).map(|i| if h[(i, 0)] * h[(i, 1)] > 0.1 { 1.0 } else { -1.0 }).collect();
        (h, y)
    }

    fn features(h: &Matrix) -> Design<'_> {
        Design::Features(Splits { train: h, evaluation: &[] })
    }

    fn by_eigenpairs<T: Real>(design: Design<'_>, y: &[f64], (centring, lambdas): (Centring, &[f64])) -> Vec<f64> {
        let ridge = Ridge::<T>::factorised(design, y, centring).unwrap();
        generalised(&ridge.train_errors(lambdas).unwrap(), &ridge.freedoms(lambdas), y.len())
    }

    fn by_band(design: Design<'_>, y: &[f64], (centring, lambdas): (Centring, &[f64])) -> Vec<f64> {
        let ridge = ReducedRidge::new(design, y, centring).unwrap();
        generalised(&ridge.train_errors(lambdas).unwrap(), &ridge.freedoms(lambdas).unwrap(), y.len())
    }

    // The formula with the smoother of the labels as a matrix.
    fn plain(h: &Matrix, y: &[f64], centring: Centring, lambda: f64) -> f64 {
        let n = y.len();
        let mean = Matrix::from_element(n, n, 1.0 / n as f64);
        let about_mean = Matrix::identity(n, n) - &mean;
        let rows = if centring == Centring::Full { &about_mean * h } else { h.clone() };
        let normal = rows.tr_mul(&rows) + Matrix::identity(h.ncols(), h.ncols()) * lambda;
        let mut smoother = &rows * cholesky_solve(&normal, &rows.transpose()).unwrap();
        let mut labels = Vector::from_column_slice(y);
        match centring {
            Centring::Full => smoother += mean,
            Centring::Labels => labels = about_mean * labels,
            Centring::Nothing => {}
        }
        let residual = &labels - &smoother * &labels;
        n as f64 * residual.norm_squared() / (n as f64 - smoother.trace()).powi(2)
    }

    fn worst(a: &[f64], b: &[f64]) -> f64 {
        assert_eq!(a.len(), b.len());
        a.iter().zip(b).map(|(a, b)| (a / b - 1.0).abs()).fold(0.0, f64::max)
    }

    #[test]
    fn every_route_is_the_formula_with_the_smoother_as_a_matrix() {
        let lambdas = [1e-2, 0.3, 10.0, 1e4];
        for (n, p) in [(25, 6), (60, 40), (14, 40), (15, 15), (20, 19)] {
            let (h, y) = sample(n, p);
            let state = KernelState::inner_products(Splits { train: &h, evaluation: &[] }).unwrap();
            for centring in CENTRINGS {
                let expected: Vec<f64> = lambdas.iter().map(|&l| plain(&h, &y, centring, l)).collect();
                let asked = (centring, &lambdas[..]);
                for design in [features(&h), Design::Kernel(state.view())] {
                    let found = [by_eigenpairs::<f64>(design.clone(), &y, asked), by_band(design, &y, asked)];
                    for found in found {
                        let worst = worst(&found, &expected);
                        assert!(worst < 1e-9, "{n} x {p}, {centring:?}: {found:?} against {expected:?}");
                    }
                }
            }
        }
    }

    // (U H, U y) is the same problem; the leverages of its rows are others.
    #[test]
    fn rotations_of_the_samples_change_leave_one_out_alone() {
        let lambdas = log_grid(-2.0, 3.0, 11);
        for (n, p) in [(30, 8), (12, 30)] {
            let (h, y) = sample(n, p);
            let turn = orthonormal_basis(&Stream::new(9, "test-gcv", 1).normal_columns(n, 0, n));
            let (turned, labels) = (&turn * &h, &turn * Vector::from_column_slice(&y));
            let asked = (Centring::Nothing, &lambdas[..]);
            let before = by_band(features(&h), &y, asked);
            assert!(worst(&by_band(features(&turned), labels.as_slice(), asked), &before) < 1e-9);
            let leave_one_out =
                |h, y| Ridge::new(features(h), y, Centring::Nothing).unwrap().leave_one_out(&lambdas).unwrap();
            assert!(worst(&leave_one_out(&turned, labels.as_slice()), &leave_one_out(&h, &y)) > 1e-2);
        }
    }

    // Every sample has the same leverage where the kernel depends on the distance along a circle alone.
    #[test]
    fn on_a_circle_it_is_the_leave_one_out_error() {
        let n = 24;
        let angle = |i: usize, j: usize| std::f64::consts::TAU * (i as f64 - j as f64) / n as f64;
        let train = Matrix::from_fn(n, n, |i, j| angle(i, j).cos().exp());
        let (_, y) = sample(n, 3);
        let lambdas = log_grid(-4.0, 3.0, 15);
        for centring in CENTRINGS {
            let design = Design::Kernel(KernelView { train: &train, cross: Vec::new() });
            let left_out = Ridge::new(design.clone(), &y, centring).unwrap().leave_one_out(&lambdas).unwrap();
            let found = by_band(design, &y, (centring, &lambdas));
            assert!(worst(&found, &left_out) < 1e-9, "{centring:?}: {found:?} against {left_out:?}");
        }
    }

    // Everything is fitted: of n ‖t − St‖²/(n − tr S)² both parts vanish, by λ², and the limit keeps its digits.
    #[test]
    fn tiny_ridge_keeps_its_digits_where_everything_is_fitted() {
        let (h, y) = sample(14, 40);
        for centring in CENTRINGS {
            let of = |h: &Matrix, lambda| by_band(features(h), &y, (centring, &[lambda]))[0];
            // a change of unit: features times 1000 is the ridge times 10⁶
            assert!((of(&(&h * 1e3), 1e-6) / of(&h, 1e-12) - 1.0).abs() < 1e-9, "{centring:?}");
            assert!((of(&h, 1e-12) / of(&h, 1e-9) - 1.0).abs() < 1e-6, "{centring:?}");
        }
    }

    #[test]
    fn infinite_ridge_leaves_the_labels() {
        let (h, y) = sample(30, 8);
        let square = |centre: f64| y.iter().map(|v| (v - centre).powi(2)).sum::<f64>() / 30.0;
        let mean = y.iter().sum::<f64>() / 30.0;
        let limits = [square(mean) * (30.0_f64 / 29.0).powi(2), square(mean), square(0.0)];
        for (centring, limit) in CENTRINGS.into_iter().zip(limits) {
            assert!(worst(&by_band(features(&h), &y, (centring, &[1e14])), &[limit]) < 1e-9, "{centring:?}");
        }
    }

    #[test]
    fn single_precision_chooses_as_double_does() {
        let (h, y) = sample(60, 20);
        let (wide, wide_y) = sample(24, 70);
        let scaled =
            |m: &Matrix, factor: fn(usize) -> f64| Matrix::from_fn(m.nrows(), m.ncols(), |i, j| m[(i, j)] * factor(j));
        let mut deficient = h.clone();
        (10..20).for_each(|j| deficient.set_column(j, &h.column(j - 10)));
        let designs = [
            ("well conditioned", h.clone(), &y),
            ("condition 1e5", scaled(&h, |j| 10.0_f64.powf(-(j as f64) / 4.0)), &y),
            ("rank 10 of 20", deficient, &y),
            ("one eigenvalue", orthonormal_basis(&h) * 5.0, &y),
            ("more features than samples", wide.clone(), &wide_y),
            ("the same, condition 1e6", scaled(&wide, |j| 10.0_f64.powf(-(j as f64) / 12.0)), &wide_y),
        ];
        for (name, h, y) in &designs {
            for centring in CENTRINGS {
                let largest = Ridge::new(features(h), y, centring).unwrap().largest();
                let trusted: Vec<f64> = log_grid(-5.0, 2.0, 50).iter().map(|share| share * largest).collect();
                let asked = (centring, &trusted[..]);
                let (single, double) = (by_eigenpairs::<f32>(features(h), y, asked), by_band(features(h), y, asked));
                assert!(worst(&single, &double) < 5e-3, "{name}, {centring:?}: {:e}", worst(&single, &double));
                assert_eq!(first_minimum(&single), first_minimum(&double), "{name}, {centring:?}");
            }
        }
    }
}
