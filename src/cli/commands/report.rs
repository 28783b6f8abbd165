//! `lofi report`: pages from stored results.
use super::changes::changes;
use super::scale::scales;
use crate::artifact::Table;
use crate::baseline::moved_from;
use crate::cli::bibliography::bibliography;
use crate::cli::code::Code;
use crate::cli::fail::{Done, Failure};
use crate::cli::output::{self, note, say};
use crate::cli::project::Project;
use crate::cli::study_files::discover;
use crate::engine::{Graph, Store};
use crate::report::{AcceptedTables, Export, ProjectInfo, Report, Written, pages_in, replace_file, whole_in};
use crate::study::{DEFAULT_PROFILE, OutputKind, Study};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The folder of the reports that readers see.
pub(super) const REPORTS: &str = "reports";

/// Writes the report of stored results; runs nothing.
pub(in crate::cli) fn report(
    project: &Project,
    patterns: &[String],
    (to, exports): (Option<PathBuf>, &[Exported]),
) -> Result<Done, Failure> {
    let studies = project.load(patterns)?;
    let store = project.open_store()?;
    let graph = Graph::new(&studies);
    store.announce(graph.nodes.iter().map(|node| node.key.as_str()))?;
    super::store::take_over(project, (&studies, &graph, &store), &[])?;
    let report = write(project, (&studies, &graph, &store), (to, &[]))?;
    for Exported { form, file } in exports {
        let text = report.export(*form).map_err(|e| Failure::file(e.to_string()))?;
        if file.as_os_str() == "-" {
            output::text(&text);
        } else {
            replace_file(file, text.as_bytes()).map_err(|e| Failure::file(e.to_string()))?;
        }
    }
    Ok(Done::with(Code::Well, [("studies", json!(studies.len()))]))
}

/// A form of the report, and where it goes.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Exported {
    form: Export,
    file: PathBuf,
}

impl Exported {
    /// All pages in one file.
    pub(in crate::cli) const fn single_file(file: PathBuf) -> Self {
        Self { form: Export::Html, file }
    }
}

/// Reads `FORMAT=FILE`.
pub(in crate::cli) fn exported(text: &str) -> Result<Exported, String> {
    let forms =
        [("json", Export::Json), ("junit", Export::Junit), ("sarif", Export::Sarif), ("summary", Export::Summary)];
    let wanted = "expected FORMAT=FILE, such as junit=claims.xml; FORMAT is json, junit, sarif or summary";
    let (name, file) = text.split_once('=').filter(|(_, file)| !file.is_empty()).ok_or(wanted)?;
    let form = forms.into_iter().find(|(known, _)| *known == name).ok_or(wanted)?.1;
    Ok(Exported { form, file: PathBuf::from(file) })
}

/// Where the pages of a run go: nowhere else than into the reports that readers see where its profiles are the default one or
/// have pages there, else into a folder of its own, so that trying a profile changes nothing that is committed. A profile that
/// stands for different ones in different studies has pages there where each of those has.
pub(in crate::cli) fn of_run(project: &Project) -> Option<PathBuf> {
    let (reports, asked) = (project.root.join(REPORTS), &project.options.profile);
    if asked == DEFAULT_PROFILE {
        return None;
    }
    let pages = pages_in(&reports);
    let is_there = |profile: &String| pages.keys().any(|page| page.ends_with(&format!(".{profile}")));
    let there = project.profiles().iter().filter(|profile| *profile != DEFAULT_PROFILE).all(is_there);
    (!there).then(|| reports.join(asked))
}

/// The folder that the pages of a run go to.
pub(in crate::cli) fn folder_of_run(project: &Project) -> PathBuf {
    of_run(project).unwrap_or_else(|| folder(project))
}

/// The folder that pages go to where the user names none.
pub(in crate::cli) fn folder(project: &Project) -> PathBuf {
    project.root.join(REPORTS)
}

/// Leaves pages alone that lack nothing where what is stored now would take something away from them, and says so.
fn keep_whole(report: &mut Report, folder: &Path) {
    let whole = whole_in(folder);
    let (kept, others) = std::mem::take(&mut report.studies)
        .into_iter()
        .partition::<Vec<_>, _>(|study| !study.missing.is_empty() && whole.get(&study.page) == Some(&study.settings));
    report.studies = others;
    if let Some(first) = kept.first() {
        let more = if kept.len() > 1 { format!(" and {} more", kept.len() - 1) } else { String::new() };
        note!(
            "{}{more}: the pages stay as they are, as results that they show are not in the store; `lofi run` computes \
             them, and a page that is deleted is written without them",
            first.name
        );
    }
}

type Results<'a> = (&'a [Study], &'a Graph, &'a Store);

/// Writes pages; says where. `failures` are the names and errors of steps that failed just now.
pub(in crate::cli) fn write(
    project: &Project,
    (studies, graph, store): Results<'_>,
    (to, failures): (Option<PathBuf>, &[(String, String)]),
) -> Result<Report, Failure> {
    let pages_there = to.as_deref().map(pages_in);
    let folder = to.unwrap_or_else(|| folder(project));
    let sources = sources(project, studies)?;
    let info = ProjectInfo { failures: failures.to_vec(), pages_there, sources, ..info(project)? };
    let files = discover(&project.studies)?;
    let told = || scales(project, (studies, &files), &folder);
    let (report, scales) = rayon::join(|| Report::build(studies, graph, store, &info), told);
    let mut report = report?.with_scales(scales);
    report.changes = changes(&project.results(), &report.studies, (studies, graph));
    // Pages of studies that this profile leaves out stay: they are not gone.
    let names: Vec<String> = files.into_iter().map(|file| file.name).collect();
    let mut shown = report.clone();
    if failures.is_empty() {
        keep_whole(&mut shown, &folder);
    }
    let written = shown.write(&folder, &names).map_err(|e| Failure::file(e.to_string()))?;
    if output::is_json() {
        let paths = |paths: &[PathBuf]| paths.iter().map(|path| path.display().to_string()).collect::<Json>();
        let (page, changed, removed) = (folder.join("index.html"), paths(&written.changed), paths(&written.removed));
        let page = page.display().to_string();
        output::event(&json!({"event": "report", "page": page, "changed": changed, "removed": removed}));
    } else if !project.options.quiet {
        tell(&folder, &written);
    }
    Ok(report)
}

/// What a report is told of the project.
pub(super) fn info(project: &Project) -> Result<ProjectInfo, Failure> {
    let results = project.results();
    let accepted = move |study: &Study, name: &str, now: &Table| {
        // a table with other settings is another result, which moved from nothing
        let as_written = study.settings_in_words().is_empty();
        let whose = (study.head.study.as_str(), study.profile.as_str());
        as_written.then(|| moved_from(&results, whose, (name, now))).flatten()
    };
    let published = project.library.cards().filter(|card| !card.private);
    let private = project.library.cards().filter(|card| card.private);
    Ok(ProjectInfo {
        accepted: AcceptedTables::new(accepted),
        title: "Reproduced studies".to_owned(),
        references: bibliography(&project.root)?,
        data_citations: published.map(|card| (card.name.clone(), card.citation.clone())).collect(),
        private_data: private.map(|card| card.name.clone()).collect(),
        ..ProjectInfo::default()
    })
}

/// The texts of the files that the figures of these studies stand in, by their names in places.
pub(super) fn sources(project: &Project, studies: &[Study]) -> Result<BTreeMap<String, String>, Failure> {
    let figures = studies.iter().flat_map(|study| {
        let figures = study.outputs.iter().filter(|output| output.kind == OutputKind::Figure);
        figures.filter_map(|output| study.nodes[output.wire.node].place.split(':').next())
    });
    let names: BTreeSet<&str> = figures.collect();
    let read = |name: &str| {
        let path = project.root.join(name);
        let text = std::fs::read_to_string(&path);
        let text = text.map_err(|e| Failure::file(format!("cannot read {}: {e}", path.display())))?;
        Ok((name.to_owned(), text))
    };
    names.into_iter().map(read).collect()
}

fn tell(folder: &Path, written: &Written) {
    let page = folder.strip_prefix(".").unwrap_or(folder).join("index.html");
    match written.changed.len() + written.removed.len() {
        0 => say!("the report is up to date: {}", page.display()),
        count => say!("report: {} ({count} files changed)", page.display()),
    }
}
