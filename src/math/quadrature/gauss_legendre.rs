//! Gauss–Legendre quadrature: integrals over an interval.

use crate::math::error::{MathError, check_range};
use std::f64::consts::PI;

/// Nodes and weights such that `Σ w_i f(x_i) ≈ ∫_{-1}^{1} f(x) dx`; exact for polynomials of degree < 2·(number of
/// nodes).
#[derive(Debug, Clone, PartialEq)]
pub struct GaussLegendre {
    /// Nodes, ascending and exactly symmetric about 0.
    pub nodes: Vec<f64>,
    /// Weights; they sum to 2.
    pub weights: Vec<f64>,
}

// The cost of a rule grows with the square; this many take a few seconds.
const MOST_NODES: usize = 50_000;

// Newton from the asymptotic guess needs three or four steps at any degree.
const NEWTON_STEPS: usize = 10;

impl GaussLegendre {
    /// The rule with `count` nodes.
    ///
    /// Formula: the nodes are the zeros of the Legendre polynomial P_n, by Newton from `cos π(i − 1/4)/(n + 1/2)`;
    /// `w_i = 2(1 − x_i²)/(n P_{n-1}(x_i))²`.
    /// Shapes: -> `count` nodes, as many weights. Units: dimensionless. Cost: a few count².
    /// Source: Davis and Rabinowitz, *Methods of Numerical Integration* (1984), section 2.7,
    /// doi:10.1016/C2013-0-10566-1.
    ///
    /// # Errors
    /// [`MathError::Range`] unless 2 <= count <= 50 000.
    pub fn new(count: usize) -> Result<Self, MathError> {
        check_range((2..=MOST_NODES).contains(&count), "quadrature nodes", count as f64, "2 to 50000")?;
        let (mut nodes, mut weights) = (vec![0.0; count], vec![0.0; count]);
        for i in 0..count.div_ceil(2) {
            let (x, weight) = positive_node(i, count);
            (nodes[i], nodes[count - 1 - i]) = (-x, x);
            (weights[i], weights[count - 1 - i]) = (weight, weight);
        }
        Ok(Self { nodes, weights })
    }
}

// The i-th largest node and its weight; the middle one of an odd rule is exactly 0.
fn positive_node(i: usize, count: usize) -> (f64, f64) {
    let n = count as f64;
    if 2 * i + 1 == count {
        let (below, _) = legendre_pair(0.0, count);
        return (0.0, 2.0 / (n * below).powi(2));
    }
    let mut x = (PI * (i as f64 + 0.75) / (n + 0.5)).cos();
    for _ in 0..NEWTON_STEPS {
        let (below, at) = legendre_pair(x, count);
        let step = at * (1.0 - x) * (1.0 + x) / (n * (below - x * at));
        x -= step;
        if step.abs() <= f64::EPSILON * x.abs() {
            break;
        }
    }
    let (below, _) = legendre_pair(x, count);
    (x, 2.0 * (1.0 - x) * (1.0 + x) / (n * below).powi(2))
}

// P_{n-1}(x) and P_n(x): (k+1) P_{k+1} = (2k+1) x P_k − k P_{k-1}.
fn legendre_pair(x: f64, n: usize) -> (f64, f64) {
    let (mut previous, mut current) = (0.0, 1.0);
    for k in 0..n {
        let k = k as f64;
        let next = ((2.0 * k + 1.0) * x * current - k * previous) / (k + 1.0);
        (previous, current) = (current, next);
    }
    (previous, current)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Abramowitz and Stegun, table 25.4, n = 5 and 10.
    #[test]
    fn tabulated_nodes_and_weights() {
        let five = GaussLegendre::new(5).unwrap();
        assert_eq!(five.nodes[2], 0.0);
        assert!((five.nodes[4] - 0.906_179_845_938_664).abs() < 1e-14);
        assert!((five.weights[2] - 0.568_888_888_888_889).abs() < 1e-14);
        let ten = GaussLegendre::new(10).unwrap();
        assert!((ten.nodes[9] - 0.973_906_528_517_172).abs() < 1e-14);
        assert!((ten.weights[5] - 0.295_524_224_714_753).abs() < 1e-14);
    }

    #[test]
    fn monomials_are_exact_up_to_the_degree_and_weights_sum_to_two() {
        for count in [2, 3, 7, 40, 3000, 3001] {
            let rule = GaussLegendre::new(count).unwrap();
            assert!(rule.nodes.windows(2).all(|w| w[0] < w[1]), "{count}");
            for degree in 0..(2 * count).min(12) {
                let sum: f64 = rule.nodes.iter().zip(&rule.weights).map(|(x, w)| w * x.powi(degree as i32)).sum();
                let exact = if degree % 2 == 0 { 2.0 / (degree as f64 + 1.0) } else { 0.0 };
                assert!((sum - exact).abs() < 1e-12, "{count} nodes, degree {degree}: {sum}");
            }
        }
    }

    #[test]
    fn an_analytic_function_converges_faster_than_any_power() {
        let error = |count| {
            let rule = GaussLegendre::new(count).unwrap();
            let sum: f64 = rule.nodes.iter().zip(&rule.weights).map(|(x, w)| w / (1.0 + 4.0 * x * x)).sum();
            (sum - 2.0_f64.atan()).abs()
        };
        let errors = [10, 20, 40].map(error);
        // the nearest poles ±i/2 give the rate (½ + √5/2)^(−2n)
        let rate = ((1.0 + 5.0_f64.sqrt()) / 2.0).powi(-20);
        assert!(errors[1] / errors[0] < 4.0 * rate && errors[2] < 1e-14, "{errors:?}");
    }

    #[test]
    fn refuses_fewer_than_two_nodes() {
        assert!(GaussLegendre::new(1).is_err() && GaussLegendre::new(50_001).is_err());
    }

    proptest::proptest! {
        #[test]
        fn polynomials_of_less_than_twice_as_many_degrees_are_exact(
            coefficients in proptest::collection::vec(-1.0..1.0f64, 1..40), more in 0usize..20,
        ) {
            let rule = GaussLegendre::new(coefficients.len().div_ceil(2).max(2) + more).unwrap();
            let at = |x: f64| coefficients.iter().rev().fold(0.0_f64, |sum, c| sum * x + c);
            let sum: f64 = rule.nodes.iter().zip(&rule.weights).map(|(&x, w)| w * at(x)).sum();
            // an odd power has no integral
            let even = coefficients.iter().enumerate().step_by(2);
            let exact: f64 = even.map(|(degree, c)| 2.0 * c / (degree as f64 + 1.0)).sum();
            proptest::prop_assert!((sum - exact).abs() < 1e-12, "{sum} against {exact}");
        }
    }
}
