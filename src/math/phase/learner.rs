//! One neuron on the sphere that learns [`PhaseModel`]'s classes by online gradient descent, in the Fourier basis.

use super::model::{PhaseModel, Sample, phase_table};
use crate::math::error::{MathError, check_range, check_size};
use crate::math::random::Stream;
use pulp::{Arch, Simd, WithSimd};

/// Steps that one substream of samples serves: a run can go on after any multiple of it.
pub const BLOCK: u64 = 64;

/// Where a run stands, at a multiple of [`BLOCK`] steps.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Steps made.
    pub step: u64,
    /// `√(2λ_k) (w_k^c, w_k^s)` of the modes, with w the weights in the orthonormal basis of cosines and −sines.
    pub weights: Vec<[f64; 2]>,
    /// Squared length of the part of w that no signal reaches: the constant and the alternating one.
    pub unreached: f64,
}

/// Online learning of one neuron: `w ← (w + η y He₃(z) x)/‖·‖` with `z = w·x/√(wᵀΣw)`, a fresh signal each step.
///
/// `He₃(z) = z³ − 3z = He₄′(z)/4`: ascent of y He₄(z)/4, at the rate η = c/N². The basis of cosines and sines turns the
/// N points into N coefficients by a rotation, so nothing changes but the cost: x has one phase a mode and no transform
/// is needed. w is kept in lengths of its own, and normalised once a block: z does not depend on its length.
/// Cost: about 4 N operations a step, in one walk over the modes.
/// Source: Ricci, Merger & Goldt, arXiv 2605.16913, as reconstructed.
pub struct PhaseLearner<'a> {
    model: &'a PhaseModel,
    table: Vec<[f64; 2]>,
    root: Stream,
    // all of the block, as they are drawn faster together
    samples: Vec<Sample>,
    rate: f64,
    energy: f64,
    state: State,
    length2: f64,
    variance: f64,
    // (cos φ_k, sin φ_k) of the sample that comes next, and its w·x
    waves: Vec<[f64; 2]>,
    product: f64,
}

impl<'a> PhaseLearner<'a> {
    /// A learner at the rate c/N² that starts at a uniformly random direction of R^N.
    ///
    /// Shapes: -> weights of N/2 − 1 modes. Units: c is dimensionless. Cost: N.
    ///
    /// # Errors
    /// [`MathError::Range`] for a rate c that is not above 0.
    pub fn new(model: &'a PhaseModel, c: f64, seed: u64) -> Result<Self, MathError> {
        let mut stream = Stream::new(seed, "phase-learner/start", 0);
        let weights = model.powers().iter().map(|p| [(); 2].map(|()| p.sqrt() * stream.normal())).collect();
        let unreached = stream.normal().powi(2) + stream.normal().powi(2);
        let mut learner = Self::resume(model, (c, seed), State { step: 0, weights, unreached })?;
        learner.normalise();
        learner.open_block();
        Ok(learner)
    }

    /// A learner that goes on from a state of another one. Shapes: weights of N/2 − 1 modes.
    ///
    /// # Errors
    /// [`MathError`] for a rate c that is not above 0, or a state of other modes or between blocks.
    pub fn resume(model: &'a PhaseModel, (c, seed): (f64, u64), state: State) -> Result<Self, MathError> {
        check_range(c > 0.0 && c.is_finite(), "rate c", c, "above 0")?;
        check_range(state.step.is_multiple_of(BLOCK), "step of the state", state.step as f64, "a multiple of 64")?;
        check_size("weights", state.weights.len(), model.modes())?;
        let root = Stream::new(seed, "phase-learner/samples", 0);
        let mut learner = Self {
            model,
            table: phase_table(),
            root,
            samples: vec![Sample::new(model); BLOCK as usize],
            rate: c / (model.size() * model.size()) as f64,
            energy: model.powers().iter().sum(),
            length2: 0.0,
            variance: 0.0,
            waves: vec![[0.0; 2]; model.modes()],
            product: 0.0,
            state,
        };
        learner.open_block();
        Ok(learner)
    }

    /// Steps made. Units: steps, of one sample each.
    pub fn step(&self) -> u64 {
        self.state.step
    }

    /// Where the run stands; nothing between blocks. Shapes: -> weights of N/2 − 1 modes.
    pub fn state(&self) -> Option<&State> {
        self.state.step.is_multiple_of(BLOCK).then_some(&self.state)
    }

    /// Share of ‖w‖² in the planted space, that of cosine and sine of modes m and 3m: 4/N on average before training.
    /// Units: dimensionless, 0 to 1.
    #[inline(always)]
    pub fn overlap(&self) -> f64 {
        let share = |mode: usize| square(self.state.weights[mode]) / self.model.powers()[mode];
        self.model.planted().into_iter().map(share).sum::<f64>() / self.length2
    }

    /// Steps until `until` steps are made, or fewer: the first step at which the overlap is at least `level` ends them.
    /// Units: steps; the level is dimensionless. Cost: about 4N a step.
    pub fn advance(&mut self, until: u64, level: f64) {
        Arch::new().dispatch(Advance { learner: self, until, level });
    }

    #[inline(always)]
    fn steps(&mut self, until: u64, level: f64) {
        while self.state.step < until && self.overlap() < level {
            self.descend();
            self.state.step += 1;
            if self.state.step.is_multiple_of(BLOCK) {
                self.normalise();
                self.open_block();
            }
        }
    }

    fn normalise(&mut self) {
        let own: f64 = self.state.weights.iter().zip(self.model.powers()).map(|(w, p)| square(*w) / p).sum();
        let shrink = 1.0 / (own + self.state.unreached).sqrt();
        self.state.weights.iter_mut().flatten().for_each(|w| *w *= shrink);
        self.state.unreached *= shrink * shrink;
    }

    // Not part of `normalise`, which would change the last bits of a state that goes on.
    #[inline(always)]
    fn open_block(&mut self) {
        let mut words = self.root.words(self.state.step / BLOCK);
        for sample in &mut self.samples {
            sample.draw(self.model, &mut words);
        }
        self.length2 = 1.0;
        self.variance = 0.5 * self.state.weights.iter().map(|w| square(*w)).sum::<f64>();
        self.product = self.walk(0.0, 0)[1];
    }

    #[inline(always)]
    fn descend(&mut self) {
        let place = (self.state.step % BLOCK) as usize;
        let z = self.product / self.variance.sqrt();
        let push = self.rate * self.samples[place].label() * z * (z * z - 3.0) * self.length2.sqrt();
        // ‖x‖² is the same for every signal
        self.length2 += push * (2.0 * self.product + push * self.energy);
        // behind the last sample of a block nothing is known of the next
        let [squares, product] = self.walk(push, (place + 1).min(self.samples.len() - 1));
        self.variance = 0.5 * squares;
        self.product = product;
    }

    // w ← w + push · x, the waves of the next sample, and two sums: the squared length of the stored weights after it,
    // 2 wᵀΣw, and the next w·x. Together, as each is one addition after the other.
    #[inline(always)]
    fn walk(&mut self, push: f64, next: usize) -> [f64; 2] {
        let mut sums = [0.0; 4];
        let (table, phases) = (&self.table[..], self.samples[next].phases());
        let modes = self.state.weights.iter_mut().zip(&mut self.waves).zip(self.model.powers());
        for (((weight, wave), power), phase) in modes.zip(phases) {
            let by = push * power;
            let moved = [weight[0] + by * wave[0], weight[1] + by * wave[1]];
            let coming = table[usize::from(*phase)];
            // one vector of four
            let [first, second] = [[moved, moved], [moved, coming]];
            for (i, sum) in sums.iter_mut().enumerate() {
                *sum += first[i / 2][i % 2] * second[i / 2][i % 2];
            }
            (*weight, *wave) = (moved, coming);
        }
        [sums[0] + sums[1], sums[2] + sums[3]]
    }
}

// The loop in the registers that the processor has; the operations and their order are the same in all.
struct Advance<'l, 'a> {
    learner: &'l mut PhaseLearner<'a>,
    until: u64,
    level: f64,
}

impl WithSimd for Advance<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        self.learner.steps(self.until, self.level);
    }
}

#[inline(always)]
fn square([a, b]: [f64; 2]) -> f64 {
    a * a + b * b
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    const NEVER: f64 = 2.0;

    // The weights of a state, point by point: w_t = Σ √(2/N) (w_k^c cos − w_k^s sin), with the unreached part constant.
    fn points(model: &PhaseModel, state: &State) -> Vec<f64> {
        let size = model.size() as f64;
        let point = |t: usize| {
            let wave = |(i, (w, p)): (usize, (&[f64; 2], &f64))| {
                let angle = TAU * ((i + 1) * t) as f64 / size;
                (2.0 / (size * p)).sqrt() * (w[0] * angle.cos() - w[1] * angle.sin())
            };
            let reached: f64 = state.weights.iter().zip(model.powers()).enumerate().map(wave).sum();
            reached + (state.unreached / size).sqrt()
        };
        (0..model.size()).map(point).collect()
    }

    fn covariance(model: &PhaseModel, w: &[f64]) -> f64 {
        let size = model.size() as f64;
        let mode = |(i, p): (usize, &f64)| {
            let sum = |wave: fn(f64) -> f64| {
                w.iter().enumerate().map(|(t, w)| w * wave(TAU * ((i + 1) * t) as f64 / size)).sum::<f64>()
            };
            p / size * (sum(f64::cos).powi(2) + sum(f64::sin).powi(2))
        };
        model.powers().iter().enumerate().map(mode).sum()
    }

    // The definition in the space of points.
    fn plain(model: &PhaseModel, mut w: Vec<f64>, (c, seed): (f64, u64), steps: u64) -> Vec<f64> {
        let root = Stream::new(seed, "phase-learner/samples", 0);
        let mut live = root.words(0);
        let mut sample = Sample::new(model);
        for step in 0..steps {
            if step % BLOCK == 0 {
                live = root.words(step / BLOCK);
            }
            sample.draw(model, &mut live);
            let x = model.signal(&sample);
            let z = w.iter().zip(&x).map(|(w, x)| w * x).sum::<f64>() / covariance(model, &w).sqrt();
            let slope = 4.0 * z.powi(3) - 12.0 * z;
            let push = c / (model.size() as f64).powi(2) * sample.label() * slope / 4.0;
            w.iter_mut().zip(&x).for_each(|(w, x)| *w += push * x);
            let length = w.iter().map(|w| w * w).sum::<f64>().sqrt();
            w.iter_mut().for_each(|w| *w /= length);
        }
        w
    }

    #[test]
    fn the_fourier_basis_changes_nothing() {
        for (exponent, lock) in [(0.0, 1), (1.0, 1), (2.0, 2)] {
            let model = PhaseModel::new(16, exponent, lock).unwrap();
            let mut learner = PhaseLearner::new(&model, 1.0, 3).unwrap();
            let start = points(&model, learner.state().unwrap());
            learner.advance(3 * BLOCK, NEVER);
            let found = points(&model, learner.state().unwrap());
            let expected = plain(&model, start, (1.0, 3), 3 * BLOCK);
            let gap = found.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(gap < 1e-11, "α = {exponent}: {gap}");
        }
    }

    #[test]
    fn length_and_variance_are_tracked_and_runs_go_on_exactly() {
        let model = PhaseModel::new(32, 1.0, 1).unwrap();
        let mut whole = PhaseLearner::new(&model, 1.0, 1).unwrap();
        whole.advance(5 * BLOCK - 1, NEVER);
        assert_eq!(whole.state(), None);
        let own: f64 = whole.state.weights.iter().zip(model.powers()).map(|(w, p)| square(*w) / p).sum();
        assert!((own + whole.state.unreached - whole.length2).abs() < 1e-12);
        let mut parts = PhaseLearner::new(&model, 1.0, 1).unwrap();
        parts.advance(2 * BLOCK, NEVER);
        let mut parts = PhaseLearner::resume(&model, (1.0, 1), parts.state().unwrap().clone()).unwrap();
        parts.advance(5 * BLOCK - 1, NEVER);
        assert_eq!((whole.overlap(), &whole.state), (parts.overlap(), &parts.state));
    }

    #[test]
    fn the_start_is_a_random_direction() {
        let model = PhaseModel::new(16, 1.0, 2).unwrap();
        let overlaps: Vec<f64> =
            (0..2000).map(|seed| PhaseLearner::new(&model, 1.0, seed).unwrap().overlap()).collect();
        assert!(overlaps.iter().all(|o| (0.0..=1.0).contains(o)));
        // Beta(2, 6): mean 1/4, standard error 0.0032
        assert!((overlaps.iter().sum::<f64>() / 2000.0 - 0.25).abs() < 0.013);
    }

    // Steps to recovery of seeds 0, 1, …, sorted.
    fn recoveries((size, exponent): (usize, f64), seeds: u64) -> Vec<f64> {
        let model = PhaseModel::new(size, exponent, 1).unwrap();
        let steps = |seed| {
            let mut learner = PhaseLearner::new(&model, 1.0, seed).unwrap();
            learner.advance(40 * (size as u64).pow(3), 0.5);
            learner.step() as f64
        };
        let mut all: Vec<f64> = (0..seeds).map(steps).collect();
        all.sort_by(f64::total_cmp);
        all
    }

    // Medians of 24 runs each of an independent program, written before this one. The share of runs that a median of 24
    // exceeds is Beta(12.5, 12.5), between 0.25 and 0.75 with 99 %: so wide are they. The medians here are of so many runs
    // that their standard error is 3 to 5 %.
    #[test]
    fn steps_to_recovery_are_those_of_an_independent_program() {
        let checked = [
            (32, 0.0, 240, 54_016.0),
            (64, 0.0, 96, 459_520.0),
            (32, 1.0, 1000, 2_304.0),
            (64, 1.0, 400, 11_008.0),
            (32, 2.0, 1000, 2_048.0),
            (64, 2.0, 400, 4_864.0),
        ];
        for (size, exponent, seeds, median) in checked {
            let runs = recoveries((size, exponent), seeds);
            let ours = f64::midpoint(runs[runs.len() / 2], runs[(runs.len() - 1) / 2]);
            let exceeded = runs.iter().filter(|steps| **steps < median).count() as f64 / runs.len() as f64;
            assert!((0.25..0.75).contains(&exceeded), "N = {size}, α = {exponent}: {median} exceeds {exceeded}");
            assert!((ours / median - 1.0).abs() < 0.3, "N = {size}, α = {exponent}: {ours} against {median}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let model = PhaseModel::new(16, 0.0, 1).unwrap();
        assert!(PhaseLearner::new(&model, 0.0, 0).is_err());
        let state = |step, modes: usize| State { step, weights: vec![[1.0; 2]; modes], unreached: 0.0 };
        assert!(PhaseLearner::resume(&model, (1.0, 0), state(63, 7)).is_err());
        assert!(PhaseLearner::resume(&model, (1.0, 0), state(64, 6)).is_err());
        assert!(PhaseLearner::resume(&model, (1.0, 0), state(64, 7)).is_ok());
    }
}
