//! When samples are looked at, and how far from the bar a statistic must then be.

use crate::math::MathError;
use crate::math::statistics::sequential::SequentialPlan;
use crate::math::statistics::student::{StudentIntervals, student_quantile};
use std::cell::RefCell;

/// Plans that a thread keeps: one for each level and number of looks that claims have.
const MOST_PLANS: usize = 64;

thread_local! {
    // each takes milliseconds, and the claims of a study share a few
    static PLANS: RefCell<Vec<(Vec<f64>, SequentialPlan)>> = const { RefCell::new(Vec::new()) };
}

/// The looks of a claim at one level: at a number of seeds set beforehand, or at planned numbers of seeds as they are added.
///
/// A t interval looked at again after more seeds errs several times as often as it says, so planned looks share one error:
/// each may spend what the seeds since the look before are worth (`α n_j/n_J` in all until look j).
#[derive(Debug, Clone)]
pub struct Judge {
    level: f64,
    planned: Vec<usize>,
    student: StudentIntervals,
    known: Option<SequentialPlan>,
}

/// A look that has happened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// How many samples it sees, the first ones.
    pub samples: usize,
    /// The |t| above which it decides.
    pub critical: f64,
    /// The |t| above which it would decide if it were the only one with the error that it may spend: for statistics that are
    /// worked out from all seeds anew, so that no look is the beginning of the next.
    pub alone: f64,
    /// The error that it may spend, both sides together.
    pub error: f64,
}

impl Judge {
    /// Looks at the numbers of seeds given; with none, or a single one, at whatever samples there are.
    #[must_use]
    pub fn at(level: f64, looks: &[usize]) -> Self {
        let planned = if looks.len() > 1 { looks.to_vec() } else { Vec::new() };
        Self { level, planned, student: StudentIntervals::at(level), known: None }
    }

    /// The planned numbers of seeds; none where it looks once.
    #[must_use]
    pub fn planned(&self) -> &[usize] {
        &self.planned
    }

    /// Student's intervals at its level, for what is looked at once whatever the plan is.
    pub const fn student(&mut self) -> &mut StudentIntervals {
        &mut self.student
    }

    /// The looks that have happened with so many samples, which must be two at least.
    ///
    /// # Errors
    /// Those of [`SequentialPlan::spending`].
    pub fn looks(&mut self, samples: usize) -> Result<Vec<Look>, MathError> {
        let error = 1.0 - self.level;
        if self.planned.is_empty() {
            let critical = self.student.of_estimate((0.0, 1.0), samples - 1)?.high;
            return Ok(vec![Look { samples, critical, alone: critical, error }]);
        }
        let happened: Vec<usize> = self.planned.iter().copied().take_while(|&look| look <= samples).collect();
        if happened.is_empty() {
            return Ok(Vec::new());
        }
        let spent = spending(&self.planned, error);
        // the looks to come do not change those that were: only these are computed
        if self.known.as_ref().is_none_or(|plan| plan.looks().len() < happened.len()) {
            self.known = Some(plan(&happened, &spent[..happened.len()])?);
        }
        let critical = self.known.iter().flat_map(SequentialPlan::critical);
        let before = std::iter::once(0.0).chain(spent.iter().copied());
        let looks = happened.iter().zip(critical).zip(spent.iter().zip(before));
        looks
            .map(|((&samples, &critical), (until, before))| {
                let error = until - before;
                let alone = student_quantile(1.0 - 0.5 * error, (samples - 1) as f64)?;
                Ok(Look { samples, critical, alone, error })
            })
            .collect()
    }
}

/// [`SequentialPlan::spending`], worked out once.
fn plan(looks: &[usize], spent: &[f64]) -> Result<SequentialPlan, MathError> {
    PLANS.with_borrow_mut(|plans| {
        if let Some((_, plan)) = plans.iter().find(|(known, plan)| known == spent && plan.looks() == looks) {
            return Ok(plan.clone());
        }
        let plan = SequentialPlan::spending(looks, spent)?;
        if plans.len() == MOST_PLANS {
            plans.clear();
        }
        plans.push((spent.to_vec(), plan.clone()));
        Ok(plan)
    })
}

#[expect(clippy::cast_precision_loss, reason = "numbers of seeds")]
fn spending(looks: &[usize], alpha: f64) -> Vec<f64> {
    let last = looks.last().copied().unwrap_or(1) as f64;
    looks.iter().map(|&look| alpha * look as f64 / last).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_look_is_students() {
        // t(0.975; 2) = 4.302653
        for looks in [&[][..], &[3]] {
            let seen = Judge::at(0.95, looks).looks(3).unwrap();
            assert!(seen.len() == 1 && (seen[0].critical - 4.302_653).abs() < 1e-6 && seen[0].samples == 3);
        }
    }

    #[test]
    fn planned_looks_are_those_of_the_whole_plan() {
        let looks = [3, 5, 8, 12, 18, 30];
        let whole = SequentialPlan::linear(&looks, 0.05).unwrap();
        let mut judge = Judge::at(0.95, &looks);
        assert!(judge.looks(2).unwrap().is_empty());
        for (seeds, happened) in [(3, 1), (7, 2), (8, 3), (31, 6)] {
            let seen = judge.looks(seeds).unwrap();
            assert_eq!(seen.len(), happened);
            for (look, critical) in seen.iter().zip(whole.critical()) {
                assert!((look.critical - critical).abs() < 1e-9 && look.alone >= look.critical - 1e-9);
            }
        }
        let spent: f64 = judge.looks(30).unwrap().iter().map(|look| look.error).sum();
        assert!((spent - 0.05).abs() < 1e-12);
    }
}
