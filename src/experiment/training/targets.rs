//! What the outputs of a network in training are to be: labels, classes, or other samples.

use super::network::PointSource;
use super::parameters::Params;
use crate::artifact::{Representation, Shape};
use crate::math::network::{Architecture, Loss};
use crate::step::{Problem, Shapes, StepError};

/// Refuses a network whose outputs do not fit its targets.
pub fn check_outputs(params: &Params, architecture: &Architecture, inputs: &Shapes) -> Result<(), Vec<Problem>> {
    let found = architecture.output().dim();
    if params.l2_penalty.is_some() && params.rule().1 > 0.0 {
        let problem = Problem::at("l2_penalty", "both `l2_penalty` and a `weight_decay` are given, expected one");
        return Err(vec![problem.help("a weight decay of w is an L2 penalty with λ = w/2")]);
    }
    if let Some(penalty) = params.l2_penalty.filter(|penalty| penalty.rise > params.steps) {
        let message = format!("λ rises over {} steps, but there are {}", penalty.rise, params.steps);
        return Err(vec![Problem::at("l2_penalty", message).help("let `rise` be at most `steps`")]);
    }
    match (inputs.get("targets"), params.loss) {
        (Some(targets), Loss::Square) => check_targets(found, inputs.get("x"), targets),
        (Some(_), _) => {
            let problem = Problem::at("loss", "`targets` are numbers, expected the squared loss");
            Err(vec![problem.help("leave `loss` out, or leave `targets` unwired to train on labels")])
        }
        (None, Loss::CrossEntropy) if found < 2 => {
            let problem = Problem::at("layers", "the last layer gives 1 number, expected one for each class");
            Err(vec![problem.help("end with `dense: {width: CLASSES, bias: true}`")])
        }
        (None, Loss::Square | Loss::Logistic) if found != 1 => Err(vec![one_output(found)]),
        (None, _) => Ok(()),
    }
}

/// What is said where one output is expected.
pub(super) fn one_output(found: usize) -> Problem {
    Problem::at("layers", format!("the last layer gives {found} numbers, expected 1"))
        .help("end with `dense: {width: 1, bias: true}`")
}

fn check_targets(found: usize, x: Option<Shape>, targets: Shape) -> Result<(), Vec<Problem>> {
    let counts = |shape| match shape {
        Shape::Representation { train, validation, test, .. } => Some([train, validation, test]),
        _ => None,
    };
    let (Some(wanted), Shape::Representation { dim, .. }) = (x.and_then(counts), targets) else {
        return Err(vec![Problem::at("targets", "expected a representation")]);
    };
    let mut problems = Vec::new();
    if dim != found {
        let message = format!("the last layer gives {found} numbers and a target has {dim}");
        problems.push(Problem::at("layers", message));
    }
    if counts(targets) != Some(wanted) {
        let message = "training, validation and test samples are not as many as those at `x`";
        problems.push(Problem::at("targets", message).help("make both from the same data step"));
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// Training, validation and test samples with their targets.
///
/// # Errors
/// [`StepError::Input`] for labels that are not classes where classes are expected.
pub fn sources<'a>(
    params: &Params,
    (x, targets): (&'a Representation, Option<&'a Representation>),
    outputs: usize,
) -> Result<[PointSource<'a>; 3], StepError> {
    let (samples, labels) = (&x.samples, &x.labels);
    let sources = [
        PointSource::new(&samples.train, &labels.train),
        PointSource::new(&samples.validation, &labels.validation),
        PointSource::new(&samples.test, &labels.test),
    ];
    if let Some(targets) = targets {
        let [train, validation, test] = sources;
        let Representation { samples, .. } = targets;
        return Ok([
            train.towards(&samples.train),
            validation.towards(&samples.validation),
            test.towards(&samples.test),
        ]);
    }
    if params.loss != Loss::CrossEntropy {
        return Ok(sources);
    }
    let all = labels.train.iter().chain(&labels.validation).chain(&labels.test);
    match all.copied().find(|&label| label < 0.0 || label.fract() != 0.0 || label >= outputs as f64) {
        None => Ok(sources.map(PointSource::of_classes)),
        Some(label) => {
            let reason = format!("a label is {label}, the {outputs} outputs stand for classes 0 to {}", outputs - 1);
            Err(StepError::Input { slot: "x".to_owned(), reason })
        }
    }
}
