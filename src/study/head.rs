//! What a study's head names: the paper that it reproduces, and the data set of that paper.

use super::builder::Builder;
use super::columns::{known, names};
use super::environment::Environment;
use super::model::{Output, OutputKind};
use super::read::raw::{Head, Item, RawStudy, SampleCount};
use super::read::scope::Scoped;
use crate::step::roles::evidence;
use crate::step::{Content, Header};
use crate::yaml::{Fault, Node, known_names, parse};
use serde_json::Value as Json;

/// Names that nobody knows.
pub(super) fn faults(raw: &RawStudy, environment: Environment<'_>) -> Vec<Fault> {
    let paper = &raw.head.paper;
    let Ok(tree) = parse(&raw.source) else { return Vec::new() };
    let mut faults = Vec::new();
    let mut check = |key: &str, name: &str, known: &[String], unknown: String| {
        if name.is_empty() || known.is_empty() || known.iter().any(|one| one == name) {
            return;
        }
        let node = tree.get("paper").and_then(|paper| paper.get(key));
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let fault = raw.source.fault(node.map_or(tree.mark, |node: &Node| node.mark), unknown);
        faults.push(fault.help(known_names(name, &known).unwrap_or_default()));
    };
    let cite = &paper.cite;
    check("cite", cite, environment.works, format!("references.bib has no work `{cite}`"));
    let data = paper.data.as_deref().unwrap_or_default();
    let known = environment.data.represented();
    check("data", data, &known, format!("no data card represents `{data}`"));
    faults
}

/// Columns of tolerances that none of the tables has, once the columns of all of them are known.
pub(super) fn tolerances(raw: &RawStudy, builder: &Builder<'_>, outputs: &[Output]) -> Vec<Fault> {
    let tables = outputs.iter().filter(|output| !matches!(output.kind, OutputKind::Figure | OutputKind::Claim));
    let tables = tables.map(|output| output.wire.header(&builder.nodes)).collect::<Option<Vec<&Header>>>();
    let Some(tables) = tables else { return Vec::new() };
    let Ok(tree) = parse(&raw.source) else { return Vec::new() };
    let evidence = evidence();
    let evidence = evidence.0.iter().filter(|column| column.content == Content::Numbers);
    let there: Vec<&str> = names(&tables).into_iter().chain(evidence.map(|column| column.name.as_str())).collect();
    let mut faults = Vec::new();
    for (column, tolerance) in &raw.head.tolerances {
        let constant = |name: &&str| builder.scoped.constants.iter().any(|item| item.name == *name);
        let counted = tolerance.counted_by().filter(|name| !constant(name));
        let named = [
            (Some(column.as_str()), None),
            (tolerance.tied_by.as_deref(), Some("tied_by")),
            (counted, Some("samples")),
        ];
        for (name, key) in named.into_iter().filter_map(|(name, key)| Some((name?, key))) {
            if there.contains(&name) {
                continue;
            }
            let inner = key.map(|key| vec![column.clone(), key.to_owned()]).unwrap_or_default();
            let path: Vec<String> = std::iter::once("tolerances".to_owned()).chain(inner).collect();
            let mark = tree.mark_of(&path, key.is_none().then_some(column));
            let fault = raw.source.fault(mark, format!("no table of this study has a column `{name}`"));
            faults.push(fault.help(known(name, &tables)));
        }
    }
    faults
}

/// The head, with what tolerances and notes take from constants.
pub(super) fn with_numbers(head: &Head, scoped: &Scoped) -> Head {
    let mut head = head.clone();
    for samples in head.tolerances.values_mut().filter_map(|tolerance| tolerance.samples.as_mut()) {
        let SampleCount::Name(name) = &samples.of else { continue };
        let constant = scoped.constants.iter().find(|item| item.name == *name);
        if let Some(number) = constant.and_then(|item| item.node.to_json().as_f64()) {
            samples.of = SampleCount::Number(number);
        }
    }
    let value = |item: &Item| match item.node.to_json() {
        Json::String(text) => Some((item.name.clone(), text)),
        Json::Number(number) => Some((item.name.clone(), number.to_string())),
        _ => None,
    };
    let mut constants: Vec<(String, String)> = scoped.constants.iter().filter_map(value).collect();
    // a name that begins like another one comes before it
    constants.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    head.notes = head.notes.with(&constants);
    head
}
