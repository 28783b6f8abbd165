//! Kinds that take a trained network apart into singular directions of its layers.
//!
//! Training is in `training`.
//! Start with `analysed`: the part that they share.

mod activation_singular_values;
mod analysed;
mod latent_directions;
mod latent_phase;
mod network_jacobian;
mod network_singular_values;

pub use activation_singular_values::ActivationSingularValues;
pub use latent_directions::LatentDirections;
pub use latent_phase::LatentPhase;
pub use network_jacobian::NetworkJacobian;
pub use network_singular_values::NetworkSingularValues;
