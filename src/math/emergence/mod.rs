//! When features emerge from the noise, and how many directions a spectrum amounts to.
//!
//! The synthetic hierarchy, where thresholds are known, is in `hierarchy`.
//! Start with `threshold`: the prediction of the paper.

pub mod dimension;
pub mod nested_moments;
pub mod projection;
pub mod single_moments;
pub mod threshold;

pub use threshold::{Emergence, Moments, effective_dimension, emergence};
