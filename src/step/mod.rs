//! What a step is: the [`Kind`] trait, typed inputs and outputs, checked parameters.
//!
//! A kind is one file that implements [`Kind`]; `catalog.rs` lists them all; the engine sees only [`ErasedKind`].

mod about;
mod column_names;
mod columns;
mod context;
mod data;
mod decimal;
mod error;
mod filter;
mod grid;
mod header;
mod kind;
mod params;
pub mod prelude;
mod published;
pub mod roles;
mod row;
mod scratch;
mod sealed;
mod shapes;
mod weight_stream;
mod wiring;

pub use about::{About, Arity, Family, Keep, Port, Slot, Wiring};
pub use column_names::{COLUMN, ColumnName, named_columns};
pub use columns::Columns;
pub use context::Context;
pub use data::{DataRef, DataSource, Records, Split};
pub use decimal::stepped;
pub use error::{Problem, StepError};
pub use filter::{Condition, Filter, Range};
pub use grid::{Grid, MAX_POINTS};
pub use header::{Column, ColumnRole, Content, Direction, Header, Headers, Intervals};
pub use kind::{Configured, ErasedKind, FOUND, Kind, Ready};
pub use params::{LARGEST_SIZE, ParamFault, Parameters, defaults, too_large, typed};
pub use published::{Compared, Elsewhere, Published, Reason};
pub use row::Row;
pub use scratch::{NoScratch, Scratch};
pub use sealed::{SealError, check_seal, hex, seal, unseal};
pub use shapes::{Inputs, Outputs, Plan, Shapes};
pub use weight_stream::WeightStream;
pub use wiring::{WRITTEN, interned, wired};

pub use crate::artifact::{Shape, Value, ValueType};
