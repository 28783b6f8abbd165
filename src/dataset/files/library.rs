//! All data sets that this machine knows of: their cards, and where their files are.

use super::digest;
use super::index::Index;
use super::records::{ClassCache, OpenRecords, Watched};
use crate::dataset::cards::card::{Card, Task};
use crate::dataset::cards::load::{self, Loaded};
use crate::dataset::cards::locate::{Found, Places};
use crate::dataset::cards::missing::{Hint, Missing};
use crate::dataset::error::DatasetError;
use crate::dataset::fetch::download::Retry;
use crate::step::{DataRef, DataSource, Records, StepError};
use crate::yaml::{self, Fault};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The cards of some folders with the places where their files may be.
#[derive(Debug)]
pub struct Library {
    pub(in crate::dataset) cards: load::Cards,
    pub(in crate::dataset) places: Places,
    pub(in crate::dataset) index: Arc<Index>,
    pub(in crate::dataset) retry: Retry,
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
    /// A card with mistakes is told to whoever asks for it, and to nobody else.
    ///
    /// # Errors
    /// Where a folder of cards cannot be read.
    pub fn open(cards_dirs: &[PathBuf], data_dirs: &[PathBuf], cache_dir: &Path) -> Result<Self, DatasetError> {
        Ok(Self {
            cards: load::cards(cards_dirs)?,
            places: Places { data: data_dirs.to_vec(), cache: cache_dir.to_owned() },
            index: Arc::new(Index::open(cache_dir)),
            retry: Retry::default(),
            classes: ClassCache::default(),
        })
    }

    /// The same over cards that come with the program, each the name of its file and a text: those of the project count. Folders that lie
    /// beside such a card are looked for in `home`.
    #[must_use]
    pub fn over(mut self, shipped: &[(&str, &str)], home: &Path) -> Self {
        self.cards.lay_over(shipped, home);
        self
    }

    /// The same with other waits between tries of a download.
    #[must_use]
    pub const fn with_retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// All cards, by name.
    pub fn cards(&self) -> impl Iterator<Item = &Card> {
        self.cards.good.values().map(|loaded| &loaded.card)
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
        let wrong = |(name, faults): (&String, &Vec<Fault>)| {
            let mend = |fault: &Fault| format!("mend {}: {fault}", fault.place);
            let hint = |fault: &Fault| Hint { why: "the card has a mistake".to_owned(), mend: mend(fault) };
            let state = State::Manual(faults.iter().map(hint).collect());
            Listing { name: name.clone(), title: "(a card with mistakes)".to_owned(), state }
        };
        self.cards.good.values().map(listing).chain(self.cards.broken.iter().map(wrong)).collect()
    }

    /// Where a card says what an error is about: file, line and column; `None` where the error says so itself, or there is no
    /// such card.
    #[must_use]
    pub fn place(&self, name: &str, error: &DatasetError) -> Option<String> {
        let loaded = self.cards.good.get(name)?;
        let path = match error {
            DatasetError::Cards(_) | DatasetError::UnknownCard { .. } | DatasetError::Stopped => return None,
            DatasetError::UnknownTask { .. } => vec!["tasks".to_owned()],
            DatasetError::Checksum { path, .. } => {
                let of_file = loaded.card.checksums.keys().find(|file| path.ends_with(file));
                std::iter::once("checksums".to_owned()).chain(of_file.cloned()).collect()
            }
            DatasetError::Faulty(told) if told.iter().any(|fault| fault.contains(": wrong ")) => {
                let of_file = loaded.card.checksums.keys().find(|file| told[0].contains(&format!("{file}: wrong ")));
                std::iter::once("checksums".to_owned()).chain(of_file.cloned()).collect()
            }
            DatasetError::Format(_) | DatasetError::Faulty(_) => vec!["splits".to_owned()],
            _ => vec!["sources".to_owned()],
        };
        Some(loaded.place(&path))
    }

    pub(in crate::dataset) fn loaded(&self, name: &str) -> Result<&Loaded, DatasetError> {
        if let Some(faults) = self.cards.broken.get(name) {
            return Err(DatasetError::Cards(faults.clone()));
        }
        self.cards.good.get(name).ok_or_else(|| {
            let known: Vec<&str> = self.cards.good.keys().map(String::as_str).collect();
            let help = yaml::known_names(name, &known).unwrap_or_else(|| "there are no cards at all".to_owned());
            DatasetError::UnknownCard { name: name.to_owned(), help }
        })
    }

    /// SHA-256 over the content digests of all files in the card's order, with the record ranges and the format; and each
    /// file with its own digest. Reads only files that are new or changed, and confirms their checksums.
    pub(in crate::dataset) fn identity(
        &self,
        loaded: &Loaded,
        found: &Found,
    ) -> Result<(String, Watched), DatasetError> {
        let card = &loaded.card;
        let mut text = card.format.identity() + "\n";
        let mut files = Vec::new();
        let mend = self.mend(loaded, found);
        for (split, part) in card.parts() {
            for name in part.files() {
                let path = found.path(name);
                let digest = self.index.digest(path, card.checksums.get(name), &mend)?;
                text.push_str(&format!("{split} {digest} {:?}\n", part.records));
                files.push((path.to_owned(), digest));
            }
            if let Some(partition) = &part.partition {
                text.push_str(&format!("{split} partition {}\n", partition.number));
            }
        }
        files.sort();
        files.dedup();
        let watched = Watched { index: Arc::clone(&self.index), folder: found.folder.clone(), files };
        Ok((digest::of_text(&text), watched))
    }

    /// [`Library::identity`] as a task sees it: which attribute gives the classes is part of what the data is.
    pub(super) fn identity_of_task(
        &self,
        loaded: &Loaded,
        found: &Found,
        task: &Task,
    ) -> Result<(String, Watched), DatasetError> {
        let (identity, watched) = self.identity(loaded, found)?;
        let attribute = task.attribute.as_ref();
        Ok((attribute.map_or(identity.clone(), |name| digest::of_text(&format!("{identity} {name}"))), watched))
    }

    /// What to do about a file with a wrong checksum.
    pub(super) fn mend(&self, loaded: &Loaded, found: &Found) -> String {
        let card = &loaded.card;
        if found.folder == self.places.downloaded(card) {
            format!("`lofi data fetch {}` downloads it again", card.name)
        } else {
            format!("replace the file, or move {} away so that another source is used", found.folder.display())
        }
    }

    fn open_records(&self, data: &DataRef) -> Result<OpenRecords, DatasetError> {
        let loaded = self.loaded(&data.card)?;
        let found = self.places.locate(loaded).map_err(|hints| Missing::one(&loaded.card, hints))?;
        let task = loaded.card.tasks.iter().find(|task| task.name == data.task);
        if let Some(task) = task {
            let (digest, watched) = self.identity_of_task(loaded, &found, task)?;
            if digest == data.digest {
                let records = OpenRecords::new(loaded, &found, task).watching(watched);
                return Ok(records.remembering(records_key(&digest, &loaded.card), &self.classes));
            }
        }
        Err(DatasetError::Changed { card: data.card.clone(), folder: found.folder })
    }
}

/// What decides which records there are and of which classes: the content, and what the card says of it.
pub(super) fn records_key(digest: &str, card: &Card) -> String {
    digest::of_text(&format!("{digest} {:?} {:?}", card.shape, card.classes))
}

impl DataSource for Library {
    fn open(&self, data: &DataRef) -> Result<Box<dyn Records>, StepError> {
        let opened = self.open_records(data).map_err(|e| e.in_step(&data.card))?;
        Ok(Box::new(opened))
    }
}
