//! The study language: YAML → checked study → expanded sweep.
//!
//! Passes: `read` takes a file apart and gives `$name`s their values for a profile, `axes` multiplies axes into cells,
//! `data` finds the data set, `template` checks kinds and wiring, `expand` makes one step for every distinct parameter
//! set, `outputs` turns tables, figures and claims into steps and `nodes` makes those. Nothing is run here.
//! Start with `load`.

mod axes;
mod builder;
mod chains;
mod columns;
mod data;
mod environment;
mod expand;
mod formulas;
mod found;
mod grid;
mod head;
mod load;
mod located;
mod model;
mod nodes;
mod notes;
mod outputs;
mod read;
mod schema;
mod seed_record;
mod template;
mod unused;
mod variant;

pub use axes::given::{Given, ProfileSettings, profile_settings};
pub use environment::{DataResolver, Environment, MAX_CELLS, Unresolved};
pub use formulas::{TextPiece, mathml, text_pieces};
pub use load::{DEFAULT_PROFILE, cards, choices, has_profile, load, load_head, names, profile_of};
pub use located::Located;
pub use model::{Node, Output, OutputKind, Study, Sweep, Wire};
pub(crate) use read::names::wrong_study_part;
pub use read::notes::{Notes, Piece, TableNumber, pieces};
pub use read::{DataChoice, Deviation, Head, Paper, Profile, Profiles, SampleCount, Samples, Setting, Tolerance};
pub use schema::schema;
pub use seed_record::{RegisteredClaim, SeedRecord, canonical};
