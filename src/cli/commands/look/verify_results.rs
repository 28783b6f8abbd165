//! `lofi verify-results`: computes committed rows anew, from nothing, and sets them beside what is committed.
//!
//! The sweep of the study is cut down to the place of the row, as `--set` would; what a row does not depend on is not
//! computed. Where a table cannot be had of a part of its sweep, the whole of it is computed.

use super::candidates::{Candidate, Committed, drawn, rows_of};
use crate::artifact::{Cell, number};
use crate::baseline::{Baseline, Difference, compare};
use crate::cli::code::Code;
use crate::cli::commands::baseline::{in_words, pinned};
use crate::cli::fail::{Done, Failure};
use crate::cli::options::Options;
use crate::cli::output::{self, note, say};
use crate::cli::project::Project;
use crate::cli::terminal;
use crate::engine::{Executor, Graph, Store};
use crate::study::{OutputKind, Study};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Kinds of tables that make each row of the rows of its own place.
const ROW_BY_ROW: [&str; 5] = ["stack", "filter", "choose", "difference", "aggregate"];

/// How rows are drawn.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Sample {
    /// Studies. Default: all that have committed results.
    studies: Vec<String>,
    /// How many rows are computed anew.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    sample: u32,
    /// Seed of the draw; another one draws others.
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
    /// Draws costly rows more often, in proportion to the work in them; without it all alike.
    #[arg(long)]
    by_cost: bool,
    /// Only says which rows are drawn and what they cost.
    #[arg(long)]
    dry_run: bool,
}

/// Draws, computes and compares.
pub(super) fn verify_results(project: &Project, sample: &Sample) -> Result<Done, Failure> {
    if !project.options.set.is_empty() {
        return Err(Failure::mistake("committed results are those of the studies as written: leave --set"));
    }
    let mut committed = Vec::new();
    for file in project.files(&sample.studies)? {
        committed.extend(Committed::read(project, file)?);
    }
    let all: Vec<Candidate> = committed.iter().enumerate().flat_map(|(at, one)| one.candidates(at)).collect();
    if all.is_empty() {
        let profile = &project.options.profile;
        return Err(Failure::mistake(format!(
            "no study has committed rows of the profile {profile}; `lofi bless` makes them"
        )));
    }
    let count = all.len();
    let drawn = drawn(all, (sample.sample as usize, sample.by_cost), sample.seed);
    let cost_s: f64 = drawn.iter().map(|candidate| candidate.cost_s).sum();
    if !output::is_json() {
        say!("{} of {count} committed rows, {} of computing on one core, roughly", drawn.len(), number::about(cost_s));
    }
    let mut differing = 0;
    for candidate in &drawn {
        let of = &committed[candidate.study];
        let found = if sample.dry_run { None } else { Some(differences(project, of, candidate)?) };
        tell(of, candidate, found.as_deref());
        differing += usize::from(found.is_some_and(|found| !found.is_empty()));
    }
    if !sample.dry_run && !output::is_json() {
        say!("verify-results: {} rows agree with what is committed, {differing} do not", drawn.len() - differing);
    }
    let code = if differing == 0 { Code::Well } else { Code::Failed };
    let more = [("rows", json!(drawn.len())), ("differing", json!(differing)), ("cost_s", json!(cost_s))];
    Ok(Done::with(code, more))
}

fn tell(of: &Committed, candidate: &Candidate, found: Option<&[Difference]>) {
    let keys: Vec<String> = candidate
        .keys
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let (study, place) = (&of.file.name, keys.join(" "));
    if output::is_json() {
        let cell = |d: &Difference| json!({"column": d.column, "was": d.was, "is": d.is});
        let differences = found.map(|found| found.iter().map(cell).collect::<Vec<_>>());
        output::event(&json!({
            "event": "verified-row", "study": study, "table": candidate.table, "row": place, "cost_s": candidate.cost_s,
            "differences": differences,
        }));
        return;
    }
    let word = match found {
        None => "drawn ",
        Some([]) => "same  ",
        Some(_) => "differs",
    };
    say!("{word} {study}: {} [{place}]  ({})", candidate.table, number::about(candidate.cost_s));
    found.into_iter().flatten().for_each(|difference| say!("  {}", in_words(difference)));
}

/// In what a row that is computed anew differs from the committed one.
fn differences(project: &Project, of: &Committed, candidate: &Candidate) -> Result<Vec<Difference>, Failure> {
    let old = of.baseline.tables.get(&candidate.table).map(|sheet| rows_of(sheet, &candidate.keys)).unwrap_or_default();
    let alone = cut_down(project, of, candidate)?;
    let mut new = None;
    for study in alone.into_iter().chain([of.study.clone()]) {
        let fresh = computed(project, study, &candidate.output)?;
        let rows = fresh.tables.get(&candidate.table).map(|sheet| rows_of(sheet, &candidate.keys)).unwrap_or_default();
        if rows.height() == old.height() {
            new = Some((fresh, rows));
            break;
        }
        // of a part of its sweep this table has no such row
        new.get_or_insert((fresh, rows));
    }
    let Some((fresh, rows)) = new else { return Ok(Vec::new()) };
    let of_row = |sheet, manifest: &crate::baseline::Manifest| {
        let mut manifest = manifest.clone();
        manifest.claims.clear();
        manifest.tables = vec![candidate.table.clone()];
        let tables = BTreeMap::from([(candidate.table.clone(), sheet)]);
        Baseline { manifest, tables, unlisted: Vec::new() }
    };
    Ok(compare(&of_row(old, &fresh.manifest), &of_row(rows, &fresh.manifest)))
}

/// The study with its sweep cut down to the place of a row, where the row depends on no other.
fn cut_down(project: &Project, of: &Committed, candidate: &Candidate) -> Result<Option<Study>, Failure> {
    let output = of.study.outputs.iter().find(|o| o.kind == OutputKind::Rows && o.name == candidate.output);
    let Some(output) = output else { return Ok(None) };
    let mut open = vec![output.wire.node];
    while let Some(node) = open.pop() {
        let node = &of.study.nodes[node];
        if node.cell.is_empty() && node.kind.about().family == crate::step::Family::Analysis {
            if !ROW_BY_ROW.contains(&node.kind.name()) {
                return Ok(None);
            }
            if node.kind.name() != ROW_BY_ROW[0] {
                open.extend(node.inputs.iter().flat_map(|(_, wires)| wires.iter().map(|wire| wire.node)));
            }
        }
    }
    let mut set = Vec::new();
    for (axis, value) in candidate.keys.iter().filter(|(axis, _)| of.study.sweep.axes.contains(axis)) {
        let own = || {
            of.study.nodes.iter().flat_map(|node| &node.cell).filter(|(name, _)| name == axis).map(|(_, value)| value)
        };
        // the row does not depend on an axis of which it has no value
        let value = if value.is_null() { own().next().cloned() } else { Some(value.clone()) };
        let Some(value) = value.filter(|value| own().any(|known| known.means(value))) else { return Ok(None) };
        set.push((axis.clone(), written(&value)));
    }
    let options = Options { set, ..project.options.clone() };
    let project = Project::open(&options)?;
    // A sweep may allow no such part of itself.
    Ok(pinned(&project, &of.file, &of.baseline).ok())
}

/// A value as the only one of an axis, in YAML.
fn written(value: &Cell) -> String {
    serde_json::to_value(value).map_or_else(|_| format!("[{value}]"), |value| format!("[{value}]"))
}

/// The results of one table of a study, computed in a store of their own.
fn computed(project: &Project, mut study: Study, output: &str) -> Result<Baseline, Failure> {
    study.outputs.retain(|known| known.kind == OutputKind::Rows && known.name == output);
    let folder = tempfile::tempdir().map_err(|e| Failure::file(format!("cannot make a folder for a store: {e}")))?;
    let executor = Executor { store: Arc::new(Store::open(folder.path())?), ..project.executor()? };
    let graph = Arc::new(Graph::new(std::slice::from_ref(&study)));
    let mut sink = terminal::sink(true, false);
    let summary = executor.run(&graph, &[], sink.as_mut())?;
    if let Some(failed) = summary.failed.first() {
        note!("FAILED {}\nat {}\n{}", failed.name, failed.place, failed.error);
        return Err(Failure::Message(Code::Failed, "a step failed; nothing was compared".to_owned()));
    }
    Ok(Baseline::of(&study, (&graph, 0), &executor.store)?)
}
