//! `lofi check` and `lofi bless`: results against the committed baseline.

use super::fail::{Code, Done, Failure};
use super::named::named;
use super::output::{self, note, say};
use super::project::{Project, StudyFile};
use super::run::{code_of, execute, print_failures};
use crate::baseline::{Baseline, BaselineError, Difference, compare};
use crate::study::{DataChoice, Study};
use serde_json::json;

/// Most differences printed of one study.
const SHOWN: usize = 8;

/// Compares studies with their baselines.
pub(super) fn check(project: &Project, patterns: &[String]) -> Result<Done, Failure> {
    let results = project.root.join("results");
    let profile = &project.options.profile;
    let mut studies = Vec::new();
    let mut baselines = Vec::new();
    for file in project.files(patterns)? {
        match Baseline::read(&results, &file.name, profile) {
            Ok(baseline) => {
                studies.push(pinned(project, &file, &baseline)?);
                baselines.push(baseline);
            }
            Err(BaselineError::Missing { .. }) if !named(patterns, &file) => {
                note!("{}: no baseline for profile {profile}", file.name);
            }
            Err(other) => return Err(other.into()),
        }
    }
    if studies.is_empty() {
        return Err(Failure::mistake(format!("no study has a baseline for profile {profile}; `lofi bless` makes one")));
    }
    let done = execute(project, &studies)?;
    if !done.summary.failed.is_empty() {
        print_failures(project, &done.summary);
        return Err(Failure::Message(code_of(&done.summary.failed), "a step failed; nothing was compared".to_owned()));
    }
    let mut moved = 0;
    for (index, (study, old)) in studies.iter().zip(&baselines).enumerate() {
        let new = Baseline::of(study, (&done.graph, index), &done.store)?;
        let differences = compare(old, &new);
        tell(project, study, &differences);
        moved += usize::from(!differences.is_empty());
    }
    let agree = studies.len() - moved;
    if !output::is_json() {
        say!("check: {agree} studies agree with their baseline, {moved} do not");
    }
    let code = if moved == 0 { Code::Well } else { Code::Failed };
    Ok(Done::with(code, [("agree", json!(agree)), ("moved", json!(moved))]))
}

/// The study on the data set that its baseline was made of, whatever else this machine has.
fn pinned(project: &Project, file: &StudyFile, baseline: &Baseline) -> Result<Study, Failure> {
    let manifest = &baseline.manifest;
    let choice = DataChoice { card: manifest.card.clone(), task: Some(manifest.task.clone()) };
    let pin = (!manifest.card.is_empty()).then_some(&choice);
    Ok(project.load_one(file, pin)?)
}

fn tell(project: &Project, study: &Study, differences: &[Difference]) {
    let (name, profile) = (&study.head.study, &study.profile);
    if project.options.json {
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
    say!("moved  {name} ({profile}): {} values beyond their tolerance, the worst first", differences.len());
    for d in differences.iter().take(SHOWN) {
        let times = if d.severity.is_finite() {
            format!("{} × its tolerance", Rounded(d.severity))
        } else {
            "must be equal".to_owned()
        };
        say!("  {}.{} [{}]: was {}, is {}  ({times})", d.table, d.column, d.row, d.was, d.is);
    }
    say!("  if the new values are right: lofi bless {name} --profile {profile}");
}

/// A number with three digits.
struct Rounded(f64);

impl std::fmt::Display for Rounded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0 < 1000.0 { write!(f, "{:.1}", self.0) } else { write!(f, "{:.1e}", self.0) }
    }
}

/// Accepts present results as baselines.
pub(super) fn bless(project: &Project, patterns: &[String]) -> Result<Done, Failure> {
    if !project.options.set.is_empty() {
        return Err(Failure::mistake("a baseline is made without --set: it must be the study as committed"));
    }
    let studies = project.load(patterns)?;
    let done = execute(project, &studies)?;
    if !done.summary.failed.is_empty() {
        print_failures(project, &done.summary);
        return Err(Failure::Message(code_of(&done.summary.failed), "a step failed; nothing was blessed".to_owned()));
    }
    for (index, study) in studies.iter().enumerate() {
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
    Ok(Done::with(Code::Well, [("blessed", json!(studies.len()))]))
}
