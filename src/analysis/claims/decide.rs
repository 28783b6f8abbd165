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
use crate::artifact::{Cell, Outcome, Table, Verdict, number};
use crate::math::statistics::Interval;
use crate::step::StepError;
use crate::step::roles::{ClaimHead, evidence};

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
    /// What is claimed about, e.g. `test_error, LoFi − Ridge`.
    pub statistic: String,
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
    pub fn of(head: &'a ClaimHead, statistic: String, bar: Bar) -> Self {
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
        let because = match self.decisive(&tested) {
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
        Ok(Verdict { outcome, says, because, by: self.head.claimant.clone(), evidence: self.evidence(&tested)? })
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
    fn decisive<'t, 'c>(&self, tested: &'t [Tested<'c>]) -> Option<&'t Tested<'c>> {
        let key = |t: &Tested<'_>| (severity(t.outcome), self.bar.excess(t.estimate));
        tested.iter().max_by(|a, b| key(a).0.cmp(&key(b).0).then(key(a).1.total_cmp(&key(b).1)))
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
mod tests {
    use super::*;
    use crate::math::random::Stream;

    fn head(extra: &serde_json::Value) -> ClaimHead {
        let mut head = serde_json::json!({"says": "s", "per": "n"});
        for (key, value) in extra.as_object().into_iter().flatten() {
            head[key] = value.clone();
        }
        serde_json::from_value(head).unwrap()
    }

    fn decided(bar: Bar, conditions: &[Condition], extra: &serde_json::Value) -> Verdict {
        Test::of(&head(extra), "e".into(), bar).decide(conditions, "").unwrap()
    }

    fn verdict_of(bar: Bar, conditions: &[Condition]) -> Verdict {
        decided(bar, conditions, &serde_json::Value::Null)
    }

    fn condition(n: i64, samples: &[f64]) -> Condition {
        Condition::of(vec![n.into()], samples.to_vec())
    }

    fn outcome(bar: Bar, conditions: &[Condition]) -> Outcome {
        verdict_of(bar, conditions).outcome
    }

    #[test]
    fn the_interval_by_hand() {
        // mean −2, sd 1, t(0.975; 2) = 4.302653: −2 ± 2.484138
        let verdict = verdict_of(Bar::Below(0.0), &[condition(1, &[-1.0, -2.0, -3.0])]);
        assert_eq!(verdict.outcome, Outcome::Undecided);
        let number = |c: &str| verdict.evidence.numbers(c).unwrap()[0].unwrap();
        assert!((number("low") + 4.484_138).abs() < 1e-6 && (number("high") - 0.484_138).abs() < 1e-6);
        assert_eq!(verdict.because, "mean e = -2 [-4.48, 0.484], claimed < 0 (95 % Student t interval, 3 samples)");
        assert_eq!(verdict.evidence.column("outcome").unwrap(), ["undecided".into()]);
    }

    #[test]
    fn sides_are_mirrors_and_touching_counts_where_allowed() {
        let (low, high) = ([-1.0, -1.1, -0.9], [1.0, 1.1, 0.9]);
        assert_eq!(outcome(Bar::Below(0.0), &[condition(1, &low)]), Outcome::Held);
        assert_eq!(outcome(Bar::Below(0.0), &[condition(1, &high)]), Outcome::Contradicted);
        assert_eq!(outcome(Bar::Above(0.0), &[condition(1, &high)]), Outcome::Held);
        assert_eq!(outcome(Bar::Above(0.0), &[condition(1, &low)]), Outcome::Contradicted);
        let zero = [condition(1, &[0.0; 6])];
        assert_eq!(outcome(Bar::AtMost(0.0), &zero), Outcome::Held);
        assert_eq!(outcome(Bar::AtLeast(0.0), &zero), Outcome::Held);
        assert_eq!(outcome(Bar::Below(0.0), &zero), Outcome::Undecided);
    }

    #[test]
    fn all_conditions_must_hold_and_one_clear_failure_is_enough() {
        let (held, failed) = (condition(1, &[-1.0, -1.1, -0.9]), condition(2, &[1.0, 1.1, 0.9]));
        let open = condition(3, &[1.0, -1.0]);
        let below = Bar::Below(0.0);
        assert_eq!(outcome(below, &[held.clone(), held.clone()]), Outcome::Held);
        assert_eq!(outcome(below, &[held.clone(), open.clone()]), Outcome::Undecided);
        assert_eq!(outcome(below, &[held.clone(), open, failed.clone()]), Outcome::Contradicted);
        let verdict = verdict_of(below, &[held, failed]);
        assert!(
            verdict.because.starts_with("1 of 2 conditions held, 1 contradicted; at n = 2: mean e = 1"),
            "{}",
            verdict.because
        );
    }

    #[test]
    fn a_failure_that_many_conditions_make_likely_is_no_failure() {
        // 95 %: 1 ± 0.9936; among 20 conditions the widened interval reaches below zero
        let weak = condition(0, &[0.6, 1.0, 1.4]);
        assert_eq!(outcome(Bar::Below(0.0), std::slice::from_ref(&weak)), Outcome::Contradicted);
        let many: Vec<Condition> = std::iter::once(weak).chain((1..20).map(|n| condition(n, &[-1.0, -1.1]))).collect();
        let verdict = verdict_of(Bar::Below(0.0), &many);
        assert_eq!(verdict.outcome, Outcome::Undecided);
        assert!(verdict.because.contains("by chance"), "{}", verdict.because);
    }

    #[test]
    fn too_few_samples_are_undecided_with_the_reason() {
        let single = verdict_of(Bar::Below(0.0), &[condition(1, &[-5.0])]);
        assert_eq!(single.outcome, Outcome::Undecided);
        assert!(single.because.contains("a single sample"), "{}", single.because);
        let none = Test::of(&head(&serde_json::Value::Null), "e".into(), Bar::Below(0.0))
            .decide(&[condition(1, &[])], "LoFi is not in the table")
            .unwrap();
        assert_eq!((none.outcome, none.evidence.height()), (Outcome::Undecided, 0));
        assert_eq!(none.because, "no samples: LoFi is not in the table");
    }

    #[test]
    fn a_difference_too_small_to_matter_is_negligible() {
        // −0.002 ± 0.0248 of three
        let small = condition(1, &[-0.012, -0.002, 0.008]);
        let of = |effect: f64, more: &[Condition]| {
            let all = [std::slice::from_ref(&small), more].concat();
            decided(Bar::Below(0.0), &all, &serde_json::json!({"smallest_effect": effect})).outcome
        };
        assert_eq!([of(0.027, &[]), of(0.026, &[])], [Outcome::Negligible, Outcome::Undecided]);
        let held = condition(2, &[-1.0, -1.1, -0.9]);
        assert_eq!(of(0.027, std::slice::from_ref(&held)), Outcome::Negligible);
        assert_eq!(of(0.027, &[condition(3, &[1.0, -1.0])]), Outcome::Undecided);
    }

    #[test]
    fn what_this_scale_cannot_show_says_so_beside_its_numbers() {
        let scale = serde_json::json!({"not_at_this_scale": "needs n = 5000"});
        let verdict = decided(Bar::Below(0.0), &[condition(1, &[-1.0, -1.1, -0.9])], &scale);
        assert_eq!(verdict.outcome, Outcome::NotAtThisScale);
        assert!(verdict.because.starts_with("needs n = 5000; here held: mean e = -1 ["), "{}", verdict.because);
    }

    #[test]
    fn planned_looks_decide_later_than_one_look_and_once() {
        let looks = serde_json::json!({"looks": [3, 5, 8, 12, 18, 30]});
        let of = |samples: &[f64]| decided(Bar::Below(0.0), &[condition(1, samples)], &looks);
        // t = −10 at three: enough for one look, not for the first of six
        let three = [-1.0, -1.1732, -0.8268];
        assert_eq!(outcome(Bar::Below(0.0), &[condition(1, &three)]), Outcome::Held);
        assert_eq!(of(&three).outcome, Outcome::Undecided);
        let five = of(&[-1.0, -1.1732, -0.8268, -1.1, -0.9]);
        assert_eq!(five.outcome, Outcome::Held);
        assert_eq!(five.evidence.numbers("samples").unwrap(), [Some(5.0)]);
        let more = of(&[-1.0, -1.1732, -0.8268, -1.1, -0.9, 7.0, 8.0, 9.0]);
        assert_eq!((more.outcome, more.because.clone()), (Outcome::Held, five.because.clone()));
        assert!(
            more.because.ends_with("(95 % Student t interval, 5 samples of at most 30, planned looks)"),
            "{}",
            more.because
        );
    }

    #[test]
    fn intervals_cover_as_often_as_they_say() {
        for seeds in [2, 3, 5, 10] {
            let trials = 4000;
            let covered = (0..trials).filter(|&trial| {
                let mut stream = Stream::new(trial, "coverage", seeds);
                let samples: Vec<f64> = (0..seeds).map(|_| stream.normal()).collect();
                outcome(Bar::Below(0.0), &[condition(0, &samples)]) == Outcome::Undecided
            });
            // binomial with p = 0.95: standard deviation 0.0034, four of them
            let share = covered.count() as f64 / trials as f64;
            assert!((share - 0.95).abs() < 0.014, "{seeds} seeds: {share}");
        }
    }
}
