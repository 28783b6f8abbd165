//! What the studies of a project reach in the store, in all of their profiles.

use crate::baseline::Baseline;
use crate::cli::fail::Failure;
use crate::cli::options::Options;
use crate::cli::output::note;
use crate::cli::project::Project;
use crate::cli::study_files::{StudyFile, discover};
use crate::engine::{Graph, RunRecord, Store};
use crate::study::{self, Study};
use crate::yaml::Fault;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What one study reaches in one profile.
pub(super) struct Reach {
    pub study: String,
    pub profile: String,
    pub keys: BTreeSet<String>,
}

/// What every study reaches in each of its profiles, and in those laid over each other that it was run or blessed in.
/// Where it has a mistake, or its data set is not here or is too small for the profile, what its last run was made of counts.
///
/// # Errors
/// Where a study cannot be read at all: then nobody knows what it reaches.
pub(super) fn reached(project: &Project, store: &Store) -> Result<Vec<Reach>, Failure> {
    let files = discover(&project.studies)?;
    let mut asked: BTreeMap<String, Vec<&StudyFile>> = BTreeMap::new();
    for file in &files {
        for profile in profiles(project, file)? {
            asked.entry(profile).or_default().push(file);
        }
    }
    let mut found = Vec::new();
    for (profile, files) in asked {
        let options = Options { profile: profile.clone(), set: Vec::new(), ..project.options.clone() };
        let project = Project::open(&options)?;
        for file in files {
            let keys = match project.load_one(file, None) {
                Ok(study) => keys(&project, file, study),
                Err(faults) => as_last_run(store, (&file.name, &profile), &faults)?,
            };
            found.push(Reach { study: file.name.clone(), profile: profile.clone(), keys });
        }
    }
    Ok(found)
}

/// The keys of a study; where its baseline was made of another data set, those of that as well, as `check` asks for them.
fn keys(project: &Project, file: &StudyFile, study: Study) -> BTreeSet<String> {
    let of_baseline = || {
        let manifest = Baseline::manifest(&project.results(), &file.name, &project.options.profile).ok()?;
        let own = study.data.as_ref().map_or("", |data| data.card.as_str());
        let choices = study::choices(&file.path, (&project.root, &project.options.profile)).ok()?;
        let other = choices.into_iter().find(|choice| choice.card == manifest.card && choice.card != own)?;
        project.load_one(file, Some(&other)).ok()
    };
    let other = of_baseline();
    let studies: Vec<Study> = other.into_iter().chain([study]).collect();
    Graph::new(&studies).nodes.into_iter().map(|node| node.key).collect()
}

/// What the last run of a study was made of that cannot be expanded now.
fn as_last_run(store: &Store, (study, profile): (&str, &str), faults: &[Fault]) -> Result<BTreeSet<String>, Failure> {
    let record = RunRecord::named(store, (study, profile))?;
    let keys: BTreeSet<String> = record.into_iter().flat_map(|record| record.steps).map(|step| step.key).collect();
    // one that never ran here has nothing in the store
    if let (false, Some(fault)) = (keys.is_empty(), faults.first()) {
        let why = fault.message.split(';').next().unwrap_or_default();
        note!("{study} ({profile}) cannot be read ({why}), so what its last run was made of stays");
    }
    Ok(keys)
}

/// The profiles of a study, and those that it has records or results of.
fn profiles(project: &Project, file: &StudyFile) -> Result<BTreeSet<String>, Failure> {
    let (_, own) = study::load_head(&file.path, &project.root)?;
    let records = names_in(&project.store.join("runs").join(&file.name));
    let results = names_in(&project.results().join(&file.name));
    let several = records.into_iter().chain(results).filter(|name| name.contains('+'));
    let mut all: BTreeSet<String> = own.own.into_iter().collect();
    for name in several {
        if study::has_profile(&file.path, (&project.root, &name))? {
            all.insert(study::profile_of(&file.path, (&project.root, &name))?);
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
