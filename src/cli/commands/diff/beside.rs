//! Results beside results.

use super::side::{Results, Which};
use crate::artifact::number;
use crate::baseline::{Baseline, Difference, Move, OtherRows, Turn, Verdicts, compare, moves, turns};
use crate::report::{Moved, StudyComparison, Turned, duration};
use std::collections::BTreeSet;

/// Rows that are named of those that came or went.
const NAMED: usize = 3;

/// Studies that differ, and how many do not.
pub(super) fn beside(old: &Results, new: &Results) -> (Vec<StudyComparison>, usize) {
    let (mut differ, mut same) = (Vec::new(), 0);
    for (before, now) in pairs(old, new) {
        let study = match (before.as_ref(), now.as_ref()) {
            (Some(a), Some(b)) => both((a, &old.baselines[a]), (b, &new.baselines[b]), cost((old, a), (new, b))),
            (Some(gone), None) => alone(gone, "all its results are gone"),
            (None, Some(fresh)) => alone(fresh, "it has results now"),
            (None, None) => continue,
        };
        if study.differs() { differ.push(study) } else { same += 1 }
    }
    (differ, same)
}

/// What is compared with what: the same study and profile, of two sides of one profile each the same study. Where only one
/// side is of a profile, what else the other has is no difference.
fn pairs(old: &Results, new: &Results) -> Vec<(Option<Which>, Option<Which>)> {
    let by_study = old.of_a_profile && new.of_a_profile;
    let key = |which: &Which| if by_study { (which.0.clone(), String::new()) } else { which.clone() };
    let find =
        |results: &Results, wanted: &Which| results.baselines.keys().find(|which| key(which) == *wanted).cloned();
    let keys: BTreeSet<Which> = old.baselines.keys().chain(new.baselines.keys()).map(key).collect();
    let pairs = keys.iter().map(|wanted| (find(old, wanted), find(new, wanted)));
    pairs
        .filter(|(before, now)| {
            let is_asked = |results: &Results, which: &Option<Which>| !results.of_a_profile || which.is_some();
            by_study || is_asked(old, before) && is_asked(new, now)
        })
        .collect()
}

fn alone((study, profile): &Which, words: &str) -> StudyComparison {
    StudyComparison {
        name: format!("{study} ({profile})"),
        others: vec![words.to_owned()],
        ..StudyComparison::default()
    }
}

fn both(
    ((study, profile), old): (&Which, &Baseline),
    ((_, now), new): (&Which, &Baseline),
    cost: String,
) -> StudyComparison {
    let verdicts = turns(&Verdicts::from(&old.manifest), &Verdicts::from(&new.manifest));
    let turned = |Turn { claim, old, new, why }: Turn| Turned { claim, old, new, why };
    let (moved, rows) = moves(old, new);
    let mut others: Vec<String> = rows.iter().map(came_and_went).collect();
    others.extend(compare(old, new).iter().filter_map(|difference| other(difference, profile == now)));
    let profiles = if profile == now { profile.clone() } else { format!("{profile} → {now}") };
    StudyComparison {
        name: format!("{study} ({profiles})"),
        verdicts: verdicts.into_iter().map(turned).collect(),
        moved: moved.into_iter().map(in_words).collect(),
        others,
        cost,
    }
}

fn in_words(moved: Move) -> Moved {
    let Move { table, column, rows, of, spreads, row, old, new } = moved;
    let far = spreads.map_or_else(
        || match (new - old) / old.abs() {
            share if share.is_finite() => {
                format!("{}{} %", if share > 0.0 { "+" } else { "" }, number::plain(100.0 * share).replace('-', "−"))
            }
            _ => "from nothing".to_owned(),
        },
        |times| match times.is_finite() {
            true => format!("{} seed spreads", number::tenths(times)),
            false => "beyond seeds that agreed".to_owned(),
        },
    );
    let [old, new] = [old, new].map(digits);
    Moved { table, column, rows: format!("{rows} of {of}"), far, place: row, old, new }
}

/// Seven digits, as many as tell numbers apart that rounding does not.
pub(super) fn digits(value: f64) -> String {
    let text = format!("{value:.6e}");
    text.parse().map_or(text, number::exact)
}

/// "t-rows: 4 rows went, 2 came: n=5 seed=3, …"
fn came_and_went(OtherRows { table, gone, added }: &OtherRows) -> String {
    let counted = [(gone, "went"), (added, "came")].into_iter().filter(|(rows, _)| !rows.is_empty());
    let parts: Vec<String> = counted
        .map(|(rows, word)| {
            let names: Vec<&str> =
                rows.iter().map(String::as_str).filter(|name| !name.is_empty()).take(NAMED).collect();
            let more = if rows.len() > names.len() && !names.is_empty() { ", …" } else { "" };
            let names = if names.is_empty() { String::new() } else { format!(" ({}{more})", names.join(", ")) };
            format!("{} {} {word}{names}", rows.len(), if rows.len() == 1 { "row" } else { "rows" })
        })
        .collect();
    format!("{table}: {}", parts.join(", "))
}

/// A difference that is told of neither as a verdict nor as numbers that moved; of two profiles not that they are two.
fn other(difference: &Difference, same_profile: bool) -> Option<String> {
    let Difference { table, column, row, was, is, .. } = difference;
    let is_claim = table == "claims";
    let is_number = |text: &String| text.parse::<f64>().is_ok();
    let is_row = was == "a row" || is == "a row";
    let is_profile = table == "manifest" && !same_profile;
    // what the claim says, or at which look it stopped
    let is_verdict =
        is_claim && ["held", "contradicted", "negligible", "undecided", "not "].iter().any(|w| is.starts_with(w));
    if is_row || is_profile || is_verdict || (is_number(was) && is_number(is)) || (is_claim && is == "not there") {
        return None;
    }
    let place =
        [column.as_str(), row.as_str()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    let place = if place.is_empty() { String::new() } else { format!(" ({place})") };
    Some(format!("{table}{place}: {was} → {is}"))
}

/// What both cost, where that is known and not the same.
fn cost((old, before): (&Results, &Which), (new, now): (&Results, &Which)) -> String {
    match (old.costs.get(before), new.costs.get(now)) {
        (Some(a), Some(b)) if (a - b).abs() >= 1.0 => format!("{} → {}", duration(*a), duration(*b)),
        _ => String::new(),
    }
}
