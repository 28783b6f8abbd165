//! Kinds that make samples, and that change their images.
//!
//! Samples of data cards are drawn in `dataset`; the labels of the hierarchy are computed in `math/hierarchy`.
//! Start with `spherical_harmonic_samples`, a short one.

mod falling_ball;
mod gather;
pub(super) mod hierarchy;
mod image_transform;
mod image_twins;
mod pattern_shapes;
mod pixel_change;
mod radial_labels;
mod spectral_change;
mod spherical_harmonic_samples;
mod split_samples;
mod synthetic_images;
mod synthetic_samples;
mod wave_images;

pub use falling_ball::FallingBall;
pub use image_transform::ImageTransform;
pub use image_twins::ImageTwins;
pub use pattern_shapes::PatternShapes;
pub use radial_labels::RadialLabels;
pub use spherical_harmonic_samples::SphericalHarmonicSamples;
pub use split_samples::SplitSamples;
pub use synthetic_samples::SyntheticHierarchySamples;
pub use wave_images::WaveImages;
