//! The one list of kinds. No logic.

use crate::step::ErasedKind;
use crate::{analysis, dataset, experiment, plot};

/// Every kind, by family.
pub const KINDS: &[&dyn ErasedKind] = &[
    // Data
    &dataset::Dataset,
    &experiment::SyntheticHierarchySamples,
    // Experiments
    &experiment::RandomFeatures,
    &experiment::WideGram,
    &experiment::LayerKernel,
    &experiment::DeepNngp,
    &experiment::SignedMomentFilter,
    &experiment::LeadingFeatures,
    &experiment::EffectiveDimension,
    &experiment::ConvolutionalFilter,
    &experiment::Convolution,
    &experiment::Pooling,
    &experiment::ChannelNorm,
    &experiment::PatchFilters,
    &experiment::ActivationMaps,
    &experiment::SpectrumTable,
    &experiment::RidgeReadout,
    &experiment::Score,
    &experiment::EmergencePrediction,
    &experiment::EmergenceOverlap,
    &experiment::EmergenceThreshold,
    &experiment::TrainNetwork,
    &experiment::NetworkFeatures,
    &experiment::FeatureAlignment,
    &experiment::LofiNetwork,
    &experiment::SyntheticHierarchy,
    &experiment::SyntheticMomentSpectrum,
    &experiment::EigenvectorImages,
    &experiment::FeatureMaximiser,
    &experiment::InputImportance,
    &experiment::SampleImportance,
    &experiment::FeatureAverages,
    &experiment::PictureAgreement,
    &experiment::PhaseRecovery,
    // Tables
    &analysis::Stack,
    &analysis::Filter,
    &analysis::Choose,
    &analysis::Difference,
    &analysis::Aggregate,
    &analysis::Bins,
    &analysis::ComparePublished,
    // Claims
    &analysis::PairedDifference,
    &analysis::Bound,
    &analysis::Monotone,
    &analysis::RankCorrelation,
    &analysis::Slope,
    &analysis::ThresholdLocation,
    &analysis::InteriorOptimum,
    &analysis::OutlierCount,
    &analysis::Collapse,
    // Figures
    &plot::LineBand,
    &plot::Heatmap,
    &plot::Scatter,
    &plot::Histogram,
    &plot::ImageGrid,
];
