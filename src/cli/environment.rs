//! Environment variables; an empty one counts as not set.

use std::ffi::OsString;
use std::path::PathBuf;

/// The value of a variable.
pub(crate) fn set(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The folders of a variable that lists them as `PATH` does.
pub(crate) fn folders(name: &str) -> Vec<PathBuf> {
    let value = set(name).unwrap_or_default();
    std::env::split_paths(&value).filter(|folder| !folder.as_os_str().is_empty()).collect()
}

/// The command without the variables that are set to nothing.
pub(crate) fn without_empty(command: clap::Command) -> clap::Command {
    command.mut_args(|argument| {
        let empty = argument.get_env().is_some_and(|name| std::env::var_os(name).is_some_and(|value| value.is_empty()));
        if empty { argument.env(None::<&'static str>) } else { argument }
    })
}
