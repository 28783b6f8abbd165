//! This machine: tasks in processes that outlive the one that submits them.
//!
//! Start with `spool`, the files of a job, then `tend`, the supervisor that runs them. It is this program again, detached;
//! who submits, looks or cancels reads and writes files, and starts it where none works.

mod executor;
mod running;
mod spool;
mod tend;

pub use executor::{Local, TEND};
pub use spool::host;
pub use tend::tend;
