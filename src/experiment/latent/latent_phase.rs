//! What the phases of a network's hidden representation say about the samples.

use super::analysed::{CircularLayer, Direction, check_layer};
use crate::experiment::training::network::{PointSource, at_checkpoint, features};
use crate::experiment::training::network_features::check_input;
use crate::experiment::values::{Sizes, matrix_bytes};
use crate::math::linalg::Matrix;
use crate::math::statistics::circular::{determination, phase_agreement, turned_to_mean};
use crate::step::prelude::*;
use std::cmp::Ordering;
use std::f64::consts::TAU;

/// `latent-phase`
pub struct LatentPhase;

/// A number that a sample is known by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KnownNumber {
    /// Its name in the table.
    pub name: String,
    /// Its period, in its own units: a position on a ring, compared with the phase of one direction. A number without one
    /// is compared with the difference of two phases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1e-9))]
    pub period: Option<f64>,
}

/// Parameters of `latent-phase`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Layer l, 1 for the first with weights: a circular convolution.
    #[schemars(range(min = 1, max = 17))]
    pub layer: usize,
    /// Directions that are read, those of the largest singular values at frequencies other than 0.
    #[serde(default = "defaults::whole::<8>")]
    #[schemars(range(min = 1, max = 100))]
    pub directions: usize,
    /// Directions are read only where their singular value is above this: the kept ones.
    #[serde(default = "defaults::decimal::<5, 1>")]
    #[schemars(range(min = 0.0))]
    pub threshold: f64,
    /// What the numbers at `state` are, in order: `{name, period}`.
    #[schemars(length(min = 1))]
    pub state: Vec<KnownNumber>,
}

const HEADER: [&str; 8] =
    ["number", "direction", "second_direction", "frequency_y", "frequency_x", "singular_value", "r2", "rank"];

impl Kind for LatentPhase {
    type Params = Params;
    const NAME: &'static str = "latent-phase";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "How well phases of a hidden representation tell known numbers of the samples, such as positions.",
        details: "What layer l gives before its activation has a complex coefficient c along each left singular vector \
                  of M W_l at each frequency. For a number p with a period T, R² = max(|⟨u w*⟩|², |⟨u w⟩|²) over test \
                  samples with u = exp(2πi p/T) and w = c/|c|: the share of u explained by its best multiple of w or \
                  of w*, which means something for positions all over the period. For a number without a period, R² of \
                  the line through it over the phase difference of two directions of one frequency, between −π and π \
                  about its circular mean. Nothing is fitted but that multiple or line. `rank` orders the rows of a \
                  number by their singular value, 1 for the largest (of pairs, by the smaller one).",
        cites: &["wen-2024"],
        inputs: &[
            Slot::one("x", &[ValueType::Representation])
                .doc("Samples of the layout that the network takes; the test split is used."),
            Slot::one("state", &[ValueType::Representation]).doc("The known numbers of the same samples."),
            Slot::one("network", &[ValueType::Network])
                .doc("A network of circular convolutions, at its last checkpoint."),
        ],
        outputs: &[Port::new("table", ValueType::Table).doc(
            "A row for each number and direction, or pair of directions of one frequency; one without R² for a number \
             that has none.",
        )],
    };

    fn plan(&self, params: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        check_layer(inputs, params.layer)?;
        let (sizes, state) = (Sizes::at(inputs, "x"), Sizes::at(inputs, "state"));
        if state.dim != Some(params.state.len()) {
            let message = format!("{} numbers are named, a sample has {}", params.state.len(), state.dim.unwrap_or(0));
            return Err(vec![Problem::at("state", message)]);
        }
        if sizes.test == 0 || state.test != sizes.test {
            let message = format!("{} test samples and {} states", sizes.test, state.test);
            return Err(vec![Problem::at("state", message).help("make both from the same data step")]);
        }
        let Some(Shape::Network { parameters, hidden, .. }) = inputs.get("network") else {
            return Err(vec![Problem::at("network", "expected a network")]);
        };
        let widest = hidden.layouts().iter().map(|l| l.dim()).max().unwrap_or(0);
        Ok(Plan {
            outputs: vec![Shape::Table],
            work_bytes: 64 * parameters as u64 + 3 * matrix_bytes(sizes.test, widest),
            flops: 1e3 * parameters as f64 + 4.0 * sizes.test as f64 * widest as f64 * params.directions as f64,
        })
    }

    fn header(&self, _: &str, _: &Params, _: &Headers) -> Option<Header> {
        Some(Header::of(&HEADER).keys(&["number", "rank"]).texts(&["number"]))
    }

    fn run(&self, params: &Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let (x, network) = (inputs.one::<Representation>("x")?, inputs.one::<Network>("network")?);
        check_input(x, network)?;
        let trained = at_checkpoint(network, network.checkpoints.len().saturating_sub(1))?;
        let layer = CircularLayer::of(&trained, params.layer)?;
        let source = PointSource::new(&x.samples.test, &x.labels.test);
        // one sample after the other in memory
        let hidden = features(&trained, layer.index + 1, (&source, usize::MAX)).transpose();
        context.check()?;
        let varying = layer.directions.iter().filter(|d| d.multiplicity() == 2 && d.value > params.threshold);
        let read: Vec<(&Direction, Vec<f64>)> =
            varying.take(params.directions).map(|d| (d, phases(&layer, d, &hidden))).collect();
        let state = inputs.one::<Representation>("state")?.samples.test.to_matrix();
        let mut rows = Vec::new();
        for (number, values) in params.state.iter().zip(state.column_iter()) {
            let values: Vec<f64> = values.iter().copied().collect();
            let mut own = match number.period {
                Some(period) => single(&read, &values, period),
                None => pairs(&read, &values)?,
            };
            own.sort_by(|a, b| b.value.partial_cmp(&a.value).unwrap_or(Ordering::Equal));
            if own.is_empty() {
                // a claim must not be held by the seeds that are left
                own.push(Found { directions: None, frequency: None, value: None, r2: None });
            }
            rows.extend(own.iter().zip(1_usize..).map(|(found, rank)| found.row(&number.name, rank)));
        }
        Ok(vec![Value::Table(Table::from_rows(&HEADER, &rows)?)])
    }
}

// Phases of a direction's coefficient in every sample, a column of `hidden`.
fn phases(layer: &CircularLayer, direction: &Direction, hidden: &Matrix) -> Vec<f64> {
    let of = |values: &[f64]| {
        let (re, im) = layer.coefficient(direction, values);
        libm::atan2(im, re)
    };
    hidden.as_slice().chunks_exact(hidden.nrows()).map(of).collect()
}

struct Found {
    directions: Option<(usize, Option<usize>)>,
    frequency: Option<(isize, isize)>,
    value: Option<f64>,
    r2: Option<f64>,
}

impl Found {
    fn row(&self, number: &str, rank: usize) -> Vec<Cell> {
        let whole = |waves: Option<isize>| waves.map_or(Cell::Null, |waves| Cell::Int(waves as i64));
        vec![
            number.into(),
            self.directions.map(|(first, _)| first).map_or(Cell::Null, Cell::from),
            self.directions.and_then(|(_, second)| second).map_or(Cell::Null, Cell::from),
            whole(self.frequency.map(|(down, _)| down)),
            whole(self.frequency.map(|(_, across)| across)),
            self.value.into(),
            self.r2.into(),
            rank.into(),
        ]
    }
}

fn single(read: &[(&Direction, Vec<f64>)], values: &[f64], period: f64) -> Vec<Found> {
    let angles: Vec<f64> = values.iter().map(|p| TAU * p / period).collect();
    let found = |(index, (direction, phases)): (usize, &(&Direction, Vec<f64>))| Found {
        directions: Some((index + 1, None)),
        frequency: Some(direction.frequency),
        value: Some(direction.value),
        r2: Some(phase_agreement(&angles, phases)),
    };
    read.iter().enumerate().map(found).collect()
}

fn pairs(read: &[(&Direction, Vec<f64>)], values: &[f64]) -> Result<Vec<Found>, StepError> {
    let mut found = Vec::new();
    for (first, (a, phases)) in read.iter().enumerate() {
        for (second, (b, others)) in read.iter().enumerate().skip(first + 1) {
            if a.frequency == b.frequency {
                let differences: Vec<f64> = phases.iter().zip(others).map(|(p, q)| p - q).collect();
                found.push(Found {
                    directions: Some((first + 1, Some(second + 1))),
                    frequency: Some(a.frequency),
                    value: Some(a.value.min(b.value)),
                    r2: determination(&turned_to_mean(&differences), values)?,
                });
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
#[path = "latent_phase_tests.rs"]
mod tests;
