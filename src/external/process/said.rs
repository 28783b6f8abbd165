//! Programs that are asked something small once: which version they have, whether they can do something.

use super::launch::{End, Launch};
use super::{log, watch};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Who does not answer within this time has no answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a program says, or why it says nothing: kept for as long as this program runs.
///
/// # Errors
/// Why it did not end well, in one line.
pub(in crate::external) fn answer(argv: &[String]) -> Result<String, String> {
    static KNOWN: Mutex<BTreeMap<Vec<String>, Result<String, String>>> = Mutex::new(BTreeMap::new());
    // held while it is asked: cells that are planned together ask once
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    known.entry(argv.to_vec()).or_insert_with(|| asked(argv)).clone()
}

fn asked(argv: &[String]) -> Result<String, String> {
    let words = argv.join(" ");
    let failed = |e: std::io::Error| format!("`{words}` cannot be started: {e}");
    let folder = watch::folder().map_err(failed)?;
    let environment = plain_environment();
    let timeout = Some(PATIENCE);
    let launch = Launch { argv, folder: folder.path(), environment: &environment, log: folder.path(), timeout };
    let end = launch.run(&|| false).map_err(failed)?;
    let said = log::tail(folder.path());
    let last = said.lines().last().unwrap_or_default();
    match end {
        End::Exit(status) if status.success() => Ok(said),
        End::Exit(_) if !last.is_empty() => Err(format!("`{words}` says: {last}")),
        End::Exit(status) => Err(format!("`{words}` ended with {status}")),
        _ => Err(format!("`{words}` gave no answer in {} s", PATIENCE.as_secs())),
    }
}

/// What every program is given of the environment.
pub(in crate::external) fn plain_environment() -> Vec<(String, String)> {
    let home = std::env::var("HOME").ok().map(|home| ("HOME".to_owned(), home));
    [("PATH".to_owned(), watch::path())].into_iter().chain(home).collect()
}

/// The file that a name without folders stands for.
pub(in crate::external) fn found(program: &str) -> Option<PathBuf> {
    let path = watch::path();
    let folders = std::env::split_paths(&path);
    folders.map(|folder| folder.join(program)).find(|file| is_program(file))
}

/// Whether a file can be run.
pub(in crate::external) fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(file).is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
}
