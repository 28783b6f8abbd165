//! Kinds that train networks by gradient descent, and look at what was trained.
//!
//! One network taken apart into singular directions is in `latent`; layers and passes are computed in `math/network`.
//! Start with `train_network`; `layer_list` is how a study writes layers.

mod feature_alignment;
mod layer_gradient_shares;
mod layer_list;
mod least_objective;
mod lofi_network;
pub(super) mod network;
pub(super) mod network_features;
mod network_score;
mod outcome;
mod parameters;
mod phase_recovery;
mod prune_network;
mod run;
mod state;
mod steps_to_level;
mod targets;
mod train_network;

pub use feature_alignment::FeatureAlignment;
pub use layer_gradient_shares::LayerGradientShares;
pub use least_objective::LeastObjective;
pub use lofi_network::LofiNetwork;
pub use network_features::NetworkFeatures;
pub use network_score::NetworkScore;
pub use phase_recovery::PhaseRecovery;
pub use prune_network::PruneNetwork;
pub use steps_to_level::StepsToLevel;
pub use train_network::TrainNetwork;
