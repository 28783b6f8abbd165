//! Commands that look at studies and results: why a step runs, what a study is, one cell of it, what was done.
//!
//! Start with `command`; `target` finds the steps that a command names.

mod boxes;
mod braille;
mod candidates;
mod command;
mod explain;
mod formulas;
mod graph;
mod graph_svg;
mod log;
mod origin;
mod pipeline;
mod show;
mod target;
mod tex;
mod try_cell;
mod verify_results;
mod why;
mod why_tree;

pub(in crate::cli) use command::{Look, look};
