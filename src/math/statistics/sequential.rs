//! The planned group-sequential t test: looks at set numbers of seeds, with one error for all of them together.
//!
//! A t interval looked at again and again errs several times as often as it says. Here each look has a part of the
//! error to spend, and the critical |t| is such that a null path is stopped at this look first with just that chance.

use super::null_paths::NullPaths;
use super::summary::{Interval, mean, standard_error};
use crate::math::error::{MathError, check_range, check_size};

// A look at more seeds costs seconds of planning, and no study has as many.
const MOST_SEEDS: usize = 1000;

/// Looks at set numbers of seeds, each with its critical |t|.
#[derive(Debug, Clone, PartialEq)]
pub struct SequentialPlan {
    looks: Vec<usize>,
    critical: Vec<f64>,
}

impl SequentialPlan {
    /// The plan that spends its error evenly over the seeds: `α n_j/n_J` until look j.
    ///
    /// Shapes: J looks -> J critical values. Units: looks in seeds, α dimensionless. Cost: that of
    /// [`SequentialPlan::spending`].
    /// Source: Lan and DeMets, Biometrika 70 (1983) 659, doi:10.1093/biomet/70.3.659, the third of their examples.
    ///
    /// # Errors
    /// Those of [`SequentialPlan::spending`].
    pub fn linear(looks: &[usize], alpha: f64) -> Result<Self, MathError> {
        let last = looks.last().copied().unwrap_or(1) as f64;
        let spent: Vec<f64> = looks.iter().map(|&look| alpha * look as f64 / last).collect();
        Self::spending(looks, &spent)
    }

    /// The plan that has spent so much of its error by each look, both sides together.
    ///
    /// Formula: b_j solves `P(|t_{n_i}| ≤ b_i for all i < j, |t_{n_j}| > b_j) = spent_j − spent_{j−1}` for normal values
    /// around the bar. No simulation: t has the Markov property backwards, so that a function of one variable, taken
    /// from seed to seed, holds the chance of having been stopped before.
    /// Shapes: J looks, J errors -> J critical values. Units: looks in seeds, errors dimensionless. Cost: half a
    /// millisecond a seed between first and last look.
    /// Source: Lan and DeMets (as above) for the spending; the recursion is that of Armitage, McPherson and Rowe, J. R.
    /// Statistical Society A 132 (1969) 235, doi:10.2307/2343787, with t in place of the mean.
    ///
    /// # Errors
    /// [`MathError::Shape`] unless there is an error for each look, [`MathError::Range`] for no looks, ones that do not
    /// rise from at least 2 to at most 1000, or errors that do not rise from above 0 to below 1.
    pub fn spending(looks: &[usize], spent: &[f64]) -> Result<Self, MathError> {
        check_size("errors spent at the looks", spent.len(), looks.len())?;
        check_looks(looks)?;
        check_spent(spent)?;
        let mut paths = NullPaths::new(looks[0])?;
        let (mut seeds, mut before) = (looks[0], 0.0);
        let mut critical = Vec::with_capacity(looks.len());
        for (&look, &error) in looks.iter().zip(spent) {
            (seeds..look).for_each(|_| paths.advance());
            let bar = paths.critical(error - before);
            paths.stop_above(bar);
            critical.push(bar);
            (seeds, before) = (look, error);
        }
        Ok(Self { looks: looks.to_vec(), critical })
    }

    /// The numbers of seeds at which it looks. Shapes: -> J. Units: seeds.
    pub fn looks(&self) -> &[usize] {
        &self.looks
    }

    /// The |t| above which each look decides. Shapes: -> J. Units: dimensionless.
    pub fn critical(&self) -> &[f64] {
        &self.critical
    }

    /// The first look that decides, if one does: the first crossing stays, whatever comes later.
    ///
    /// Values after the last look are not seen; looks at more seeds than there are values have not happened yet. Values
    /// that all agree decide at once: counts, which may agree by chance, go by
    /// [`proportion_interval`](super::binomial::proportion_interval).
    ///
    /// Shapes: differences, paired and less the bar, in the order of their seeds -> a decision. Units: any, they do not
    /// count. Cost: J n.
    ///
    /// # Errors
    /// [`MathError::NonFinite`].
    pub fn decide(&self, differences: &[f64]) -> Result<Option<Crossing>, MathError> {
        for (look, interval) in self.intervals(differences)? {
            if interval.low > 0.0 || interval.high < 0.0 {
                return Ok(Some(Crossing { look, is_above: interval.low > 0.0 }));
            }
        }
        Ok(None)
    }

    /// The repeated intervals `x̄ ± b_j s/√n_j` of the looks that have happened: all hold the truth at once with chance
    /// 1 − α.
    ///
    /// Shapes: n values in the order of their seeds -> (seeds, interval) for each look at most n. Units: those of the
    /// values. Cost: J n.
    /// Source: Jennison and Turnbull, J. R. Statistical Society B 51 (1989) 305, doi:10.1111/j.2517-6161.1989.tb01433.x.
    ///
    /// # Errors
    /// [`MathError::NonFinite`].
    pub fn intervals(&self, values: &[f64]) -> Result<Vec<(usize, Interval)>, MathError> {
        let happened = self.looks.iter().zip(&self.critical).take_while(|(look, _)| **look <= values.len());
        let interval = |(&look, &critical): (&usize, &f64)| {
            let (centre, half) = (mean(&values[..look])?, critical * standard_error(&values[..look])?);
            Ok((look, Interval { low: centre - half, high: centre + half }))
        };
        happened.map(interval).collect()
    }
}

/// What a look decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crossing {
    /// The number of seeds at which it did.
    pub look: usize,
    /// Whether the mean is above the bar, and not below.
    pub is_above: bool,
}

fn check_looks(looks: &[usize]) -> Result<(), MathError> {
    check_range(!looks.is_empty(), "number of looks", 0.0, "at least 1")?;
    let (first, last) = (looks[0], looks[looks.len() - 1]);
    check_range(first >= 2, "first look", first as f64, "at least 2 seeds")?;
    check_range(last <= MOST_SEEDS, "last look", last as f64, "at most 1000 seeds")?;
    let falls = looks.windows(2).find(|pair| pair[0] >= pair[1]);
    falls.map_or(Ok(()), |pair| check_range(false, "look", pair[1] as f64, "more seeds than at the look before"))
}

fn check_spent(spent: &[f64]) -> Result<(), MathError> {
    let mut before = 0.0;
    for &error in spent {
        check_range(error > before && error < 1.0, "error spent", error, "above that of the look before and below 1")?;
        before = error;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOKS: [usize; 6] = [3, 5, 8, 12, 18, 30];
    use crate::math::random::Stream;
    use crate::math::statistics::student::student_quantile;

    fn default_plan() -> SequentialPlan {
        SequentialPlan::linear(&LOOKS, 0.05).unwrap()
    }

    fn differ(plan: &SequentialPlan, expected: &[f64]) -> f64 {
        let relative = plan.critical().iter().zip(expected).map(|(found, expected)| (found / expected - 1.0).abs());
        relative.fold(0.0, f64::max)
    }

    // simulated once over 40 000 paths; the first two are known to 3 % of themselves
    #[test]
    fn critical_values_are_those_that_were_simulated() {
        let plan = default_plan();
        assert!(differ(&plan, &[14.0, 6.10, 3.90, 3.20, 2.74, 2.33]) < 0.01, "{:?}", plan.critical());
        let front = SequentialPlan::spending(&LOOKS, &[0.020, 0.028, 0.034, 0.040, 0.045, 0.050]).unwrap();
        assert!(differ(&front, &[6.99, 4.49, 3.64, 3.16, 3.00, 2.84]) < 0.01, "{:?}", front.critical());
    }

    // quantiles of |t| among the paths still open, NumPy's default_rng: means over 3, 2 and 5 runs of 4 million paths
    #[test]
    fn critical_values_are_those_of_millions_of_paths() {
        let of = |looks: &[usize], spent: &[f64]| SequentialPlan::spending(looks, spent).unwrap();
        let front = of(&LOOKS, &[0.020, 0.028, 0.034, 0.040, 0.045, 0.050]);
        assert!(differ(&default_plan(), &[14.127_45, 6.057_62, 3.910_29, 3.185_91, 2.747_11, 2.331_98]) < 3e-3);
        assert!(differ(&front, &[6.969_60, 4.522_67, 3.620_65, 3.163_07, 2.992_49, 2.861_32]) < 3e-3);
        let each = of(&[2, 3, 4, 5], &[0.02, 0.04, 0.07, 0.1]);
        assert!(differ(&each, &[31.811_74, 6.411_24, 3.451_92, 2.690_61]) < 3e-3);
    }

    #[test]
    fn the_first_look_alone_is_student_s() {
        let one = SequentialPlan::linear(&[9], 0.05).unwrap();
        assert!((one.critical()[0] - student_quantile(0.975, 8.0).unwrap()).abs() < 1e-9);
        let first = student_quantile(1.0 - 0.0025, 2.0).unwrap();
        assert!((default_plan().critical()[0] / first - 1.0).abs() < 1e-9, "14.09 at 3 of 30 seeds");
    }

    // looks at thirds at 5 %, the recursion over a Brownian path by NumPy with 400 nodes a look and scipy.stats.norm;
    // t is a normal at so many seeds but for terms of order 1/n
    #[test]
    fn with_many_seeds_it_is_the_plan_of_a_normal_mean() {
        let limit = [2.393_980, 2.293_768, 2.199_938];
        let [few, many] = [60, 240]
            .map(|third| differ(&SequentialPlan::linear(&[third, 2 * third, 3 * third], 0.05).unwrap(), &limit));
        assert!(many < 0.008 && (3.0..6.0).contains(&(few / many)), "{few} {many}");
    }

    #[test]
    fn null_paths_are_decided_as_often_as_planned() {
        let plan = default_plan();
        let stream = Stream::new(5, "test-sequential", 0);
        let (mut above, mut below, mut missed) = (0, 0, 0);
        for trial in 0..20_000 {
            let mut stream = stream.substream(trial);
            let path: Vec<f64> = (0..30).map(|_| stream.normal()).collect();
            let decided = plan.decide(&path).unwrap();
            above += usize::from(decided.is_some_and(|crossing| crossing.is_above));
            below += usize::from(decided.is_some_and(|crossing| !crossing.is_above));
            let holds = |i: &Interval| (i.low..=i.high).contains(&0.0);
            missed += usize::from(!plan.intervals(&path).unwrap().iter().all(|(_, i)| holds(i)));
        }
        // 5 % of 20 000 are 1000, and 31 one standard deviation
        assert!((920..=1080).contains(&(above + below)), "{above} and {below} of 20 000");
        assert!(above.abs_diff(below) < 130, "{above} and {below}: as many on either side");
        assert_eq!(missed, above + below, "the repeated intervals miss the truth just where a look decides");
    }

    #[test]
    fn an_effect_is_found_with_as_many_seeds_as_simulated_before() {
        let plan = default_plan();
        let stream = Stream::new(7, "test-sequential-power", 0);
        for (place, (delta, decided, seeds)) in
            [(0.5, 0.68, 24.8), (1.0, 0.999, 13.7), (2.0, 1.0, 7.3)].into_iter().enumerate()
        {
            let paths = 2000_u64;
            let (mut found, mut used) = (0, 0);
            for trial in 0..paths {
                let mut stream = stream.substream(10_000 * place as u64 + trial);
                let path: Vec<f64> = (0..30).map(|_| delta + stream.normal()).collect();
                let crossing = plan.decide(&path).unwrap();
                found += usize::from(crossing.is_some());
                used += crossing.map_or(30, |crossing| crossing.look);
            }
            let (share, mean) = (found as f64 / paths as f64, used as f64 / paths as f64);
            assert!((share - decided).abs() < 0.035 && (mean - seeds).abs() < 0.5, "{delta}: {share}, {mean} seeds");
        }
    }

    #[test]
    fn the_first_crossing_stays_and_what_has_not_happened_is_open() {
        let plan = default_plan();
        let mut path = vec![-1.0, -1.01, -0.99];
        assert_eq!(plan.decide(&path[..2]).unwrap(), None, "no look yet");
        path.extend([50.0; 27]);
        assert_eq!(plan.decide(&path).unwrap(), Some(Crossing { look: 3, is_above: false }));
        assert_eq!(plan.intervals(&path[..9]).unwrap().len(), 3);
        assert_eq!((plan.looks(), plan.decide(&[0.0; 30]).unwrap()), (&LOOKS[..], None));
        assert!(plan.decide(&[0.0, f64::NAN, 1.0]).is_err());
    }

    #[test]
    fn plans_that_are_none_are_refused() {
        let errs = |looks: &[usize], spent: &[f64]| SequentialPlan::spending(looks, spent).is_err();
        assert!(errs(&[], &[]) && errs(&[1, 3], &[0.01, 0.02]) && errs(&[3, 3], &[0.01, 0.02]));
        assert!(errs(&[3, 5], &[0.02, 0.02]) && errs(&[3, 5], &[0.02]) && errs(&[3, 5], &[0.02, 1.0]));
        assert!(errs(&[3, 1001], &[0.01, 0.02]) && SequentialPlan::linear(&[3, 5], 0.0).is_err());
        assert!(SequentialPlan::linear(&[3, 5], f64::NAN).is_err());
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(24))]
        #[test]
        fn a_larger_error_decides_sooner_and_looks_before_cost_some_later(
            steps in proptest::collection::vec(1usize..8, 2..5), alpha in 0.01..0.2f64,
        ) {
            let looks: Vec<usize> = steps.iter().scan(2, |seeds, step| { *seeds += step; Some(*seeds) }).collect();
            let strict = SequentialPlan::linear(&looks, alpha).unwrap();
            let loose = SequentialPlan::linear(&looks, 1.2 * alpha).unwrap();
            proptest::prop_assert!(strict.critical().iter().zip(loose.critical()).all(|(s, l)| s > l));
            let last = looks[looks.len() - 1];
            let alone = student_quantile(1.0 - 0.5 * alpha, (last - 1) as f64).unwrap();
            proptest::prop_assert!(strict.critical()[looks.len() - 1] > alone - 1e-6);
        }
    }
}
