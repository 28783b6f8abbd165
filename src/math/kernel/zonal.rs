//! Zonal functions on the sphere: Gegenbauer polynomials and eigenvalues of kernels of the inner product.

use crate::math::error::{MathError, check_range, check_size};
use crate::math::quadrature::gauss_legendre::GaussLegendre;
use std::f64::consts::PI;

/// The Gegenbauer polynomial P_k of the sphere S^{d−1} with `P_k(1) = 1`: the zonal harmonic of degree k. P_k is the
/// Legendre polynomial for d = 3 and the Chebyshev polynomial for d = 2.
///
/// Formula: `P_0 = 1`, `P_1 = t`, `(k + d − 2) P_{k+1} = (2k + d − 2) t P_k − k P_{k−1}`.
/// Units: dimensionless, |P_k| ≤ 1 for |t| ≤ 1. Cost: k.
/// Source: Atkinson and Han, *Spherical Harmonics and Approximations on the Unit Sphere* (2012), equation 2.86,
/// doi:10.1007/978-3-642-25983-8.
pub fn gegenbauer(dim: usize, degree: usize, t: f64) -> f64 {
    let (mut previous, mut current) = (1.0, t);
    if degree == 0 {
        return previous;
    }
    let shift = dim as f64 - 2.0;
    for k in 1..degree {
        let k = k as f64;
        let next = ((2.0 * k + shift) * t * current - k * previous) / (k + shift);
        (previous, current) = (current, next);
    }
    current
}

/// The number of independent harmonics of degree k on S^{d−1}: `N(d, k) = (2k + d − 2)/k · C(k + d − 3, k − 1)`, d ≥ 2.
///
/// Under the uniform law `E[P_k(⟨x, v⟩)²] = 1/N(d, k)` for any unit vector v.
/// Units: functions. Cost: k.
/// Source: as [`gegenbauer`], equation 2.10.
pub fn harmonics(dim: usize, degree: usize) -> f64 {
    if degree == 0 {
        return 1.0;
    }
    let (d, k) = (dim as f64, degree as f64);
    let binomial: f64 = (1..degree).map(|i| (d - 2.0 + i as f64) / i as f64).product();
    (2.0 * k + d - 2.0) / k * binomial
}

/// A quadrature for functions of t = ⟨x, x'⟩ on S^{d−1}: `Σ w_i f(t_i) ≈ E f(⟨x, x'⟩)`, x uniform.
///
/// Gauss–Legendre in the angle θ, t = cos θ, with the weight `sin^{d−2} θ`. Kernels of ReLU networks have square roots
/// of 1 ∓ t at the poles, at which Gauss–Gegenbauer quadrature in t converges slowly; in θ they are analytic up to the
/// end points, so that this converges geometrically.
#[derive(Debug, Clone, PartialEq)]
pub struct ZonalRule {
    dim: usize,
    /// t_i, descending from near 1 and exactly symmetric about 0.
    pub cosines: Vec<f64>,
    /// w_i; they sum to 1.
    pub weights: Vec<f64>,
}

// A sum that is smaller than this part of the sum of its terms' sizes is all rounding: the weights of thousands of nodes
// have about this relative error.
const RESOLUTION: f64 = 1e-12;

impl ZonalRule {
    /// The rule with m = `nodes` nodes: `t_i = cos θ_i`, `w_i ∝ g_i sin^{d−2} θ_i`, with nodes `θ_i` and weights `g_i`
    /// of [`GaussLegendre`] on 0 to π.
    ///
    /// Shapes: -> m nodes, m weights. Units: dimensionless. Cost: a few m².
    /// Source: ours, by the substitution t = cos θ.
    ///
    /// # Errors
    /// [`MathError::Range`] unless d ≥ 2, and those of [`GaussLegendre::new`].
    pub fn new(dim: usize, nodes: usize) -> Result<Self, MathError> {
        check_range(dim >= 2, "dimension of the sphere's space", dim as f64, "at least 2")?;
        let rule = GaussLegendre::new(nodes)?;
        // θ = π(1 + x)/2 from the south pole's side: cos θ = −sin(πx/2), and sin θ = cos(πx/2) is exact in its symmetry
        let cosines = rule.nodes.iter().rev().map(|x| (0.5 * PI * x).sin()).collect();
        let density = |x: &f64| (0.5 * PI * x).cos().powf(dim as f64 - 2.0);
        let weights: Vec<f64> = rule.nodes.iter().zip(&rule.weights).rev().map(|(x, w)| w * density(x)).collect();
        let total: f64 = weights.iter().sum();
        Ok(Self { dim, cosines, weights: weights.into_iter().map(|w| w / total).collect() })
    }

    /// The Funk–Hecke eigenvalues on the harmonics of a degree of kernels that are given at the nodes:
    /// `μ_k(f) = ∫ f(t) P_k(t) (1 − t²)^{(d−3)/2} dt / ∫ (1 − t²)^{(d−3)/2} dt`. What rounding hides is 0: less than
    /// 1e-12 of the sum of the terms' sizes.
    ///
    /// Shapes: a list of (nodes) -> one number each. Cost: nodes · (degree + number of kernels).
    /// Source: Funk–Hecke theorem; Atkinson and Han (2012), theorem 2.22, doi:10.1007/978-3-642-25983-8.
    ///
    /// # Errors
    /// [`MathError::Shape`] for a kernel with another number of values.
    pub fn eigenvalues(&self, kernels: &[Vec<f64>], degree: usize) -> Result<Vec<f64>, MathError> {
        let polynomial = self.cosines.iter().map(|&t| gegenbauer(self.dim, degree, t));
        let weighted: Vec<f64> = polynomial.zip(&self.weights).map(|(p, w)| p * w).collect();
        let one = |kernel: &Vec<f64>| {
            check_size("values of a kernel", kernel.len(), weighted.len())?;
            let terms = || kernel.iter().zip(&weighted).map(|(f, w)| f * w);
            let (sum, sizes) = (terms().sum::<f64>(), terms().map(f64::abs).sum::<f64>());
            Ok(if sum.abs() < RESOLUTION * sizes { 0.0 } else { sum })
        };
        kernels.iter().map(one).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIMS: [usize; 5] = [2, 3, 4, 10, 50];

    fn rule(dim: usize) -> ZonalRule {
        ZonalRule::new(dim, 3000).unwrap()
    }

    #[test]
    fn polynomials_are_orthogonal_with_square_norm_one_over_their_number() {
        for dim in DIMS {
            let rule = rule(dim);
            let values = |k| rule.cosines.iter().map(|&t| gegenbauer(dim, k, t)).collect::<Vec<f64>>();
            for j in [0, 1, 2, 5, 12] {
                let found = rule.eigenvalues(&[values(j)], j).unwrap()[0];
                assert!((found * harmonics(dim, j) - 1.0).abs() < 1e-10, "d = {dim}, k = {j}: {found}");
                for k in [0, 3, 4, 7, 20].into_iter().filter(|&k| k != j) {
                    assert_eq!(rule.eigenvalues(&[values(j)], k).unwrap(), [0.0], "d = {dim}, {j} on {k}");
                }
                assert!((gegenbauer(dim, j, 1.0) - 1.0).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn polynomials_and_numbers_of_harmonics_by_hand() {
        assert_eq!([0, 1, 2, 3].map(|k| harmonics(3, k)), [1.0, 3.0, 5.0, 7.0]);
        assert_eq!([0, 1, 2, 3].map(|k| harmonics(2, k)), [1.0, 2.0, 2.0, 2.0]);
        assert_eq!([1, 2, 4].map(|k| harmonics(4, k)), [4.0, 9.0, 25.0]);
        assert_eq!([1, 2].map(|k| harmonics(10, k)), [10.0, 54.0]);
        let t: f64 = 0.3;
        assert!((gegenbauer(3, 3, t) - 0.5 * (5.0 * t.powi(3) - 3.0 * t)).abs() < 1e-15);
        assert!((gegenbauer(2, 7, t) - (7.0 * t.acos()).cos()).abs() < 1e-14);
        // in four dimensions they are sin((k + 1)θ)/((k + 1) sin θ)
        let theta = t.acos();
        assert!((gegenbauer(4, 6, t) - (7.0 * theta).sin() / (7.0 * theta.sin())).abs() < 1e-14);
    }

    #[test]
    fn node_sums_are_the_moments_of_the_sphere() {
        for dim in DIMS {
            let (rule, d) = (rule(dim), dim as f64);
            let moment = |p: i32| rule.cosines.iter().zip(&rule.weights).map(|(t, w)| w * t.powi(p)).sum::<f64>();
            assert!((moment(0) - 1.0).abs() < 1e-13);
            assert!(moment(1).abs() < 1e-16 && moment(3).abs() < 1e-16);
            assert!((moment(2) * d - 1.0).abs() < 1e-11);
            assert!((moment(4) * d * (d + 2.0) - 3.0).abs() < 1e-10);
        }
    }

    // E[t^k P_k(t)] = k! / (d (d + 2) … (d + 2k − 2)): the leading coefficient over N(d, k).
    #[test]
    fn eigenvalues_of_powers_have_a_closed_form() {
        for dim in DIMS {
            let rule = rule(dim);
            for k in [1, 2, 5, 8_usize] {
                let power: Vec<f64> = rule.cosines.iter().map(|t| t.powi(k as i32)).collect();
                let exact: f64 = (0..k).map(|i| (i + 1) as f64 / (dim + 2 * i) as f64).product();
                let found = rule.eigenvalues(&[power], k).unwrap()[0];
                assert!((found / exact - 1.0).abs() < 1e-8, "d = {dim}, k = {k}: {found} against {exact}");
            }
        }
    }

    #[test]
    fn a_plane_without_directions_and_kernels_of_another_length_are_refused() {
        assert!(ZonalRule::new(1, 100).is_err());
        assert!(ZonalRule::new(3, 100).unwrap().eigenvalues(&[vec![1.0; 99]], 0).is_err());
    }
}
