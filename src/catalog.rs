//! The one list of kinds. No logic.

use crate::step::ErasedKind;
use crate::{analysis, dataset, experiment, plot};

/// Every kind, by family.
pub const KINDS: &[&dyn ErasedKind] = &[
    // Data
    &dataset::Dataset,
    // Experiments
    &experiment::RandomFeatures,
    &experiment::LayerKernel,
    &experiment::DeepNngp,
    &experiment::SignedMomentFilter,
    &experiment::LeadingFeatures,
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
    // Tables
    &analysis::Stack,
    &analysis::Filter,
    &analysis::Choose,
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
];
