//! Experiment kinds: layers, filters, readouts and their scores.
//!
//! Each file holds parameters, sizes and a `run` that calls `math`; nothing here computes.

mod activation;
mod activation_maps;
mod channel_norm;
mod convolution;
mod convolutional_filter;
mod deep_nngp;
mod emergence_overlap;
mod emergence_prediction;
mod emergence_threshold;
mod layer_kernel;
mod leading_features;
mod patch_filters;
mod pooling;
mod random_features;
mod ridge_readout;
mod score;
mod signed_moment_filter;
mod spectrum_table;
#[cfg(test)]
mod testing;
mod values;
mod weights;

pub use activation_maps::ActivationMaps;
pub use channel_norm::ChannelNorm;
pub use convolution::Convolution;
pub use convolutional_filter::ConvolutionalFilter;
pub use deep_nngp::DeepNngp;
pub use emergence_overlap::EmergenceOverlap;
pub use emergence_prediction::EmergencePrediction;
pub use emergence_threshold::EmergenceThreshold;
pub use layer_kernel::LayerKernel;
pub use leading_features::LeadingFeatures;
pub use patch_filters::PatchFilters;
pub use pooling::Pooling;
pub use random_features::RandomFeatures;
pub use ridge_readout::RidgeReadout;
pub use score::Score;
pub use signed_moment_filter::SignedMomentFilter;
pub use spectrum_table::SpectrumTable;

use crate::math::MathError;
use crate::step::StepError;

impl From<MathError> for StepError {
    fn from(error: MathError) -> Self {
        Self::numeric(error)
    }
}
