//! The folders of a project, its studies and its data.

use super::Options;
use super::fail::Failure;
use crate::catalog;
use crate::dataset::{Choice, DatasetError, Library};
use crate::engine::{Executor, Store, available_memory_bytes};
use crate::step::DataRef;
use crate::study::{self, DataChoice, DataResolver, Environment, Setting, Study};
use crate::yaml::{Fault, documents, known_names};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

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
    settings: Vec<Setting>,
}

/// A study file with its name.
#[derive(Debug, Clone)]
pub(crate) struct StudyFile {
    /// The path under the studies folder without `.yaml`.
    pub name: String,
    /// The file.
    pub path: PathBuf,
}

/// Most folders that are looked into for studies.
const MOST_FOLDERS: usize = 2000;

/// Fragments lie here; they are no studies.
const FRAGMENTS: &str = "shared";

/// The folder above the studies folder.
pub(crate) fn root_of(studies: &Path) -> PathBuf {
    match studies.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

impl Project {
    /// Opens a project: reads the cards, looks at no study yet.
    pub fn open(options: &Options) -> Result<Self, Failure> {
        let root = root_of(&options.studies_folder);
        let store = options.store.clone().unwrap_or_else(|| root.join(".lofi"));
        let mut data: Vec<PathBuf> = options.data.clone();
        data.push(root.join("data"));
        if let Some(missing) = options.data.iter().find(|folder| !folder.is_dir()) {
            return Err(Failure::mistake(format!("--data {}: there is no such folder", missing.display())));
        }
        let library = Library::open(&[root.join("datasets")], &data, &store.join("data"))?;
        let settings = options.set.iter().map(|(name, value)| Setting { name: name.clone(), value: value.clone() });
        Ok(Self {
            studies: options.studies_folder.clone(),
            store,
            library: Arc::new(library),
            settings: settings.collect(),
            options: options.clone(),
            root,
        })
    }

    /// The studies that patterns name, by themselves or by a folder, all without patterns; of several only those that have
    /// the profile. A single one is taken as asked for: that it lacks the profile is shown at its file then.
    pub fn files(&self, patterns: &[String]) -> Result<Vec<StudyFile>, Failure> {
        let named = self.matching(patterns)?;
        let profile = &self.options.profile;
        let mut found = Vec::new();
        for file in &named {
            if named.len() == 1 || study::has_profile(&file.path, (&self.root, profile))? {
                found.push(file.clone());
            }
        }
        let left_out = named.len() - found.len();
        if left_out > 0 && !found.is_empty() && !self.options.quiet {
            eprintln!("{left_out} of {} studies have no profile `{profile}` and are left out", named.len());
        }
        // Where none has it, every study says what it has.
        Ok(if found.is_empty() { named } else { found })
    }

    fn matching(&self, patterns: &[String]) -> Result<Vec<StudyFile>, Failure> {
        let all = discover(&self.studies)?;
        if let Some(wrong) = patterns.iter().find(|p| !all.iter().any(|s| matches(&s.name, p))) {
            let folders: BTreeSet<&str> = all.iter().filter_map(|s| Some(s.name.rsplit_once('/')?.0)).collect();
            let known: Vec<&str> = folders.into_iter().chain(all.iter().map(|s| s.name.as_str())).collect();
            let help = known_names(wrong, &known).unwrap_or_else(|| "there are none".to_owned());
            return Err(Failure::mistake(format!("no study `{wrong}` in {}; {help}", self.studies.display())));
        }
        Ok(all.into_iter().filter(|s| patterns.is_empty() || patterns.iter().any(|p| matches(&s.name, p))).collect())
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
                        eprintln!("{}: {remark}", study.file);
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
        let environment = Environment {
            kinds: catalog::KINDS,
            data: &resolver,
            profile: &self.options.profile,
            settings: &self.settings,
        };
        study::load(&file.path, (&self.root, &file.name), environment)
    }

    /// A setting that no study knows is a mistake, not a wish that is ignored.
    fn unused_setting(&self, files: &[StudyFile]) -> Result<(), Failure> {
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
        Ok(Arc::new(Store::open(&self.store)?))
    }

    /// An executor over the store and the data.
    pub fn executor(&self, cancelled: &Arc<AtomicBool>) -> Result<Executor, Failure> {
        Ok(Executor {
            store: self.open_store()?,
            data: Arc::clone(&self.library) as _,
            jobs: self
                .options
                .jobs
                .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
                .max(1),
            memory_bytes: self.options.memory.unwrap_or_else(|| available_memory_bytes() / 10 * 6),
            cancelled: Arc::clone(cancelled),
        })
    }
}

/// Whether a pattern is the study's own name, not that of a folder above it.
pub(crate) fn named(patterns: &[String], name: &str) -> bool {
    patterns.iter().any(|pattern| bare(pattern) == name)
}

fn bare(pattern: &str) -> &str {
    pattern.trim_end_matches(".yaml").trim_start_matches("studies/").trim_end_matches('/')
}

fn matches(name: &str, pattern: &str) -> bool {
    let pattern = bare(pattern);
    name == pattern || name.strip_prefix(pattern).is_some_and(|rest| rest.starts_with('/'))
}

/// Every study file under a folder, by name. Names become files, so no two may be one.
pub(crate) fn discover(folder: &Path) -> Result<Vec<StudyFile>, Failure> {
    let place = folder.display();
    // A link may lead to the root of everything.
    let left = std::cell::Cell::new(MOST_FOLDERS);
    let enter = |name: &str| {
        let wanted = left.get() > 0 && name.rsplit('/').next() != Some(FRAGMENTS);
        left.set(left.get() - usize::from(wanted));
        wanted
    };
    let walked = documents(folder, &enter)
        .map_err(|e| Failure::mistake(format!("{e}; `--studies DIR` names the folder of the studies")))?;
    if left.get() == 0 {
        return Err(Failure::mistake(format!(
            "more than {MOST_FOLDERS} folders lie below {place}: does a link there lead out of the project?"
        )));
    }
    for strange in &walked.strange {
        let message = format!("{}: {}", strange.path.display(), strange.reason);
        if strange.path.is_file() {
            return Err(Failure::mistake(message));
        }
        // What is no file is no study, but may be meant to be one.
        eprintln!("passed over: {message}");
    }
    for file in &walked.files {
        if let Some(why) = file.name.split('/').find_map(study::wrong_study_part) {
            let path = file.path.display();
            return Err(Failure::mistake(format!(
                "{path} cannot be a study: in its name, {why}; take letters, digits, spaces, `-` and `_`, as pages and results are files of that name"
            )));
        }
    }
    let mut names: BTreeMap<String, &str> = BTreeMap::new();
    for file in &walked.files {
        if let Some(first) = names.insert(file.name.to_lowercase(), &file.name) {
            return Err(Failure::mistake(format!(
                "the studies `{first}` and `{}` in {place} differ only in capital letters, which some systems take for one file: rename one of the two",
                file.name
            )));
        }
    }
    Ok(walked.files.into_iter().map(|file| StudyFile { name: file.name, path: file.path }).collect())
}

/// Finds data sets for the study layer.
struct Resolver<'a> {
    library: &'a Library,
    pinned: Option<&'a DataChoice>,
}

impl DataResolver for Resolver<'_> {
    fn resolve(&self, choices: &[DataChoice], represents: Option<&str>) -> Result<DataRef, (String, String)> {
        let choice = |c: &DataChoice| Choice { card: c.card.clone(), task: c.task.clone() };
        let choices: Vec<Choice> = match self.pinned {
            Some(pinned) => vec![choice(pinned)],
            None => choices.iter().map(choice).collect(),
        };
        self.library.resolve(&choices, represents).map_err(|error| {
            let text = error.to_string();
            match (&error, text.split_once('\n')) {
                (DatasetError::Missing(_), Some((first, rest))) => {
                    let message = first.split(';').next().unwrap_or(first).to_owned();
                    (message, format!("get it in one of these ways\n{rest}"))
                }
                (DatasetError::UnknownCard { name, help }, _) => (format!("no data card `{name}`"), help.clone()),
                (DatasetError::UnknownTask { card, task, help }, _) => {
                    (format!("data card `{card}` has no task `{task}`"), help.clone())
                }
                _ => (text, "`lofi data list` shows every card and how to get it".to_owned()),
            }
        })
    }
}
