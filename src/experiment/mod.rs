//! Experiment kinds: layers, filters, readouts and their scores.
//!
//! Each file holds parameters, sizes and a `run` that calls `math`; nothing here computes.

mod activation;
mod deep_nngp;
mod eigenvector_images;
mod feature_averages;
mod feature_maximiser;
mod fitted_stack;
mod input_importance;
mod layer_kernel;
mod leading_features;
mod low_pass;
mod picture_agreement;
mod random_features;
mod ridge_readout;
mod sample_importance;
mod score;
mod signed_moment_filter;
#[cfg(test)]
mod testing;
mod values;

pub use deep_nngp::DeepNngp;
pub use eigenvector_images::EigenvectorImages;
pub use feature_averages::FeatureAverages;
pub use feature_maximiser::FeatureMaximiser;
pub use input_importance::InputImportance;
pub use layer_kernel::LayerKernel;
pub use leading_features::LeadingFeatures;
pub use picture_agreement::PictureAgreement;
pub use random_features::RandomFeatures;
pub use ridge_readout::RidgeReadout;
pub use sample_importance::SampleImportance;
pub use score::Score;
pub use signed_moment_filter::SignedMomentFilter;

use crate::math::MathError;
use crate::step::StepError;

impl From<MathError> for StepError {
    fn from(error: MathError) -> Self {
        Self::numeric(error)
    }
}
