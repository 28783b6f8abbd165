//! How a trained network moves its outputs: singular values of its Jacobian, and the norm that they cost.

use super::analysed::squared_norm;
use crate::artifact::Geometry;
use crate::experiment::training::network::{PointSource, at_checkpoint, pass_bytes};
use crate::experiment::training::network_features::check_input;
use crate::experiment::values::{Sizes, matrix_bytes};
use crate::math::fourier::torus::Torus;
use crate::math::linalg::Matrix;
use crate::math::linalg::singular::complex_svd;
use crate::math::network::{Source, jacobian};
use crate::step::prelude::*;

/// `network-jacobian`
pub struct NetworkJacobian;

/// Parameters of `network-jacobian`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Test samples at which the Jacobian is taken: the first so many.
    #[serde(default = "defaults::whole::<10>")]
    #[schemars(range(min = 1, max = 100_000))]
    pub samples: usize,
    /// Strength β of the pooling behind each layer, which makes high frequencies dear: a singular value weighs the mean of
    /// |m_ω|⁻² over its direction among the outputs.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub pooling: f64,
    /// A singular value counts where it is above this share of the sample's largest.
    #[serde(default = "defaults::decimal::<1, 1>")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub threshold: f64,
    /// Singular values of each sample with a row in `values`, the largest ones.
    #[serde(default = "defaults::whole::<20>")]
    #[schemars(range(min = 1, max = 100_000))]
    pub largest: usize,
}

const VALUES: [&str; 5] = ["step", "sample", "index", "singular_value", "weight"];
const TERMS: [&str; 9] =
    ["step", "sample", "layers", "rank", "weighted_rank", "log_sum", "squared_norm", "regularity", "least_norm"];

impl Kind for NetworkJacobian {
    type Params = Params;
    const NAME: &'static str = "network-jacobian";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "Singular values of the Jacobian of a trained network, and what they cost in squared norm.",
        details: "The Jacobian is that of the outputs by the numbers that the network takes, at test samples. With s_i its singular \
                  values above the threshold and w_i their weights, 1 without pooling, the least squared norm of L linear layers \
                  is L Σ w_i s_i^(2/L) = L Σ w_i + 2 Σ w_i log s_i + O(1/L): R⁽⁰⁾ a layer, and a regularity term R⁽¹⁾ that is \
                  at least 2 Σ w_i log s_i. The weights are exact where every direction has one frequency, as in networks \
                  that commute with shifts.",
        cites: &["wen-2024"],
        inputs: &[
            Slot::one("x", &[ValueType::Representation]).doc("The samples, as the network was trained on."),
            Slot::one("network", &[ValueType::Network]).doc("The network, at its checkpoints."),
        ],
        outputs: &[
            Port::new("terms", ValueType::Table).doc(
                "A row a sample: layers L with weights, rank, `weighted_rank` Σ w_i, `log_sum` Σ w_i log s_i, ‖θ‖² over all weights \
                 and biases, `regularity` ‖θ‖² − L Σ w_i, `least_norm` L Σ w_i s_i^(2/L).",
            ),
            Port::new("values", ValueType::Table).doc("The largest singular values of each sample, with their weights."),
        ],
    };

    fn plan(&self, params: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let sizes = Sizes::at(inputs, "x");
        let Some(Shape::Network { parameters, checkpoints, hidden }) = inputs.get("network") else {
            return Err(vec![Problem::at("network", "expected a network")]);
        };
        if sizes.test == 0 {
            return Err(vec![Problem::at("x", "there are no test samples").help("ask for some with `n_test`")]);
        }
        let dim = sizes.dim.unwrap_or(0);
        let samples = params.samples.min(sizes.test) * checkpoints;
        // outputs are not known here; a shape has as many as the input at most, or is small
        let (side, passes) = (dim as f64, 6.0 * parameters as f64);
        Ok(Plan {
            outputs: vec![Shape::Table; 2],
            work_bytes: 8 * parameters as u64
                + matrix_bytes(sizes.test, dim) / 2
                + 6 * matrix_bytes(dim, dim)
                + 2 * pass_bytes(std::iter::once(dim).chain(hidden.layouts().iter().map(|l| l.dim()))),
            flops: samples as f64 * side * 80.0_f64.mul_add(side * side, passes),
        })
    }

    fn header(&self, port: &str, _: &Params, _: &Headers) -> Option<Header> {
        match port {
            "terms" => Some(Header::of(&TERMS).keys(&["step", "sample"]).counts(&["layers", "rank"])),
            "values" => Some(Header::of(&VALUES).keys(&["step", "sample", "index"])),
            _ => None,
        }
    }

    fn run(&self, params: &Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let (x, network) = (inputs.one::<Representation>("x")?, inputs.one::<Network>("network")?);
        check_input(x, network)?;
        let source = PointSource::new(&x.samples.test, &x.labels.test);
        let mut numbers = vec![0.0; x.samples.test.dim()];
        let (mut terms, mut values) = (Vec::new(), Vec::new());
        for (index, checkpoint) in network.checkpoints.iter().enumerate() {
            let trained = at_checkpoint(network, index)?;
            let frequencies = Frequencies::new(trained.architecture().output(), params.pooling);
            let cost = Cost { layers: trained.architecture().weighted().count(), norm: squared_norm(network, index) };
            for sample in 0..params.samples.min(source.count()) {
                context.check()?;
                source.inputs(&[sample], &mut numbers);
                let found = frequencies.singular_values(&jacobian(&trained, &numbers)?)?;
                let place = [checkpoint.step.into(), sample.into()];
                terms.push(place.iter().cloned().chain(cost.of(&found, params.threshold)).collect());
                for (number, &(value, weight)) in (1_usize..).zip(&found).take(params.largest) {
                    let row = [number.into(), Cell::Float(value), Cell::Float(weight)];
                    values.push(place.iter().cloned().chain(row).collect());
                }
            }
        }
        Ok(vec![Value::Table(Table::from_rows(&TERMS, &terms)?), Value::Table(Table::from_rows(&VALUES, &values)?)])
    }
}

/// What a network of L layers costs.
struct Cost {
    layers: usize,
    norm: f64,
}

impl Cost {
    /// The columns of `terms` behind the sample, from singular values and their weights.
    fn of(&self, found: &[(f64, f64)], threshold: f64) -> Vec<Cell> {
        let least = threshold * found.first().map_or(0.0, |&(largest, _)| largest);
        let kept: Vec<(f64, f64)> = found.iter().copied().filter(|&(value, _)| value > least).collect();
        let depth = self.layers as f64;
        let weighted = |f: &dyn Fn(f64) -> f64| kept.iter().map(|&(value, weight)| weight * f(value)).sum::<f64>();
        let rank = weighted(&|_| 1.0);
        let numbers = [
            rank,
            weighted(&libm::log),
            self.norm,
            depth.mul_add(-rank, self.norm),
            depth * weighted(&|value| libm::pow(value, 2.0 / depth)),
        ];
        [self.layers.into(), kept.len().into()].into_iter().chain(numbers.map(Cell::Float)).collect()
    }
}

/// The waves on the maps of an output, and the price |m_ω|⁻² of each.
struct Frequencies {
    waves: Matrix,
    prices: Vec<f64>,
}

// A frequency whose gain is below this never comes out.
const SMALLEST_GAIN: f64 = 1e-6;

impl Frequencies {
    fn new(output: Geometry, pooling: f64) -> Self {
        let torus = Torus::new(output.height, output.width);
        let mut prices = vec![0.0; torus.positions()];
        for wave in torus.waves() {
            let gain = torus.pooling_gain(wave, pooling);
            let price = if gain.abs() < SMALLEST_GAIN { 0.0 } else { 1.0 / (gain * gain) };
            prices[wave.columns.clone()].fill(price);
        }
        Self { waves: torus.basis(), prices }
    }

    /// Singular values of a Jacobian, descending, each with its weight.
    fn singular_values(&self, jacobian: &Matrix) -> Result<Vec<(f64, f64)>, StepError> {
        let transposed = jacobian.transpose();
        let svd = complex_svd(&transposed, &Matrix::zeros(transposed.nrows(), transposed.ncols()))?;
        let weight = |index: usize| {
            let direction: Vec<f64> = svd.right.0.column(index).iter().copied().collect();
            direction.chunks_exact(self.prices.len()).map(|map| self.price(map)).sum::<f64>()
        };
        let mut found: Vec<(f64, f64)> = (0..).zip(&svd.values).map(|(i, &value)| (value, weight(i))).collect();
        found.sort_by(|a, b| b.0.total_cmp(&a.0));
        Ok(found)
    }

    // Of one map's part of a direction.
    fn price(&self, map: &[f64]) -> f64 {
        let along = |wave: usize| self.waves.column(wave).iter().zip(map).map(|(w, x)| w * x).sum::<f64>();
        self.prices.iter().enumerate().map(|(wave, price)| price * along(wave).powi(2)).sum()
    }
}

#[cfg(test)]
#[path = "network_jacobian_tests.rs"]
mod tests;
