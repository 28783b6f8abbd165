//! Working folders that stay, to be looked at.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

static ASKED_FOR: Mutex<Vec<(String, PathBuf)>> = Mutex::new(Vec::new());

/// Takes a folder out of what is removed at the end.
///
/// # Errors
/// Where it cannot be moved.
pub(in crate::external) fn keep(folder: &Path) -> std::io::Result<PathBuf> {
    let kept = tempfile::Builder::new().prefix("lofi-kept-").tempdir()?.keep();
    std::fs::rename(folder, kept.join("step"))?;
    Ok(kept.join("step"))
}

/// Has the folder of a program that ended well told in the end.
pub(in crate::external) fn tell(program: String, folder: PathBuf) {
    ASKED_FOR.lock().unwrap_or_else(PoisonError::into_inner).push((program, folder));
}

/// Programs whose folders studies asked to keep, with the folders.
#[must_use]
pub fn asked_for() -> Vec<(String, PathBuf)> {
    ASKED_FOR.lock().unwrap_or_else(PoisonError::into_inner).clone()
}
