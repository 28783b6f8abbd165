//! What the index says of a page, from what stands on it.

use super::sections::Collected;
use crate::report::format::Style;
use crate::report::model::{ClaimReport, Provenance, TableReport};
use crate::report::published::PointEnd;
use crate::report::standing::{ClaimStanding, LastRun, Points, Standing, Worst};

/// How the study of a page stands.
pub(super) fn standing(collected: &Collected, provenance: Option<&Provenance>) -> Standing {
    let run = provenance.map(|run| LastRun {
        commit: run.commit.clone(),
        finished: run.finished.clone(),
        machine: run.machine.clone(),
    });
    Standing {
        claims: collected.claims.iter().map(claim).collect(),
        points: collected.comparisons.iter().map(points).collect(),
        seeds: collected.claims.iter().map(|claim| claim.seeds).max().unwrap_or(0),
        // whole seconds: the index tells no finer ones, and a report of the same results has the same bytes
        cost_s: provenance.map_or(0.0, |run| run.cost_s.round()),
        run,
    }
}

fn claim(claim: &ClaimReport) -> ClaimStanding {
    ClaimStanding {
        name: claim.name.clone(),
        anchor: claim.anchor.clone(),
        state: claim.state,
        of_paper: claim.of_paper,
        says: claim.says.clone(),
        because: claim.because.clone(),
        price: claim.price.clone(),
        page: String::new(),
        profile: String::new(),
        undecided_in: String::new(),
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
