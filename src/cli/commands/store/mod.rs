//! `lofi store`: what it holds, whether it is whole, and what goes when it is too large.
//!
//! Start with `command`; `transfer` sends and fetches results, `through` fetches what a run needs; `reach` finds out what the studies need.

mod command;
mod du;
mod gc;
mod pin;
mod reach;
mod sharing;
mod through;
mod transfer;
mod verify;

pub(in crate::cli) use command::{What, store};
pub(in crate::cli) use through::{forecast, send, take_over};
