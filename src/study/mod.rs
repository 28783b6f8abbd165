//! The study language: YAML → checked study → expanded sweep.
//!
//! Passes: `read` takes a file apart and gives `$name`s their values for a profile, `axes` multiplies axes into cells,
//! `data` finds the data set, `template` checks kinds and wiring, `expand` makes one step for every distinct parameter
//! set, `outputs` turns tables, figures and claims into steps and `nodes` makes those. Nothing is run here.
//! Start with `load`.

mod axes;
mod chains;
mod columns;
mod data;
mod expand;
mod head;
mod load;
mod nodes;
mod outputs;
mod read;
mod schema;
mod template;
mod unused;
mod variant;

pub use expand::{Node, Output, OutputKind, Study, Wire};
pub use load::{
    DEFAULT_PROFILE, DataResolver, Environment, MAX_CELLS, Unresolved, cards, choices, has_profile, load, load_head,
    names,
};
pub(crate) use read::names::wrong_study_part;
pub use read::{DataChoice, Deviation, Head, Paper, Profile, SampleCount, Samples, Setting, Tolerance};
pub use schema::schema;
