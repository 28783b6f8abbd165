//! The one integration-test binary: every further one would link the numeric code again.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed test is a panic")]
#![expect(clippy::approx_constant, reason = "printed numbers of another program")]

mod bad_studies;
mod catalog;
mod committed_studies;
mod common;
mod durability;
mod engine;
mod freshness;
mod golden_filter;
mod golden_images;
mod golden_kernels;
mod golden_kinds;
mod golden_ridge;
mod golden_training;
mod layers;
mod oracle_study;
mod oracles;
mod project;
mod regression;
mod store;
mod table_clauses;
mod yaml_only;
