//! Steps along the gradient.

use super::scalar::{Scalar, vectorised};
use crate::math::error::{MathError, check_size};
use pulp::NullaryFnOnce;

/// How a gradient becomes a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// `v ← μ v + g`, `w ← w − η v`.
    Sgd {
        /// μ
        momentum: f64,
    },
    /// `m ← β₁ m + (1 − β₁) g`, `v ← β₂ v + (1 − β₂) g²`, `w ← w − η m̂/(√v̂ + ε)` with the bias of both corrected.
    Adam {
        /// β₁
        beta1: f64,
        /// β₂
        beta2: f64,
        /// ε
        epsilon: f64,
        /// How m̂ and v̂ are made.
        correction: BiasCorrection,
    },
}

/// How Adam corrects the bias of its means, `m̂ = m/(1 − β₁ᵗ)` and `v̂ = v/(1 − β₂ᵗ)`. The steps are the same but for rounding,
/// which results remember.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BiasCorrection {
    /// `w ← w − (η/(1 − β₁ᵗ)) m/(√v/√(1 − β₂ᵗ) + ε)`: two factors a step, as `PyTorch` has it.
    OfStep,
    /// `w ← w − η m̂/(√v̂ + ε)` as it stands: two quotients a parameter.
    OfMeans,
}

/// A rule with what it remembers.
#[derive(Debug, Clone, PartialEq)]
pub struct Optimiser<T> {
    rule: Rule,
    weight_decay: f64,
    steps: u64,
    moments: Vec<Vec<T>>,
}

impl<T: Scalar> Optimiser<T> {
    /// A rule that has not made a step. `weight_decay` times the parameters is added to the gradient.
    ///
    /// Shapes: -> a number for each parameter and each of [`Optimiser::moments_of`], all 0. Units: dimensionless.
    /// Cost: that memory.
    pub fn new(rule: Rule, weight_decay: f64, parameters: usize) -> Self {
        let moments = vec![vec![T::default(); parameters]; Self::moments_of(rule)];
        Self { rule, weight_decay, steps: 0, moments }
    }

    /// Times the parameters, added to the gradient from now on: `g ← g + λ w`. Units: those of the loss, as parameters
    /// are dimensionless. Cost: none.
    pub fn set_weight_decay(&mut self, weight_decay: f64) {
        self.weight_decay = weight_decay;
    }

    /// Vectors of the parameters' length that a rule remembers: 0 or 1 for descent, 2 for Adam. Units: vectors.
    pub fn moments_of(rule: Rule) -> usize {
        match rule {
            Rule::Sgd { momentum: 0.0 } => 0,
            Rule::Sgd { .. } => 1,
            Rule::Adam { .. } => 2,
        }
    }

    /// What it remembers: the number of steps made, and its vectors, v or m and v of the [`Rule`].
    ///
    /// Shapes: -> [`Optimiser::moments_of`] vectors of a number for each parameter. Units: steps; those of the
    /// gradient, of Adam's v its square.
    pub fn state(&self) -> (u64, &[Vec<T>]) {
        (self.steps, &self.moments)
    }

    /// Goes on from what [`Optimiser::state`] gave. Shapes: as there. Units: steps, and as there.
    ///
    /// # Errors
    /// [`MathError::Shape`] where the vectors are not those of this rule.
    pub fn restore(&mut self, steps: u64, moments: Vec<Vec<T>>) -> Result<(), MathError> {
        check_size("vectors of the optimiser", moments.len(), self.moments.len())?;
        for (new, old) in moments.iter().zip(&self.moments) {
            check_size("numbers of the optimiser", new.len(), old.len())?;
        }
        (self.steps, self.moments) = (steps, moments);
        Ok(())
    }

    /// One step at a learning rate. Panics where sizes differ.
    ///
    /// Formula: that of the [`Rule`], with g + λ w in place of g, λ the weight decay: coupled, as an L2 penalty
    /// `λ/2 ‖w‖²` of the loss. Adam after t steps has `m̂ = m/(1 − β₁ᵗ)` and `v̂ = v/(1 − β₂ᵗ)`.
    /// Shapes: parameters and gradient of one length. Units: the rate's are those of 1/loss for descent, none for Adam.
    /// Cost: one pass over all vectors.
    /// Source: the update rules of `torch.optim.SGD` and `torch.optim.Adam`; Kingma and Ba, arXiv 1412.6980, algorithm
    /// 1.
    pub fn update(&mut self, parameters: &mut [T], gradient: &[T], rate: f64) {
        assert_eq!(parameters.len(), gradient.len());
        self.steps += 1;
        vectorised(Update {
            rule: self.rule,
            weight_decay: self.weight_decay,
            steps: self.steps,
            rate,
            moments: &mut self.moments,
            parameters,
            gradient,
        });
    }
}

/// One step of a rule.
struct Update<'a, T> {
    rule: Rule,
    weight_decay: f64,
    steps: u64,
    rate: f64,
    moments: &'a mut [Vec<T>],
    parameters: &'a mut [T],
    gradient: &'a [T],
}

impl<T: Scalar> NullaryFnOnce for Update<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { rule, weight_decay, steps, rate, moments, parameters, gradient } = self;
        let decay = T::of(weight_decay);
        match (rule, moments) {
            (Rule::Sgd { momentum }, [velocity]) => {
                let (rate, momentum) = (T::of(rate), T::of(momentum));
                for ((w, &g), v) in parameters.iter_mut().zip(gradient).zip(velocity) {
                    *v = momentum * *v + (g + decay * *w);
                    *w = *w - rate * *v;
                }
            }
            (Rule::Adam { beta1, beta2, epsilon, correction }, [first, second]) => {
                let (one, beta1_t, beta2_t) = (T::of(1.0), T::of(beta1), T::of(beta2));
                let epsilon = T::of(epsilon);
                let along =
                    parameters.iter_mut().zip(gradient).zip(first.iter_mut().zip(second)).map(|((w, &g), (m, v))| {
                        let g = g + decay * *w;
                        *m = beta1_t * *m + (one - beta1_t) * g;
                        *v = beta2_t * *v + (one - beta2_t) * g * g;
                        (w, *m, *v)
                    });
                match correction {
                    BiasCorrection::OfStep => {
                        let steps = steps as f64;
                        let rate = T::of(rate / (1.0 - beta1.powf(steps)));
                        let scale = T::of(1.0 / (1.0 - beta2.powf(steps)).sqrt());
                        along.for_each(|(w, m, v)| *w = *w - rate * m / (v.sqrt() * scale + epsilon));
                    }
                    BiasCorrection::OfMeans => {
                        let steps = i32::try_from(steps).unwrap_or(i32::MAX);
                        let [m_share, v_share] = [beta1, beta2].map(|beta| T::of(1.0 - beta.powi(steps)));
                        let rate = T::of(rate);
                        along.for_each(|(w, m, v)| *w = *w - rate * (m / m_share) / ((v / v_share).sqrt() + epsilon));
                    }
                }
            }
            _ => {
                let rate = T::of(rate);
                for (w, &g) in parameters.iter_mut().zip(gradient) {
                    *w = *w - rate * (g + decay * *w);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adam(epsilon: f64, correction: BiasCorrection) -> Rule {
        Rule::Adam { beta1: 0.9, beta2: 0.999, epsilon, correction }
    }

    // Its first step is the rate for any gradient: m/√v = sign g. The second is computed by hand.
    #[test]
    fn adam_is_its_formula() {
        for correction in [BiasCorrection::OfStep, BiasCorrection::OfMeans] {
            let (mut at, mut rule) = ([0.0, 1.0], Optimiser::new(adam(1e-8, correction), 0.0, 2));
            rule.update(&mut at, &[-3.0, 0.5], 0.1);
            assert!((at[0] - 0.1_f64).abs() < 1e-8 && (at[1] - 0.9_f64).abs() < 1e-8);
            rule.update(&mut at, &[-1.0, 0.0], 0.1);
            let first = (0.9 * 0.3 + 0.1) / 0.19;
            let second: f64 = (0.999 * 0.009 + 0.001) / (1.0 - 0.999 * 0.999);
            assert!((at[0] - (0.1 + 0.1 * first / second.sqrt())).abs() < 1e-8);
        }
    }

    // Law: both corrections are one in exact arithmetic; and ascent is descent of the opposite, bit by bit.
    #[test]
    fn corrections_differ_by_rounding_alone() {
        let go = |correction, sign: f64| {
            let (mut w, mut rule) = ([0.3_f64, -2.0], Optimiser::new(adam(1e-8, correction), 0.0, 2));
            for step in 0..50 {
                let gradient = [(0.7 * f64::from(step)).sin() + 0.2, 3.0 * (0.3 * f64::from(step)).cos()];
                rule.update(&mut w, &gradient.map(|g| sign * g), sign * 0.01);
            }
            w
        };
        let (step, means) = (go(BiasCorrection::OfStep, 1.0), go(BiasCorrection::OfMeans, 1.0));
        assert!(step.iter().zip(means).all(|(a, b)| (a - b).abs() < 1e-13), "{step:?} {means:?}");
        assert_eq!(means, go(BiasCorrection::OfMeans, -1.0));
    }

    // Adam's first step has length η whatever the gradient, because m̂/√v̂ = ±1.
    #[test]
    fn first_steps_by_hand() {
        let mut w = [1.0_f64, -2.0];
        let mut adam = Optimiser::new(adam(0.0, BiasCorrection::OfStep), 0.0, 2);
        adam.update(&mut w, &[1e-3, -50.0], 0.1);
        assert!((w[0] - 0.9).abs() < 1e-12 && (w[1] + 1.9).abs() < 1e-12);
        let mut w = [1.0_f64];
        let mut sgd = Optimiser::new(Rule::Sgd { momentum: 0.5 }, 0.1, 1);
        sgd.update(&mut w, &[2.0], 0.1);
        assert!((w[0] - (1.0 - 0.21)).abs() < 1e-15);
        sgd.update(&mut w, &[2.0], 0.1);
        let velocity = 0.5 * 2.1 + 2.0 + 0.079;
        assert!((w[0] - (0.79 - 0.1 * velocity)).abs() < 1e-15);
    }
}
