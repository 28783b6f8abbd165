//! The two precisions of networks.

use crate::math::linalg::Product;
use std::fmt::Debug;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

/// `f32`, in which networks are trained, or `f64`, in which their gradients are checked.
pub trait Scalar:
    Product
    + Debug
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + Sum
    + Send
    + Sync
    + 'static
{
    /// √x, correctly rounded. Units: the root of those of x.
    fn sqrt(self) -> Self;
    /// eˣ; dimensionless.
    fn exp(self) -> Self;
    /// tanh x; dimensionless.
    fn tanh(self) -> Self;
    /// The error function `2/√π ∫₀ˣ e^{−t²} dt`; dimensionless.
    fn erf(self) -> Self;
}

impl Scalar for f32 {
    fn sqrt(self) -> Self {
        self.sqrt()
    }

    fn exp(self) -> Self {
        self.exp()
    }

    fn tanh(self) -> Self {
        self.tanh()
    }

    fn erf(self) -> Self {
        libm::erff(self)
    }
}

impl Scalar for f64 {
    fn sqrt(self) -> Self {
        self.sqrt()
    }

    fn exp(self) -> Self {
        self.exp()
    }

    fn tanh(self) -> Self {
        self.tanh()
    }

    fn erf(self) -> Self {
        libm::erf(self)
    }
}

/// The sum of a slice, in 16 interleaved parts: as fast as memory, and more accurate than one running sum.
pub(super) fn sum<T: Scalar>(values: &[T]) -> T {
    let mut lanes = [T::default(); 16];
    let chunks = values.chunks_exact(lanes.len());
    let rest: T = chunks.remainder().iter().copied().sum();
    for chunk in chunks {
        lanes.iter_mut().zip(chunk).for_each(|(lane, &x)| *lane += x);
    }
    rest + lanes.into_iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interleaved_sum_is_the_sum() {
        for n in [0, 5, 16, 100] {
            let values: Vec<f64> = (1..=n).map(f64::from).collect();
            assert_eq!(sum(&values), f64::from(n * (n + 1) / 2));
        }
    }
}
