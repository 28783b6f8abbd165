//! `lofi fmt`: studies and cards in one form.

use super::tidy;
use crate::cli::code::Code;
use crate::cli::fail::{Done, Failure};
use crate::cli::options::Options;
use crate::cli::output::{self, say};
use crate::cli::place::Place;
use crate::report::replace_file;
use crate::yaml::{self, Fault, documents};
use serde_json::json;
use similar::TextDiff;
use std::path::{Path, PathBuf};

/// What is formatted.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Fmt {
    /// Files of YAML. Default: all studies, fragments and cards of the project.
    files: Vec<PathBuf>,
    /// Only shows what would change; exits with 1 where something would.
    #[arg(long)]
    check: bool,
}

/// Formats files, or shows what would change.
pub(in crate::cli) fn fmt(options: &Options, wanted: &Fmt) -> Result<Done, Failure> {
    let files = if wanted.files.is_empty() { of_project(options)? } else { wanted.files.clone() };
    let (mut changed, mut faults) = (0, Vec::new());
    for file in &files {
        match one(file, wanted.check) {
            Ok(true) => changed += 1,
            Ok(false) => {}
            Err(Failure::Faults(more)) => faults.extend(more),
            Err(failure) => return Err(failure),
        }
    }
    if !faults.is_empty() {
        return Err(Failure::Faults(faults));
    }
    let word = if wanted.check { "would change" } else { "changed" };
    if !options.quiet && !output::is_json() {
        say!("{} files, {changed} {word}", files.len());
    }
    let code = if wanted.check && changed > 0 { Code::Failed } else { Code::Well };
    Ok(Done::with(code, [("files", json!(files.len())), ("changed", json!(changed))]))
}

/// Studies with their fragments, and cards.
fn of_project(options: &Options) -> Result<Vec<PathBuf>, Failure> {
    let place = Place::with_studies(options)?;
    let mut files = Vec::new();
    for folder in [place.studies, place.root.join("datasets")].iter().filter(|folder| folder.is_dir()) {
        let walked = documents(folder, &|_| true).map_err(|e| Failure::file(e.to_string()))?;
        files.extend(walked.files.into_iter().map(|file| file.path));
    }
    Ok(files)
}

/// Whether a file changed, or would.
fn one(file: &Path, check: bool) -> Result<bool, Failure> {
    let name = file.strip_prefix(".").unwrap_or(file).display().to_string();
    let source = yaml::read(file, &name).map_err(|fault: Fault| vec![fault])?;
    let text = tidy::tidy(&source)?;
    if *text == *source.text {
        return Ok(false);
    }
    if check {
        let diff = TextDiff::from_lines(&*source.text, &text);
        output::text(&diff.unified_diff().header(&name, &format!("{name} (formatted)")).to_string());
    } else {
        replace_file(file, text.as_bytes()).map_err(|e| Failure::file(e.to_string()))?;
        say!("{name}");
    }
    Ok(true)
}
