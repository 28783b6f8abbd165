//! Dual activations: what a wide random layer does to the correlation of two inputs of unit variance.

use crate::math::error::{MathError, check_finite, check_range};
use std::f64::consts::PI;

/// The dual `σ̂(ρ) = E[σ(u)σ(v)]` of an activation, (u, v) standard normal with correlation ρ, scaled so that
/// `E[σ(z)²] = 1`: `σ̂(ρ) = Σ_k a_k² ρ^k` over the coefficients of σ in the orthonormal Hermite polynomials,
/// `σ̂(1) = 1`.
#[derive(Debug, Clone, PartialEq)]
pub enum DualActivation {
    /// `√2 max(z, 0)`
    Relu,
    /// `erf z`, scaled.
    Erf,
    /// `Σ_k a_k h_k(z)`: the squares a_k², which sum to 1.
    Polynomial(Vec<f64>),
}

impl DualActivation {
    /// The polynomial with these coefficients in the orthonormal (probabilists') Hermite polynomials, scaled to unit
    /// second moment: the squares `a_k²/Σ_j a_j²`.
    ///
    /// Shapes: coefficients of degree 0, 1, … -> as many squares. Units: dimensionless.
    ///
    /// # Errors
    /// [`MathError::NonFinite`] for a coefficient that is no number, [`MathError::Range`] where all are 0.
    pub fn polynomial(coefficients: &[f64]) -> Result<Self, MathError> {
        check_finite("Hermite coefficients", coefficients)?;
        let total: f64 = coefficients.iter().map(|a| a * a).sum();
        check_range(total > 0.0, "sum of squared Hermite coefficients", total, "more than 0")?;
        Ok(Self::Polynomial(coefficients.iter().map(|a| a * a / total).collect()))
    }

    /// `σ̂(ρ)`.
    ///
    /// Formula, with cos θ = ρ: ReLU `(sin θ + (π − θ) cos θ)/π`; erf `asin(2ρ/3)/asin(2/3)`.
    /// Units: dimensionless; ρ is clipped to −1 to 1. Cost: an inverse trigonometric function, or the polynomial's
    /// degree.
    /// Source: Cho and Saul, NIPS 22 (2009); Williams, Neural Computation 10 (1998) 1203,
    /// doi:10.1162/089976698300017412; Daniely, Frostig and Singer, NIPS 29 (2016), arXiv 1602.05897.
    pub fn value(&self, rho: f64) -> f64 {
        let rho = rho.clamp(-1.0, 1.0);
        match self {
            Self::Relu => (((1.0 - rho) * (1.0 + rho)).sqrt() + (PI - rho.acos()) * rho) / PI,
            Self::Erf => (2.0 / 3.0 * rho).asin() / (2.0_f64 / 3.0).asin(),
            Self::Polynomial(squares) => squares.iter().rev().fold(0.0, |sum, a| sum * rho + a),
        }
    }

    /// The dual of the derivative, which is the derivative of the dual: `E[σ'(u)σ'(v)] = σ̂'(ρ) = Σ_k k a_k² ρ^{k−1}`.
    ///
    /// Formula: ReLU `(π − θ)/π`; erf `2/(√(9 − 4ρ²) asin(2/3))`.
    /// Units and cost: as [`DualActivation::value`].
    /// Source: as [`DualActivation::value`].
    pub fn slope(&self, rho: f64) -> f64 {
        let rho = rho.clamp(-1.0, 1.0);
        match self {
            Self::Relu => (PI - rho.acos()) / PI,
            Self::Erf => 2.0 / ((9.0 - 4.0 * rho * rho).sqrt() * (2.0_f64 / 3.0).asin()),
            Self::Polynomial(squares) => {
                squares.iter().enumerate().skip(1).rev().fold(0.0, |sum, (k, a)| sum * rho + k as f64 * a)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::kernel::layer::LayerKernel;
    use crate::math::quadrature::GaussHermite;

    fn all() -> Vec<DualActivation> {
        let polynomial = DualActivation::polynomial(&[0.4, 0.5, 0.3, 0.0, -0.1]).unwrap();
        vec![DualActivation::Relu, DualActivation::Erf, polynomial]
    }

    // E[f(u) f(v)] with v = ρ u + √(1 − ρ²) w, as the definition says.
    fn expectation(rho: f64, f: impl Fn(f64) -> f64) -> f64 {
        let rule = GaussHermite::new(60).unwrap();
        rule.expectation(|u| rule.expectation(|w| f(u) * f(rho * u + (1.0 - rho * rho).sqrt() * w)))
    }

    #[test]
    fn erf_and_polynomial_are_the_expectations_that_define_them() {
        let scale = expectation(1.0, libm::erf).sqrt();
        // 0.4 + 0.5 h1 + 0.3 h2 − 0.1 h4 over the root of 0.51
        let (h2, h4) =
            (|z: f64| (z * z - 1.0) / 2.0_f64.sqrt(), |z: f64| (z.powi(4) - 6.0 * z * z + 3.0) / 24.0_f64.sqrt());
        let polynomial = |z: f64| (0.4 + 0.5 * z + 0.3 * h2(z) - 0.1 * h4(z)) / 0.51_f64.sqrt();
        let slope = |z: f64| {
            let (h1, h3) = (z, (z.powi(3) - 3.0 * z) / 6.0_f64.sqrt());
            (0.5 + 0.3 * 2.0_f64.sqrt() * h1 - 0.1 * 2.0 * h3) / 0.51_f64.sqrt()
        };
        let erf_slope = |z: f64| 2.0 / PI.sqrt() * (-z * z).exp() / scale;
        for rho in [-0.9, -0.3, 0.0, 0.5, 0.95] {
            let [_, erf, poly] = &all()[..] else { panic!("three") };
            assert!((erf.value(rho) - expectation(rho, |z| libm::erf(z) / scale)).abs() < 1e-10, "{rho}");
            assert!((erf.slope(rho) - expectation(rho, erf_slope)).abs() < 1e-9, "{rho}");
            assert!((poly.value(rho) - expectation(rho, polynomial)).abs() < 1e-12, "{rho}");
            assert!((poly.slope(rho) - expectation(rho, slope)).abs() < 1e-12, "{rho}");
        }
    }

    #[test]
    fn relu_and_erf_are_the_layer_kernels_at_unit_variance() {
        let kernels = [(DualActivation::Relu, LayerKernel::Relu), (DualActivation::Erf, LayerKernel::Erf)];
        for (dual, kernel) in kernels {
            for rho in [-1.0, -0.6, 0.0, 0.2, 0.99, 1.0] {
                let ratio = kernel.value(1.0, 1.0, rho) / kernel.value(1.0, 1.0, 1.0);
                assert!((dual.value(rho) - ratio).abs() < 1e-15, "{rho}");
            }
        }
    }

    #[test]
    fn unit_second_moment_and_the_slope_is_the_derivative() {
        for dual in all() {
            assert!((dual.value(1.0) - 1.0).abs() < 1e-15);
            for rho in [-0.8, -0.1, 0.4, 0.9] {
                let difference = (dual.value(rho + 1e-5) - dual.value(rho - 1e-5)) / 2e-5;
                assert!((difference - dual.slope(rho)).abs() < 1e-8, "{dual:?} at {rho}");
            }
        }
        assert_eq!(DualActivation::Relu.slope(1.0), 1.0);
    }

    #[test]
    fn nothing_to_scale_is_refused() {
        assert!(DualActivation::polynomial(&[0.0, 0.0]).is_err() && DualActivation::polynomial(&[]).is_err());
        assert!(DualActivation::polynomial(&[f64::NAN]).is_err());
    }
}
