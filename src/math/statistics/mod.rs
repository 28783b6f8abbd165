//! Numbers about numbers: location, spread, intervals, tests, histograms, curves, errors of predictions.
//!
//! Which rows are replicates, and what a claim makes of an interval, is in `analysis`.
//! Start with `summary`.

pub mod circular;
pub mod curve;
pub mod histogram;
pub mod jackknife;
pub mod metrics;
pub mod separation;
pub mod student;
pub mod summary;

pub use summary::{
    Bootstrap, Interval, Line, bootstrap_mean, least_squares_line, mean, quantile, ranks, spearman, standard_deviation,
    standard_error,
};
