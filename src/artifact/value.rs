//! A value of any type, its type and its shape.

use super::{
    Figure, Geometry, HiddenLayers, Kernel, Network, Pictures, Predictions, Representation, Spectrum, Table, Verdict,
};
use crate::math::size::bytes;
use serde::{Deserialize, Serialize};

/// Version of the stored layout. A change here makes every stored value unreadable, hence recomputed.
///
/// History: 1, first layout.
pub const FORMAT: u32 = 1;

/// One output of a step.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Samples as vectors: raw pixels, features of any layer.
    Representation(Representation),
    /// Samples as inner products.
    Kernel(Kernel),
    /// Kept eigenpairs of an operator.
    Spectrum(Spectrum),
    /// What a readout predicts.
    Predictions(Predictions),
    /// A tidy table.
    Table(Table),
    /// The end of a claim.
    Verdict(Verdict),
    /// Small images to look at.
    Pictures(Pictures),
    /// A network along its training.
    Network(Network),
    /// A drawn figure.
    Figure(Figure),
}

/// The type of a [`Value`], as slots and ports name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ValueType {
    /// [`Representation`]
    Representation,
    /// [`Kernel`]
    Kernel,
    /// [`Spectrum`]
    Spectrum,
    /// [`Predictions`]
    Predictions,
    /// [`Table`]
    Table,
    /// [`Verdict`]
    Verdict,
    /// [`Pictures`]
    Pictures,
    /// [`Network`]
    Network,
    /// [`Figure`]
    Figure,
}

impl ValueType {
    /// The name that messages and documentation use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Representation => "representation",
            Self::Kernel => "kernel",
            Self::Spectrum => "spectrum",
            Self::Predictions => "predictions",
            Self::Table => "table",
            Self::Verdict => "verdict",
            Self::Pictures => "pictures",
            Self::Network => "network",
            Self::Figure => "figure",
        }
    }
}

impl Value {
    /// The type tag of this value.
    #[must_use]
    pub const fn value_type(&self) -> ValueType {
        match self {
            Self::Representation(_) => ValueType::Representation,
            Self::Kernel(_) => ValueType::Kernel,
            Self::Spectrum(_) => ValueType::Spectrum,
            Self::Predictions(_) => ValueType::Predictions,
            Self::Table(_) => ValueType::Table,
            Self::Verdict(_) => ValueType::Verdict,
            Self::Pictures(_) => ValueType::Pictures,
            Self::Network(_) => ValueType::Network,
            Self::Figure(_) => ValueType::Figure,
        }
    }

    /// Memory that the value's numbers take, in bytes.
    #[must_use]
    pub fn memory_bytes(&self) -> u64 {
        match self {
            Self::Representation(r) => r.memory_bytes(),
            Self::Kernel(k) => k.memory_bytes(),
            Self::Spectrum(s) => s.memory_bytes(),
            Self::Predictions(p) => p.memory_bytes(),
            Self::Table(t) => t.memory_bytes(),
            Self::Verdict(_) => 1 << 10,
            Self::Pictures(p) => p.memory_bytes(),
            Self::Network(n) => n.memory_bytes(),
            Self::Figure(f) => f.svg.len() as u64,
        }
    }

    /// The first number that is NaN or infinite, as a place to show, or nothing.
    ///
    /// The engine asks this of every output, so a NaN is reported by the step that made it.
    #[must_use]
    pub fn first_non_finite(&self) -> Option<String> {
        match self {
            Self::Representation(r) => r.first_non_finite(),
            Self::Kernel(k) => k.first_non_finite(),
            Self::Spectrum(s) => s.first_non_finite(),
            Self::Predictions(p) => p.first_non_finite(),
            Self::Table(t) => t.first_non_finite(),
            Self::Pictures(p) => p.first_non_finite(),
            Self::Network(n) => n.first_non_finite(),
            Self::Verdict(_) | Self::Figure(_) => None,
        }
    }
}

/// Sizes of a value that are known before it exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::large_enum_variant, reason = "a shape is copied while planning and never stored in bulk")]
pub enum Shape {
    /// Numbers of samples in each split and their dimension.
    Representation {
        /// Training samples n.
        train: usize,
        /// Validation samples.
        validation: usize,
        /// Test samples.
        test: usize,
        /// Dimension of each sample.
        dim: usize,
        /// The image layout, while samples are still pixels or channel maps.
        geometry: Option<Geometry>,
        /// Bytes of one number: 1 for pixels, 8 for features, 4 for those in single precision.
        number_bytes: usize,
    },
    /// Numbers of samples in each split.
    Kernel {
        /// Training samples n.
        train: usize,
        /// Validation samples.
        validation: usize,
        /// Test samples.
        test: usize,
    },
    /// Size of the operator and number of kept pairs.
    Spectrum {
        /// Side of the operator.
        dim: usize,
        /// Kept eigenpairs.
        rank: usize,
    },
    /// Number of readouts, one a column.
    Predictions {
        /// Samples over all splits.
        samples: usize,
        /// Readouts.
        columns: usize,
    },
    /// A table; its rows are not known beforehand.
    Table,
    /// A verdict.
    Verdict,
    /// How many numbers all pictures together have.
    Pictures {
        /// Numbers.
        numbers: usize,
    },
    /// Sizes of a network.
    Network {
        /// Weights and biases.
        parameters: usize,
        /// Moments of training that are kept.
        checkpoints: usize,
        /// Layouts of the features of each hidden layer.
        hidden: HiddenLayers,
    },
    /// A figure.
    Figure,
}

impl Shape {
    /// The type of the value that this is the shape of.
    #[must_use]
    pub const fn value_type(self) -> ValueType {
        match self {
            Self::Representation { .. } => ValueType::Representation,
            Self::Kernel { .. } => ValueType::Kernel,
            Self::Spectrum { .. } => ValueType::Spectrum,
            Self::Predictions { .. } => ValueType::Predictions,
            Self::Table => ValueType::Table,
            Self::Verdict => ValueType::Verdict,
            Self::Pictures { .. } => ValueType::Pictures,
            Self::Network { .. } => ValueType::Network,
            Self::Figure => ValueType::Figure,
        }
    }

    /// Memory that the value will take, in bytes.
    #[must_use]
    pub const fn memory_bytes(self) -> u64 {
        match self {
            Self::Representation { train, validation, test, dim, number_bytes, .. } => {
                bytes(number_bytes as u64, train + validation + test, dim)
            }
            Self::Kernel { train, validation, test } => bytes(8, train, train + validation + test),
            Self::Spectrum { dim, rank } => bytes(8, dim + 1, rank),
            Self::Predictions { samples, columns } => bytes(8, samples, columns),
            Self::Pictures { numbers } => bytes(8, numbers, 1),
            Self::Network { parameters, checkpoints, .. } => bytes(4, parameters, checkpoints),
            Self::Table | Self::Verdict | Self::Figure => 1 << 13,
        }
    }
}
