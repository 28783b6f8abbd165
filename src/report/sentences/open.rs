//! Why a claim is undecided, and what would decide it.

use super::vocabulary::Vocabulary;
use crate::artifact::{Counted, Finding, Reason};

/// The reason with its price; empty of a claim that is decided.
#[must_use]
pub(super) fn why(words: &Vocabulary<'_>, finding: &Finding, (samples, has_spread): (usize, bool)) -> String {
    let Some(reason) = finding.open else { return String::new() };
    let seeds = noun(finding.counted, 2);
    let decide = &words.decide;
    match reason {
        Reason::NoRows => "Undecided: no row is where it speaks.".to_owned(),
        Reason::NoInterval => {
            let (counted, give) = (noun(finding.counted, samples), if samples == 1 { "gives" } else { "give" });
            format!("Undecided: {samples} {counted} {give} no interval; `{decide}` adds seeds.")
        }
        Reason::Missing => "Undecided: what is missing, or known as a bound only, could turn it.".to_owned(),
        Reason::EmptyCondition => "Undecided: one of its conditions has no number.".to_owned(),
        Reason::Chance => {
            let price = price(finding, samples, has_spread).unwrap_or_else(|| format!("more {seeds} would tell"));
            format!("Undecided: among so many conditions one lies on the other side by chance; {price}: `{decide}`.")
        }
        Reason::Spans => match price(finding, samples, has_spread) {
            Some(price) => format!("Undecided: the interval has both sides in it; {price}: `{decide}`."),
            None => format!(
                "Undecided: the interval has both sides in it, and more {seeds} than anyone will run would tell."
            ),
        },
    }
}

/// "About 6 more seeds would tell"; nothing where no number of them would.
fn price(finding: &Finding, samples: usize, has_spread: bool) -> Option<String> {
    let seeds = noun(finding.counted, 2);
    match finding.needed {
        Some(needed) => {
            let more = needed.saturating_sub(samples).max(1);
            Some(format!("about {more} more {} would tell", noun(finding.counted, more)))
        }
        None if has_spread => None,
        None => Some(format!("more {seeds} would tell")),
    }
}

/// What samples are called.
#[must_use]
pub(super) const fn noun(counted: Counted, count: usize) -> &'static str {
    match (counted, count) {
        (Counted::Seeds, 1) => "seed",
        (Counted::Seeds, _) => "seeds",
        (Counted::Runs, 1) => "run",
        (Counted::Runs, _) => "runs",
        (Counted::Rows | Counted::Nothing, 1) => "row",
        (Counted::Rows | Counted::Nothing, _) => "rows",
        (Counted::Points, 1) => "point of one regression",
        (Counted::Points, _) => "points of one regression",
    }
}
