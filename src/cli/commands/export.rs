//! `lofi export`: a figure as files, and the numbers of a study for LaTeX.

use super::report::{info, sources};
use super::research_object::ro_crate;
use crate::cli::code::Code;
use crate::cli::fail::{Done, Failure};
use crate::cli::output::{self, say};
use crate::cli::project::Project;
use crate::engine::Graph;
use crate::plot::{to_pdf, to_png};
use crate::report::{FigureReport, ProjectInfo, Report, StudyReport, latex, replace_file};
use crate::study::{OutputKind, Study};
use crate::yaml::known_names;
use serde_json::json;
use std::path::{Path, PathBuf};

/// What is to be written.
pub(in crate::cli) struct Wanted<'a> {
    pub figure: Option<&'a str>,
    pub to: &'a [PathBuf],
    pub latex: Option<&'a Path>,
    pub ro_crate: Option<&'a Path>,
}

/// Forms of a figure, by the endings of files.
const FORMS: &str = "svg, pdf, png, json or csv";

/// Writes what is wanted of one study from stored results; runs nothing.
pub(in crate::cli) fn export(project: &Project, study: &str, wanted: &Wanted<'_>) -> Result<Done, Failure> {
    if wanted.to.is_empty() && wanted.latex.is_none() && wanted.ro_crate.is_none() {
        return Err(Failure::mistake(format!(
            "nothing to write: name a figure and `--to FILE` ({FORMS} by its ending), `--latex FILE`, or `--ro-crate DIR`"
        )));
    }
    let studies = project.load(&[study.to_owned()])?;
    let [one] = studies.as_slice() else {
        return Err(Failure::mistake(format!("`{study}` names {} studies; one is expected", studies.len())));
    };
    let store = project.open_store()?;
    let graph = Graph::new(&studies);
    let mut written = Vec::new();
    if let Some(name) = wanted.figure {
        known(one, name)?;
        let info = ProjectInfo { sources: sources(project, &studies)?, ..info(project)? };
        let report = Report::build(&studies, &graph, &store, &info)?;
        let (page, figure) = found(&report, name)?;
        for file in wanted.to {
            write(file, &form(page, figure, file)?, &mut written)?;
        }
    }
    if let Some(file) = wanted.latex {
        let text = latex(one, &graph, (&store, &project.commit()))?;
        if !text.contains("\\newcommand") {
            let name = &one.head.study;
            return Err(Failure::file(format!("{name} has no numbers in the store; `lofi run {name}` computes them")));
        }
        write(file, text.as_bytes(), &mut written)?;
    }
    if let Some(to) = wanted.ro_crate {
        ro_crate(project, (one, &graph, &store), to)?;
        written.push(to.display().to_string());
    }
    Ok(Done::with(Code::Well, [("files", json!(written))]))
}

/// A name that is no figure of the study is a mistake.
fn known(study: &Study, name: &str) -> Result<(), Failure> {
    let figures = study.outputs.iter().filter(|output| output.kind == OutputKind::Figure);
    let names: Vec<&str> = figures.map(|output| output.name.as_str()).collect();
    if names.contains(&name) {
        return Ok(());
    }
    let help = known_names(name, &names).unwrap_or_else(|| "it has none".to_owned());
    Err(Failure::mistake(format!("{} has no figure `{name}`; {help}", study.head.study)))
}

/// The figure, or why there is none.
fn found<'a>(report: &'a Report, name: &str) -> Result<(&'a StudyReport, &'a FigureReport), Failure> {
    let page = &report.studies[0];
    if let Some(figure) = page.figures.iter().find(|figure| figure.name == name) {
        return Ok((page, figure));
    }
    let missing = page.missing.iter().find(|missing| missing.what == "figure" && missing.name == name);
    let why = missing.map_or("it is not there", |missing| missing.why.as_str());
    Err(Failure::file(format!("the figure `{name}` is missing: {why}")))
}

/// A figure in the form that the ending of a file says.
fn form(page: &StudyReport, figure: &FigureReport, file: &Path) -> Result<Vec<u8>, Failure> {
    let ending = file.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    let fault = |e: &dyn std::fmt::Display| Failure::file(format!("the figure `{}`: {e}", figure.name));
    match ending.as_str() {
        "svg" => Ok(format!("{}\n", figure.svg).into_bytes()),
        "pdf" => to_pdf(&figure.svg, &page.title).map_err(|e| fault(&e)),
        "png" => to_png(&figure.svg).map_err(|e| fault(&e)),
        "json" => page.figure_json(figure).map(String::into_bytes).map_err(|e| fault(&e)),
        "csv" => page.figure_csv(figure).map(|text| text.as_bytes().to_vec()).ok_or_else(|| {
            Failure::mistake(format!("the figure `{}` is drawn from no table of the study", figure.name))
        }),
        _ => Err(Failure::mistake(format!("{}: the ending says the form: {FORMS}", file.display()))),
    }
}

fn write(file: &Path, bytes: &[u8], written: &mut Vec<String>) -> Result<(), Failure> {
    if file.as_os_str() == "-" {
        output::text(&String::from_utf8_lossy(bytes));
        return Ok(());
    }
    replace_file(file, bytes).map_err(|e| Failure::file(e.to_string()))?;
    say!("{} ({} bytes)", file.display(), bytes.len());
    written.push(file.display().to_string());
    Ok(())
}
