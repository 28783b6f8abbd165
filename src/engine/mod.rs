//! Runs studies: one graph of steps, keys known before anything runs, an atomic store, parallel execution.
//!
//! The engine knows no kind by name; it is given studies whose nodes carry their kinds.

mod dispatch;
mod machine;
mod plan;
mod run;
mod store;
#[cfg(test)]
mod tests;
pub use dispatch::{
    ArrayLine, Blocked, Cause, CollectedWork, Described, Descriptions, FailureMark, Learns, Ledger, LedgerLine, Pace,
    RebuildError, Rebuilt, Submission, TaskReport, rebuild,
};
pub use machine::{Machine, Origin};
pub use plan::{
    Change, Decision, Graph, GraphNode, GraphWire, History, ParamChange, RunPlan, RunRecord, StepRecord, Took,
    changed_code, code_of, fingerprint, key_of, plan, plan_anew,
};
pub use run::{
    Bound, Ends, Event, Executor, Failed, Forecast, Gated, Hold, Memory, MemoryLimit, Reuse, RunError, Silent, Sink,
    Stop, Summary, check_memory, human_bytes,
};
pub use store::{
    CodePiece, Collected, Entry, Held, Inventory, Keep, LogLine, Logged, Pins, Staged, Store, StoreError, StoredFile,
    StoredOutput, Verified, foreign_entry,
};
