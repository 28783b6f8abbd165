//! What goes into a crate: the study's files, its data card, its tables and figures, and how to have them again.

use crate::baseline::Baseline;
use crate::cli::commands::report::{info, sources};
use crate::cli::fail::Failure;
use crate::cli::project::Project;
use crate::engine::{Entry, Graph, Store};
use crate::report::{ProjectInfo, Report};
use crate::study::Study;
use std::collections::BTreeSet;
use std::path::Path;

/// What a file is to the study.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The study itself.
    Workflow,
    /// What belongs to it: fragments, the card of its data, documentation.
    Beside,
    /// A table or figure that the run gave.
    Result,
}

/// A file of the crate.
#[derive(Debug, Clone)]
pub(super) struct CrateFile {
    pub path: String,
    pub name: String,
    pub part: Part,
    pub bytes: Vec<u8>,
}

impl CrateFile {
    /// The media type, by the ending.
    pub fn media(&self) -> &'static str {
        match self.path.rsplit('.').next() {
            Some("csv") => "text/csv",
            Some("svg") => "image/svg+xml",
            Some("json") => "application/json",
            Some("yaml" | "yml") => "application/yaml",
            Some("md") => "text/markdown",
            Some("bib") => "application/x-bibtex",
            _ => "application/octet-stream",
        }
    }
}

/// When and where the results were made.
#[derive(Debug, Clone, Default)]
pub(super) struct Run {
    /// Seconds since 1970.
    pub first_unix_s: u64,
    pub last_unix_s: u64,
    pub cost_s: f64,
    pub commits: BTreeSet<String>,
    pub machines: BTreeSet<String>,
}

/// All of it.
pub(super) struct Contents {
    pub files: Vec<CrateFile>,
    pub run: Run,
}

/// Collects what the crate of a study holds.
///
/// # Errors
/// Where a result is not in the store.
pub(super) fn contents(
    project: &Project,
    (study, graph, store): (&Study, &Graph, &Store),
) -> Result<Contents, Failure> {
    let mut files = vec![read(project, (&study.file, &study.head.title, Part::Workflow))?];
    let places: BTreeSet<&str> = study.nodes.iter().filter_map(|node| node.place.split(':').next()).collect();
    for path in places.into_iter().filter(|path| *path != study.file) {
        files.push(read(project, (path, "a part that the study shares with others", Part::Beside))?);
    }
    if let Some(data) = &study.data {
        let path = format!("datasets/{}.yaml", data.card);
        files.extend(read(project, (&path, &format!("Card of the data set: {}", data.title), Part::Beside)).ok());
    }
    files.extend(read(project, ("docs/references.bib", "Works that the study and its steps cite", Part::Beside)).ok());
    files.extend(results((study, graph, store))?);
    files.extend(figures(project, (study, graph, store))?);
    let run = run((graph, store))?;
    let text = readme(study);
    files.push(CrateFile {
        path: "README.md".to_owned(),
        name: "How to have the results again".to_owned(),
        part: Part::Beside,
        bytes: text.into_bytes(),
    });
    Ok(Contents { files, run })
}

fn read(project: &Project, (path, name, part): (&str, &str, Part)) -> Result<CrateFile, Failure> {
    let file = project.root.join(path);
    let bytes = std::fs::read(&file).map_err(|e| Failure::file(format!("cannot read {}: {e}", file.display())))?;
    Ok(CrateFile { path: path.to_owned(), name: name.to_owned(), part, bytes })
}

/// Tables and verdicts as `bless` writes them.
fn results((study, graph, store): (&Study, &Graph, &Store)) -> Result<Vec<CrateFile>, Failure> {
    let folder = tempfile::tempdir().map_err(|e| Failure::file(format!("cannot make a folder: {e}")))?;
    let written = Baseline::of(study, (graph, 0), store)?.write(folder.path())?;
    let mut files = Vec::new();
    let entries = std::fs::read_dir(&written).map_err(|e| Failure::file(e.to_string()))?;
    for path in entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let title = match name.strip_suffix(".csv") {
            Some(table) => format!("Table {table}"),
            None => "Verdicts of the claims, and what the tables are".to_owned(),
        };
        let bytes = std::fs::read(&path).map_err(|e| Failure::file(e.to_string()))?;
        files.push(CrateFile { path: inside(folder.path(), &path, "results"), name: title, part: Part::Result, bytes });
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn inside(folder: &Path, path: &Path, below: &str) -> String {
    format!("{below}/{}", path.strip_prefix(folder).unwrap_or(path).display())
}

fn figures(project: &Project, (study, graph, store): (&Study, &Graph, &Store)) -> Result<Vec<CrateFile>, Failure> {
    let studies = std::slice::from_ref(study);
    let info = ProjectInfo { sources: sources(project, studies)?, ..info(project)? };
    let report = Report::build(studies, graph, store, &info)?;
    let page = report.studies.iter().flat_map(|page| &page.figures);
    let figure = |figure: &crate::report::FigureReport| CrateFile {
        path: format!("figures/{}.svg", figure.name),
        name: format!("Figure {}: {}", figure.name, figure.alt),
        part: Part::Result,
        bytes: format!("{}\n", figure.svg).into_bytes(),
    };
    Ok(page.map(figure).collect())
}

fn run((graph, store): (&Graph, &Store)) -> Result<Run, Failure> {
    let mut run = Run { first_unix_s: u64::MAX, ..Run::default() };
    for node in &graph.nodes {
        let Some(Entry { finished_unix_s, elapsed_s, origin, .. }) = store.entry(&node.key).ok().flatten() else {
            continue;
        };
        run.first_unix_s = run.first_unix_s.min(finished_unix_s);
        run.last_unix_s = run.last_unix_s.max(finished_unix_s);
        run.cost_s += elapsed_s;
        if let Some(origin) = origin {
            run.machines.insert(format!(
                "{}, {} cores, {}",
                origin.machine.processor, origin.machine.cores, origin.machine.system
            ));
            run.commits.extend(Some(origin.commit).filter(|commit| !commit.is_empty()));
        }
    }
    if run.last_unix_s == 0 {
        return Err(Failure::file("nothing of this study is in the store; `lofi run` computes it"));
    }
    Ok(run)
}

fn readme(study: &Study) -> String {
    let (name, profile) = (&study.head.study, &study.profile);
    let set = study.settings_in_words();
    format!(
        "# {}\n\n{}\n\n`{}` describes what is computed, `results/` holds its tables and verdicts, `figures/` what is drawn \
         from them. With `lofi` in a folder with these files:\n\n```sh\nlofi run {name} --profile {profile}{set}\nlofi check \
         {name} --profile {profile}\n```\n",
        study.head.title, study.head.question, study.file
    )
}
