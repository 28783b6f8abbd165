//! The paper's synthetic hierarchy: a teacher of two quadratic layers, and the two-stage estimator of its features.
//!
//! Samples are streamed: sample i is a function of the seed and of i, so that a training set of n samples is the
//! beginning of every larger one, and none of them needs to exist as a whole. The features φ1 of all samples are kept
//! in single precision where they fit the memory granted, else made again for every pass over the samples; the numbers
//! are the same.

mod estimator;
mod features;
mod moment;
mod overlap;
mod size;
mod spectrum;
mod teacher;

pub use estimator::{Curve, Estimator, Point, second_stage_bytes};
pub use features::{FirstLayer, Inputs, Source, Streamed, StreamedInputs, block_bytes, kept_bytes};
pub use moment::{Method, Work, formed_bytes};
pub use overlap::{feature_overlaps, subspace_overlap};
pub use size::training_size;
pub use spectrum::{MomentSpectrum, Spectra};
pub use teacher::{Hidden, Teacher};
