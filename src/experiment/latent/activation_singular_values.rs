//! What the hidden layers of a trained network give on samples: singular values, frequency by frequency.

use crate::artifact::Geometry;
use crate::experiment::training::network::{PointSource, at_checkpoint, features, pass_bytes};
use crate::experiment::training::network_features::check_input;
use crate::experiment::values::{Sizes, matrix_bytes};
use crate::math::fourier::torus::{Torus, Wave};
use crate::math::linalg::singular::complex_svd;
use crate::math::linalg::{Matrix, product};
use crate::step::prelude::*;

/// `activation-singular-values`
pub struct ActivationSingularValues;

/// Parameters of `activation-singular-values`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Test samples that are passed through the network: the first so many.
    #[serde(default = "defaults::whole::<200>")]
    #[schemars(range(min = 2, max = 100_000))]
    pub samples: usize,
    /// A direction counts as kept where its singular value is above this share of the layer's largest.
    #[serde(default = "defaults::decimal::<1, 1>")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub threshold: f64,
    /// Largest degree with a row of its own in `kept`; what is beyond is added to it.
    #[serde(default = "defaults::whole::<10>")]
    #[schemars(range(min = 0, max = 1000))]
    pub degrees: usize,
}

const KEPT: [&str; 5] = ["step", "layer", "degree", "frequencies", "share"];
const LAYERS: [&str; 5] = ["step", "layer", "frequencies", "constant", "largest"];

impl Kind for ActivationSingularValues {
    type Params = Params;
    const NAME: &'static str = "activation-singular-values";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "Singular values of what the hidden layers of a trained network give, frequency by frequency.",
        details: "At each frequency ω of a layer's maps, with ω and −ω as one, those of the samples' Fourier coefficients over √n, n x C \
                  and not centred: a constant that all samples share is a direction as well. The degree is |ω_y| + |ω_x|. A hidden \
                  layer is what the next layer with weights takes. Where maps are one position all is at ω = 0.",
        cites: &["wen-2024"],
        inputs: &[
            Slot::one("x", &[ValueType::Representation]).doc("The samples, as the network was trained on."),
            Slot::one("network", &[ValueType::Network]).doc("The network, at its checkpoints."),
        ],
        outputs: &[
            Port::new("kept", ValueType::Table).doc(
                "How many values of each hidden layer (from 1) and degree are above the threshold, and the degree's share of \
                 the squared norm.",
            ),
            Port::new("layers", ValueType::Table)
                .doc("The same counts whatever the degree, `constant` of them at ω = 0, and the largest value."),
        ],
    };

    fn plan(&self, params: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let sizes = Sizes::at(inputs, "x");
        let Some(Shape::Network { parameters, checkpoints, hidden }) = inputs.get("network") else {
            return Err(vec![Problem::at("network", "expected a network")]);
        };
        if sizes.test < 2 {
            return Err(vec![Problem::at("x", "expected at least 2 test samples").help("ask for some with `n_test`")]);
        }
        let (dim, samples) = (sizes.dim.unwrap_or(0), params.samples.min(sizes.test));
        let layouts = hidden.layouts();
        let largest = layouts.iter().map(|l| l.dim()).max().unwrap_or(0);
        let work = |l: &Geometry| 2.0 * l.dim() as f64 * l.positions() as f64 + 80.0 * (l.dim() * l.channels) as f64;
        let analysed: f64 = layouts.iter().map(work).sum();
        Ok(Plan {
            outputs: vec![Shape::Table; 2],
            work_bytes: 4 * parameters as u64
                + matrix_bytes(sizes.test, dim) / 2
                + 3 * matrix_bytes(samples, largest)
                + pass_bytes(std::iter::once(dim).chain(layouts.iter().map(|l| l.dim()))),
            flops: (checkpoints * samples) as f64 * 2.0_f64.mul_add(layouts.len() as f64 * parameters as f64, analysed),
        })
    }

    fn header(&self, port: &str, _: &Params, _: &Headers) -> Option<Header> {
        match port {
            "kept" => {
                Some(Header::of(&KEPT).keys(&["step", "layer", "degree"]).counts(&["frequencies"]).shares(&["share"]))
            }
            "layers" => Some(Header::of(&LAYERS).keys(&["step", "layer"]).counts(&["frequencies", "constant"])),
            _ => None,
        }
    }

    fn run(&self, params: &Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let (x, network) = (inputs.one::<Representation>("x")?, inputs.one::<Network>("network")?);
        check_input(x, network)?;
        let source = PointSource::new(&x.samples.test, &x.labels.test);
        let (mut kept, mut layers) = (Vec::new(), Vec::new());
        for (index, checkpoint) in network.checkpoints.iter().enumerate() {
            let trained = at_checkpoint(network, index)?;
            for (layer, number) in (1_usize..).zip(trained.architecture().hidden()) {
                context.check()?;
                let given = features(&trained, number, (&source, params.samples));
                let directions = directions(&given, trained.architecture().layers()[number].input)?;
                let found = Found::of(directions, params);
                kept.extend(found.by_degree.iter().enumerate().map(|(degree, &(frequencies, share))| {
                    vec![checkpoint.step.into(), layer.into(), degree.into(), frequencies.into(), Cell::Float(share)]
                }));
                let counts = [found.by_degree.iter().map(|(n, _)| n).sum::<usize>(), found.by_degree[0].0];
                let row = [checkpoint.step.into(), layer.into()].into_iter().chain(counts.map(Cell::from));
                layers.push(row.chain([Cell::Float(found.largest)]).collect());
            }
        }
        Ok(vec![Value::Table(Table::from_rows(&KEPT, &kept)?), Value::Table(Table::from_rows(&LAYERS, &layers)?)])
    }
}

/// A singular value at a frequency, and how many real ones it stands for: 2 where −ω is another frequency.
struct Direction {
    degree: usize,
    multiplicity: usize,
    value: f64,
}

/// Counts of kept directions and shares of the squared norm, by degree.
struct Found {
    by_degree: Vec<(usize, f64)>,
    largest: f64,
}

impl Found {
    fn of(directions: Vec<Direction>, params: &Params) -> Self {
        let largest = directions.iter().map(|d| d.value).fold(0.0, f64::max);
        let square = |d: &Direction| d.multiplicity as f64 * d.value * d.value;
        let total: f64 = directions.iter().map(square).sum();
        let most = directions.iter().map(|d| d.degree).max().unwrap_or(0).min(params.degrees);
        let mut by_degree = vec![(0, 0.0); most + 1];
        for direction in directions {
            let (frequencies, share) = &mut by_degree[direction.degree.min(most)];
            *frequencies += usize::from(direction.value > params.threshold * largest);
            *share += if total > 0.0 { square(&direction) / total } else { 0.0 };
        }
        Self { by_degree, largest }
    }
}

// Of n samples of C x H x W, a row each, channel-major.
fn directions(given: &Matrix, layout: Geometry) -> Result<Vec<Direction>, StepError> {
    let torus = Torus::new(layout.height, layout.width);
    let basis = torus.basis();
    let positions = torus.positions();
    let scale = 1.0 / (given.nrows() as f64).sqrt();
    // coefficients of each channel's map, n x HW
    let channels: Vec<Matrix> = (0..layout.channels)
        .map(|channel| product(&given.columns(channel * positions, positions).into_owned(), &basis) * scale)
        .collect();
    let of_column = |column: usize| Matrix::from_fn(given.nrows(), layout.channels, |i, c| channels[c][(i, column)]);
    let mut found = Vec::new();
    for wave in torus.waves() {
        let Wave { columns, .. } = wave;
        let (real, imaginary) = match wave.is_alone() {
            true => (of_column(columns.start), Matrix::zeros(given.nrows(), layout.channels)),
            // cosine and sine are each √2 of the real and imaginary part
            false => (of_column(columns.start) * HALF, of_column(columns.start + 1) * HALF),
        };
        let values = complex_svd(&real, &imaginary)?.values;
        found.extend(values.into_iter().map(|value| Direction {
            degree: wave.degree(),
            multiplicity: columns.len(),
            value,
        }));
    }
    Ok(found)
}

const HALF: f64 = std::f64::consts::FRAC_1_SQRT_2;

#[cfg(test)]
#[path = "activation_singular_values_tests.rs"]
mod tests;
