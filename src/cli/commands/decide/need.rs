//! How many seeds a condition needs, by what its samples show so far.

use crate::artifact::Outcome;
use crate::math::MathError;
use crate::math::statistics::power::{Power, likely_effect, needed_seeds};

/// Chance that a claim is decided with as many seeds as it is said to need.
const POWER: f64 = 0.8;

/// The most that is worked out; above, a claim needs "more than" this.
pub(super) const MOST: usize = 100_000;

/// The normal quantile of 0.8: the effect is less than this many standard errors above the one that was seen, with that chance.
const PLAUSIBLE: f64 = 0.841_621_233_572_914_2;

/// A condition of a claim as its evidence has it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Evidence {
    pub estimate: f64,
    /// The repeated interval, where there is one.
    pub interval: Option<(f64, f64)>,
    /// The standard deviation of one sample, where the statistic is a mean.
    pub spread: Option<f64>,
    /// Samples at the last look.
    pub samples: usize,
    /// How far the estimate is on the wrong side of the bar.
    pub excess: f64,
    /// Evidence for the claimed side.
    pub e_value: Option<f64>,
    pub outcome: Outcome,
}

/// What a claim asks of its conditions.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rules {
    /// The error of one condition, both sides together.
    pub alpha: f64,
    /// The smallest difference from the bar that matters.
    pub effect: Option<f64>,
    /// Numbers of samples at which it is looked at.
    pub looks: Vec<usize>,
    /// Most seeds.
    pub cap: usize,
}

/// What becomes of an open condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Need {
    /// So many seeds in all, which may be more than it gets; the next look is at `next`.
    Seeds { needed: usize, next: usize },
    /// More than it may get; nothing where it is more than [`MOST`].
    Futile(Option<usize>),
    /// No number of seeds decides it, for this reason.
    Never(&'static str),
}

impl Evidence {
    /// Whether more seeds could tell something: of a claim that is open as a whole, one that was contradicted at the plain
    /// level may be so at that of all conditions together.
    pub const fn is_open(&self) -> bool {
        matches!(self.outcome, Outcome::Undecided | Outcome::Contradicted)
    }

    /// Whether the estimate is on the side that is not claimed.
    pub fn is_on_the_wrong_side(&self) -> bool {
        self.excess > 0.0
    }

    /// What it needs, being given so many seeds until now.
    ///
    /// # Errors
    /// Where a quantile cannot be computed.
    pub fn need(&self, had: usize, rules: &Rules) -> Result<Need, MathError> {
        if let Some(why) = self.never(had, rules) {
            return Ok(Need::Never(why));
        }
        let per_seed = self.per_seed(had);
        let (needed, least) = match self.spread.filter(|spread| *spread > 0.0) {
            Some(spread) => {
                let seeds = |samples: Option<usize>| samples.map(|samples| samples.div_ceil(per_seed));
                (seeds(self.by_power(spread, rules)?), seeds(self.at_least(spread, rules)?))
            }
            // shares and ratios go from look to look
            None => (Some(0), Some(0)),
        };
        let next = rules.looks.iter().map(|look| look.div_ceil(per_seed)).find(|look| *look > had);
        let next = next.filter(|next| *next <= rules.cap);
        let is_within_reach = [least, needed].into_iter().flatten().any(|seeds| seeds <= rules.cap);
        Ok(match (needed, next) {
            (needed, Some(next)) if is_within_reach => Need::Seeds { needed: needed.unwrap_or(MOST).max(next), next },
            (Some(needed), _) if needed > had => Need::Futile(Some(needed)),
            (Some(_), _) => Need::Futile(Some(had.saturating_mul(2))),
            (None, _) => Need::Futile(None),
        })
    }

    /// Samples that one seed gives.
    fn per_seed(&self, had: usize) -> usize {
        self.samples.checked_div(had).unwrap_or(1).max(1)
    }

    /// Why no number of seeds decides it.
    fn never(&self, had: usize, rules: &Rules) -> Option<&'static str> {
        if self.outcome != Outcome::Undecided {
            return None;
        }
        if let Some((low, high)) = self.interval {
            let widest = (high - self.estimate).max(self.estimate - low);
            if self.excess.abs() > widest {
                return Some("its interval is clear of the bar, and what is missing or bounded keeps it open");
            }
        }
        let looked = rules.looks.iter().copied().take_while(|look| *look <= had).last();
        let missing = looked.is_some_and(|look| self.samples < look);
        (missing && !self.is_on_the_wrong_side()).then_some("some of its replicates have no number")
    }

    /// Samples with which a test of the effect that was seen decides it, or that it is negligible.
    ///
    /// Effects that were seen are optimistic: δ = |excess|/spread counts as [`likely_effect`].
    fn by_power(&self, spread: f64, rules: &Rules) -> Result<Option<usize>, MathError> {
        let aim = Power { alpha: rules.alpha, power: POWER };
        let delta = self.excess.abs() / spread;
        let decided = needed_seeds(likely_effect(delta, self.samples), aim, MOST)?;
        Ok([decided, self.for_negligible(spread, rules)?].into_iter().flatten().min())
    }

    /// Samples that would do if the effect were as large as it may well be, `δ + 0.84/√n`.
    ///
    /// Only where these are too many is a claim given up: its few first seeds may be unlucky. Of effects of one standard
    /// deviation 95 % are decided by the looks 3, 5, 8, 12, 18, 30, with 12.8 seeds on average; 50 % would be, were claims
    /// given up by the need alone, and 99.9 % if none were (20 000 paths of normal values each).
    fn at_least(&self, spread: f64, rules: &Rules) -> Result<Option<usize>, MathError> {
        if self.samples == 0 {
            return Ok(Some(0));
        }
        let delta = self.excess.abs() / spread + PLAUSIBLE / (self.samples as f64).sqrt();
        needed_seeds(delta, Power { alpha: rules.alpha, power: POWER }, MOST)
    }

    /// Samples with which an effect that is as small as it was seen to be is known to be negligible.
    fn for_negligible(&self, spread: f64, rules: &Rules) -> Result<Option<usize>, MathError> {
        let aim = Power { alpha: rules.alpha, power: POWER };
        let within = rules.effect.map(|effect| effect - self.excess.abs()).filter(|left| *left > 0.0);
        within.map_or(Ok(None), |left| needed_seeds(left / spread, aim, MOST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn open(excess: f64, samples: usize) -> Evidence {
        Evidence {
            estimate: excess,
            interval: Some((excess - 10.0, excess + 10.0)),
            spread: Some(1.0),
            samples,
            excess,
            e_value: None,
            outcome: Outcome::Undecided,
        }
    }

    fn rules() -> Rules {
        Rules { alpha: 0.05, effect: None, looks: vec![3, 5, 8, 12, 18, 30], cap: 30 }
    }

    fn need(evidence: &Evidence, had: usize) -> Need {
        evidence.need(had, &rules()).unwrap()
    }

    #[test]
    fn the_effect_that_was_seen_is_shrunk() {
        // t² = 3·1.5² = 6.75, δ = 1.5 (1 − 1/6.75) = 1.278: δ√7 = 3.381, and t(0.975; 6) + t(0.8; 6) = 2.447 + 0.906
        assert_eq!(need(&open(-1.5, 3), 3), Need::Seeds { needed: 7, next: 5 });
        // t² = 16·3 = 48, δ = 3.92: three seeds would do, so the next look is what it needs
        assert_eq!(need(&open(4.0, 3), 3), Need::Seeds { needed: 5, next: 5 });
        // t < √2: half of 0.5, whose need is that of 0.25
        let quarter = needed_seeds(0.25, Power { alpha: 0.05, power: 0.8 }, MOST).unwrap().unwrap();
        assert_eq!(need(&open(0.5, 3), 3), Need::Seeds { needed: quarter, next: 5 });
    }

    #[test]
    fn a_claim_is_given_up_where_no_plausible_effect_is_within_reach() {
        // 30 seeds find an effect of 0.53; 0.84/√n alone is 0.49 with three seeds and 0.30 with eight
        assert!(matches!(need(&open(0.05, 3), 3), Need::Seeds { needed: 12_000.., next: 5 }));
        assert!(matches!(need(&open(0.1, 8), 8), Need::Futile(Some(3000..))));
        assert_eq!(need(&open(0.0, 8), 8), Need::Futile(None));
        assert!(matches!(need(&open(0.3, 8), 8), Need::Seeds { next: 12, .. }));
        // the last look was the last
        assert!(matches!(need(&open(0.4, 30), 30), Need::Futile(Some(50..))));
    }

    #[test]
    fn one_that_is_nearly_at_the_bar_may_be_shown_to_be_negligible() {
        let rules = Rules { effect: Some(1.1), ..rules() };
        // left: 1.1 − 0.1 = 1 standard deviation, ten seeds
        assert_eq!(open(0.1, 3).need(3, &rules).unwrap(), Need::Seeds { needed: 10, next: 5 });
        let beyond = Rules { effect: Some(0.05), ..rules };
        assert!(matches!(open(0.1, 8).need(8, &beyond).unwrap(), Need::Futile(Some(_))));
    }

    #[test]
    fn what_seeds_cannot_decide_is_refused() {
        let clear = Evidence { interval: Some((-2.5, -1.5)), ..open(-2.0, 3) };
        assert!(matches!(need(&clear, 3), Need::Never(why) if why.contains("clear of the bar")));
        assert!(matches!(need(&open(-2.0, 3), 5), Need::Never(why) if why.contains("no number")));
        // on the wrong side it may still be contradicted
        assert!(matches!(need(&open(2.0, 3), 5), Need::Seeds { next: 8, .. }));
    }

    #[test]
    fn shares_go_from_look_to_look_up_to_the_cap() {
        let share = |samples| Evidence { spread: None, ..open(-0.2, samples) };
        assert_eq!(need(&share(3), 3), Need::Seeds { needed: 5, next: 5 });
        assert_eq!(need(&share(18), 18), Need::Seeds { needed: 30, next: 30 });
        assert_eq!(need(&share(30), 30), Need::Futile(Some(60)));
        let small = Rules { cap: 4, ..rules() };
        assert_eq!(share(3).need(3, &small).unwrap(), Need::Futile(Some(6)));
    }

    #[test]
    fn looks_count_samples_of_which_a_seed_may_give_several() {
        // four seeds of two samples each are the look at eight
        let share = Evidence { spread: None, ..open(-0.2, 6) };
        assert_eq!(need(&share, 3), Need::Seeds { needed: 4, next: 4 });
    }

    #[test]
    fn nothing_seen_yet_goes_to_the_first_look() {
        let none = Evidence { spread: None, interval: None, ..open(0.0, 0) };
        assert_eq!(need(&none, 0), Need::Seeds { needed: 3, next: 3 });
    }
}
