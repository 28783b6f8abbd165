//! Estimates with their intervals: what a claim's verdict rests on.

use super::judge::{Judge, Look};
use super::threshold::Bar;
use crate::analysis::rows::counted;
use crate::artifact::Counted;
use crate::math::MathError;
use crate::math::statistics::binomial::proportion_interval;
use crate::math::statistics::evidence::{evidence_above, share_evidence};
use crate::math::statistics::ratio::{ratio_interval, ratio_of_sums};
use crate::math::statistics::{Interval, mean, standard_error};
use crate::step::StepError;

/// An estimated statistic, in the form that its interval is made from. Samples are one a replicate, in the order of seeds.
#[derive(Debug, Clone, PartialEq)]
pub enum Estimate {
    /// The mean of independent samples, with a t interval.
    Mean(Samples),
    /// The mean of rank correlations, whose t interval is taken of Fisher's z = artanh r, so that it stays within ±1.
    Correlation(Samples),
    /// The mean of samples each of which was measured where the others chose, with a widened t interval.
    CrossFitted(Vec<f64>),
    /// The mean of samples that were measured where other numbers of all seeds chose.
    Chosen(Vec<f64>),
    /// The square root of the mean of jackknife pseudo-values of the square, whose t interval is taken before the root.
    RootMean(Vec<f64>),
    /// The share of runs in which something is so, with its exact interval.
    Share(Vec<bool>),
    /// The sum of the first numbers over that of the second, with Fieller's interval.
    Ratio(Vec<(f64, f64)>),
    /// A coefficient of one regression, with the t interval of its residuals.
    Fitted {
        /// The coefficient.
        value: f64,
        /// Its standard error.
        standard_error: f64,
        /// Number of points.
        points: usize,
        /// Points less fitted coefficients.
        freedom: usize,
    },
    /// A value that nothing random went into.
    Exact(f64),
}

/// Numbers, one a replicate.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Samples {
    /// In the order of seeds.
    pub values: Vec<f64>,
    /// The step in which the number moves, such as 1 of a count; 0 for one that takes any value. A coin between two
    /// neighbouring steps has a spread of half of one: no less is taken, since a few equal counts do not show that there is
    /// none.
    pub step: f64,
    /// The range of the quantity, where it has one: what lies beyond is cut off an interval.
    pub range: Option<[f64; 2]>,
}

/// What a look sees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seen {
    /// How many samples it rests on.
    pub samples: usize,
    /// The estimate from them.
    pub estimate: f64,
    /// Its interval.
    pub interval: Interval,
    /// The standard deviation of one sample, where there is one.
    pub spread: Option<f64>,
}

impl From<Vec<f64>> for Samples {
    fn from(values: Vec<f64>) -> Self {
        Self { values, step: 0.0, range: None }
    }
}

impl Estimate {
    /// The estimate from all samples.
    ///
    /// # Errors
    /// Where there is no sample, or one is not a number.
    pub fn value(&self) -> Result<f64, StepError> {
        match self {
            Self::Mean(Samples { values, .. }) | Self::CrossFitted(values) | Self::Chosen(values) => mean(values),
            Self::Correlation(samples) => mean(&samples.fisher()).map(libm::tanh),
            Self::RootMean(values) => mean(values).map(|v| v.max(0.0).sqrt()),
            Self::Share(runs) => mean(&runs.iter().map(|&run| f64::from(u8::from(run))).collect::<Vec<_>>()),
            Self::Ratio(pairs) => ratio_of_sums(pairs),
            Self::Fitted { value, .. } | Self::Exact(value) => Ok(*value),
        }
        .map_err(StepError::numeric)
    }

    /// What the first look that decides sees, or else the last one that has happened; nothing where the samples are too few
    /// for an interval.
    ///
    /// # Errors
    /// Where a sample is not a number.
    pub fn seen(&self, judge: &mut Judge, decides: &dyn Fn(Interval) -> bool) -> Result<Option<Seen>, StepError> {
        match self {
            Self::Exact(value) => {
                let interval = Interval { low: *value, high: *value };
                return Ok(Some(Seen { samples: 1, estimate: *value, interval, spread: None }));
            }
            Self::Fitted { freedom: 0, .. } => return Ok(None),
            Self::Fitted { value, standard_error, points, freedom } => {
                let interval = judge.student().of_estimate((*value, *standard_error), *freedom);
                let interval = interval.map_err(StepError::numeric)?;
                return Ok(Some(Seen { samples: *points, estimate: *value, interval, spread: None }));
            }
            _ if self.samples() < 2 => return Ok(None),
            _ => {}
        }
        let mut looks = judge.looks(self.samples()).map_err(StepError::numeric)?;
        if !self.is_sequence() {
            looks.drain(..looks.len().saturating_sub(1));
            looks.iter_mut().for_each(|look| look.critical = look.alone);
        }
        let mut last = None;
        for look in looks {
            if let Some(seen) = self.at(look).map_err(StepError::numeric)? {
                last = Some(seen);
                if decides(seen.interval) {
                    break;
                }
            }
        }
        Ok(last)
    }

    /// Whether its first samples are what fewer seeds would have given; others are worked out from all seeds together.
    const fn is_sequence(&self) -> bool {
        matches!(self, Self::Mean(_) | Self::Correlation(_) | Self::Share(_) | Self::Ratio(_))
    }

    fn at(&self, look: Look) -> Result<Option<Seen>, MathError> {
        let first = look.samples;
        match self {
            Self::Mean(Samples { values, step, range }) => {
                let (centre, error) = moments(&values[..first])?;
                let seen = around((centre, error, 0.5 * step), look, |end| end);
                Ok(seen.map(|seen| Seen { interval: clipped(seen.interval, *range), ..seen }))
            }
            Self::Correlation(samples) => {
                let (centre, error) = moments(&samples.fisher()[..first])?;
                Ok(around((centre, error, samples.fisher_step(centre)), look, libm::tanh))
            }
            Self::CrossFitted(values) => {
                let n = values.len() as f64;
                let (centre, error) = moments(values)?;
                let look =
                    Look { critical: look.critical * (1.0 + n / (n - 1.0)).sqrt(), samples: values.len(), ..look };
                Ok(around((centre, error, 0.0), look, |end| end))
            }
            Self::Chosen(values) => {
                let (centre, error) = moments(values)?;
                Ok(around((centre, error, 0.0), Look { samples: values.len(), ..look }, |end| end))
            }
            Self::RootMean(values) => {
                let (centre, error) = moments(values)?;
                let look = Look { samples: values.len(), ..look };
                Ok(around((centre, error, 0.0), look, |end| end.max(0.0).sqrt()).map(|s| Seen { spread: None, ..s }))
            }
            Self::Share(runs) => {
                let successes = runs[..first].iter().filter(|&&run| run).count();
                let estimate = successes as f64 / first as f64;
                let interval = proportion_interval(successes, first, 1.0 - look.error)?;
                Ok(Some(Seen { samples: first, estimate, interval, spread: None }))
            }
            Self::Ratio(pairs) => {
                let estimate = ratio_of_sums(&pairs[..first])?;
                let interval = ratio_interval(&pairs[..first], look.critical)?;
                Ok(interval.map(|interval| Seen { samples: first, estimate, interval, spread: None }))
            }
            Self::Fitted { .. } | Self::Exact(_) => Ok(None),
        }
    }

    /// The e-value for the claimed side of the bar, its highest over all seeds so far; nothing where no sequence of samples
    /// gives one.
    ///
    /// # Errors
    /// Where a sample is not a number.
    pub fn evidence(&self, bar: Bar) -> Result<Option<f64>, StepError> {
        let of = |side: &dyn Fn(f64) -> f64, values: &[f64]| -> Result<f64, MathError> {
            evidence_above(&values.iter().map(|&v| side(v)).collect::<Vec<_>>())
        };
        let values = match self {
            Self::Mean(Samples { values, .. }) => values.clone(),
            Self::Ratio(pairs) => match bar {
                Bar::Within(..) => return Ok(None),
                Bar::Below(at) | Bar::Above(at) | Bar::AtMost(at) | Bar::AtLeast(at) => {
                    pairs.iter().map(|(a, b)| a - at * b + at).collect()
                }
            },
            Self::Share(runs) => return share_above(runs, bar).map_err(StepError::numeric),
            _ => return Ok(None),
        };
        if values.len() < 2 {
            return Ok(None);
        }
        let found = match bar {
            Bar::Below(at) | Bar::AtMost(at) => of(&|v| at - v, &values),
            Bar::Above(at) | Bar::AtLeast(at) => of(&|v| v - at, &values),
            Bar::Within(from, to) => of(&|v| v - from, &values).and_then(|low| Ok(low.min(of(&|v| to - v, &values)?))),
        };
        found.map(Some).map_err(StepError::numeric)
    }

    /// How many samples it rests on: replicates, pairs, or the points of a regression.
    #[must_use]
    pub const fn samples(&self) -> usize {
        match self {
            Self::Mean(Samples { values, .. })
            | Self::Correlation(Samples { values, .. })
            | Self::CrossFitted(values)
            | Self::Chosen(values)
            | Self::RootMean(values) => values.len(),
            Self::Share(runs) => runs.len(),
            Self::Ratio(pairs) => pairs.len(),
            Self::Fitted { points, .. } => *points,
            Self::Exact(_) => 1,
        }
    }

    /// What its samples are, where replicates are seeds.
    #[must_use]
    pub const fn counted(&self) -> Counted {
        match self {
            Self::Fitted { .. } => Counted::Points,
            Self::Exact(_) => Counted::Nothing,
            _ => Counted::Seeds,
        }
    }

    /// Whether it is a mean.
    #[must_use]
    pub const fn is_mean(&self) -> bool {
        matches!(self, Self::Mean(_) | Self::Correlation(_) | Self::CrossFitted(_) | Self::Chosen(_))
    }

    /// What there is too little of, where there is no interval.
    #[must_use]
    pub fn too_few(&self, judge: &Judge) -> String {
        match (self, judge.planned()) {
            (Self::Fitted { points, .. }, _) => counted(*points, "point"),
            (_, [first, ..]) if self.samples() < *first => {
                format!("{}, fewer than the {first} of the first look", counted(self.samples(), "sample"))
            }
            (Self::Ratio(_), _) => "denominators that may be 0".to_owned(),
            _ if self.samples() > 1 => format!("{} that are all equal", counted(self.samples(), "sample")),
            _ => "a single sample".to_owned(),
        }
    }

    /// How the interval came about, in words.
    #[must_use]
    pub fn how(&self, percent: f64, judge: &Judge, seen: usize) -> String {
        let samples = counted(seen, "sample");
        let planned =
            judge.planned().last().map_or_else(String::new, |last| format!(" of at most {last}, planned looks"));
        let (what, of) = match self {
            Self::Mean(Samples { step, .. }) if *step > 0.0 => {
                ("t interval with the spread of half a step at least", samples)
            }
            Self::Mean(_) => ("Student t interval", samples),
            Self::Correlation(_) => ("t interval of Fisher's z", samples),
            Self::Chosen(_) => ("Student t interval", samples),
            Self::CrossFitted(_) => ("t interval widened for choosing", samples),
            Self::RootMean(_) => ("jackknife t interval", counted(seen, "replicate")),
            Self::Share(_) => ("exact binomial interval", counted(seen, "run")),
            Self::Ratio(_) => ("Fieller interval of a ratio of sums", samples),
            Self::Fitted { points, .. } => {
                return format!("{percent} % Student t interval of one regression over {}", counted(*points, "point"));
            }
            Self::Exact(_) => return "deterministic: nothing random went in, so it has no interval".to_owned(),
        };
        format!("{percent} % {what}, {of}{planned}")
    }
}

impl Samples {
    /// z = artanh r, a correlation of ±1 counting as half a step less.
    fn fisher(&self) -> Vec<f64> {
        let largest = 1.0 - 0.5 * self.step.max(f64::EPSILON);
        self.values.iter().map(|r| libm::atanh(r.clamp(-largest, largest))).collect()
    }

    /// Half a step of the correlation around a z.
    fn fisher_step(&self, z: f64) -> f64 {
        let largest = 1.0 - 0.5 * self.step.max(f64::EPSILON);
        let (r, half) = (libm::tanh(z), 0.5 * self.step);
        let of = |r: f64| libm::atanh(r.clamp(-largest, largest));
        0.5 * (of(r + half) - of(r - half))
    }
}

/// The highest e-value over all runs so far for a share on the claimed side; none where the bar leaves no other side.
fn share_above(runs: &[bool], bar: Bar) -> Result<Option<f64>, MathError> {
    let (at, counted) = match bar {
        Bar::Above(at) | Bar::AtLeast(at) => (at, true),
        Bar::Below(at) | Bar::AtMost(at) => (1.0 - at, false),
        Bar::Within(..) => return Ok(None),
    };
    if at <= 0.0 || at >= 1.0 {
        return Ok(None);
    }
    let (mut successes, mut highest) = (0, 0.0_f64);
    for (trials, &run) in (1..).zip(runs) {
        successes += usize::from(run == counted);
        highest = highest.max(share_evidence(successes, trials, at)?);
    }
    Ok(Some(highest))
}

fn clipped(Interval { low, high }: Interval, range: Option<[f64; 2]>) -> Interval {
    let [from, to] = range.unwrap_or([f64::NEG_INFINITY, f64::INFINITY]);
    Interval { low: low.max(from), high: high.min(to) }
}

fn moments(values: &[f64]) -> Result<(f64, f64), MathError> {
    Ok((mean(values)?, standard_error(values)?))
}

/// The interval `centre ± critical · error` on a scale that `back` leaves. Samples that are all equal, though they could take
/// any value, have one only where a sign test would decide: their spread is not known.
#[expect(clippy::cast_precision_loss, reason = "numbers of seeds")]
fn around((centre, error, least): (f64, f64, f64), look: Look, back: fn(f64) -> f64) -> Option<Seen> {
    let root = (look.samples as f64).sqrt();
    let error = error.max(least / root);
    if error == 0.0 && 2.0 * 0.5_f64.powf(look.samples as f64) > look.error {
        return None;
    }
    let half = look.critical * error;
    let interval = Interval { low: back(centre - half), high: back(centre + half) };
    Some(Seen { samples: look.samples, estimate: back(centre), interval, spread: Some(error * root) })
}

#[cfg(test)]
#[path = "estimate_tests.rs"]
mod tests;
