//! What a file of a kind names: the trait and what it is made of, types of values, what derives parameters.
//!
//! `use crate::step::prelude::*;`

pub use super::about::{About, Family, Port, Slot};
pub use super::context::Context;
pub use super::error::{Problem, StepError};
pub use super::grid::Grid;
pub use super::header::{Header, Headers};
pub use super::kind::Kind;
pub use super::params::defaults;
pub use super::shapes::{Inputs, Outputs, Plan, Shapes};
pub use super::weight_stream::WeightStream;
pub use crate::artifact::{
    Cell, Kernel, Network, Pictures, Predictions, Representation, Shape, Spectrum, Table, Value, ValueType,
};
pub use schemars::JsonSchema;
pub use serde::{Deserialize, Serialize};
