//! Samples on the sphere with labels of one frequency.

use crate::artifact::Points;
use crate::math::linalg::Matrix;
use crate::math::random::Stream;
use crate::math::samples::sphere::{uniform_on_sphere, zonal_harmonic};
use crate::step::prelude::*;
use crate::step::roles::{Batch, Counts, SampleHead, SampleShape, Sampler, SplitDraw, Words, port};

/// `spherical-harmonic-samples`
pub struct SphericalHarmonicSamples;

/// Parameters of `spherical-harmonic-samples`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Input dimension d.
    #[schemars(range(min = 2, max = 10_000))]
    pub dim: usize,
    /// Degree k of the labels' harmonic.
    #[schemars(range(min = 0, max = 1000))]
    pub degree: usize,
}

impl Sampler for SphericalHarmonicSamples {
    type Params = Params;
    type Head = SampleHead;
    /// The pole.
    type Law = Matrix;
    const NAME: &'static str = "spherical-harmonic-samples";
    const ABOUT: Words = Words {
        summary: "Draws points uniform on a sphere with a zonal harmonic of one degree as labels.",
        details: "‖x‖ = √d, so that the coordinates have unit second moment; y = √N(d, k) P_k(⟨x, v⟩/√d) with a random unit \
                  vector v, the Gegenbauer polynomial P_k, P_k(1) = 1, and the number N(d, k) of harmonics, so that y has unit \
                  second moment. Points and pole do not depend on the degree, and fewer samples are the first of more.",
        cites: &["dandi-jacot-2021", "atkinson-han-2012"],
    };
    const TAKES: &'static [&'static str] = SampleHead::ONE_SEED;
    const ORIGIN: [&'static str; 3] = ["spherical-harmonics", "Spherical harmonics", "regression"];
    const PORTS: &'static [Port] = &[port("samples", "Inputs and labels of the three splits.")];

    fn counts(_: &Params, head: &SampleHead) -> Counts {
        head.counts_of_one_seed()
    }

    fn shapes(params: &Params) -> Vec<SampleShape> {
        vec![SampleShape::numbers(params.dim)]
    }

    fn flops(params: &Params) -> f64 {
        (40 * params.dim + 6 * params.degree) as f64
    }

    fn law(params: &Params, seed: u64) -> Matrix {
        Stream::new(seed, "sphere-pole", 0).normal_columns(params.dim, 0, 1)
    }

    fn draw(params: &Params, pole: &Matrix, part: SplitDraw) -> Batch {
        let x = uniform_on_sphere(&Stream::new(part.seed, "sphere-inputs", part.number), part.count, params.dim);
        let labels = zonal_harmonic(&x, pole.as_slice(), params.degree);
        Batch { points: vec![Points::Real(x)], labels }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::{Representation, Value};
    use crate::experiment::testing::Check;
    use crate::step::roles::Sampled;
    use serde_json::json;

    fn samples(degree: usize, n_train: usize) -> Representation {
        let params =
            json!({"dim": 5, "degree": degree, "n_train": n_train, "n_validation": 7, "n_test": 11, "seed": 2});
        match Check::of(&Sampled(SphericalHarmonicSamples)).run(&params, vec![]).remove(0) {
            Value::Representation(r) => r,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn degrees_share_their_points_and_training_sets_are_nested() {
        let (one, three) = (samples(1, 30), samples(3, 9));
        assert_eq!(one.samples.test, three.samples.test);
        assert_eq!(one.samples.train.block(0, 9), three.samples.train.block(0, 9));
        assert_ne!(one.labels.test, three.labels.test);
        assert_ne!(one.samples.train.block(0, 7), one.samples.validation.block(0, 7));
    }

    // Oracle: degree 1 is √d t and degree 3 is P_3 of that t, (k = 3, d = 5): P_3 = (7 t³ − 3 t)/4, N = 30.
    #[test]
    fn labels_of_degree_three_follow_from_those_of_degree_one() {
        let (one, three) = (samples(1, 200), samples(3, 200));
        for (a, b) in one.labels.train.iter().zip(&three.labels.train) {
            let t = a / 5.0_f64.sqrt();
            assert!((b - 30.0_f64.sqrt() * (7.0 * t.powi(3) - 3.0 * t) / 4.0).abs() < 1e-12);
        }
    }

    // Law: unit second moment, and no correlation between degrees.
    #[test]
    fn labels_are_orthonormal() {
        let [one, two] = [1, 2].map(|k| samples(k, 20_000).labels.train.clone());
        let mean = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / 20_000.0;
        assert!((mean(&one, &one) - 1.0).abs() < 0.05 && (mean(&two, &two) - 1.0).abs() < 0.05);
        assert!(mean(&one, &two).abs() < 0.05);
    }
}
