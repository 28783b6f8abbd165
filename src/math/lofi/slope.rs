//! The derivatives of activations.

use crate::math::activation::Activation;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, PI, SQRT_2};

/// The derivative of an activation; `None` for those that have none of use: [`Activation::Step`], zero almost everywhere,
/// and [`Activation::ReluNormalized`], which does not act on each entry alone.
///
/// It is 0 at a kink, as in the reference implementation's automatic differentiation; there `CentredRelu` has −1/2.
/// Shapes: -> a function of one number. Units: dimensionless.
pub fn slope(activation: Activation) -> Option<fn(f64) -> f64> {
    Some(match activation {
        Activation::Sigmoid => |x| {
            let s = 1.0 / (1.0 + (-x).exp());
            s * (1.0 - s)
        },
        Activation::Tanh => |x| 1.0 - x.tanh().powi(2),
        Activation::Relu => |x| within(x, 0.0, f64::INFINITY),
        Activation::Relu6 => |x| within(x, 0.0, 6.0),
        Activation::CappedRelu => |x| within(x, 0.0, 1.0),
        Activation::Erf => |x| FRAC_2_SQRT_PI * (-x * x).exp(),
        Activation::Gelu => gelu_slope,
        Activation::Poly2 => |x| 2.0 * x,
        Activation::Poly3 => |x| 3.0 * x * x,
        Activation::Cos => |x| -x.sin(),
        Activation::Sin => f64::cos,
        Activation::Rbf => |x| 2.0 * (SQRT_2 * x + 0.25 * PI).cos(),
        Activation::Identity => |_| 1.0,
        Activation::CentredRelu => |x| within(x, 0.0, f64::INFINITY) - 0.5,
        Activation::Step | Activation::ReluNormalized => return None,
    })
}

fn within(x: f64, low: f64, high: f64) -> f64 {
    if low < x && x < high { 1.0 } else { 0.0 }
}

// (x Φ(x))' = Φ(x) + x φ(x)
fn gelu_slope(x: f64) -> f64 {
    let density = 0.5 * FRAC_1_SQRT_2 * FRAC_2_SQRT_PI * (-0.5 * x * x).exp();
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2) + x * density
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::linalg::Matrix;

    fn differentiable() -> impl Iterator<Item = Activation> {
        Activation::ALL.into_iter().filter(|&a| slope(a).is_some())
    }

    #[test]
    fn slope_is_the_limit_of_the_secant() {
        const STEP: f64 = 1e-5;
        for activation in differentiable() {
            let slope = slope(activation).unwrap();
            for x in [-7.3, -2.1, -0.4, 0.3, 0.9, 1.7, 6.4] {
                let mut ends = Matrix::from_row_slice(1, 2, &[x - STEP, x + STEP]);
                activation.apply(&mut ends);
                let secant = (ends[(0, 1)] - ends[(0, 0)]) / (2.0 * STEP);
                assert!((slope(x) - secant).abs() < 1e-7 * (1.0 + secant.abs()), "{} at {x}", activation.name());
            }
        }
        assert_eq!(differentiable().count(), Activation::ALL.len() - 2);
        assert_eq!(slope(Activation::Relu).unwrap()(0.0), 0.0);
    }
}
