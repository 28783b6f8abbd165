//! The jackknife: a bias-corrected estimate with its spread, from leaving out one sample at a time.

/// The pseudo-values `n θ − (n − 1) θ₍₋ᵢ₎`, whose mean is the bias-corrected estimate and whose Student t interval is
/// Tukey's jackknife interval.
///
/// For a θ that is quadratic in the samples, such as a variance of means, the correction is exact; the interval then
/// also holds where few samples make the percentile bootstrap of such a θ miss it always: resampling adds their noise
/// once more, so all resamples lie above the truth.
///
/// Shapes: n, `without[i]` is θ without sample i -> n. Units: those of θ. Cost: n.
/// Source: Efron and Tibshirani, *An Introduction to the Bootstrap* (1993), eq. 11.14 to 11.19.
pub fn pseudo_values(estimate: f64, without: &[f64]) -> Vec<f64> {
    let n = without.len() as f64;
    without.iter().map(|left| n * estimate - (n - 1.0) * left).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::Stream;
    use crate::math::statistics::curve::squared_spread;
    use crate::math::statistics::student::student_interval;
    use crate::math::statistics::{mean, standard_deviation};

    fn without(values: &[f64], i: usize) -> Vec<f64> {
        values.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, v)| *v).collect()
    }

    #[test]
    fn of_a_mean_they_are_the_samples() {
        let v = [3.0, 1.0, 4.0, 1.5];
        let left: Vec<f64> = (0..4).map(|i| mean(&without(&v, i)).unwrap()).collect();
        for (found, expected) in pseudo_values(mean(&v).unwrap(), &left).iter().zip(v) {
            assert!((found - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn of_the_plain_variance_their_mean_is_the_unbiased_one() {
        let v = [3.0, 1.0, 4.0, 1.5, 9.0];
        let plain = |v: &[f64]| v.iter().map(|x| (x - mean(v).unwrap()).powi(2)).sum::<f64>() / v.len() as f64;
        let left: Vec<f64> = (0..5).map(|i| plain(&without(&v, i))).collect();
        let found = mean(&pseudo_values(plain(&v), &left)).unwrap();
        assert!((found - standard_deviation(&v).unwrap().powi(2)).abs() < 1e-12);
    }

    /// The interval of the squared spread of four curves of eight points, each the mean of noisy seeds.
    fn spread_interval(seeds: usize, apart: f64, trial: u64) -> (f64, f64) {
        let mut stream = Stream::new(trial, "spread-coverage", seeds as u64);
        let shape = |g: usize| 1.0 / (1.0 + (4.0 - 8.0 * g as f64 / 7.0).exp());
        let seed = |stream: &mut Stream| -> Vec<Vec<f64>> {
            let value = |c: usize, g: usize, noise: f64| shape(g) + apart * c as f64 + 0.05 * noise;
            (0..4).map(|c| (0..8).map(|g| value(c, g, stream.normal())).collect()).collect()
        };
        let all: Vec<Vec<Vec<f64>>> = (0..seeds).map(|_| seed(&mut stream)).collect();
        let x: Vec<f64> = (0..8).map(f64::from).collect();
        let of = |left: Option<usize>| {
            let used: Vec<_> = (0..seeds).filter(|s| Some(*s) != left).collect();
            let mean = |c: usize, g: usize| used.iter().map(|&s| all[s][c][g]).sum::<f64>() / used.len() as f64;
            let curves: Vec<_> = (0..4).map(|c| (x.clone(), (0..8).map(|g| mean(c, g)).collect())).collect();
            squared_spread(&curves).unwrap()
        };
        let left: Vec<f64> = (0..seeds).map(|s| of(Some(s))).collect();
        let interval = student_interval(&pseudo_values(of(None), &left), 0.95).unwrap();
        (interval.low, interval.high)
    }

    #[test]
    fn the_interval_of_a_spread_covers() {
        let exact = |apart: f64| {
            let range = 1.0 / (1.0 + (-4.0_f64).exp()) - 1.0 / (1.0 + 4.0_f64.exp()) + 3.0 * apart;
            apart * apart * 5.0 / 3.0 / (range * range)
        };
        for (seeds, apart) in [(3, 0.0), (5, 0.0), (5, 0.1), (10, 0.1)] {
            let trials = 400;
            let missed = (0..trials).filter(|&trial| {
                let (low, high) = spread_interval(seeds, apart, trial);
                !(low..=high).contains(&exact(apart))
            });
            // 5 % of 400 are 20, and 4.4 one standard deviation; the range that the spread is relative to has noise too
            let missed = missed.count();
            assert!(missed <= 36, "{seeds} seeds, {apart} apart: {missed} of {trials} missed");
        }
    }
}
