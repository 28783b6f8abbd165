//! The two precisions of networks.

use crate::math::lanes::Lanes;
use crate::math::linalg::Product;
use pulp::{Arch, NullaryFnOnce, WithSimd};
use std::fmt::Debug;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

/// `f32`, in which networks are trained, or `f64`, in which their gradients are checked.
pub trait Scalar:
    Product
    + Lanes
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

/// Runs loops compiled for the vectors that the processor has: the same numbers as without, sooner. A closure would not be
/// compiled anew, so they are a type whose `call` is always inlined.
pub(super) fn vectorised<F: WithSimd>(loops: F) -> F::Output {
    Arch::new().dispatch(loops)
}

/// The sum of a slice, in 16 interleaved parts: as fast as memory, and more accurate than one running sum.
#[inline(always)]
fn sum<T: Scalar>(values: &[T]) -> T {
    let mut lanes = [T::default(); 16];
    let chunks = values.chunks_exact(lanes.len());
    let rest: T = chunks.remainder().iter().copied().sum();
    for chunk in chunks {
        lanes.iter_mut().zip(chunk).for_each(|(lane, &x)| *lane += x);
    }
    rest + lanes.into_iter().sum()
}

/// [`sum`], to be [`vectorised`].
pub(super) struct SumOf<'a, T>(pub(super) &'a [T]);

impl<T: Scalar> NullaryFnOnce for SumOf<'_, T> {
    type Output = T;

    #[inline(always)]
    fn call(self) -> T {
        sum(self.0)
    }
}

/// The same sum of a slice that comes in parts, one after the other, bit by bit.
#[derive(Debug, Clone, Copy)]
pub(super) struct RunningSum<T> {
    lanes: [T; 16],
    rest: T,
    seen: usize,
    whole: usize,
}

impl<T: Scalar> RunningSum<T> {
    /// Nothing yet of `total` numbers.
    pub(super) fn of(total: usize) -> Self {
        Self { lanes: [T::default(); 16], rest: T::default(), seen: 0, whole: total - total % 16 }
    }

    /// Goes on with the next part.
    #[inline(always)]
    pub(super) fn add(&mut self, part: &[T]) {
        let start = part.len().min((16 - self.seen % 16) % 16).min(self.whole.saturating_sub(self.seen));
        let (head, body) = part.split_at(start);
        let (body, rest) = body.split_at(body.len().min(self.whole.saturating_sub(self.seen + start)));
        head.iter().enumerate().for_each(|(i, &x)| self.lanes[(self.seen + i) % 16] += x);
        let chunks = body.chunks_exact(16);
        let tail = chunks.remainder();
        let mut lanes = self.lanes;
        for chunk in chunks {
            lanes.iter_mut().zip(chunk).for_each(|(lane, &x)| *lane += x);
        }
        lanes.iter_mut().zip(tail).for_each(|(lane, &x)| *lane += x);
        self.lanes = lanes;
        rest.iter().for_each(|&x| self.rest += x);
        self.seen += part.len();
    }

    /// The sum of all.
    pub(super) fn total(&self) -> T {
        self.rest + self.lanes.into_iter().sum()
    }
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

    #[test]
    fn sum_in_parts_is_that_of_the_whole_bit_by_bit() {
        for n in [0_u8, 5, 16, 100, 173] {
            let values: Vec<f32> = (0..n).map(|i| (0.7 * f32::from(i)).sin() / 3.0).collect();
            for part in [1, 7, 16, 50, 200] {
                let mut running = RunningSum::of(values.len());
                values.chunks(part).for_each(|part| running.add(part));
                assert_eq!(running.total().to_bits(), (0.0 + sum(&values)).to_bits(), "{n} in parts of {part}");
            }
        }
    }
}
