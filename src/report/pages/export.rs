//! One file for another program or place, beside the pages.

use super::index::Index;
use super::index_line::{IndexLine, Thumbnail};
use super::scale::ScalePage;
use super::template::{Templates, prefix};
use crate::report::ReportError;
use crate::report::model::{Report, StudyReport};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};

/// What a report can be written as, beside its pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Export {
    /// The whole report.
    Json,
    /// Claims as test cases.
    Junit,
    /// Claims and failures as annotations of the studies' files.
    Sarif,
    /// All pages in one file of HTML that needs nothing beside it.
    Html,
    /// A few lines of Markdown: what was reproduced, what was not, what changed.
    Summary,
}

impl Report {
    /// The report in another form.
    ///
    /// # Errors
    /// As [`Report::to_json`], or where a template cannot be filled.
    pub fn export(&self, as_what: Export) -> Result<String, ReportError> {
        let fault = |e: serde_json::Error| ReportError::Manifest(e.to_string());
        match as_what {
            Export::Json => self.to_json().map_err(fault),
            Export::Junit => Ok(self.to_junit()),
            Export::Sarif => self.to_sarif().map_err(fault),
            Export::Html => self.to_single_file(),
            Export::Summary => Ok(Templates::new()?.render("summary.md", &self.index())?),
        }
    }

    fn to_single_file(&self) -> Result<String, ReportError> {
        let templates = Templates::new()?;
        let more = |name: &str, value: Json| (name.to_owned(), value);
        let mut bodies = Vec::new();
        for study in &self.studies {
            let prefix = prefix(&study.page);
            let own = [more("single", json!(true)), more("prefix", json!(prefix))].into_iter().collect();
            let body = templates.render_with("study_body.html", study, own)?;
            bodies.push(json!({"prefix": prefix, "body": body}));
        }
        if let Some(scales) = &self.scales {
            let page = ScalePage::new(scales, self.studies.iter().map(IndexLine::of));
            bodies.push(page.body(&templates)?);
        }
        let lines = self.studies.iter().map(|study| IndexLine { thumbnail: inlined(study), ..IndexLine::of(study) });
        let index = Index::new(self, lines);
        let all = [more("single", json!(true)), more("bodies", json!(bodies))].into_iter().collect();
        Ok(templates.render_with("single.html", &index, all)?)
    }

    /// The index of this report's own studies.
    fn index(&self) -> Index {
        Index::new(self, self.studies.iter().map(IndexLine::of))
    }
}

/// The picture of a study in the text of the page.
fn inlined(study: &StudyReport) -> Option<Thumbnail> {
    let figure = study.figures.first()?;
    let made = study.files.iter().find(|file| !figure.thumbnail.is_empty() && file.path.ends_with(&figure.thumbnail));
    let svg = made.map_or(&figure.svg, |file| &file.content);
    let href = format!("data:image/svg+xml;base64,{}", STANDARD.encode(svg));
    Some(Thumbnail { href })
}
