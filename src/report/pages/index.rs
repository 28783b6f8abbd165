//! The index: whether each paper was reproduced, and a row for each study.

use super::grouped::{anchor, by_paper, by_study, short, standing};
use super::index_line::{IndexLine, Thumbnail};
use crate::report::bibliography::references::Work;
use crate::report::format::{Style, count, duration};
use crate::report::model::{Change, LeftOut, Progress, Report};
use crate::report::standing::{ClaimStanding, PointCount, Standing};
use crate::report::tally::{ClaimState, Tally};
use crate::study::DEFAULT_PROFILE;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What the index page shows.
#[derive(Debug, Serialize)]
pub(super) struct Index {
    pub title: String,
    pub study_count: usize,
    /// On which data, profile, commit and machine, and in what time, as short sentences.
    pub run: Vec<String>,
    pub chapters: Vec<Chapter>,
    /// What changed since the accepted baseline; nothing where there is none to compare with.
    pub changes: Option<Vec<Change>>,
    pub left_out: Vec<LeftOut>,
    /// How far the run is; nothing where it is over.
    pub progress: Option<Progress>,
    /// Whether there is a page of scales beside it.
    pub has_scale: bool,
}

/// The studies of one paper.
#[derive(Debug, Serialize)]
pub(super) struct Chapter {
    /// Nothing for studies of no paper.
    pub paper: Option<Work>,
    /// "Neural LoFi", "Beyond the papers".
    pub short: String,
    /// What a link to the chapter names.
    pub anchor: String,
    /// The folder of its studies, which commands take for all of them; empty where they lie in several.
    pub folder: String,
    pub study_count: usize,
    /// The paper's claims, or ours where there is no paper.
    pub bar: Vec<Segment>,
    /// How many claims the bar is of.
    pub claim_count: usize,
    /// "41 of 58 claims reproduced, 4 contradicted; 312 of 402 comparable published points agree".
    pub sentence: String,
    /// "Beside them 12 claims of ours: 10 held, 2 undecided"; empty where there are none.
    pub ours: String,
    pub rows: Vec<Row>,
}

/// A part of the bar over a chapter.
#[derive(Debug, Serialize)]
pub(super) struct Segment {
    pub state: ClaimState,
    pub count: usize,
    pub word: &'static str,
    pub symbol: &'static str,
}

/// A study, over all profiles that have a page.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub name: String,
    pub title: String,
    pub question: String,
    pub figure: String,
    /// Place among the figures of the paper.
    pub place: usize,
    pub pages: Vec<PageLink>,
    /// Whether readers must be told which profiles these are of.
    pub tells_profile: bool,
    pub thumbnail: Option<Thumbnail>,
    /// The worst state of any claim: what a reader should look at first.
    pub state: ClaimState,
    pub word: &'static str,
    pub symbol: &'static str,
    pub bar: Vec<Segment>,
    /// Claims that did not end held, or undecided in a larger profile, with why.
    pub open: Vec<OpenClaim>,
    pub points: PointCount,
    /// Half widths that the farthest published number lies off, as text and as a number to sort by.
    pub worst: String,
    pub worst_words: String,
    pub worst_times: f64,
    pub seeds: u64,
    pub cost: String,
    pub cost_s: f64,
    pub data: Vec<String>,
    pub stands_in: bool,
    pub missing: usize,
}

/// A claim that did not end held, or not at every scale that tested it.
#[derive(Debug, Serialize)]
pub(super) struct OpenClaim {
    pub word: &'static str,
    pub symbol: &'static str,
    #[serde(flatten)]
    pub claim: ClaimStanding,
}

impl OpenClaim {
    pub(super) fn of(claim: &ClaimStanding) -> Self {
        Self { word: claim.state.word(), symbol: claim.state.symbol(), claim: claim.clone() }
    }
}

/// The page of one profile.
#[derive(Debug, Serialize)]
pub(super) struct PageLink {
    pub page: String,
    /// "quick", "quick with --set n=3"
    pub profile: String,
}

impl Index {
    /// Papers in the order of the bibliography, studies of no paper last.
    pub fn new(report: &Report, lines: impl Iterator<Item = IndexLine>) -> Self {
        let mut run = RunWords::default();
        let papers = by_paper(lines.inspect(|line| run.add(line)));
        let chapters: Vec<Chapter> = papers.into_iter().map(Chapter::new).collect();
        Self {
            title: report.title.clone(),
            study_count: chapters.iter().map(|chapter| chapter.study_count).sum(),
            run: run.sentences(),
            chapters,
            changes: report.changes.clone(),
            left_out: report.left_out.clone(),
            progress: report.progress.clone(),
            has_scale: report.scales.is_some(),
        }
    }
}

impl Chapter {
    fn new(lines: Vec<IndexLine>) -> Self {
        let paper = lines.first().and_then(|line| line.paper.clone());
        let names: BTreeSet<String> = lines.iter().map(|line| line.name.clone()).collect();
        let merged: Vec<(Vec<IndexLine>, Standing)> =
            by_study(lines).into_iter().map(|pages| (pages.clone(), standing(&pages))).collect();
        let sum = |of_paper| merged.iter().fold(Tally::default(), |sum, (_, one)| sum.and(one.tally(of_paper)));
        let smaller = |of_paper| merged.iter().map(|(_, one)| one.of_smaller(of_paper)).sum::<usize>();
        let points = merged.iter().fold(PointCount::default(), |sum, (_, one)| sum.and(one.point_count()));
        let (theirs, ours) = ((sum(true), smaller(true)), (sum(false), smaller(false)));
        let (main, beside) = if theirs.0.total() == 0 { (ours, Default::default()) } else { (theirs, ours) };
        let mut rows: Vec<Row> = merged.into_iter().enumerate().map(Row::new).collect();
        rows.sort_by_key(|row| (urgency(row.state), row.place));
        Self {
            anchor: anchor(paper.as_ref()),
            short: short(paper.as_ref()),
            folder: folder(&names).to_owned(),
            study_count: names.len(),
            bar: segments(main.0),
            claim_count: main.0.total(),
            sentence: sentence(main, points),
            ours: match beside.0.total() {
                0 => String::new(),
                _ => format!("Beside them {}{}", ours_in_words(beside.0), of_smaller_in_words(beside.1)),
            },
            rows,
            paper,
        }
    }
}

impl Row {
    fn new((place, (mut pages, standing)): (usize, (Vec<IndexLine>, Standing))) -> Self {
        let is_other =
            |line: &IndexLine| (line.profile != DEFAULT_PROFILE, line.profile.clone(), line.settings.clone());
        pages.sort_by_cached_key(is_other);
        let link = |line: &IndexLine| PageLink {
            page: line.page.clone(),
            profile: if line.settings.is_empty() {
                line.profile.clone()
            } else {
                format!("{} with {}", line.profile, line.settings)
            },
        };
        let is_unusual = |line: &IndexLine| line.profile != DEFAULT_PROFILE || !line.settings.is_empty();
        let links = pages.iter().map(link).collect();
        let state = standing.claims.iter().map(|claim| claim.state).min_by_key(|state| urgency(*state));
        let state = state.unwrap_or(ClaimState::Untested);
        let word = if standing.claims.is_empty() { "no claims" } else { state.word() };
        let tally = standing.tally(true).and(standing.tally(false));
        let worst = standing.worst();
        let points = standing.point_count();
        let missing = pages.iter().map(|line| line.missing).sum();
        let data: BTreeSet<String> = pages.iter().flat_map(|line| line.data.clone()).collect();
        let stands_in = pages.iter().any(|line| line.stands_in);
        Self {
            open: standing.claims.iter().filter(|claim| needs_words(claim)).map(OpenClaim::of).collect(),
            worst: worst.map_or_else(String::new, |worst| format!("{}×", Style::Fixed(1).show(worst.times))),
            worst_words: worst.map_or_else(String::new, |worst| worst.words.clone()),
            worst_times: worst.map_or(0.0, |worst| worst.times),
            name: pages[0].name.clone(),
            title: pages[0].title.clone(),
            question: pages[0].question.clone(),
            figure: pages[0].figure.clone(),
            thumbnail: pages.iter().find_map(|line| line.thumbnail.clone()),
            place,
            tells_profile: pages.len() > 1 || pages.iter().any(is_unusual),
            pages: links,
            state,
            word,
            symbol: state.symbol(),
            bar: segments(tally),
            points,
            seeds: standing.seeds,
            cost: duration(standing.cost_s),
            cost_s: standing.cost_s,
            data: data.into_iter().collect(),
            stands_in,
            missing,
        }
    }
}

/// Whether a reader must be told more of a claim than that it held.
fn needs_words(claim: &ClaimStanding) -> bool {
    claim.state != ClaimState::Held || !claim.undecided_in.is_empty()
}

/// The order in which a reader wants to see how claims ended.
const ORDER: [ClaimState; 6] = [
    ClaimState::Contradicted,
    ClaimState::Undecided,
    ClaimState::NotAtThisScale,
    ClaimState::Untested,
    ClaimState::Negligible,
    ClaimState::Held,
];

pub(super) fn urgency(state: ClaimState) -> usize {
    ORDER.iter().position(|known| *known == state).unwrap_or(ORDER.len())
}

fn segments(tally: Tally) -> Vec<Segment> {
    let mut states = ORDER;
    states.reverse();
    let part =
        |state: ClaimState| Segment { state, count: tally.at(state), word: state.word(), symbol: state.symbol() };
    states.into_iter().map(part).filter(|segment| segment.count > 0).collect()
}

/// "41 of 58 claims reproduced, 4 contradicted, 9 not at this scale; 312 of 402 comparable published points agree; 590 of
/// 1353 have no counterpart here".
fn sentence((tally, of_smaller): (Tally, usize), points: PointCount) -> String {
    let mut parts = Vec::new();
    if tally.total() > 0 {
        let others = [
            (tally.contradicted, "contradicted"),
            (tally.negligible, "negligible"),
            (tally.not_at_this_scale, "not at this scale"),
            (tally.undecided, if tally.undecided == 1 { "needs more seeds" } else { "need more seeds" }),
            (tally.untested, "not tested"),
        ];
        let others = others.into_iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!(", {n} {word}"));
        let claims = count(tally.total(), "claim");
        let (others, smaller) = (others.collect::<String>(), of_smaller_in_words(of_smaller));
        parts.push(format!("{} of {claims} reproduced{others}{smaller}", tally.held));
    }
    if points.all > 0 {
        let whole = |n: usize| count_in_words(n);
        let (inside, compared, rest) = (whole(points.inside), whole(points.compared), points.all - points.compared);
        parts.push(format!("{inside} of {compared} comparable published points agree"));
        if rest > 0 {
            parts.push(format!("{} of {} have no counterpart here", whole(rest), whole(points.all)));
        }
    }
    parts.join("; ")
}

/// " (2 of these verdicts by a smaller profile, undecided in a larger one)"; nothing where there are none.
fn of_smaller_in_words(verdicts: usize) -> String {
    match verdicts {
        0 => String::new(),
        _ => format!(" ({verdicts} of these verdicts by a smaller profile, undecided in a larger one)"),
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub(super) fn count_in_words(n: usize) -> String {
    Style::Whole.show(n as f64)
}

/// "12 claims of ours: 10 held, 2 undecided".
fn ours_in_words(tally: Tally) -> String {
    let parts: Vec<String> = segments(tally).iter().map(|part| format!("{} {}", part.count, part.word)).collect();
    format!("{} of ours: {}", count(tally.total(), "claim"), parts.join(", "))
}

/// The folder of all these studies, if it is one.
fn folder(names: &BTreeSet<String>) -> &str {
    let mut folders = names.iter().map(|name| name.rsplit_once('/').map_or("", |(folder, _)| folder));
    let first = folders.next().unwrap_or_default();
    if folders.all(|folder| folder == first) { first } else { "" }
}

/// What ran where, over all pages.
#[derive(Default)]
struct RunWords {
    profiles: BTreeMap<String, usize>,
    data: BTreeSet<String>,
    commits: BTreeMap<String, usize>,
    machines: BTreeSet<String>,
    cost_s: f64,
    last: String,
}

impl RunWords {
    fn add(&mut self, line: &IndexLine) {
        *self.profiles.entry(line.profile.clone()).or_default() += 1;
        self.data.extend(line.data.iter().cloned());
        self.cost_s += line.standing.cost_s;
        if let Some(run) = &line.standing.run {
            *self.commits.entry(run.commit.chars().take(COMMIT).collect()).or_default() += 1;
            self.machines.extend(Some(run.machine.clone()).filter(|machine| !machine.is_empty()));
            self.last = self.last.clone().max(run.finished.clone());
        }
    }

    fn sentences(&self) -> Vec<String> {
        let list = |items: &mut dyn Iterator<Item = String>| items.collect::<Vec<_>>().join(", ");
        let profiles =
            list(&mut self.profiles.iter().map(|(name, pages)| format!("{name} ({})", count(*pages, "page"))));
        let mut sentences = vec![format!("Profile {profiles}")];
        if !self.data.is_empty() {
            sentences.push(format!("data {}", list(&mut self.data.iter().cloned())));
        }
        if !self.last.is_empty() {
            let most = self.commits.iter().max_by_key(|(_, pages)| **pages).map_or("", |(commit, _)| commit);
            let others = self.commits.len().saturating_sub(1);
            let others = if others == 0 { String::new() } else { format!(" and {others} more") };
            sentences.push(format!("commit {most}{others}, last run {}", self.last));
            sentences.push(list(&mut self.machines.iter().cloned()));
        }
        sentences.push(format!("{} of computing", duration(self.cost_s)));
        sentences
    }
}

/// Digits of a commit that are shown.
const COMMIT: usize = 10;
