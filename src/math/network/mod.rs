//! Networks trained by gradient descent: explicit forward and backward passes for the few layers that the papers use.
//!
//! Conventions:
//! - a batch of n samples of d numbers is an n x d matrix in column-major memory, so the numbers of one coordinate are
//!   next to each other. The same memory read as (n HW) x C has a row for each position of each image (see
//!   [`crate::math::image::maps::Maps`]): dense layers and convolutions are products without a transposition, and flattening is
//!   free;
//! - all weights and biases of a network are one vector, layer after layer; so is their gradient;
//! - code is generic over [`Scalar`]: networks are trained in `f32`, their gradients are checked in `f64`;
//! - a step allocates nothing: buffers live in [`Workspace`] and [`Trainer`].

mod architecture;
mod constant_predictor;
#[cfg(test)]
mod gradient_tests;
mod initialise;
mod jacobian;
mod layers;
mod loss;
mod mean_gradient;
mod optimiser;
mod order;
mod pass;
mod pruning;
mod scalar;
mod schedule;
mod trainer;
#[cfg(test)]
mod trainer_tests;
mod workspace;

pub use architecture::Architecture;
pub use constant_predictor::constant_loss;
pub use initialise::{Initialisation, initial_parameters};
pub use jacobian::jacobian;
pub use layers::circular::frequency_block;
pub use layers::layer::{
    CircularConvolutionLayer, ConvolutionLayer, DenseLayer, Layer, Parametrisation, Placed, PoolingLayer,
};
pub use layers::pointwise::Pointwise;
pub use loss::Loss;
pub use mean_gradient::{Objective, layer_overlaps, mean_gradient};
pub use optimiser::{BiasCorrection, Optimiser, Rule};
pub use order::Order;
pub use pass::Network;
pub use pruning::{Directions, HiddenLayer, Ranking, projected};
pub use scalar::Scalar;
pub use schedule::{Schedule, ScheduleShape, scaled_rate};
pub use trainer::{Evaluation, NUMBERS_AT_ONCE, Source, Trainer, rows_at_once};
pub use workspace::Workspace;
