//! Verdicts that differ from the accepted baseline, and what else does.

use crate::baseline::{Baseline, Manifest, Turn, Verdicts, turns};
use crate::engine::{Graph, fingerprint};
use crate::report::{Change, ClaimState, StudyReport};
use crate::study::Study;
use std::collections::BTreeMap;
use std::path::Path;

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
    let old = Verdicts::from(old);
    let mut new = Verdicts {
        profile: &page.profile,
        data_digest: study.data.as_ref().map_or("", |data| data.digest.as_str()),
        code,
        claims: BTreeMap::new(),
    };
    for claim in &page.claims {
        let name = claim.name.as_str();
        match (claim.state, old.claims.get(name)) {
            (ClaimState::Untested, before) => new.claims.extend(before.map(|line| (name, *line))),
            _ => drop(new.claims.insert(name, (claim.word, Some(claim.seeds)))),
        }
    }
    let change = |Turn { claim, old, new, why }: Turn| Change {
        study: format!("{} ({})", page.name, page.profile),
        page: page.page.clone(),
        claim,
        old,
        new,
        why,
    };
    turns(&old, &new).into_iter().map(change).collect()
}
