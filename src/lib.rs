//! `lofi` turns a folder of YAML studies into a reproduced paper.
//!
//! The layers, lowest first, are described in `docs/ARCHITECTURE.md`.

pub mod artifact;
pub mod math;
pub mod plot;
pub mod step;
