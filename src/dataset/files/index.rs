//! What is known of files already digested, kept in `index.json` of the cache: a second run reads no data to plan.

use super::digest::{self, Stamp};
use crate::dataset::cards::card::Checksum;
use crate::dataset::error::DatasetError;
use crate::dataset::format::{FormatError, stream};
use crate::step::{seal, unseal};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

/// Version of the file's layout; another one is taken for an empty index.
///
/// History: 1, first layout; 2, sealed, stamps of every file, classes by the names of the list.
const VERSION: u32 = 2;

/// Why a file that changes while it is digested is refused.
const WRITING: &str = "it changes while it is read; wait until it is written, then start again";

/// Digests by file and record counts by content, in memory and on disk.
#[derive(Debug)]
pub(in crate::dataset) struct Index {
    path: PathBuf,
    stored: Mutex<Stored>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Stored {
    version: u32,
    files: BTreeMap<String, FileEntry>,
    sets: BTreeMap<String, Counts>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct FileEntry {
    stamp: Stamp,
    sha256: String,
    /// The checksums that the file was found to have.
    confirmed: Vec<String>,
}

/// Records of each class.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::dataset) struct Counts {
    pub train: BTreeMap<u32, usize>,
    pub test: BTreeMap<u32, usize>,
}

impl Index {
    /// The index of a cache folder; one that is missing or unreadable is empty.
    pub fn open(cache: &Path) -> Self {
        let path = cache.join("index.json");
        let stored = Mutex::new(read(&path));
        Self { path, stored }
    }

    /// The content digest of a file. It is computed, and the checksum confirmed, only where the file is new or changed.
    /// What changed just now is digested each time, until a further change would be seen.
    ///
    /// # Errors
    /// Where the file cannot be read, changes meanwhile or has another checksum; `mend` is the advice then.
    pub fn digest(&self, path: &Path, checksum: Option<&Checksum>, mend: &str) -> Result<String, DatasetError> {
        let key = key_of(path);
        let now = SystemTime::now();
        let stamp = digest::stamp(path)?;
        let settled = stamp.is_settled(now);
        let known = self.lock().files.get(&key).filter(|entry| settled && entry.stamp == stamp).cloned();
        let wanted = checksum.map(|sum| format!("{:?} {:?}", sum.wanted(), sum.of));
        if let Some(known) = known.as_ref().filter(|k| wanted.as_ref().is_none_or(|w| k.confirmed.contains(w))) {
            return Ok(known.sha256.clone());
        }
        let mut entry = match known {
            Some(known) => known,
            None => FileEntry { sha256: digest::content(path)?, stamp, confirmed: Vec::new() },
        };
        if let (Some(checksum), Some(wanted)) = (checksum, wanted) {
            digest::check(path, checksum, Some(&entry.sha256), mend)?;
            entry.confirmed.push(wanted);
        }
        if digest::stamp(path)? != entry.stamp {
            return Err(FormatError::File { path: path.to_owned(), reason: WRITING.to_owned() }.into());
        }
        let sha256 = entry.sha256.clone();
        if settled {
            self.lock().files.insert(key, entry);
            self.save();
        }
        Ok(sha256)
    }

    /// Forgets a file, so that it is digested anew.
    pub fn forget(&self, path: &Path) {
        self.lock().files.remove(&key_of(path));
    }

    /// The record counts of a content, counted only the first time.
    ///
    /// # Errors
    /// Where counting fails.
    pub fn counts(
        &self,
        digest: &str,
        count: impl FnOnce() -> Result<Counts, DatasetError>,
    ) -> Result<Counts, DatasetError> {
        let known = self.lock().sets.get(digest).cloned();
        if let Some(counts) = known {
            return Ok(counts);
        }
        let counts = count()?;
        self.lock().sets.insert(digest.to_owned(), counts.clone());
        self.save();
        Ok(counts)
    }

    fn lock(&self) -> MutexGuard<'_, Stored> {
        self.stored.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes the index together with what other processes have added since. A cache that cannot be written costs
    /// time, not correctness: failures are passed over.
    fn save(&self) {
        let on_disk = read(&self.path);
        let text = {
            let mut stored = self.lock();
            for (digest, counts) in on_disk.sets {
                stored.sets.entry(digest).or_insert(counts);
            }
            for (path, entry) in on_disk.files {
                stored.files.entry(path).or_insert(entry);
            }
            seal(&*stored)
        };
        if let Ok(text) = text {
            let _ = replace(&self.path, &text);
        }
    }
}

fn key_of(path: &Path) -> String {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).to_string_lossy().into_owned()
}

fn read(path: &Path) -> Stored {
    let mut bytes = Vec::new();
    let whole = stream::plain(path).is_ok_and(|(mut file, _)| file.read_to_end(&mut bytes).is_ok());
    let stored = whole.then(|| unseal::<Stored>(&bytes).ok()).flatten();
    stored.filter(|s| s.version == VERSION).unwrap_or(Stored { version: VERSION, ..Stored::default() })
}

/// Writes beside and renames, so that nobody ever reads half a file.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::cards::card::Of;

    /// Until a change of what was just written would be seen.
    fn settle() {
        std::thread::sleep(std::time::Duration::from_millis(150));
    }

    #[test]
    fn a_file_is_digested_once_until_it_changes() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        fs::write(&file, "abc").unwrap();
        let fresh = Index::open(folder.path());
        fresh.digest(&file, None, "").unwrap();
        assert!(fresh.lock().files.is_empty(), "a change in the same tick would not be seen");
        settle();
        let first = Index::open(folder.path()).digest(&file, None, "").unwrap();

        let index = Index::open(folder.path());
        index.lock().files.values_mut().for_each(|entry| entry.sha256 = "from the index".into());
        assert_eq!(index.digest(&file, None, "").unwrap(), "from the index");
        index.forget(&file);
        assert_eq!(index.digest(&file, None, "").unwrap(), first);
        fs::write(&file, "abcd").unwrap();
        assert_ne!(index.digest(&file, None, "").unwrap(), first);
    }

    #[test]
    fn a_checksum_is_confirmed_once_and_a_wrong_one_never() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        fs::write(&file, "abc").unwrap();
        settle();
        let index = Index::open(folder.path());
        index.digest(&file, None, "").unwrap();
        let mut sum = Checksum { md5: Some("0".repeat(32)), sha256: None, of: Of::File };
        for _ in 0..2 {
            assert!(matches!(index.digest(&file, Some(&sum), ""), Err(DatasetError::Checksum { .. })));
        }
        sum.md5 = Some("900150983cd24fb0d6963f7d28e17f72".into());
        index.digest(&file, Some(&sum), "").unwrap();
        assert_eq!(read(&folder.path().join("index.json")).files.values().next().unwrap().confirmed.len(), 1);
    }

    #[test]
    fn two_processes_keep_what_the_other_found() {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (Index::open(folder.path()), Index::open(folder.path()));
        a.counts("x", || Ok(Counts::default())).unwrap();
        b.counts("y", || Ok(Counts::default())).unwrap();
        let both = Index::open(folder.path());
        assert_eq!(both.lock().sets.keys().collect::<Vec<_>>(), ["x", "y"]);
    }

    #[test]
    fn a_broken_index_is_an_empty_one() {
        let folder = tempfile::tempdir().unwrap();
        let index = Index::open(folder.path());
        index.counts("x", || Ok(Counts::default())).unwrap();
        let path = folder.path().join("index.json");
        let whole = fs::read(&path).unwrap();
        for at in (0..whole.len()).step_by(7) {
            let mut flipped = whole.clone();
            flipped[at] ^= 1;
            fs::write(&path, flipped).unwrap();
            assert!(Index::open(folder.path()).lock().sets.is_empty(), "byte {at}");
        }
        fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
        assert!(Index::open(folder.path()).lock().sets.is_empty());
        fs::remove_file(&path).unwrap();
        fs::write(&path, whole).unwrap();
        assert_eq!(Index::open(folder.path()).lock().sets.len(), 1);
    }
}
