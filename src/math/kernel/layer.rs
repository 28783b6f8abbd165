//! The kernels of infinitely wide layers, as functions of three covariances.

use super::arc_cosine::arc_cosine;
use crate::math::error::MathError;
use crate::math::quadrature::GaussHermite;
use std::f64::consts::PI;

/// The kernel `k(q1, q2, q12) = E[σ(u) σ(v)]`, (u, v) ~ N(0, [[q1, q12], [q12, q2]]), of an infinitely wide layer.
#[derive(Debug, Clone, PartialEq)]
pub enum LayerKernel {
    /// Arc-cosine kernel of degree 1.
    Relu,
    /// The cosine of [`LayerKernel::Relu`]: unit diagonal, blind to the scale.
    ReluNormalized,
    /// Logistic function, by tensor Gauss–Hermite quadrature.
    Sigmoid(GaussHermite),
    /// Error function, in closed form.
    Erf,
}

impl LayerKernel {
    /// The names that [`LayerKernel::parse`] knows.
    pub const NAMES: [&'static str; 4] = ["relu", "relu-normalized", "sigmoid", "erf"];

    /// The kernel of a name, `None` for an unknown one. `nodes` is the quadrature's number of nodes along each axis;
    /// kernels in closed form ignore it. Units: nodes.
    ///
    /// # Errors
    /// Those of [`GaussHermite::new`].
    pub fn parse(name: &str, nodes: usize) -> Result<Option<Self>, MathError> {
        Ok(match name {
            "relu" => Some(Self::Relu),
            "relu-normalized" => Some(Self::ReluNormalized),
            "sigmoid" => Some(Self::Sigmoid(GaussHermite::new(nodes)?)),
            "erf" => Some(Self::Erf),
            _ => None,
        })
    }

    /// One value of the kernel.
    ///
    /// Formula, with r = √(q1 q2), cos θ = q12/r:
    /// relu `r (sin θ + (π − θ) cos θ)/2π`; relu-normalized `(sin θ + (π − θ) cos θ)/π`;
    /// sigmoid `1/4 + Σ_ij w_i w_j (s(u_ij) − ½)(s(v_ij) − ½)`; erf `(2/π) asin(2 q12/√((1 + 2 q1)(1 + 2 q2)))`.
    /// Shapes: three numbers -> a number. Units: that of q for relu, dimensionless for the others.
    /// Cost: that of [`arc_cosine`]; sigmoid: nodes²/2 divisions.
    /// Source: Cho and Saul, NIPS 22 (2009); Williams, Neural Computation 10 (1998) 1203,
    /// doi:10.1162/089976698300017412; sigmoid as in the reference implementation.
    pub fn value(&self, q1: f64, q2: f64, q12: f64) -> f64 {
        match self {
            Self::Relu => {
                let (r, cos) = cosine(q1, q2, q12);
                r * arc_cosine(cos) / (2.0 * PI)
            }
            Self::ReluNormalized => arc_cosine(cosine(q1, q2, q12).1) / PI,
            Self::Sigmoid(rule) => sigmoid(rule, covariance_root(q1, q2, q12)),
            Self::Erf => 2.0 / PI * (2.0 * q12 / ((1.0 + 2.0 * q1) * (1.0 + 2.0 * q2)).sqrt()).clamp(-1.0, 1.0).asin(),
        }
    }
}

fn cosine(q1: f64, q2: f64, q12: f64) -> (f64, f64) {
    let r = (q1 * q2).max(1e-30).sqrt();
    (r, (q12 / r).clamp(-1.0, 1.0))
}

/// The symmetric square root `[[a, b], [b, c]]` of a 2 x 2 covariance matrix, as (a, b, c).
///
/// Formula: s = √(q1 q2 − q12²), t = √(q1 + q2 + 2s), a = (q1 + s)/t, b = q12/t, c = (q2 + s)/t; all 0 where t = 0.
/// A covariance that rounding made slightly indefinite counts as singular.
/// Shapes: three numbers -> three numbers. Units: the root of that of q.
/// Source: Levinger, Mathematics Magazine 53 (1980) 222.
pub fn covariance_root(q1: f64, q2: f64, q12: f64) -> (f64, f64, f64) {
    let s = (q1 * q2 - q12 * q12).max(0.0).sqrt();
    let t = (q1 + q2 + 2.0 * s).sqrt();
    if t == 0.0 { (0.0, 0.0, 0.0) } else { ((q1 + s) / t, q12 / t, (q2 + s) / t) }
}

// 1/4 + Σ w_i w_j (s(u) − ½)(s(v) − ½) with u = a z_i + b z_j, v = b z_i + c z_j. The centred product keeps its digits at
// small q. With x = e^{−u}, s(u) − ½ = ½ (1 − x)/(1 + x), and e^{−u} is a product of a factor for i and one for j: four
// exponentials for each node instead of two for each pair of nodes.
fn sigmoid(rule: &GaussHermite, (a, b, c): (f64, f64, f64)) -> f64 {
    let count = rule.nodes.len();
    let reach = rule.nodes[count - 1] * (a + 2.0 * b.abs() + c);
    if reach > 600.0 {
        return sigmoid_saturated(rule, (a, b, c));
    }
    let decay = |factor: f64| rule.nodes.iter().map(|z| (-factor * z).exp()).collect::<Vec<_>>();
    let (ea, eb, ec) = (decay(a), decay(b), decay(c));
    let row = |i: usize| {
        let term = |eb_j: f64, ec_j: f64, w: f64| {
            let (x, y) = (ea[i] * eb_j, eb[i] * ec_j);
            w * ((1.0 - x) * (1.0 - y)) / ((1.0 + x) * (1.0 + y))
        };
        rule.weights[i] * sum_of_lanes([&eb, &ec, &rule.weights], term)
    };
    // the integrand is even under (i, j) -> (−i, −j): the upper half of the rows counts twice
    let half: f64 = (count.div_ceil(2)..count).map(row).sum();
    let middle = if count % 2 == 1 { row(count / 2) } else { 0.0 };
    0.25 + 0.25 * (2.0 * half + middle)
}

// Σ_j term(a_j, b_j, c_j) in four partial sums, which the compiler can keep in one register; a plain sum it may not reorder.
fn sum_of_lanes([a, b, c]: [&[f64]; 3], term: impl Fn(f64, f64, f64) -> f64) -> f64 {
    const LANES: usize = 4;
    let mut sums = [0.0; LANES];
    let (chunks_a, chunks_b, chunks_c) = (a.chunks_exact(LANES), b.chunks_exact(LANES), c.chunks_exact(LANES));
    let rest = chunks_a.remainder().iter().zip(chunks_b.remainder()).zip(chunks_c.remainder());
    let rest: f64 = rest.map(|((&a, &b), &c)| term(a, b, c)).sum();
    for ((a, b), c) in chunks_a.zip(chunks_b).zip(chunks_c) {
        for lane in 0..LANES {
            sums[lane] += term(a[lane], b[lane], c[lane]);
        }
    }
    sums.iter().sum::<f64>() + rest
}

// The same sum where an exponential could overflow.
fn sigmoid_saturated(rule: &GaussHermite, (a, b, c): (f64, f64, f64)) -> f64 {
    let centred = |x: f64| 0.5 * (0.5 * x).tanh();
    let pairs = rule.nodes.iter().zip(&rule.weights);
    let inner =
        |zi: f64| pairs.clone().map(|(zj, wj)| wj * centred(a * zi + b * zj) * centred(b * zi + c * zj)).sum::<f64>();
    0.25 + pairs.clone().map(|(&zi, wi)| wi * inner(zi)).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::Stream;

    fn kernels() -> Vec<LayerKernel> {
        LayerKernel::NAMES.iter().map(|name| LayerKernel::parse(name, 30).unwrap().unwrap()).collect()
    }

    #[test]
    fn root_squares_back() {
        for (q1, q2, q12) in [(1.3, 0.7, 0.4), (2.0, 0.5, 1.0), (0.0, 0.0, 0.0), (1e-8, 3.0, 1e-5), (4.0, 1.0, -2.0)] {
            let (a, b, c) = covariance_root(q1, q2, q12);
            let back = [a * a + b * b - q1, b * b + c * c - q2, b * (a + c) - q12];
            assert!(back.iter().all(|e| e.abs() < 1e-14), "{back:?}");
        }
    }

    #[test]
    fn values_agree_with_monte_carlo() {
        let mut stream = Stream::new(0, "monte-carlo", 0);
        let (q1, q2, q12) = (1.3, 0.7, 0.4);
        let (a, b, c) = covariance_root(q1, q2, q12);
        let draws = 400_000;
        let mut sums = [0.0; 3];
        for _ in 0..draws {
            let (x, y) = (stream.normal(), stream.normal());
            let (u, v) = (a * x + b * y, b * x + c * y);
            sums[0] += u.max(0.0) * v.max(0.0);
            sums[1] += 1.0 / (1.0 + (-u).exp()) / (1.0 + (-v).exp());
            sums[2] += libm::erf(u) * libm::erf(v);
        }
        let [relu, _, sigmoid, erf] = &kernels()[..] else { unreachable!() };
        for (kernel, sum) in [relu, sigmoid, erf].into_iter().zip(sums) {
            assert!((kernel.value(q1, q2, q12) - sum / f64::from(draws)).abs() < 3e-3, "{kernel:?}");
        }
    }

    #[test]
    fn diagonals_are_second_moments_and_cauchy_schwarz_holds() {
        let rule = GaussHermite::new(80).unwrap();
        let logistic = |x: f64| 1.0 / (1.0 + (-x).exp());
        for q in [0.01_f64, 0.5, 2.0] {
            let [relu, normalized, sigmoid, erf] = &kernels()[..] else { unreachable!() };
            assert!((relu.value(q, q, q) - q / 2.0).abs() < 1e-15);
            assert!((normalized.value(q, q, q) - 1.0).abs() < 1e-15);
            assert!((sigmoid.value(q, q, q) - rule.expectation(|z| logistic(q.sqrt() * z).powi(2))).abs() < 1e-7);
            assert!((erf.value(q, q, q) - rule.expectation(|z| libm::erf(q.sqrt() * z).powi(2))).abs() < 1e-5);
            for k in kernels() {
                let cross = k.value(q, 3.0, 0.7 * (3.0 * q).sqrt());
                assert!(cross * cross <= k.value(q, q, q) * k.value(3.0, 3.0, 3.0) + 1e-15);
            }
        }
    }

    #[test]
    fn saturated_sum_is_the_same_sum() {
        for count in [20, 21] {
            let rule = GaussHermite::new(count).unwrap();
            for root in [(1.1, 0.2, 0.8), (0.7, -0.4, 0.9), (0.0, 0.0, 0.0)] {
                assert!((sigmoid(&rule, root) - sigmoid_saturated(&rule, root)).abs() < 1e-15);
            }
            assert!(sigmoid(&rule, covariance_root(1e6, 1e6, 5e5)).is_finite());
        }
    }

    #[test]
    fn quadrature_converges() {
        let value = |n| LayerKernel::Sigmoid(GaussHermite::new(n).unwrap()).value(1.3, 0.7, 0.4);
        let errors: Vec<f64> = [6, 10, 15, 25].iter().map(|&n| (value(n) - value(80)).abs()).collect();
        assert!(errors.windows(2).all(|w| w[1] < w[0]) && errors[3] < 1e-5, "{errors:?}");
    }

    proptest::proptest! {
        // the tolerance is well above the error of the sigmoid's quadrature, which matters at equality alone
        #[test]
        fn values_are_symmetric_and_bounded_by_the_diagonal(
            q1 in 0.01..2.0f64, q2 in 0.01..2.0f64, rho in -1.0..1.0f64,
        ) {
            let q12 = rho * (q1 * q2).sqrt();
            for kernel in kernels() {
                let cross = kernel.value(q1, q2, q12);
                proptest::prop_assert!((cross - kernel.value(q2, q1, q12)).abs() < 1e-13, "{kernel:?}");
                let bound = (kernel.value(q1, q1, q1) * kernel.value(q2, q2, q2)).sqrt();
                proptest::prop_assert!(cross.abs() <= bound + 1e-7, "{kernel:?}: {cross} against {bound}");
            }
        }
    }
}
