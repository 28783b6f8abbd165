//! Kept eigenpairs of a moment operator.

use super::representation::{Origin, non_finite_in};
use crate::math::linalg::Matrix;
use serde::{Deserialize, Serialize};

/// Leading eigenpairs, by descending |eigenvalue|.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectrum {
    /// k eigenvalues.
    pub values: Vec<f64>,
    /// Columns belonging to them: p × k eigenvectors, or n × k dual coefficients.
    pub vectors: Matrix,
    /// Which operator, for people: "(1/n) ZᵀYZ".
    pub operator: String,
    /// Where the samples come from.
    pub origin: Origin,
}

#[derive(Serialize, Deserialize)]
pub(super) struct SpectrumHead {
    pub values: Vec<f64>,
    pub operator: String,
    pub origin: Origin,
}

impl Spectrum {
    pub(super) fn memory_bytes(&self) -> u64 {
        8 * (self.values.len() + self.vectors.len()) as u64
    }

    pub(super) fn first_non_finite(&self) -> Option<String> {
        let at = self.values.iter().position(|v| !v.is_finite());
        at.map(|i| format!("{} as eigenvalue {i}", self.values[i])).or_else(|| non_finite_in(&self.vectors, "vectors"))
    }
}
