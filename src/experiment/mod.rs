//! Experiment kinds: layers, filters, readouts and their scores.
//!
//! Each file holds parameters, sizes and a `run` that calls `math`; nothing here computes.

mod activation;
mod activation_maps;
mod channel_norm;
mod convolution;
mod convolutional_filter;
mod deep_nngp;
mod effective_dimension;
mod eigenvector_images;
mod emergence_overlap;
mod emergence_prediction;
mod emergence_threshold;
mod falling_ball;
mod feature_alignment;
mod feature_averages;
mod feature_maximiser;
mod fitted_stack;
mod image_transform;
mod input_importance;
mod latent;
mod latent_directions;
mod latent_phase;
mod layer_gradient_shares;
mod layer_kernel;
mod layer_kernel_shares;
mod layer_list;
mod leading_features;
mod lofi_network;
mod low_pass;
mod network;
mod network_features;
mod network_score;
mod network_singular_values;
mod patch_filters;
mod pattern_shapes;
mod phase_recovery;
mod picture_agreement;
mod pixel_change;
mod pooling;
mod radial_labels;
mod random_features;
mod ridge_readout;
mod sample_importance;
mod score;
mod signed_moment_filter;
mod spectral_change;
mod spectrum_table;
mod sphere_projection;
mod spherical_harmonic_samples;
mod steps_to_level;
mod synthetic;
mod synthetic_hierarchy;
mod synthetic_images;
mod synthetic_samples;
mod synthetic_spectrum;
#[cfg(test)]
mod testing;
mod train_network;
mod training;
mod training_parameters;
mod training_state;
mod training_targets;
mod values;
mod wave_images;
mod weights;
mod wide_gram;

pub use activation_maps::ActivationMaps;
pub use channel_norm::ChannelNorm;
pub use convolution::Convolution;
pub use convolutional_filter::ConvolutionalFilter;
pub use deep_nngp::DeepNngp;
pub use effective_dimension::EffectiveDimension;
pub use eigenvector_images::EigenvectorImages;
pub use emergence_overlap::EmergenceOverlap;
pub use emergence_prediction::EmergencePrediction;
pub use emergence_threshold::EmergenceThreshold;
pub use falling_ball::FallingBall;
pub use feature_alignment::FeatureAlignment;
pub use feature_averages::FeatureAverages;
pub use feature_maximiser::FeatureMaximiser;
pub use image_transform::ImageTransform;
pub use input_importance::InputImportance;
pub use latent_directions::LatentDirections;
pub use latent_phase::LatentPhase;
pub use layer_gradient_shares::LayerGradientShares;
pub use layer_kernel::LayerKernel;
pub use layer_kernel_shares::LayerKernelShares;
pub use leading_features::LeadingFeatures;
pub use lofi_network::LofiNetwork;
pub use network_features::NetworkFeatures;
pub use network_score::NetworkScore;
pub use network_singular_values::NetworkSingularValues;
pub use patch_filters::PatchFilters;
pub use pattern_shapes::PatternShapes;
pub use phase_recovery::PhaseRecovery;
pub use picture_agreement::PictureAgreement;
pub use pooling::Pooling;
pub use radial_labels::RadialLabels;
pub use random_features::RandomFeatures;
pub use ridge_readout::RidgeReadout;
pub use sample_importance::SampleImportance;
pub use score::Score;
pub use signed_moment_filter::SignedMomentFilter;
pub use spectrum_table::SpectrumTable;
pub use sphere_projection::SphereProjection;
pub use spherical_harmonic_samples::SphericalHarmonicSamples;
pub use steps_to_level::StepsToLevel;
pub use synthetic_hierarchy::SyntheticHierarchy;
pub use synthetic_samples::SyntheticHierarchySamples;
pub use synthetic_spectrum::SyntheticMomentSpectrum;
pub use train_network::TrainNetwork;
pub use wave_images::WaveImages;
pub use wide_gram::WideGram;

use crate::math::MathError;
use crate::step::StepError;

impl From<MathError> for StepError {
    fn from(error: MathError) -> Self {
        Self::numeric(error)
    }
}
