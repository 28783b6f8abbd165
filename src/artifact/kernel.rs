//! Samples as inner products: the state of a network whose last layer was not reduced.

use super::representation::{Labels, Origin, non_finite_in};
use crate::math::linalg::Matrix;
use std::sync::Arc;

/// Gram matrices of one layer over the training samples and from them to the other splits.
#[derive(Debug, Clone, PartialEq)]
pub struct Kernel {
    /// n × n Gram matrix of the training samples.
    pub train: Matrix,
    /// n × `n_v` cross Gram, training rows by validation columns.
    pub validation: Matrix,
    /// n × `n_t` cross Gram, training rows by test columns.
    pub test: Matrix,
    /// k(x, x) of the validation samples; the next layer needs it.
    pub validation_diagonal: Vec<f64>,
    /// k(x, x) of the test samples.
    pub test_diagonal: Vec<f64>,
    /// The labels.
    pub labels: Arc<Labels>,
    /// Where the samples come from.
    pub origin: Origin,
}

impl Kernel {
    pub(super) fn memory_bytes(&self) -> u64 {
        8 * (self.train.len() + self.validation.len() + self.test.len()) as u64
    }

    pub(super) fn first_non_finite(&self) -> Option<String> {
        [("train", &self.train), ("validation", &self.validation), ("test", &self.test)]
            .into_iter()
            .find_map(|(name, matrix)| non_finite_in(matrix, name))
    }
}
