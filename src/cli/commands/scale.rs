//! At what scale studies were run, and what the profiles that were not would take: what a report is told of it.

use super::study_plan::StudyPlan;
use crate::cli::core_speed::FLOPS_PER_CORE_S;
use crate::cli::project::Project;
use crate::cli::study_files::StudyFile;
use crate::engine::{Graph, Machine, plan_anew};
use crate::report::{Needs, Outlook, Scales, StudyScales, variants_in};
use crate::study::{DEFAULT_PROFILE, OutputKind, ProfileSettings, Study, profile_settings};
use crate::yaml::{Cause, Fault};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The profile that has a paper's own settings.
const PAPER: &str = "paper";
/// What is said where a fault has no words for people.
const MISTAKE: &str = "its file has a mistake";

/// Profiles with a page, by study; whether such a page lacks nothing.
type Variants = BTreeMap<String, BTreeMap<String, bool>>;

/// What a report of studies is told that goes into a folder: of these and of all others with a page there. What cannot be
/// read or planned says why.
///
/// Each profile that lacks a page is expanded and planned once, as for a store that holds nothing.
pub(super) fn scales(project: &Project, (studies, files): (&[Study], &[StudyFile]), folder: &Path) -> Scales {
    let variants = variants(studies, folder);
    let files: Vec<&StudyFile> = files.iter().filter(|file| variants.contains_key(&file.name)).collect();
    let written = |file: &&StudyFile| written(project, file, (studies, &variants[&file.name]));
    let mut told: Vec<StudyScales> = files.par_iter().map(written).collect();
    let asked: Vec<(usize, String)> = told.iter().enumerate().flat_map(|(at, told)| to_plan(at, told)).collect();
    let load = |(at, profile): &(usize, String)| project.load_for(files[*at], profile);
    let (outlooks, step_s) = planned(asked.par_iter().map(load).collect());
    for ((at, profile), outlook) in asked.into_iter().zip(outlooks) {
        told[at].outlooks.insert(profile, outlook);
    }
    let studies = files.iter().map(|file| file.name.clone()).zip(told).collect();
    let Machine { cores, memory_bytes, .. } = Machine::this();
    Scales { cores, memory_bytes, step_s, studies }
}

fn variants(studies: &[Study], folder: &Path) -> Variants {
    let mut variants = Variants::new();
    for ((study, profile), is_whole) in variants_in(folder) {
        variants.entry(study).or_default().insert(profile, is_whole);
    }
    for study in studies {
        let own = variants.entry(study.head.study.clone()).or_default();
        if study.settings.is_empty() {
            own.entry(study.profile.clone()).or_insert(false);
        }
    }
    variants
}

/// The profiles of a study as its file has them. Those to be planned are still unknown: the paper's, and those that show
/// what the profile at hand cannot, where no page has their settings.
fn written(project: &Project, file: &StudyFile, (studies, pages): (&[Study], &BTreeMap<String, bool>)) -> StudyScales {
    let own = studies.iter().filter(|study| study.head.study == file.name);
    let claims = own.flat_map(|study| &study.outputs).filter(|output| !output.shown_by.is_empty());
    let shown_by: BTreeMap<String, Vec<String>> =
        claims.map(|claim| (claim.name.clone(), claim.shown_by.clone())).collect();
    let wanted: BTreeSet<String> = shown_by.values().flatten().cloned().chain([PAPER.to_owned()]).collect();
    let all: BTreeSet<String> =
        pages.keys().cloned().chain([DEFAULT_PROFILE.to_owned()]).chain(wanted.clone()).collect();
    let all: Vec<String> = all.into_iter().collect();
    let (settings, fault) = match profile_settings(&file.path, (&project.root, &all)) {
        Ok(settings) => (settings, false),
        Err(_) => (BTreeMap::new(), true),
    };
    // one whose settings another profile has was run with that, but for a claim that asks for the profile itself
    let is_run = |profile: &String| {
        let has_page = |other: &String| pages.get(other) == Some(&true);
        let same = |(other, own): (&String, &ProfileSettings)| has_page(other) && settings.get(profile) == Some(own);
        has_page(profile) || !shown_by.values().flatten().any(|name| name == profile) && settings.iter().any(same)
    };
    let outlook = |profile: &String| match is_run(profile) {
        true => Outlook::Run,
        false => Outlook::Unknown(if fault { MISTAKE.to_owned() } else { String::new() }),
    };
    let known = wanted.iter().filter(|profile| fault || settings.contains_key(*profile));
    let outlooks = known.map(|profile| (profile.clone(), outlook(profile))).collect();
    let added = |profile: &String| Some((profile.clone(), added_seeds(project, &file.name, profile)?));
    let added_seeds = settings.keys().filter_map(added).collect();
    StudyScales { settings, added_seeds, outlooks, shown_by }
}

/// The profiles whose outlook nobody knows yet.
fn to_plan(at: usize, told: &StudyScales) -> Vec<(usize, String)> {
    let unknown = |outlook: &Outlook| matches!(outlook, Outlook::Unknown(why) if why.is_empty());
    told.outlooks.iter().filter(|(_, outlook)| unknown(outlook)).map(|(profile, _)| (at, profile.clone())).collect()
}

/// How many seeds were added for claims of a study; nothing where there are none.
fn added_seeds(project: &Project, study: &str, profile: &str) -> Option<u64> {
    let record = project.record_for(study, profile).ok().flatten()?;
    let mut ranges: Vec<(u64, u64)> = record.added().iter().map(|added| (added.from, added.to)).collect();
    ranges.sort_unstable();
    let (count, _) = ranges.into_iter().fold((0, 0), |(count, end), (from, to)| {
        let from = from.max(end);
        (count + to.saturating_sub(from), end.max(to))
    });
    (count > 0).then_some(count)
}

/// What each of some studies takes, and what each step that they have takes in seconds of one core.
fn planned(loaded: Vec<Result<Study, Vec<Fault>>>) -> (Vec<Outlook>, Vec<f64>) {
    let mut studies = Vec::new();
    let mut why = Vec::new();
    for one in loaded {
        match one {
            Ok(study) => {
                studies.push(study);
                why.push(None);
            }
            Err(faults) => why.push(Some(reason(&faults))),
        }
    }
    let graph = Graph::new(&studies);
    let plan = plan_anew(&graph);
    let mut needs = studies.iter().enumerate().map(|(index, study)| {
        let StudyPlan { runs, largest_bytes, .. } = StudyPlan::of(study, (&graph, index), &plan);
        let claims = study.outputs.iter().filter(|output| output.kind == OutputKind::Claim);
        let claims = claims.filter(|claim| claim.is_shown_in(&study.profile)).map(|claim| claim.name.clone()).collect();
        let data = study.data.as_ref().map_or_else(String::new, |data| data.title.clone());
        Outlook::Takes(Needs { steps: runs, largest_bytes, data, claims })
    });
    let outlooks = why.into_iter().filter_map(|why| why.map(Outlook::Unknown).or_else(|| needs.next())).collect();
    (outlooks, graph.nodes.iter().map(|node| node.plan.flops / FLOPS_PER_CORE_S).collect())
}

/// Why a study cannot be expanded, without paths of this machine.
fn reason(faults: &[Fault]) -> String {
    let Some(fault) = faults.first() else { return MISTAKE.to_owned() };
    match fault.cause {
        Cause::Missing | Cause::Mistake => fault.message.split(';').next().unwrap_or(MISTAKE).trim().to_owned(),
        Cause::File | Cause::Damaged => "its data set cannot be read".to_owned(),
    }
}
