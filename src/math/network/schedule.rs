//! The learning rate along training.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// The course of the learning rate after warm-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "ScheduleName")]
pub enum ScheduleShape {
    /// The same throughout.
    #[default]
    Constant,
    /// Half a cosine down to zero at the last step.
    Cosine,
}

/// A learning rate for each step: linear warm-up, then its shape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Schedule {
    /// After warm-up.
    pub shape: ScheduleShape,
    /// Largest rate.
    pub peak: f64,
    /// Steps of warm-up; step t of w takes (t + 1)/w of the peak.
    pub warm_up: usize,
    /// Steps in all.
    pub steps: usize,
}

impl Schedule {
    /// The rate of step t = 0, 1, …
    ///
    /// Formula: `η (t + 1)/w` in warm-up of w steps, then η, or `η/2 (1 + cos(π (t − w)/(T − w)))`, at most T steps in
    /// all.
    /// Units: those of the peak; steps of the optimiser.
    /// Source: Goyal et al., arXiv 1706.02677, section 2.2, for warm-up; Loshchilov and Hutter, arXiv 1608.03983, eq.
    /// (5), without restarts.
    pub fn rate(self, step: usize) -> f64 {
        if step < self.warm_up {
            return self.peak * (step + 1) as f64 / self.warm_up as f64;
        }
        match self.shape {
            ScheduleShape::Constant => self.peak,
            ScheduleShape::Cosine => {
                let left = self.steps.saturating_sub(self.warm_up).max(1) as f64;
                let done = ((step - self.warm_up) as f64 / left).min(1.0);
                0.5 * self.peak * (1.0 + (PI * done).cos())
            }
        }
    }
}

/// The paper's rule `η ∝ √(B/n)` for a batch of B out of n samples. Units: those of the rate.
///
/// Source: arXiv 2605.13612, figure 1.
pub fn scaled_rate(rate: f64, batch: usize, samples: usize) -> f64 {
    rate * (batch as f64 / samples.max(1) as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warms_up_to_the_peak_and_falls_to_zero() {
        let schedule = Schedule { shape: ScheduleShape::Cosine, peak: 0.06, warm_up: 10, steps: 98 };
        let rates: Vec<f64> = (0..=98).map(|t| schedule.rate(t)).collect();
        assert!((rates[0] - 0.006).abs() < 1e-15 && rates[9] == 0.06 && rates[10] == 0.06);
        assert!(rates[..10].windows(2).all(|w| w[0] < w[1]) && rates[10..].windows(2).all(|w| w[0] > w[1]));
        assert!((rates[54] - 0.03).abs() < 1e-12 && rates[98].abs() < 1e-15);
        let constant = Schedule { shape: ScheduleShape::Constant, warm_up: 0, ..schedule };
        assert_eq!((constant.rate(0), constant.rate(1000)), (0.06, 0.06));
        assert_eq!(scaled_rate(0.01, 512, 2048), 0.005);
    }
}
