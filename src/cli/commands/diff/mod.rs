//! `lofi diff`: two sets of results beside each other.
//!
//! `side` finds out what a word of the command line names and reads it, `beside` compares, `against_published` does it with
//! the papers' numbers. Start with `command`.

mod against_published;
mod beside;
mod command;
mod side;

pub(in crate::cli) use command::{Form, diff};
