//! The arc-cosine function of degree 1, for whole columns of a kernel.

use pulp::{Arch, Simd, WithSimd};
use std::f64::consts::PI;

/// `sin θ + (π − θ) cos θ`, cos θ given.
///
/// Formula: with u = 1 − |cos θ| it is `π max(cos θ, 0) + u^{3/2} R(u)`, as `sin θ − θ cos θ = u^{3/2} R(u)` for the angle
/// of |cos θ|, and R is analytic up to u = 2. R is the polynomial through its values at the 18 Chebyshev nodes of
/// 0 ≤ u ≤ 1, which has an error of 5e-18: no branch and no arc cosine, so that several are computed at once.
/// Units: dimensionless; −1 ≤ cos θ ≤ 1. Cost: 20 products and a root; the error is 5e-16.
/// Source: Cho and Saul, NIPS 22 (2009), J_1; the approximation is ours.
pub fn arc_cosine(cos: f64) -> f64 {
    let u = 1.0 - cos.abs();
    // even and odd powers apart: two chains of half the length run at once
    let square = u * u;
    let (even, odd) = R.iter().rev().fold((0.0, 0.0), |(even, odd), [a, b]| (even * square + a, odd * square + b));
    PI * cos.max(0.0) + u * u.sqrt() * (even + u * odd)
}

// coefficients of R in powers of u, in pairs; the first is 2√2/3
const R: [[f64; 2]; 9] = [
    [0.942_809_041_582_063_4, 0.047_140_452_079_105_78],
    [0.007_576_144_083_861_955, 0.001_753_737_068_368_67],
    [0.000_488_256_075_393_192_8, 0.000_152_114_199_372_216_4],
    [5.109_425_451_483_467e-5, 1.834_912_684_089_705_5e-5],
    [5.836_728_647_242_29e-6, 5.465_788_068_101_837e-6],
    [-6.112_860_617_382_241_5e-6, 1.353_453_388_167_450_8e-5],
    [-1.794_891_524_368_266_3e-5, 1.851_914_883_541_364_4e-5],
    [-1.347_812_102_930_575_7e-5, 6.765_053_154_679_045e-6],
    [-2.076_415_085_508_716_7e-6, 3.065_898_678_582_773e-7],
];

// Keeps the norm of a sample that is zero from dividing by it.
const SMALLEST: f64 = 1e-30;

/// What a column of the kernel takes of each of its rows.
#[derive(Debug, Clone)]
pub struct Norms {
    inverses: Vec<f64>,
    factors: Vec<f64>,
    unit: bool,
}

/// What becomes of a column of inner products.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Variance of the sample that the column belongs to.
    pub q: f64,
    /// Factor of the inner products.
    pub slope: f64,
    /// What is added to them.
    pub offset: f64,
}

impl Norms {
    /// Those of samples with n variances q; `unit` leaves the norms out of the kernel. Shapes: n -> n. Cost: n.
    pub fn new(variances: &[f64], unit: bool) -> Self {
        let roots: Vec<f64> = variances.iter().map(|q| q.max(SMALLEST).sqrt()).collect();
        let factors = roots.iter().map(|r| if unit { 1.0 / PI } else { r / (2.0 * PI) }).collect();
        Self { inverses: roots.iter().map(|r| 1.0 / r).collect(), factors, unit }
    }

    /// Replaces inner products `v` of the samples from `first` on with one sample of variance `q` by the kernel of
    /// covariance `slope v + offset`: `√(q_i q) f/2π`, f of [`arc_cosine`]; where `unit`, by its cosine `f/π`.
    ///
    /// Shapes: m inner products, in place. Units: that of q, dimensionless where `unit`. Cost: that of [`arc_cosine`].
    /// Panics where there are fewer samples.
    pub fn replace(&self, products: &mut [f64], first: usize, column: Column) {
        let samples = first..first + products.len();
        let root = column.q.max(SMALLEST).sqrt();
        Arch::new().dispatch(Replace {
            products,
            inverses: &self.inverses[samples.clone()],
            factors: &self.factors[samples],
            slope: column.slope / root,
            offset: column.offset / root,
            factor: if self.unit { 1.0 } else { root },
        });
    }
}

// The same operations in the same order for vectors of any length: a value does not depend on where it stands.
struct Replace<'a> {
    products: &'a mut [f64],
    inverses: &'a [f64],
    factors: &'a [f64],
    slope: f64,
    offset: f64,
    factor: f64,
}

impl WithSimd for Replace<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { products, inverses, factors, slope, offset, factor } = self;
        let (head, tail) = S::as_mut_simd_f64s(products);
        let ((head_inverses, tail_inverses), (head_factors, tail_factors)) =
            (S::as_simd_f64s(inverses), S::as_simd_f64s(factors));
        let [least, most] = [-1.0, 1.0].map(|v| simd.splat_f64s(v));
        let (slopes, offsets, scale) = (simd.splat_f64s(slope), simd.splat_f64s(offset), simd.splat_f64s(factor));
        for ((v, inverse), f) in head.iter_mut().zip(head_inverses).zip(head_factors) {
            let covariance = simd.add_f64s(simd.mul_f64s(slopes, *v), offsets);
            let cos = simd.min_f64s(simd.max_f64s(simd.mul_f64s(covariance, *inverse), least), most);
            *v = simd.mul_f64s(lanes(simd, cos), simd.mul_f64s(scale, *f));
        }
        for ((v, inverse), f) in tail.iter_mut().zip(tail_inverses).zip(tail_factors) {
            *v = arc_cosine(((slope * *v + offset) * inverse).clamp(-1.0, 1.0)) * (factor * f);
        }
    }
}

// [`arc_cosine`], number by number.
#[inline(always)]
fn lanes<S: Simd>(simd: S, cos: S::f64s) -> S::f64s {
    let u = simd.sub_f64s(simd.splat_f64s(1.0), simd.abs_f64s(cos));
    let square = simd.mul_f64s(u, u);
    let (mut even, mut odd) = (simd.splat_f64s(0.0), simd.splat_f64s(0.0));
    for [a, b] in R.iter().rev() {
        even = simd.add_f64s(simd.mul_f64s(even, square), simd.splat_f64s(*a));
        odd = simd.add_f64s(simd.mul_f64s(odd, square), simd.splat_f64s(*b));
    }
    let polynomial = simd.add_f64s(even, simd.mul_f64s(u, odd));
    let straight = simd.mul_f64s(simd.splat_f64s(PI), simd.max_f64s(cos, simd.splat_f64s(0.0)));
    simd.add_f64s(straight, simd.mul_f64s(simd.mul_f64s(u, simd.sqrt_f64s(u)), polynomial))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_library(cos: f64) -> f64 {
        ((1.0 - cos) * (1.0 + cos)).sqrt() + (PI - cos.acos()) * cos
    }

    #[test]
    fn it_is_the_formula_with_the_arc_cosine_of_the_library() {
        let even = (-100_000..=100_000).map(|i| f64::from(i) / 100_000.0);
        // the root at the ends of the interval
        let ends = (0..1600).flat_map(|i| [1.0, -1.0].map(|end| end * (1.0 - 10.0_f64.powf(-f64::from(i) / 100.0))));
        for cos in even.chain(ends) {
            let (found, expected) = (arc_cosine(cos), by_library(cos));
            assert!((found - expected).abs() < 1e-15, "{cos}: {found} against {expected}");
        }
        assert_eq!((arc_cosine(1.0), arc_cosine(-1.0)), (PI, 0.0));
        assert!((arc_cosine(0.0) - 1.0).abs() < 2e-16);
    }

    // Near opposite vectors the value is small, and its digits are relative to it: (2/3) √2 u^{3/2}.
    #[test]
    fn small_values_keep_their_digits() {
        for exponent in 1..40 {
            let u = 0.5_f64.powi(exponent);
            let theta = 2.0 * (u / 2.0).sqrt().asin();
            let series = (0..12).rev().fold(0.0, |sum, k| {
                let n = f64::from(2 * k + 3);
                // θ³/3 − θ⁵/30 + …: Σ (−1)^k θ^{2k+3} (2k + 2)/(2k + 3)!
                let factorial: f64 = (1..=2 * k + 3).map(f64::from).product();
                sum + (-1.0_f64).powi(k) * theta.powf(n) * (n - 1.0) / factorial
            });
            assert!((arc_cosine(u - 1.0) / series - 1.0).abs() < 1e-12, "{u}");
        }
    }

    #[test]
    fn a_column_is_its_values_one_by_one() {
        let variances: Vec<f64> = (0..37).map(|i| if i == 5 { 0.0 } else { 0.3 + f64::from(i % 7) }).collect();
        let (q, slope, offset): (f64, f64, f64) = (2.5, 0.7, 0.1);
        for (unit, first) in [(false, 0), (true, 0), (false, 4), (true, 36)] {
            let norms = Norms::new(&variances, unit);
            let inner = |i: usize| (i as f64).sin() * 1.4 * (variances[i] * q).sqrt();
            let mut column: Vec<f64> = (first..37).map(inner).collect();
            norms.replace(&mut column, first, Column { q, slope, offset });
            for (found, i) in column.into_iter().zip(first..) {
                let r = (variances[i] * q).max(1e-30).sqrt();
                let f = by_library(((slope * inner(i) + offset) / r).clamp(-1.0, 1.0)) / PI;
                let expected = if unit { f } else { 0.5 * r * f };
                assert!((found - expected).abs() < 4e-15 || variances[i] == 0.0, "{i}: {found} against {expected}");
            }
        }
    }
}
