//! What a trained network makes of a sample when a direction of its hidden representation is changed.

use super::analysed::{CircularLayer, Direction, check_layer};
use crate::artifact::{self, Geometry, Picture, PictureScale};
use crate::experiment::training::network::{PointSource, at_checkpoint};
use crate::experiment::training::network_features::check_input;
use crate::experiment::values::Sizes;
use crate::math::network::{Network, Source, Workspace};
use crate::math::size::times3;
use crate::step::prelude::*;

/// `latent-directions`
pub struct LatentDirections;

/// Parameters of `latent-directions`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Layer l, 1 for the first with weights: a circular convolution.
    #[schemars(range(min = 1, max = 17))]
    pub layer: usize,
    /// Directions that are changed, those of the largest singular values; a pair ±ω is one.
    #[serde(default = "defaults::whole::<8>")]
    #[schemars(range(min = 1, max = 100))]
    pub directions: usize,
    /// Test sample that is decoded, 0 for the first.
    #[serde(default)]
    pub sample: usize,
}

// Headings and complex factors.
const FACTORS: [(&str, (f64, f64)); 4] =
    [("×2", (2.0, 0.0)), ("×½", (0.5, 0.0)), ("×i", (0.0, 1.0)), ("×−i", (0.0, -1.0))];

impl Kind for LatentDirections {
    type Params = Params;
    const NAME: &'static str = "latent-directions";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "Multiplies a hidden representation along its singular directions and decodes it to images.",
        details: "What layer l gives before its activation, M W_l α + b, has a complex coefficient along each left singular \
                  vector of M W_l at each frequency; it is multiplied by 2, ½ and ±i, which moves that wave by a quarter of \
                  its length. Where ω is −ω the coefficient is real and ±i shows the output as it is. The remaining layers \
                  then run as they are. The output is laid out as the input; its channels stand below each other.",
        cites: &["wen-2024"],
        inputs: &[
            Slot::one("x", &[ValueType::Representation])
                .doc("Samples of the layout that the network takes; one of the test split is decoded."),
            Slot::one("network", &[ValueType::Network])
                .doc("A network whose output is an image, at its last checkpoint."),
        ],
        outputs: &[Port::new("pictures", ValueType::Pictures)
            .doc("A row a direction; columns: the output as it is, and with the coefficient ×2, ×½, ×i, ×−i.")],
    };

    fn plan(&self, params: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        check_layer(inputs, params.layer)?;
        let sizes = Sizes::at(inputs, "x");
        if params.sample >= sizes.test {
            let message = format!("sample is {}, but there are {} test samples", params.sample, sizes.test);
            return Err(vec![Problem::at("sample", message).help("the first one is 0")]);
        }
        let Some(Shape::Network { parameters, .. }) = inputs.get("network") else {
            return Err(vec![Problem::at("network", "expected a network")]);
        };
        let numbers = times3(params.directions, 1 + FACTORS.len(), sizes.dim.unwrap_or(0));
        Ok(Plan {
            outputs: vec![Shape::Pictures { numbers }],
            work_bytes: 64 * parameters as u64,
            flops: 1e3 * parameters as f64,
        })
    }

    fn run(&self, params: &Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let (x, network) = (inputs.one::<Representation>("x")?, inputs.one::<artifact::Network>("network")?);
        check_input(x, network)?;
        let trained = at_checkpoint(network, network.checkpoints.len().saturating_sub(1))?;
        let refuse = |reason: String| StepError::Input { slot: "network".to_owned(), reason };
        let layer = CircularLayer::of(&trained, params.layer)?;
        if trained.architecture().output() != trained.architecture().input() {
            return Err(refuse("its output is not laid out as its input".to_owned()));
        }
        if layer.directions.len() < params.directions {
            let there = layer.directions.len();
            return Err(refuse(format!(
                "layer {} has {there} directions, asked for {}",
                params.layer, params.directions
            )));
        }
        let source = PointSource::new(&x.samples.test, &x.labels.test);
        let mut decoder = Decoder::new(&trained, &layer, (&source, params.sample));
        let plain = decoder.decode(None);
        let mut pictures = Vec::new();
        for direction in layer.directions.iter().take(params.directions) {
            context.check()?;
            let mut add = |column: &str, note: &str, values: Vec<f64>| {
                let (row, column, note) = (direction.name(), column.to_owned(), note.to_owned());
                let (scale, geometry) = (PictureScale::Brightness, stacked(trained.architecture().output()));
                pictures.push(Picture { row, column, note, scale, geometry, values });
            };
            add("output", "", plain.clone());
            for (name, factor) in FACTORS {
                if factor.1 == 0.0 || direction.multiplicity() == 2 {
                    add(name, "", decoder.decode(Some((direction, factor))));
                } else {
                    add(name, "real: no phase", plain.clone());
                }
            }
        }
        Ok(vec![Value::Pictures(Pictures { pictures, origin: x.origin.clone() })])
    }
}

// Channels below each other.
fn stacked(shape: Geometry) -> Geometry {
    Geometry { channels: 1, height: shape.channels * shape.height, width: shape.width }
}

/// Runs the layers after a changed one.
struct Decoder<'a> {
    network: &'a Network<f32>,
    layer: &'a CircularLayer,
    space: Workspace<f32>,
    hidden: Vec<f64>,
}

impl<'a> Decoder<'a> {
    fn new(network: &'a Network<f32>, layer: &'a CircularLayer, (source, sample): (&PointSource<'_>, usize)) -> Self {
        let mut space = Workspace::new(network.architecture(), 1);
        source.inputs(&[sample], space.input(1));
        network.forward_to(&mut space, layer.index + 1);
        let hidden = space.values(layer.index + 1).iter().map(|&x| f64::from(x)).collect();
        Self { network, layer, space, hidden }
    }

    fn decode(&mut self, change: Option<(&Direction, (f64, f64))>) -> Vec<f64> {
        let mut hidden = self.hidden.clone();
        if let Some((direction, factor)) = change {
            let (re, im) = self.layer.coefficient(direction, &self.hidden);
            let by = (factor.0 - 1.0, factor.1);
            self.layer.add(direction, (by.0 * re - by.1 * im, by.0 * im + by.1 * re), &mut hidden);
        }
        #[expect(clippy::cast_possible_truncation, reason = "networks run in single precision")]
        self.space.values_mut(self.layer.index + 1).iter_mut().zip(hidden).for_each(|(x, h)| *x = h as f32);
        let layers = self.network.architecture().layers().len();
        self.network.forward_between(&mut self.space, self.layer.index + 1..layers);
        self.space.values(layers).iter().map(|&x| f64::from(x)).collect()
    }
}

#[cfg(test)]
#[path = "latent_directions_tests.rs"]
mod tests;
