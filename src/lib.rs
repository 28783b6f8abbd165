//! `lofi` turns a folder of YAML studies into a reproduced paper.
//!
//! The layers, lowest first, are described in `docs/ARCHITECTURE.md`.

pub mod artifact;
pub mod engine;
pub mod math;
pub mod report;
pub mod step;
pub mod study;
pub mod yaml;
