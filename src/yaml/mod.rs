//! YAML with a place for every value: what studies and data cards are read with.
//!
//! Text becomes a tree of [`Node`]s that know their line and column; a typed value is read from a node, and whatever
//! is wrong with it, then or later, is shown as a [`Fault`] with the file, the line and a hint.

mod excerpt;
mod fault;
mod mark;
mod names;
mod node;
mod parse;
mod plain;
mod read;
mod reword;
mod scalar;
mod walk;
mod words;

pub use fault::{Cause, Fault, Source};
pub use mark::Mark;
pub use names::known_names;
pub use node::{Entry, Node, Tree};
pub use parse::parse;
pub use read::{bytes, read};
pub use walk::{Found, Strange, WalkError, Walked, documents, is_passed_over, walk};
