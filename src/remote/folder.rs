//! A folder as a remote: a mounted disk, or what tests use.

use super::error::RemoteError;
use super::shelf::Shelf;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// A folder.
pub(super) struct Folder {
    pub root: PathBuf,
}

impl Folder {
    fn failed(&self, error: &io::Error) -> RemoteError {
        let (remote, why) = (self.name(), error.to_string());
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                RemoteError::Full { remote, why }
            }
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => RemoteError::Credentials { remote, why },
            _ => RemoteError::Unreachable { remote, why },
        }
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let folder = path.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder)?;
        let mut beside = tempfile::Builder::new().prefix(".new-").tempfile_in(folder)?;
        beside.write_all(bytes)?;
        beside.as_file().sync_data()?;
        beside.persist(path).map_err(|e| e.error)?;
        Ok(())
    }
}

fn is_nothing(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

impl Shelf for Folder {
    fn name(&self) -> String {
        format!("file://{}", self.root.display())
    }

    fn get(&self, path: &str) -> Result<Option<Vec<u8>>, RemoteError> {
        match fs::read(self.root.join(path)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(e) if is_nothing(&e) && self.root.is_dir() => Ok(None),
            Err(e) if is_nothing(&e) => Err(RemoteError::Nowhere { remote: self.name() }),
            Err(e) => Err(self.failed(&e)),
        }
    }

    fn put(&self, path: &str, bytes: Vec<u8>) -> Result<(), RemoteError> {
        if !self.root.is_dir() {
            return Err(RemoteError::Nowhere { remote: self.name() });
        }
        self.write(&self.root.join(path), &bytes).map_err(|e| self.failed(&e))
    }

    fn size(&self, path: &str) -> Result<Option<u64>, RemoteError> {
        match fs::metadata(self.root.join(path)) {
            Ok(metadata) => Ok(Some(metadata.len())),
            Err(e) if is_nothing(&e) && self.root.is_dir() => Ok(None),
            Err(e) if is_nothing(&e) => Err(RemoteError::Nowhere { remote: self.name() }),
            Err(e) => Err(self.failed(&e)),
        }
    }

    fn list(&self, folder: &str) -> Result<BTreeMap<String, u64>, RemoteError> {
        let entries = match fs::read_dir(self.root.join(folder)) {
            Ok(entries) => entries,
            Err(e) if is_nothing(&e) && self.root.is_dir() => return Ok(BTreeMap::new()),
            Err(e) if is_nothing(&e) => return Err(RemoteError::Nowhere { remote: self.name() }),
            Err(e) => return Err(self.failed(&e)),
        };
        let mut found = BTreeMap::new();
        for entry in entries {
            let entry = entry.map_err(|e| self.failed(&e))?;
            if let Ok(metadata) = entry.metadata() {
                found.insert(entry.file_name().to_string_lossy().into_owned(), metadata.len());
            }
        }
        Ok(found)
    }
}
