//! Kinds that make pictures: what features respond to, and averages of images.
//!
//! How pictures are drawn is in `plot`.
//! Start with `eigenvector_images`, a short one.

mod activation_maps;
mod eigenvector_images;
mod feature_averages;
mod feature_maximiser;
mod input_importance;
mod low_pass;
mod picture_agreement;
mod sample_importance;

pub use activation_maps::ActivationMaps;
pub use eigenvector_images::EigenvectorImages;
pub use feature_averages::FeatureAverages;
pub use feature_maximiser::FeatureMaximiser;
pub use input_importance::InputImportance;
pub use picture_agreement::PictureAgreement;
pub use sample_importance::SampleImportance;
