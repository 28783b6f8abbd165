//! Whose turn it is: results are taken out while no run is saying what it uses, and the other way round.

use super::entries::Store;
use super::error::{StoreError, io};
use super::owner::{Share, lock_within};
use std::fs::File;
use std::path::PathBuf;
use std::time::Duration;

/// Longer than taking results out takes. Who has waited for so long to say what is in use goes without: at worst results go
/// that are computed again.
const PATIENCE: Duration = Duration::from_secs(600);

/// The right to say what is in use, which many have at once, or to take results out, which one has alone. The system
/// gives it back when the process ends, however it ends.
pub(super) struct Turn {
    _lock: Option<File>,
}

impl Turn {
    /// Waits for the right to say what is in use. On a file system without locks everybody has it; nobody collects
    /// there.
    ///
    /// # Errors
    /// Where the lock's file cannot be made.
    pub fn to_use(store: &Store) -> Result<Self, StoreError> {
        let file = open(store)?;
        Ok(Self { _lock: lock_within(&file, Share::Many, PATIENCE).ok().map(|()| file) })
    }

    /// Waits for the right to take results out.
    ///
    /// # Errors
    /// Where the file system has no locks or one stays held: then nobody could tell what other runs use.
    pub fn alone(store: &Store) -> Result<Self, StoreError> {
        let file = open(store)?;
        lock_within(&file, Share::Alone, PATIENCE).map_err(io("lock", &path(store)))?;
        Ok(Self { _lock: Some(file) })
    }
}

fn path(store: &Store) -> PathBuf {
    store.root().join("collect.lock")
}

fn open(store: &Store) -> Result<File, StoreError> {
    let path = path(store);
    let opened = File::options().read(true).write(true).create(true).truncate(false).open(&path);
    opened.map_err(io("write to the store at", &path))
}
