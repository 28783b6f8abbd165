//! The kind `command`.
//!
//! Start with `kind`.

mod argv;
mod folder;
mod gate;
mod kind;
mod outputs;
mod params;
mod read;
mod run;
mod write;

pub use kind::Command;
