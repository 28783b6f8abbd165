//! `lofi check` and `lofi bless`: results against the committed baseline.

use super::gated;
use super::run::{code_of, execute, print_failures};
use crate::artifact::number;
use crate::baseline::{Baseline, BaselineError, Difference, compare};
use crate::cli::code::Code;
use crate::cli::fail::{Done, Failure};
use crate::cli::log::{digest_of, log};
use crate::cli::named::named;
use crate::cli::output::{self, note, say};
use crate::cli::project::Project;
use crate::cli::study_files::StudyFile;
use crate::engine::Gated;
use crate::study::{self, DataChoice, Study};
use serde_json::{Value as Json, json};

/// Most differences printed of one study.
const SHOWN: usize = 8;

/// Compares studies with their baselines.
pub(in crate::cli) fn check(project: &Project, patterns: &[String]) -> Result<Done, Failure> {
    let Read { studies, baselines, without, gated: cannot, spoilt } = read(project, patterns)?;
    if studies.is_empty() && spoilt.is_empty() {
        without.iter().for_each(|(name, profile)| note!("{name}: no baseline for profile {profile}"));
        let profile = &project.options.profile;
        return Err(Failure::mistake(format!("no study has a baseline for profile {profile}; `lofi bless` makes one")));
    }
    let done = execute(project, &studies)?;
    if !done.summary.failed.is_empty() {
        print_failures(project, &done.summary);
        return Err(Failure::Message(code_of(&done.summary.failed), "a step failed; nothing was compared".to_owned()));
    }
    let mut moved = without.len() + spoilt.len();
    let gates = gated::studies_of(&done.graph, &done.summary, studies.len());
    for (index, (study, old)) in studies.iter().zip(&baselines).enumerate() {
        if gates.contains(&index) {
            let own = |gated: &&Gated| gated.name.starts_with(&format!("{}:", study.head.study));
            let why = done.summary.gated.iter().find(own);
            let why = why.map_or("a step of another study is not run", |gated| gated.why.as_str());
            tell_gated((&study.head.study, &study.profile), why);
            continue;
        }
        let new = Baseline::of(study, (&done.graph, index), &done.store)?;
        let differences = compare(old, &new);
        tell((&study.head.study, &study.profile), &differences);
        moved += usize::from(!differences.is_empty());
    }
    spoilt.iter().for_each(|((name, profile), why)| tell_spoilt((name, profile), why));
    without.iter().for_each(|(name, profile)| tell_missing((name, profile)));
    cannot.iter().for_each(|((name, profile), why)| tell_gated((name, profile), why));
    let agree = studies.len() + without.len() + spoilt.len() - moved - gates.len();
    let gates = gates.len() + cannot.len();
    if !output::is_json() {
        let gated = if gates == 0 { String::new() } else { format!(", {gates} cannot be run here") };
        say!("check: {agree} studies agree with their baseline, {moved} do not{gated}");
    }
    let code = if moved == 0 { Code::Well } else { Code::Failed };
    let against = digests(project, &studies);
    log(project, &done.store, ("check", &studies), json!({"agree": agree, "moved": moved, "results": against}));
    Ok(Done::with(code, [("agree", json!(agree)), ("moved", json!(moved)), ("gated", json!(gates))]))
}

/// A study's name and its profile.
type Which = (String, String);

/// The studies that have a baseline, each with it, and those that have none to compare with.
#[derive(Default)]
struct Read {
    studies: Vec<Study>,
    baselines: Vec<Baseline>,
    without: Vec<Which>,
    /// Those that have none and that this machine cannot run, and why.
    gated: Vec<(Which, String)>,
    /// Those whose baseline is damaged, and how.
    spoilt: Vec<(Which, String)>,
}

fn read(project: &Project, patterns: &[String]) -> Result<Read, Failure> {
    let results = project.root.join("results");
    let mut all = Read::default();
    for file in project.files(patterns)? {
        let profile = project.profile_of(&file);
        match Baseline::read(&results, &file.name, &profile) {
            Ok(baseline) => {
                all.studies.push(pinned(project, &file, &baseline)?);
                all.baselines.push(baseline);
            }
            Err(BaselineError::Missing { .. }) if !named(patterns, &file) => match gate(project, &file) {
                // where no baseline can be made, none is lost
                Some(why) => all.gated.push(((file.name, profile), why)),
                None => all.without.push((file.name, profile)),
            },
            Err(damage @ BaselineError::Spoilt { .. }) => all.spoilt.push(((file.name, profile), damage.to_string())),
            Err(other) => return Err(other.into()),
        }
    }
    Ok(all)
}

/// Why this machine cannot run a step of a study, if it cannot.
fn gate(project: &Project, file: &StudyFile) -> Option<String> {
    project.load_one(file, None).ok()?.nodes.iter().find_map(|node| node.step.gate())
}

/// The study on the data set that its baseline was made of, whatever else this machine has; one that reads that card no
/// more takes its own.
pub(super) fn pinned(project: &Project, file: &StudyFile, baseline: &Baseline) -> Result<Study, Failure> {
    let manifest = &baseline.manifest;
    let choices = study::choices(&file.path, (&project.root, &project.options.profile))?;
    let same_task = |choice: &&DataChoice| choice.task.as_ref() == Some(&manifest.task);
    let of_card = || choices.iter().filter(|choice| choice.card == manifest.card);
    Ok(project.load_one(file, of_card().find(same_task).or_else(|| of_card().next()))?)
}

fn tell((name, profile): (&str, &str), differences: &[Difference]) {
    if output::is_json() {
        let cells: Vec<_> = differences
            .iter()
            .map(|d| json!({"table": d.table, "column": d.column, "row": d.row, "was": d.was, "is": d.is}))
            .collect();
        output::event(&json!({"event": "check", "study": name, "profile": profile, "differences": cells}));
        return;
    }
    if differences.is_empty() {
        say!("same   {name} ({profile})");
        return;
    }
    let count = differences.len();
    let values = if count == 1 { "1 difference".to_owned() } else { format!("{count} differences") };
    say!("moved  {name} ({profile}): {values} from its baseline, the worst first");
    differences.iter().take(SHOWN).for_each(|difference| say!("  {}", in_words(difference)));
    if count > SHOWN {
        say!("  … and {} more; `--json` lists all", count - SHOWN);
    }
    say!("  if the new values are right, accept them: lofi bless {name} --profile {profile}");
}

/// A study that this machine cannot run all of: there is nothing to compare, and nothing moved.
fn tell_gated((name, profile): (&str, &str), why: &str) {
    if output::is_json() {
        return output::event(&json!({"event": "check", "study": name, "profile": profile, "gated": why}));
    }
    say!("gated  {name} ({profile}): not compared, as this machine cannot run it: {why}");
}

/// What, where, was, is.
pub(super) fn in_words(difference: &Difference) -> String {
    let Difference { table, column, row, was, is, severity } = difference;
    let column = if column.is_empty() { String::new() } else { format!(".{column}") };
    let row = if row.is_empty() { String::new() } else { format!(" [{row}]") };
    let times = if severity.is_finite() {
        format!("{} × its tolerance", number::tenths(*severity))
    } else {
        "must be equal".to_owned()
    };
    format!("{table}{column}{row}: was {was}, is {is}  ({times})")
}

/// A study that has results and no baseline, while others have one: it is new, or its baseline was lost.
fn tell_missing((name, profile): (&str, &str)) {
    if output::is_json() {
        return tell_uncompared((name, profile), "no baseline");
    }
    say!("lost   {name} ({profile}): no baseline, though other studies have one");
    say!("  restore it, or if the study is new, accept its values: lofi bless {name} --profile {profile}");
}

/// A study whose baseline is no more what `bless` wrote.
fn tell_spoilt((name, profile): (&str, &str), why: &str) {
    if output::is_json() {
        return tell_uncompared((name, profile), why);
    }
    say!("spoilt {name} ({profile}): its baseline is damaged");
    say!("  {why}");
}

/// The event of a study that has nothing to be compared with: one difference, of all of it.
fn tell_uncompared((name, profile): (&str, &str), was: &str) {
    let whole = json!({"table": "", "column": "", "row": "", "was": was, "is": "a study of this profile"});
    output::event(&json!({"event": "check", "study": name, "profile": profile, "differences": [whole]}));
}

/// Hashes of the committed results of studies.
fn digests(project: &Project, studies: &[Study]) -> Json {
    let digest = |study: &Study| {
        let name = &study.head.study;
        (name.clone(), json!(digest_of(&Baseline::folder(&project.results(), name, &study.profile))))
    };
    Json::Object(studies.iter().map(digest).collect())
}

/// Accepts present results as baselines.
pub(in crate::cli) fn bless(project: &Project, patterns: &[String]) -> Result<Done, Failure> {
    if !project.options.set.is_empty() {
        return Err(Failure::mistake("a baseline is made without --set: it must be the study as committed"));
    }
    let studies = project.load(patterns)?;
    let done = execute(project, &studies)?;
    if !done.summary.failed.is_empty() {
        print_failures(project, &done.summary);
        return Err(Failure::Message(code_of(&done.summary.failed), "a step failed; nothing was blessed".to_owned()));
    }
    let gates = gated::studies_of(&done.graph, &done.summary, studies.len());
    for (index, study) in studies.iter().enumerate() {
        if gates.contains(&index) {
            note!("{}: not blessed, as this machine cannot run it; what is committed stays", study.head.study);
            continue;
        }
        let baseline = Baseline::of(study, (&done.graph, index), &done.store)?;
        let folder = baseline.write(&project.root.join("results"))?;
        if output::is_json() {
            output::event(
                &json!({"event": "blessed", "study": study.head.study, "folder": folder.display().to_string()}),
            );
        } else {
            say!("blessed {} in {}", study.head.study, folder.display());
        }
    }
    let results = digests(project, &studies);
    let blessed = studies.len() - gates.len();
    log(project, &done.store, ("bless", &studies), json!({"blessed": blessed, "results": results}));
    Ok(Done::with(Code::Well, [("blessed", json!(blessed))]))
}
