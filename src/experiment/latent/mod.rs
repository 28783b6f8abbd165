//! Kinds that take a trained network apart into singular directions of its layers.
//!
//! Training is in `training`.
//! Start with `analysed`: the part that they share.

mod analysed;
mod latent_directions;
mod latent_phase;
mod network_singular_values;

pub use latent_directions::LatentDirections;
pub use latent_phase::LatentPhase;
pub use network_singular_values::NetworkSingularValues;
