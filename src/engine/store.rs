//! Results on disk: written beside and renamed, checked by their hashes when read, shared by processes.
//!
//! ```text
//! STORE/objects/ab/<key>/entry.json     what ran, with hashes of every file
//!                        <port>/<file>  the values
//! STORE/content/ab/<content key>        key of an entry with the same inputs, byte for byte
//! STORE/scratch/ab/<key>                 state of a long step that is not done, see `scratch`
//! STORE/tmp/<pid>-<n>/                  entries being written
//! STORE/runs/<study>/<profile>.json     the last run of a study
//! ```

use crate::artifact::{self, Value, ValueType};
use crate::step::{hex, seal, unseal};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// What is stored of one step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The step's key.
    pub key: String,
    /// The kind's name.
    pub kind: String,
    /// The kind's code fingerprint.
    pub code: String,
    /// Canonical parameters.
    pub params: serde_json::Value,
    /// What was wired to it: slot, and key and port of each value.
    pub inputs: Vec<(String, Vec<(String, usize)>)>,
    /// Seconds that it ran.
    pub elapsed_s: f64,
    /// Seconds since 1970 when it ended.
    pub finished_unix_s: u64,
    /// Outputs by port name.
    pub outputs: BTreeMap<String, StoredOutput>,
}

/// What is stored of one output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredOutput {
    /// Its type.
    pub value_type: ValueType,
    /// Identity of the value: the hash of its bytes where kept, else the step's key and port.
    pub digest: String,
    /// Its files; empty where the value was not kept.
    pub files: Vec<StoredFile>,
}

/// One stored file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFile {
    /// Name in the port's folder.
    pub name: String,
    /// Size.
    pub bytes: u64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
}

/// What can be wrong with the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk refused.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A stored value does not match its hash, or does not decode.
    #[error("the stored result in {} is damaged: {reason}", path.display())]
    Damaged {
        /// The entry's folder.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A value could not be turned into bytes.
    #[error(transparent)]
    Bytes(#[from] artifact::BytesError),
}

pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::Io { action, path, source }
}

/// A folder of results.
#[derive(Debug)]
pub struct Store {
    root: PathBuf,
    written: AtomicU64,
}

impl Store {
    /// Opens a store, making its folder and clearing what killed processes left half-written.
    ///
    /// # Errors
    /// Where the folder cannot be made.
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(root.join("tmp")).map_err(io("make the store", root))?;
        let store = Self { root: root.to_owned(), written: AtomicU64::new(0) };
        store.clear_left_over();
        Ok(store)
    }

    /// The store's folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn clear_left_over(&self) {
        let Ok(entries) = std::fs::read_dir(self.root.join("tmp")) else { return };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let pid = name.split('-').next().unwrap_or_default();
            // Without /proc nothing is known of other processes, so nothing is cleared.
            let known = Path::new("/proc/self").exists();
            if known && !Path::new("/proc").join(pid).exists() {
                let _ = std::fs::remove_dir_all(entry.path());
            }
        }
    }

    fn folder(&self, key: &str) -> PathBuf {
        self.root.join("objects").join(&key[..2.min(key.len())]).join(key)
    }

    /// The entry of a key, if there is one that can be read.
    ///
    /// # Errors
    /// Where there is one that cannot.
    pub fn entry(&self, key: &str) -> Result<Option<Entry>, StoreError> {
        let folder = self.folder(key);
        let path = folder.join("entry.json");
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == ErrorKind::NotFound && !folder.exists() => return Ok(None),
            Err(e) if e.kind() == ErrorKind::NotFound => {
                return Err(StoreError::Damaged { path: folder, reason: "entry.json is missing".to_owned() });
            }
            Err(e) => return Err(io("read", &path)(e)),
        };
        let damaged = |reason: String| StoreError::Damaged { path: folder.clone(), reason };
        let entry: Entry = unseal(&bytes).map_err(|e| damaged(format!("entry.json: {e}")))?;
        if entry.key != key {
            return Err(damaged("entry.json is that of another result".to_owned()));
        }
        Ok(Some(entry))
    }

    /// A stored value, its bytes checked.
    ///
    /// # Errors
    /// Where a file is missing, changed or does not decode.
    pub fn value(&self, entry: &Entry, port: &str) -> Result<Value, StoreError> {
        let folder = self.folder(&entry.key);
        let damaged = |reason: String| StoreError::Damaged { path: folder.clone(), reason };
        let output = entry.outputs.get(port).ok_or_else(|| damaged(format!("no output `{port}`")))?;
        let mut files: BTreeMap<&str, Vec<u8>> = BTreeMap::new();
        for file in &output.files {
            let bytes = std::fs::read(folder.join(port).join(&file.name))
                .map_err(|e| damaged(format!("{port}/{}: {e}", file.name)))?;
            if bytes.len() as u64 != file.bytes {
                return Err(damaged(format!("{port}/{} has {} bytes, not {}", file.name, bytes.len(), file.bytes)));
            }
            if hex(&Sha256::digest(&bytes)) != file.sha256 {
                return Err(damaged(format!("{port}/{} has changed", file.name)));
            }
            files.insert(&file.name, bytes);
        }
        artifact::decode(output.value_type, &|name| files.get(name).cloned()).map_err(|e| damaged(e.to_string()))
    }

    /// Writes an entry; `values` are the outputs to keep, by port name. Nobody ever sees it half-written.
    ///
    /// # Errors
    /// Where the disk refuses; then nothing is left behind.
    pub fn publish(&self, mut entry: Entry, values: &[(&str, &Value)]) -> Result<Entry, StoreError> {
        let folder = self.temporary()?;
        let written = self.write(&folder, &mut entry, values).and_then(|()| self.reveal(&folder, &entry));
        if let Err(error) = written {
            let _ = std::fs::remove_dir_all(&folder);
            return Err(error);
        }
        Ok(entry)
    }

    pub(super) fn temporary(&self) -> Result<PathBuf, StoreError> {
        let number = self.written.fetch_add(1, Ordering::Relaxed);
        let folder = self.root.join("tmp").join(format!("{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(io("write to the store at", &folder))?;
        Ok(folder)
    }

    fn write(&self, folder: &Path, entry: &mut Entry, values: &[(&str, &Value)]) -> Result<(), StoreError> {
        for (port, value) in values {
            let inside = folder.join(port);
            std::fs::create_dir_all(&inside).map_err(io("write to the store at", &inside))?;
            let mut files = Vec::new();
            for file in artifact::encode(value)? {
                write_file(&inside.join(&file.name), &file.bytes)?;
                let sha256 = hex(&Sha256::digest(&file.bytes));
                files.push(StoredFile { name: file.name, bytes: file.bytes.len() as u64, sha256 });
            }
            let digest = digest_of(&files);
            entry.outputs.insert((*port).to_owned(), StoredOutput { value_type: value.value_type(), digest, files });
        }
        let text = seal(&*entry).map_err(|e| StoreError::Damaged { path: folder.to_owned(), reason: e.to_string() })?;
        write_file(&folder.join("entry.json"), &text)
    }

    /// Renames a finished folder into place. Another process may have been first: an entry with the same values stays,
    /// so that whoever reads it is not disturbed.
    fn reveal(&self, folder: &Path, entry: &Entry) -> Result<(), StoreError> {
        let key = &entry.key;
        let target = self.folder(key);
        let parent = target.parent().unwrap_or(&self.root);
        std::fs::create_dir_all(parent).map_err(io("write to the store at", parent))?;
        // An entry that kept less than this one gives way: it is moved aside and removed.
        for _ in 0..3 {
            match std::fs::rename(folder, &target) {
                Ok(()) => return Ok(()),
                Err(_) if self.entry(key).ok().flatten().is_some_and(|there| there.outputs == entry.outputs) => break,
                Err(_) if target.exists() => self.evict(key)?,
                Err(e) => return Err(io("write to the store at", &target)(e)),
            }
        }
        let _ = std::fs::remove_dir_all(folder);
        Ok(())
    }

    /// Takes an entry out.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn evict(&self, key: &str) -> Result<(), StoreError> {
        let aside = self.temporary()?;
        let folder = self.folder(key);
        match std::fs::rename(&folder, aside.join("evicted")) {
            Ok(()) => {}
            Err(e) if e.kind() == ErrorKind::NotFound => {}
            Err(e) => return Err(io("remove", &folder)(e)),
        }
        let _ = std::fs::remove_dir_all(&aside);
        Ok(())
    }

    /// The key of an entry whose kind, code, parameters and input bytes are these.
    #[must_use]
    pub fn same_content(&self, content_key: &str) -> Option<String> {
        let key = std::fs::read_to_string(self.content_path(content_key)).ok()?;
        (key.len() == 64).then_some(key)
    }

    /// Remembers which entry has this content key.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn remember_content(&self, content_key: &str, key: &str) -> Result<(), StoreError> {
        self.replace(&self.content_path(content_key), key.as_bytes())
    }

    fn content_path(&self, content_key: &str) -> PathBuf {
        self.root.join("content").join(&content_key[..2.min(content_key.len())]).join(content_key)
    }

    /// The path of a study's last run.
    #[must_use]
    pub fn run_path(&self, study: &str, profile: &str) -> PathBuf {
        self.root.join("runs").join(study).join(format!("{profile}.json"))
    }

    /// Replaces a small file at once.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn replace(&self, path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
        let parent = path.parent().unwrap_or(&self.root);
        std::fs::create_dir_all(parent).map_err(io("write to the store at", parent))?;
        let number = self.written.fetch_add(1, Ordering::Relaxed);
        let beside = parent.join(format!(".{}-{number}.part", std::process::id()));
        let done = write_file(&beside, bytes)
            .and_then(|()| std::fs::rename(&beside, path).map_err(io("write to the store at", path)));
        if done.is_err() {
            let _ = std::fs::remove_file(&beside);
        }
        done
    }
}

/// Identity of a value from the hashes of its files.
fn digest_of(files: &[StoredFile]) -> String {
    let mut hash = Sha256::new();
    for file in files {
        hash.update(file.name.as_bytes());
        hash.update(file.sha256.as_bytes());
    }
    hex(&hash.finalize())
}

pub(super) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let action = "write to the store at";
    let mut file = std::fs::File::create(path).map_err(io(action, path))?;
    file.write_all(bytes).map_err(io(action, path))?;
    // A full disk may say so only now; and a rename must not overtake the content.
    file.sync_data().map_err(io(action, path))
}
