//! Who writes to a store: every run has a folder of its own in `STORE/tmp`, and holds a lock on a file in it for as long
//! as it lives, which it lets grow by a byte now and then.
//!
//! The folder is `run-<boot>-<random>`. The system gives the lock back when the process ends, however it ends, and
//! knows of all locks of one boot of one machine, whatever containers hold them: there a free lock means that the owner
//! is gone. Whether a lock of another machine is seen depends on the file system, and some keep those of dead machines; so
//! of other machines only growth counts.

use super::locks::{boot, try_lock};
use crate::engine::store::disk;
use crate::engine::store::error::{StoreError, io};
use std::fs::{File, TryLockError};
use std::path::Path;
use tempfile::TempDir;

pub(super) const LOCK: &str = "lock";
pub(super) const PREFIX: &str = "run-";
/// Ends the name of a claim, see `claim`.
pub(in crate::engine::store) const CLAIM: &str = ".claim";

/// The folder that a run writes in; removed with it.
#[derive(Debug)]
pub(in crate::engine::store) struct RunFolder {
    pub(super) folder: TempDir,
    /// Locked, where the file system has locks.
    pub(super) lock: File,
}

impl RunFolder {
    /// Makes one that nobody else has.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn make(root: &Path) -> Result<Self, StoreError> {
        let tmp = root.join("tmp");
        disk::make_folder(root, &tmp)?;
        let refused = || io("write to the store at", &tmp);
        loop {
            let prefix = format!("{PREFIX}{}-", boot().unwrap_or("unknown"));
            let folder = tempfile::Builder::new().prefix(&prefix).rand_bytes(16).tempdir_in(&tmp);
            let folder = folder.map_err(|e| refused()(of_the_system(e)))?;
            let path = folder.path().join(LOCK);
            let lock = File::create_new(&path).map_err(refused())?;
            match try_lock(&lock) {
                // Another process may have taken it for left over before it was locked, and removed it.
                Ok(()) if matches!(disk::look(&path), Ok(None)) => {}
                Err(TryLockError::WouldBlock) => {}
                Ok(()) => return Ok(Self { folder, lock }),
                // A file system without locks.
                Err(TryLockError::Error(_)) => return Ok(Self { folder, lock }),
            }
        }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Shows other machines that this run lives.
    pub fn beat(&self) {
        let bytes = self.lock.metadata().map_or(0, |metadata| metadata.len());
        let _ = self.lock.set_len(bytes + 1);
    }
}

/// What the system said, without what a library added to it.
fn of_the_system(error: std::io::Error) -> std::io::Error {
    let text = error.to_string();
    match text.split_once(" at path ") {
        Some((words, _)) => std::io::Error::new(error.kind(), words.to_owned()),
        None => error,
    }
}
