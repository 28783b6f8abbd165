//! Programs: started in a process group of their own, waited for, ended with all that they started.
//!
//! Start with `launch`; `watch` is what ends them when this program is killed.

pub mod kept;
pub(super) mod launch;
pub(super) mod log;
pub(super) mod said;
pub(super) mod sandbox;
pub mod trace;
pub(super) mod watch;
