//! Translation-invariant signals whose classes differ in nothing but a lock between two phases.

use crate::math::error::{MathError, check_range};
use crate::math::fourier::roots_of_unity::{RootsOfUnity, Rounding};
use crate::math::random::words::Words;
use std::f64::consts::TAU;

/// Equally spaced phases that samples are drawn from.
///
/// A uniform law on M equally spaced phases has E e^{ikφ} = 0 for every k that M does not divide, as the continuous one
/// has: no polynomial of degree below M in sines and cosines has another mean. The learner's are of degree 8 at most,
/// so drift and diffusion are exactly those of continuous phases.
pub const PHASES: usize = 1 << BITS;
const BITS: usize = 12;

// Five phases to the upper 60 bits of a word.
const PHASES_IN_WORD: usize = 5;
const UNUSED_BITS: usize = 64 - BITS * PHASES_IN_WORD;

/// The law of signals of N points, `x_t = √(2/N) Σ_k √(2λ_k) cos(2πkt/N + φ_k)` over modes k = 1, …, N/2 − 1.
///
/// `λ_k ∝ k^−α` with `Σ λ_k = N/2 − 1` are the eigenvalues of the covariance, each twice; constant and alternating
/// signals are absent. Phases are uniform and independent, but for y = +1, where `φ_{3m} = 3 φ_m`. A translation moves
/// `φ_k` by k times as much and keeps the lock, so the classes share all moments below the fourth.
///
/// Source: Ricci, Merger & Goldt, arXiv 2605.16913, as reconstructed.
#[derive(Debug, Clone, PartialEq)]
pub struct PhaseModel {
    size: usize,
    lock: usize,
    powers: Vec<f64>,
}

impl PhaseModel {
    /// Signals of N = `size` points with a lock of mode 3m to mode m = `lock`.
    ///
    /// Shapes: -> N/2 − 1 powers. Units: α = `exponent` is dimensionless. Cost: N.
    ///
    /// # Errors
    /// [`MathError::Range`] for an odd size or one below 8, a negative exponent, or 3m outside the modes.
    pub fn new(size: usize, exponent: f64, lock: usize) -> Result<Self, MathError> {
        check_range(size >= 8 && size.is_multiple_of(2), "number of points", size as f64, "an even number from 8 on")?;
        check_range(exponent >= 0.0 && exponent.is_finite(), "exponent of the spectrum", exponent, "at least 0")?;
        let modes = size / 2 - 1;
        check_range(lock >= 1 && 3 * lock <= modes, "locked mode m", lock as f64, "from 1 on, with 3m below N/2")?;
        let decay: Vec<f64> = (1..=modes).map(|k| libm::pow(k as f64, -exponent)).collect();
        let scale = 2.0 * modes as f64 / decay.iter().sum::<f64>();
        Ok(Self { size, lock, powers: decay.into_iter().map(|d| scale * d).collect() })
    }

    /// N, the length of a signal. Units: points.
    pub fn size(&self) -> usize {
        self.size
    }

    /// N/2 − 1. Units: modes.
    pub fn modes(&self) -> usize {
        self.powers.len()
    }

    /// Squared amplitudes `2λ_k` of the modes k = 1, 2, …; they sum to ‖x‖², which is the same for every signal.
    /// Shapes: -> N/2 − 1.
    pub fn powers(&self) -> &[f64] {
        &self.powers
    }

    /// Places of the locked modes m and 3m among the modes. Units: modes, counted from 0.
    pub fn planted(&self) -> [usize; 2] {
        [self.lock - 1, 3 * self.lock - 1]
    }

    /// The signal of a sample, point by point. Shapes: N/2 − 1 phases -> N. Cost: N²/2.
    /// Source: as [`PhaseModel`].
    pub fn signal(&self, sample: &Sample) -> Vec<f64> {
        let size = self.size as f64;
        let wave = |(k, (&power, &phase)): (usize, (&f64, &u16)), t: usize| {
            let turns = ((k + 1) * t % self.size) as f64 / size + f64::from(phase) / PHASES as f64;
            (2.0 * power / size).sqrt() * libm::cos(TAU * turns)
        };
        let modes = || self.powers.iter().zip(&sample.phases).enumerate();
        (0..self.size).map(|t| modes().map(|mode| wave(mode, t)).sum()).collect()
    }
}

/// One signal by its phases, in units of 1/[`PHASES`] of a turn, and its label.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    phases: Vec<u16>,
    label: f64,
}

impl Sample {
    /// Room for a signal of a model. Shapes: -> N/2 − 1 phases.
    pub fn new(model: &PhaseModel) -> Self {
        Self { phases: vec![0; model.modes()], label: -1.0 }
    }

    /// Draws the label, ±1 with equal chance, and the phases in place. Shapes: N/2 − 1 phases. Cost: N/10 random words.
    #[inline(always)]
    pub fn draw(&mut self, model: &PhaseModel, words: &mut Words) {
        let (full, rest) = self.phases.as_chunks_mut::<PHASES_IN_WORD>();
        for phases in full {
            let word = words.draw() >> UNUSED_BITS;
            *phases = std::array::from_fn(|i| low_bits(word >> (BITS * i)));
        }
        let word = words.draw();
        rest.iter_mut().enumerate().for_each(|(i, phase)| *phase = low_bits(word >> (UNUSED_BITS + BITS * i)));
        // the bit behind the phases; of a word without any the highest
        let coin = if rest.is_empty() { word >> 63 } else { word >> (UNUSED_BITS + BITS * rest.len()) & 1 };
        self.label = 2.0 * coin as f64 - 1.0;
        // no branch: a coin's cannot be foretold
        let [mode, locked] = model.planted();
        let choice = [self.phases[locked], low_bits(3 * u64::from(self.phases[mode]))];
        self.phases[locked] = choice[coin as usize];
    }

    /// Phases of the modes k = 1, 2, … Shapes: -> N/2 − 1. Units: 1/[`PHASES`] of a turn.
    pub fn phases(&self) -> &[u16] {
        &self.phases
    }

    /// The label, −1 or +1. Units: dimensionless.
    pub fn label(&self) -> f64 {
        self.label
    }
}

#[expect(clippy::cast_possible_truncation, reason = "masked to twelve bits")]
#[inline(always)]
const fn low_bits(word: u64) -> u16 {
    (word % PHASES as u64) as u16
}

/// (cos φ, sin φ) of every phase. Shapes: -> [`PHASES`] pairs. Cost: their number.
pub fn phase_table() -> Vec<[f64; 2]> {
    let roots = RootsOfUnity::new(PHASES, Rounding::Portable);
    (0..PHASES).map(|i| [roots.cosine(i), roots.sine(i)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::linalg::Matrix;
    use crate::math::random::Stream;

    fn samples(model: &PhaseModel, count: usize) -> Vec<Sample> {
        let mut words = Stream::new(5, "phase-model-test", 0).words(0);
        let mut sample = Sample::new(model);
        let mut next = || {
            sample.draw(model, &mut words);
            sample.clone()
        };
        (0..count).map(|_| next()).collect()
    }

    #[test]
    fn equally_spaced_phases_have_the_moments_of_continuous_ones() {
        let table = phase_table();
        let moment = |k: usize| {
            (0..PHASES).fold([0.0, 0.0], |s, i| {
                let e = table[i * k % PHASES];
                [s[0] + e[0] / PHASES as f64, s[1] + e[1] / PHASES as f64]
            })
        };
        assert!((1..200).all(|k| moment(k).iter().all(|m| m.abs() < 1e-14)));
        assert_eq!(moment(PHASES), [1.0, 0.0], "the first harmonic that tells them apart");
    }

    #[test]
    fn every_signal_has_the_same_energy_and_no_mean() {
        for (size, exponent) in [(8, 0.0), (16, 1.0), (26, 2.0)] {
            let model = PhaseModel::new(size, exponent, 1).unwrap();
            let energy: f64 = model.powers().iter().sum();
            assert!((energy - (size - 2) as f64).abs() < 1e-12);
            for sample in samples(&model, 5) {
                let x = model.signal(&sample);
                assert!((x.iter().map(|v| v * v).sum::<f64>() - energy).abs() < 1e-11);
                assert!(x.iter().sum::<f64>().abs() < 1e-12);
                assert!(x.iter().enumerate().map(|(t, v)| if t % 2 == 0 { *v } else { -v }).sum::<f64>().abs() < 1e-12);
            }
        }
    }

    #[test]
    fn classes_share_the_covariance_and_differ_in_the_fourth_moment() {
        let model = PhaseModel::new(16, 0.5, 2).unwrap();
        let drawn = samples(&model, 40_000);
        let mean = |label: f64, of: &dyn Fn(&[u16]) -> f64| {
            let values: Vec<f64> = drawn.iter().filter(|s| s.label() == label).map(|s| of(s.phases())).collect();
            assert!((values.len() as f64 - 20_000.0).abs() < 500.0);
            values.iter().sum::<f64>() / values.len() as f64
        };
        let table = phase_table();
        let of = |phase: u16, times: usize| table[usize::from(phase) * times % PHASES];
        let lock = |p: &[u16]| of(p[1], 3)[0] * of(p[5], 1)[0] + of(p[1], 3)[1] * of(p[5], 1)[1];
        assert!((mean(1.0, &lock) - 1.0).abs() < 1e-12 && mean(-1.0, &lock).abs() < 0.03);
        // E x xᵀ of both classes: that of the spectrum, 2 λ_k/N cos(2πk(s − t)/N) summed over modes
        let covariance = |label: f64| {
            let of_class: Vec<Vec<f64>> =
                drawn.iter().filter(|s| s.label() == label).map(|s| model.signal(s)).take(10_000).collect();
            Matrix::from_fn(16, 16, |s, t| of_class.iter().map(|x| x[s] * x[t]).sum::<f64>() / of_class.len() as f64)
        };
        let wave = |k: usize, s: usize, t: usize| (TAU * (k * (s + 16 - t)) as f64 / 16.0).cos();
        let entry = |s, t| model.powers().iter().enumerate().map(|(i, p)| p / 16.0 * wave(i + 1, s, t)).sum::<f64>();
        let expected = Matrix::from_fn(16, 16, entry);
        assert!((covariance(1.0) - &expected).amax() < 0.06);
        assert!((covariance(-1.0) - &expected).amax() < 0.06);
    }

    #[test]
    fn impossible_models_are_refused() {
        assert!(PhaseModel::new(9, 0.0, 1).is_err() && PhaseModel::new(6, 0.0, 1).is_err());
        assert!(PhaseModel::new(16, -1.0, 1).is_err() && PhaseModel::new(16, 0.0, 0).is_err());
        assert!(PhaseModel::new(16, 0.0, 2).is_ok() && PhaseModel::new(16, 0.0, 3).is_err());
    }
}
