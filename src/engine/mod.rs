//! Runs studies: one graph of steps, keys known before anything runs, an atomic store, parallel execution.
//!
//! The engine knows no kind by name; it is given studies whose nodes carry their kinds.

mod machine;
mod plan;
mod run;
mod store;
#[cfg(test)]
mod tests;
pub use machine::{Machine, Origin};
pub use plan::{Decision, Graph, GraphNode, GraphWire, RunPlan, RunRecord, StepRecord, fingerprint, key_of, plan};
pub use run::{
    Bound, Event, Executor, Failed, Gated, Hold, Memory, MemoryLimit, Reuse, RunError, Silent, Sink, Stop, Summary,
    check_memory, human_bytes,
};
pub use store::{Entry, Store, StoreError, StoredFile, StoredOutput, Verified};
