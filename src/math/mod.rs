//! Pure functions on numbers: no files, clock, serde, logging or globals.
//!
//! Conventions, everywhere in this layer:
//! - samples are rows: `X` is `n x d`, labels are a slice of length `n`;
//! - everything is `f64` but for what says otherwise: networks in training, and lifts in [`precision`] `single`;
//! - the documentation of a function gives `Shapes:` as inputs -> outputs and `Units:`; what has no unit there is
//!   dimensionless, and of a vector the shape is its length;
//! - nothing is centred before the readout: the paper's moment operator uses raw ±1 labels;
//! - eigenvectors have a canonical sign, so a result does not depend on the solver;
//! - products and factorisations run on one thread, so the bytes do not depend on the thread count.
//!
//! "The paper" is Dandi, Vilucchio, Arnaboldi, Tabanelli, Krzakala, *Neural LoFi*, arXiv 2605.13612; "the reference
//! implementation" is the authors' repository IdePHICS/Neural-LoFi-Theory.

pub mod activation;
pub mod emergence;
pub mod error;
pub mod fourier;
pub mod hierarchy;
pub mod image;
pub mod kernel;
mod lanes;
pub mod linalg;
pub mod lofi;
pub mod network;
pub mod phase;
pub mod precision;
pub mod quadrature;
pub mod random;
pub mod ridge;
pub mod samples;
pub mod size;
pub mod statistics;

pub use error::MathError;
