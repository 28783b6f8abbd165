//! From studies and stored results to the report model.

use super::accepted::AcceptedTables;
use super::leads::leads;
use super::making::{Known, drawn_from, making};
use super::notes::paragraphs;
use super::outputs::Outputs;
use super::population::population;
use super::provenance::provenance;
use super::sections::Collected;
use super::standing::standing;
use crate::engine::{Graph, Store};
use crate::report::bibliography::references::{Bibliography, Citations, UnknownKey};
use crate::report::error::BuildError;
use crate::report::format::Style;
use crate::report::making::Making;
use crate::report::model::{DataNote, LeftOut, PaperNote, Report, StudyReport};
use crate::report::names::page;
use crate::report::published::PublishedTally;
use crate::report::tally::Tally;
use crate::step::{DataRef, Family};
use crate::study::{OutputKind, Study};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What the report is told beside the studies and their results.
#[derive(Debug, Clone, Default)]
pub struct ProjectInfo {
    /// The project's title, over the index.
    pub title: String,
    /// `docs/references.bib`.
    pub references: Bibliography,
    /// For every data card, the key that it cites.
    pub data_citations: BTreeMap<String, String>,
    /// Cards of private data, which have no published source.
    pub private_data: BTreeSet<String>,
    /// Steps that failed in the run just made, as [`crate::engine::Summary::failed`] names them, with their errors.
    pub failures: Vec<(String, String)>,
    /// Studies that could not be planned on this machine, for the index.
    pub left_out: Vec<LeftOut>,
    /// The pages of a folder that the user asked for, with their settings: see [`crate::report::pages_in`].
    pub pages_there: Option<BTreeMap<String, String>>,
    /// The texts of the studies' files by their names in places, for the entries of figures.
    pub sources: BTreeMap<String, String>,
    /// What was accepted of tables that moved since, for figures that can show both.
    pub accepted: AcceptedTables,
}

impl Report {
    /// Collects what is stored of every study. `graph` is the graph of exactly these studies.
    ///
    /// # Errors
    /// Where a study, a data card or a kind cites a work that the bibliography does not have, or the system refuses to
    /// read the store.
    pub fn build(studies: &[Study], graph: &Graph, store: &Store, info: &ProjectInfo) -> Result<Self, BuildError> {
        Self::build_some(0..studies.len(), (studies, graph, store), info)
    }

    /// The same of some of these studies.
    ///
    /// # Errors
    /// As [`Report::build`].
    pub fn build_some(
        which: impl IntoIterator<Item = usize>,
        (studies, graph, store): (&[Study], &Graph, &Store),
        info: &ProjectInfo,
    ) -> Result<Self, BuildError> {
        let failures: HashMap<&str, &str> = info.failures.iter().map(|(n, e)| (n.as_str(), e.as_str())).collect();
        let one = |index: usize| {
            let study = &studies[index];
            let places = graph.places.get(index).map_or(&[][..], Vec::as_slice);
            let outputs = Outputs { study, graph, store, places, failures: &failures };
            study_report(&outputs, info)
        };
        let which: Vec<usize> = which.into_iter().collect();
        let studies = which.into_par_iter().map(one).collect::<Result<_, _>>()?;
        let (title, left_out) = (info.title.clone(), info.left_out.clone());
        Ok(Self { title, studies, left_out, changes: None, progress: None, scales: None })
    }
}

fn study_report(outputs: &Outputs<'_>, info: &ProjectInfo) -> Result<StudyReport, BuildError> {
    let study = outputs.study;
    let head = &study.head;
    let mut citations = Citations::new(&head.study, &info.references);
    let paper = paper(study, &mut citations, info)?;
    let data = data(study, &mut citations, info)?;
    cite_kinds(study, &mut citations, info)?;
    let mut collected = Collected::new(page(study, info.pages_there.as_ref()));
    for output in &study.outputs {
        collected.add(outputs, output, &info.accepted)?;
    }
    let entries = outputs.entries()?;
    let took_s = outputs.took(&entries);
    let known = Known { entries: &entries, took_s: &took_s, sources: &info.sources };
    for output in study.outputs.iter().filter(|output| output.kind == OutputKind::Figure) {
        let csv = collected.csv_of(&drawn_from(study, output.wire));
        let Some(figure) = collected.figures.iter_mut().find(|figure| figure.name == output.name) else { continue };
        figure.leads = leads(study, output, &collected.claims);
        figure.notes = paragraphs(outputs, head.notes.of_figure(&figure.name))?;
        figure.making = Making { csv, ..making(outputs, output, &known) };
    }
    let provenance = provenance(outputs, (&entries, &took_s))?;
    let standing = standing(&collected, provenance.as_ref());
    let Collected { page, claims, alarms, figures, comparisons, tables, missing, files } = collected;
    let tally = Tally::of(&claims.iter().map(|claim| claim.state).collect::<Vec<_>>());
    let later = match claims.iter().filter(|claim| !claim.added_later.is_empty()).count() {
        0 => String::new(),
        1 => "; 1 of them was added or changed after seeds had been seen".to_owned(),
        some => format!("; {some} of them were added or changed after seeds had been seen"),
    };
    Ok(StudyReport {
        name: head.study.clone(),
        up: "../".repeat(page.matches('/').count()),
        page,
        title: head.title.clone(),
        question: head.question.clone(),
        notes: paragraphs(outputs, head.notes.of_study())?,
        file: study.file.clone(),
        profile: study.profile.clone(),
        scale: String::new(),
        settings: study.settings_in_words().trim().to_owned(),
        paper,
        data,
        tally,
        verdict: tally.words() + &later,
        claims,
        population: population(study),
        alarms,
        figures,
        published: PublishedTally::sum(comparisons.iter().map(|table| &table.published)).words(),
        comparisons,
        tables,
        deviations: head.deviations.clone(),
        failed_steps: outputs.failed_steps(),
        missing,
        provenance,
        standing,
        references: citations.into_list(),
        files,
    })
}
fn paper(study: &Study, citations: &mut Citations<'_>, info: &ProjectInfo) -> Result<Option<PaperNote>, UnknownKey> {
    let paper = &study.head.paper;
    if paper.cite.is_empty() {
        return Ok(None);
    }
    let number = citations.cite(&paper.cite, "this study")?;
    Ok(info.references.get(&paper.cite).map(|work| PaperNote {
        key: work.key.clone(),
        label: work.label.clone(),
        title: work.title.clone(),
        number,
        figure: paper.figure.clone(),
    }))
}

/// The study's data set, then those that single steps name.
fn data(study: &Study, citations: &mut Citations<'_>, info: &ProjectInfo) -> Result<Vec<DataNote>, UnknownKey> {
    let named = study.nodes.iter().filter(|node| node.kind.about().family == Family::Data);
    let named = named.filter_map(|node| serde_json::from_value::<DataRef>(node.params.get("data")?.clone()).ok());
    let mut notes: Vec<DataNote> = Vec::new();
    for data in study.data.iter().cloned().chain(named) {
        if notes.iter().any(|known| (&known.digest, &known.task) == (&data.digest, &data.task)) {
            continue;
        }
        let key = info.data_citations.get(&data.card);
        let number = key.map(|key| citations.cite(key, &format!("data set `{}`", data.card))).transpose()?;
        notes.push(data_note(data, number, info));
    }
    Ok(notes)
}

/// What is said of data without a published source.
const PRIVATE: &str = "private data, without a published source";

fn data_note(mut data: DataRef, number: Option<usize>, info: &ProjectInfo) -> DataNote {
    if info.private_data.contains(&data.card) {
        let caveats = [data.caveat.as_str(), PRIVATE].into_iter().filter(|caveat| !caveat.is_empty());
        data.caveat = caveats.collect::<Vec<_>>().join("; ");
    }
    let banner = if data.stands_in_for.is_empty() {
        String::new()
    } else {
        format!("{} stands in for {}: the paper’s numbers are not compared.", data.title, data.stands_in_for)
    };
    #[expect(clippy::cast_precision_loss, reason = "counts of records are far below 2^53")]
    let whole = |n: usize| Style::Whole.show(n as f64);
    DataNote {
        train: whole(data.train),
        test: whole(data.test),
        card: data.card,
        title: data.title,
        task: data.task,
        banner,
        caveat: data.caveat,
        digest: data.digest,
        number,
    }
}

/// The works of the methods behind the kinds of steps, as these are set. A kind that reads any data set cites several; those count that the
/// study's own data come from, which [`data`] has cited.
fn cite_kinds(study: &Study, citations: &mut Citations<'_>, info: &ProjectInfo) -> Result<(), UnknownKey> {
    let of_data: BTreeSet<&str> = info.data_citations.values().map(String::as_str).collect();
    for node in &study.nodes {
        let reads_data = node.params.get("data").is_some_and(|data| !data.is_null());
        let is_data = node.kind.about().family == Family::Data;
        for key in node.step.cites() {
            let of_other_data = is_data && reads_data && of_data.contains(key);
            if !of_other_data || citations.has(key) {
                citations.cite(key, &format!("kind `{}`", node.kind.name()))?;
            }
        }
    }
    Ok(())
}
