//! What a study takes for granted of a kind: figures and samplers, each a trait with one adapter to [`super::Kind`].
//!
//! How figures are drawn is in `plot`; how a study writes them is in `study`.
//! Start with `figure`.

mod axis;
mod data_note;
mod facets;
mod figure;
mod headed;
mod role;
mod sampler;
mod source;

pub use axis::{Axis, AxisForm};
pub use data_note::DataNote;
pub use facets::{Facets, Share};
pub use figure::{Asked, Drawn, Figure, FigureHead};
pub use headed::{Headed, Shares};
pub use role::{FigureRole, GivenFigure, Role, Words};
pub use sampler::{Batch, Counts, SampleHead, SampleShape, Sampled, Sampler, SplitDraw, port};
pub use source::{Images, Rows, Source};
