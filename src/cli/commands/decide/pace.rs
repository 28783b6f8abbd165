//! How long batches take on this machine, by their planned operations and by those before them.

use crate::cli::core_speed::FLOPS_PER_CORE_S;

/// Batches that are estimated to be shorter say more of how long it takes to start one.
const TELLING_S: f64 = 1.0;

/// What batches took, and what was estimated.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    jobs: usize,
    took_s: f64,
    estimated_s: f64,
}

impl Pace {
    /// Of so many steps at once.
    pub const fn of(jobs: usize) -> Self {
        Self { jobs, took_s: 0.0, estimated_s: 0.0 }
    }

    /// Seconds that planned operations take, as slow as those before them were.
    pub fn seconds(&self, flops: f64) -> f64 {
        let slower = if self.estimated_s > 0.0 { (self.took_s / self.estimated_s).max(1.0) } else { 1.0 };
        self.plain(flops) * slower
    }

    /// Takes note of a batch.
    pub fn took(&mut self, seconds: f64, flops: f64) {
        let estimated = self.plain(flops);
        if estimated >= TELLING_S {
            self.took_s += seconds;
            self.estimated_s += estimated;
        }
    }

    fn plain(&self, flops: f64) -> f64 {
        flops / FLOPS_PER_CORE_S / self.jobs as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_machine_is_known_after_a_batch_that_tells() {
        let mut pace = Pace::of(2);
        let ten = 20.0 * FLOPS_PER_CORE_S;
        assert!((pace.seconds(ten) - 10.0).abs() < 1e-12);
        pace.took(5.0, 0.1 * FLOPS_PER_CORE_S);
        pace.took(30.0, ten);
        assert!((pace.seconds(ten) - 30.0).abs() < 1e-12);
        pace.took(1.0, 9.0 * ten);
        assert!((pace.seconds(ten) - 10.0).abs() < 1e-12, "a quick one is no promise");
    }
}
