//! The paper's synthetic hierarchy: a teacher of two quadratic layers, and the two-stage estimator of its features.
//!
//! Samples are streamed: sample i is a function of the seed and of i, so that a training set of n samples is the
//! beginning of every larger one, and none of them needs to exist as a whole. The features φ1 are made in single precision,
//! block by block, in every pass over the samples but for those that memory is granted for; a pass serves all training sizes.

mod emergence;
mod estimator;
mod features;
mod krylov;
mod moment;
mod overlap;
mod pass;
mod prefix_search;
mod size;
mod spectrum;
mod teacher;

pub use emergence::{Emergence, PlantedPoint};
pub use estimator::{Curve, Estimator, Point, bytes_left, second_stage_bytes};
pub use features::{CentredLayer, Inputs, Source, Streamed, StreamedInputs, block_bytes, kept_bytes};
pub use krylov::guarded_block;
pub use moment::{Method, SINGLE, Work, formed_bytes};
pub use overlap::{feature_overlaps, subspace_overlap};
pub use prefix_search::PrefixSearch;
pub use size::training_size;
pub use spectrum::{MomentSpectrum, Spectra};
pub use teacher::{Hidden, Planted, Teacher};
