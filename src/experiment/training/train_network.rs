//! Training by gradient descent.

use super::network::{architecture, input_of, shape};
use super::outcome::outcome_header;
use super::parameters::Params;
use super::run::{Setting, Training};
use super::targets::{check_outputs, one_output, sources};
use crate::experiment::values::{SINGLE_FLOPS, Sizes, matrix_bytes};
use crate::math::network::{Architecture, Layer, Optimiser, Trainer};
use crate::math::size::times;
use crate::step::prelude::*;

/// `train-network`
pub struct TrainNetwork;

const TARGETS: Slot = Slot::optional("targets", &[ValueType::Representation])
    .doc("What the outputs are to be, sample by sample, in place of the labels; with the squared loss.");

// Time of a number of the activations beside the products, in operations.
const NUMBER_FLOPS: f64 = 50.0;

impl Kind for TrainNetwork {
    type Params = Params;
    const NAME: &'static str = "train-network";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "Trains a network on labels or other targets by gradient descent.",
        details: "In f32; a batch is drawn without replacement, and every epoch is a new order. `step` counts the steps made \
                  before, so step 0 is the network as it starts; `learning_rate` is the one that the next step takes. \
                  With a representation at `targets` the outputs are to be its samples, and errors, which only classes have, \
                  are left empty; wire `x` there as well to train an autoencoder. \
                  Gradient norms are those of the next step's batch, of all layers, trained or not. A run that is stopped goes on from the state it left, \
                  with the same result.",
        cites: &["neural-lofi"],
        inputs: &[
            Slot::one("x", &[ValueType::Representation]).doc("The samples: images or features."),
            Slot::optional("start", &[ValueType::Network])
                .doc("A network with the same layers, from whose last checkpoint training starts."),
            TARGETS,
        ],
        outputs: &[
            Port::new("trajectory", ValueType::Table)
                .doc("Losses and errors (shares of wrong signs or classes) along training."),
            Port::new("layers", ValueType::Table)
                .doc("Norms of the gradient and of the parameters of each layer with weights along training."),
            Port::new("network", ValueType::Network).doc("The network at its checkpoints."),
            Port::new("outcome", ValueType::Table).doc(
                "One row, of the training samples that losses are computed on, after the last step: loss; ‖θ‖² as the penalty counts \
                 it; the objective, loss + λ‖θ‖²; the loss of the best constant answer, and the loss over that; `collapsed`, 1 \
                 where this is above 0.95, else 0.",
            ),
        ],
    };

    fn plan(&self, params: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let sizes = Sizes::at(inputs, "x");
        let architecture =
            placed((&params.layers, params.tangent_kernel()), inputs).map_err(|problem| vec![problem])?;
        check_outputs(params, &architecture, inputs)?;
        check_trained(params, &architecture).map_err(|problem| vec![problem])?;
        let checkpoints = params.moments(&params.checkpoints).len();
        let Some(network) = shape(&architecture, checkpoints) else {
            return Err(vec![Problem::at("layers", "expected at most 17 layers with weights")]);
        };
        if let Some(start) = inputs.get("start") {
            check_start(start, network).map_err(|problem| vec![problem])?;
        }
        let batch = params.batch.min(sizes.train);
        let evaluated = sizes.samples().min(params.evaluation_samples.unwrap_or(usize::MAX).saturating_mul(3));
        let stepped = 3.0 * batch as f64 * params.steps as f64;
        let seen = stepped + evaluated as f64 * params.moments(&params.evaluate_at).len() as f64;
        let numbers = Trainer::<f32>::numbers(&architecture, batch) + times(checkpoints + 3, architecture.parameters());
        let targets = if inputs.get(TARGETS.name).is_some() { architecture.output().dim() } else { 0 };
        let copies = matrix_bytes(sizes.samples(), sizes.dim.unwrap_or(0) + targets) / 2;
        Ok(Plan {
            outputs: vec![Shape::Table, Shape::Table, network, Shape::Table],
            work_bytes: 4 * numbers as u64 + copies,
            flops: seen * SINGLE_FLOPS.mul_add(architecture.flops(), NUMBER_FLOPS * architecture.numbers() as f64),
        })
    }

    fn header(&self, port: &str, _: &Params, _: &Headers) -> Option<Header> {
        match port {
            "trajectory" => Some(super::run::trajectory_header()),
            "layers" => Some(super::run::layers_header()),
            "outcome" => Some(outcome_header()),
            _ => None,
        }
    }

    fn run(&self, params: &Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let x = inputs.one::<Representation>("x")?;
        let start = inputs.optional::<Network>("start")?;
        let targets = inputs.optional::<Representation>(TARGETS.name)?;
        training(params, (x, targets), start)?.run(context, SAVE_EVERY_FLOPS)
    }
}

// About a minute's work of a core: what a kill loses at most.
const SAVE_EVERY_FLOPS: f64 = 2e12;

/// The layers of a network of one output on the samples at `x`.
pub(super) fn planned(network: (&[Layer], bool), inputs: &Shapes) -> Result<Architecture, Problem> {
    let architecture = placed(network, inputs)?;
    match architecture.output().dim() {
        1 => Ok(architecture),
        found => Err(one_output(found)),
    }
}

fn placed((layers, tangent_kernel): (&[Layer], bool), inputs: &Shapes) -> Result<Architecture, Problem> {
    let Some(Shape::Representation { train, dim, geometry, .. }) = inputs.get("x") else {
        return Err(Problem::at("x", "expected a representation"));
    };
    if train == 0 {
        return Err(Problem::at("x", "there are no training samples"));
    }
    architecture(layers, input_of(geometry, dim), tangent_kernel)
        .map_err(|error| Problem::at("layers", error.to_string()))
}

fn check_trained(params: &Params, architecture: &Architecture) -> Result<(), Problem> {
    let layers = architecture.weighted().count();
    match params.trained.iter().flatten().find(|&&layer| layer > layers) {
        None => Ok(()),
        Some(layer) => {
            let message = format!("layer {layer} is to be trained, but the network has {layers} layers with weights");
            Err(Problem::at("trained", message).help("1 is the layer next to the input"))
        }
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

fn training<'a>(
    params: &Params,
    (x, targets): (&'a Representation, Option<&'a Representation>),
    start: Option<&Network>,
) -> Result<Training<'a>, StepError> {
    let samples = &x.samples;
    let input = input_of(x.geometry, samples.train.dim());
    let architecture = architecture(&params.layers, input, params.tangent_kernel())?;
    let first = match start {
        Some(network) => started(params, network)?,
        None => params.initial(&architecture),
    };
    let (rule, decay) = params.rule();
    let optimiser = Optimiser::new(rule, decay, architecture.parameters());
    let frozen = params.frozen(&architecture);
    let penalised = params.penalised(&architecture);
    let network = crate::math::network::Network::new(architecture, first)?;
    let batch = params.batch.min(samples.train.rows());
    let outputs = network.architecture().output().dim();
    let mut trainer = Trainer::new(network, optimiser, params.loss, batch);
    frozen.into_iter().for_each(|range| trainer.freeze(range));
    Ok(Training {
        trainer,
        splits: sources(params, (x, targets), outputs)?,
        setting: Setting {
            batch,
            seed: params.start_seed(),
            schedule: params.schedule(samples.train.rows()),
            l2_penalty: params.l2_penalty,
            penalised,
            classifies: targets.is_none(),
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
#[path = "train_network_outcome_tests.rs"]
mod outcome_tests;
#[cfg(test)]
#[path = "train_network_tests.rs"]
mod tests;
