//! Kinds that are one layer of random features, finite or infinitely wide.
//!
//! Filters, which choose directions by labels, are in `filters`; layers that are trained in `training`.
//! Start with `random_features`.

mod channel_norm;
pub(super) mod convolution;
mod deep_nngp;
pub(super) mod fitted_stack;
mod layer_kernel;
mod layer_kernel_shares;
pub(super) mod pooling;
pub(super) mod random_features;
mod sphere_projection;
pub(super) mod weights;
mod wide_gram;

pub use channel_norm::ChannelNorm;
pub use convolution::Convolution;
pub use deep_nngp::DeepNngp;
pub use layer_kernel::LayerKernel;
pub use layer_kernel_shares::LayerKernelShares;
pub use pooling::Pooling;
pub use random_features::RandomFeatures;
pub use sphere_projection::SphereProjection;
pub use wide_gram::WideGram;
