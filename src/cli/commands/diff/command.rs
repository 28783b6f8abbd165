//! The command.

use super::against_published::against_published;
use super::beside::beside;
use super::side::Side;
use crate::cli::code::Code;
use crate::cli::fail::{Done, Failure};
use crate::cli::options::Options;
use crate::cli::output::{self, say};
use crate::cli::project::Project;
use crate::report::{Comparison, ComparisonForm, StudyComparison};
use serde_json::json;
use std::path::Path;

/// Most lines of a kind that are printed of one study.
const SHOWN: usize = 8;

/// How a comparison is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(in crate::cli) enum Form {
    /// Lines for a terminal.
    Text,
    /// Markdown.
    Markdown,
    /// A page of HTML.
    Html,
}

/// A folder without the dot that stands for here.
fn shown(folder: &Path) -> String {
    folder.strip_prefix(".").unwrap_or(folder).display().to_string()
}

/// Compares two sides; exit code 1 where they differ.
///
/// The second one is the folder of committed results where none is named.
pub(in crate::cli) fn diff(options: &Options, (old, new): (&str, Option<&str>), form: Form) -> Result<Done, Failure> {
    if !options.set.is_empty() {
        return Err(Failure::mistake("results are compared without --set: those of the studies as written"));
    }
    let committed = || Project::open(options).map(|project| shown(&project.results()));
    let new = &new.map_or_else(committed, |new| Ok(new.to_owned()))?;
    let sides = (Side::of(options, old)?, Side::of(options, new)?);
    let (studies, same) = match sides {
        (Side::Results(a), Side::Results(b)) => beside(&a, &b),
        (Side::Published, Side::Results(ours)) => against_published(&ours),
        (_, Side::Published) => {
            return Err(Failure::mistake("what was published is the first side: lofi diff published results"));
        }
    };
    let comparison = Comparison { old: old.to_owned(), new: new.clone(), studies, same };
    let fault = |e: crate::report::ReportError| Failure::file(e.to_string());
    match form {
        Form::Markdown => output::text(&comparison.render(ComparisonForm::Markdown).map_err(fault)?),
        Form::Html => output::text(&comparison.render(ComparisonForm::Html).map_err(fault)?),
        Form::Text => print(&comparison),
    }
    let code = if comparison.studies.is_empty() { Code::Well } else { Code::Failed };
    Ok(Done::with(code, [("differ", json!(comparison.studies.len())), ("same", json!(same))]))
}

fn print(comparison: &Comparison) {
    for study in &comparison.studies {
        if output::is_json() {
            output::event(&json!({"event": "diff", "study": study}));
        } else {
            print_study(study);
        }
    }
    if !output::is_json() {
        say!("{}", comparison.sum());
    }
}

fn print_study(study: &StudyComparison) {
    say!("{}", study.name);
    for verdict in &study.verdicts {
        let why = if verdict.why.is_empty() { String::new() } else { format!(" ({})", verdict.why) };
        say!("  verdict  {}: {} → {}{why}", verdict.claim, verdict.old, verdict.new);
    }
    for moved in study.moved.iter().take(SHOWN) {
        let place = if moved.place.is_empty() { String::new() } else { format!(" at {}", moved.place) };
        say!(
            "  moved    {}.{}: {}, {} → {}{place} ({} rows)",
            moved.table,
            moved.column,
            moved.far,
            moved.old,
            moved.new,
            moved.rows
        );
    }
    more(study.moved.len(), "columns");
    study.others.iter().take(SHOWN).for_each(|other| say!("  other    {other}"));
    more(study.others.len(), "lines");
    if !study.cost.is_empty() {
        say!("  cost     {}", study.cost);
    }
}

fn more(count: usize, what: &str) {
    if count > SHOWN {
        say!("  … and {} more {what}; `--format markdown` lists all", count - SHOWN);
    }
}
