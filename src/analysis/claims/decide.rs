//! From samples to a verdict: what every claim has in common.
//!
//! Each condition (a number of training samples, a step along an axis) has an estimate with a two-sided interval, most
//! often a mean with Student's t. A condition is held where that interval lies wholly on the claimed side, failed where it
//! lies wholly on the other, and undecided otherwise, so either is wrong in at most (1 − level)/2 of all repetitions.
//!
//! Student's t and not the percentile bootstrap: with the 3 to 10 seeds of a study, resamples repeat the same few
//! values and their percentiles cover far less than they say (three seeds: about 75 % instead of 95 %), which would make
//! claims hold by chance. t pays for the few seeds with a wide interval; what it assumes, differences near normal, a mean
//! over thousands of test images meets well.
//!
//! A claim over several conditions is held where all are: no correction is due, since all must pass (Berger 1982,
//! intersection-union test). It is failed where some condition fails at level 1 − (1 − level)/m (Bonferroni): among m
//! conditions one fails by chance m times as often.

use super::estimate::Estimate;
use super::threshold::Bar;
use crate::analysis::rows::in_words;
use crate::artifact::{Cell, Outcome, Table, Verdict, number};
use crate::math::statistics::Interval;
use crate::math::statistics::student::StudentIntervals;
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
            (Self::CannotHold, Outcome::Held) | (Self::Undecided, _) => Outcome::Undecided,
            (_, outcome) => outcome,
        }
    }
}

impl Condition {
    /// A condition of independent samples, one number a pair, a row or a replicate.
    #[must_use]
    pub const fn of(place: Vec<Cell>, samples: Vec<f64>) -> Self {
        Self { place, estimate: Estimate::Mean(samples), facts: Vec::new(), open: Openness::Closed }
    }
}

/// A test of a statistic over some conditions.
#[derive(Debug, Clone)]
pub struct Test<'a> {
    /// The claim in words.
    pub says: &'a str,
    /// What is claimed about, e.g. `test_error, LoFi − Ridge`.
    pub statistic: String,
    /// Where it should be.
    pub bar: Bar,
    /// Level of the two-sided interval.
    pub level: f64,
    /// Columns that name a condition.
    pub place: Vec<String>,
    /// Names of the further findings.
    pub facts: Vec<String>,
}

/// A condition with its interval.
struct Tested<'a> {
    condition: &'a Condition,
    estimate: f64,
    interval: Option<Interval>,
    outcome: Outcome,
    /// The outcome with the interval widened for the number of conditions.
    strict: Outcome,
}

impl<'a> Test<'a> {
    /// The test of a claim whose conditions are the values of `per`.
    #[must_use]
    pub fn of(head: &'a ClaimHead, statistic: String, bar: Bar) -> Self {
        Self { says: &head.says, statistic, bar, level: head.level, place: head.per.0.clone(), facts: Vec::new() }
    }

    /// The verdict over all conditions; `remark` tells what was left out, if anything.
    ///
    /// # Errors
    /// Where a sample is not a number.
    pub fn decide(&self, conditions: &[Condition], remark: &str) -> Result<Verdict, StepError> {
        let known: Vec<&Condition> = conditions.iter().filter(|c| c.estimate.samples() > 0).collect();
        let mut intervals = [self.level, widened(self.level, known.len())].map(StudentIntervals::at);
        let tested = known.iter().map(|c| self.test(c, &mut intervals)).collect::<Result<Vec<_>, _>>()?;
        let outcome = match overall(&tested) {
            // a condition without any sample is not known to be as claimed
            Outcome::Held if known.len() < conditions.len() => Outcome::Undecided,
            outcome => outcome,
        };
        let because = match self.decisive(&tested) {
            None => {
                format!("no samples: {}", if remark.is_empty() { "no row is where the claim speaks" } else { remark })
            }
            Some(worst) => {
                self.because(&tested, worst) + &if remark.is_empty() { String::new() } else { format!("; {remark}") }
            }
        };
        Ok(Verdict { outcome, says: self.says.to_owned(), because, evidence: self.evidence(&tested)? })
    }

    fn test<'c>(
        &self,
        condition: &'c Condition,
        [plain, widened]: &mut [StudentIntervals; 2],
    ) -> Result<Tested<'c>, StepError> {
        let interval = condition.estimate.interval(plain)?;
        let strict = self.bar.outcome(condition.estimate.interval(widened)?);
        let [outcome, strict] = [self.bar.outcome(interval), strict].map(|outcome| condition.open.limit(outcome));
        Ok(Tested { condition, estimate: condition.estimate.value()?, interval, outcome, strict })
    }

    /// The condition that the reason names: of the worst outcome the one farthest on the wrong side.
    fn decisive<'t, 'c>(&self, tested: &'t [Tested<'c>]) -> Option<&'t Tested<'c>> {
        let key = |t: &Tested<'_>| (severity(t.outcome), self.bar.excess(t.estimate));
        tested.iter().max_by(|a, b| key(a).0.cmp(&key(b).0).then(key(a).1.total_cmp(&key(b).1)))
    }

    fn because(&self, tested: &[Tested<'_>], worst: &Tested<'_>) -> String {
        let estimate = &worst.condition.estimate;
        let found = match worst.interval {
            Some(Interval { low, high }) if low < high || estimate.samples() > 1 => {
                format!("{} [{}, {}]", number::plain(worst.estimate), number::plain(low), number::plain(high))
            }
            Some(_) => number::plain(worst.estimate),
            None => format!("{} with {}, which gives no interval", number::plain(worst.estimate), estimate.too_few()),
        };
        let mean = if estimate.is_mean() { "mean " } else { "" };
        let of = format!("{mean}{} = {found}, claimed {}", self.statistic, self.bar);
        let how = estimate.how(percent(self.level));
        if tested.len() == 1 {
            return format!("{of} ({how})");
        }
        let count = |wanted: Outcome| tested.iter().filter(|t| t.outcome == wanted).count();
        let (held, failed) = (count(Outcome::Held), count(Outcome::Failed));
        let place = in_words(&self.place, &worst.condition.place);
        let doubt = if failed > 0 && overall(tested) != Outcome::Failed {
            format!("; a failure by chance is likely enough among {} conditions", tested.len())
        } else {
            String::new()
        };
        format!("{held} of {} conditions held, {failed} failed; at {place}: {of} ({how}){doubt}", tested.len())
    }

    fn evidence(&self, tested: &[Tested<'_>]) -> Result<Table, StepError> {
        let named = self.place.iter().chain(&self.facts).map(String::as_str);
        let evidence = evidence();
        let header: Vec<&str> = named.chain(evidence.names()).collect();
        let row = |t: &Tested<'_>| {
            let Tested { condition, interval, .. } = t;
            let ends = [interval.map(|i| i.low), interval.map(|i| i.high)];
            let numbers = [t.estimate.into(), ends[0].into(), ends[1].into(), condition.estimate.samples().into()];
            [&condition.place[..], &condition.facts[..], &numbers[..], &[t.outcome.word().into()]].concat()
        };
        Ok(Table::from_rows(&header, &tested.iter().map(row).collect::<Vec<_>>())?)
    }
}

/// The level at which one of some conditions fails by chance as often as a single one at the level given (Bonferroni).
#[expect(clippy::cast_precision_loss, reason = "far fewer conditions than 2^53")]
fn widened(level: f64, conditions: usize) -> f64 {
    1.0 - (1.0 - level) / conditions as f64
}

fn overall(tested: &[Tested<'_>]) -> Outcome {
    if tested.iter().any(|t| t.strict == Outcome::Failed) {
        Outcome::Failed
    } else if !tested.is_empty() && tested.iter().all(|t| t.outcome == Outcome::Held) {
        Outcome::Held
    } else {
        Outcome::Undecided
    }
}

const fn severity(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Held => 0,
        Outcome::Undecided => 1,
        Outcome::Failed => 2,
    }
}

fn percent(level: f64) -> f64 {
    (level * 1e4).round() / 1e2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::Stream;

    fn claim(bar: Bar) -> Test<'static> {
        Test { says: "s", statistic: "e".into(), bar, level: 0.95, place: vec!["n".into()], facts: Vec::new() }
    }

    fn condition(n: i64, samples: &[f64]) -> Condition {
        Condition::of(vec![n.into()], samples.to_vec())
    }

    fn outcome(bar: Bar, conditions: &[Condition]) -> Outcome {
        claim(bar).decide(conditions, "").unwrap().outcome
    }

    #[test]
    fn the_interval_by_hand() {
        // mean −2, sd 1, t(0.975; 2) = 4.302653: −2 ± 2.484138
        let verdict = claim(Bar::Below(0.0)).decide(&[condition(1, &[-1.0, -2.0, -3.0])], "").unwrap();
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
        assert_eq!(outcome(Bar::Below(0.0), &[condition(1, &high)]), Outcome::Failed);
        assert_eq!(outcome(Bar::Above(0.0), &[condition(1, &high)]), Outcome::Held);
        assert_eq!(outcome(Bar::Above(0.0), &[condition(1, &low)]), Outcome::Failed);
        let zero = [condition(1, &[0.0, 0.0])];
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
        assert_eq!(outcome(below, &[held.clone(), open, failed.clone()]), Outcome::Failed);
        let verdict = claim(below).decide(&[held, failed], "").unwrap();
        assert!(
            verdict.because.starts_with("1 of 2 conditions held, 1 failed; at n = 2: mean e = 1"),
            "{}",
            verdict.because
        );
    }

    #[test]
    fn a_failure_that_many_conditions_make_likely_is_no_failure() {
        // 95 %: 1 ± 0.9936; among 20 conditions the widened interval reaches below zero
        let weak = condition(0, &[0.6, 1.0, 1.4]);
        assert_eq!(outcome(Bar::Below(0.0), std::slice::from_ref(&weak)), Outcome::Failed);
        let many: Vec<Condition> = std::iter::once(weak).chain((1..20).map(|n| condition(n, &[-1.0, -1.1]))).collect();
        let verdict = claim(Bar::Below(0.0)).decide(&many, "").unwrap();
        assert_eq!(verdict.outcome, Outcome::Undecided);
        assert!(verdict.because.contains("by chance"), "{}", verdict.because);
    }

    #[test]
    fn too_few_samples_are_undecided_with_the_reason() {
        let single = claim(Bar::Below(0.0)).decide(&[condition(1, &[-5.0])], "").unwrap();
        assert_eq!(single.outcome, Outcome::Undecided);
        assert!(single.because.contains("a single sample"), "{}", single.because);
        let none = claim(Bar::Below(0.0)).decide(&[condition(1, &[])], "LoFi is not in the table").unwrap();
        assert_eq!((none.outcome, none.evidence.height()), (Outcome::Undecided, 0));
        assert_eq!(none.because, "no samples: LoFi is not in the table");
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
