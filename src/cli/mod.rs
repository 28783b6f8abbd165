//! The command line: one file a command (in `commands`); the terminal is a consumer of engine events.

mod bibliography;
mod code;
mod commands;
mod core_speed;
mod duration;
mod environment;
mod fail;
mod log;
mod named;
mod options;
mod output;
mod place;
mod profiles;
mod program;
mod project;
mod shipped;
mod size;
mod stop;
mod study_files;
mod terminal;
pub use program::{command_line, main};
