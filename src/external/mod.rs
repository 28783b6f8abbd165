//! Programs and files from outside: steps that run any program, and results that were made elsewhere.
//!
//! `command` is the kind that runs a program: its parameters, arguments, inputs and outputs. `process` starts programs,
//! waits for them and ends them. `files` reads and writes CSV, Parquet, npy and PNG. `table_file` and `array_file` take
//! what others have made. Contents of declared files are in keys (`declared`), paths are not.
//! Start with `command/kind`.

mod array_file;
mod columns;
mod command;
mod declared;
mod files;
mod process;
mod table_file;
mod units;

pub use array_file::ArrayFile;
pub use command::Command;
pub use process::{kept, trace};
pub use table_file::TableFile;
