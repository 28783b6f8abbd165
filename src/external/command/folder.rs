//! The working folder of a program: empty but for what the study declares.

use super::argv::PARAMS_FILE;
use super::params::{CommandParams, KeepFolder};
use super::write;
use crate::external::declared::FileFound;
use crate::external::process::{kept, watch};
use crate::step::prelude::*;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use tempfile::TempDir;

/// Folders of failed programs that one run keeps.
const MOST_KEPT: usize = 3;

/// A working folder with what lies beside it: the log, a place for temporary files.
pub(super) struct Folder {
    whole: TempDir,
    /// Inputs with their paths in it.
    pub inputs: Vec<(String, String)>,
}

impl Folder {
    /// A new one with declared files, parameters and inputs.
    ///
    /// # Errors
    /// Where a file has changed since it was planned, or the disk refuses.
    pub fn new(params: &CommandParams, inputs: &Inputs) -> Result<Self, StepError> {
        let whole = watch::folder().map_err(|e| refused("a working folder", &e))?;
        let mut folder = Self { whole, inputs: Vec::new() };
        fs::create_dir(folder.work()).map_err(|e| refused("a working folder", &e))?;
        params.found.files.iter().try_for_each(|file| folder.declared(file))?;
        let with = serde_json::to_vec_pretty(&params.with).map_err(|e| StepError::Outside(e.to_string()))?;
        folder.put(PARAMS_FILE, &with)?;
        for (slot, values) in &inputs.0 {
            for value in values {
                let files = write::files(value, slot, params.formats.get(slot).copied())?;
                files.files.iter().try_for_each(|(name, bytes)| folder.put(name, bytes))?;
                folder.inputs.push((slot.clone(), files.path));
            }
        }
        for (name, spec) in &params.outputs.0 {
            let path = folder.work().join(spec.path(name));
            let made = if spec.is_folder(name) { Some(path.as_path()) } else { path.parent() };
            made.map_or(Ok(()), fs::create_dir_all).map_err(|e| refused(&spec.path(name), &e))?;
        }
        Ok(folder)
    }

    fn declared(&self, file: &FileFound) -> Result<(), StepError> {
        self.put(&file.name, &file.content()?)?;
        let mode = fs::metadata(&file.path).map_or(0o600, |metadata| metadata.permissions().mode()) | 0o600;
        let copy = self.work().join(&file.name);
        fs::set_permissions(copy, Permissions::from_mode(mode)).map_err(|e| refused(&file.name, &e))
    }

    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), StepError> {
        let path = self.work().join(name);
        let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, bytes));
        written.map_err(|e| refused(name, &e))
    }

    /// Where the program works.
    pub fn work(&self) -> PathBuf {
        self.whole.path().join("work")
    }

    /// What it did, where that is traced.
    pub fn trace(&self) -> PathBuf {
        self.whole.path().join("trace")
    }

    /// All of it: the working folder, and beside it what the program said and its temporary files.
    pub fn path(&self) -> &Path {
        self.whole.path()
    }

    /// Gives the folder up, and says where it stays if it does.
    pub fn close(self, keep: KeepFolder, failed: bool) -> Option<PathBuf> {
        static KEPT: AtomicUsize = AtomicUsize::new(0);
        let stays = match keep {
            KeepFolder::Always => true,
            KeepFolder::Never => false,
            KeepFolder::OnFailure => failed && KEPT.fetch_add(1, Ordering::Relaxed) < MOST_KEPT,
        };
        if stays { kept::keep(self.whole.path()).ok() } else { None }
    }
}

fn refused(what: &str, error: &std::io::Error) -> StepError {
    StepError::Outside(format!("cannot write {what} for the program: {error}"))
}
