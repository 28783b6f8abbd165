//! What a report says, apart from how it looks: every output format is made from this.

use crate::report::bibliography::references::Reference;
use crate::report::content::tabulate::Layout;
use crate::report::making::{CodeNote, Making};
use crate::report::published::Ended;
use crate::report::scale::told::Scales;
use crate::report::standing::Standing;
use crate::report::tally::{ClaimState, Tally};
use crate::study::Deviation;
use serde::Serialize;

/// The report of a project.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The project's title.
    pub title: String,
    /// One page each.
    pub studies: Vec<StudyReport>,
    /// Studies without a page of this run, named on the index.
    pub left_out: Vec<LeftOut>,
    /// Verdicts that differ from the accepted baseline; nothing where there is none to compare with.
    pub changes: Option<Vec<Change>>,
    /// How far the run is that it is the report of; nothing where that is over.
    #[serde(skip)]
    pub progress: Option<Progress>,
    /// At what scale studies were run, and what others would take; nothing where nobody asked.
    #[serde(skip)]
    pub scales: Option<Scales>,
}

/// A run that has not ended well, or not yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Whether it goes on.
    pub goes_on: bool,
    /// What stands over the index: how far it is, or that it stopped and how to go on.
    pub banner: String,
    /// Studies whose pages are still to come, in the order of the run.
    pub unfinished: Vec<Unfinished>,
}

/// A study whose page is still to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unfinished {
    /// The study's name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Whether one of its steps has started.
    pub has_begun: bool,
}

/// One study's page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StudyReport {
    /// The study's name, e.g. `lofi/accuracy`.
    pub name: String,
    /// Path of the page under the report's folder, without its ending.
    pub page: String,
    /// From the page's folder up to the report's folder: `../` for every folder between.
    pub up: String,
    /// Title.
    pub title: String,
    /// The question that it answers.
    pub question: String,
    /// Paragraphs of what to know when reading it.
    pub notes: Vec<String>,
    /// The study's file.
    pub file: String,
    /// The profile that it ran with.
    pub profile: String,
    /// Its anchor on the page of scales; empty where there is none.
    pub scale: String,
    /// What was replaced in it, as the command line has it: `--set n=3`; empty for the study as written.
    pub settings: String,
    /// The paper whose figure it reproduces.
    pub paper: Option<PaperNote>,
    /// Data sets, the study's own first.
    pub data: Vec<DataNote>,
    /// Claims by outcome.
    pub tally: Tally,
    /// The tally in words: "3 claims: 2 held, 1 failed, 0 undecided".
    pub verdict: String,
    /// Claims.
    pub claims: Vec<ClaimReport>,
    /// Sentences on what the seeds behind the claims draw anew, without their full stops.
    pub population: Vec<String>,
    /// What went wrong in some runs, which claims must be read with: "2 of 8 rows collapsed: …".
    pub alarms: Vec<String>,
    /// Figures.
    pub figures: Vec<FigureReport>,
    /// How published numbers ended, in words; empty where there are none.
    pub published: String,
    /// Published numbers beside ours.
    pub comparisons: Vec<TableReport>,
    /// Tables.
    pub tables: Vec<TableReport>,
    /// Settings that differ from the paper.
    pub deviations: Vec<Deviation>,
    /// Steps that failed.
    pub failed_steps: Vec<FailedStep>,
    /// Outputs that are not there.
    pub missing: Vec<Missing>,
    /// How the numbers came about; nothing where the study has never run.
    pub provenance: Option<Provenance>,
    /// What the index says of it.
    #[serde(skip)]
    pub standing: Standing,
    /// Works cited.
    pub references: Vec<Reference>,
    /// Files beside the page.
    #[serde(skip)]
    pub files: Vec<Attachment>,
}

/// Where the study's figure stands in the literature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PaperNote {
    /// Key of the bibliography.
    pub key: String,
    /// "Dandi et al. 2026".
    pub label: String,
    /// The paper's title.
    pub title: String,
    /// Number in the reference list.
    pub number: usize,
    /// The figure's number; may be empty.
    pub figure: String,
}

/// A data set in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DataNote {
    /// The card's name.
    pub card: String,
    /// The title for people.
    pub title: String,
    /// The binary task.
    pub task: String,
    /// What a reader must not miss where the data is not the paper's; else empty.
    pub banner: String,
    /// What a reader must know of the data; else empty.
    pub caveat: String,
    /// Training records of the task.
    pub train: String,
    /// Test records of the task.
    pub test: String,
    /// SHA-256 of the content.
    pub digest: String,
    /// Number in the reference list, where the card's citation is known.
    pub number: Option<usize>,
}

/// A claim and its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClaimReport {
    /// Its name in the study.
    pub name: String,
    /// The name as an anchor of the page.
    pub anchor: String,
    /// How it ended.
    pub state: ClaimState,
    /// [`ClaimState::word`]
    pub word: &'static str,
    /// [`ClaimState::symbol`]
    pub symbol: &'static str,
    /// The claim in words.
    pub says: String,
    /// Who claims it: "the paper, figure 3", "us".
    pub by: String,
    /// Whether that is the paper.
    pub of_paper: bool,
    /// Most seeds of any tested condition.
    pub seeds: u64,
    /// file:line:column.
    pub place: String,
    /// What was found, in a sentence; or why there is nothing.
    pub because: String,
    /// What would decide it at a scale that shows it, with its hours and memory; empty of others.
    pub price: String,
    /// The test with its numbers, as baselines and programs have it.
    pub test: String,
    /// That it was made or changed after seeds had been seen, in words; empty of a claim that was there before.
    pub added_later: String,
    /// One row for each tested condition.
    pub evidence: Layout,
}

/// The finding of a claim, where its figure stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lead {
    /// The claim's anchor.
    pub anchor: String,
    /// How it ended.
    pub state: ClaimState,
    /// [`ClaimState::word`]
    pub word: &'static str,
    /// [`ClaimState::symbol`]
    pub symbol: &'static str,
    /// The claim in words.
    pub says: String,
    /// What was found, in a sentence.
    pub because: String,
}

/// A figure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FigureReport {
    /// Its name in the study.
    pub name: String,
    /// The name as an anchor of the page.
    pub anchor: String,
    /// The `<svg>` element.
    pub svg: String,
    /// Text in place of the picture.
    pub alt: String,
    /// What was found of what it shows, before the line under it.
    pub leads: Vec<Lead>,
    /// The line under it.
    pub caption: String,
    /// The SVG file, relative to the page.
    pub href: String,
    /// Paragraphs of what to know when looking at it.
    pub notes: Vec<String>,
    /// A small one without words, relative to the page; empty where there is none.
    pub thumbnail: String,
    /// How it came about, and what makes it anew.
    pub making: Making,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TableReport {
    /// Its name in the study.
    pub name: String,
    /// The name for people.
    pub title: String,
    /// The name as an anchor of the page.
    pub anchor: String,
    /// What was averaged, what the interval is, where published numbers are from.
    pub caption: String,
    /// The table for people.
    pub layout: Layout,
    /// The CSV file of all its numbers, relative to the page.
    pub csv: String,
    /// The CSV file of the rows before averaging; empty where there is none.
    pub rows_csv: String,
    /// How the published numbers of a comparison ended; nothing in other tables.
    pub published: Ended,
}

/// A step that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FailedStep {
    /// Study, step and cell.
    pub name: String,
    /// file:line:column.
    pub place: String,
    /// What went wrong.
    pub error: String,
    /// Further cells of the same step that failed with the same error.
    pub more: usize,
}

/// A study that could not be planned on this machine, so that it has no results to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// The study's name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Why, and what to do; for example which data set is not there.
    pub why: String,
}

/// A verdict that differs from the accepted baseline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The study, with its profile.
    pub study: String,
    /// The page, without its ending.
    pub page: String,
    /// The claim's name.
    pub claim: String,
    /// How it ended in the baseline; "–" where it was not there.
    pub old: String,
    /// How it ends now; "–" where it is gone.
    pub new: String,
    /// What else differs: code, data, seeds.
    pub why: String,
}

/// An output that is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// Figure, table, comparison or claim.
    pub what: &'static str,
    /// Its name.
    pub name: String,
    /// Why, and what to do.
    pub why: String,
}

/// How a study's numbers came about.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Provenance {
    /// Commit of the project.
    pub commit: String,
    /// When the last run that computed something ended.
    pub finished: String,
    /// The sum of what the steps took that are known, whenever they ran.
    pub computing: String,
    /// The same in seconds.
    pub cost_s: f64,
    /// Stored steps.
    pub steps: usize,
    /// Processor, cores, memory, system.
    pub machine: String,
    /// Code fingerprint of every kind that took part.
    pub code: Vec<CodeNote>,
    /// Whether the study has changed since that run.
    pub outdated: bool,
}

/// The ending of files that are written packed by gzip.
pub const PACKED: &str = ".gz";

/// A file beside a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Path under the report's folder.
    pub path: String,
    /// Content, before it is packed.
    pub content: String,
}
