//! Parameters: from a tree to a type and back, with the place of every fault, and their defaults.
//!
//! What the parameters of a role have in common is in `roles`; ranges of numbers that a study writes are in `grid`.
//! Start with `parameters`.

pub mod defaults;
mod given;
mod parameters;

pub use given::too_large;
pub use parameters::{LARGEST_SIZE, ParamFault, Parameters, out_of_range, typed};
