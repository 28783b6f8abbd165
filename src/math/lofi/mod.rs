//! Random features, the moment operator of labels, its filters, and what the features that are kept respond to.
//!
//! Convolutional lifts are in `image`; when a feature emerges from noise is in `emergence`.
//! Start with `moment` and `filter`: the method itself.

pub mod alignment;
pub mod composed;
pub mod dual_filter;
pub mod feature_stack;
pub mod filter;
pub mod implicit_filter;
pub mod jacobian;
pub mod lift;
pub mod maximiser;
pub mod moment;
pub mod random_features;
pub mod slope;
pub mod stack_layer;
pub mod subsample;
pub mod weighted_sum;
pub mod wide_gram;
