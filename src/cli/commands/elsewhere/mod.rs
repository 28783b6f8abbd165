//! Work that other processes and machines do: what it costs, its tasks, and how one of them is done.
//!
//! Start with `exec_step`, which looks after a task; `inner` is what it looks after.

mod exec_step;
mod inner;
mod span;
mod watched;

pub(in crate::cli) use exec_step::{ExecStep, exec_step};
pub(in crate::cli) use span::{Elsewhere, Planned, tell};
