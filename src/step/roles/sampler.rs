//! Samplers: samples that are drawn, in a training, a validation and a test split.

use super::headed::{Headed, Shares};
use super::role::Words;
use crate::artifact::{Geometry, Labels, Origin, Points, Representation, Samples, Shape, Value, ValueType};
use crate::step::about::{About, Family, Keep, Port};
use crate::step::context::Context;
use crate::step::error::{Problem, StepError};
use crate::step::kind::Kind;
use crate::step::params::Parameters;
use crate::step::shapes::{Inputs, Outputs, Plan, Shapes};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A law that samples are drawn from. Implement it on a unit struct and list that in `catalog.rs` as
/// `Sampled(YourSampler)`.
pub trait Sampler: Sync + 'static {
    /// Parameters beyond the head: `deny_unknown_fields`, every field documented, every number with a range.
    type Params: Parameters;

    /// How many samples and their seeds: [`SampleHead`], unless the numbers come from elsewhere.
    type Head: Parameters;

    /// What all samples have in common, made once.
    type Law;

    /// The name that studies write, kebab-case.
    const NAME: &'static str;

    /// Documentation.
    const ABOUT: Words;

    /// The parameters of the head that it takes.
    const TAKES: &'static [&'static str];

    /// Name, title and task of the samples, in place of those of a data card.
    const ORIGIN: [&'static str; 3];

    /// What is drawn of each sample, made by [`port`].
    const PORTS: &'static [Port];

    /// Numbers of samples and seeds.
    fn counts(params: &Self::Params, head: &Self::Head) -> Counts;

    /// What is wrong with its own parameters.
    fn faults(_: &Self::Params) -> Vec<Problem> {
        Vec::new()
    }

    /// The numbers of one sample at each port.
    fn shapes(params: &Self::Params) -> Vec<SampleShape>;

    /// Floating-point operations for one sample, roughly.
    fn flops(params: &Self::Params) -> f64;

    /// What all samples have in common, for the seed of the training samples.
    fn law(params: &Self::Params, seed: u64) -> Self::Law;

    /// Draws a split. Fewer samples are the first of more.
    fn draw(params: &Self::Params, law: &Self::Law, part: SplitDraw) -> Batch;
}

/// An output of a sampler.
#[must_use]
pub const fn port(name: &'static str, doc: &'static str) -> Port {
    Port { name, value_type: ValueType::Representation, keep: Keep::IfDear, doc }
}

/// Parameters that samplers share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SampleHead {
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
    /// Seed of what samples share and of the samples, those of the test split excepted where there is a `test_seed`.
    pub seed: u64,
    /// Seed of the test samples: by default the same test samples for every `seed`.
    #[serde(default)]
    pub test_seed: u64,
}

impl SampleHead {
    /// All of it.
    pub const ALL: &'static [&'static str] = &["n_train", "n_validation", "n_test", "seed", "test_seed"];
    /// Where the test samples have the seed of the others.
    pub const ONE_SEED: &'static [&'static str] = &["n_train", "n_validation", "n_test", "seed"];

    /// Numbers of samples and seeds.
    #[must_use]
    pub const fn counts(&self) -> Counts {
        let Self { n_train, n_validation, n_test, seed, test_seed } = *self;
        Counts { samples: [n_train, n_validation, n_test], seed, test_seed }
    }

    /// The same, where the test samples have the seed of the others.
    #[must_use]
    pub const fn counts_of_one_seed(&self) -> Counts {
        Counts { test_seed: self.seed, ..self.counts() }
    }
}

/// Numbers of samples and their seeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Training, validation and test samples.
    pub samples: [usize; 3],
    /// Seed of training and validation samples.
    pub seed: u64,
    /// Seed of test samples.
    pub test_seed: u64,
}

/// One sample at a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleShape {
    /// Its numbers.
    pub dim: usize,
    /// How they lie in an image, where they do.
    pub geometry: Option<Geometry>,
}

impl SampleShape {
    /// An image.
    #[must_use]
    pub const fn image(geometry: Geometry) -> Self {
        Self { dim: geometry.dim(), geometry: Some(geometry) }
    }

    /// Numbers that are no image.
    #[must_use]
    pub const fn numbers(dim: usize) -> Self {
        Self { dim, geometry: None }
    }
}

/// A split about to be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SplitDraw {
    /// 0 for training, 1 for validation, 2 for test.
    pub number: u64,
    /// Its samples.
    pub count: usize,
    /// Its seed.
    pub seed: u64,
}

/// The samples of a split.
#[derive(Debug, Clone)]
pub struct Batch {
    /// At each port.
    pub points: Vec<Points>,
    /// One a sample.
    pub labels: Vec<f64>,
}

/// A sampler as a kind of step: samples of three splits out.
#[derive(Debug, Clone, Copy)]
pub struct Sampled<S>(pub S);

impl<S: Sampler> Shares for Sampled<S> {
    type Head = S::Head;
    type Own = S::Params;

    fn shared() -> Vec<&'static str> {
        S::TAKES.to_vec()
    }
}

impl<S: Sampler> Kind for Sampled<S> {
    type Params = Headed<Self>;
    const NAME: &'static str = S::NAME;
    const ABOUT: About = About {
        family: Family::Data,
        summary: S::ABOUT.summary,
        details: S::ABOUT.details,
        cites: S::ABOUT.cites,
        inputs: &[],
        outputs: S::PORTS,
    };

    fn plan(&self, params: &Self::Params, _: &Shapes) -> Result<Plan, Vec<Problem>> {
        let faults = S::faults(&params.own);
        if !faults.is_empty() {
            return Err(faults);
        }
        let [train, validation, test] = S::counts(&params.own, &params.head).samples;
        let shapes = S::shapes(&params.own);
        let whole = |&SampleShape { dim, geometry }: &SampleShape| Shape::Representation {
            train,
            validation,
            test,
            dim,
            geometry,
            number_bytes: 8,
        };
        let numbers: usize = shapes.iter().map(|shape| shape.dim).sum();
        // A split is drawn at once, and turned into the layout of values.
        let work_bytes = (train.max(validation).max(test) as u64).saturating_mul(16).saturating_mul(numbers as u64);
        let flops = S::flops(&params.own) * (train + validation + test) as f64;
        Ok(Plan { outputs: shapes.iter().map(whole).collect(), work_bytes, flops })
    }

    fn run(&self, params: &Self::Params, _: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let Counts { samples, seed, test_seed } = S::counts(&params.own, &params.head);
        let law = S::law(&params.own, seed);
        let draw = |number: u64, count: usize, seed: u64| {
            context.check()?;
            Ok::<_, StepError>(S::draw(&params.own, &law, SplitDraw { number, count, seed }))
        };
        let [train, validation, test] = samples;
        let (train, validation, test) = (draw(0, train, seed)?, draw(1, validation, seed)?, draw(2, test, test_seed)?);
        let labels = Arc::new(Labels { train: train.labels, validation: validation.labels, test: test.labels });
        let [card, title, task] = S::ORIGIN.map(ToOwned::to_owned);
        let origin = Origin { card, title, task, ..Origin::default() };
        let splits = train.points.into_iter().zip(validation.points).zip(test.points);
        let value = |(((train, validation), test), shape): (((Points, Points), Points), SampleShape)| {
            let samples = Samples { train, validation, test };
            let (labels, origin, geometry) = (Arc::clone(&labels), origin.clone(), shape.geometry);
            Value::Representation(Representation { samples, labels, geometry, origin })
        };
        Ok(splits.zip(S::shapes(&params.own)).map(value).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::step::{DataRef, DataSource, ErasedKind, NoScratch, Records};
    use serde_json::json;
    use std::sync::atomic::AtomicBool;

    /// Counts from the seed on.
    struct Counting;

    #[derive(Debug, Serialize, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Own {
        /// What is added to every number.
        offset: f64,
    }

    impl Sampler for Counting {
        type Params = Own;
        type Head = SampleHead;
        type Law = f64;
        const NAME: &'static str = "counting";
        const ABOUT: Words = Words { summary: "a fake", details: "", cites: &[] };
        const TAKES: &'static [&'static str] = SampleHead::ALL;
        const ORIGIN: [&'static str; 3] = ["counting", "Counting", "numbers"];
        const PORTS: &'static [Port] = &[port("samples", "numbers"), port("same", "the same")];

        fn counts(_: &Own, head: &SampleHead) -> Counts {
            head.counts()
        }

        fn shapes(_: &Own) -> Vec<SampleShape> {
            let image = Geometry { channels: 1, height: 1, width: 1 };
            vec![SampleShape::numbers(1), SampleShape::image(image)]
        }

        fn flops(_: &Own) -> f64 {
            3.0
        }

        fn law(params: &Own, seed: u64) -> f64 {
            params.offset + 1000.0 * seed as f64
        }

        fn draw(_: &Own, law: &f64, part: SplitDraw) -> Batch {
            let labels: Vec<f64> =
                (0..part.count).map(|i| law + (100 * part.seed + 10 * part.number) as f64 + i as f64).collect();
            let points = || Points::Pixels {
                bytes: vec![7; part.count],
                geometry: Geometry { channels: 1, height: 1, width: 1 },
                mean: vec![0.0],
                std: vec![1.0],
            };
            Batch { points: vec![points(), points()], labels }
        }
    }

    struct NoData;

    impl DataSource for NoData {
        fn open(&self, _: &DataRef) -> Result<Box<dyn Records>, StepError> {
            Err(StepError::Bug("no data in this test".into()))
        }
    }

    #[test]
    fn each_split_has_its_number_its_seed_and_its_samples_at_every_port() {
        let params = json!({"offset": 0.5, "n_train": 2, "n_validation": 1, "n_test": 3, "seed": 4, "test_seed": 9});
        let params = Sampled(Counting).canonical(&params).unwrap();
        let plan = ErasedKind::plan(&Sampled(Counting), &params, &Shapes::default()).unwrap();
        let read = <Sampled<Counting> as Kind>::Params::read(&params).unwrap();
        let counted = Kind::plan(&Sampled(Counting), &read, &Shapes::default()).unwrap().flops;
        assert_eq!((counted, plan.work_bytes, plan.outputs.len()), (18.0, 3 * 2 * 16, 2));
        let context = Context { data: &NoData, cancelled: &AtomicBool::new(false), scratch: &NoScratch };
        let outputs = ErasedKind::run(&Sampled(Counting), &params, &Inputs::default(), &context).unwrap();
        let [Value::Representation(samples), Value::Representation(same)] = outputs.as_slice() else {
            panic!("two ports")
        };
        assert_eq!(samples.labels.train, [4400.5, 4401.5]);
        assert_eq!(samples.labels.validation, [4410.5]);
        assert_eq!(samples.labels.test, [4920.5, 4921.5, 4922.5]);
        assert_eq!(same.samples.test.rows(), 3);
        assert!(samples.geometry.is_none() && same.geometry.is_some());
        assert_eq!((samples.origin.card.as_str(), samples.origin.task.as_str()), ("counting", "numbers"));
    }

    #[test]
    fn samples_for_training_are_asked_for() {
        let refused = |params: &serde_json::Value| Sampled(Counting).canonical(params).unwrap_err()[0].message.clone();
        assert!(refused(&json!({"offset": 0.0, "seed": 0})).contains("missing field `n_train`"));
        assert!(refused(&json!({"offset": 0.0, "n_train": 0, "seed": 0})).contains("at least 1"));
    }
}
