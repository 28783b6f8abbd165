//! A frozen random lift.

use super::activation::ActivationName;
use super::values::{Sizes, matrix_bytes};
use crate::artifact::{Points, Value, ValueType};
use crate::math::linalg::Matrix;
use crate::math::random_features::{Blocks, RandomLayer, draw_sphere_weights, draw_weights, input_scale_blocks};
use crate::math::torch_random::TorchGenerator;
use crate::step::{
    About, Arity, Context, Family, Inputs, Keep, Kind, Outputs, Plan, Port, Problem, Shapes, Slot, StepError,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `random-features`
pub struct RandomFeatures;

/// Where the weights come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Weights {
    /// Counter-based normals; a narrower layer's weights are the first columns of a wider one's.
    #[default]
    Normal,
    /// The numbers that the reference implementation draws on a CPU: `torch.randn` in f32, row-major.
    Reference,
    /// Uniform on the sphere of radius √d: the normals, each feature's weights divided by their norm.
    Sphere,
}

/// Parameters of `random-features`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Width P: number of features.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub width: usize,
    /// The nonlinearity σ.
    #[serde(default)]
    pub activation: ActivationName,
    /// Index of the layer: layers of one network draw from different streams.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1000))]
    pub layer: u64,
    /// Seed of the weights.
    #[schemars(range(min = 0))]
    pub seed: u64,
    /// Where the weights come from.
    #[serde(default)]
    pub weights: Weights,
    /// Only for `reference` weights, whose layers share one generator: for each earlier layer how many weights it drew
    /// (input dimension times width).
    #[serde(default)]
    #[schemars(inner(range(min = 1)))]
    pub drawn_before: Vec<usize>,
}

// Rows lifted at a time, so that pixels are never expanded as a whole.
const ROWS_AT_ONCE: usize = 1024;

impl Kind for RandomFeatures {
    type Params = Params;
    const NAME: &'static str = "random-features";
    const ABOUT: About = About {
        module: module_path!(),
        family: Family::Experiment,
        summary: "Lifts samples by a frozen random layer.",
        details: "z = σ(hᵀW/c)/√P with W i.i.d. N(0, 1), c the root mean square norm of the training rows, used for \
                  every split. Nothing is centred. The stream of W is keyed by (seed, layer).",
        cites: &["neural-lofi"],
        inputs: &[Slot {
            name: "x",
            accepts: &[ValueType::Representation],
            arity: Arity::One,
            doc: "The samples to lift: pixels or the features of the layer before.",
        }],
        outputs: &[Port {
            name: "features",
            value_type: ValueType::Representation,
            keep: Keep::IfCheap,
            doc: "The lifted samples, P numbers each.",
        }],
    };

    fn plan(&self, params: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        if params.weights != Weights::Reference && !params.drawn_before.is_empty() {
            let message = "`drawn_before` is for reference weights only: else every layer has a stream of its own";
            return Err(vec![Problem::at("drawn_before", message).help("remove it, or use `weights: reference`")]);
        }
        let sizes = Sizes::at(inputs, "x");
        let dim = sizes.dim.unwrap_or(0);
        Ok(Plan {
            outputs: vec![sizes.features(params.width)],
            work_bytes: matrix_bytes(dim, params.width) + matrix_bytes(ROWS_AT_ONCE, dim + 2 * params.width),
            flops: 2.0 * sizes.samples() as f64 * dim as f64 * params.width as f64,
        })
    }

    fn run(&self, params: &Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let x = inputs.representation("x")?;
        let block = |points: &Points| Blocks { rows: points.rows(), at_once: ROWS_AT_ONCE };
        let train = &x.samples.train;
        let layer = RandomLayer {
            scale: input_scale_blocks(block(train), |rows| train.block(rows.start, rows.end))?,
            weights: weights(params, train.dim()),
            activation: params.activation.into(),
        };
        let lift = |points: &Points| {
            layer.apply_blocks(block(points), |rows| {
                context.check()?;
                Ok::<_, StepError>(points.block(rows.start, rows.end))
            })
        };
        let features = x.with_features(lift(train)?, lift(&x.samples.validation)?, lift(&x.samples.test)?);
        Ok(vec![Value::Representation(features)])
    }
}

fn weights(params: &Params, input: usize) -> Matrix {
    match params.weights {
        Weights::Normal => draw_weights(params.seed, params.layer, input, params.width),
        Weights::Sphere => draw_sphere_weights(params.seed, params.layer, input, params.width),
        Weights::Reference => {
            let mut generator = TorchGenerator::new(params.seed);
            for &count in &params.drawn_before {
                generator.normals(count);
            }
            let drawn = generator.normals(input * params.width);
            Matrix::from_row_iterator(input, params.width, drawn.into_iter().map(f64::from))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::Geometry;
    use crate::experiment::testing::{Check, pixels, representation};
    use serde_json::json;

    #[test]
    fn pixels_and_numbers_give_the_same_features_and_planned_shape() {
        let images = pixels(9, 4, 5);
        let numbers = representation(&images);
        let params = json!({"width": 7, "seed": 3, "activation": "tanh"});
        let from_pixels = Check::of(&RandomFeatures).run(&params, vec![("x", Value::Representation(images))]);
        let from_numbers = Check::of(&RandomFeatures).run(&params, vec![("x", Value::Representation(numbers))]);
        assert_eq!(from_pixels, from_numbers);
        let [Value::Representation(z)] = &from_pixels[..] else { panic!("one representation") };
        assert_eq!((z.samples.train.dim(), z.samples.validation.rows(), z.geometry), (7, 4, None::<Geometry>));
        assert_eq!(z.origin.card, "tiny");
    }

    #[test]
    fn reference_weights_follow_those_of_earlier_layers() {
        let params = |drawn_before: Vec<usize>| Params {
            width: 5,
            activation: ActivationName::Relu,
            layer: 0,
            seed: 0,
            weights: Weights::Reference,
            drawn_before,
        };
        let first = weights(&params(vec![]), 4);
        // torch.randn(4, 5) of seed 0 starts so, and rows are filled first
        assert!((first[(0, 0)] + 1.12583983).abs() < 5e-7 && (first[(0, 1)] + 1.15236020).abs() < 5e-7);
        let mut generator = TorchGenerator::new(0);
        generator.normals(20);
        assert_eq!(weights(&params(vec![20]), 4)[(0, 0)], f64::from(generator.normals(20)[0]));
    }

    #[test]
    fn drawn_before_is_for_reference_weights_only() {
        let params = json!({"width": 7, "seed": 3, "drawn_before": [10]});
        let problems = Check::of(&RandomFeatures).refuse(&params, vec![("x", Value::Representation(pixels(3, 0, 2)))]);
        assert_eq!(problems[0].at.as_deref(), Some("drawn_before"));
    }
}
