//! What the layers of a trained network let pass: singular values, frequency by frequency.

use super::analysed::{Direction, directions, squared_norm};
use crate::experiment::training::network::at_checkpoint;
use crate::step::prelude::*;

/// `network-singular-values`
pub struct NetworkSingularValues;

/// Parameters of `network-singular-values`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// A direction counts as kept where its singular value is above this.
    #[serde(default = "defaults::decimal::<5, 1>")]
    #[schemars(range(min = 0.0))]
    pub threshold: f64,
    /// Largest degree with a row of its own in `kept`; what is beyond is added to it.
    #[serde(default = "defaults::whole::<10>")]
    #[schemars(range(min = 0, max = 1000))]
    pub degrees: usize,
    /// Singular values of each layer with a row in `values`, the largest ones.
    #[serde(default = "defaults::whole::<40>")]
    #[schemars(range(min = 1, max = 100_000))]
    pub largest: usize,
}

const VALUES: [&str; 7] = ["step", "layer", "index", "degree", "frequency_y", "frequency_x", "singular_value"];
const KEPT: [&str; 5] = ["step", "layer", "degree", "directions", "frequencies"];
const LAYERS: [&str; 6] = ["step", "layer", "directions", "frequencies", "constant", "squared_norm"];
const SUMMARY: [&str; 4] = ["step", "squared_norm", "parameters", "layers"];

const fn table(name: &'static str, doc: &'static str) -> Port {
    Port::new(name, ValueType::Table).doc(doc)
}

impl Kind for NetworkSingularValues {
    type Params = Params;
    const NAME: &'static str = "network-singular-values";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "Singular values of the weights of a trained network, frequency by frequency.",
        details: "For a circular convolution those of m_ω Ŵ(ω), pooling included, at each frequency ω of its map, which \
                  together are those of the whole operator; ω and −ω have the same and share a row. The degree is \
                  |ω_y| + |ω_x|. Layers of other kinds have their weight matrix alone, at ω = 0. `kept` counts the values above the \
                  threshold, `directions` with ω and −ω apart as the operator has them, `frequencies` once.",
        cites: &["wen-2024"],
        inputs: &[Slot::one("network", &[ValueType::Network]).doc("The network, at its checkpoints.")],
        outputs: &[
            table(
                "values",
                "The largest singular values of each layer with weights (from 1): index from 1, degree, frequency, value; low \
                 degrees first.",
            ),
            table("kept", "How many values of each layer and degree are above the threshold."),
            table(
                "layers",
                "The same of each layer whatever the degree, `constant` of the frequencies at ω = 0, and the squared norm of \
                 its weights and biases.",
            ),
            table(
                "summary",
                "A row a checkpoint: ‖θ‖² over all weights and biases, numbers of parameters and of layers.",
            ),
        ],
    };

    fn plan(&self, _: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let Some(Shape::Network { parameters, checkpoints, hidden }) = inputs.get("network") else {
            return Err(vec![Problem::at("network", "expected a network")]);
        };
        let widest = hidden.layouts().iter().map(|l| l.channels).max().unwrap_or(1);
        Ok(Plan {
            outputs: vec![Shape::Table; 4],
            work_bytes: 64 * parameters as u64,
            flops: 80.0 * parameters as f64 * checkpoints as f64 * widest as f64,
        })
    }

    fn header(&self, port: &str, _: &Params, _: &Headers) -> Option<Header> {
        match port {
            "values" => Some(Header::of(&VALUES).keys(&["step", "layer", "index"])),
            "kept" => Some(Header::of(&KEPT).keys(&["step", "layer", "degree"]).counts(&["directions", "frequencies"])),
            "layers" => {
                Some(Header::of(&LAYERS).keys(&["step", "layer"]).counts(&["directions", "frequencies", "constant"]))
            }
            "summary" => Some(Header::of(&SUMMARY).keys(&["step"]).counts(&["parameters", "layers"])),
            _ => None,
        }
    }

    fn run(&self, params: &Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let network = inputs.one::<Network>("network")?;
        let mut rows = Rows { params, values: Vec::new(), kept: Vec::new(), layers: Vec::new() };
        let mut summary = Vec::new();
        for (index, checkpoint) in network.checkpoints.iter().enumerate() {
            let trained = at_checkpoint(network, index)?;
            for (layer, placed) in (1..).zip(trained.architecture().weighted()) {
                context.check()?;
                let own = &checkpoint.parameters[placed.parameters()];
                let norm = own.iter().map(|&w| f64::from(w).powi(2)).sum();
                rows.add((checkpoint.step, layer), &directions(&trained, placed)?, norm);
            }
            summary.push(summarised(network, index, trained.architecture().weighted().count()));
        }
        Ok(vec![
            Value::Table(Table::from_rows(&VALUES, &rows.values)?),
            Value::Table(Table::from_rows(&KEPT, &rows.kept)?),
            Value::Table(Table::from_rows(&LAYERS, &rows.layers)?),
            Value::Table(Table::from_rows(&SUMMARY, &summary)?),
        ])
    }
}

fn summarised(network: &Network, index: usize, layers: usize) -> Vec<Cell> {
    let checkpoint = &network.checkpoints[index];
    let norm = Cell::Float(squared_norm(network, index));
    vec![checkpoint.step.into(), norm, checkpoint.parameters.len().into(), layers.into()]
}

struct Rows<'a> {
    params: &'a Params,
    values: Vec<Vec<Cell>>,
    kept: Vec<Vec<Cell>>,
    layers: Vec<Vec<Cell>>,
}

impl Rows<'_> {
    fn add(&mut self, (step, layer): (usize, usize), directions: &[Direction], squared_norm: f64) {
        let mut largest: Vec<(usize, &Direction)> = (1..).zip(directions).take(self.params.largest).collect();
        largest.sort_by_key(|(_, direction)| direction.degree());
        for (index, direction) in largest {
            let whole = |waves: isize| Cell::Int(waves as i64);
            self.values.push(vec![
                step.into(),
                layer.into(),
                index.into(),
                direction.degree().into(),
                whole(direction.frequency.0),
                whole(direction.frequency.1),
                Cell::Float(direction.value),
            ]);
        }
        let most = directions.iter().map(Direction::degree).max().unwrap_or(0).min(self.params.degrees);
        for degree in 0..=most {
            let own = |d: &&Direction| d.degree().min(most) == degree && d.value > self.params.threshold;
            let (apart, once) = counted(directions.iter().filter(own));
            self.kept.push(vec![step.into(), layer.into(), degree.into(), apart.into(), once.into()]);
        }
        let kept = || directions.iter().filter(|d| d.value > self.params.threshold);
        let (apart, once) = counted(kept());
        let constant = kept().filter(|d| d.degree() == 0).count();
        let norm = Cell::Float(squared_norm);
        self.layers.push(vec![step.into(), layer.into(), apart.into(), once.into(), constant.into(), norm]);
    }
}

// Directions with ω and −ω apart, and as one.
fn counted<'a>(directions: impl Iterator<Item = &'a Direction>) -> (usize, usize) {
    directions.fold((0, 0), |(apart, once), d| (apart + d.multiplicity(), once + 1))
}

#[cfg(test)]
#[path = "network_singular_values_tests.rs"]
mod tests;
