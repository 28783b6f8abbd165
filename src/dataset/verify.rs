//! Reads all files of a card again and compares them with its checksums.

use super::digest;
use super::error::DatasetError;
use super::library::Library;
use super::locate::Missing;
use super::records::OpenRecords;
use std::path::{Path, PathBuf};

/// A card whose files hold what they should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Where the files are.
    pub folder: PathBuf,
    /// The digest that references carry.
    pub digest: String,
    /// Every file, in the card's order.
    pub files: Vec<VerifiedFile>,
    /// Training records over all classes.
    pub train: usize,
    /// Test records over all classes.
    pub test: usize,
}

/// One file of a verified card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedFile {
    /// Its name in the card.
    pub name: String,
    /// Its size on disk.
    pub size_bytes: u64,
    /// SHA-256 of its content, unpacked where it is gzipped.
    pub sha256: String,
    /// Whether the card gives a checksum for it, which it then has.
    pub checked: bool,
}

impl Library {
    /// Digests all files of a card anew, whatever the index says, checks them against the card and counts the records.
    ///
    /// # Errors
    /// Where files are missing, cannot be read or have another checksum.
    pub fn verify(&self, name: &str) -> Result<Verified, DatasetError> {
        let loaded = self.loaded(name)?;
        let found = self.places.locate(loaded).map_err(|hints| Missing::one(loaded, hints))?;
        found.files.values().for_each(|path| self.index.forget(path));
        let digest = self.identity(loaded, &found)?;
        let task = loaded.card.tasks.first().ok_or_else(|| no_task(name))?;
        let counts = OpenRecords::new(loaded, &found, task).count()?;
        let file = |name: &str| {
            let path = found.files.get(name).map_or(Path::new(name), PathBuf::as_path);
            Ok(VerifiedFile {
                name: name.to_owned(),
                size_bytes: digest::stamp(path)?.size_bytes,
                sha256: self.index.digest(path, None, "")?,
                checked: loaded.card.checksums.contains_key(name),
            })
        };
        let files = loaded.card.files().into_iter().map(file).collect::<Result<_, DatasetError>>()?;
        let (train, test) = (counts.train.values().sum(), counts.test.values().sum());
        Ok(Verified { folder: found.folder, digest, files, train, test })
    }
}

/// Cards are checked to have one.
fn no_task(card: &str) -> DatasetError {
    DatasetError::UnknownTask { card: card.to_owned(), task: String::new(), help: "give the card a task".to_owned() }
}
