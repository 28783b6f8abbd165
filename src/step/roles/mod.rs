//! What a study takes for granted of a kind: claims, table operations, figures and samplers, each a trait with one adapter to
//! [`super::Kind`].
//!
//! The statistics behind claims are in `analysis`, how figures are drawn in `plot`, how a study writes them in `study`.
//! Start with `table_op`.

mod alt;
mod asked;
mod axis;
mod claim;
mod clause;
mod comparison;
mod data_note;
mod evidence;
mod facets;
mod figure;
mod given_seeds;
mod headed;
mod role;
mod sampler;
mod source;
mod table_op;

pub use asked::{Asked, Beside, FigureHead};
pub use axis::{Axis, AxisForm};
pub use claim::{Claim, ClaimHead, Claimed, LOOKS, Takes};
pub use clause::{After, Clause, Form, Makes, TableHead};
pub use comparison::{COMPARED, NO_SPREAD, UNEXPLAINED, comparison};
pub use data_note::DataNote;
pub use evidence::evidence;
pub use facets::{Facets, Share};
pub use figure::{ACCEPTED, Drawn, Figure};
pub use given_seeds::{AddedSeeds, GivenSeeds, SEED};
pub use headed::{Headed, Shares};
pub use role::{ClaimRole, FigureRole, GivenClaim, GivenFigure, GivenTable, Need, Role, TableRole, Words};
pub use sampler::{Batch, Counts, SampleHead, SampleShape, Sampled, Sampler, SplitDraw, port};
pub use source::{Images, Rows, Source};
pub use table_op::{Operation, TableOp};
