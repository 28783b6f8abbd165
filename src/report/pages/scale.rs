//! The page of scales: for each figure what the paper ran and what was run here, and what a larger machine would add.

use super::grouped::{anchor, by_paper, by_study, short};
use super::index_line::IndexLine;
use super::scale_row::{Points, Row};
use super::scale_words::lead;
use super::template::{Templates, prefix};
use crate::report::ReportError;
use crate::report::model::{Attachment, Report};
use crate::report::names::{SCALE, scale_anchor};
use crate::report::scale::price::{cores, price};
use crate::report::scale::told::{PAPER, Scales};
use crate::report::standing::PointCount;
use crate::report::tally::ClaimState;
use crate::study::DEFAULT_PROFILE;
use serde::Serialize;
use serde_json::{Value as Json, json};

/// What the page shows.
#[derive(Debug, Serialize)]
pub(super) struct ScalePage {
    pub title: String,
    /// From the page's folder up to the report's.
    pub up: String,
    /// What it answers, in sentences.
    pub lead: Vec<String>,
    /// "2 cores".
    pub cores: String,
    /// The profiles with a page.
    pub profiles: Vec<String>,
    pub chapters: Vec<Chapter>,
}

/// The studies of one paper.
#[derive(Debug, Serialize)]
pub(super) struct Chapter {
    pub title: String,
    pub short: String,
    pub anchor: String,
    /// Published numbers of each profile of the page, and of all together.
    pub totals: Vec<Points>,
    pub together: Points,
    /// The profiles with published numbers on a page of one of these studies.
    pub profiles: Vec<String>,
    pub rows: Vec<Row>,
}

impl ScalePage {
    /// Of all pages of a report.
    pub fn new(scales: &Scales, lines: impl Iterator<Item = IndexLine>) -> Self {
        let papers: Vec<Vec<IndexLine>> = by_paper(lines.filter(|line| line.settings.is_empty()));
        let profiles = profiles(&papers.concat());
        let chapters: Vec<Chapter> = papers.into_iter().map(|lines| Chapter::new(lines, &profiles, scales)).collect();
        let rows: Vec<&Row> = chapters.iter().flat_map(|chapter| &chapter.rows).collect();
        Self {
            title: "At what scale".to_owned(),
            up: String::new(),
            lead: lead(&rows, scales),
            cores: cores(scales.cores),
            profiles,
            chapters,
        }
    }

    /// Both files of the page.
    pub fn files(&self, templates: &Templates) -> Result<Vec<Attachment>, ReportError> {
        let file = |ending: &str| -> Result<Attachment, ReportError> {
            let path = format!("{SCALE}.{ending}");
            Ok(Attachment { content: templates.render(&path, self)?, path })
        };
        ["html", "md"].into_iter().map(file).collect()
    }

    /// The page within a file of all pages: what its anchors begin with, and its text.
    pub fn body(&self, templates: &Templates) -> Result<Json, ReportError> {
        let prefix = prefix(SCALE);
        let more = [("single".to_owned(), json!(true)), ("prefix".to_owned(), json!(prefix))];
        let body = templates.render_with("scale_body.html", self, more.into_iter().collect())?;
        Ok(json!({"prefix": prefix, "body": body}))
    }
}

impl Chapter {
    fn new(lines: Vec<IndexLine>, all: &[String], scales: &Scales) -> Self {
        let paper = lines.first().and_then(|line| line.paper.clone());
        let of = |profile: &String| {
            let own = lines.iter().filter(|line| line.profile == *profile);
            Points::of(own.fold(PointCount::default(), |sum, line| sum.and(line.standing.point_count())))
        };
        let totals = all.iter().map(of).collect();
        let mut profiles = profiles(&lines);
        let has_points = |line: &&IndexLine| line.standing.point_count().all > 0;
        profiles.retain(|profile| lines.iter().filter(has_points).any(|line| line.profile == *profile));
        let rows: Vec<Row> = by_study(lines).iter().map(|pages| Row::new(pages, &profiles, scales)).collect();
        let together = rows.iter().fold(PointCount::default(), |sum, row| sum.and(row.standing.point_count()));
        let short = short(paper.as_ref());
        Self {
            title: paper.as_ref().map_or_else(|| short.clone(), |work| work.title.clone()),
            anchor: format!("paper-{}", anchor(paper.as_ref())),
            totals,
            together: Points::of(together),
            profiles,
            rows,
            short,
        }
    }
}

/// The profiles of some pages: the default one, others, the paper's.
fn profiles(lines: &[IndexLine]) -> Vec<String> {
    let mut names: Vec<String> = lines.iter().map(|line| line.profile.clone()).collect();
    names.sort_by_key(|name| (name != DEFAULT_PROFILE, name == PAPER, name.clone()));
    names.dedup();
    names
}

impl Report {
    /// Tells the report at what scale studies were run and what others would take: it gets a page of that, and each claim that
    /// the scale of its page cannot show gets its price.
    #[must_use]
    pub fn with_scales(mut self, scales: Scales) -> Self {
        for study in &mut self.studies {
            study.scale = scale_anchor(&study.name);
            let shown_by = scales.studies.get(&study.name).map(|told| &told.shown_by);
            for claim in study.claims.iter_mut().filter(|claim| claim.state == ClaimState::NotAtThisScale) {
                let profiles = shown_by.and_then(|shown_by| shown_by.get(&claim.name));
                claim.price = profiles.map_or_else(String::new, |profiles| price(&scales, &study.name, profiles));
                let kept = study.standing.claims.iter_mut().find(|kept| kept.name == claim.name);
                kept.into_iter().for_each(|kept| kept.price.clone_from(&claim.price));
            }
        }
        self.scales = Some(scales);
        self
    }
}
