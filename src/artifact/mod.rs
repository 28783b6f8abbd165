//! The values that pass between steps, and their bytes on disk.
//!
//! A step's output is a [`Value`]; its [`ValueType`] is what a slot of another step accepts, and its [`Shape`] is
//! known before anything runs. `bytes` turns a value into named files and back; [`FORMAT`] versions that layout.

mod bytes;
mod cell;
mod columns;
mod figure;
mod finding;
mod held;
mod kernel;
mod network;
pub mod number;
mod pictures;
mod predictions;
mod printable;
mod representation;
mod spectrum;
mod table;
mod title;
mod value;
mod verdict;

pub use crate::math::image::maps::Geometry;
pub use bytes::{BytesError, File, decode, encode};
pub use cell::Cell;
pub use columns::TableError;
pub use figure::Figure;
pub use finding::{Bar, Counted, Finding, Reason, Statistic};
pub use held::Held;
pub use kernel::Kernel;
pub use network::{Checkpoint, HiddenLayers, Network};
pub use pictures::{Picture, PictureScale, Pictures};
pub use predictions::{Evaluated, Predictions, Readout};
pub use printable::{json_escaped, one_line, printable, steers};
pub use representation::{Labels, Origin, Points, Representation, Samples};
pub use spectrum::Spectrum;
pub use table::{ByMeaning, Table};
pub use title::column_title;
pub use value::{FORMAT, Shape, Value, ValueType};
pub use verdict::{Claimant, Outcome, Verdict};
