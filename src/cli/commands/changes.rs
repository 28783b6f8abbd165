//! Verdicts that differ from the accepted baseline, and what else does.

use crate::baseline::{Baseline, ClaimLine, Manifest};
use crate::engine::{Graph, fingerprint};
use crate::report::{Change, ClaimState, StudyReport};
use crate::study::Study;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What stands where a claim is not there.
const ABSENT: &str = "–";

/// Verdicts of pages that differ from the baselines in `results`; nothing where none of them has one. Only claims that have
/// a verdict are compared: what has not run has not changed.
pub(super) fn changes(
    results: &Path,
    pages: &[StudyReport],
    (studies, graph): (&[Study], &Graph),
) -> Option<Vec<Change>> {
    let mut all = None;
    for (index, (page, study)) in pages.iter().zip(studies).enumerate() {
        if !page.settings.is_empty() {
            continue;
        }
        let Ok(baseline) = Baseline::manifest(results, &page.name, &page.profile) else { continue };
        all.get_or_insert_with(Vec::new).extend(of_page(page, &baseline, &code(graph, index), study));
    }
    all
}

/// The code fingerprints of the kinds of a study.
fn code(graph: &Graph, study: usize) -> BTreeMap<String, String> {
    let nodes = graph.places[study].iter().map(|&place| &graph.nodes[place]);
    nodes.map(|node| (node.kind.name().to_owned(), fingerprint(node.kind).to_owned())).collect()
}

fn of_page(page: &StudyReport, old: &Manifest, code: &BTreeMap<String, String>, study: &Study) -> Vec<Change> {
    let digest = study.data.as_ref().map_or("", |data| data.digest.as_str());
    let mut shared = Vec::new();
    if old.data_digest != digest {
        shared.push("data".to_owned());
    }
    let names = || old.code.keys().chain(code.keys()).collect::<BTreeSet<_>>().into_iter();
    let moved: Vec<String> =
        names().filter(|kind| old.code.get(*kind) != code.get(*kind)).map(|kind| format!("`{kind}`")).collect();
    if !moved.is_empty() {
        shared.push(format!("code of {}", moved.join(", ")));
    }
    let change = |claim: &str, (was, is): (&str, &str), seeds: Option<String>| Change {
        study: format!("{} ({})", page.name, page.profile),
        page: page.page.clone(),
        claim: claim.to_owned(),
        old: was.to_owned(),
        new: is.to_owned(),
        why: seeds.into_iter().chain(shared.iter().cloned()).collect::<Vec<_>>().join("; "),
    };
    let mut found = Vec::new();
    for claim in &page.claims {
        let before = old.claims.get(&claim.name);
        let was = before.map_or(ABSENT, |line| line.outcome.as_str());
        if was != claim.word && claim.state != ClaimState::Untested {
            found.push(change(&claim.name, (was, claim.word), seeds(before, claim.seeds)));
        }
    }
    let gone = old.claims.iter().filter(|(name, _)| !page.claims.iter().any(|claim| claim.name == **name));
    found.extend(gone.map(|(name, line)| change(name, (&line.outcome, ABSENT), None)));
    found
}

/// "3 seeds, now 8"
fn seeds(before: Option<&ClaimLine>, now: u64) -> Option<String> {
    let had = before?.samples.filter(|had| *had != now && now > 0)?;
    Some(format!("{had} seeds, now {now}"))
}
