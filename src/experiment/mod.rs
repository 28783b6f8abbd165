//! Experiment kinds: layers, filters, readouts and their scores.
//!
//! Each file holds parameters, sizes and a `run` that calls `math`; nothing here computes.

mod activation;
mod deep_nngp;
mod feature_alignment;
mod layer_kernel;
mod leading_features;
mod lofi_network;
mod network;
mod network_features;
mod random_features;
mod ridge_readout;
mod score;
mod signed_moment_filter;
#[cfg(test)]
mod testing;
mod train_network;
mod training;
mod training_state;
mod values;

pub use deep_nngp::DeepNngp;
pub use feature_alignment::FeatureAlignment;
pub use layer_kernel::LayerKernel;
pub use leading_features::LeadingFeatures;
pub use lofi_network::LofiNetwork;
pub use network_features::NetworkFeatures;
pub use random_features::RandomFeatures;
pub use ridge_readout::RidgeReadout;
pub use score::Score;
pub use signed_moment_filter::SignedMomentFilter;
pub use train_network::TrainNetwork;

use crate::math::MathError;
use crate::step::StepError;

impl From<MathError> for StepError {
    fn from(error: MathError) -> Self {
        Self::numeric(error)
    }
}
