//! Kinds about when features emerge: measured, predicted, and in the synthetic hierarchy.
//!
//! Filters that are used for prediction are in `filters`.
//! Start with `prediction`.

mod lifted;
mod overlap;
mod prediction;
mod route;
mod subsamples;
mod synthetic_emergence;
mod synthetic_hierarchy;
mod synthetic_spectrum;
mod threshold;

pub use overlap::EmergenceOverlap;
pub use prediction::EmergencePrediction;
pub use synthetic_emergence::SyntheticFeatureEmergence;
pub use synthetic_hierarchy::SyntheticHierarchy;
pub use synthetic_spectrum::SyntheticMomentSpectrum;
pub use threshold::EmergenceThreshold;
