//! A study on the page of scales: what was run, what its paper ran, what the difference costs.

use super::grouped::standing;
use super::index::{OpenClaim, count_in_words};
use super::index_line::IndexLine;
use crate::engine::human_bytes;
use crate::report::names::scale_anchor;
use crate::report::scale::price::{core_hours, time};
use crate::report::scale::told::{Needs, Outlook, PAPER, Scales, StudyScales};
use crate::report::scale::values;
use crate::report::standing::{PointCount, Standing};
use crate::report::tally::ClaimState;
use crate::study::{DEFAULT_PROFILE, Given};
use serde::Serialize;

/// A study.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub title: String,
    pub figure: String,
    pub anchor: String,
    pub page: String,
    /// Of each profile of the chapter.
    pub points: Vec<Points>,
    pub paper: AtPaper,
    /// Claims that are not decided and would be tested with the paper's settings.
    pub open: Vec<OpenClaim>,
    /// Claims that no page has and the profile `paper` makes.
    pub more_claims: usize,
    /// Settings that differ between profiles; nothing where all are the same.
    pub settings: Option<Settings>,
    #[serde(skip)]
    pub standing: Standing,
    #[serde(skip)]
    pub needs: Option<Needs>,
}

/// Published numbers of one profile, in words; empty where it has none.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Points {
    /// "123 of 140".
    pub words: String,
    /// "88 %".
    pub share: String,
    /// All that were published.
    pub all: String,
}

/// The state of a study at the paper's settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct AtPaper {
    /// Whether its results are there.
    pub is_run: bool,
    /// Whether nobody knows what it takes.
    pub is_unknown: bool,
    /// "run", or how else.
    pub run: String,
    /// The page that shows that.
    pub page: String,
    /// What more there is to say, or why there are no numbers.
    pub words: String,
    pub time: String,
    pub core_hours: String,
    pub memory: String,
    /// Whether that is more than this machine has.
    pub is_too_large: bool,
    pub steps: String,
    /// Whether the study has such a profile.
    pub is_known: bool,
}

/// Settings that differ between profiles.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Settings {
    pub profiles: Vec<String>,
    pub rows: Vec<Setting>,
}

/// A constant or an axis.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Setting {
    pub name: String,
    pub values: Vec<String>,
}

impl Points {
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    pub fn of(count: PointCount) -> Self {
        let PointCount { inside, compared, all } = count;
        if all == 0 {
            return Self::default();
        }
        let (words, share) = match compared {
            0 => ("none compared".to_owned(), String::new()),
            _ => (
                format!("{} of {}", count_in_words(inside), count_in_words(compared)),
                format!("{:.0} %", 100.0 * inside as f64 / compared as f64),
            ),
        };
        Self { words, share, all: count_in_words(all) }
    }
}

/// The page of a profile, as written.
fn of_profile<'a>(pages: &'a [IndexLine], profile: &str) -> Option<&'a IndexLine> {
    pages.iter().find(|line| line.profile == profile && line.settings.is_empty())
}

impl Row {
    /// Of the pages of one study; `profiles` are those of its chapter.
    pub fn new(pages: &[IndexLine], profiles: &[String], scales: &Scales) -> Self {
        let first = of_profile(pages, DEFAULT_PROFILE).unwrap_or(&pages[0]);
        let nothing = StudyScales::default();
        let told = scales.studies.get(&first.name).unwrap_or(&nothing);
        let standing = standing(pages);
        let (paper, needs) = at_paper(pages, told, scales);
        let open = standing.claims.iter().filter(|claim| is_open(claim.state));
        let is_tested = |name: &String| needs.as_ref().is_none_or(|needs| needs.claims.contains(name));
        let is_missing = needs.is_some() || paper.is_unknown;
        let open = open.filter(|claim| is_missing && is_tested(&claim.name));
        let is_new = |name: &&String| standing.claims.iter().all(|claim| claim.name != **name);
        let points = |profile: &String| {
            Points::of(of_profile(pages, profile).map_or_else(PointCount::default, |line| line.standing.point_count()))
        };
        Self {
            title: first.title.clone(),
            figure: first.figure.clone(),
            anchor: scale_anchor(&first.name),
            page: first.page.clone(),
            points: profiles.iter().map(points).collect(),
            open: open.map(OpenClaim::of).collect(),
            more_claims: needs.iter().flat_map(|needs| &needs.claims).filter(is_new).count(),
            settings: settings(pages, told),
            paper,
            standing,
            needs,
        }
    }
}

const fn is_open(state: ClaimState) -> bool {
    matches!(state, ClaimState::NotAtThisScale | ClaimState::Undecided)
}

/// The page that has the paper's settings and lacks nothing, of its own profile or of one that sets the same; one on data
/// that stand in for the paper's where there is no other.
fn run_at_paper<'a>(pages: &'a [IndexLine], told: &StudyScales) -> Option<&'a IndexLine> {
    let paper = told.settings.get(PAPER)?;
    let is_whole = |line: &&IndexLine| line.settings.is_empty() && line.missing == 0;
    let is_same = |line: &&IndexLine| line.profile == PAPER || told.settings.get(&line.profile) == Some(paper);
    pages.iter().filter(is_whole).filter(is_same).min_by_key(|line| (line.stands_in, line.profile != PAPER))
}

fn at_paper(pages: &[IndexLine], told: &StudyScales, scales: &Scales) -> (AtPaper, Option<Needs>) {
    if let Some(line) = run_at_paper(pages, told) {
        let words = if line.profile == PAPER { String::new() } else { format!("`{}` sets the same", line.profile) };
        let run = if line.stands_in { "run on stand-in data" } else { "run" }.to_owned();
        let (is_run, page) = (!line.stands_in, line.page.clone());
        return (AtPaper { is_run, is_known: true, run, page, words, ..AtPaper::default() }, None);
    }
    let known = AtPaper { is_known: true, ..AtPaper::default() };
    let unknown = |words: String| (AtPaper { is_unknown: true, words, ..known.clone() }, None);
    match told.outlooks.get(PAPER) {
        Some(Outlook::Takes(needs)) => (takes(needs, scales), Some(needs.clone())),
        Some(Outlook::Unknown(why)) => unknown(format!("not planned: {why}")),
        Some(Outlook::Run) => {
            let words = "its page is not in this file".to_owned();
            (AtPaper { is_run: true, run: "run".to_owned(), words, ..known }, None)
        }
        None => (AtPaper { words: format!("no profile `{PAPER}`"), ..AtPaper::default() }, None),
    }
}

fn takes(needs: &Needs, scales: &Scales) -> AtPaper {
    let core_s = scales.core_s([needs]);
    AtPaper {
        is_known: true,
        time: time(core_s, scales.cores),
        core_hours: core_hours(core_s),
        memory: human_bytes(needs.largest_bytes),
        is_too_large: scales.memory_bytes > 0 && needs.largest_bytes > scales.memory_bytes,
        steps: count_in_words(needs.steps.len()),
        ..AtPaper::default()
    }
}

/// The profiles of a study as columns: the paper's, the default one, then what else was run.
fn columns(pages: &[IndexLine], told: &StudyScales) -> Vec<String> {
    let mut run: Vec<&str> =
        pages.iter().filter(|line| line.settings.is_empty()).map(|line| line.profile.as_str()).collect();
    run.sort_unstable();
    let mut columns: Vec<&str> = Vec::new();
    for profile in [PAPER, DEFAULT_PROFILE].into_iter().chain(run) {
        if told.settings.contains_key(profile) && !columns.contains(&profile) {
            columns.push(profile);
        }
    }
    columns.into_iter().map(str::to_owned).collect()
}

fn settings(pages: &[IndexLine], told: &StudyScales) -> Option<Settings> {
    let profiles = columns(pages, told);
    let given = |profile: &String, name: &str| -> Option<&Given> {
        told.settings.get(profile)?.iter().find(|(known, _)| known == name).map(|(_, given)| given)
    };
    let added: Vec<u64> = profiles.iter().map(|profile| told.added_seeds.get(profile).copied().unwrap_or(0)).collect();
    let names = told.settings.get(profiles.first()?)?.iter().map(|(name, _)| name.as_str());
    let row = |name: &str| {
        let values: Vec<Option<&Given>> = profiles.iter().map(|profile| given(profile, name)).collect();
        let differs = values.windows(2).any(|pair| pair[0] != pair[1]);
        let written = || Setting { name: name.to_owned(), values: values::row(name, &values, &added) };
        differs.then(written)
    };
    let mut rows: Vec<Setting> = names.filter_map(row).collect();
    if rows.is_empty() {
        return None;
    }
    rows.extend(data(pages, (&profiles, told)));
    Some(Settings { profiles, rows })
}

/// The data sets of profiles, where two of them are known to differ.
fn data(pages: &[IndexLine], (profiles, told): (&[String], &StudyScales)) -> Option<Setting> {
    let used = |profile: &String| match (of_profile(pages, profile), told.outlooks.get(profile)) {
        (Some(line), _) => line.data.join(", "),
        (None, Some(Outlook::Takes(needs))) => needs.data.clone(),
        _ => String::new(),
    };
    let values: Vec<String> = profiles.iter().map(used).collect();
    let known: Vec<&String> = values.iter().filter(|value| !value.is_empty()).collect();
    let differ = known.windows(2).any(|pair| pair[0] != pair[1]);
    differ.then(|| Setting { name: "data".to_owned(), values })
}

#[cfg(test)]
#[path = "scale_row_tests.rs"]
mod tests;
