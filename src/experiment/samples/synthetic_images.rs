//! What the kinds of synthetic images share: how many samples, their streams, and how they become values.

use crate::artifact::{Geometry, Labels, Origin, Points, Representation, Samples, Shape, Value};
use crate::experiment::values::matrix_bytes;
use crate::math::image::maps::MapShape;
use crate::math::linalg::Matrix;
use crate::math::random::Stream;
use crate::step::{Context, Plan, StepError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Where phases come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Phases {
    /// Uniform, drawn for every sample.
    Random,
    /// The same for all samples.
    Fixed,
}

/// Numbers of samples and their seeds.
#[derive(Debug, Clone, Copy)]
pub struct Counts {
    pub train: usize,
    pub validation: usize,
    pub test: usize,
    pub seed: u64,
    pub test_seed: u64,
}

/// Everything that is random about one sample.
pub struct Chance {
    pub stream: Stream,
    index: usize,
    // the same for samples 2k and 2k + 1
    coin: Stream,
}

impl Chance {
    /// −1 or +1, each once in every pair of samples, which first by chance: fewer samples are balanced too.
    pub fn label(&mut self) -> f64 {
        if (self.coin.below(2) + self.index).is_multiple_of(2) { -1.0 } else { 1.0 }
    }
}

impl Counts {
    /// Images or numbers on the samples.
    pub const fn shape(self, dim: usize, geometry: Option<MapShape>) -> Shape {
        let geometry = match geometry {
            Some(MapShape { channels, height, width }) => Some(Geometry { channels, height, width }),
            None => None,
        };
        let Self { train, validation, test, .. } = self;
        Shape::Representation { train, validation, test, dim, geometry, number_bytes: 8 }
    }

    /// The plan of outputs of some shapes, with so many operations a number.
    pub fn plan(self, outputs: Vec<Shape>, operations: f64) -> Plan {
        let dim: usize =
            outputs.iter().map(|shape| if let Shape::Representation { dim, .. } = shape { *dim } else { 0 }).sum();
        let samples = self.train + self.validation + self.test;
        Plan { outputs, work_bytes: matrix_bytes(samples, dim), flops: operations * samples as f64 * dim as f64 }
    }

    /// Makes all samples, split by split. Sample i depends on the split's seed, the split and i alone.
    pub fn draw<T>(self, context: &Context<'_>, make: impl Fn(Chance) -> T) -> Result<[Vec<T>; 3], StepError> {
        let split = |number: u64, (seed, count): (u64, usize)| {
            context.check()?;
            let root = Stream::new(seed, "synthetic-images", number);
            let coins = Stream::new(seed, "synthetic-images/labels", number);
            let chance = |index: usize| Chance {
                stream: root.substream(index as u64),
                index,
                coin: coins.substream(index as u64 / 2),
            };
            Ok::<_, StepError>((0..count).map(|index| make(chance(index))).collect())
        };
        let Self { seed, test_seed, .. } = self;
        Ok([split(0, (seed, self.train))?, split(1, (seed, self.validation))?, split(2, (test_seed, self.test))?])
    }
}

/// Labels of the splits.
pub fn labels([train, validation, test]: [Vec<f64>; 3]) -> Arc<Labels> {
    Arc::new(Labels { train, validation, test })
}

/// One number or row of each sample of each split.
pub fn each<T, U>(splits: &[Vec<T>; 3], of: impl Fn(&T) -> U) -> [Vec<U>; 3] {
    [0, 1, 2].map(|split: usize| splits[split].iter().map(&of).collect())
}

/// Where synthetic samples come from.
pub fn origin(card: &str, title: &str, task: &str) -> Origin {
    Origin { card: card.to_owned(), title: title.to_owned(), task: task.to_owned(), ..Origin::default() }
}

/// Rows as a value.
pub fn representation(
    rows: [Vec<Vec<f64>>; 3],
    shape: Shape,
    (labels, origin): (&Arc<Labels>, &Origin),
) -> Result<Value, StepError> {
    let Shape::Representation { dim, geometry, .. } = shape else {
        return Err(StepError::Bug("synthetic samples of another shape".into()));
    };
    let [train, validation, test] = rows.map(|rows| {
        let count = rows.len();
        Points::Real(Matrix::from_row_iterator(count, dim, rows.into_iter().flatten()))
    });
    let samples = Samples { train, validation, test };
    Ok(Value::Representation(Representation { samples, labels: Arc::clone(labels), geometry, origin: origin.clone() }))
}
