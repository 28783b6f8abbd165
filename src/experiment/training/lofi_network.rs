//! A network that begins with LoFi's features.

use super::network::{architecture, input_of, shape};
use super::parameters::InitialisationName;
use crate::artifact::{Checkpoint, Network, Points, Representation, Shape, Spectrum, Value, ValueType};
use crate::experiment::layers::fitted_stack::check_moment;
use crate::experiment::values::{Sizes, matrix_bytes};
use crate::math::activation::Activation;
use crate::math::linalg::{Matrix, product};
use crate::math::lofi::composed::composed_weights;
use crate::math::lofi::random_features::{Blocks, RandomLayer, draw_weights, input_scale_blocks};
use crate::math::network::{Architecture, DenseLayer, Layer, Pointwise, initial_parameters};
use crate::step::{About, Context, Family, Inputs, Kind, Outputs, Plan, Port, Problem, Shapes, Slot, StepError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `lofi-network`
pub struct LofiNetwork;

/// Parameters of `lofi-network`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Width of the last lift; the others have the size of their filter's directions.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub width: usize,
    /// The nonlinearity of the lifts.
    pub activation: Pointwise,
    /// Seed of the lifts' weights, as in their `random-features`, and of the readout's.
    pub seed: u64,
    /// The law of the readout's first weights.
    #[serde(default)]
    pub readout: InitialisationName,
}

const ROWS_AT_ONCE: usize = 1024;

impl Params {
    fn layers(&self, widths: &[usize]) -> Vec<Layer> {
        let dense = |&width: &usize| Layer::Dense(DenseLayer { width, bias: false });
        let hidden = widths.iter().flat_map(|width| [dense(width), Layer::Activation(self.activation)]);
        hidden.chain([Layer::Dense(DenseLayer { width: 1, bias: true })]).collect()
    }

    fn activation(&self) -> Activation {
        match self.activation {
            Pointwise::Relu => Activation::Relu,
            Pointwise::Tanh => Activation::Tanh,
            Pointwise::Erf => Activation::Erf,
            Pointwise::Sigmoid => Activation::Sigmoid,
        }
    }
}

impl Kind for LofiNetwork {
    type Params = Params;
    const NAME: &'static str = "lofi-network";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "A fully connected network whose hidden layers have LoFi's features, to train on from there.",
        details: "A filter is a linear map between two lifts, so lift l's weights W and the filter V before it are one \
                  dense layer's weights V W/(c √P): its units are LoFi's features times √P. Lifts must be \
                  `random-features` with normal weights, layers 0, 1, … and the same seed. The layers are `dense: \
                  {width: P}` without bias and the activation for each lift, then `dense: {width: 1, bias: true}`, \
                  drawn at random.",
        cites: &["neural-lofi"],
        inputs: &[
            Slot::one("x", &[ValueType::Representation]).doc("The samples that LoFi began with."),
            Slot::many("filters", &[ValueType::Spectrum]).doc(
                "Spectra of the filters, first layer first, solved in feature space, without the first moment and \
                 without more `pairs` than they keep; each is checked against the samples' moment.",
            ),
        ],
        outputs: &[Port::new("network", ValueType::Network).doc("The network, one checkpoint at step 0.")],
    };

    fn plan(&self, params: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let Some(Shape::Representation { train, dim, geometry, .. }) = inputs.get("x") else {
            return Err(vec![Problem::at("x", "expected a representation")]);
        };
        let width = |shape: &Shape| if let Shape::Spectrum { dim, .. } = shape { *dim } else { 0 };
        let mut widths: Vec<usize> = inputs.all("filters").iter().map(width).collect();
        widths.push(params.width);
        let network = architecture(&params.layers(&widths), input_of(geometry, dim), false)
            .map_err(|error| vec![Problem::at("filters", error.to_string())])?;
        let Some(made) = shape(&network, 1) else {
            return Err(vec![Problem::at("filters", "expected at most 15 filters")]);
        };
        let widest = widths.iter().copied().max().unwrap_or(0);
        let rank = |shape: &Shape| if let Shape::Spectrum { rank, .. } = shape { *rank } else { 0 };
        let ranks: Vec<usize> = inputs.all("filters").iter().map(rank).collect();
        Ok(Plan {
            outputs: vec![made],
            work_bytes: 3 * matrix_bytes(dim.max(widest), widest)
                + matrix_bytes(ROWS_AT_ONCE, dim + 2 * widest)
                + matrix_bytes(Sizes::at(inputs, "x").train, two_largest(&ranks)),
            flops: network.flops() * train as f64,
        })
    }

    fn run(&self, params: &Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let x = inputs.one::<Representation>("x")?;
        let filters = inputs.values("filters").iter().map(|value| filter(value)).collect::<Result<Vec<_>, _>>()?;
        let mut widths: Vec<usize> = filters.iter().map(|spectrum| spectrum.vectors.nrows()).collect();
        widths.push(params.width);
        let (layers, input) = (params.layers(&widths), input_of(x.geometry, x.samples.train.dim()));
        let network = architecture(&layers, input, false)?;
        let parameters = parameters(params, (x, &filters), &network, context)?;
        Ok(vec![Value::Network(Network {
            layers,
            input,
            tangent_kernel_scaling: false,
            checkpoints: vec![Checkpoint { step: 0, parameters }],
            origin: x.origin.clone(),
        })])
    }
}

// Filtered samples of one layer are there while those of the next are made.
fn two_largest(ranks: &[usize]) -> usize {
    let mut ranks = ranks.to_vec();
    ranks.sort_unstable();
    ranks.iter().rev().take(2).sum()
}

fn filter(value: &Value) -> Result<&Spectrum, StepError> {
    match value {
        // coefficients of a filter in function space belong to samples, not to features
        Value::Spectrum(spectrum) if spectrum.operator.contains("Zᵀ") => Ok(spectrum),
        _ => {
            let reason = "a filter was solved in function space; use `method: auto` or `primal` on vectors";
            Err(StepError::Input { slot: "filters".to_owned(), reason: reason.to_owned() })
        }
    }
}

fn parameters(
    params: &Params,
    (x, filters): (&Representation, &[&Spectrum]),
    network: &Architecture,
    context: &Context<'_>,
) -> Result<Vec<f32>, StepError> {
    let mut parameters: Vec<f32> = initial_parameters(network, params.readout.law(), params.seed);
    let mut h: Option<Points> = None;
    for (l, placed) in network.weighted().take(filters.len() + 1).enumerate() {
        context.check()?;
        let input = h.as_ref().unwrap_or(&x.samples.train);
        let lift = lift(params, (input, placed.units()), l as u64)?;
        let before = l.checked_sub(1).map(|before| &filters[before].vectors);
        let weights = composed_weights(before, &lift)?;
        let own = &mut parameters[placed.weights.clone()];
        own.iter_mut().zip(weights.iter()).for_each(|(own, &w)| *own = single(w));
        let Some(spectrum) = filters.get(l) else { break };
        let features = filtered(&lift, input, &spectrum.vectors)?;
        let along: Vec<f64> = features.column(0).iter().copied().collect();
        check_moment(l + 1, spectrum, (&along, &x.labels.train)).map_err(|reason| {
            let reason = format!("{reason}; check `seed`, `activation` and the order of the filters");
            StepError::Input { slot: "filters".to_owned(), reason }
        })?;
        h = Some(Points::Real(features));
    }
    Ok(parameters)
}

#[expect(clippy::cast_possible_truncation, reason = "networks are trained in single precision")]
fn single(x: f64) -> f32 {
    x as f32
}

fn blocks(points: &Points) -> Blocks {
    Blocks { rows: points.rows(), at_once: ROWS_AT_ONCE }
}

fn lift(params: &Params, (input, width): (&Points, usize), layer: u64) -> Result<RandomLayer, StepError> {
    Ok(RandomLayer {
        scale: input_scale_blocks(blocks(input), |rows| input.block(rows.start, rows.end))?,
        weights: draw_weights(params.seed, layer, input.dim(), width),
        activation: params.activation(),
    })
}

// Lifted and filtered training samples, a block at a time: only the scale of the next lift needs them.
fn filtered(lift: &RandomLayer, input: &Points, directions: &Matrix) -> Result<Matrix, StepError> {
    let mut out = Matrix::zeros(input.rows(), directions.ncols());
    for rows in blocks(input).ranges() {
        let features = product(&lift.apply(&input.block(rows.start, rows.end))?, directions);
        out.rows_mut(rows.start, rows.len()).copy_from(&features);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::testing::{Check, pixels};
    use crate::experiment::{NetworkFeatures, RandomFeatures, SignedMomentFilter, TrainNetwork};
    use serde_json::{Value as Json, json};

    const WIDTHS: [usize; 3] = [30, 20, 25];

    /// Lifted samples and spectra of a LoFi chain of three lifts.
    fn chain(method: &str) -> (Vec<Value>, Vec<Value>) {
        let (mut x, mut lifts, mut spectra) = (images(), Vec::new(), Vec::new());
        for (layer, width) in WIDTHS.into_iter().enumerate() {
            let params = json!({"width": width, "layer": layer, "seed": 5, "activation": "erf"});
            let z = Check::of(&RandomFeatures).run(&params, vec![("x", x)]).remove(0);
            lifts.push(z.clone());
            let params = json!({"keep": 6, "method": method});
            let mut filtered = Check::of(&SignedMomentFilter).run(&params, vec![("x", z)]);
            spectra.push(filtered.remove(1));
            x = filtered.remove(0);
        }
        spectra.pop();
        (lifts, spectra)
    }

    fn images() -> Value {
        Value::Representation(pixels(40, 4, 15))
    }

    fn params() -> Json {
        json!({"width": WIDTHS[2], "activation": "erf", "seed": 5})
    }

    fn inputs(spectra: Vec<Value>) -> Vec<(&'static str, Value)> {
        let spectra = spectra.into_iter().map(|spectrum| ("filters", spectrum));
        [("x", images())].into_iter().chain(spectra).collect()
    }

    fn composed(spectra: Vec<Value>) -> Value {
        Check::of(&LofiNetwork).run(&params(), inputs(spectra)).remove(0)
    }

    fn test_points(value: &Value) -> Matrix {
        let Value::Representation(r) = value else { panic!("a representation") };
        r.samples.test.to_matrix()
    }

    #[test]
    fn hidden_layers_have_the_features_of_the_lifts() {
        let (lifts, spectra) = chain("primal");
        let network = composed(spectra);
        for (layer, lift) in lifts.iter().enumerate() {
            let inputs = vec![("x", images()), ("network", network.clone())];
            let features = Check::of(&NetworkFeatures).run(&json!({"layer": layer + 1}), inputs).remove(0);
            let expected = test_points(lift) * (WIDTHS[layer] as f64).sqrt();
            assert!((test_points(&features) - expected).amax() < 1e-5, "layer {}", layer + 1);
        }
    }

    fn layers(last: usize) -> Json {
        let dense = |width: usize| json!({"dense": {"width": width}});
        let erf = || json!({"activation": "erf"});
        let readout = json!({"dense": {"width": 1, "bias": true}});
        json!([dense(WIDTHS[0]), erf(), dense(WIDTHS[1]), erf(), dense(last), erf(), readout])
    }

    #[test]
    fn training_starts_from_it() {
        let network = composed(chain("primal").1);
        let params = |last: usize| json!({"layers": layers(last), "learning_rate": 0.01, "batch": 10, "steps": 2, "checkpoints": [0], "seed": 3});
        let inputs = || vec![("x", images()), ("start", network.clone())];
        let Value::Network(trained) = Check::of(&TrainNetwork).run(&params(WIDTHS[2]), inputs()).remove(2) else {
            panic!("a network")
        };
        let Value::Network(start) = &network else { panic!("a network") };
        assert_eq!(trained.checkpoints[0], start.checkpoints[0]);
        assert_ne!(trained.checkpoints[1].parameters, start.checkpoints[0].parameters);
        let problems = Check::of(&TrainNetwork).refuse(&params(26), inputs());
        assert_eq!(problems[0].at.as_deref(), Some("start"));
    }

    #[test]
    fn filters_of_function_space_are_refused() {
        let error = Check::of(&LofiNetwork).fail(&params(), inputs(chain("dual").1)).to_string();
        assert!(error.contains("function space"), "{error}");
    }
}
