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
    &experiment::RidgeReadout,
    &experiment::Score,
    &experiment::TrainNetwork,
    &experiment::NetworkFeatures,
    &experiment::FeatureAlignment,
    &experiment::LofiNetwork,
    // Tables
    &analysis::Stack,
    &analysis::Filter,
    &analysis::Choose,
    &analysis::Aggregate,
    &analysis::ComparePublished,
    // Claims
    &analysis::PairedDifference,
    &analysis::Bound,
    &analysis::Monotone,
    // Figures
    &plot::LineBand,
    &plot::Heatmap,
];
