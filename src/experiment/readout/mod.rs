//! Kinds that predict from features, and score predictions.
//!
//! What claims and tables make of scores is in `analysis`.
//! Start with `ridge_readout`.

mod effective_dimension;
mod ridge_path;
mod ridge_readout;
mod score;

pub use effective_dimension::EffectiveDimension;
pub use ridge_readout::RidgeReadout;
pub use score::Score;
