//! `lofi` turns a folder of YAML studies into a reproduced paper.
//!
//! The layers, lowest first, are described in `docs/ARCHITECTURE.md`.

pub mod analysis;
pub mod artifact;
pub mod baseline;
pub mod catalog;
pub mod cli;
pub mod cluster;
pub mod dataset;
pub mod engine;
pub mod experiment;
pub mod external;
pub mod math;
pub mod plot;
pub mod report;
pub mod step;
pub mod study;
pub mod yaml;
