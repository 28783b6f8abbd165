//! Pages from the model.

use super::index::Index;
use super::index_line::IndexLine;
use super::scale::ScalePage;
use super::template::{FIGURE_SCRIPT, STYLE, Templates};
use super::tidy::Held;
use super::write::{self, Manifest, PageFiles, Written};
use crate::report::ReportError;
use crate::report::model::{Attachment, Report, StudyReport};
use std::path::Path;

/// What pages share, beside the index: how they look, and the script of the pages of studies, without which they lack
/// nothing to be read.
const SHARED: [(&str, &str); 2] = [("style.css", STYLE), ("report.js", FIGURE_SCRIPT)];

impl Report {
    /// Writes the index, a page for every study and the files beside them; leaves files alone that would not change.
    ///
    /// A study has a page for each profile that was reported. Pages that are not in this report are kept if `project` (the
    /// names of all studies of the project) has their study, and removed if not, or if they bear a name that pages no longer
    /// have; the index lists them as they were, without those that somebody has deleted.
    /// Nothing is removed that no report wrote.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn write(&self, folder: &Path, project: &[String]) -> Result<Written, ReportError> {
        let templates = Templates::new()?;
        let fault = |source| ReportError::Disk { action: "make", path: folder.to_owned(), source };
        std::fs::create_dir_all(folder).map_err(fault)?;
        let _held = Held::of(folder);
        let old = Manifest::read(folder);
        let mut new = Manifest::default();
        for (page, files) in &old.pages {
            let there = || folder.join(format!("{page}.html")).exists() && files.line.is_page(page);
            if project.contains(&files.line.name) && there() {
                new.pages.insert(page.clone(), files.clone());
            }
        }
        let mut files: Vec<Attachment> = Vec::new();
        for study in &self.studies {
            let own = study_files(&templates, study)?;
            let paths = own.iter().map(|file| file.path.clone()).collect();
            new.pages.insert(study.page.clone(), PageFiles { line: IndexLine::of(study), files: paths });
            files.extend(own);
        }
        let own = files.len();
        let index = Index::new(self, new.pages.values().map(|page| page.line.clone()));
        for page in ["index.html", "index.md", "verdicts.svg"] {
            files.push(Attachment { path: page.to_owned(), content: templates.render(page, &index)? });
        }
        if let Some(scales) = &self.scales {
            files.extend(ScalePage::new(scales, new.pages.values().map(|page| page.line.clone())).files(&templates)?);
        }
        let shared = SHARED.map(|(path, content)| Attachment { path: path.to_owned(), content: content.to_owned() });
        files.extend(shared);
        new.index.extend(files[own..].iter().map(|file| file.path.clone()));
        write::replace_all(folder, &files, (&old, &new))
    }
}

fn study_files(templates: &Templates, study: &StudyReport) -> Result<Vec<Attachment>, ReportError> {
    let mut files = study.files.clone();
    for (ending, template) in [("html", "study.html"), ("md", "study.md")] {
        let content = templates.render(template, study)?;
        files.push(Attachment { path: format!("{}.{ending}", study.page), content });
    }
    Ok(files)
}
