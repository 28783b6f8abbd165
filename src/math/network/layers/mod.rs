//! The layers of a network: what each computes forward and backward, on values that the caller holds.
//!
//! Which layers follow each other is said by `architecture`, a pass through all of them by `pass`.
//! Start with `layer`, the list of them, then `dense`, the plainest one.

pub mod channel_norm;
pub mod circular;
pub mod convolution;
pub mod dense;
pub mod filter_window;
pub mod fused;
pub mod layer;
pub mod passing;
pub mod pointwise;
pub mod pooling;
pub mod real_line;
pub mod wave_transform;
