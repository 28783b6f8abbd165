//! From samples to a verdict: what every claim has in common.
//!
//! Each condition (a number of training samples, a step along an axis) has an estimate with a two-sided interval. A condition
//! is held where that interval lies wholly on the claimed side, contradicted where it lies wholly on the other, negligible
//! where it lies within the smallest effect that matters, and undecided otherwise. Samples are one a replicate: rows of one
//! seed are not independent. Where seeds are added until a claim is decided, the looks share one error (`judge`), and the
//! first look that decides stays, whatever comes later.
//!
//! Student's t and not the percentile bootstrap: with the 3 to 10 seeds of a study, resamples repeat the same few
//! values and their percentiles cover far less than they say (three seeds: about 75 % instead of 95 %), which would make
//! claims hold by chance. t pays for the few seeds with a wide interval; what it assumes, differences near normal, a mean
//! over thousands of test images meets well.
//!
//! A claim over several conditions is held where all are: no correction is due, since all must pass (Berger 1982,
//! intersection-union test). It is contradicted where some condition is at level 1 − (1 − level)/m, since among m conditions
//! one is by chance m times as often. That one is contradicted is all that counts, so this first step of Holm's is the whole.

use super::estimate::{Estimate, Seen};
use super::judge::Judge;
use super::threshold::Bar;
use crate::analysis::rows::in_words;
use crate::artifact::{Cell, Counted, Finding, Outcome, Reason, Statistic, Table, Verdict, number};
use crate::math::statistics::Interval;
use crate::math::statistics::power::{Power, likely_effect, needed_seeds};
use crate::step::StepError;
use crate::step::roles::{ClaimHead, evidence};

/// Chance that a claim is decided with as many samples as it is said to need.
const POWER: f64 = 0.8;

/// The most samples that are worked out.
const MOST_NEEDED: usize = 1000;

/// One tested condition.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// Its values of the claim's place columns.
    pub place: Vec<Cell>,
    /// What was found there.
    pub estimate: Estimate,
    /// Further findings for the evidence, one for each of the test's `facts`.
    pub facts: Vec<Cell>,
    /// What its samples leave open.
    pub open: Openness,
}

/// What the samples of a condition leave open, whatever their interval says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Openness {
    /// Nothing.
    Closed,
    /// Something is not known, e.g. a replicate without a number: it cannot be held.
    CannotHold,
    /// Some numbers are bounds on the side that is not claimed: the truth is more of what is claimed, so that it cannot be
    /// contradicted.
    CannotFail,
    /// What is not known could turn it either way.
    Undecided,
}

impl Openness {
    /// [`Openness::CannotHold`] where something is missing.
    #[must_use]
    pub const fn missing(missing: bool) -> Self {
        if missing { Self::CannotHold } else { Self::Closed }
    }

    const fn limit(self, outcome: Outcome) -> Outcome {
        match (self, outcome) {
            (Self::CannotHold, Outcome::Held | Outcome::Negligible)
            | (Self::CannotFail, Outcome::Contradicted | Outcome::Negligible)
            | (Self::Undecided, _) => Outcome::Undecided,
            (_, outcome) => outcome,
        }
    }
}

impl Condition {
    /// A condition of independent samples, one number a pair, a row or a replicate.
    #[must_use]
    pub fn of(place: Vec<Cell>, samples: Vec<f64>) -> Self {
        Self { place, estimate: Estimate::Mean(samples.into()), facts: Vec::new(), open: Openness::Closed }
    }
}

/// A test of a statistic over some conditions.
#[derive(Debug, Clone)]
pub struct Test<'a> {
    /// What the claim says of itself: words, level, looks, smallest effect.
    pub head: &'a ClaimHead,
    /// What is claimed about.
    pub statistic: Statistic,
    /// Where it should be.
    pub bar: Bar,
    /// Columns that name a condition.
    pub place: Vec<String>,
    /// Names of the further findings.
    pub facts: Vec<String>,
}

/// A condition with its interval.
struct Tested<'a> {
    condition: &'a Condition,
    estimate: f64,
    seen: Option<Seen>,
    outcome: Outcome,
    /// Whether the outcome is the same with the interval widened for the number of conditions.
    is_strict: bool,
}

impl<'a> Test<'a> {
    /// The test of a claim whose conditions are the values of `per`.
    #[must_use]
    pub fn of(head: &'a ClaimHead, statistic: Statistic, bar: Bar) -> Self {
        Self { head, statistic, bar, place: head.per.0.clone(), facts: Vec::new() }
    }

    /// The verdict over all conditions; `remark` tells what was left out, if anything.
    ///
    /// # Errors
    /// Where a sample is not a number.
    pub fn decide(&self, conditions: &[Condition], remark: &str) -> Result<Verdict, StepError> {
        let known: Vec<&Condition> = conditions.iter().filter(|c| c.estimate.samples() > 0).collect();
        let ClaimHead { level, looks, .. } = self.head;
        let mut judges = [*level, widened(*level, known.len())].map(|level| Judge::at(level, looks));
        let tested = known.iter().map(|c| self.test(c, &mut judges)).collect::<Result<Vec<_>, _>>()?;
        let outcome = match overall(&tested) {
            // a condition without any sample is not known to be as claimed
            Outcome::Held | Outcome::Negligible if known.len() < conditions.len() => Outcome::Undecided,
            outcome => outcome,
        };
        let worst = self.decisive(&tested);
        let finding = self.finding(&tested, worst, (conditions, outcome, remark))?;
        let because = match worst.map(|worst| &tested[worst]) {
            None => {
                format!("no samples: {}", if remark.is_empty() { "no row is where the claim speaks" } else { remark })
            }
            Some(worst) => {
                let remark = if remark.is_empty() { String::new() } else { format!("; {remark}") };
                self.because(&tested, worst, &judges[0]) + &remark
            }
        };
        let (outcome, because) = match &self.head.not_at_this_scale {
            Some(why) => (Outcome::NotAtThisScale, format!("{why}; here {}: {because}", outcome.word())),
            None => (outcome, because),
        };
        let says = self.head.says.clone();
        let (by, evidence) = (self.head.claimant.clone(), self.evidence(&tested)?);
        Ok(Verdict { outcome, says, because, finding: Some(finding), by, evidence })
    }

    /// What reports put into words.
    fn finding(
        &self,
        tested: &[Tested<'_>],
        weakest: Option<usize>,
        (conditions, outcome, remark): (&[Condition], Outcome, &str),
    ) -> Result<Finding, StepError> {
        let worst = weakest.map(|worst| &tested[worst]);
        let open = (outcome == Outcome::Undecided).then(|| self.reason(worst, tested.len() < conditions.len()));
        let needed = match (open, worst) {
            (Some(Reason::Spans | Reason::Chance), Some(worst)) => self.needed(worst)?,
            _ => None,
        };
        Ok(Finding {
            statistic: self.statistic.clone(),
            bar: self.bar,
            level: self.head.level,
            place: self.place.clone(),
            weakest,
            counted: worst.map_or(Counted::Seeds, |worst| worst.condition.estimate.counted()),
            open,
            needed,
            remark: remark.to_owned(),
            not_at_this_scale: self.head.not_at_this_scale.clone(),
            added_later: None,
        })
    }

    /// Why a claim is open whose weakest condition is given.
    fn reason(&self, worst: Option<&Tested<'_>>, lacks_a_condition: bool) -> Reason {
        match worst.map(|worst| (worst, worst.seen)) {
            None => Reason::NoRows,
            Some((worst, _)) if worst.outcome == Outcome::Contradicted => Reason::Chance,
            Some((worst, _)) if worst.outcome != Outcome::Undecided && lacks_a_condition => Reason::EmptyCondition,
            Some((_, None)) => Reason::NoInterval,
            Some((_, Some(seen))) if self.outcome(seen.interval) == Outcome::Undecided => Reason::Spans,
            Some(_) => Reason::Missing,
        }
    }

    /// How many samples would decide a condition, by what its samples show so far.
    fn needed(&self, worst: &Tested<'_>) -> Result<Option<usize>, StepError> {
        let Some(Seen { samples, spread: Some(spread), .. }) = worst.seen.filter(|s| s.spread > Some(0.0)) else {
            return Ok(None);
        };
        let aim = Power { alpha: 1.0 - self.head.level, power: POWER };
        let delta = likely_effect(self.bar.excess(worst.estimate).abs() / spread, samples);
        needed_seeds(delta, aim, MOST_NEEDED).map_err(StepError::numeric)
    }

    fn test<'c>(&self, condition: &'c Condition, [plain, widened]: &mut [Judge; 2]) -> Result<Tested<'c>, StepError> {
        let outcome_of = |interval: Interval| condition.open.limit(self.outcome(interval));
        let decides = |interval: Interval| outcome_of(interval) != Outcome::Undecided;
        let seen = condition.estimate.seen(plain, &decides)?;
        let outcome = seen.map_or(Outcome::Undecided, |seen| outcome_of(seen.interval));
        let is_strict = outcome != Outcome::Contradicted
            || condition
                .estimate
                .seen(widened, &decides)?
                .is_some_and(|s| outcome_of(s.interval) == Outcome::Contradicted);
        let estimate = match seen {
            Some(seen) => seen.estimate,
            None => condition.estimate.value()?,
        };
        Ok(Tested { condition, estimate, seen, outcome, is_strict })
    }

    /// How an interval decides; one that lies within the smallest effect that matters says that there is none to speak of.
    fn outcome(&self, interval: Interval) -> Outcome {
        match (self.bar.outcome(Some(interval)), self.head.smallest_effect.zip(self.bar.threshold())) {
            (Outcome::Undecided, Some((effect, bar)))
                if interval.low >= bar - effect && interval.high <= bar + effect =>
            {
                Outcome::Negligible
            }
            (outcome, _) => outcome,
        }
    }

    /// The condition that the reason names: of the worst outcome the one farthest on the wrong side.
    fn decisive(&self, tested: &[Tested<'_>]) -> Option<usize> {
        let key = |t: &Tested<'_>| (severity(t.outcome), self.bar.excess(t.estimate));
        let order = |a: &Tested<'_>, b: &Tested<'_>| key(a).0.cmp(&key(b).0).then(key(a).1.total_cmp(&key(b).1));
        (0..tested.len()).max_by(|&a, &b| order(&tested[a], &tested[b]))
    }

    fn because(&self, tested: &[Tested<'_>], worst: &Tested<'_>, judge: &Judge) -> String {
        let estimate = &worst.condition.estimate;
        let found = match worst.seen {
            Some(Seen { interval: Interval { low, high }, .. }) if low < high || estimate.samples() > 1 => {
                format!("{} [{}, {}]", number::plain(worst.estimate), number::plain(low), number::plain(high))
            }
            Some(_) => number::plain(worst.estimate),
            None => {
                let few = estimate.too_few(judge);
                format!("{} with {few}, which gives no interval", number::plain(worst.estimate))
            }
        };
        let mean = if estimate.is_mean() { "mean " } else { "" };
        let of = format!("{mean}{} = {found}, claimed {}", self.statistic, self.bar);
        let samples = worst.seen.map_or_else(|| estimate.samples(), |seen| seen.samples);
        let how = estimate.how(percent(self.head.level), judge, samples);
        if tested.len() == 1 {
            return format!("{of} ({how})");
        }
        let count = |wanted: Outcome| tested.iter().filter(|t| t.outcome == wanted).count();
        let (held, failed) = (count(Outcome::Held), count(Outcome::Contradicted));
        let place = in_words(&self.place, &worst.condition.place);
        let doubt = if failed > 0 && overall(tested) != Outcome::Contradicted {
            format!("; one on the other side by chance is likely enough among {} conditions", tested.len())
        } else {
            String::new()
        };
        format!("{held} of {} conditions held, {failed} contradicted; at {place}: {of} ({how}){doubt}", tested.len())
    }

    fn evidence(&self, tested: &[Tested<'_>]) -> Result<Table, StepError> {
        let named = self.place.iter().chain(&self.facts).map(String::as_str);
        let evidence = evidence();
        let header: Vec<&str> = named.chain(evidence.names()).collect();
        let row = |t: &Tested<'_>| -> Result<Vec<Cell>, StepError> {
            let Tested { condition, seen, .. } = t;
            let interval = seen.map(|seen| seen.interval);
            let samples = seen.map_or_else(|| condition.estimate.samples(), |seen| seen.samples);
            let numbers = [
                t.estimate.into(),
                interval.map(|i| i.low).into(),
                interval.map(|i| i.high).into(),
                seen.and_then(|seen| seen.spread).into(),
                samples.into(),
                self.bar.excess(t.estimate).into(),
                condition.estimate.evidence(self.bar)?.into(),
            ];
            Ok([&condition.place[..], &condition.facts[..], &numbers[..], &[t.outcome.word().into()]].concat())
        };
        Ok(Table::from_rows(&header, &tested.iter().map(row).collect::<Result<Vec<_>, _>>()?)?)
    }
}

/// The level at which one of some conditions fails by chance as often as a single one at the level given (Bonferroni).
#[expect(clippy::cast_precision_loss, reason = "far fewer conditions than 2^53")]
fn widened(level: f64, conditions: usize) -> f64 {
    1.0 - (1.0 - level) / conditions as f64
}

fn overall(tested: &[Tested<'_>]) -> Outcome {
    let all = |wanted: &[Outcome]| !tested.is_empty() && tested.iter().all(|t| wanted.contains(&t.outcome));
    if tested.iter().any(|t| t.outcome == Outcome::Contradicted && t.is_strict) {
        Outcome::Contradicted
    } else if all(&[Outcome::Held]) {
        Outcome::Held
    } else if all(&[Outcome::Held, Outcome::Negligible]) {
        Outcome::Negligible
    } else {
        Outcome::Undecided
    }
}

const fn severity(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Held => 0,
        Outcome::Negligible => 1,
        Outcome::Undecided | Outcome::NotAtThisScale => 2,
        Outcome::Contradicted => 3,
    }
}

fn percent(level: f64) -> f64 {
    (level * 1e4).round() / 1e2
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
