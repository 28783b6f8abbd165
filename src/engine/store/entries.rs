//! Results on disk: written beside and renamed, checked by their hashes when read, shared by processes.
//!
//! ```text
//! STORE/objects/ab/<key>/entry.json     what ran, with hashes of every file and of itself
//!                        <port>/<file>  the values
//! STORE/content/ab/<content key>        key of an entry with the same inputs, byte for byte, and a hash of both
//! STORE/scratch/ab/<key>                 state of a long step that is not done, see `scratch`
//! STORE/tmp/run-<boot>-<random>/        what a living run is writing, see `owner`
//! STORE/tmp/<key>.claim                  a step that is being computed, see `claim`
//! STORE/runs/<study>/<profile>.json     the last run of a study, with a hash of itself
//! STORE/steps/, failed/, submissions/    what is left for processes elsewhere, see `engine/dispatch`
//! STORE/pace.json                        how long steps of each kind took
//! ```
//!
//! Nothing is believed unseen: an entry, a value, a state or a record that is not what its hash says is damage, and
//! costs the work to make it again. So nothing waits for the disk one by one; `publish` says when the disk is waited for.

use super::disk::{self, Found};
use super::error::{StoreError, io};
use super::owner::{self, RunFolder};
use crate::artifact::{self, Value, ValueType};
use crate::engine::machine::Origin;
use crate::step::{hex, unseal};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::Instant;

/// More than the description of any step takes: a million inputs are a tenth of it.
const MOST_ENTRY_BYTES: u64 = 1 << 30;
/// More than a content key's file takes.
const MOST_CONTENT_BYTES: u64 = 1 << 10;

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
    /// Seconds that it ran, or that the step ran whose result of the same content it has.
    pub elapsed_s: f64,
    /// Seconds since 1970 when that ended.
    pub finished_unix_s: u64,
    /// Where that was; entries of earlier versions do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
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

/// A folder of results.
#[derive(Debug)]
pub struct Store {
    pub(super) root: PathBuf,
    /// What this run writes in, made when it first writes.
    pub(super) run: Mutex<Option<RunFolder>>,
    pub(super) written: AtomicU64,
    /// Whether something may not be on the disk yet, and when all was.
    pub(super) unsettled: AtomicBool,
    pub(super) settled: Mutex<Instant>,
}

impl Store {
    /// Opens a store, making its folder and clearing what killed processes left half-written.
    ///
    /// # Errors
    /// Where the folder cannot be made.
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(root).map_err(io("make the store", root))?;
        owner::clear_left_over(root);
        Ok(Self {
            root: root.to_owned(),
            run: Mutex::new(None),
            written: AtomicU64::new(0),
            unsettled: AtomicBool::new(false),
            settled: Mutex::new(Instant::now()),
        })
    }

    /// The store's folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where a key's file or folder lies in one of the store's folders.
    pub(in crate::engine) fn place(&self, kind: &str, key: &str) -> PathBuf {
        self.root.join(kind).join(key.get(..2).unwrap_or(key)).join(key)
    }

    /// The entry of a key, if there is one that can be read.
    ///
    /// # Errors
    /// Where there is one that cannot: damaged, or refused by the system.
    pub fn entry(&self, key: &str) -> Result<Option<Entry>, StoreError> {
        let folder = self.place("objects", key);
        let path = folder.join("entry.json");
        let damaged = |reason: String| Err(StoreError::Damaged { path: folder.clone(), reason });
        // What has not run yet is asked for again and again.
        if matches!(disk::look(&folder), Ok(None)) {
            return Ok(None);
        }
        let bytes = match disk::read(&self.root, &path, MOST_ENTRY_BYTES)? {
            Found::File(bytes) => bytes,
            Found::Odd(reason) => return damaged(format!("entry.json {reason}")),
            Found::Nothing => {
                return match disk::look(&folder).map_err(io("read", &folder))? {
                    None => Ok(None),
                    Some(metadata) if metadata.is_dir() => damaged("entry.json is missing".to_owned()),
                    Some(_) => damaged("it is no folder".to_owned()),
                };
            }
        };
        match unseal::<Entry>(&bytes) {
            Ok(entry) if entry.key == key => Ok(Some(entry)),
            Ok(_) => damaged("entry.json is that of another result".to_owned()),
            Err(error) => damaged(format!("entry.json: {error}")),
        }
    }

    /// The entry of a key, with all its values read and checked.
    ///
    /// # Errors
    /// As [`Store::entry`] and [`Store::value`].
    pub fn whole(&self, key: &str) -> Result<Option<Entry>, StoreError> {
        let entry = self.entry(key)?;
        for (port, output) in entry.iter().flat_map(|entry| &entry.outputs) {
            if let (Some(entry), false) = (&entry, output.files.is_empty()) {
                self.value(entry, port)?;
            }
        }
        Ok(entry)
    }

    /// A stored value, its bytes checked.
    ///
    /// # Errors
    /// Where a file is missing, changed or does not decode; or where the system refuses to read it.
    pub fn value(&self, entry: &Entry, port: &str) -> Result<Value, StoreError> {
        match self.read_value(entry, port) {
            // Another process may just have put the same result in its place.
            Err(damaged @ StoreError::Damaged { .. }) => match self.entry(&entry.key)? {
                Some(now) if now.outputs.get(port) == entry.outputs.get(port) => self.read_value(&now, port),
                _ => Err(damaged),
            },
            other => other,
        }
    }

    fn read_value(&self, entry: &Entry, port: &str) -> Result<Value, StoreError> {
        #[cfg(test)]
        super::testing::touch();
        let folder = self.place("objects", &entry.key);
        let damaged = |reason: String| StoreError::Damaged { path: folder.clone(), reason };
        let output = entry.outputs.get(port).ok_or_else(|| damaged(format!("no output `{port}`")))?;
        let mut files: BTreeMap<&str, Vec<u8>> = BTreeMap::new();
        for file in &output.files {
            let named = format!("{port}/{}", file.name);
            if !disk::is_plain(port) || !disk::is_plain(&file.name) {
                return Err(damaged(format!("`{named}` leads out of its folder")));
            }
            let bytes = match disk::read(&self.root, &folder.join(port).join(&file.name), file.bytes)? {
                Found::File(bytes) => bytes,
                Found::Nothing => return Err(damaged(format!("{named} is missing"))),
                Found::Odd(reason) => return Err(damaged(format!("{named} {reason}"))),
            };
            if bytes.len() as u64 != file.bytes {
                return Err(damaged(format!("{named} has {} bytes, not {}", bytes.len(), file.bytes)));
            }
            if hex(&Sha256::digest(&bytes)) != file.sha256 {
                return Err(damaged(format!("{named} has changed")));
            }
            files.insert(&file.name, bytes);
        }
        artifact::decode(output.value_type, &|name| files.get(name).cloned()).map_err(|e| damaged(e.to_string()))
    }

    /// The key of an entry whose kind, code, parameters and input bytes are these.
    #[must_use]
    pub fn same_content(&self, content_key: &str) -> Option<String> {
        self.content(content_key).ok().flatten()
    }

    /// What is filed under a content key.
    ///
    /// # Errors
    /// Where it is damaged or cannot be read.
    pub(super) fn content(&self, content_key: &str) -> Result<Option<String>, StoreError> {
        let path = self.place("content", content_key);
        let bytes = match disk::read(&self.root, &path, MOST_CONTENT_BYTES)? {
            Found::File(bytes) => bytes,
            Found::Nothing => return Ok(None),
            Found::Odd(reason) => return Err(StoreError::Damaged { path, reason: format!("it {reason}") }),
        };
        let key = bytes.split(|&byte| byte == b' ').next().and_then(|key| std::str::from_utf8(key).ok());
        match key {
            Some(key) if bytes == content_line(content_key, key).as_bytes() => Ok(Some(key.to_owned())),
            _ => Err(StoreError::Damaged { path, reason: "it is not as it was written".to_owned() }),
        }
    }

    /// Remembers which entry has this content key.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn remember_content(&self, content_key: &str, key: &str) -> Result<(), StoreError> {
        let line = content_line(content_key, key);
        self.replace(&self.place("content", content_key), &[line.as_bytes()], disk::Durable::Later)
    }

    /// The path of a study's last run.
    #[must_use]
    pub fn run_path(&self, study: &str, profile: &str) -> PathBuf {
        self.root.join("runs").join(study).join(format!("{profile}.json"))
    }
}

/// A key with a hash of it and of the name that it is filed under: neither can be another one unseen.
fn content_line(content_key: &str, key: &str) -> String {
    format!("{key} {}\n", hex(&Sha256::digest(format!("{content_key} {key}"))))
}

#[cfg(test)]
#[path = "entries_tests.rs"]
mod tests;
