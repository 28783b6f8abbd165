//! The neural tangent kernel of a fully connected network, layer by layer, and each layer's share of every degree.

use super::dual_activation::DualActivation;
use super::zonal::ZonalRule;
use crate::math::error::{MathError, check_range};

/// What each weight matrix l = 1 … L+1 of a network of L hidden layers contributes to its tangent kernel, inputs on the
/// unit sphere: `Θ^(l)(ρ) = Σ^(l−1)(ρ) Π_{h=l..L} σ̂'(Σ^(h−1)(ρ))` with `Σ^(0) = ρ`, `Σ^(l) = σ̂(Σ^(l−1))`. Their sum
/// is the neural tangent kernel.
///
/// Shapes: -> L + 1 numbers. Cost: L evaluations of the dual and of its slope.
/// Source: Jacot, Gabriel and Hongler, NeurIPS 31 (2018), arXiv 1806.07572, theorem 1, unrolled; Dandi and Jacot,
/// arXiv 2111.03972.
pub fn layer_tangent_kernels(activation: &DualActivation, depth: usize, rho: f64) -> Vec<f64> {
    let mut correlations = vec![rho];
    for l in 0..depth {
        correlations.push(activation.value(correlations[l]));
    }
    let mut kernels = correlations;
    let mut backward = 1.0;
    for l in (0..depth).rev() {
        backward *= activation.slope(kernels[l]);
        kernels[l] *= backward;
    }
    kernels
}

/// The layers' eigenvalues on the harmonics of one degree, and their shares.
#[derive(Debug, Clone, PartialEq)]
pub struct DegreeShares {
    /// k.
    pub degree: usize,
    /// `μ_k(Θ^(l))`, l = 1 … L+1.
    pub eigenvalues: Vec<f64>,
    /// `s_l(k) = μ_k(Θ^(l))/Σ_m μ_k(Θ^(m))`; nothing where all eigenvalues are 0, as those of an odd activation on even
    /// degrees.
    pub shares: Option<Vec<f64>>,
}

/// Each layer's share of the tangent kernel's eigenvalue, for some degrees. Under gradient flow on the square loss it
/// is the layer's share of the decrease of the loss on a harmonic of that degree.
///
/// Shapes: m degrees -> m times L + 1 eigenvalues and shares. Units: dimensionless; the shares sum to 1.
/// Cost: nodes · (L + Σ degrees + L · number of degrees).
/// Source: Dandi and Jacot, arXiv 2111.03972; the normalisation to shares is ours.
///
/// # Errors
/// [`MathError::Range`] for a network without a hidden layer.
pub fn degree_shares(
    activation: &DualActivation,
    depth: usize,
    (rule, degrees): (&ZonalRule, &[usize]),
) -> Result<Vec<DegreeShares>, MathError> {
    check_range(depth >= 1, "hidden layers", depth as f64, "at least 1")?;
    let mut kernels = vec![Vec::with_capacity(rule.cosines.len()); depth + 1];
    for &rho in &rule.cosines {
        let values = layer_tangent_kernels(activation, depth, rho);
        kernels.iter_mut().zip(values).for_each(|(kernel, value)| kernel.push(value));
    }
    let one = |&degree: &usize| {
        let eigenvalues = rule.eigenvalues(&kernels, degree)?;
        let total: f64 = eigenvalues.iter().sum();
        let shares = (total > 0.0).then(|| eigenvalues.iter().map(|mu| mu / total).collect());
        Ok(DegreeShares { degree, eigenvalues, shares })
    };
    degrees.iter().map(one).collect()
}

#[cfg(test)]
#[path = "layerwise_tests.rs"]
mod tests;
