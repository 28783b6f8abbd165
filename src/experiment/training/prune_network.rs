//! A trained network of whose hidden layers a few directions are kept.

use super::network::{PointSource, at_checkpoint, features, input_of, pass_bytes};
use super::network_features::check_input;
use crate::artifact::Checkpoint;
use crate::experiment::values::{Sizes, eigen_flops, matrix_bytes};
use crate::math::linalg::Matrix;
use crate::math::network::{self, Directions, HiddenLayer, Layer, Ranking, projected};
use crate::step::prelude::*;

/// `prune-network`
pub struct PruneNetwork;

/// Parameters of `prune-network`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// By what directions are ranked.
    pub by: Ranking,
    /// What is kept or pruned: units, or eigenvectors of the matrix that ranks.
    #[serde(default)]
    pub of: Directions,
    /// Directions kept in every hidden layer; a layer with no more than these stays as it is.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub keep: usize,
    /// Seed of `random`.
    #[serde(default)]
    pub seed: u64,
}

impl Kind for PruneNetwork {
    type Params = Params;
    const NAME: &'static str = "prune-network";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "Prunes the hidden layers of a trained network, without training it further.",
        details: "Layer by layer, the first one first: with h what a hidden layer gives on the training samples and W the \
                  weights of the dense layer that takes it, W becomes V Vᵀ W, V the `keep` directions of highest rank by \
                  |(1/n) Σ y h hᵀ| (label-weighted, LoFi's moment operator), (1/n) Σ h hᵀ (variance), W Wᵀ (magnitude) or at \
                  random. With `units` V picks units by the diagonal of that matrix, so that the others could be taken out; with \
                  `eigenvectors` it holds its eigenvectors. Later layers are ranked behind the pruned ones.",
        cites: &["neural-lofi"],
        inputs: &[
            Slot::one("x", &[ValueType::Representation])
                .doc("Samples of the layout that the network takes; the training split ranks."),
            Slot::one("network", &[ValueType::Network])
                .doc("The network, at its last checkpoint; every hidden layer goes to a dense one."),
        ],
        outputs: &[Port::new("network", ValueType::Network).doc("The same layers, with weights that take less.")],
    };

    fn plan(&self, _: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let sizes = Sizes::at(inputs, "x");
        let Some(Shape::Network { parameters, hidden, .. }) = inputs.get("network") else {
            return Err(vec![Problem::at("network", "expected a network")]);
        };
        let dims: Vec<usize> = hidden.layouts().iter().map(|layout| layout.dim()).collect();
        let widest = dims.iter().copied().max().unwrap_or(0);
        let moments: f64 = dims.iter().map(|&d| sizes.train as f64 * (d * d) as f64 + eigen_flops(d)).sum();
        Ok(Plan {
            outputs: vec![Shape::Network { parameters, checkpoints: 1, hidden }],
            work_bytes: 16 * parameters as u64
                + 2 * matrix_bytes(sizes.train, widest)
                + 4 * matrix_bytes(widest, widest)
                + pass_bytes(std::iter::once(sizes.dim.unwrap_or(0)).chain(dims.iter().copied())),
            flops: 2.0 * sizes.train as f64 * (parameters * dims.len()) as f64 + moments,
        })
    }

    fn run(&self, params: &Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let (x, given) = (inputs.one::<Representation>("x")?, inputs.one::<Network>("network")?);
        check_input(x, given)?;
        let last = given.checkpoints.len().saturating_sub(1);
        let mut network = at_checkpoint(given, last)?;
        let source = PointSource::new(&x.samples.train, &x.labels.train);
        for number in network.architecture().hidden() {
            context.check()?;
            let of_layer = features(&network, number, (&source, usize::MAX));
            prune(&mut network, number, params, (&of_layer, &x.labels.train))?;
        }
        let step = given.checkpoints.get(last).map_or(0, |checkpoint| checkpoint.step);
        let checkpoints = vec![Checkpoint { step, parameters: network.parameters().to_vec() }];
        Ok(vec![Value::Network(Network {
            layers: given.layers.clone(),
            input: input_of(x.geometry, x.samples.train.dim()),
            tangent_kernel_scaling: given.tangent_kernel_scaling,
            checkpoints,
            origin: given.origin.clone(),
        })])
    }
}

fn prune(
    network: &mut network::Network<f32>,
    number: usize,
    params: &Params,
    (features, labels): (&Matrix, &[f64]),
) -> Result<(), StepError> {
    let placed = &network.architecture().layers()[number];
    if !matches!(placed.layer, Layer::Dense(_)) {
        let reason = "a hidden layer goes to a convolution; only what dense layers take can be pruned".to_owned();
        return Err(StepError::Input { slot: "network".to_owned(), reason });
    }
    let (dim, units, place) = (placed.fan_in(), placed.units(), placed.weights.clone());
    if params.keep >= dim {
        return Ok(());
    }
    let numbers = network.parameters()[place.clone()].iter().map(|&w| f64::from(w));
    let weights = Matrix::from_iterator(dim, units, numbers);
    let hidden = HiddenLayer { features, labels, weights: &weights };
    let kept = hidden.leading((params.by, params.of), params.keep, params.seed)?;
    let pruned = projected(&weights, &kept);
    network.parameters_mut()[place].iter_mut().zip(pruned.iter()).for_each(|(own, &w)| *own = single(w));
    Ok(())
}

#[expect(clippy::cast_possible_truncation, reason = "networks are in single precision")]
fn single(x: f64) -> f32 {
    x as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::testing::{Check, pixels};
    use crate::experiment::{NetworkFeatures, NetworkScore, TrainNetwork};
    use serde_json::{Value as Json, json};

    fn images() -> Value {
        Value::Representation(pixels(40, 0, 200))
    }

    fn trained(first: &Json) -> Value {
        let params = json!({
            "layers": [first, {"activation": "relu"}, {"dense": {"width": 6}}, {"activation": "relu"},
                       {"dense": {"width": 1, "bias": true}}],
            "learning_rate": 0.1, "batch": 10, "steps": 60, "checkpoints": [0], "seed": 1
        });
        Check::of(&TrainNetwork).run(&params, vec![("x", images())]).remove(2)
    }

    fn pruned(network: &Value, params: &Json) -> Value {
        Check::of(&PruneNetwork).run(params, vec![("x", images()), ("network", network.clone())]).remove(0)
    }

    fn outputs(network: Value) -> Table {
        match Check::of(&NetworkScore).run(&json!({}), vec![("x", images()), ("network", network)]).remove(0) {
            Value::Table(table) => table,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn all_directions_are_the_last_checkpoint_of_the_network() {
        let network = trained(&json!({"dense": {"width": 8}}));
        let whole = outputs(network.clone());
        for params in
            [json!({"by": "variance", "keep": 8}), json!({"by": "magnitude", "of": "eigenvectors", "keep": 9})]
        {
            let same = outputs(pruned(&network, &params));
            for column in ["step", "test_error", "mean_output"] {
                assert_eq!(same.numbers(column).unwrap()[0], whole.numbers(column).unwrap()[1], "{column}");
            }
        }
    }

    #[test]
    fn kept_units_are_those_of_largest_second_moment() {
        let network = trained(&json!({"dense": {"width": 8}}));
        let inputs = vec![("x", images()), ("network", network.clone())];
        let Value::Representation(hidden) = Check::of(&NetworkFeatures).run(&json!({"layer": 1}), inputs).remove(0)
        else {
            panic!("features")
        };
        let h = hidden.samples.train.to_matrix();
        let mut order: Vec<usize> = (0..8).collect();
        order.sort_by(|&a, &b| h.column(b).norm_squared().total_cmp(&h.column(a).norm_squared()));
        let Value::Network(found) = pruned(&network, &json!({"by": "variance", "keep": 3})) else {
            panic!("a network")
        };
        let Value::Network(before) = &network else { panic!("a network") };
        let first = 12 * 8;
        let weights = |network: &Network, unit: usize| -> Vec<f32> {
            let parameters = &network.checkpoints.last().unwrap().parameters;
            (0..6).map(|to| parameters[first + to * 8 + unit]).collect()
        };
        for (place, &unit) in order.iter().enumerate() {
            let expected = if place < 3 { weights(before, unit) } else { vec![0.0; 6] };
            assert_eq!(weights(&found, unit), expected, "unit {unit}");
        }
    }

    #[test]
    fn each_ranking_gives_another_network() {
        let network = trained(&json!({"dense": {"width": 8}}));
        let all = ["label-weighted", "variance", "magnitude", "random"];
        let found: Vec<Value> =
            all.iter().map(|by| pruned(&network, &json!({"by": by, "of": "eigenvectors", "keep": 2}))).collect();
        for a in 0..4 {
            assert!((0..a).all(|b| format!("{:?}", found[a]) != format!("{:?}", found[b])), "{}", all[a]);
        }
    }

    #[test]
    fn layers_that_go_to_a_convolution_are_refused() {
        let params = json!({
            "layers": [{"convolution": {"width": 2, "window": 1}}, {"convolution": {"width": 2, "window": 1}},
                       {"dense": {"width": 1, "bias": true}}],
            "learning_rate": 0.1, "batch": 10, "steps": 1, "checkpoints": [0], "seed": 1
        });
        let network = Check::of(&TrainNetwork).run(&params, vec![("x", images())]).remove(2);
        let inputs = vec![("x", images()), ("network", network)];
        let error = Check::of(&PruneNetwork).fail(&json!({"by": "variance", "keep": 1}), inputs).to_string();
        assert!(error.contains("dense"), "{error}");
    }
}
