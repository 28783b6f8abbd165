//! Functions of each number, forward and backward.

use crate::math::network::scalar::{Scalar, vectorised};
use pulp::NullaryFnOnce;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::f64::consts::FRAC_2_SQRT_PI;

/// A function of each number, with a derivative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "NetworkActivation")]
pub enum Pointwise {
    /// max(x, 0).
    Relu,
    /// tanh x.
    Tanh,
    /// The error function.
    Erf,
    /// 1/(1 + exp(−x)).
    Sigmoid,
}

impl Pointwise {
    /// `y = f(x)`. Shapes: any, the same twice. Units: dimensionless. Cost: one evaluation a number. Panics where sizes
    /// differ.
    pub fn forward<T: Scalar>(self, x: &[T], y: &mut [T]) {
        assert_eq!(x.len(), y.len());
        let one = T::of(1.0);
        // one loop for each function, so that the cheap ones vectorise
        match self {
            Self::Relu => vectorised(Rectify { x, y }),
            Self::Tanh => map(x, y, T::tanh),
            Self::Erf => map(x, y, T::erf),
            Self::Sigmoid => map(x, y, |x| one / (one + (-x).exp())),
        }
    }

    /// `dx = dy f'(x)`, from the input x or the output y, whichever is cheaper. Panics where sizes differ.
    ///
    /// Formula: `f' = [y > 0]`, which is 0 at 0, `1 − y²`, `2/√π e^{−x²}`, `y (1 − y)`. Shapes: any, the same four times. Units: those
    /// of dy.
    /// Cost: one evaluation a number.
    pub fn backward<T: Scalar>(self, (x, y): (&[T], &[T]), dy: &[T], dx: &mut [T]) {
        assert!(x.len() == y.len() && y.len() == dy.len() && dy.len() == dx.len());
        let (one, erf_slope) = (T::of(1.0), T::of(FRAC_2_SQRT_PI));
        match self {
            Self::Relu => vectorised(Mask { y, dy, dx }),
            Self::Tanh => chain(y, dy, dx, |y, d| d * (one - y * y)),
            Self::Erf => chain(x, dy, dx, |x, d| d * erf_slope * (-(x * x)).exp()),
            Self::Sigmoid => chain(y, dy, dx, |y, d| d * y * (one - y)),
        }
    }
}

struct Rectify<'a, T> {
    x: &'a [T],
    y: &'a mut [T],
}

impl<T: Scalar> NullaryFnOnce for Rectify<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        map(self.x, self.y, |x| if x > T::default() { x } else { T::default() });
    }
}

struct Mask<'a, T> {
    y: &'a [T],
    dy: &'a [T],
    dx: &'a mut [T],
}

impl<T: Scalar> NullaryFnOnce for Mask<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        chain(self.y, self.dy, self.dx, |y, d| if y > T::default() { d } else { T::default() });
    }
}

#[inline(always)]
fn map<T: Scalar>(x: &[T], y: &mut [T], f: impl Fn(T) -> T) {
    y.iter_mut().zip(x).for_each(|(y, &x)| *y = f(x));
}

#[inline(always)]
fn chain<T: Scalar>(at: &[T], dy: &[T], dx: &mut [T], f: impl Fn(T, T) -> T) {
    dx.iter_mut().zip(at.iter().zip(dy)).for_each(|(dx, (&at, &dy))| *dx = f(at, dy));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::activation::Activation;
    use crate::math::linalg::Matrix;
    use crate::math::lofi::slope::slope;

    #[test]
    fn values_and_slopes_are_those_of_the_activations() {
        let x: Vec<f64> = (-20..=20).map(|i| 0.17 * f64::from(i)).collect();
        let pairs = [
            (Pointwise::Relu, Activation::Relu),
            (Pointwise::Tanh, Activation::Tanh),
            (Pointwise::Erf, Activation::Erf),
            (Pointwise::Sigmoid, Activation::Sigmoid),
        ];
        for (ours, known) in pairs {
            let mut expected = Matrix::from_column_slice(x.len(), 1, &x);
            known.apply(&mut expected);
            let slope = slope(known).unwrap();
            let (mut y, mut dx, dy) = (x.clone(), x.clone(), vec![2.0; x.len()]);
            ours.forward(&x, &mut y);
            ours.backward((&x, &y), &dy, &mut dx);
            for (i, &x) in x.iter().enumerate() {
                assert!((y[i] - expected[(i, 0)]).abs() < 1e-15 && (dx[i] - 2.0 * slope(x)).abs() < 1e-14);
            }
        }
    }
}
