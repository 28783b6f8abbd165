//! What the kinds of synthetic images share: the streams of their samples, and how they become values.

use crate::artifact::{Geometry, Points};
use crate::math::linalg::Matrix;
use crate::math::random::Stream;
use crate::step::roles::SplitDraw;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where phases come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Phases {
    /// Uniform, drawn for every sample.
    Random,
    /// The same for all samples.
    Fixed,
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

/// Makes the samples of a split. Sample i depends on the split's seed, the split and i alone.
pub fn each_sample<T>(part: SplitDraw, make: impl Fn(Chance) -> T) -> Vec<T> {
    let root = Stream::new(part.seed, "synthetic-images", part.number);
    let coins = Stream::new(part.seed, "synthetic-images/labels", part.number);
    let chance =
        |index: usize| Chance { stream: root.substream(index as u64), index, coin: coins.substream(index as u64 / 2) };
    (0..part.count).map(|index| make(chance(index))).collect()
}

/// The layout of images of one channel.
pub const fn one_channel(height: usize, width: usize) -> Geometry {
    Geometry { channels: 1, height, width }
}

/// Samples of so many numbers, one a row.
pub fn rows(samples: Vec<Vec<f64>>, dim: usize) -> Points {
    Points::Real(Matrix::from_row_iterator(samples.len(), dim, samples.into_iter().flatten()))
}
