//! What the index says of a page, from what stands on it.

use super::outputs::Outputs;
use super::sections::Collected;
use crate::engine::StoreError;
use crate::report::format::Style;
use crate::report::model::{ClaimReport, Provenance, TableReport};
use crate::report::published::PointEnd;
use crate::report::standing::{ClaimStanding, LastRun, Points, Standing, Worst};
use std::collections::BTreeSet;

/// How the study of a page stands.
///
/// # Errors
/// Where the system refuses to read the store.
pub(super) fn standing(
    outputs: &Outputs<'_>,
    collected: &Collected,
    provenance: Option<&Provenance>,
) -> Result<Standing, StoreError> {
    let run = provenance.map(|run| LastRun {
        commit: run.commit.clone(),
        finished: run.finished.clone(),
        machine: run.machine.clone(),
    });
    Ok(Standing {
        claims: collected.claims.iter().map(claim).collect(),
        points: collected.comparisons.iter().map(points).collect(),
        seeds: collected.claims.iter().map(|claim| claim.seeds).max().unwrap_or(0),
        cost_s: cost(outputs)?,
        run,
    })
}

fn claim(claim: &ClaimReport) -> ClaimStanding {
    ClaimStanding {
        name: claim.name.clone(),
        anchor: claim.anchor.clone(),
        state: claim.state,
        of_paper: claim.of_paper,
        says: claim.says.clone(),
        because: claim.because.clone(),
    }
}

fn points(table: &TableReport) -> Points {
    let worst = table.published.worst.map(|worst| {
        let numbers = [worst.published, worst.ours];
        let style = Style::of(&numbers);
        let [published, ours] = numbers.map(|number| style.show(number));
        Worst { times: worst.times, words: format!("{}: {published} published, {ours} here", table.title) }
    });
    let each = table.published.each.iter().copied().map(PointEnd::letter).collect();
    Points { anchor: table.anchor.clone(), each, worst }
}

/// Recorded seconds of all steps of the study that are stored, each once.
fn cost(outputs: &Outputs<'_>) -> Result<f64, StoreError> {
    let places: BTreeSet<usize> = outputs.places.iter().copied().collect();
    let mut seconds = 0.0;
    for place in places {
        let entry = outputs.store.entry(&outputs.graph.nodes[place].key)?;
        seconds += entry.map_or(0.0, |entry| entry.elapsed_s);
    }
    Ok(seconds)
}
