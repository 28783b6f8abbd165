//! One file a command.
//!
//! What commands share lies above: where the project is, which studies are meant, how results and faults are printed.
//! Start with `run`.

pub mod authoring;
pub mod baseline;
mod changes;
pub mod compute;
pub mod data;
pub mod decide;
pub mod diff;
mod elsewhere;
pub mod export;
mod gated;
pub mod growing;
pub mod list;
pub mod look;
pub mod plan;
mod published;
pub mod report;
mod research_object;
pub mod run;
mod scale;
pub mod schema;
pub mod serve;
mod serve_answer;
pub mod store;
mod study_plan;
mod verdict;
