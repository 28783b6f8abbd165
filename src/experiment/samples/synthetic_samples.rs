//! Samples of the synthetic hierarchy, for the kinds that take samples as a whole.

use super::hierarchy::{LabelMean, TEST, TRAIN, VALIDATION, sizes};
use crate::artifact::{Labels, Origin, Points, Representation, Samples, Shape, Value, ValueType};
use crate::experiment::values::matrix_bytes;
use crate::math::hierarchy::{Inputs as _, StreamedInputs, training_size};
use crate::math::linalg::Matrix;
use crate::step::{About, Context, Family, Grid, Inputs, Keep, Kind, Outputs, Plan, Port, Problem, Shapes, StepError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// `synthetic-hierarchy-samples`
pub struct SyntheticHierarchySamples;

/// Parameters of `synthetic-hierarchy-samples`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Input dimension d.
    #[schemars(range(min = 4, max = 1000))]
    pub dim: usize,
    /// The training size as a power of d: n = d^α.
    #[schemars(range(min = 0.1, max = 10.0))]
    pub alpha: f64,
    /// Whether the mean of the labels is subtracted, as the theory assumes.
    #[serde(default)]
    pub labels: LabelMean,
    /// Validation samples.
    #[serde(default)]
    #[schemars(range(min = 0, max = 10_000_000))]
    pub n_validation: usize,
    /// Test samples.
    #[serde(default = "four_thousand")]
    #[schemars(range(min = 1, max = 10_000_000))]
    pub n_test: usize,
    /// Seed of teacher and samples.
    #[schemars(range(min = 0))]
    pub seed: u64,
}

const fn four_thousand() -> usize {
    4000
}

impl Kind for SyntheticHierarchySamples {
    type Params = Params;
    const NAME: &'static str = "synthetic-hierarchy-samples";
    const ABOUT: About = About {
        module: module_path!(),
        family: Family::Data,
        summary: "Draws samples of the synthetic hierarchy.",
        details: "x ~ N(0, I_d), y = tanh h2(h1(x)) of the teacher of `synthetic-hierarchy` with the same seed. Training and \
                  test samples are the first of that kind's; the labels are real numbers in (−1, 1).",
        cites: &["neural-lofi"],
        inputs: &[],
        outputs: &[Port {
            name: "samples",
            value_type: ValueType::Representation,
            keep: Keep::IfCheap,
            doc: "Inputs and labels of the three splits.",
        }],
    };

    fn plan(&self, params: &Params, _: &Shapes) -> Result<Plan, Vec<Problem>> {
        sizes(params.dim, &Grid(vec![params.alpha])).map_err(|problem| vec![problem])?;
        let (train, validation, test) = (training_size(params.dim, params.alpha), params.n_validation, params.n_test);
        let dim = params.dim;
        let shape = Shape::Representation { train, validation, test, dim, geometry: None, number_bytes: 8 };
        let all = train + validation + test;
        let flops = 2.0 * all as f64 * (dim as f64).powi(2) * dim.isqrt() as f64;
        Ok(Plan { outputs: vec![shape], work_bytes: 2 * matrix_bytes(train.max(test), dim), flops })
    }

    fn run(&self, params: &Params, _: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let teacher = params.labels.teacher(params.seed, params.dim);
        let split = |number: u64, count: usize| -> Result<(Matrix, Vec<f64>), StepError> {
            context.check()?;
            let x = StreamedInputs::new(params.seed, number, params.dim).rows(0..count);
            let labels = teacher.of(&x).labels;
            Ok((x, labels))
        };
        let (train, train_labels) = split(TRAIN, training_size(params.dim, params.alpha))?;
        let (validation, validation_labels) = split(VALIDATION, params.n_validation)?;
        let (test, test_labels) = split(TEST, params.n_test)?;
        let samples =
            Samples { train: Points::Real(train), validation: Points::Real(validation), test: Points::Real(test) };
        let labels = Labels { train: train_labels, validation: validation_labels, test: test_labels };
        let origin = Origin {
            card: "synthetic-hierarchy".to_owned(),
            title: "Synthetic hierarchy".to_owned(),
            task: "regression".to_owned(),
            ..Origin::default()
        };
        Ok(vec![Value::Representation(Representation { samples, labels: Arc::new(labels), geometry: None, origin })])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::testing::Check;
    use crate::math::hierarchy::Teacher;
    use serde_json::json;

    fn samples(alpha: f64, seed: u64) -> Representation {
        let params = json!({"dim": 9, "alpha": alpha, "n_validation": 7, "n_test": 11, "seed": seed});
        match Check::of(&SyntheticHierarchySamples).run(&params, vec![]).remove(0) {
            Value::Representation(r) => r,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn training_sets_are_nested_and_labelled_by_the_teacher() {
        let (small, large) = (samples(1.0, 3), samples(2.0, 3));
        assert_eq!((small.samples.train.rows(), large.samples.train.rows()), (9, 81));
        assert_eq!(small.samples.train.block(0, 9), large.samples.train.block(0, 9));
        assert_eq!((&small.samples.test, &small.labels.test), (&large.samples.test, &large.labels.test));
        assert_eq!(large.labels.train, Teacher::draw(3, 9).of(&large.samples.train.to_matrix()).labels);
        assert_ne!(samples(1.0, 4), small);
        assert_ne!(large.samples.train.block(0, 7), large.samples.validation.block(0, 7));
    }

    #[test]
    fn sizes_beyond_reason_are_refused() {
        let params = json!({"dim": 1000, "alpha": 9.0, "seed": 0});
        assert_eq!(Check::of(&SyntheticHierarchySamples).refuse(&params, vec![])[0].at.as_deref(), Some("alpha"));
    }
}
