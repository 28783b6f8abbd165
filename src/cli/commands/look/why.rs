//! `lofi why`: why a step runs, or where its result is from.

use super::origin;
use super::target::{Target, target};
use super::why_tree::Reasons;
use crate::cli::code::Code;
use crate::cli::commands::run::last_records;
use crate::cli::fail::{Done, Failure};
use crate::cli::output::{self, say};
use crate::cli::project::Project;
use crate::cli::study_files::discover;
use crate::engine::plan as make_plan;
use crate::engine::{Decision, Entry, Graph, History, Store};
use crate::study::{Located, Study};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Most cells of a step that are told one by one.
const CELLS: usize = 5;

/// Explains.
pub(in crate::cli) fn why(project: &Project, text: &str, cell: Option<&str>) -> Result<Done, Failure> {
    let store = project.open_store()?;
    let (studies, asked) = match target(project, text, cell)? {
        Target::Studies(studies) => (studies, None),
        Target::Steps(study, nodes) => (vec![*study], Some(nodes)),
        Target::Key(beginning) => return of_key(project, &store, &beginning),
    };
    explain(
        project,
        &store,
        (&studies, &|graph: &Graph| {
            asked.as_ref().map(|nodes| nodes.iter().map(|&node| graph.places[0][node]).collect())
        }),
    )
}

type Asked<'a> = &'a dyn Fn(&Graph) -> Option<Vec<usize>>;

/// Explains nodes of studies, or all of each study.
fn explain(project: &Project, store: &Store, (studies, asked): (&[Study], Asked<'_>)) -> Result<Done, Failure> {
    let graph = Graph::new(studies);
    let last = last_records(store, studies)?;
    let plan = make_plan(&graph, store, &last)?;
    let files = discover(&project.studies)?;
    let written = |study: &str, step: &str, path: &[String]| {
        let file = files.iter().find(|file| file.name == study)?;
        let settings = &studies.iter().find(|known| known.head.study == study)?.settings;
        let located = Located { path: &file.path, root: &project.root, profile: &project.options.profile, settings };
        located.parameter(step, path)
    };
    let history = History::new(&graph, store, &last);
    let reasons = Reasons { graph: &graph, plan: &plan, history, store, studies, written: &written };
    let to_run = plan.to_run().len();
    match asked(&graph) {
        Some(nodes) => of_nodes(&reasons, &nodes)?,
        None => {
            for (index, study) in studies.iter().enumerate() {
                of_study(&reasons, (study, index))?;
            }
        }
    }
    Ok(Done::with(Code::Well, [("to_run", json!(to_run)), ("cached", json!(plan.cached()))]))
}

/// Tells of nodes one by one; of many only the first that run.
fn of_nodes(reasons: &Reasons<'_>, nodes: &[usize]) -> Result<(), Failure> {
    if output::is_json() {
        for &node in nodes {
            output::event(&reasons.json(node)?);
        }
        return Ok(());
    }
    let runs = |node: &usize| matches!(reasons.plan.decisions[*node], Decision::Run(_));
    let mut ordered: Vec<usize> = nodes.to_vec();
    ordered.sort_by_key(|node| !runs(node));
    for &node in ordered.iter().take(CELLS) {
        say!("{}", reasons.name(node));
        say!("  key {}", reasons.graph.nodes[node].key);
        say!("  {}", reasons.standing(node)?);
        let lines = reasons.lines(node)?;
        if !lines.is_empty() && !runs(&node) {
            say!("  other than in the last run of its study, but computed before:");
        }
        lines.iter().for_each(|line| say!("{line}"));
    }
    let more = nodes.len().saturating_sub(CELLS);
    if more > 0 {
        say!("… and {more} more cells; `--where AXIS=VALUE` tells of some alone, `--json` of all");
    }
    Ok(())
}

/// Tells of a study: steps with one reason together, then what is in the store.
fn of_study(reasons: &Reasons<'_>, (study, index): (&Study, usize)) -> Result<(), Failure> {
    let graph = reasons.graph;
    let places: BTreeSet<usize> = graph.places[index].iter().copied().collect();
    if output::is_json() {
        for &node in &places {
            output::event(&reasons.json(node)?);
        }
        return Ok(());
    }
    let runs: Vec<usize> =
        places.iter().copied().filter(|&node| matches!(reasons.plan.decisions[node], Decision::Run(_))).collect();
    let set = study.settings_in_words();
    say!("{} ({}{set}): {} of {} steps run", study.head.study, study.profile, runs.len(), places.len());
    let mut groups: BTreeMap<(usize, Vec<String>), usize> = BTreeMap::new();
    let mut first_of: BTreeMap<String, usize> = BTreeMap::new();
    for &node in &runs {
        let first = *first_of.entry(reasons.label(node)).or_insert(node);
        *groups.entry((first, own_reasons(reasons, node)?)).or_default() += 1;
    }
    for ((first, why), cells) in &groups {
        let cells = if *cells == 1 { String::new() } else { format!(", {cells} cells") };
        say!("  {}{cells}", reasons.label(*first));
        why.iter().for_each(|line| say!("    {line}"));
    }
    let stored: Vec<Entry> = places.iter().filter_map(|&node| reasons.entry(node)).collect();
    if !stored.is_empty() {
        say!("  {} results are in the store: {}", stored.len(), origin::of_many(&stored));
    }
    Ok(())
}

/// The reasons of a node itself, those of its inputs not told.
fn own_reasons(reasons: &Reasons<'_>, node: usize) -> Result<Vec<String>, Failure> {
    let changes = reasons.changes(node)?;
    let mut lines: Vec<String> = changes.iter().flat_map(|change| reasons.words(node, change)).collect();
    let mut seen = BTreeSet::new();
    lines.retain(|line| seen.insert(line.clone()));
    if let (true, Decision::Run(reason)) = (lines.is_empty(), &reasons.plan.decisions[node]) {
        lines.push(reason.clone());
    }
    Ok(lines)
}

/// Explains a result by the beginning of its key: a step of the studies, or else what the store says of it.
fn of_key(project: &Project, store: &Store, beginning: &str) -> Result<Done, Failure> {
    let studies = project.load(&[])?;
    let graph = Graph::new(&studies);
    let found: Vec<usize> =
        (0..graph.nodes.len()).filter(|&node| graph.nodes[node].key.starts_with(beginning)).collect();
    if !found.is_empty() {
        return explain(project, store, (&studies, &|_: &Graph| Some(found.clone())));
    }
    let keys = store.keys_from(beginning)?;
    if keys.is_empty() {
        let profile = &project.options.profile;
        return Err(Failure::mistake(format!(
            "no step of the profile `{profile}` and no stored result has a key that begins with {beginning}"
        )));
    }
    for key in keys {
        let Some(entry) = store.entry(&key)? else { continue };
        if output::is_json() {
            let computed = origin::json_of_one(&entry, store)?;
            output::event(
                &json!({"event": "why", "key": key, "kind": entry.kind, "decision": "stored", "computed": computed}),
            );
            continue;
        }
        say!("{key}");
        say!("  of kind `{}`; no study reaches it in the profile `{}`", entry.kind, project.options.profile);
        say!("  {}", origin::of_one(&entry, store)?);
        say!("  parameters {}", entry.params);
    }
    Ok(Code::Well.into())
}
