//! Shares of layers against numbers computed beforehand, closed forms, and the kernel's own recursion.

use super::*;
use crate::math::kernel::zonal::harmonics;
use std::f64::consts::{PI, SQRT_2};

fn polynomial() -> DualActivation {
    DualActivation::polynomial(&[0.4, 0.5, 0.3, -0.1]).unwrap()
}

fn shares(activation: &DualActivation, (depth, dim): (usize, usize), degrees: &[usize]) -> Vec<DegreeShares> {
    degree_shares(activation, depth, (&ZonalRule::new(dim, 3000).unwrap(), degrees)).unwrap()
}

// Four hidden ReLU layers: (d, k), shares by another program (midpoint rule in the angle with 20 000 points, products of
// the definition written out), and the two digits that were known before either, whose last one was rounded so that some
// rows add up to one.
type Known = (usize, usize, [f64; 5], [f64; 5]);
const KNOWN: [Known; 7] = [
    (10, 0, [0.01289, 0.07167, 0.16472, 0.29270, 0.45802], [0.01, 0.07, 0.17, 0.29, 0.46]),
    (10, 1, [0.17640, 0.22508, 0.23407, 0.21075, 0.15370], [0.18, 0.23, 0.23, 0.21, 0.15]),
    (10, 2, [0.26099, 0.23643, 0.21375, 0.17422, 0.11461], [0.26, 0.24, 0.21, 0.17, 0.12]),
    (10, 4, [0.32857, 0.26241, 0.20517, 0.13891, 0.06494], [0.33, 0.26, 0.21, 0.14, 0.07]),
    (10, 8, [0.37529, 0.28026, 0.19983, 0.11585, 0.02876], [0.38, 0.28, 0.20, 0.12, 0.03]),
    (3, 8, [0.39176, 0.28653, 0.19813, 0.10780, 0.01578], [0.39, 0.29, 0.20, 0.11, 0.02]),
    (3, 20, [0.40810, 0.29272, 0.19645, 0.09983, 0.00290], [0.41, 0.29, 0.20, 0.10, 0.003]),
];

#[test]
fn shares_of_four_relu_layers() {
    for (dim, degree, oracle, rounded) in KNOWN {
        let found = shares(&DualActivation::Relu, (4, dim), &[degree]).remove(0).shares.unwrap();
        for (layer, found) in found.iter().enumerate() {
            let place = format!("d = {dim}, k = {degree}, layer {}: {found}", layer + 1);
            assert!((found - oracle[layer]).abs() < 6e-6, "{place}");
            assert!((found - rounded[layer]).abs() < 0.0055, "{place}");
        }
    }
}

// Near ρ = 1 − t the coefficient of −√t is (L + 1 − l)√2/π, which decides the shares of high degrees.
#[test]
fn square_root_at_the_pole_is_proportional_to_the_layers_above() {
    let t: f64 = 1e-10;
    for depth in [1, 2, 4, 8] {
        let kernels = layer_tangent_kernels(&DualActivation::Relu, depth, 1.0 - t);
        for (l, kernel) in (1..).zip(kernels) {
            let expected = (depth + 1 - l) as f64 * SQRT_2 / PI;
            let found = (1.0 - kernel) / t.sqrt();
            assert!((found - expected).abs() < 1e-3, "L = {depth}, l = {l}: {found} against {expected}");
        }
    }
}

// High degrees see the square roots at both poles. At ρ = −1 only Θ^(1) has one, as large as the slopes of the layers
// above at Σ^(h)(−1) make it; on even degrees it adds to that at ρ = 1, on odd ones it subtracts.
#[test]
fn shares_of_high_degrees_approach_those_of_the_square_roots() {
    let relu = DualActivation::Relu;
    let from_the_antipode: f64 = [0.0, 1.0 / PI, relu.value(1.0 / PI)].map(|rho| relu.slope(rho)).iter().product();
    let far = |degree: usize| {
        let found = shares(&relu, (4, 3), &[degree]).remove(0).shares.unwrap();
        let sign = if degree.is_multiple_of(2) { 1.0 } else { -1.0 };
        let roots = [4.0 + sign * from_the_antipode, 3.0, 2.0, 1.0, 0.0];
        let limit = roots.map(|r| r / roots.iter().sum::<f64>());
        found.iter().zip(limit).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    };
    for degrees in [[20, 80, 320], [21, 81, 321]] {
        let distances = degrees.map(far);
        assert!(distances[1] < 0.4 * distances[0] && distances[2] < 0.4 * distances[1], "{distances:?}");
        assert!(distances[2] < 1e-3, "{distances:?}");
    }
}

// Θ_1 = ρ σ̂'(ρ) + σ̂(ρ) of one hidden layer on the circle: with t = cos θ, ∫ over the circle of (1 − θ/π) cos θ and of
// (sin θ + (π − θ) cos θ)/π against cos kθ by parts.
#[test]
fn one_relu_layer_on_the_circle_in_closed_form() {
    let found = shares(&DualActivation::Relu, (1, 2), &[0, 1, 2, 3]);
    // E[(1 − θ/π) cos θ cos kθ] = 2(k² + 1)/(π²(k² − 1)²) for even k, and 1/4 for k = 1, 0 for other odd k
    let expected = [2.0 / (PI * PI), 0.25, 10.0 / (9.0 * PI * PI), 0.0];
    for (found, expected) in found.iter().zip(expected) {
        assert!((found.eigenvalues[0] - expected).abs() < 1e-12, "k = {}: {found:?}", found.degree);
    }
    // E[σ̂ cos kθ] = 4/(π²(k² − 1)²) for even k, 1/4 for k = 1, 0 for other odd k
    let expected = [4.0 / (PI * PI), 0.25, 4.0 / (9.0 * PI * PI), 0.0];
    for (found, expected) in found.iter().zip(expected) {
        assert!((found.eigenvalues[1] - expected).abs() < 1e-12, "k = {}: {found:?}", found.degree);
    }
    assert_eq!(found[3].shares, None);
}

// Jacot et al.: Θ^(1) = Σ^(0), Θ^(l+1) = Σ̇^(l) Θ^(l) + Σ^(l), from the input upwards.
fn tangent_kernel(activation: &DualActivation, depth: usize, rho: f64) -> f64 {
    let (mut correlation, mut kernel) = (rho, rho);
    for _ in 0..depth {
        kernel *= activation.slope(correlation);
        correlation = activation.value(correlation);
        kernel += correlation;
    }
    kernel
}

#[test]
fn layers_add_up_to_the_tangent_kernel() {
    for activation in [DualActivation::Relu, DualActivation::Erf, polynomial()] {
        for depth in [1, 2, 4, 8] {
            for rho in [-1.0, -0.7, 0.0, 0.3, 0.99, 1.0] {
                let sum: f64 = layer_tangent_kernels(&activation, depth, rho).iter().sum();
                let whole = tangent_kernel(&activation, depth, rho);
                assert!((sum - whole).abs() < 1e-12 * whole.abs().max(1.0), "{activation:?}, {depth}, {rho}");
            }
        }
        let rule = ZonalRule::new(10, 3000).unwrap();
        let whole: Vec<f64> = rule.cosines.iter().map(|&t| tangent_kernel(&activation, 4, t)).collect();
        for found in degree_shares(&activation, 4, (&rule, &[0, 1, 2, 3, 5, 8])).unwrap() {
            let sum: f64 = found.eigenvalues.iter().sum();
            let eigenvalue = rule.eigenvalues(std::slice::from_ref(&whole), found.degree).unwrap()[0];
            assert!((sum - eigenvalue).abs() < 1e-13, "degree {}", found.degree);
        }
    }
}

// Mercer: Σ_k N(d, k) μ_k is the kernel at 1. A polynomial of degree 3 twice ends at degree 3·2 + 2 + 1 = 9.
#[test]
fn eigenvalues_of_a_polynomial_end_and_sum_to_the_diagonal() {
    let degrees: Vec<usize> = (0..=11).collect();
    for dim in [3, 5, 10] {
        let found = shares(&polynomial(), (2, dim), &degrees);
        for (l, diagonal) in layer_tangent_kernels(&polynomial(), 2, 1.0).into_iter().enumerate() {
            let sum: f64 = found.iter().map(|k| harmonics(dim, k.degree) * k.eigenvalues[l]).sum();
            assert!((sum / diagonal - 1.0).abs() < 1e-6, "d = {dim}, layer {}: {sum} against {diagonal}", l + 1);
        }
        assert!(found[9].shares.is_some());
        assert!(found[10..].iter().all(|k| k.shares.is_none()), "{:?}", &found[10..]);
    }
}

#[test]
fn an_odd_activation_sees_odd_degrees_only_and_shares_are_a_distribution() {
    let found = shares(&DualActivation::Erf, (4, 10), &(0..8).collect::<Vec<_>>());
    for k in found {
        assert_eq!(k.shares.is_some(), k.degree % 2 == 1, "degree {}", k.degree);
        if let Some(shares) = k.shares {
            assert!(shares.iter().all(|&s| s >= 0.0) && (shares.iter().sum::<f64>() - 1.0).abs() < 1e-14);
        }
    }
    assert!(degree_shares(&DualActivation::Relu, 0, (&ZonalRule::new(3, 10).unwrap(), &[1])).is_err());
}

// 3000 nodes are far more than enough in θ: a tenth of them give the same numbers.
#[test]
fn quadrature_has_converged() {
    for dim in [3, 10, 50] {
        let of = |nodes| {
            let rule = ZonalRule::new(dim, nodes).unwrap();
            degree_shares(&DualActivation::Relu, 8, (&rule, &[0, 1, 2, 4, 8, 16])).unwrap()
        };
        for (coarse, fine) in of(300).iter().zip(of(3000)) {
            let (coarse, fine) = (coarse.shares.as_ref().unwrap(), fine.shares.unwrap());
            let far = coarse.iter().zip(&fine).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(far < 1e-5, "d = {dim}: {far}");
        }
    }
}
