//! What is to be run: the graph of all studies, keys, decisions, and the record of the last run.
//!
//! How it is run is in `run`.
//! Start with `graph`, then `decide`.

mod anew;
pub(super) mod changed;
pub(super) mod code;
pub(super) mod decide;
mod elsewhere;
mod gates;
pub(super) mod graph;
pub(super) mod key;
pub(super) mod record;
pub(super) mod run_plan;
mod why;

pub use anew::plan_anew;
pub use changed::ParamChange;
pub use code::{changed_code, code_of};
pub use decide::plan;
pub use graph::{Graph, GraphNode, GraphWire};
pub use key::{fingerprint, key_of};
pub use record::{RunRecord, StepRecord, Took};
pub use run_plan::{Decision, RunPlan};
pub use why::{Change, History};
