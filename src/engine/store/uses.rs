//! What runs use of a store: what must not be taken out while they live, and what has long not been asked for.
//!
//! ```text
//! STORE/uses/<SHA-256>         keys of the steps of a run, 32 bytes each, under the hash of these bytes
//! STORE/tmp/run-<..>/uses      the names of those that a living run goes by
//! ```
//!
//! The time of change of a list is when a run of these steps last began. So a run writes one small file, and one that
//! was run before only sets its time; nothing is written for a single result.

use super::disk::{self, Durable, Found};
use super::entries::Store;
use super::error::{StoreError, io};
use super::turn::Turn;
use crate::step::hex;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// More than the list of any run takes: thirty million steps.
const MOST_BYTES: u64 = 1 << 30;
const KEY_BYTES: usize = 32;
/// The file in a run's own folder.
const MINE: &str = "uses";

/// A list of keys.
pub(super) struct Use {
    pub path: PathBuf,
    pub keys: BTreeSet<String>,
    /// Seconds since 1970 when such a run last began.
    pub unix_s: u64,
}

impl Store {
    /// Says that this process uses the results of these steps, those that are there and those that it makes, until it
    /// ends: whoever takes results out leaves them alone. In a store that may only be read nothing is said.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn announce<'k>(&self, keys: impl Iterator<Item = &'k str>) -> Result<(), StoreError> {
        match self.try_announce(keys) {
            Err(StoreError::Io { source, .. }) if only_read(&source) => Ok(()),
            other => other,
        }
    }

    fn try_announce<'k>(&self, keys: impl Iterator<Item = &'k str>) -> Result<(), StoreError> {
        let digests: BTreeSet<[u8; KEY_BYTES]> = keys.filter_map(digest).collect();
        let bytes: Vec<u8> = digests.into_iter().flatten().collect();
        let name = hex(&Sha256::digest(&bytes));
        let path = self.root.join("uses").join(&name);
        let _turn = Turn::to_use(self)?;
        let is_there =
            matches!(disk::look(&path), Ok(Some(file)) if file.is_file() && file.len() == bytes.len() as u64);
        let stamped =
            is_there && File::options().write(true).open(&path).and_then(|f| f.set_modified(SystemTime::now())).is_ok();
        if !stamped {
            self.replace(&path, &[&bytes], Durable::Later)?;
        }
        let mine = self.run_folder()?.join(MINE);
        let file = File::options().append(true).create(true).open(&mine);
        file.and_then(|mut file| file.write_all(format!("{name}\n").as_bytes()))
            .map_err(io("write to the store at", &mine))
    }

    /// The keys that living processes use.
    ///
    /// # Errors
    /// Where what one says cannot be read: then nothing is known of it.
    pub(super) fn in_use(&self) -> Result<BTreeSet<String>, StoreError> {
        let mut keys = BTreeSet::new();
        let tmp = self.root.join("tmp");
        // Folders of runs that are no more were cleared when the store was opened.
        for folder in folder_entries(&tmp)? {
            let path = folder.join(MINE);
            let names = match disk::read(&self.root, &path, MOST_BYTES)? {
                Found::File(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
                Found::Nothing | Found::Odd(_) => continue,
            };
            for name in names.lines() {
                let path = self.root.join("uses").join(name);
                let gone = || StoreError::Damaged {
                    path: path.clone(),
                    reason: "a living run goes by it and it is gone".to_owned(),
                };
                keys.extend(self.read_use(&path)?.ok_or_else(gone)?.keys);
            }
        }
        Ok(keys)
    }

    /// All lists that are whole.
    ///
    /// # Errors
    /// Where the system refuses to read one.
    pub(super) fn all_uses(&self) -> Result<Vec<Use>, StoreError> {
        let mut found = Vec::new();
        for path in folder_entries(&self.root.join("uses"))? {
            match self.read_use(&path) {
                Err(StoreError::Damaged { .. }) => {}
                other => found.extend(other?),
            }
        }
        Ok(found)
    }

    /// When each result was last used, seconds since 1970.
    pub(super) fn last_used(uses: &[Use]) -> BTreeMap<&str, u64> {
        let mut last = BTreeMap::new();
        for (key, unix_s) in uses.iter().flat_map(|list| list.keys.iter().map(|key| (key.as_str(), list.unix_s))) {
            let known = last.entry(key).or_insert(unix_s);
            *known = unix_s.max(*known);
        }
        last
    }

    /// One list.
    ///
    /// # Errors
    /// Where it is damaged or cannot be read.
    pub(super) fn read_use(&self, path: &Path) -> Result<Option<Use>, StoreError> {
        let damaged = |reason: String| Err(StoreError::Damaged { path: path.to_owned(), reason });
        let bytes = match disk::read(&self.root, path, MOST_BYTES)? {
            Found::File(bytes) => bytes,
            Found::Nothing => return Ok(None),
            Found::Odd(reason) => return damaged(format!("it {reason}")),
        };
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if hex(&Sha256::digest(&bytes)) != name || !bytes.len().is_multiple_of(KEY_BYTES) {
            return damaged("it is not as it was written".to_owned());
        }
        let changed = fs::metadata(path).and_then(|file| file.modified()).ok();
        let since = changed.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let keys = bytes.chunks_exact(KEY_BYTES).map(hex).collect();
        Ok(Some(Use { path: path.to_owned(), keys, unix_s: since.map_or(0, |time| time.as_secs()) }))
    }
}

fn only_read(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem)
}

/// What lies in a folder; nothing where there is none.
pub(super) fn folder_entries(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let entries = match fs::read_dir(folder) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(io("read", folder))?,
    };
    let found: std::io::Result<Vec<PathBuf>> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut found = found.map_err(io("read", folder))?;
    found.sort();
    Ok(found)
}

/// The bytes of a key; nothing where it is none.
fn digest(key: &str) -> Option<[u8; KEY_BYTES]> {
    let mut bytes = [0; KEY_BYTES];
    if key.len() != 2 * KEY_BYTES || !key.is_ascii() {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(key.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(letter: char) -> String {
        letter.to_string().repeat(64)
    }

    #[test]
    fn what_living_processes_use_is_known_until_they_end() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (Store::open(folder.path()).unwrap(), Store::open(folder.path()).unwrap());
        one.announce([key('a'), key('b')].iter().map(String::as_str)).unwrap();
        two.announce([key('b'), key('c')].iter().map(String::as_str)).unwrap();
        let keys = |keys: &[char]| keys.iter().map(|&letter| key(letter)).collect::<BTreeSet<_>>();
        assert_eq!(one.in_use().unwrap(), keys(&['a', 'b', 'c']));
        drop(one);
        assert_eq!(two.in_use().unwrap(), keys(&['b', 'c']));
        drop(two);
        let later = Store::open(folder.path()).unwrap();
        assert_eq!(later.in_use().unwrap(), keys(&[]));
        assert_eq!(later.all_uses().unwrap().len(), 2);
    }

    #[test]
    fn the_same_steps_again_only_set_the_time() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let keys = [key('b'), key('a')];
        store.announce(keys.iter().map(String::as_str)).unwrap();
        let path = folder_entries(&folder.path().join("uses")).unwrap().remove(0);
        File::options().write(true).open(&path).unwrap().set_modified(UNIX_EPOCH).unwrap();
        assert_eq!(store.read_use(&path).unwrap().unwrap().unix_s, 0);
        store.announce(keys.iter().rev().map(String::as_str)).unwrap();
        let uses = store.all_uses().unwrap();
        assert_eq!((uses.len(), uses[0].keys.len()), (1, 2));
        assert!(Store::last_used(&uses)[key('a').as_str()] > 1_000_000);
    }

    #[test]
    fn a_list_that_was_changed_is_damage_and_a_living_one_stops_whoever_collects() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        store.announce(std::iter::once(key('a').as_str())).unwrap();
        let path = folder_entries(&folder.path().join("uses")).unwrap().remove(0);
        fs::write(&path, "x").unwrap();
        assert!(matches!(store.read_use(&path), Err(StoreError::Damaged { .. })));
        assert!(matches!(store.in_use(), Err(StoreError::Damaged { .. })));
        assert!(store.all_uses().unwrap().is_empty());
    }
}
