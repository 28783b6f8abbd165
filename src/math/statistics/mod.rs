//! Numbers about numbers: location, spread, intervals, tests, histograms, curves, errors of predictions.
//!
//! Which rows are replicates, and what a claim makes of an interval, is in `analysis`.
//! Start with `summary`. Means of normal values go by `student`, looked at again after more seeds by `sequential` and
//! `evidence`; counts by `binomial`; "equal" and "as published" by `equivalence`, several tests at once
//! by `multiplicity`.

pub mod beta;
pub mod binomial;
pub mod circular;
pub mod curve;
pub mod equivalence;
pub mod evidence;
pub mod histogram;
pub mod jackknife;
pub mod metrics;
pub mod multiplicity;
pub mod normal;
mod null_paths;
pub mod power;
pub mod ratio;
pub mod separation;
pub mod sequential;
pub mod student;
pub mod summary;

pub use summary::{
    Interval, Line, least_squares_line, mean, quantile, ranks, spearman, standard_deviation, standard_error,
};
