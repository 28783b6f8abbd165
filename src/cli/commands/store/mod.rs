//! `lofi store`: what it holds, whether it is whole, and what goes when it is too large.
//!
//! Start with `command`; `reach` finds out what the studies need.

mod command;
mod du;
mod gc;
mod pin;
mod reach;
mod verify;

pub(in crate::cli) use command::{What, store};
