//! Work that other processes and machines do: what it costs, how it is sent and looked after, and how one task of it is done.
//!
//! Start with `submit` (sends), `tend` (looks after what was sent) and `exec_step` (looks after one task; `inner` is what
//! that looks after).

mod deeds;
mod ended;
mod exec_step;
mod inner;
mod meant;
mod on;
mod span;
mod submit;
mod tend;
mod watched;
mod which;

pub(in crate::cli) use exec_step::{ExecStep, exec_step};
pub(in crate::cli) use on::On;
pub(in crate::cli) use span::{Elsewhere, Planned, tell};
pub(in crate::cli) use submit::{Submit, Where, submit};
pub(in crate::cli) use tend::{Tend, attach, cancel, run, status};
