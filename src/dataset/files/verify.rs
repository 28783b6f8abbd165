//! Reads all files of a card again and compares them with its checksums.

use super::digest;
use super::index::Counts;
use super::library::Library;
use super::records::OpenRecords;
use crate::dataset::cards::load::Loaded;
use crate::dataset::cards::locate::Found;
use crate::dataset::cards::missing::Missing;
use crate::dataset::error::DatasetError;
use std::collections::BTreeSet;
use std::path::PathBuf;

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
    /// Digests all files of a card anew, whatever the index says, checks them against the card, and decodes every record.
    ///
    /// # Errors
    /// Where files are missing, cannot be read or have another checksum; and everything that is wrong with their records.
    pub fn verify(&self, name: &str) -> Result<Verified, DatasetError> {
        let loaded = self.loaded(name)?;
        let found = self.places.locate(loaded).map_err(|hints| Missing::one(&loaded.card, hints))?;
        found.files.values().for_each(|path| self.index.forget(path));
        let mend = self.mend(loaded, &found);
        let digested = |name: &str| self.index.digest(found.path(name), loaded.card.checksums.get(name), &mend);
        let wrong = loaded.card.files().into_iter().filter_map(|name| digested(name).err());
        let wrong: Vec<String> = wrong.map(|error| error.to_string()).collect();
        let counts = match everything(loaded, &found) {
            Ok(_) if !wrong.is_empty() => return Err(DatasetError::Faulty(wrong)),
            Err(DatasetError::Faulty(mut faults)) => {
                // what cannot be digested cannot be decoded either
                faults.retain(|fault| !wrong.contains(fault));
                return Err(DatasetError::Faulty([wrong, faults].concat()));
            }
            counts => counts?,
        };
        let (digest, _) = self.identity(loaded, &found)?;
        let file = |name: &str| {
            Ok(VerifiedFile {
                name: name.to_owned(),
                size_bytes: digest::stamp(found.path(name))?.size_bytes,
                sha256: self.index.digest(found.path(name), None, "")?,
                checked: loaded.card.checksums.contains_key(name),
            })
        };
        let files = loaded.card.files().into_iter().map(file).collect::<Result<_, DatasetError>>()?;
        let (train, test) = (counts.train.values().sum(), counts.test.values().sum());
        Ok(Verified { folder: found.folder, digest, files, train, test })
    }
}

/// Reads every record, as each task that reads something else sees it.
fn everything(loaded: &Loaded, found: &Found) -> Result<Counts, DatasetError> {
    let mut faults = Vec::new();
    let mut attributes = BTreeSet::new();
    for task in loaded.card.tasks.iter().filter(|task| attributes.insert(&task.attribute)) {
        faults.extend(OpenRecords::new(loaded, found, task).faults());
    }
    let task = loaded.card.tasks.first().ok_or_else(|| no_task(&loaded.card.name))?;
    let records = OpenRecords::new(loaded, found, task);
    faults.extend(records.repeated());
    faults.extend(records.image_faults());
    // what is missing shows in the list and again when it is read
    let mut told = BTreeSet::new();
    faults.retain(|fault| told.insert(fault.to_string()));
    if faults.is_empty() { records.count() } else { Err(DatasetError::faulty(&faults)) }
}

/// Cards are checked to have one.
fn no_task(card: &str) -> DatasetError {
    DatasetError::UnknownTask { card: card.to_owned(), task: String::new(), help: "give the card a task".to_owned() }
}
