//! What this machine could not run, with what is committed of it.

use crate::baseline::{Baseline, ClaimLine};
use crate::cli::output::{self, note, say};
use crate::cli::project::Project;
use crate::engine::{Gated, Graph, Summary};
use crate::study::Study;
use std::collections::{BTreeMap, BTreeSet};

/// Says what was left out and why; of studies whose claims were, how they ended where the results were committed.
pub(super) fn tell(project: &Project, (studies, graph): (&[Study], &Graph), summary: &Summary) {
    if output::is_json() || project.options.quiet || summary.gated.is_empty() {
        return;
    }
    let mut causes: BTreeMap<&str, Vec<&Gated>> = BTreeMap::new();
    for gated in summary.gated.iter().filter(|gated| !gated.follows) {
        causes.entry(&gated.why).or_default().push(gated);
    }
    for (why, steps) in causes {
        let more = if steps.len() > 1 { format!(" and {} more", steps.len() - 1) } else { String::new() };
        say!("gated: {}{more}: {why}", steps[0].name);
    }
    let follow = summary.gated.iter().filter(|gated| gated.follows).count();
    say!("{} gated, {follow} of them because they need one that is; no failure", summary.gated.len());
    for index in studies_of(graph, summary, studies.len()) {
        committed(project, &studies[index]);
    }
}

/// The studies that lack something because of it.
pub(super) fn studies_of(graph: &Graph, summary: &Summary, count: usize) -> BTreeSet<usize> {
    let names: BTreeSet<&str> = summary.gated.iter().map(|gated| gated.name.as_str()).collect();
    let lacks =
        |index: &usize| graph.places[*index].iter().any(|&node| names.contains(graph.nodes[node].name.as_str()));
    (0..count).filter(lacks).collect()
}

/// How the claims of a study ended when its results were committed.
fn committed(project: &Project, study: &Study) {
    let name = &study.head.study;
    match Baseline::manifest(&project.results(), name, &study.profile) {
        Ok(manifest) if !manifest.claims.is_empty() => {
            say!("{name} ({}), as its results are committed", study.profile);
            for ClaimLine { outcome, says, because, .. } in manifest.claims.values() {
                say!("  {outcome:<12} {says} {because}");
            }
        }
        _ => note!("{name}: no results are committed for profile {}", study.profile),
    }
}
