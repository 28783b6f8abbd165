//! Experiment kinds: layers, filters, readouts and their scores.
//!
//! Each file holds parameters, sizes and a `run` that calls `math`; nothing here computes.

mod activation;
mod deep_nngp;
mod effective_dimension;
mod layer_kernel;
mod leading_features;
mod random_features;
mod ridge_readout;
mod score;
mod signed_moment_filter;
#[cfg(test)]
mod testing;
mod values;
mod wide_gram;

pub use deep_nngp::DeepNngp;
pub use effective_dimension::EffectiveDimension;
pub use layer_kernel::LayerKernel;
pub use leading_features::LeadingFeatures;
pub use random_features::RandomFeatures;
pub use ridge_readout::RidgeReadout;
pub use score::Score;
pub use signed_moment_filter::SignedMomentFilter;
pub use wide_gram::WideGram;

use crate::math::MathError;
use crate::step::StepError;

impl From<MathError> for StepError {
    fn from(error: MathError) -> Self {
        Self::numeric(error)
    }
}
