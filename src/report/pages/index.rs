//! The index: a chapter for each paper, every study in one line.

use crate::report::bibliography::references::Work;
use crate::report::model::{LeftOut, Report, StudyReport};
use crate::report::names::{file_name_beside, page_of};
use crate::report::published::PublishedTally;
use crate::report::tally::Tally;
use crate::study::DEFAULT_PROFILE;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A study's line of the index. It is kept in the manifest, so that a report of some studies leaves the others' lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    pub claims: usize,
    pub tally: Tally,
    pub verdict: String,
    /// How published numbers ended; manifests of before have none.
    #[serde(default)]
    pub published: PublishedTally,
    /// Outputs that are not there.
    pub missing: usize,
    pub thumbnail: Option<Thumbnail>,
}

/// The first figure of a study.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::report) struct Thumbnail {
    pub href: String,
    pub alt: String,
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
        let thumbnail = study.figures.first().map(|figure| Thumbnail {
            href: format!("{}{}", &study.page[..folder], figure.href),
            alt: figure.alt.clone(),
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
            claims: study.claims.len(),
            tally: study.tally,
            verdict: study.verdict.clone(),
            published: PublishedTally::sum(study.comparisons.iter().map(|table| &table.published)),
            missing: study.missing.len(),
            thumbnail,
        }
    }

    /// Figures in the order of the paper: numbers, then those of the appendix; studies without one last. Pages of one study
    /// stand together, the default profile first, and those of the study as written before those with settings.
    fn order(&self) -> (bool, String, u32, String, bool, String, String) {
        let letters: String = self.figure.chars().take_while(|c| c.is_alphabetic()).collect();
        let digits: String = self.figure[letters.len()..].chars().take_while(char::is_ascii_digit).collect();
        let other = self.profile != DEFAULT_PROFILE;
        (
            self.figure.is_empty(),
            letters,
            digits.parse().unwrap_or(u32::MAX),
            self.name.clone(),
            other,
            self.profile.clone(),
            self.settings.clone(),
        )
    }
}

/// The anchor of the studies of no paper.
const BEYOND: &str = "beyond";

/// A chapter: the studies of one paper.
#[derive(Debug, Serialize)]
pub(super) struct Group {
    /// Nothing for studies of no paper.
    pub paper: Option<Work>,
    /// What a link to the chapter names.
    pub anchor: String,
    /// The folder of its studies, which commands take for all of them; empty where they lie in several.
    pub folder: String,
    pub study_count: usize,
    pub tally: Tally,
    pub verdict: String,
    /// How published numbers ended, over all of its pages; empty where there are none.
    pub published_words: String,
    pub studies: Vec<IndexLine>,
}

impl Group {
    fn new(paper: Option<Work>, mut studies: Vec<IndexLine>) -> Self {
        studies.sort_by_cached_key(IndexLine::order);
        // a study has a page for each profile
        let names: BTreeSet<&str> = studies.iter().map(|line| line.name.as_str()).collect();
        let study_count = names.len();
        // what somebody tried with other settings is no result of the study
        let as_written = || studies.iter().filter(|line| line.settings.is_empty());
        let published = as_written().fold(PublishedTally::default(), |sum, line| sum.and(line.published));
        let tally = as_written().fold(Tally::default(), |sum, line| sum.and(line.tally));
        let anchor = paper.as_ref().map_or_else(|| BEYOND.to_owned(), |work| file_name_beside(&work.key, &[BEYOND]));
        let folder = folder(&names).to_owned();
        let (verdict, published_words) = (tally.words(), published.words());
        Self { paper, anchor, folder, study_count, tally, verdict, published_words, studies }
    }
}

/// The folder of all these studies, if it is one.
fn folder<'a>(names: &BTreeSet<&'a str>) -> &'a str {
    let mut folders = names.iter().map(|name| name.rsplit_once('/').map_or("", |(folder, _)| folder));
    let first = folders.next().unwrap_or_default();
    if folders.all(|folder| folder == first) { first } else { "" }
}

/// What the index page shows.
#[derive(Debug, Serialize)]
pub(super) struct Index {
    pub title: String,
    pub study_count: usize,
    pub tally: Tally,
    pub verdict: String,
    pub groups: Vec<Group>,
    pub left_out: Vec<LeftOut>,
}

impl Index {
    /// Groups by paper, studies of no paper last.
    pub fn new(report: &Report, lines: impl Iterator<Item = IndexLine>) -> Self {
        let mut chapters: Vec<(Option<Work>, Vec<IndexLine>)> = Vec::new();
        for line in lines {
            let key = |paper: &Option<Work>| paper.as_ref().map(|work| work.key.clone());
            match chapters.iter_mut().find(|(paper, _)| key(paper) == key(&line.paper)) {
                Some((_, studies)) => studies.push(line),
                None => chapters.push((line.paper.clone(), vec![line])),
            }
        }
        chapters
            .sort_by_cached_key(|(paper, _)| paper.as_ref().map_or((true, String::new()), |w| (false, w.key.clone())));
        let groups: Vec<Group> = chapters.into_iter().map(|(paper, studies)| Group::new(paper, studies)).collect();
        let tally = groups.iter().fold(Tally::default(), |sum, group| sum.and(group.tally));
        let study_count = groups.iter().map(|group| group.study_count).sum();
        let (title, left_out) = (report.title.clone(), report.left_out.clone());
        Self { title, study_count, tally, verdict: tally.words(), groups, left_out }
    }
}
