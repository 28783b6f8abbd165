//! Parameters of training by gradient descent.

use super::layer_list::{ListedLayer, written_out};
use crate::math::network::{
    Architecture, BiasCorrection, Initialisation, Layer, Loss, Placed, Rule, Schedule, ScheduleShape,
    initial_parameters, scaled_rate,
};
use crate::math::random::Stream;
use crate::step::prelude::*;
use std::ops::Range;

/// How a gradient becomes a step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum OptimiserParams {
    /// Stochastic gradient descent.
    Sgd(Sgd),
    /// Steps divided by a running root mean square of the gradient.
    Adam(Adam),
}

/// Stochastic gradient descent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sgd {
    /// Share of the last step's direction that is kept.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub momentum: f64,
    /// Times the parameters, added to the gradient.
    #[serde(default)]
    #[schemars(range(min = 0.0))]
    pub weight_decay: f64,
}

/// Adam.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Adam {
    /// Memory of the mean gradient.
    // The defaults of PyTorch.
    #[serde(default = "defaults::decimal::<9, 1>")]
    #[schemars(range(min = 0.0, max = 0.999_999))]
    pub beta1: f64,
    /// Memory of the mean square.
    #[serde(default = "defaults::decimal::<999, 3>")]
    #[schemars(range(min = 0.0, max = 0.999_999))]
    pub beta2: f64,
    /// Added to the root of the mean square.
    #[serde(default = "defaults::decimal::<1, 8>")]
    #[schemars(range(min = 0.0))]
    pub epsilon: f64,
    /// Times the parameters, added to the gradient.
    #[serde(default)]
    #[schemars(range(min = 0.0))]
    pub weight_decay: f64,
}

impl Default for OptimiserParams {
    fn default() -> Self {
        Self::Sgd(Sgd { momentum: 0.0, weight_decay: 0.0 })
    }
}

/// The law of the first weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum InitialisationName {
    /// Weights and biases uniform in ±1/√(inputs of a unit): PyTorch's default.
    #[default]
    Pytorch,
    /// Weights N(0, 2/(inputs of a unit)), biases 0.
    He,
    /// Weights N(0, 1), biases 0, each layer's output divided by √(inputs of a unit): the tangent-kernel parametrisation.
    TangentKernel,
    /// Circular convolutions begin as √2 times an orthogonal map of channels after the pooling, at low frequencies alone
    /// (and not where the pooling leaves less than a tenth); other layers as with `he`.
    Orthogonal(OrthogonalStart),
}

/// Which frequencies pass at the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrthogonalStart {
    /// Largest ‖ω‖₁ = |ω_y| + |ω_x|, in waves over the map.
    pub degree: usize,
}

/// The penalty λ ‖θ‖² on all weights and biases.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct L2Penalty {
    /// λ, from the end of its rise on.
    #[schemars(range(min = 0.0))]
    pub lambda: f64,
    /// Steps over which λ rises by a constant factor a step.
    #[serde(default)]
    pub rise: usize,
    /// λ at the first step of the rise, as a share of its last value.
    #[serde(default = "defaults::decimal::<1, 4>")]
    #[schemars(range(min = 1e-12, max = 1.0))]
    pub from: f64,
    /// Which norm it is of the filters of circular convolutions.
    #[serde(default, skip_serializing_if = "FilterNorm::is_of_the_operator")]
    pub filters: FilterNorm,
}

/// What the squared norm of a circular convolution's weights is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FilterNorm {
    /// That of the operator, Σ ‖Ŵ(ω)‖² over the frequencies of the layer's map.
    #[default]
    Operator,
    /// That of the filters' entries: the same over the number of positions of the map.
    Entries,
}

impl FilterNorm {
    // Left out where it says nothing, so that keys of studies that know no other stay.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    fn is_of_the_operator(&self) -> bool {
        *self == Self::Operator
    }
}

impl L2Penalty {
    /// λ at a step: `λ from^(1 − t/rise)` while it rises.
    pub fn at(self, step: usize) -> f64 {
        if step >= self.rise {
            return self.lambda;
        }
        self.lambda * self.from.powf(1.0 - step as f64 / self.rise as f64)
    }
}

impl InitialisationName {
    /// The law as `math` knows it.
    pub const fn law(self) -> Initialisation {
        match self {
            Self::Pytorch => Initialisation::PyTorch,
            Self::He => Initialisation::He,
            Self::TangentKernel => Initialisation::Normal,
            Self::Orthogonal(OrthogonalStart { degree }) => Initialisation::Orthogonal { degree },
        }
    }
}

/// Parameters of `train-network`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The layers in order: `dense: {width, bias}`, `convolution: {width, window, padding, bias}`,
    /// `circular-convolution: {width, pooling, bias}`, `activation: relu` (`tanh`, `erf`, `sigmoid`),
    /// `pooling: {pooling, size}`, `channel-norm`, `global-average`, `repeat: {times, layers}`. The last one must give one number, with
    /// `cross-entropy` one for each class, with `targets` as many as these have.
    #[serde(deserialize_with = "written_out")]
    #[schemars(with = "Vec<ListedLayer>")]
    pub layers: Vec<Layer>,
    /// What training makes small.
    #[serde(default)]
    pub loss: Loss,
    /// `sgd: {momentum, weight_decay}` or `adam: {beta1, beta2, epsilon, weight_decay}`.
    #[serde(default)]
    pub optimiser: OptimiserParams,
    /// L2 penalty λ ‖θ‖² on all weights and biases, `{lambda, rise, from, filters}`: 2λθ is added to the gradient that the
    /// optimiser takes, as `weight_decay: 2λ` would. Not part of the losses that are recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub l2_penalty: Option<L2Penalty>,
    /// Largest learning rate.
    #[schemars(range(min = 0.0))]
    pub learning_rate: f64,
    /// Multiply the learning rate by √(B/n), the paper's rule.
    #[serde(default)]
    pub scale_rate: bool,
    /// The course of the learning rate after warm-up.
    #[serde(default)]
    pub schedule: ScheduleShape,
    /// Steps over which the learning rate rises linearly to its largest.
    #[serde(default)]
    pub warm_up: usize,
    /// Samples in a batch B; all of them where there are fewer.
    #[schemars(range(min = 1))]
    pub batch: usize,
    /// Steps.
    #[schemars(range(min = 0, max = 1_000_000_000_000_u64))]
    pub steps: usize,
    /// Seed of the weights and of the order of the samples.
    pub seed: u64,
    /// Which start of this seed it is, counted from 0: each has weights and an order of the samples of its own.
    #[serde(default, skip_serializing_if = "is_the_first")]
    #[schemars(range(min = 0, max = 1000))]
    pub restart: usize,
    /// The law of the first weights; not used where a network is wired to `start`.
    #[serde(default)]
    pub initialisation: InitialisationName,
    /// Layers with weights that are updated, 1 for the first; all by default. The others stay as they start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1), inner(range(min = 1, max = 17)))]
    pub trained: Option<Vec<usize>>,
    /// Steps after which losses, errors and norms are computed; after the last one always, never later.
    #[serde(default)]
    pub evaluate_at: Vec<usize>,
    /// Samples of each split that losses and errors are computed on: the first so many, by default all.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub evaluation_samples: Option<usize>,
    /// Steps after which the network is kept; after the last one always, never later.
    #[serde(default)]
    pub checkpoints: Vec<usize>,
}

// Left out where it says nothing, so that keys of studies that know no restarts stay.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_the_first(restart: &usize) -> bool {
    *restart == 0
}

impl Params {
    /// The seed of weights and order: that of the study, and one of its own for each restart.
    pub(super) fn start_seed(&self) -> u64 {
        match self.restart {
            0 => self.seed,
            restart => Stream::new(self.seed, "restarts", restart as u64).bits(),
        }
    }

    pub(super) fn tangent_kernel(&self) -> bool {
        self.initialisation == InitialisationName::TangentKernel
    }

    pub(super) fn rule(&self) -> (Rule, f64) {
        match self.optimiser {
            OptimiserParams::Sgd(Sgd { momentum, weight_decay }) => (Rule::Sgd { momentum }, weight_decay),
            OptimiserParams::Adam(Adam { beta1, beta2, epsilon, weight_decay }) => {
                (Rule::Adam { beta1, beta2, epsilon, correction: BiasCorrection::OfStep }, weight_decay)
            }
        }
    }

    // Steps in ascending order, each once, the last step among them and none after it.
    pub(super) fn moments(&self, listed: &[usize]) -> Vec<usize> {
        let mut moments: Vec<usize> = listed.iter().copied().filter(|&step| step < self.steps).collect();
        moments.push(self.steps);
        moments.sort_unstable();
        moments.dedup();
        moments
    }

    pub(super) fn schedule(&self, samples: usize) -> Schedule {
        let batch = self.batch.min(samples);
        let scaled = scaled_rate(self.learning_rate, batch, samples);
        Schedule {
            shape: self.schedule,
            peak: if self.scale_rate { scaled } else { self.learning_rate },
            warm_up: self.warm_up,
            steps: self.steps,
        }
    }

    /// Places among the parameters and their part of the penalty, where it is not the same for all.
    pub(super) fn penalised(&self, architecture: &Architecture) -> Vec<(Range<usize>, f64)> {
        let Some(L2Penalty { filters: FilterNorm::Entries, .. }) = self.l2_penalty else { return Vec::new() };
        let part = |placed: &Placed| match placed.layer {
            Layer::CircularConvolution(_) => 1.0 / placed.input.positions() as f64,
            _ => 1.0,
        };
        let layers = architecture.weighted();
        layers.flat_map(|placed| [(placed.weights.clone(), part(placed)), (placed.bias.clone(), 1.0)]).collect()
    }

    // Weights and biases of the layers that are not updated.
    pub(super) fn frozen(&self, architecture: &Architecture) -> Vec<Range<usize>> {
        let Some(trained) = &self.trained else { return Vec::new() };
        let layers = (1..).zip(architecture.weighted());
        layers.filter(|(layer, _)| !trained.contains(layer)).map(|(_, placed)| placed.parameters()).collect()
    }

    pub(super) fn initial(&self, architecture: &Architecture) -> Vec<f32> {
        initial_parameters(architecture, self.initialisation.law(), self.start_seed())
    }
}
