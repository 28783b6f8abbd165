//! Estimates with their intervals: what a claim's verdict rests on.

use crate::analysis::rows::counted;
use crate::math::statistics::student::StudentIntervals;
use crate::math::statistics::{Interval, mean};
use crate::step::StepError;

/// An estimated statistic, in the form that its interval is made from.
#[derive(Debug, Clone, PartialEq)]
pub enum Estimate {
    /// The mean of independent samples, one a replicate, with Student's t interval.
    Mean(Vec<f64>),
    /// The mean of independent samples of a statistic that moves in steps, such as a count. Its spread is taken as at least
    /// that of rounding to a step, step/√12: a few equal samples do not show that it has none.
    Stepped {
        /// One a replicate.
        samples: Vec<f64>,
        /// The step.
        step: f64,
    },
    /// The mean of samples each of which was measured where the others chose, with a widened t interval.
    CrossFitted(Vec<f64>),
    /// The square root of the mean of jackknife pseudo-values of the square, whose t interval is taken before the root.
    RootMean(Vec<f64>),
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

impl Estimate {
    /// The estimate.
    ///
    /// # Errors
    /// Where there is no sample, or one is not a number.
    pub fn value(&self) -> Result<f64, StepError> {
        match self {
            Self::Mean(samples) | Self::CrossFitted(samples) | Self::Stepped { samples, .. } => {
                mean(samples).map_err(StepError::numeric)
            }
            Self::RootMean(samples) => mean(samples).map(|v| v.max(0.0).sqrt()).map_err(StepError::numeric),
            Self::Fitted { value, .. } | Self::Exact(value) => Ok(*value),
        }
    }

    /// The two-sided interval; nothing where the samples are too few for one.
    ///
    /// # Errors
    /// Where a sample is not a number.
    pub fn interval(&self, student: &mut StudentIntervals) -> Result<Option<Interval>, StepError> {
        match self {
            Self::Mean(samples)
            | Self::CrossFitted(samples)
            | Self::RootMean(samples)
            | Self::Stepped { samples, .. }
                if samples.len() < 2 =>
            {
                Ok(None)
            }
            Self::Fitted { freedom: 0, .. } => Ok(None),
            Self::Exact(value) => Ok(Some(Interval { low: *value, high: *value })),
            Self::Mean(samples) => student.of_mean(samples).map(Some).map_err(StepError::numeric),
            Self::Stepped { samples, step } => stepped_interval(samples, *step, student).map(Some),
            Self::CrossFitted(samples) => student.of_cross_fitted(samples).map(Some).map_err(StepError::numeric),
            Self::RootMean(samples) => {
                let square = student.of_mean(samples).map_err(StepError::numeric)?;
                let root = |end: f64| end.max(0.0).sqrt();
                Ok(Some(Interval { low: root(square.low), high: root(square.high) }))
            }
            Self::Fitted { value, standard_error, freedom, .. } => {
                student.of_estimate((*value, *standard_error), *freedom).map(Some).map_err(StepError::numeric)
            }
        }
    }

    /// How many samples it rests on: replicates, pairs, or the points of a regression.
    #[must_use]
    pub const fn samples(&self) -> usize {
        match self {
            Self::Mean(samples)
            | Self::CrossFitted(samples)
            | Self::RootMean(samples)
            | Self::Stepped { samples, .. } => samples.len(),
            Self::Fitted { points, .. } => *points,
            Self::Exact(_) => 1,
        }
    }

    /// Whether it is a mean.
    #[must_use]
    pub const fn is_mean(&self) -> bool {
        matches!(self, Self::Mean(_) | Self::CrossFitted(_) | Self::Stepped { .. })
    }

    /// What there is too little of, where there is no interval.
    #[must_use]
    pub fn too_few(&self) -> String {
        match self {
            Self::Fitted { points, .. } => counted(*points, "point"),
            _ => "a single sample".to_owned(),
        }
    }

    /// How the interval came about, in words.
    #[must_use]
    pub fn how(&self, percent: f64) -> String {
        match self {
            Self::Mean(samples) => {
                // a discrete statistic often comes out equal everywhere, and then its interval promises too much
                let alike = samples.len() > 1 && samples.iter().all(|v| *v == samples[0]);
                let alike = if alike { ", all equal" } else { "" };
                format!("{percent} % Student t interval, {}{alike}", counted(samples.len(), "sample"))
            }
            Self::Stepped { samples, .. } => {
                format!(
                    "{percent} % t interval with the spread of a step at least, {}",
                    counted(samples.len(), "sample")
                )
            }
            Self::CrossFitted(samples) => {
                format!("{percent} % t interval widened for choosing, {}", counted(samples.len(), "sample"))
            }
            Self::RootMean(samples) => {
                format!("{percent} % jackknife t interval, {}", counted(samples.len(), "replicate"))
            }
            Self::Fitted { points, .. } => {
                format!("{percent} % Student t interval of one regression over {}", counted(*points, "point"))
            }
            Self::Exact(_) => "deterministic: nothing random went in, so it has no interval".to_owned(),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a handful of samples")]
fn stepped_interval(samples: &[f64], step: f64, student: &mut StudentIntervals) -> Result<Interval, StepError> {
    let count = samples.len() as f64;
    let mean = mean(samples).map_err(StepError::numeric)?;
    let variance = samples.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (count - 1.0);
    let standard_error = (variance.max(step * step / 12.0) / count).sqrt();
    student.of_estimate((mean, standard_error), samples.len() - 1).map_err(StepError::numeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(estimate: &Estimate) -> Option<Interval> {
        estimate.interval(&mut StudentIntervals::at(0.95)).unwrap()
    }

    #[test]
    fn equal_counts_are_known_to_a_step_at_best() {
        // t(0.975; 2)·(1/√12)/√3 = 0.717109; wider samples have Student's own interval
        let equal = interval(&Estimate::Stepped { samples: vec![4.0; 3], step: 1.0 }).unwrap();
        assert!((equal.high - 4.717_109).abs() < 1e-6 && (equal.low - 3.282_891).abs() < 1e-6);
        let apart = vec![1.0, 3.0, 8.0];
        let stepped = interval(&Estimate::Stepped { samples: apart.clone(), step: 1.0 }).unwrap();
        let plain = interval(&Estimate::Mean(apart)).unwrap();
        assert!((stepped.low - plain.low).abs() < 1e-12 && (stepped.high - plain.high).abs() < 1e-12);
        assert_eq!(interval(&Estimate::Stepped { samples: vec![1.0], step: 1.0 }), None);
    }

    #[test]
    fn intervals_by_hand() {
        // t(0.975; 2) = 4.302653
        let root = Estimate::RootMean(vec![0.0, 1.0, 2.0]);
        let half = 4.302_653 / 3.0_f64.sqrt();
        let found = interval(&root).unwrap();
        assert_eq!((root.value().unwrap(), found.low), (1.0, 0.0));
        assert!((found.high - (1.0 + half).sqrt()).abs() < 1e-6);
        let fitted = Estimate::Fitted { value: -0.5, standard_error: 0.1, points: 4, freedom: 2 };
        let found = interval(&fitted).unwrap();
        assert!((found.low + 0.930_265_3).abs() < 1e-6 && (found.high + 0.069_734_7).abs() < 1e-6);
        assert_eq!(interval(&Estimate::Exact(3.0)), Some(Interval { low: 3.0, high: 3.0 }));
    }

    #[test]
    fn too_few_samples_give_no_interval() {
        let line = Estimate::Fitted { value: 1.0, standard_error: 0.0, points: 2, freedom: 0 };
        for estimate in [Estimate::Mean(vec![1.0]), Estimate::RootMean(vec![1.0]), line] {
            assert_eq!(interval(&estimate), None, "{estimate:?}");
        }
    }

    #[test]
    fn equal_samples_are_named() {
        assert!(Estimate::Mean(vec![3.0, 3.0]).how(95.0).ends_with("2 samples, all equal"));
        assert!(Estimate::Mean(vec![3.0, 4.0]).how(95.0).ends_with("2 samples"));
    }
}
