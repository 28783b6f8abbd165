//! Kernels of infinitely wide layers, and zonal functions on the sphere.
//!
//! Random features of finite width are in `lofi`; readouts on a kernel in `ridge`.
//! Start with `gram`: the kernel on every split.

pub mod arc_cosine;
pub mod dual_activation;
pub mod gram;
pub mod layer;
pub mod layerwise;
pub mod pixels;
pub mod zonal;

pub use gram::{KernelState, KernelView, LayerKernel, Splits, WeightScale, covariance_root, deep_nngp};
