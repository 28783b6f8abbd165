//! LoFi features against those of a network along its training.

use super::network::{PointSource, at_checkpoint, features, pass_bytes};
use super::network_features::check_input;
use crate::artifact::Points;
use crate::experiment::values::{Sizes, matrix_bytes};
use crate::math::linalg::Matrix;
use crate::math::lofi::alignment::Reference;
use crate::step::prelude::*;

/// `feature-alignment`
pub struct FeatureAlignment;

/// Which samples features are compared on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum On {
    /// Those that both were made from.
    Train,
    /// Held-out samples.
    Validation,
    /// Held-out samples.
    #[default]
    Test,
}

/// Parameters of `feature-alignment`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Which samples features are compared on.
    #[serde(default)]
    pub on: On,
    /// How many of them, the first so many.
    #[serde(default = "defaults::whole::<2000>")]
    #[schemars(range(min = 2))]
    pub samples: usize,
}

impl On {
    fn of(self, x: &Representation) -> (&Points, &[f64]) {
        match self {
            Self::Train => (&x.samples.train, &x.labels.train),
            Self::Validation => (&x.samples.validation, &x.labels.validation),
            Self::Test => (&x.samples.test, &x.labels.test),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Train => "training",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}

const HEADER: [&str; 7] =
    ["layer", "step", "overlap", "normalised_overlap", "kernel_alignment", "mean_cosine", "least_cosine"];

impl Kind for FeatureAlignment {
    type Params = Params;
    const NAME: &'static str = "feature-alignment";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "How alike LoFi features and those of a network are, for each layer along training.",
        details: "F_ij is the Pearson correlation of LoFi feature i and network feature j of the same layer; overlap is \
                  ‖F(t)‖_F, normalised_overlap (‖F(t)‖_F − ‖F(0)‖_F)/‖F(0)‖_F with the network as it started. \
                  kernel_alignment is linear CKA; the cosines are those of the principal angles between the span of the k \
                  LoFi features and the k leading principal components of the network's. All checkpoints are compared in \
                  one step.",
        cites: &["neural-lofi", "kornblith-2019"],
        inputs: &[
            Slot::one("x", &[ValueType::Representation]).doc("The samples, as the network was trained on."),
            Slot::one("network", &[ValueType::Network]).doc("The network, kept after step 0 and others."),
            Slot::many("features", &[ValueType::Representation])
                .doc("LoFi features of the same samples: of the first layer, the second, …"),
        ],
        outputs: &[Port::new("alignment", ValueType::Table).doc("A row for each layer and checkpoint.")],
    };

    fn plan(&self, params: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let Some(Shape::Network { parameters, checkpoints, hidden }) = inputs.get("network") else {
            return Err(vec![Problem::at("network", "expected a network")]);
        };
        let (layers, wired) = (hidden.layouts(), inputs.all("features").len());
        if wired > layers.len() {
            let message =
                format!("{wired} layers of LoFi features, but the network has {} hidden layers", layers.len());
            return Err(vec![Problem::at("features", message)]);
        }
        let numbers = layers.iter().map(|layout| layout.dim());
        let n = params.samples as f64;
        let each: f64 =
            numbers.clone().map(|p| 3.0 * n * (p as f64).powi(2)).sum::<f64>() + 2.0 * n * parameters as f64;
        let widest = numbers.clone().max().unwrap_or(0);
        let sizes = Sizes::at(inputs, "x");
        let input = sizes.dim.unwrap_or(0);
        Ok(Plan {
            outputs: vec![Shape::Table],
            work_bytes: 4 * matrix_bytes(params.samples, widest)
                + 3 * matrix_bytes(widest, widest)
                + 4 * parameters as u64
                + pass_bytes(std::iter::once(input).chain(numbers))
                + matrix_bytes(sizes.train.max(sizes.validation).max(sizes.test), input) / 2,
            flops: each * checkpoints as f64,
        })
    }

    fn header(&self, _: &str, _: &Params, _: &Headers) -> Option<Header> {
        Some(Header::of(&HEADER).keys(&["layer", "step"]))
    }

    fn run(&self, params: &Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let (x, network) = (inputs.one::<Representation>("x")?, inputs.one::<Network>("network")?);
        check_input(x, network)?;
        if network.checkpoints.first().is_none_or(|first| first.step != 0) {
            let reason = "the network was not kept as it started; put 0 among the `checkpoints` of its training";
            return Err(StepError::Input { slot: "network".to_owned(), reason: reason.to_owned() });
        }
        let references = references(params, inputs)?;
        let rows = rows(&references, params.on.of(x), network, context)?;
        Ok(vec![Value::Table(Table::from_rows(&HEADER, &rows)?)])
    }
}

/// A layer's LoFi features on the samples of comparison.
struct Layer {
    reference: Reference,
    samples: usize,
}

fn references(params: &Params, inputs: &Inputs) -> Result<Vec<Layer>, StepError> {
    let layer = |features: &Representation| {
        let (points, _) = params.on.of(features);
        let samples = params.samples.min(points.rows());
        if samples < 2 {
            let reason = format!("there are {} {} samples, expected at least 2", points.rows(), params.on.name());
            return Err(StepError::Input { slot: "features".to_owned(), reason });
        }
        Ok(Layer { reference: Reference::new(&points.block(0, samples))?, samples })
    };
    inputs.all::<Representation>("features")?.into_iter().map(layer).collect()
}

fn rows(
    layers: &[Layer],
    (points, labels): (&Points, &[f64]),
    network: &Network,
    context: &Context<'_>,
) -> Result<Vec<Vec<Cell>>, StepError> {
    let source = PointSource::new(points, labels);
    let mut rows = Vec::new();
    let mut first = vec![None; layers.len()];
    for (index, checkpoint) in network.checkpoints.iter().enumerate() {
        let trained = at_checkpoint(network, index)?;
        let hidden = trained.architecture().hidden();
        for (l, (layer, first)) in layers.iter().zip(&mut first).enumerate() {
            context.check()?;
            let made: Matrix = features(&trained, hidden[l], (&source, layer.samples));
            let found = layer.reference.compare(&made)?;
            let start = *first.get_or_insert(found.overlap);
            let normalised = (start > 0.0).then(|| (found.overlap - start) / start);
            rows.push(vec![
                (l + 1).into(),
                checkpoint.step.into(),
                Cell::Float(found.overlap),
                normalised.into(),
                Cell::Float(found.kernel_alignment),
                Cell::Float(found.mean_cosine),
                Cell::Float(found.least_cosine),
            ]);
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::testing::{Check, pixels};
    use crate::experiment::{NetworkFeatures, TrainNetwork};
    use serde_json::{Value as Json, json};

    fn trained(checkpoints: &[usize]) -> Value {
        let params = json!({
            "layers": [
                {"dense": {"width": 6}}, {"activation": "tanh"}, {"dense": {"width": 4}}, {"activation": "tanh"},
                {"dense": {"width": 1, "bias": true}}
            ],
            "learning_rate": 0.2, "batch": 5, "steps": 20, "checkpoints": checkpoints, "seed": 1
        });
        Check::of(&TrainNetwork).run(&params, vec![("x", images())]).remove(2)
    }

    fn images() -> Value {
        Value::Representation(pixels(20, 0, 15))
    }

    fn inputs(network: Value, features: Vec<Value>) -> Vec<(&'static str, Value)> {
        let features = features.into_iter().map(|features| ("features", features));
        [("x", images()), ("network", network)].into_iter().chain(features).collect()
    }

    fn params() -> Json {
        json!({"samples": 12})
    }

    // The reference is what the network itself gives at its end: then it is aligned fully there, and less before.
    #[test]
    fn a_network_is_aligned_with_its_own_features() {
        let network = trained(&[0, 7]);
        let own = |layer: usize| {
            let inputs = vec![("x", images()), ("network", network.clone())];
            Check::of(&NetworkFeatures).run(&json!({"layer": layer}), inputs).remove(0)
        };
        let inputs = inputs(network.clone(), vec![own(1), own(2)]);
        let Value::Table(table) = Check::of(&FeatureAlignment).run(&params(), inputs).remove(0) else { panic!() };
        let column = |name: &str| table.numbers(name).unwrap().into_iter().map(Option::unwrap).collect::<Vec<f64>>();
        assert_eq!(column("step"), [0.0, 0.0, 7.0, 7.0, 20.0, 20.0]);
        assert_eq!(column("layer"), [1.0, 2.0, 1.0, 2.0, 1.0, 2.0]);
        let alignment = column("kernel_alignment");
        assert!((alignment[4] - 1.0).abs() < 1e-9 && (alignment[5] - 1.0).abs() < 1e-9 && alignment[1] < 0.999);
        assert!(column("least_cosine")[4..].iter().all(|cosine| (cosine - 1.0).abs() < 1e-6));
        let (overlap, normalised) = (column("overlap"), column("normalised_overlap"));
        assert_eq!(normalised[..2], [0.0, 0.0]);
        assert!((normalised[5] - (overlap[5] / overlap[1] - 1.0)).abs() < 1e-12);
    }

    #[test]
    fn a_network_that_was_not_kept_at_its_start_is_refused() {
        let inputs = inputs(trained(&[7]), vec![images()]);
        let error = Check::of(&FeatureAlignment).fail(&params(), inputs).to_string();
        assert!(error.contains("put 0 among the `checkpoints`"), "{error}");
    }
}
