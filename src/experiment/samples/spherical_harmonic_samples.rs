//! Samples on the sphere with labels of one frequency.

use crate::artifact::{Labels, Origin, Points, Representation, Samples, Shape, Value, ValueType};
use crate::experiment::values::matrix_bytes;
use crate::math::random::Stream;
use crate::math::samples::sphere::{uniform_on_sphere, zonal_harmonic};
use crate::step::{About, Context, Family, Inputs, Keep, Kind, Outputs, Plan, Port, Problem, Shapes, StepError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

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
    /// Training samples.
    #[schemars(range(min = 1, max = 10_000_000))]
    pub n_train: usize,
    /// Validation samples.
    #[serde(default)]
    #[schemars(range(min = 0, max = 10_000_000))]
    pub n_validation: usize,
    /// Test samples.
    #[serde(default)]
    #[schemars(range(min = 0, max = 10_000_000))]
    pub n_test: usize,
    /// Seed of the pole and of the samples.
    #[schemars(range(min = 0))]
    pub seed: u64,
}

impl Kind for SphericalHarmonicSamples {
    type Params = Params;
    const NAME: &'static str = "spherical-harmonic-samples";
    const ABOUT: About = About {
        module: module_path!(),
        family: Family::Data,
        summary: "Draws points uniform on a sphere with a zonal harmonic of one degree as labels.",
        details: "‖x‖ = √d, so that the coordinates have unit second moment; y = √N(d, k) P_k(⟨x, v⟩/√d) with a random unit \
                  vector v, the Gegenbauer polynomial P_k, P_k(1) = 1, and the number N(d, k) of harmonics, so that y has unit \
                  second moment. Points and pole do not depend on the degree, and fewer samples are the first of more.",
        cites: &["dandi-jacot-2021", "atkinson-han-2012"],
        inputs: &[],
        outputs: &[Port {
            name: "samples",
            value_type: ValueType::Representation,
            keep: Keep::IfCheap,
            doc: "Inputs and labels of the three splits.",
        }],
    };

    fn plan(&self, params: &Params, _: &Shapes) -> Result<Plan, Vec<Problem>> {
        let Params { dim, degree, n_train: train, n_validation: validation, n_test: test, .. } = *params;
        let shape = Shape::Representation { train, validation, test, dim, geometry: None, number_bytes: 8 };
        let all = train + validation + test;
        let flops = all as f64 * (40 * dim + 6 * degree) as f64;
        Ok(Plan { outputs: vec![shape], work_bytes: 2 * matrix_bytes(train.max(test).max(validation), dim), flops })
    }

    fn run(&self, params: &Params, _: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let pole = Stream::new(params.seed, "sphere-pole", 0).normal_columns(params.dim, 0, 1);
        let split = |number: u64, count: usize| {
            context.check()?;
            let x = uniform_on_sphere(&Stream::new(params.seed, "sphere-inputs", number), count, params.dim);
            let labels = zonal_harmonic(&x, pole.as_slice(), params.degree);
            Ok::<_, StepError>((Points::Real(x), labels))
        };
        let (train, train_labels) = split(0, params.n_train)?;
        let (validation, validation_labels) = split(1, params.n_validation)?;
        let (test, test_labels) = split(2, params.n_test)?;
        let labels = Labels { train: train_labels, validation: validation_labels, test: test_labels };
        let samples = Samples { train, validation, test };
        Ok(vec![Value::Representation(Representation {
            samples,
            labels: Arc::new(labels),
            geometry: None,
            origin: origin(),
        })])
    }
}

fn origin() -> Origin {
    Origin {
        card: "spherical-harmonics".to_owned(),
        title: "Spherical harmonics".to_owned(),
        task: "regression".to_owned(),
        ..Origin::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::testing::Check;
    use serde_json::json;

    fn samples(degree: usize, n_train: usize) -> Representation {
        let params =
            json!({"dim": 5, "degree": degree, "n_train": n_train, "n_validation": 7, "n_test": 11, "seed": 2});
        match Check::of(&SphericalHarmonicSamples).run(&params, vec![]).remove(0) {
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
