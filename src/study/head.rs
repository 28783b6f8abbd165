//! What a study's head names: the paper that it reproduces, and the data set of that paper.

use super::Environment;
use super::read::raw::RawStudy;
use crate::yaml::{Fault, Node, known_names, parse};

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
    check("cite", cite, environment.works, format!("docs/references.bib has no work `{cite}`"));
    let data = paper.data.as_deref().unwrap_or_default();
    let known = environment.data.represented();
    check("data", data, &known, format!("no data card represents `{data}`"));
    faults
}
