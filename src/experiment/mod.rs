//! Experiment kinds: layers, filters, readouts and their scores.
//!
//! Each file holds parameters, sizes and a `run` that calls `math`; nothing here computes.

mod activation;
mod deep_nngp;
mod emergence_overlap;
mod emergence_prediction;
mod emergence_threshold;
mod layer_kernel;
mod leading_features;
mod lifted_positions;
mod random_features;
mod ridge_readout;
mod score;
mod signed_moment_filter;
#[cfg(test)]
mod testing;
mod values;

pub use deep_nngp::DeepNngp;
pub use emergence_overlap::EmergenceOverlap;
pub use emergence_prediction::EmergencePrediction;
pub use emergence_threshold::EmergenceThreshold;
pub use layer_kernel::LayerKernel;
pub use leading_features::LeadingFeatures;
pub use random_features::RandomFeatures;
pub use ridge_readout::RidgeReadout;
pub use score::Score;
pub use signed_moment_filter::SignedMomentFilter;

use crate::math::MathError;
use crate::step::StepError;

impl From<MathError> for StepError {
    fn from(error: MathError) -> Self {
        Self::numeric(error)
    }
}
