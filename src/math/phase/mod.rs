//! Recovery of the phase of one wave by gradient descent, over seeds.
//!
//! Images of given amplitudes and phases are in `fourier` and `image`.
//! Start with `model`: what is observed; `learner` runs.

pub mod learner;
pub mod model;
