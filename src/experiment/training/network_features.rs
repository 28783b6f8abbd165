//! What a hidden layer of a trained network gives.

use super::network::{PointSource, at_checkpoint, features, input_of, layout_of_maps, pass_bytes};
use crate::artifact::Geometry;
use crate::experiment::values::{Sizes, matrix_bytes};
use crate::math::linalg::Matrix;
use crate::step::prelude::*;

/// `network-features`
pub struct NetworkFeatures;

/// Parameters of `network-features`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Hidden layer l = 1, 2, …: its features are what layer l + 1 with weights takes.
    #[schemars(range(min = 1, max = 16))]
    pub layer: usize,
    /// Steps of training after which the network was kept; the last ones by default.
    #[serde(default)]
    pub step: Option<usize>,
}

impl Kind for NetworkFeatures {
    type Params = Params;
    const NAME: &'static str = "network-features";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "The features of a hidden layer of a trained network.",
        details: "After activation, pooling and normalisation: what the next layer with weights takes. Maps keep their \
                  layout, so a convolutional layer's features can be pooled or looked at.",
        cites: &["neural-lofi"],
        inputs: &[
            Slot::one("x", &[ValueType::Representation]).doc("The samples, as the network was trained on."),
            Slot::one("network", &[ValueType::Network]).doc("The network."),
        ],
        outputs: &[
            Port::new("features", ValueType::Representation).doc("The same samples, as the hidden layer gives them.")
        ],
    };

    fn plan(&self, params: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let sizes = Sizes::at(inputs, "x");
        let Some(Shape::Network { parameters, hidden, .. }) = inputs.get("network") else {
            return Err(vec![Problem::at("network", "expected a network")]);
        };
        let layouts = hidden.layouts();
        let Some(&layout) = layouts.get(params.layer - 1) else {
            let message = format!("layer is {}, but the network has {} hidden layers", params.layer, layouts.len());
            return Err(vec![Problem::at("layer", message)]);
        };
        let Sizes { train, validation, test, .. } = sizes;
        let (dim, geometry) = (layout.dim(), layout_of_maps(layout));
        Ok(Plan {
            outputs: vec![Shape::Representation { train, validation, test, dim, geometry, number_bytes: 8 }],
            work_bytes: 4 * parameters as u64
                + matrix_bytes(sizes.samples(), sizes.dim.unwrap_or(0)) / 2
                + pass_bytes(std::iter::once(sizes.dim.unwrap_or(0)).chain(layouts.iter().map(|l| l.dim()))),
            flops: 2.0 * sizes.samples() as f64 * parameters as f64,
        })
    }

    fn run(&self, params: &Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let (x, network) = (inputs.one::<Representation>("x")?, inputs.one::<Network>("network")?);
        check_input(x, network)?;
        let trained = at_checkpoint(network, checkpoint(network, params.step)?)?;
        let hidden = trained.architecture().hidden();
        let number = *hidden.get(params.layer - 1).ok_or_else(|| StepError::Bug("no such hidden layer".into()))?;
        let of = |points, labels: &[f64]| -> Result<Matrix, StepError> {
            context.check()?;
            Ok(features(&trained, number, (&PointSource::new(points, labels), usize::MAX)))
        };
        let (samples, labels) = (&x.samples, &x.labels);
        let made = x.with_features(
            of(&samples.train, &labels.train)?,
            of(&samples.validation, &labels.validation)?,
            of(&samples.test, &labels.test)?,
        );
        let geometry = layout_of_maps(trained.architecture().layers()[number].input);
        Ok(vec![Value::Representation(Representation { geometry, ..made })])
    }
}

/// Refuses samples that a network was not made for.
pub fn check_input(x: &Representation, network: &Network) -> Result<(), StepError> {
    let found = input_of(x.geometry, x.samples.train.dim());
    if found == network.input {
        return Ok(());
    }
    let text = |g: Geometry| format!("{} x {} x {}", g.channels, g.height, g.width);
    let reason = format!("samples are {}, the network takes {}", text(found), text(network.input));
    Err(StepError::Input { slot: "x".to_owned(), reason })
}

fn checkpoint(network: &Network, step: Option<usize>) -> Result<usize, StepError> {
    let steps: Vec<usize> = network.checkpoints.iter().map(|c| c.step).collect();
    let found = match step {
        None => steps.len().checked_sub(1),
        Some(step) => steps.iter().position(|&s| s == step),
    };
    found.ok_or_else(|| StepError::Input {
        slot: "network".to_owned(),
        reason: format!("it was kept after the steps {steps:?}; list the wanted one in `checkpoints` of its training"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::TrainNetwork;
    use crate::experiment::testing::{Check, pixels};
    use serde_json::{Value as Json, json};

    fn trained() -> Value {
        let params = json!({
            "layers": [
                {"convolution": {"width": 3, "window": 2}}, {"activation": "relu"},
                {"dense": {"width": 4}}, {"activation": "tanh"}, {"dense": {"width": 1, "bias": true}}
            ],
            "learning_rate": 0.1, "batch": 5, "steps": 3, "checkpoints": [0], "seed": 1
        });
        Check::of(&TrainNetwork).run(&params, vec![("x", Value::Representation(pixels(9, 2, 3)))]).remove(2)
    }

    fn run(params: &Json) -> Representation {
        let inputs = vec![("x", Value::Representation(pixels(9, 2, 3))), ("network", trained())];
        let Value::Representation(r) = Check::of(&NetworkFeatures).run(params, inputs).remove(0) else { panic!() };
        r
    }

    #[test]
    fn features_are_those_of_the_layers_written_out() {
        let Value::Network(network) = trained() else { panic!("a network") };
        let maps = run(&json!({"layer": 1, "step": 0}));
        assert_eq!(maps.geometry, Some(Geometry { channels: 3, height: 1, width: 2 }));
        let x = pixels(9, 2, 3).samples.train.to_matrix();
        let weights = &network.checkpoints[0].parameters;
        // 2 channels of 2 x 3 pixels; the window at its second position sees columns 1 and 2
        let seen = [1, 2, 4, 5, 7, 8, 10, 11];
        for channel in 0..3 {
            let z: f64 = (0..8).map(|e| f64::from(weights[channel * 8 + e]) * x[(4, seen[e])]).sum();
            assert!((maps.samples.train.to_matrix()[(4, 2 * channel + 1)] - z.max(0.0)).abs() < 1e-6);
        }
        let last = run(&json!({"layer": 2}));
        let dense = &network.checkpoints[1].parameters[24..];
        let before = run(&json!({"layer": 1})).samples.test.to_matrix();
        let z: f64 = (0..6).map(|e| f64::from(dense[6 + e]) * before[(2, e)]).sum();
        assert!((last.samples.test.to_matrix()[(2, 1)] - z.tanh()).abs() < 1e-6);
        assert_eq!(last.geometry, None);
    }

    #[test]
    fn layers_that_are_not_there_are_refused() {
        let inputs = vec![("x", Value::Representation(pixels(9, 2, 3))), ("network", trained())];
        let problems = Check::of(&NetworkFeatures).refuse(&json!({"layer": 3}), inputs);
        assert_eq!(problems[0].message, "layer is 3, but the network has 2 hidden layers");
        let Value::Network(network) = trained() else { panic!("a network") };
        let error = checkpoint(&network, Some(2)).unwrap_err().to_string();
        assert!(error.contains("[0, 3]"), "{error}");
    }
}
