//! The study files of a folder.

use super::fail::Failure;
use super::options::Options;
use super::output::note;
use crate::study;
use crate::yaml::documents;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

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

/// Says what lies among the cards, is named like one and is no file: it may be meant to be one.
pub(crate) fn strange_cards(root: &Path, options: &Options) {
    let walked = documents(&root.join("datasets"), &|_| false).unwrap_or_default();
    for strange in walked.strange.iter().filter(|strange| !options.quiet && !strange.path.is_file()) {
        note!("passed over: {}: {}", strange.path.display(), strange.reason);
    }
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
        note!("passed over: {message}");
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
