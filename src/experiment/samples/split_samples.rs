//! `split-samples`: other training, validation and test samples of the same set.

use super::gather::Gather;
use crate::experiment::values::Sizes;
use crate::math::random::Stream;
use crate::step::prelude::*;

/// `split-samples`
pub struct SplitSamples;

/// Parameters of `split-samples`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Training samples.
    #[schemars(range(min = 1, max = 100_000_000))]
    pub n_train: usize,
    /// Validation samples.
    #[serde(default)]
    pub n_validation: usize,
    /// Test samples.
    #[schemars(range(min = 1, max = 100_000_000))]
    pub n_test: usize,
    /// Seed of the order in which they are drawn.
    pub seed: u64,
}

impl Kind for SplitSamples {
    type Params = Params;
    const NAME: &'static str = "split-samples";
    const ABOUT: About = About {
        family: Family::Data,
        summary: "Draws training, validation and test samples anew from all samples of a set.",
        details: "A random order of all samples, of whatever split: the first are the test samples, then come validation and \
                  training samples. So those for testing and validation are the same for every n_train of a seed, and fewer \
                  training samples are the first of more. Two sets with the same samples in the same order, such as an image \
                  and its twin, are split alike.",
        cites: &[],
        inputs: &[
            Slot::one("x", &[ValueType::Representation]).doc("The samples; which split they are in does not matter.")
        ],
        outputs: &[Port::new("samples", ValueType::Representation).doc("The samples drawn, as they are.")],
    };

    fn plan(&self, params: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let Some(Shape::Representation { dim, geometry, number_bytes, .. }) = inputs.get("x") else {
            return Err(vec![Problem::at("x", "expected a representation")]);
        };
        let &Params { n_train: train, n_validation: validation, n_test: test, .. } = params;
        let (asked, there) = (train.saturating_add(validation).saturating_add(test), Sizes::at(inputs, "x").samples());
        if asked > there {
            let message = format!("{asked} samples asked for, and there are {there}");
            return Err(vec![Problem::at("n_train", message).help("ask for fewer in one of the splits")]);
        }
        let shape = Shape::Representation { train, validation, test, dim, geometry, number_bytes };
        let flops = crate::math::size::times(asked, dim) as f64;
        Ok(Plan { outputs: vec![shape], work_bytes: 16 * there as u64, flops })
    }

    fn run(&self, params: &Params, inputs: &Inputs, _: &Context<'_>) -> Result<Outputs, StepError> {
        let x = Gather::of(inputs.one::<Representation>("x")?);
        let order = Stream::new(params.seed, "split-samples", 0).permutation(x.count());
        let (test, rest) = order.split_at(params.n_test);
        let (validation, rest) = rest.split_at(params.n_validation);
        Ok(vec![Value::Representation(x.split([&rest[..params.n_train], validation, test])?)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::Points;
    use crate::experiment::testing::{Check, pixels, representation};
    use crate::math::linalg::single;
    use serde_json::{Value as Json, json};

    fn split(params: &Json, x: &Representation) -> Representation {
        match Check::of(&SplitSamples).run(params, vec![("x", Value::Representation(x.clone()))]).remove(0) {
            Value::Representation(r) => r,
            other => panic!("{other:?}"),
        }
    }

    /// Samples with their labels, as texts that can be ordered.
    fn rows(points: &Points, labels: &[f64]) -> Vec<String> {
        let matrix = points.to_matrix();
        labels.iter().enumerate().map(|(i, y)| format!("{y} {:?}", matrix.row(i).iter().collect::<Vec<_>>())).collect()
    }

    fn all(x: &Representation) -> Vec<String> {
        let labels = [&x.labels.train, &x.labels.validation, &x.labels.test];
        x.splits().iter().zip(labels).flat_map(|((_, points), labels)| rows(points, labels)).collect()
    }

    // Law: all samples asked for are all samples, each once and with its label.
    #[test]
    fn no_sample_is_lost_or_in_two_splits() {
        let images = pixels(9, 4, 5);
        let mut found = all(&split(&json!({"n_train": 10, "n_validation": 3, "n_test": 5, "seed": 2}), &images));
        let mut given = all(&images);
        assert_ne!(found, given, "the order is a random one");
        found.sort();
        given.sort();
        assert_eq!(found, given);
    }

    #[test]
    fn fewer_training_samples_are_the_first_of_more_beside_the_same_test_samples() {
        let images = pixels(9, 4, 5);
        let of = |n: usize| split(&json!({"n_train": n, "n_validation": 3, "n_test": 5, "seed": 2}), &images);
        let (few, many) = (of(4), of(10));
        assert_eq!(few.samples.test, many.samples.test);
        assert_eq!(few.samples.validation, many.samples.validation);
        assert_eq!(few.samples.train.to_matrix(), many.samples.train.block(0, 4));
        let other = split(&json!({"n_train": 10, "n_validation": 3, "n_test": 5, "seed": 3}), &images);
        assert_ne!(other.samples.test, many.samples.test);
    }

    // Pixels stay bytes; real numbers of both precisions are split as their images are.
    #[test]
    fn every_form_is_kept_and_split_alike() {
        let images = pixels(6, 2, 4);
        let params = json!({"n_train": 5, "n_validation": 3, "n_test": 2, "seed": 1});
        let of_pixels = split(&params, &images);
        assert!(matches!(of_pixels.samples.train, Points::Pixels { .. }));
        assert_eq!(of_pixels.geometry, images.geometry);
        let real = representation(&images);
        assert_eq!(split(&params, &real), representation(&of_pixels).clone());
        let halved = |r: &Representation| {
            r.with_points(r.splits().map(|(_, points)| Points::Single(single(&points.to_matrix()))))
        };
        let found = split(&params, &halved(&real));
        assert_eq!(found.samples, halved(&of_pixels).samples);
    }

    #[test]
    fn more_than_there_is_is_refused() {
        let params = json!({"n_train": 10, "n_validation": 3, "n_test": 6, "seed": 2});
        let problems = Check::of(&SplitSamples).refuse(&params, vec![("x", Value::Representation(pixels(9, 4, 5)))]);
        assert_eq!(problems[0].message, "19 samples asked for, and there are 18");
    }
}
