//! All data sets that this machine knows of: their cards, and where their files are.

use super::card::{Card, Task};
use super::digest;
use super::download::Retry;
use super::error::DatasetError;
use super::index::Index;
use super::load::{self, Loaded};
use super::locate::{Found, Hint, Missing, Places};
use super::records::{ClassCache, OpenRecords};
use crate::step::{DataRef, DataSource, Records, StepError};
use crate::yaml;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The cards of some folders with the places where their files may be.
#[derive(Debug)]
pub struct Library {
    pub(super) cards: BTreeMap<String, Loaded>,
    pub(super) places: Places,
    pub(super) index: Index,
    pub(super) retry: Retry,
    classes: ClassCache,
}

/// One card in a list of all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The card's name.
    pub name: String,
    /// The card's title.
    pub title: String,
    /// Whether and where its files are.
    pub state: State,
}

/// Whether the files of a card are on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// They lie in this folder.
    Here(PathBuf),
    /// They can be fetched; the bytes to download, where the card says.
    Fetchable(Option<u64>),
    /// The user has to get them, in one of these ways.
    Manual(Vec<Hint>),
}

impl Library {
    /// Reads all cards of `cards_dirs`. Files are looked up in subfolders of `data_dirs`, in the order given, and in
    /// `cache_dir`, which also holds downloads and what is known of files. No data is read and nothing is written.
    ///
    /// # Errors
    /// Every fault of every card, with its place.
    pub fn open(cards_dirs: &[PathBuf], data_dirs: &[PathBuf], cache_dir: &Path) -> Result<Self, DatasetError> {
        Ok(Self {
            cards: load::cards(cards_dirs)?,
            places: Places { data: data_dirs.to_vec(), cache: cache_dir.to_owned() },
            index: Index::open(cache_dir),
            retry: Retry::default(),
            classes: ClassCache::default(),
        })
    }

    /// The same with other waits between tries of a download.
    #[must_use]
    pub const fn with_retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// All cards, by name.
    pub fn cards(&self) -> impl Iterator<Item = &Card> {
        self.cards.values().map(|loaded| &loaded.card)
    }

    /// A card by name.
    ///
    /// # Errors
    /// Where there is none, with the nearest and all known names.
    pub fn card(&self, name: &str) -> Result<&Card, DatasetError> {
        self.loaded(name).map(|loaded| &loaded.card)
    }

    /// Every card and whether its files are here. Reads no data.
    #[must_use]
    pub fn list(&self) -> Vec<Listing> {
        let listing = |loaded: &Loaded| Listing {
            name: loaded.card.name.clone(),
            title: loaded.card.title.clone(),
            state: match self.places.locate(loaded) {
                Ok(found) => State::Here(found.folder),
                Err(hints) => match loaded.card.downloads().next() {
                    Some(files) => State::Fetchable(files.iter().map(|file| file.size).sum()),
                    None => State::Manual(hints),
                },
            },
        };
        self.cards.values().map(listing).collect()
    }

    pub(super) fn loaded(&self, name: &str) -> Result<&Loaded, DatasetError> {
        self.cards.get(name).ok_or_else(|| {
            let known: Vec<&str> = self.cards.keys().map(String::as_str).collect();
            let help = yaml::known_names(name, &known).unwrap_or_else(|| "there are no cards at all".to_owned());
            DatasetError::UnknownCard { name: name.to_owned(), help }
        })
    }

    /// SHA-256 over the content digests of all files in the card's order, with the record ranges and the format.
    /// Reads only files that are new or changed, and confirms their checksums.
    pub(super) fn identity(&self, loaded: &Loaded, found: &Found) -> Result<String, DatasetError> {
        let card = &loaded.card;
        let mut text = format!("{:?}\n", card.format);
        let mend = self.mend(loaded, found);
        for (split, part) in card.parts() {
            for name in part.files() {
                let path = found.files.get(name).map_or(Path::new(name), PathBuf::as_path);
                let digest = self.index.digest(path, card.checksums.get(name), &mend)?;
                text.push_str(&format!("{split} {digest} {:?}\n", part.records));
            }
            if let Some(partition) = &part.partition {
                text.push_str(&format!("{split} partition {}\n", partition.number));
            }
        }
        Ok(digest::of_text(&text))
    }

    /// [`Library::identity`] as a task sees it: which attribute gives the classes is part of what the data is.
    pub(super) fn identity_of_task(&self, loaded: &Loaded, found: &Found, task: &Task) -> Result<String, DatasetError> {
        let identity = self.identity(loaded, found)?;
        let attribute = task.attribute.as_ref();
        Ok(attribute.map_or(identity.clone(), |name| digest::of_text(&format!("{identity} {name}"))))
    }

    /// What to do about a file with a wrong checksum.
    fn mend(&self, loaded: &Loaded, found: &Found) -> String {
        let card = &loaded.card;
        if found.folder == self.places.downloaded(card) {
            format!("`lofi data fetch {}` downloads it again", card.name)
        } else {
            format!("replace the file, or move {} away so that another source is used", found.folder.display())
        }
    }

    fn open_records(&self, data: &DataRef) -> Result<OpenRecords, DatasetError> {
        let loaded = self.loaded(&data.card)?;
        let found = self.places.locate(loaded).map_err(|hints| Missing::one(loaded, hints))?;
        let task = loaded.card.tasks.iter().find(|task| task.name == data.task);
        if let Some(task) = task
            && self.identity_of_task(loaded, &found, task)? == data.digest
        {
            return Ok(OpenRecords::new(loaded, &found, task).remembering(&data.digest, &self.classes));
        }
        Err(DatasetError::Changed { card: data.card.clone(), folder: found.folder })
    }
}

impl DataSource for Library {
    fn open(&self, data: &DataRef) -> Result<Box<dyn Records>, StepError> {
        let opened = self.open_records(data).map_err(|e| e.in_step(&data.card))?;
        Ok(Box::new(opened))
    }
}
