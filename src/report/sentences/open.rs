//! Why a claim is undecided, and what would decide it.

use super::vocabulary::Vocabulary;
use crate::artifact::{Counted, Finding, Reason, number};

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
            let price = price((finding, words.seed_s), samples, has_spread)
                .unwrap_or_else(|| format!("more {seeds} would tell"));
            format!("Undecided: among so many conditions one lies on the other side by chance; {price}: `{decide}`.")
        }
        Reason::Spans => match price((finding, words.seed_s), samples, has_spread) {
            Some(price) => format!("Undecided: the interval has both sides in it; {price}: `{decide}`."),
            None => format!(
                "Undecided: the interval has both sides in it, and no number of {seeds} that could be run would tell."
            ),
        },
    }
}

/// "About 6 more seeds would tell, 12 min of one core"; nothing where no number of them would.
#[expect(clippy::cast_precision_loss, reason = "a number of seeds")]
fn price((finding, seed_s): (&Finding, Option<f64>), samples: usize, has_spread: bool) -> Option<String> {
    let seeds = noun(finding.counted, 2);
    match finding.needed {
        Some(needed) => {
            let more = needed.saturating_sub(samples).max(1);
            let time = seed_s.filter(|_| finding.counted == Counted::Seeds).map(|seconds| seconds * more as f64);
            let time = time.map_or_else(String::new, |seconds| format!(", {} of one core", in_words(seconds)));
            Some(format!("about {more} more {} would tell{time}", noun(finding.counted, more)))
        }
        None if has_spread => None,
        None => Some(format!("more {seeds} would tell")),
    }
}

/// Whole seconds, minutes or hours.
fn in_words(seconds: f64) -> String {
    if seconds < 1.0 { "less than 1 s".to_owned() } else { number::about(seconds) }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_whole() {
        let words = [0.2, 42.4, 720.0, 9000.0].map(in_words);
        assert_eq!(words, ["less than 1 s", "42 s", "12 min", "2.5 h"]);
    }
}
