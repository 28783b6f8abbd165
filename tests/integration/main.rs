//! The one integration-test binary: every further one would link the numeric code again.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed test is a panic")]
#![expect(clippy::approx_constant, reason = "printed numbers of another program")]

mod absurd;
mod authored;
mod bad_studies;
mod catalog;
mod checked_numbers;
mod command;
mod committed_report;
mod committed_studies;
mod common;
mod corpora;
mod data_sets;
mod decide;
mod diff;
mod documented;
mod durability;
mod economy;
mod engine;
mod export;
mod freshness;
mod golden_filter;
mod golden_forward;
mod golden_images;
mod golden_kernels;
mod golden_kinds;
mod golden_ridge;
mod golden_training;
mod growing;
mod headers;
mod init;
mod kubernetes;
mod large_tables;
mod layers;
mod memory;
mod one_store;
mod oracle_study;
mod oracles;
mod output;
mod own_data;
mod packaging;
mod places;
mod project;
mod published;
mod regression;
mod roles;
mod serving;
mod simulation;
mod stops;
mod store;
mod table_clauses;
mod variants;
mod walkthrough;
mod written;
mod yaml_only;
