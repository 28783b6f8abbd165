//! `lofi report`: pages from stored results.

use crate::cli::code::Code;
use crate::cli::fail::{Done, Failure};
use crate::cli::output::{self, say};
use crate::cli::project::Project;
use crate::cli::study_files::discover;
use crate::engine::{Graph, Store};
use crate::report::{Bibliography, ProjectInfo, Report, Written, pages_in};
use crate::study::Study;
use crate::yaml;
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};

/// Writes the report of stored results; runs nothing.
pub(in crate::cli) fn report(project: &Project, patterns: &[String], to: Option<PathBuf>) -> Result<Done, Failure> {
    let studies = project.load(patterns)?;
    let store = project.open_store()?;
    let graph = Graph::new(&studies);
    write(project, (&studies, &graph, &store), (to, &[]))?;
    Ok(Done::with(Code::Well, [("studies", json!(studies.len()))]))
}

type Results<'a> = (&'a [Study], &'a Graph, &'a Store);

/// Writes pages; says where. `failures` are the names and errors of steps that failed just now.
pub(in crate::cli) fn write(
    project: &Project,
    (studies, graph, store): Results<'_>,
    (to, failures): (Option<PathBuf>, &[(String, String)]),
) -> Result<(), Failure> {
    let pages_there = to.as_deref().map(pages_in);
    let folder = to.unwrap_or_else(|| project.root.join("reports"));
    let info = ProjectInfo {
        title: "Reproduced studies".to_owned(),
        references: bibliography(&project.root)?,
        data_citations: project.library.cards().map(|card| (card.name.clone(), card.citation.clone())).collect(),
        failures: failures.to_vec(),
        left_out: Vec::new(),
        pages_there,
    };
    let report = Report::build(studies, graph, store, &info)?;
    // Pages of studies that this profile leaves out stay: they are not gone.
    let names: Vec<String> = discover(&project.studies)?.into_iter().map(|file| file.name).collect();
    let written = report.write(&folder, &names).map_err(|e| Failure::file(e.to_string()))?;
    if output::is_json() {
        let paths = |paths: &[PathBuf]| paths.iter().map(|path| path.display().to_string()).collect::<Json>();
        let (page, changed, removed) = (folder.join("index.html"), paths(&written.changed), paths(&written.removed));
        let page = page.display().to_string();
        output::event(&json!({"event": "report", "page": page, "changed": changed, "removed": removed}));
    } else if !project.options.quiet {
        tell(&folder, &written);
    }
    Ok(())
}

/// The works that kinds and shipped data cards cite.
const SHIPPED: &str = include_str!("../../../docs/references.bib");

/// The project's bibliography over the shipped one, so that a project need only list what it adds.
fn bibliography(root: &Path) -> Result<Bibliography, Failure> {
    let path = root.join("docs/references.bib");
    let read = |name: &str, text: &str| Bibliography::parse(text).map_err(|e| Failure::mistake(format!("{name}: {e}")));
    let name = path.display().to_string();
    let own = match path.exists() {
        true => yaml::read(&path, &name).map_err(|fault| vec![fault])?.text,
        false => "".into(),
    };
    Ok(read(&name, &own)?.over(read("the shipped bibliography", SHIPPED)?))
}

/// The keys of the project's bibliography; none where it cannot be read.
pub(in crate::cli) fn works(root: &Path) -> Vec<String> {
    bibliography(root).map_or_else(|_| Vec::new(), |works| works.keys().map(str::to_owned).collect())
}

fn tell(folder: &Path, written: &Written) {
    let page = folder.strip_prefix(".").unwrap_or(folder).join("index.html");
    match written.changed.len() + written.removed.len() {
        0 => say!("the report is up to date: {}", page.display()),
        count => say!("report: {} ({count} files changed)", page.display()),
    }
}
