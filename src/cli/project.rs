//! The folders of a project, its studies and its data.

use super::fail::Failure;
use super::named::Named;
use super::options::Options;
use super::output::note;
use super::place::Place;
use super::profiles;
use super::shipped;
use super::study_files::{StudyFile, discover, strange_cards};
use crate::baseline::record_file;
use crate::catalog;
use crate::dataset::{Card, Choice, DatasetError, Library};
use crate::engine::{Ends, Executor, Machine, Memory, MemoryLimit, Origin, Store};
use crate::step::DataRef;
use crate::study::{self, DataChoice, DataResolver, Environment, SeedRecord, Setting, Study, Unresolved};
use crate::yaml::{Cause, Fault, known_names};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// What every command starts from.
pub(crate) struct Project {
    /// The folder that holds studies, datasets, results and reports.
    pub root: PathBuf,
    /// The folder of studies.
    pub studies: PathBuf,
    /// The folder of stored results.
    pub store: PathBuf,
    /// The data sets.
    pub library: Arc<Library>,
    /// Options of the command line.
    pub options: Options,
    /// What ends a run early.
    pub ends: Ends,
    /// Whether results are sent to the remote after a run.
    pub push: bool,
    settings: Vec<Setting>,
    /// Asked of git once.
    commit: OnceLock<String>,
    profiles: OnceLock<BTreeSet<String>>,
    /// Keys of the bibliography; none where it is damaged, which the report tells.
    works: Vec<String>,
}

impl Project {
    /// Opens a project: reads the cards, looks at no study yet.
    pub fn open(options: &Options) -> Result<Self, Failure> {
        let Place { root, studies } = Place::of(options);
        let store = options.store.clone().unwrap_or_else(|| root.join(".lofi"));
        let mut data: Vec<PathBuf> = options.data.clone();
        data.push(root.join("data"));
        if let Some(missing) = options.data.iter().find(|folder| !folder.is_dir()) {
            return Err(Failure::mistake(format!("--data {}: there is no such folder", missing.display())));
        }
        let cards = root.join("datasets");
        let library = Library::open(std::slice::from_ref(&cards), &data, &store.join("data"))?;
        let library = library.over(shipped::CARDS, &cards);
        strange_cards(&root, options);
        let settings = options.set.iter().map(|(name, value)| Setting { name: name.clone(), value: value.clone() });
        Ok(Self {
            studies,
            store,
            library: Arc::new(library),
            settings: settings.collect(),
            works: super::bibliography::keys(&root),
            options: options.clone(),
            ends: Ends::default(),
            push: false,
            commit: OnceLock::new(),
            profiles: OnceLock::new(),
            root,
        })
    }

    /// The studies that patterns name, all without patterns; of several only those that have the profile.
    pub fn files(&self, patterns: &[String]) -> Result<Vec<StudyFile>, Failure> {
        Place::with_studies(&self.options)?;
        let all = discover(&self.studies)?;
        let named = Named { root: &self.root, studies: &self.studies }.of(&all, patterns)?;
        let options = &self.options;
        let asked = profiles::Asked { root: &self.root, profile: &options.profile, quiet: options.quiet };
        asked.choose((named, &all), &|file| self.load_one(file, None).map(drop))
    }

    /// Loads studies for the profile of the command line.
    pub fn load(&self, patterns: &[String]) -> Result<Vec<Study>, Failure> {
        let files = self.files(patterns)?;
        if files.is_empty() {
            return Err(Failure::mistake(format!("there are no studies in {}", self.studies.display())));
        }
        let mut faults: Vec<Fault> = Vec::new();
        let mut studies = Vec::new();
        for file in &files {
            match self.load_one(file, None) {
                Ok(study) => {
                    for remark in study.remarks.iter().filter(|_| !self.options.quiet) {
                        note!("{}: {remark}", study.file);
                    }
                    studies.push(study);
                }
                Err(more) => faults.extend(more),
            }
        }
        self.unused_setting(&files)?;
        if faults.is_empty() { Ok(studies) } else { Err(Failure::Faults(faults)) }
    }

    /// Loads one study; `pinned` is the only data set it may use then.
    pub fn load_one(&self, file: &StudyFile, pinned: Option<&DataChoice>) -> Result<Study, Vec<Fault>> {
        let resolver = Resolver { library: &self.library, pinned };
        let record = self.record(file).map_err(|fault| vec![fault])?;
        self.load_with((file, record.as_ref()), &resolver)
    }

    /// Loads one study with a record of added seeds that need not be on disk.
    pub fn load_recorded(&self, file: &StudyFile, record: &SeedRecord) -> Result<Study, Vec<Fault>> {
        self.load_with((file, Some(record)), &Resolver { library: &self.library, pinned: None })
    }

    /// The profile of a study that the one of the command line stands for: results, pages and records are filed under that.
    /// Of a study that cannot be read it is the one asked for; whoever loads it tells why.
    pub fn profile_of(&self, file: &StudyFile) -> String {
        let asked = &self.options.profile;
        study::profile_of(&file.path, (&self.root, asked)).unwrap_or_else(|_| asked.clone())
    }

    /// The profiles that the one of the command line stands for, over all studies that have it; itself where none has.
    pub fn profiles(&self) -> &BTreeSet<String> {
        self.profiles.get_or_init(|| {
            let asked = &self.options.profile;
            let has = |file: &StudyFile| study::has_profile(&file.path, (&self.root, asked)).unwrap_or(false);
            let files = discover(&self.studies).unwrap_or_default();
            let own: BTreeSet<String> =
                files.iter().filter(|file| has(file)).map(|file| self.profile_of(file)).collect();
            if own.is_empty() { BTreeSet::from([asked.clone()]) } else { own }
        })
    }

    /// Loads one study as it is written for any profile.
    pub fn load_for(&self, file: &StudyFile, profile: &str) -> Result<Study, Vec<Fault>> {
        let record = self.record_for(&file.name, profile).map_err(|fault| vec![fault])?;
        let resolver = Resolver { library: &self.library, pinned: None };
        let environment = self.environment(record.as_ref(), &resolver);
        let environment = Environment { profile, settings: &[], ..environment };
        study::load(&file.path, (&self.root, &file.name), environment)
    }

    /// The record of the seeds that were added to a study in the profile of the command line.
    pub fn record(&self, file: &StudyFile) -> Result<Option<SeedRecord>, Fault> {
        self.record_for(&file.name, &self.profile_of(file))
    }

    /// The same in any profile.
    pub fn record_for(&self, study: &str, profile: &str) -> Result<Option<SeedRecord>, Fault> {
        let path = record_file(&self.results(), study, profile);
        let shown = path.strip_prefix(&self.root).unwrap_or(&path).display().to_string();
        SeedRecord::read(&path, &shown)
    }

    /// The commit, with `-dirty` where files differ from it; empty where there is no git.
    pub fn commit(&self) -> String {
        self.commit.get_or_init(|| self.commit_now()).clone()
    }

    fn commit_now(&self) -> String {
        let git = |arguments: &[&str]| {
            let output = std::process::Command::new("git").arg("-C").arg(&self.root).args(arguments).output().ok()?;
            output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
        };
        let Some(head) = git(&["rev-parse", "--short=12", "HEAD"]) else { return String::new() };
        // Reports and results are what a run writes: they make nothing dirty.
        let changed = git(&["status", "--porcelain", "--", ".", ":!reports", ":!results"]).unwrap_or_default();
        if changed.is_empty() { head } else { format!("{head}-dirty") }
    }

    /// The folder of committed results.
    pub fn results(&self) -> PathBuf {
        self.root.join("results")
    }

    fn load_with(
        &self,
        (file, record): (&StudyFile, Option<&SeedRecord>),
        resolver: &Resolver<'_>,
    ) -> Result<Study, Vec<Fault>> {
        study::load(&file.path, (&self.root, &file.name), self.environment(record, resolver))
    }

    fn environment<'a>(&'a self, record: Option<&'a SeedRecord>, resolver: &'a Resolver<'_>) -> Environment<'a> {
        Environment {
            kinds: catalog::KINDS,
            data: resolver,
            works: &self.works,
            profile: &self.options.profile,
            settings: &self.settings,
            record,
        }
    }

    /// A setting that no study knows is a mistake, not a wish that is ignored.
    fn unused_setting(&self, files: &[StudyFile]) -> Result<(), Failure> {
        if self.settings.is_empty() {
            return Ok(());
        }
        let mut known: Vec<String> = Vec::new();
        for file in files {
            known.extend(study::names(&file.path, &self.root)?);
        }
        let names: Vec<&str> = known.iter().map(String::as_str).collect();
        match self.settings.iter().find(|setting| !known.contains(&setting.name)) {
            None => Ok(()),
            Some(setting) => {
                let help = known_names(&setting.name, &names).unwrap_or_default();
                Err(Failure::mistake(format!("--set {}: no study has such a name; {help}", setting.name)))
            }
        }
    }

    /// Opens the store.
    pub fn open_store(&self) -> Result<Arc<Store>, Failure> {
        if self.options.store.is_none() {
            make_way(&self.store);
        }
        Ok(Arc::new(Store::open(&self.store)?))
    }

    /// An executor over the store and the data.
    pub fn executor(&self) -> Result<Executor, Failure> {
        Ok(Executor {
            store: self.open_store()?,
            data: Arc::clone(&self.library) as _,
            jobs: self.options.at_once(),
            memory: MemoryLimit::new(self.options.memory, Memory::now()),
            keep_free: self.options.keep_free,
            stop: super::stop::of_process().clone(),
            origin: Some(Arc::new(Origin { commit: self.commit(), machine: Machine::this() })),
            ends: self.ends,
        })
    }
}

/// What stands where the project's own store belongs and is no folder is set aside, and said. A store that was asked for
/// by name is refused then: it may be a file of the user.
fn make_way(store: &Path) {
    let in_the_way = match std::fs::metadata(store) {
        Ok(metadata) => !metadata.is_dir(),
        // A link to nowhere, where it is there at all.
        Err(e) => e.kind() == std::io::ErrorKind::NotFound && store.is_symlink(),
    };
    if !in_the_way {
        return;
    }
    let free = |path: &PathBuf| std::fs::symlink_metadata(path).is_err();
    let aside = (1..100).map(|number| store.with_extension(format!("aside-{number}"))).find(free);
    if let Some(aside) = aside.filter(|aside| std::fs::rename(store, aside).is_ok()) {
        let (store, aside) = (store.display(), aside.display());
        note!("{store} was no folder, so it is now {aside}; the store is made anew");
    }
}

/// Finds data sets for the study layer.
struct Resolver<'a> {
    library: &'a Library,
    pinned: Option<&'a DataChoice>,
}

impl DataResolver for Resolver<'_> {
    fn resolve(&self, choices: &[DataChoice], represents: Option<&str>) -> Result<DataRef, Unresolved> {
        let choice = |c: &DataChoice| Choice { card: c.card.clone(), task: c.task.clone() };
        // A step that names data sets of its own is not meant, unless the pinned one is among them; then its own task counts.
        let pinned = self.pinned.and_then(|pinned| {
            let own = choices.iter().find(|c| c.card == pinned.card)?;
            Some(Choice { card: pinned.card.clone(), task: own.task.clone().or_else(|| pinned.task.clone()) })
        });
        let choices: Vec<Choice> = match pinned {
            Some(pinned) => vec![pinned],
            None => choices.iter().map(choice).collect(),
        };
        self.library.resolve(&choices, represents).map_err(|error| {
            let place = choices.iter().find_map(|choice| self.library.place(&choice.card, &error));
            unresolved(&error, place)
        })
    }

    fn represented(&self) -> Vec<String> {
        let names: BTreeSet<&str> = self.library.cards().map(Card::represents).collect();
        names.into_iter().map(str::to_owned).collect()
    }
}

/// `place`: where a card says what the error is about.
fn unresolved(error: &DatasetError, place: Option<String>) -> Unresolved {
    let text = error.to_string();
    let cause = match error {
        DatasetError::Missing(_) => Cause::Missing,
        DatasetError::Io { .. } => Cause::File,
        DatasetError::Cards(_) | DatasetError::UnknownCard { .. } | DatasetError::UnknownTask { .. } => Cause::Mistake,
        _ => Cause::Damaged,
    };
    let (message, help) = match (error, text.split_once('\n')) {
        (DatasetError::Missing(_), Some((first, rest))) => {
            let message = first.split(';').next().unwrap_or(first).to_owned();
            (message, format!("get it in one of these ways\n{rest}"))
        }
        (DatasetError::UnknownCard { name, help }, _) => (format!("no data card `{name}`"), help.clone()),
        (DatasetError::UnknownTask { card, task, help }, _) => {
            (format!("data card `{card}` has no task `{task}`"), help.clone())
        }
        _ => (text, "`lofi data list` shows every card and how to get it".to_owned()),
    };
    let help = match place {
        Some(place) if cause != Cause::Missing => format!("{help}; the card: {place}"),
        _ => help,
    };
    Unresolved { message, help, cause }
}
