//! What is to be run: the graph of all studies, keys, decisions, and the record of the last run.
//!
//! How it is run is in `run`.
//! Start with `graph`, then `decide`.

mod changed;
pub(super) mod decide;
mod gates;
pub(super) mod graph;
pub(super) mod key;
pub(super) mod record;
pub(super) mod run_plan;

pub use decide::plan;
pub use graph::{Graph, GraphNode, GraphWire};
pub use key::{fingerprint, key_of};
pub use record::{RunRecord, StepRecord};
pub use run_plan::{Decision, RunPlan};
