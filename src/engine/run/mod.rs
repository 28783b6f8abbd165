//! How steps are run: order, workers, memory, stops.
//!
//! What is to be run is decided in `plan`, results are kept in `store`.
//! Start with `execute`, then `scheduler`.

mod events;
mod execute;
mod live;
pub(super) mod memory;
mod running;
mod scheduler;
mod scratch;
mod stop;
mod work;

pub use events::{Event, Reuse, Silent, Sink};
pub use execute::{Executor, Failed, RunError, Summary};
pub use memory::{Bound, Memory, MemoryLimit, check_memory, human_bytes};
pub use stop::{Hold, Stop};
