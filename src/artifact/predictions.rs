//! What readouts predict on each split.

use super::representation::{Origin, non_finite_in};
use crate::math::linalg::Matrix;
use serde::{Deserialize, Serialize};

/// One fitted readout: a column of every prediction matrix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Readout {
    /// Ridge penalty λ (not multiplied by n); none for readouts without one.
    pub lambda: Option<f64>,
    /// Mean squared leave-one-out residual on the training samples, where computed.
    pub leave_one_out_mse: Option<f64>,
}

/// True and predicted labels of one split.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluated {
    /// n labels ±1.
    pub labels: Vec<f64>,
    /// n × c predictions, a readout a column.
    pub predicted: Matrix,
}

/// Predictions of c readouts on the three splits.
#[derive(Debug, Clone, PartialEq)]
pub struct Predictions {
    /// The readouts, one a column.
    pub readouts: Vec<Readout>,
    /// Training split.
    pub train: Evaluated,
    /// Validation split; may be empty.
    pub validation: Evaluated,
    /// Test split.
    pub test: Evaluated,
    /// Where the samples come from.
    pub origin: Origin,
}

#[derive(Serialize, Deserialize)]
pub(super) struct PredictionsHead {
    pub readouts: Vec<Readout>,
    pub origin: Origin,
}

impl Predictions {
    /// The splits with their names.
    #[must_use]
    pub const fn splits(&self) -> [(&'static str, &Evaluated); 3] {
        [("train", &self.train), ("validation", &self.validation), ("test", &self.test)]
    }

    pub(super) fn memory_bytes(&self) -> u64 {
        self.splits().iter().map(|(_, s)| 8 * (s.labels.len() + s.predicted.len()) as u64).sum()
    }

    pub(super) fn first_non_finite(&self) -> Option<String> {
        self.splits().into_iter().find_map(|(name, s)| non_finite_in(&s.predicted, name))
    }
}
