//! What the studies of a project reach in the store, in all of their profiles.

use crate::cli::fail::Failure;
use crate::cli::options::Options;
use crate::cli::output::note;
use crate::cli::project::Project;
use crate::cli::study_files::{StudyFile, discover};
use crate::engine::{Graph, RunRecord, Store};
use crate::study;
use crate::yaml::{Cause, Fault};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What one study reaches in one profile.
pub(super) struct Reach {
    pub study: String,
    pub profile: String,
    pub keys: BTreeSet<String>,
}

/// What every study reaches in each of its profiles, and in those laid over each other that it was run or blessed in.
/// Where its data set is not here, what its last run was made of counts.
///
/// # Errors
/// Where a study has mistakes: then nobody knows what it reaches.
pub(super) fn reached(project: &Project, store: &Store) -> Result<Vec<Reach>, Failure> {
    let files = discover(&project.studies)?;
    let mut asked: BTreeMap<String, Vec<&StudyFile>> = BTreeMap::new();
    for file in &files {
        for profile in profiles(project, file)? {
            asked.entry(profile).or_default().push(file);
        }
    }
    let (mut found, mut faults) = (Vec::new(), Vec::new());
    for (profile, files) in asked {
        let options = Options { profile: profile.clone(), set: Vec::new(), ..project.options.clone() };
        let project = Project::open(&options)?;
        for file in files {
            let keys = match project.load_one(file, None) {
                Ok(study) => Graph::new(&[study]).nodes.into_iter().map(|node| node.key).collect(),
                Err(more) if more.iter().all(is_of_data) => {
                    note!("{} ({profile}): its data set is not here, so what its last run was made of stays", file.name);
                    of_last_run(store, (&file.name, &profile))?
                }
                Err(more) => {
                    faults.extend(more);
                    continue;
                }
            };
            found.push(Reach { study: file.name.clone(), profile: profile.clone(), keys });
        }
    }
    if faults.is_empty() { Ok(found) } else { Err(Failure::Faults(faults)) }
}

fn is_of_data(fault: &Fault) -> bool {
    matches!(fault.cause, Cause::Missing | Cause::Damaged | Cause::File)
}

fn of_last_run(store: &Store, named: (&str, &str)) -> Result<BTreeSet<String>, Failure> {
    let record = RunRecord::named(store, named)?;
    Ok(record.into_iter().flat_map(|record| record.steps).map(|step| step.key).collect())
}

/// The profiles of a study, and those that it has records or results of.
fn profiles(project: &Project, file: &StudyFile) -> Result<BTreeSet<String>, Failure> {
    let (_, own) = study::load_head(&file.path, &project.root)?;
    let records = names_in(&project.store.join("runs").join(&file.name));
    let results = names_in(&project.results().join(&file.name));
    let several = records.into_iter().chain(results).filter(|name| name.contains('+'));
    let mut all: BTreeSet<String> = own.into_iter().collect();
    for name in several {
        if study::has_profile(&file.path, (&project.root, &name))? {
            all.insert(name);
        }
    }
    Ok(all)
}

/// Names in a folder without the ending `.json`; none where it cannot be read.
fn names_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let name = |entry: std::fs::DirEntry| entry.file_name().to_string_lossy().trim_end_matches(".json").to_owned();
    entries.map(name).collect()
}
