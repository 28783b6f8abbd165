//! How steps are run: order, workers, memory, stops.
//!
//! What is to be run is decided in `plan`, results are kept in `store`.
//! Start with `execute`, then `scheduler`, which is one thread and waits for no value, and `job`, which is what the
//! workers do.

mod awake;
mod error;
mod events;
mod execute;
mod executor;
mod forecast;
mod gate;
mod input;
mod job;
mod limits;
mod live;
pub(super) mod memory;
mod progress;
mod ready;
mod running;
mod scheduler;
mod scratch;
mod stop;
pub(super) mod work;

pub use error::RunError;
pub use events::{Event, Reuse, Silent, Sink};
pub use executor::{Executor, Failed, Gated, Summary};
pub use forecast::Forecast;
pub use limits::Ends;
pub use memory::{Bound, Memory, MemoryLimit, check_memory, human_bytes};
pub use stop::{Hold, Stop};
