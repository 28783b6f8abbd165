//! Training by gradient descent.

use super::network::{PointSource, architecture, input_of, shape};
use super::training::{Setting, Training};
use super::values::{Sizes, matrix_bytes};
use crate::artifact::{Network, NetworkLayer, Representation, Shape, ValueType};
use crate::math::network::{
    Architecture, Initialisation, Loss, Optimiser, Rule, Schedule, ScheduleShape, Trainer, initial_parameters,
    scaled_rate,
};
use crate::step::{
    About, Arity, Context, Family, Inputs, Keep, Kind, Outputs, Plan, Port, Problem, Shapes, Slot, StepError,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `train-network`
pub struct TrainNetwork;

/// What training makes small, averaged over samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LossName {
    /// (f − y)².
    #[default]
    Square,
    /// log(1 + exp(−y f)).
    Logistic,
}

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
    #[serde(default = "beta1")]
    #[schemars(range(min = 0.0, max = 0.999_999))]
    pub beta1: f64,
    /// Memory of the mean square.
    #[serde(default = "beta2")]
    #[schemars(range(min = 0.0, max = 0.999_999))]
    pub beta2: f64,
    /// Added to the root of the mean square.
    #[serde(default = "epsilon")]
    #[schemars(range(min = 0.0))]
    pub epsilon: f64,
    /// Times the parameters, added to the gradient.
    #[serde(default)]
    #[schemars(range(min = 0.0))]
    pub weight_decay: f64,
}

// The defaults of PyTorch.
const fn beta1() -> f64 {
    0.9
}

const fn beta2() -> f64 {
    0.999
}

const fn epsilon() -> f64 {
    1e-8
}

impl Default for OptimiserParams {
    fn default() -> Self {
        Self::Sgd(Sgd { momentum: 0.0, weight_decay: 0.0 })
    }
}

/// The course of the learning rate after warm-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ScheduleName {
    /// The same throughout.
    #[default]
    Constant,
    /// Half a cosine down to zero at the last step.
    Cosine,
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
}

impl InitialisationName {
    /// The law as `math` knows it.
    pub const fn law(self) -> Initialisation {
        match self {
            Self::Pytorch => Initialisation::PyTorch,
            Self::He => Initialisation::He,
            Self::TangentKernel => Initialisation::Normal,
        }
    }
}

/// Parameters of `train-network`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The layers in order: `dense: {width, bias}`, `convolution: {width, window, padding, bias}`, `activation: relu`
    /// (`tanh`, `erf`, `sigmoid`), `pooling: {pooling, size}`, `channel-norm`, `global-average`. The last one must give
    /// one number.
    pub layers: Vec<NetworkLayer>,
    /// What training makes small.
    #[serde(default)]
    pub loss: LossName,
    /// `sgd: {momentum, weight_decay}` or `adam: {beta1, beta2, epsilon, weight_decay}`.
    #[serde(default)]
    pub optimiser: OptimiserParams,
    /// Largest learning rate.
    #[schemars(range(min = 0.0))]
    pub learning_rate: f64,
    /// Multiply the learning rate by √(B/n), the paper's rule.
    #[serde(default)]
    pub scale_rate: bool,
    /// The course of the learning rate after warm-up.
    #[serde(default)]
    pub schedule: ScheduleName,
    /// Steps over which the learning rate rises linearly to its largest.
    #[serde(default)]
    #[schemars(range(min = 0))]
    pub warm_up: usize,
    /// Samples in a batch B; all of them where there are fewer.
    #[schemars(range(min = 1))]
    pub batch: usize,
    /// Steps.
    #[schemars(range(min = 0))]
    pub steps: usize,
    /// Seed of the weights and of the order of the samples.
    #[schemars(range(min = 0))]
    pub seed: u64,
    /// The law of the first weights; not used where a network is wired to `start`.
    #[serde(default)]
    pub initialisation: InitialisationName,
    /// Steps after which losses, errors and norms are computed; after the last one always, never later.
    #[serde(default)]
    #[schemars(inner(range(min = 0)))]
    pub evaluate_at: Vec<usize>,
    /// Samples of each split that losses and errors are computed on: the first so many, by default all.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub evaluation_samples: Option<usize>,
    /// Steps after which the network is kept; after the last one always, never later.
    #[serde(default)]
    #[schemars(inner(range(min = 0)))]
    pub checkpoints: Vec<usize>,
}

impl Params {
    fn tangent_kernel(&self) -> bool {
        self.initialisation == InitialisationName::TangentKernel
    }

    fn rule(&self) -> (Rule, f64) {
        match self.optimiser {
            OptimiserParams::Sgd(Sgd { momentum, weight_decay }) => (Rule::Sgd { momentum }, weight_decay),
            OptimiserParams::Adam(Adam { beta1, beta2, epsilon, weight_decay }) => {
                (Rule::Adam { beta1, beta2, epsilon }, weight_decay)
            }
        }
    }

    fn loss(&self) -> Loss {
        match self.loss {
            LossName::Square => Loss::Square,
            LossName::Logistic => Loss::Logistic,
        }
    }

    // Steps in ascending order, each once, the last step among them and none after it.
    fn moments(&self, listed: &[usize]) -> Vec<usize> {
        let mut moments: Vec<usize> = listed.iter().copied().filter(|&step| step < self.steps).collect();
        moments.push(self.steps);
        moments.sort_unstable();
        moments.dedup();
        moments
    }

    fn schedule(&self, samples: usize) -> Schedule {
        let batch = self.batch.min(samples);
        let scaled = scaled_rate(self.learning_rate, batch, samples);
        Schedule {
            shape: match self.schedule {
                ScheduleName::Constant => ScheduleShape::Constant,
                ScheduleName::Cosine => ScheduleShape::Cosine,
            },
            peak: if self.scale_rate { scaled } else { self.learning_rate },
            warm_up: self.warm_up,
            steps: self.steps,
        }
    }

    fn initial(&self, architecture: &Architecture) -> Vec<f32> {
        initial_parameters(architecture, self.initialisation.law(), self.seed)
    }
}

impl Kind for TrainNetwork {
    type Params = Params;
    const NAME: &'static str = "train-network";
    const ABOUT: About = About {
        module: module_path!(),
        family: Family::Experiment,
        summary: "Trains a network on the labels by gradient descent.",
        details: "In f32; a batch is drawn without replacement, and every epoch is a new order. `step` counts the steps made \
                  before, so step 0 is the network as it starts; `learning_rate` is the one that the next step takes. \
                  Gradient norms are those of the next step's batch. A run that is stopped goes on from the state it left, \
                  with the same result.",
        cites: &["neural-lofi"],
        inputs: &[
            Slot {
                name: "x",
                accepts: &[ValueType::Representation],
                arity: Arity::One,
                doc: "The samples: images or features.",
            },
            Slot {
                name: "start",
                accepts: &[ValueType::Network],
                arity: Arity::Optional,
                doc: "A network with the same layers, from whose last checkpoint training starts.",
            },
        ],
        outputs: &[
            Port {
                name: "trajectory",
                value_type: ValueType::Table,
                keep: Keep::Always,
                doc: "Losses and errors (shares of wrong signs) along training.",
            },
            Port {
                name: "layers",
                value_type: ValueType::Table,
                keep: Keep::Always,
                doc: "Norms of the gradient and of the parameters of each layer with weights along training.",
            },
            Port {
                name: "network",
                value_type: ValueType::Network,
                keep: Keep::Always,
                doc: "The network at its checkpoints.",
            },
        ],
    };

    fn plan(&self, params: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let sizes = Sizes::at(inputs, "x");
        let architecture = planned(params, inputs).map_err(|problem| vec![problem])?;
        let checkpoints = params.moments(&params.checkpoints).len();
        let Some(network) = shape(&architecture, checkpoints) else {
            return Err(vec![Problem::at("layers", "expected at most 17 layers with weights")]);
        };
        if let Some(start) = inputs.get("start") {
            check_start(start, network).map_err(|problem| vec![problem])?;
        }
        let batch = params.batch.min(sizes.train);
        let evaluated = sizes.samples().min(3 * params.evaluation_samples.unwrap_or(usize::MAX / 3));
        let seen = 3 * batch * params.steps + evaluated * params.moments(&params.evaluate_at).len();
        let numbers = Trainer::<f32>::numbers(&architecture, batch) + (checkpoints + 3) * architecture.parameters();
        let copies = matrix_bytes(sizes.samples(), sizes.dim.unwrap_or(0)) / 2;
        Ok(Plan {
            outputs: vec![Shape::Table, Shape::Table, network],
            work_bytes: 4 * numbers as u64 + copies,
            flops: architecture.flops() * seen as f64,
        })
    }

    fn run(&self, params: &Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let x = inputs.representation("x")?;
        let start = if inputs.all("start").is_empty() { None } else { Some(inputs.network("start")?) };
        training(params, x, start)?.run(context, SAVE_EVERY_FLOPS)
    }
}

// About a minute's work of a core: what a kill loses at most.
const SAVE_EVERY_FLOPS: f64 = 2e12;

fn planned(params: &Params, inputs: &Shapes) -> Result<Architecture, Problem> {
    let Some(Shape::Representation { train, dim, geometry, .. }) = inputs.get("x") else {
        return Err(Problem::at("x", "expected a representation"));
    };
    if train == 0 {
        return Err(Problem::at("x", "there are no training samples"));
    }
    let architecture = architecture(&params.layers, input_of(geometry, dim), params.tangent_kernel())
        .map_err(|error| Problem::at("layers", error.to_string()))?;
    match architecture.output().dim() {
        1 => Ok(architecture),
        found => Err(Problem::at("layers", format!("the last layer gives {found} numbers, expected 1"))
            .help("end with `dense: {width: 1, bias: true}`")),
    }
}

fn check_start(start: Shape, own: Shape) -> Result<(), Problem> {
    let sizes = |shape| match shape {
        Shape::Network { parameters, hidden, .. } => Some((parameters, hidden)),
        _ => None,
    };
    if sizes(start) == sizes(own) {
        return Ok(());
    }
    let count = |shape| sizes(shape).map_or(0, |(parameters, _)| parameters);
    let message = format!("the start has {} parameters, `layers` have {}", count(start), count(own));
    Err(Problem::at("start", message).help("write the same layers in both steps, biases included"))
}

fn training<'a>(params: &Params, x: &'a Representation, start: Option<&Network>) -> Result<Training<'a>, StepError> {
    let samples = &x.samples;
    let input = input_of(x.geometry, samples.train.dim());
    let architecture = architecture(&params.layers, input, params.tangent_kernel())?;
    let first = match start {
        Some(network) => started(params, network)?,
        None => params.initial(&architecture),
    };
    let (rule, decay) = params.rule();
    let optimiser = Optimiser::new(rule, decay, architecture.parameters());
    let network = crate::math::network::Network::new(architecture, first)?;
    let batch = params.batch.min(samples.train.rows());
    let labels = &x.labels;
    Ok(Training {
        trainer: Trainer::new(network, optimiser, params.loss(), batch),
        splits: [
            PointSource::new(&samples.train, &labels.train),
            PointSource::new(&samples.validation, &labels.validation),
            PointSource::new(&samples.test, &labels.test),
        ],
        setting: Setting {
            batch,
            seed: params.seed,
            schedule: params.schedule(samples.train.rows()),
            evaluate_at: params.moments(&params.evaluate_at),
            evaluation_samples: params.evaluation_samples.unwrap_or(usize::MAX),
            checkpoints: params.moments(&params.checkpoints),
        },
        made: Network {
            layers: params.layers.clone(),
            input,
            tangent_kernel_scaling: params.tangent_kernel(),
            checkpoints: Vec::new(),
            origin: x.origin.clone(),
        },
    })
}

fn started(params: &Params, start: &Network) -> Result<Vec<f32>, StepError> {
    let refuse = |reason: &str| StepError::Input { slot: "start".to_owned(), reason: reason.to_owned() };
    if start.layers != params.layers || start.tangent_kernel_scaling != params.tangent_kernel() {
        return Err(refuse("it has other layers than `layers`; write the same in both steps"));
    }
    let last = start.checkpoints.last().ok_or_else(|| refuse("it has no checkpoint"))?;
    Ok(last.parameters.clone())
}

#[cfg(test)]
#[path = "train_network_tests.rs"]
mod tests;
