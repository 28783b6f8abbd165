//! The kind `dataset`: draws labelled training, validation and test samples of a resolved data set.

use crate::artifact::{Labels, Origin, Points, Representation, Samples};
use crate::dataset::cards::count::Count;
use crate::math::random::Stream;
use crate::math::random::torch::TorchGenerator;
use crate::step::prelude::*;
use crate::step::{DataRef, Records, Split};
use std::sync::Arc;

/// The kind `dataset`.
pub struct Dataset;

/// Parameters of [`Dataset`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SamplesParams {
    /// The data set and task; the study fills it in from its `data` list.
    pub data: DataRef,
    /// Training samples, or `all` that the validation samples leave.
    pub n_train: Count,
    /// Validation samples, drawn from the training records after the training samples.
    #[serde(default)]
    pub n_validation: usize,
    /// Test samples.
    #[serde(default = "all")]
    pub n_test: Count,
    /// How samples are drawn.
    #[serde(default)]
    pub draw: Draw,
    /// Seed of the training and validation samples.
    pub seed: u64,
    /// Seed of the order of the test samples.
    #[serde(default)]
    pub test_seed: u64,
    /// Which test samples a `seed` gets.
    #[serde(default)]
    pub test: TestSamples,
}

/// Which test samples a seed gets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TestSamples {
    /// Disjoint parts of them in turn, as far as they reach: part `seed` modulo their number. Seeds that all saw the same test
    /// samples would speak of these alone, however many they are. Drawn as the reference does or in file order, and where all
    /// are asked for, there is one part.
    #[default]
    Folds,
    /// The same for every seed.
    Shared,
}

const fn all() -> Count {
    Count::All
}

/// How samples are drawn from the records of the task. Fewer training samples are always the first of more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Draw {
    /// The first of a random order of our own generator.
    #[default]
    Permutation,
    /// The first of PyTorch's `randperm`, as the authors' code draws them; all records stay in file order.
    Reference,
    /// The first in file order.
    First,
}

impl Draw {
    /// The order in which `available` records are drawn, of which `wanted` will be training or test samples.
    fn order(self, available: usize, wanted: usize, seed: u64, purpose: &str) -> Vec<usize> {
        match self {
            Self::Permutation => Stream::new(seed, purpose, 0).permutation(available),
            Self::Reference if wanted < available => TorchGenerator::new(seed).permutation(available),
            Self::Reference | Self::First => (0..available).collect(),
        }
    }
}

/// Numbers of samples after `all` is resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sizes {
    train: usize,
    validation: usize,
    test: usize,
}

impl SamplesParams {
    /// The numbers of samples, or every number that is more than there is.
    fn sizes(&self) -> Result<Sizes, Vec<Problem>> {
        let mut problems = Vec::new();
        let validation = self.n_validation;
        let train = match self.n_train {
            Count::Number(train) => train,
            Count::All => self.data.train.saturating_sub(validation),
        };
        if train > self.data.train {
            problems.push(self.too_many("n_train", train, "training", self.data.train));
        } else if train == 0 || train + validation > self.data.train {
            let left = self.data.train - if self.n_train == Count::All { 0 } else { train };
            problems.push(self.too_many("n_validation", validation, "training", left));
        }
        let test = match self.n_test {
            Count::Number(test) => test,
            Count::All => self.data.test,
        };
        if test > self.data.test {
            problems.push(self.too_many("n_test", test, "test", self.data.test));
        }
        if problems.is_empty() { Ok(Sizes { train, validation, test }) } else { Err(problems) }
    }

    fn too_many(&self, at: &str, asked: usize, split: &str, there: usize) -> Problem {
        let data = &self.data;
        let left = if at == "n_validation" { " that `n_train` leaves" } else { "" };
        let message = format!(
            "{asked} samples asked for, and {} has {there} {split} records{left} for the task {}",
            data.title, data.task
        );
        let help = match at {
            "n_validation" => format!("ask for fewer than {there}, or for fewer training samples"),
            _ => format!("ask for at most {there}, or for `all`"),
        };
        Problem::at(at, message).help(help)
    }

    /// The records of the training and validation samples among those of the task, in the order drawn.
    fn train_order(&self, sizes: Sizes) -> Vec<usize> {
        let mut order = self.draw.order(self.data.train, sizes.train, self.seed, "dataset/train");
        order.truncate(sizes.train + sizes.validation);
        order
    }

    /// The records of the test samples among those of the task, in the order drawn.
    fn test_order(&self, sizes: Sizes) -> Vec<usize> {
        let order = self.draw.order(self.data.test, sizes.test, self.test_seed, "dataset/test");
        let parts = (self.data.test / sizes.test.max(1)).max(1) as u64;
        let turns = self.test == TestSamples::Folds && self.draw == Draw::Permutation;
        let part = if turns { usize::try_from(self.seed % parts).unwrap_or(0) } else { 0 };
        order[part * sizes.test..][..sizes.test].to_vec()
    }
}

impl Kind for Dataset {
    type Params = SamplesParams;

    const NAME: &'static str = "dataset";

    const ABOUT: About = About {
        family: Family::Data,
        summary: "Draws labelled training, validation and test samples of an image set.",
        details: "Records of the task's classes are taken in file order and labelled −1 or +1, then a subsample is \
                  drawn. Pixels are standardised per channel when they are read, (v/255 − mean)/std, and flattened \
                  channel-major; nothing is whitened. For one seed a smaller subsample is the beginning of a larger \
                  one, and validation samples follow the training samples in the same order, so no record is in both.",
        cites: &["cifar10", "fashion-mnist", "mnist"],
        inputs: &[],
        outputs: &[Port::new("samples", ValueType::Representation).doc("pixels of the three splits with their labels")],
    };

    fn plan(&self, params: &SamplesParams, _: &Shapes) -> Result<Plan, Vec<Problem>> {
        let Sizes { train, validation, test } = params.sizes()?;
        let geometry = params.data.geometry();
        let dim = geometry.dim();
        let shape = Shape::Representation { train, validation, test, dim, geometry: Some(geometry), number_bytes: 1 };
        // the splits are drawn one after the other
        let records = params.data.train.max(params.data.test);
        // reading and decoding at ~600 operations a pixel: 7 ns measured, more where few are drawn of many
        let decoded = crate::math::size::times(train + validation + test, dim);
        #[expect(clippy::cast_precision_loss, reason = "a rough estimate")]
        let flops = 600.0 * decoded as f64;
        Ok(Plan { outputs: vec![shape], work_bytes: (RECORD_BYTES * records as u64).saturating_add(1 << 24), flops })
    }

    fn run(&self, params: &SamplesParams, _: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let sizes = params.sizes().map_err(|problems| {
            let first = problems.into_iter().next().map_or_else(String::new, |p| p.message);
            StepError::Data { card: params.data.card.clone(), reason: first }
        })?;
        let records = context.data.open(&params.data)?;
        let draw = Drawing { data: &params.data, records: &*records };
        let mut train = draw.split(Split::Train, &params.train_order(sizes))?;
        context.check()?;
        let validation = train.split_off(sizes.train);
        let test = draw.split(Split::Test, &params.test_order(sizes))?;
        Ok(vec![Value::Representation(assemble(&params.data, train, validation, test))])
    }
}

/// Memory for a record while its split is drawn: its class, its place in the drawn order, and what leads from there to its
/// image and back.
const RECORD_BYTES: u64 = 128;

/// Pixels and labels of some samples.
struct Drawn {
    bytes: Vec<u8>,
    labels: Vec<f64>,
}

impl Drawn {
    /// Splits the samples from number `at` on off.
    fn split_off(&mut self, at: usize) -> Self {
        let dim = self.bytes.len() / self.labels.len().max(1);
        Self { bytes: self.bytes.split_off(at * dim), labels: self.labels.split_off(at) }
    }
}

/// An opened data set with its task.
struct Drawing<'a> {
    data: &'a DataRef,
    records: &'a dyn Records,
}

impl Drawing<'_> {
    /// The samples at some places among the task's records of a split.
    fn split(&self, split: Split, order: &[usize]) -> Result<Drawn, StepError> {
        let task = self.task_records(split)?;
        let chosen: Vec<(usize, f64)> = order.iter().map(|&place| task[place]).collect();
        let numbers: Vec<usize> = chosen.iter().map(|&(record, _)| record).collect();
        let bytes = self.records.images(split, &numbers)?;
        Ok(Drawn { bytes, labels: chosen.into_iter().map(|(_, label)| label).collect() })
    }

    /// Record number and label of every record whose class belongs to the task, in file order.
    fn task_records(&self, split: Split) -> Result<Vec<(usize, f64)>, StepError> {
        let classes = self.records.classes(split)?;
        let label = |class: &u32| self.data.labels.get(class).map(|&label| f64::from(label));
        let planned = match split {
            Split::Train => self.data.train,
            Split::Test => self.data.test,
        };
        let mut task = Vec::with_capacity(planned);
        task.extend(classes.iter().enumerate().filter_map(|(record, class)| Some((record, label(class)?))));
        if task.len() == planned {
            return Ok(task);
        }
        let reason = format!("{} records of the task where {planned} were planned; plan the study again", task.len());
        Err(StepError::Data { card: self.data.card.clone(), reason })
    }
}

fn assemble(data: &DataRef, train: Drawn, validation: Drawn, test: Drawn) -> Representation {
    let geometry = data.geometry();
    let points = |bytes| Points::Pixels { bytes, geometry, mean: data.mean.clone(), std: data.std.clone() };
    Representation {
        samples: Samples { train: points(train.bytes), validation: points(validation.bytes), test: points(test.bytes) },
        labels: Arc::new(Labels { train: train.labels, validation: validation.labels, test: test.labels }),
        geometry: Some(geometry),
        origin: Origin {
            card: data.card.clone(),
            title: data.title.clone(),
            task: data.task.clone(),
            stands_in_for: data.stands_in_for.clone(),
            caveat: data.caveat.clone(),
        },
    }
}

#[cfg(test)]
#[path = "samples_tests.rs"]
mod tests;
