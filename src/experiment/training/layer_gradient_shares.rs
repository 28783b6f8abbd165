//! How the gradient of a random network divides among its layers.

use super::layer_list::{ListedLayer, written_out};
use super::network::{PointSource, architecture, input_of};
use super::parameters::InitialisationName;
use super::train_network::planned;
use crate::experiment::values::{Sizes, matrix_bytes};
use crate::math::network::{
    Layer, Loss, Network, Objective, Source, Workspace, initial_parameters, layer_overlaps, mean_gradient,
};
use crate::step::prelude::*;

/// `layer-gradient-shares`
pub struct LayerGradientShares;

/// What the gradient is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ObjectiveName {
    /// The mean of y f(x): what the labels alone ask for.
    #[default]
    Correlation,
    /// The mean of (f − y)²: the network's own first output counts too.
    Square,
}

/// Parameters of `layer-gradient-shares`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The layers in order, as those of `train-network`; the last one must give one number.
    #[serde(deserialize_with = "written_out")]
    #[schemars(with = "Vec<ListedLayer>")]
    pub layers: Vec<Layer>,
    /// The law of the weights.
    #[serde(default = "tangent_kernel")]
    pub initialisation: InitialisationName,
    /// What the gradient is of.
    #[serde(default)]
    pub objective: ObjectiveName,
    /// Seed of the weights.
    pub seed: u64,
}

const fn tangent_kernel() -> InitialisationName {
    InitialisationName::TangentKernel
}

impl Params {
    fn scaled(&self) -> bool {
        self.initialisation == InitialisationName::TangentKernel
    }

    const fn objective(&self) -> Objective {
        match self.objective {
            ObjectiveName::Correlation => Objective::Correlation,
            ObjectiveName::Square => Objective::Loss(Loss::Square),
        }
    }
}

const HEADER: [&str; 3] = ["layer", "overlap", "share"];

impl Kind for LayerGradientShares {
    type Params = Params;
    const NAME: &'static str = "layer-gradient-shares";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "The share of each layer in the squared gradient of a random network, without the part that no label changes.",
        details: "The training samples are cut into halves A and B in their order, an odd one left out, and layer l's overlap \
                  is ⟨∇_l F_A, ∇_l F_B⟩ with F the objective's mean: an unbiased estimate of the squared gradient over the law \
                  of the samples. A squared norm on n samples has in addition a diagonal of size 1/n, alike for all labels. \
                  The share is the overlap over the sum of all layers' overlaps; where that sum is not above 0, there is none. \
                  In wide networks in the tangent-kernel parametrisation overlaps of labels that are a harmonic of degree k \
                  tend to those of `layer-kernel-shares`.",
        cites: &["dandi-jacot-2021", "jacot-2018"],
        inputs: &[Slot::one("x", &[ValueType::Representation]).doc("The samples; only training samples are used.")],
        outputs: &[Port::new("table", ValueType::Table)
            .doc("A row for each layer with weights: layer (from 1), overlap, share.")],
    };

    fn plan(&self, params: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let architecture = planned((&params.layers, params.scaled()), inputs).map_err(|problem| vec![problem])?;
        let sizes = Sizes::at(inputs, "x");
        if sizes.train < 2 {
            return Err(vec![Problem::at("x", "each half needs a training sample; expected at least 2")]);
        }
        // parts of a batch hold about 2^24 numbers, see the trainer
        const NUMBERS_AT_ONCE: usize = 1 << 24;
        let rows = (NUMBERS_AT_ONCE / architecture.numbers()).clamp(1, sizes.train);
        let numbers = Workspace::<f32>::numbers(&architecture, rows) + 3 * architecture.parameters();
        Ok(Plan {
            outputs: vec![Shape::Table],
            work_bytes: 4 * numbers as u64 + matrix_bytes(sizes.train, sizes.dim.unwrap_or(0)) / 2,
            flops: 3.0 * architecture.flops() * sizes.train as f64,
        })
    }

    fn header(&self, _: &str, _: &Params, _: &Headers) -> Option<Header> {
        Some(Header::of(&HEADER).keys(&["layer"]).shares(&["share"]))
    }

    fn run(&self, params: &Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let x = inputs.one::<Representation>("x")?;
        let input = input_of(x.geometry, x.samples.train.dim());
        let architecture = architecture(&params.layers, input, params.scaled())?;
        let parameters = initial_parameters(&architecture, params.initialisation.law(), params.seed);
        let network = Network::<f32>::new(architecture, parameters)?;
        let source = PointSource::new(&x.samples.train, &x.labels.train);
        let half = source.count() / 2;
        let gradient = |from: usize| {
            context.check()?;
            let rows: Vec<usize> = (from..from + half).collect();
            Ok::<_, StepError>(mean_gradient(&network, params.objective(), (&source, &rows))?)
        };
        let overlaps = layer_overlaps(network.architecture(), &gradient(0)?, &gradient(half)?)?;
        Ok(vec![Value::Table(table(&overlaps)?)])
    }
}

fn table(overlaps: &[f64]) -> Result<Table, StepError> {
    let total: f64 = overlaps.iter().sum();
    let share = |overlap: f64| if total > 0.0 { Cell::Float(overlap / total) } else { Cell::Null };
    let row = |(i, &overlap): (usize, &f64)| vec![(i + 1).into(), Cell::Float(overlap), share(overlap)];
    let rows: Vec<Vec<Cell>> = overlaps.iter().enumerate().map(row).collect();
    Ok(Table::from_rows(&HEADER, &rows)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::testing::{Check, pixels};
    use crate::experiment::{LayerKernelShares, SphericalHarmonicSamples};
    use crate::step::roles::Sampled;
    use serde_json::{Value as Json, json};

    fn numbers(value: &Value, column: &str) -> Vec<f64> {
        let Value::Table(table) = value else { panic!("a table") };
        table.numbers(column).unwrap().into_iter().flatten().collect()
    }

    fn harmonics(degree: usize, n: usize) -> Value {
        let params = json!({"dim": 4, "degree": degree, "n_train": n, "seed": 1});
        Check::of(&Sampled(SphericalHarmonicSamples)).run(&params, vec![]).remove(0)
    }

    fn measured(params: &Json, x: Value) -> Value {
        Check::of(&LayerGradientShares).run(params, vec![("x", x)]).remove(0)
    }

    // Oracle: f = w·x/√d has ∇F_A = Σ_A y x/(n_A √d); one layer has all of it.
    #[test]
    fn a_linear_network_by_hand() {
        let images = pixels(5, 0, 0);
        let (x, y) = (images.samples.train.to_matrix(), images.labels.train.clone());
        let params = json!({"layers": [{"dense": {"width": 1}}], "seed": 0});
        let found = measured(&params, Value::Representation(images));
        let half = |j: usize, from: usize| (from..from + 2).map(|i| y[i] * x[(i, j)]).sum::<f64>() / 2.0;
        let expected: f64 = (0..12).map(|j| half(j, 0) * half(j, 2) / 12.0).sum();
        assert!((numbers(&found, "overlap")[0] - expected).abs() < 1e-6 * expected.abs().max(1.0), "{found:?}");
    }

    // Law: a wide network has the kernel's shares. Overlaps of this width and so many samples scatter by a few hundredths.
    #[test]
    fn a_wide_network_has_the_shares_of_its_kernel() {
        let layers = json!([{"dense": {"width": 300}}, {"activation": "relu"}, {"dense": {"width": 300}}, {"activation": "relu"},
                {"dense": {"width": 1}}]);
        for degree in [0, 1, 2] {
            let params = json!({"dim": 4, "depth": 2, "activation": "relu", "degrees": [degree]});
            let kernel = numbers(&Check::of(&LayerKernelShares).run(&params, vec![])[0], "share");
            let mut mean = [0.0; 3];
            for seed in 0..4 {
                let found = measured(&json!({"layers": layers, "seed": seed}), harmonics(degree, 6000));
                mean.iter_mut().zip(numbers(&found, "share")).for_each(|(sum, share)| *sum += share / 4.0);
            }
            let far = mean.iter().zip(&kernel).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(far < 0.04, "degree {degree}: {mean:?} against {kernel:?}");
        }
    }

    // Law: without labels the square objective pulls towards 0 and the correlation asks for nothing.
    #[test]
    fn objectives_differ_by_the_networks_own_output() {
        let Value::Representation(mut x) = harmonics(1, 40) else { panic!("a representation") };
        let labels = crate::artifact::Labels { train: vec![0.0; 40], ..(*x.labels).clone() };
        x.labels = std::sync::Arc::new(labels);
        let layers = json!([{"dense": {"width": 8}}, {"activation": "tanh"}, {"dense": {"width": 1}}]);
        let of = |objective: &str| {
            let params = json!({"layers": layers, "seed": 0, "objective": objective});
            measured(&params, Value::Representation(x.clone()))
        };
        assert_eq!(numbers(&of("correlation"), "overlap"), [0.0, 0.0]);
        assert_eq!(numbers(&of("correlation"), "share"), [0.0; 0], "nothing to share");
        assert!(numbers(&of("square"), "overlap").iter().all(|&o| o != 0.0));
    }

    #[test]
    fn what_has_no_halves_is_refused() {
        let params = json!({"layers": [{"dense": {"width": 1}}], "seed": 0});
        let inputs = vec![("x", Value::Representation(pixels(1, 0, 0)))];
        assert_eq!(Check::of(&LayerGradientShares).refuse(&params, inputs)[0].at.as_deref(), Some("x"));
    }
}
