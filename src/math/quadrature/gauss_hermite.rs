//! Gauss–Hermite quadrature: expectations over a normal variable.

use crate::math::error::{MathError, check_range};
use crate::math::linalg::{Matrix, sym_eigen};

/// Nodes and weights such that `Σ w_i f(z_i) ≈ E[f(z)]`, z ~ N(0, 1); exact for polynomials of degree < 2·(number of
/// nodes).
#[derive(Debug, Clone, PartialEq)]
pub struct GaussHermite {
    /// Nodes, ascending and symmetric about 0.
    pub nodes: Vec<f64>,
    /// Weights; they sum to 1.
    pub weights: Vec<f64>,
}

// Beyond this many nodes the outermost weights underflow and nothing is gained.
const MOST_NODES: usize = 200;

impl GaussHermite {
    /// The rule with `count` nodes.
    ///
    /// Formula: the nodes are the zeros of the orthonormal Hermite polynomial h_n, which are the eigenvalues of its
    /// Jacobi matrix (zero diagonal, √k beside it), polished by Newton; `w_i = 1/(n h_{n-1}(z_i)²)`.
    /// Shapes: -> `count` nodes, as many weights. Units: dimensionless. Cost: count³, once for a kernel.
    /// Source: Golub and Welsch, Math. Comp. 23 (1969) 221, doi:10.1090/S0025-5718-69-99647-1.
    ///
    /// # Errors
    /// [`MathError::Range`] unless 2 <= count <= 200.
    pub fn new(count: usize) -> Result<Self, MathError> {
        check_range((2..=MOST_NODES).contains(&count), "quadrature nodes", count as f64, "2 to 200")?;
        let jacobi =
            Matrix::from_fn(count, count, |i, j| if i.abs_diff(j) == 1 { (i.max(j) as f64).sqrt() } else { 0.0 });
        let rough = sym_eigen(&jacobi)?.values;
        // the rule is symmetric: use that, so that odd moments vanish exactly
        let nodes: Vec<f64> =
            (0..count).map(|i| 0.5 * (rough[i] - rough[count - 1 - i])).map(|z| polish(z, count)).collect();
        let weights: Vec<f64> = nodes.iter().map(|&z| weight(z, count)).collect();
        let total: f64 = weights.iter().sum();
        Ok(Self { nodes, weights: weights.into_iter().map(|w| w / total).collect() })
    }

    /// `E[f(z)] ≈ Σ_i w_i f(z_i)` for z ~ N(0, 1). Units: those of f. Cost: as many values of f as there are nodes.
    pub fn expectation(&self, f: impl Fn(f64) -> f64) -> f64 {
        self.nodes.iter().zip(&self.weights).map(|(&z, &w)| w * f(z)).sum()
    }
}

// h_{n-1}(z) and h_n(z) of the polynomials orthonormal under N(0, 1): √(k+1) h_{k+1} = z h_k − √k h_{k−1}.
// Both are scaled by exp(−z²/4), which keeps them finite for any degree and cancels in a ratio.
fn hermite_pair(z: f64, n: usize) -> (f64, f64) {
    let (mut previous, mut current) = (0.0, (-0.25 * z * z).exp());
    for k in 0..n {
        let next = (z * current - (k as f64).sqrt() * previous) / ((k + 1) as f64).sqrt();
        (previous, current) = (current, next);
    }
    (previous, current)
}

// One Newton step from an eigenvalue already good to rounding; h_n' = √n h_{n−1}.
fn polish(z: f64, n: usize) -> f64 {
    let (below, at) = hermite_pair(z, n);
    z - at / ((n as f64).sqrt() * below)
}

fn weight(z: f64, n: usize) -> f64 {
    let (below, _) = hermite_pair(z, n);
    (-0.5 * z * z).exp() / (n as f64 * below * below)
}

#[cfg(test)]
mod tests {
    use super::*;

    // float64 run of the reference implementation, 20 nodes
    #[test]
    fn twenty_nodes() {
        let rule = GaussHermite::new(20).unwrap();
        assert!((rule.nodes[19] - 7.61904854167976).abs() < 1e-13);
        assert!((rule.nodes[10] - 0.346964157081356).abs() < 1e-14);
        assert!((rule.weights[10] - 0.260793063449555).abs() < 1e-14);
    }

    #[test]
    fn moments_are_exact_up_to_the_degree() {
        for count in [2, 3, 20, 31, 80, 200] {
            let rule = GaussHermite::new(count).unwrap();
            let mut double_factorial = 1.0;
            for half in 0..count.min(8) {
                let moment = rule.expectation(|z| z.powi(2 * half as i32));
                assert!((moment / double_factorial - 1.0).abs() < 1e-11, "{count} nodes, moment {}", 2 * half);
                assert!(rule.expectation(|z| z.powi(2 * half as i32 + 1)).abs() < 1e-9 * double_factorial);
                double_factorial *= (2 * half + 1) as f64;
            }
        }
    }

    #[test]
    fn refuses_fewer_than_two_nodes() {
        assert!(GaussHermite::new(1).is_err() && GaussHermite::new(201).is_err());
    }

    #[test]
    fn cosine_has_its_characteristic_function() {
        let rule = GaussHermite::new(40).unwrap();
        assert!((rule.expectation(|z| (1.5 * z).cos()) - (-1.125_f64).exp()).abs() < 1e-13);
    }
}
