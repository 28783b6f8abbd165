//! What the index keeps of a page: in the manifest, so that a report of some studies leaves the others' lines.

use crate::report::bibliography::references::Work;
use crate::report::model::StudyReport;
use crate::report::names::page_of;
use crate::report::standing::{PageStanding, Standing};
use serde::{Deserialize, Serialize};

/// A page in the index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::report) struct IndexLine {
    pub name: String,
    pub page: String,
    pub title: String,
    pub question: String,
    pub paper: Option<Work>,
    pub figure: String,
    pub data: Vec<String>,
    pub stands_in: bool,
    pub profile: String,
    /// `--set n=3`; empty for the study as written.
    #[serde(default)]
    pub settings: String,
    /// How it stands; manifests of before do not say.
    #[serde(default)]
    pub standing: Standing,
    /// Outputs that are not there.
    pub missing: usize,
    pub thumbnail: Option<Thumbnail>,
}

/// The first figure of a study.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::report) struct Thumbnail {
    pub href: String,
}

impl IndexLine {
    /// Whether a page bears the name that it would have today.
    pub fn is_page(&self, page: &str) -> bool {
        let plain = page_of(&self.name, &self.profile, None);
        page == plain || (!self.settings.is_empty() && page.starts_with(&format!("{plain}.set~")))
    }

    pub fn of(study: &StudyReport) -> Self {
        let work = |key: &str| study.references.iter().find(|r| r.work.key == key).map(|r| r.work.clone());
        let folder = study.page.rfind('/').map_or(0, |at| at + 1);
        // a figure of an earlier version has no picture made for the purpose
        let thumbnail = study.figures.first().map(|figure| Thumbnail {
            href: format!(
                "{}{}",
                &study.page[..folder],
                if figure.thumbnail.is_empty() { &figure.href } else { &figure.thumbnail }
            ),
        });
        Self {
            name: study.name.clone(),
            page: study.page.clone(),
            title: study.title.clone(),
            question: study.question.clone(),
            paper: study.paper.as_ref().and_then(|paper| work(&paper.key)),
            figure: study.paper.as_ref().map_or_else(String::new, |paper| paper.figure.clone()),
            data: study.data.iter().map(|data| data.title.clone()).collect(),
            stands_in: study.data.iter().any(|data| !data.banner.is_empty()),
            profile: study.profile.clone(),
            settings: study.settings.clone(),
            standing: study.standing.clone(),
            missing: study.missing.len(),
            thumbnail,
        }
    }

    /// The page for being merged with those of the study's other profiles.
    pub fn page_standing(&self) -> PageStanding<'_> {
        PageStanding { page: &self.page, profile: &self.profile, standing: &self.standing }
    }

    /// Figures in the order of the paper: numbers, then those of the appendix; studies without one last.
    pub fn order(&self) -> (bool, String, u32, String) {
        let letters: String = self.figure.chars().take_while(|c| c.is_alphabetic()).collect();
        let digits: String = self.figure[letters.len()..].chars().take_while(char::is_ascii_digit).collect();
        (self.figure.is_empty(), letters, digits.parse().unwrap_or(u32::MAX), self.name.clone())
    }
}
