//! Samples of the synthetic hierarchy, for the kinds that take samples as a whole.

use super::hierarchy::{LabelMean, TEST, TRAIN, VALIDATION, sizes};
use crate::artifact::Points;
use crate::math::hierarchy::{Inputs as _, StreamedInputs, Teacher, training_size};
use crate::step::prelude::*;
use crate::step::roles::{Batch, Counts, SampleShape, Sampler, SplitDraw, Words, port};

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
}

/// How many samples there are beside those for training.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Validation samples.
    #[serde(default)]
    #[schemars(range(min = 0, max = 10_000_000))]
    pub n_validation: usize,
    /// Test samples.
    #[serde(default = "defaults::whole::<4000>")]
    #[schemars(range(min = 1, max = 10_000_000))]
    pub n_test: usize,
    /// Seed of teacher and samples.
    pub seed: u64,
}

impl Sampler for SyntheticHierarchySamples {
    type Params = Params;
    type Head = Head;
    type Law = Teacher;
    const NAME: &'static str = "synthetic-hierarchy-samples";
    const ABOUT: Words = Words {
        summary: "Draws samples of the synthetic hierarchy.",
        details: "x ~ N(0, I_d), y = tanh h2(h1(x)) of the teacher of `synthetic-hierarchy` with the same seed. Training and \
                  test samples are the first of that kind's; the labels are real numbers in (−1, 1).",
        cites: &["neural-lofi"],
    };
    const TAKES: &'static [&'static str] = &["n_validation", "n_test", "seed"];
    const ORIGIN: [&'static str; 3] = ["synthetic-hierarchy", "Synthetic hierarchy", "regression"];
    const PORTS: &'static [Port] = &[port("samples", "Inputs and labels of the three splits.")];

    fn counts(params: &Params, head: &Head) -> Counts {
        let &Head { n_validation, n_test, seed } = head;
        let train = training_size(params.dim, params.alpha);
        Counts { samples: [train, n_validation, n_test], seed, test_seed: seed }
    }

    fn faults(params: &Params) -> Vec<Problem> {
        sizes(params.dim, &Grid(vec![params.alpha])).err().into_iter().collect()
    }

    fn shapes(params: &Params) -> Vec<SampleShape> {
        vec![SampleShape::numbers(params.dim)]
    }

    fn flops(params: &Params) -> f64 {
        2.0 * (params.dim as f64).powi(2) * params.dim.isqrt() as f64
    }

    fn law(params: &Params, seed: u64) -> Teacher {
        params.labels.teacher(seed, params.dim)
    }

    fn draw(params: &Params, teacher: &Teacher, part: SplitDraw) -> Batch {
        let stream = [TRAIN, VALIDATION, TEST][part.number as usize];
        let x = StreamedInputs::new(part.seed, stream, params.dim).rows(0..part.count);
        let labels = teacher.of(&x).labels;
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

    fn samples(alpha: f64, seed: u64) -> Representation {
        let params = json!({"dim": 9, "alpha": alpha, "n_validation": 7, "n_test": 11, "seed": seed});
        match Check::of(&Sampled(SyntheticHierarchySamples)).run(&params, vec![]).remove(0) {
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
        assert_eq!(
            Check::of(&Sampled(SyntheticHierarchySamples)).refuse(&params, vec![])[0].at.as_deref(),
            Some("alpha")
        );
    }
}
