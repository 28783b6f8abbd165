//! Kinds that keep the directions of features that labels speak of, and show their spectra.
//!
//! Features themselves are in `layers`; when a direction emerges is in `emergence`.
//! Start with `signed_moment_filter`: the method of the first paper.

mod convolutional_filter;
mod leading_features;
mod patch_filters;
mod projected_moment_filter;
mod random_feature_filter;
mod signed_moment_filter;
mod spectrum_table;

pub use convolutional_filter::ConvolutionalFilter;
pub use leading_features::LeadingFeatures;
pub use patch_filters::PatchFilters;
pub use projected_moment_filter::ProjectedMomentFilter;
pub use random_feature_filter::RandomFeatureFilter;
pub use signed_moment_filter::SignedMomentFilter;
pub use spectrum_table::SpectrumTable;
