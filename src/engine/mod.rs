//! Runs studies: one graph of steps, keys known before anything runs, an atomic store, parallel execution.
//!
//! The engine knows no kind by name; it is given studies whose nodes carry their kinds.

mod changed;
mod events;
mod execute;
mod graph;
mod key;
mod live;
mod machine;
mod plan;
mod record;
mod round;
mod scratch;
mod store;
#[cfg(test)]
mod tests;
mod work;

pub use events::{Event, Silent, Sink};
pub use execute::{Executor, Failed, RunError, Summary};
pub use graph::{Graph, GraphNode, GraphWire};
pub use key::{fingerprint, key_of};
pub use machine::{Machine, available_memory_bytes};
pub use plan::{Decision, RunPlan, plan};
pub use record::{RunRecord, StepRecord};
pub use store::{Entry, Store, StoreError, StoredFile, StoredOutput};
