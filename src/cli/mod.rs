//! The command line: one file a command; the terminal is a consumer of engine events.

mod baseline;
mod data;
mod environment;
mod fail;
mod list;
mod named;
mod output;
mod place;
mod plan;
mod profiles;
mod program;
mod project;
mod report;
mod run;
mod schema;
mod size;
mod stop;
mod store;
mod terminal;
mod verdict;
pub(crate) use program::Options;
pub use program::main;
