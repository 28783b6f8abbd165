//! A frozen random lift.

use super::weights::{Draw, Weights};
use crate::artifact::Points;
use crate::experiment::values::{LIFTED_FLOPS, Sizes, matrix_bytes};
use crate::math::activation::Activation;
use crate::math::linalg::{Block, Matrix};
use crate::math::lofi::lift::Lift;
use crate::math::lofi::random_features::{Blocks, RandomLayer, input_scale_blocks};
use crate::step::prelude::*;
use std::ops::Range;

/// `random-features`
pub struct RandomFeatures;

/// How the numbers of a layer are scaled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Normalise {
    /// z = σ(hᵀW/c)/√P with c the root mean square norm of the training rows.
    #[default]
    RootMeanSquare,
    /// z = σ(hᵀW/√P): the fully connected layer behind convolutions. With `relu` it differs by a factor only.
    None,
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
    pub activation: Activation,
    /// Index of the layer: layers of one network draw from different streams.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1000))]
    pub layer: u64,
    /// Seed of the weights.
    pub seed: u64,
    /// Where the weights come from.
    #[serde(default)]
    pub weights: Weights,
    /// Only for `reference` weights, whose layers share one generator: for each earlier layer how many weights it drew
    /// (input dimension times width).
    #[serde(default)]
    #[schemars(inner(range(min = 1)))]
    pub drawn_before: Vec<usize>,
    /// How the numbers are scaled.
    #[serde(default)]
    pub normalise: Normalise,
}

impl Params {
    fn draw(&self) -> Draw<'_> {
        let Self { weights, seed, layer, .. } = *self;
        Draw { weights, seed, layer, drawn_before: &self.drawn_before }
    }
}

// Operations to draw a normal deviate.
const NORMAL_FLOPS: f64 = 100.0;
// Rows lifted at a time, so that pixels are never expanded as a whole.
const ROWS_AT_ONCE: usize = 1024;

impl Kind for RandomFeatures {
    type Params = Params;
    const NAME: &'static str = "random-features";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "Lifts samples by a frozen random layer.",
        details: "z = σ(hᵀW/c)/√P with W i.i.d. N(0, 1), c the root mean square norm of the training rows, used for \
                  every split, or σ(hᵀW/√P) with `normalise: none`. Nothing is centred. Images and feature maps are \
                  taken as vectors, channel after channel. The stream of W is keyed by (seed, layer).",
        cites: &["neural-lofi"],
        inputs: &[Slot::one("x", &[ValueType::Representation])
            .doc("The samples to lift: pixels, or the features or maps of the layer before.")],
        outputs: &[Port::new("features", ValueType::Representation).doc("The lifted samples, P numbers each.")],
    };

    fn plan(&self, params: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        params.draw().check()?;
        let sizes = Sizes::at(inputs, "x");
        let dim = sizes.dim.unwrap_or(0);
        Ok(Plan {
            outputs: vec![sizes.features(params.width)],
            work_bytes: matrix_bytes(dim, params.width) + matrix_bytes(ROWS_AT_ONCE, dim + 2 * params.width),
            flops: params.width as f64
                * (sizes.samples() as f64 * (2.0 * dim as f64 + LIFTED_FLOPS) + NORMAL_FLOPS * dim as f64),
        })
    }

    fn weights(&self, params: &Params) -> Option<WeightStream> {
        Some(params.draw().stream("dense"))
    }

    fn run(&self, params: &Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let x = inputs.one::<Representation>("x")?;
        let block = |points: &Points| Blocks { rows: points.rows(), at_once: ROWS_AT_ONCE };
        let train = &x.samples.train;
        let (weights, activation) = (params.draw().dense(train.dim(), params.width), params.activation);
        let layer = match params.normalise {
            Normalise::RootMeanSquare => {
                let scale = input_scale_blocks(block(train), |rows| train.block(rows.start, rows.end))?;
                Lift::scaled(RandomLayer { scale, weights, activation })
            }
            Normalise::None => Lift::unnormalised(weights, activation),
        };
        let lift = |points: &Points| {
            let mut out = Matrix::zeros(points.rows(), params.width);
            for rows in block(points).ranges() {
                context.check()?;
                write(&layer, (points, rows), &mut out)?;
            }
            Ok::<_, StepError>(out)
        };
        let features = x.with_features(lift(train)?, lift(&x.samples.validation)?, lift(&x.samples.test)?);
        Ok(vec![Value::Representation(features)])
    }
}

/// Lifts some rows: numbers are read where they lie, pixels are expanded.
fn write(lift: &Lift, (points, rows): (&Points, Range<usize>), out: &mut Matrix) -> Result<(), StepError> {
    match points {
        Points::Real(matrix) if !rows.is_empty() => {
            let shape = (rows.len(), matrix.ncols());
            lift.write(Block::new(&matrix.as_slice()[rows.start..], shape, matrix.nrows()), out, rows.start)?;
        }
        _ => {
            let block = points.block(rows.start, rows.end);
            lift.write(Block::dense(block.as_slice(), block.nrows(), block.ncols()), out, rows.start)?;
        }
    }
    Ok(())
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

    // Channel-major rows are what a map is stored as, so flattening it is doing nothing.
    #[test]
    fn maps_are_lifted_as_vectors_and_unnormalised_by_the_formula() {
        let images = pixels(5, 2, 3);
        let plain = representation(&images);
        let [train, validation, test] = plain.splits().map(|(_, points)| points.to_matrix());
        let maps = images.with_maps(images.geometry.unwrap(), [train.clone(), validation, test]);
        let lift = |normalise: &str, x: &crate::artifact::Representation| {
            let params = json!({"width": 7, "seed": 3, "activation": "tanh", "normalise": normalise});
            Check::of(&RandomFeatures).run(&params, vec![("x", Value::Representation(x.clone()))]).remove(0)
        };
        for normalise in ["none", "root-mean-square"] {
            assert_eq!(lift(normalise, &maps), lift(normalise, &plain));
        }
        let Value::Representation(z) = lift("none", &maps) else { panic!("a representation") };
        let w = crate::math::lofi::random_features::draw_weights(3, 0, 12, 7);
        let expected = (train * w / 7.0_f64.sqrt()).map(f64::tanh);
        assert!((z.samples.train.to_matrix() - expected).amax() < 1e-14);
    }

    #[test]
    fn drawn_before_is_for_reference_weights_only() {
        let params = json!({"width": 7, "seed": 3, "drawn_before": [10]});
        let problems = Check::of(&RandomFeatures).refuse(&params, vec![("x", Value::Representation(pixels(3, 0, 2)))]);
        assert_eq!(problems[0].at.as_deref(), Some("drawn_before"));
    }
}
