//! Ridge readouts: every ridge from one factorisation, with the exact leave-one-out error.
//!
//! The published code has four readouts, and they are not interchangeable:
//!
//! | readout | design | [`Centring`] | ridge |
//! |---|---|---|---|
//! | finite width (scikit-learn's `RidgeCV`) | features | `Full` | [`Ridge::leave_one_out`] |
//! | its exact kernel form (ours) | kernel | `Full` | [`Ridge::leave_one_out`] |
//! | kernel with a selected ridge | kernel | `Labels` | [`Ridge::leave_one_out`] |
//! | kernel at given ridges, centred | kernel | `Full` | given |
//! | kernel at given ridges, uncentred (the paper's kernel figures) | kernel | `Nothing` | given |

mod factor;
mod generalised;
mod problem;
mod reduced;
mod select;
mod solve;

pub use factor::Ridge;
pub use generalised::generalised;
pub use problem::{Centring, Design};
pub use reduced::ReducedRidge;
pub use select::{Errors, first_minimum, log_grid};
pub use solve::RidgeFit;
