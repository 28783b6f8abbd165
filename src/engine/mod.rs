//! Runs studies: one graph of steps, keys known before anything runs, an atomic store, parallel execution.
//!
//! The engine knows no kind by name; it is given studies whose nodes carry their kinds.

mod changed;
mod claim;
mod disk;
mod events;
mod execute;
mod graph;
mod key;
mod live;
mod machine;
mod memory;
mod owner;
mod plan;
mod publish;
mod record;
mod round;
mod running;
mod scratch;
mod stop;
mod store;
#[cfg(test)]
mod tests;
mod verify;
mod work;

pub use events::{Event, Reuse, Silent, Sink};
pub use execute::{Executor, Failed, RunError, Summary};
pub use graph::{Graph, GraphNode, GraphWire};
pub use key::{fingerprint, key_of};
pub use machine::Machine;
pub use memory::{Bound, Memory, MemoryLimit, check_memory, human_bytes};
pub use plan::{Decision, RunPlan, plan};
pub use record::{RunRecord, StepRecord};
pub use stop::{Hold, Stop};
pub use store::{Entry, Store, StoreError, StoredFile, StoredOutput};
pub use verify::Verified;
