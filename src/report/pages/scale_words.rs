//! What the page of scales answers, in a few sentences.

use super::index::count_in_words;
use super::scale_row::Row;
use crate::engine::human_bytes;
use crate::report::format::count;
use crate::report::scale::price::{core_hours, cores, time};
use crate::report::scale::told::{Needs, PAPER, Scales};
use crate::report::tally::Tally;

/// Sentences with their full stops; backticks set off code.
pub(super) fn lead(rows: &[&Row], scales: &Scales) -> Vec<String> {
    [run(rows), seen(rows), missing(rows, scales)].into_iter().filter(|sentence| !sentence.is_empty()).collect()
}

/// How many studies have results at the paper's settings.
fn run(rows: &[&Row]) -> String {
    let known = rows.iter().filter(|row| row.paper.is_known).count();
    let run = rows.iter().filter(|row| row.paper.is_run).count();
    match known {
        0 => String::new(),
        1 => format!("{run} of 1 study has results with the settings of the profile `{PAPER}`."),
        _ => format!("{run} of {known} studies have results with the settings of the profile `{PAPER}`."),
    }
}

/// How many claims nobody can see at the scale that was run.
fn seen(rows: &[&Row]) -> String {
    let sum = |of_paper| rows.iter().fold(Tally::default(), |sum, row| sum.and(row.standing.tally(of_paper)));
    let (theirs, ours) = (sum(true), sum(false));
    let of = |tally: Tally, whose: &str| {
        let (unseen, open, claims) = (tally.not_at_this_scale, tally.undecided, count(tally.total(), "claim"));
        let (share, are) = (share(unseen, tally.total()), if open == 1 { "is" } else { "are" });
        format!(
            "{unseen} of {claims} of {whose}{share} cannot be seen at any scale that was run, {open} {are} undecided"
        )
    };
    match (theirs.total(), ours.total()) {
        (0, 0) => String::new(),
        (0, _) => of(ours, "ours") + ".",
        (_, 0) => of(theirs, "the papers") + ".",
        _ => {
            let claims = count(ours.total(), "claim");
            let beside = format!("of {claims} of ours {} and {}", ours.not_at_this_scale, ours.undecided);
            format!("{}; {beside}.", of(theirs, "the papers"))
        }
    }
}

/// " (6 %)".
#[expect(clippy::cast_precision_loss, reason = "counts of claims")]
fn share(part: usize, whole: usize) -> String {
    if part == 0 { String::new() } else { format!(" ({:.0} %)", 100.0 * part as f64 / whole.max(1) as f64) }
}

/// What all that is missing would take.
fn missing(rows: &[&Row], scales: &Scales) -> String {
    let needs: Vec<&Needs> = rows.iter().filter_map(|row| row.needs.as_ref()).collect();
    let unknown = rows.iter().filter(|row| row.paper.is_unknown).count();
    let unknown = match unknown {
        0 => String::new(),
        some => format!(" What {} would take is not known here.", studies(some)),
    };
    if needs.is_empty() {
        return unknown.trim_start().to_owned();
    }
    let core_s = scales.core_s(needs.iter().copied());
    let largest = needs.iter().map(|needs| needs.largest_bytes).max().unwrap_or(0);
    let too_large = rows.iter().filter(|row| row.paper.is_too_large).count();
    let (time, machine) = (time(core_s, scales.cores), cores(scales.cores));
    let memory = match too_large {
        0 => String::new(),
        some => format!(
            ", and {} {} more than the {} of this machine",
            studies(some),
            if some == 1 { "needs" } else { "need" },
            human_bytes(scales.memory_bytes)
        ),
    };
    let (which, hours, largest) = (studies(needs.len()), core_hours(core_s), human_bytes(largest));
    let lack = if needs.len() == 1 { "lacks" } else { "lack" };
    format!(
        "What {which} {lack} of it would take about {time} on {machine} ({hours} core-hours) where nothing is stored; the largest \
         step needs {largest}{memory}.{unknown}"
    )
}

fn studies(count: usize) -> String {
    format!("{} {}", count_in_words(count), if count == 1 { "study" } else { "studies" })
}
