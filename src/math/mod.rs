//! Pure functions on numbers: no files, clock, serde, logging or globals.
//!
//! Conventions, everywhere in this layer:
//! - samples are rows: `X` is `n x d`, labels are a slice of length `n`;
//! - everything is `f64`;
//! - nothing is centred before the readout: the paper's moment operator uses raw ±1 labels;
//! - eigenvectors have a canonical sign, so a result does not depend on the solver;
//! - products and factorisations run on one thread, so the bytes do not depend on the thread count.
//!
//! "The paper" is Dandi, Vilucchio, Arnaboldi, Tabanelli, Krzakala, *Neural LoFi*, arXiv 2605.13612; "the reference
//! implementation" is the authors' repository IdePHICS/Neural-LoFi-Theory.

pub mod activation;
pub mod alignment;
pub mod circular_statistics;
pub mod convolution;
pub mod curve;
pub mod dual_activation;
pub mod eigen;
pub mod emergence;
pub mod error;
pub mod falling_ball;
pub mod feature_stack;
pub mod filter;
pub mod fourier;
pub mod fourier_image;
pub mod gauss_legendre;
pub mod hierarchy;
pub mod histogram;
pub mod image_map;
pub mod image_spectrum;
pub mod image_transform;
pub mod jackknife;
pub mod jacobian;
pub mod kernel;
pub mod layer_kernel;
pub mod layerwise;
pub mod linalg;
pub mod maps;
pub mod maximiser;
pub mod metrics;
pub mod moment;
pub mod nested_moments;
pub mod network;
pub mod patch;
pub mod phase_learner;
pub mod phase_model;
pub mod pooling;
pub mod quadrature;
pub mod random;
pub mod random_features;
pub mod resample;
pub mod ridge;
pub mod separation;
pub mod singular;
pub mod size;
pub mod spectrum;
pub mod sphere_samples;
pub mod statistics;
pub mod student;
pub mod subsample;
pub mod torch_random;
pub mod torus;
pub mod torus_waves;
pub mod weighted_sum;
pub mod zonal;

pub use error::MathError;
