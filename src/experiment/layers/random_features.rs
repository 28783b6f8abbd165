//! A frozen random lift.

use super::weights::{Draw, Weights};
use crate::artifact::Points;
use crate::experiment::values::{LIFTED_FLOPS, Sizes};
use crate::math::activation::Activation;
use crate::math::linalg::{Block, MatrixOf, Product};
use crate::math::lofi::lift::Lift;
use crate::math::lofi::random_features::{Blocks, RandomLayer, input_scale_blocks};
use crate::math::precision::Precision;
use crate::math::size;
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
    /// In which precision samples are lifted and features are kept.
    #[serde(default)]
    pub precision: Precision,
}

impl Params {
    // Operations for a number of the lift; one in single precision is made in half the time.
    fn flops_of_a_number(&self, dim: usize) -> f64 {
        (2.0 * dim as f64 + LIFTED_FLOPS) * self.precision.bytes() as f64 / 8.0
    }

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
        let number_bytes = params.precision.bytes() as u64;
        Ok(Plan {
            outputs: vec![sizes.features_in(params.precision, params.width)],
            work_bytes: size::bytes(8 + number_bytes, dim, params.width) + size::bytes(number_bytes, ROWS_AT_ONCE, dim),
            flops: params.width as f64
                * (sizes.samples() as f64 * params.flops_of_a_number(dim) + NORMAL_FLOPS * dim as f64),
        })
    }

    fn weights(&self, params: &Params) -> Option<WeightStream> {
        Some(params.draw().stream("dense"))
    }

    fn run(&self, params: &Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let x = inputs.one::<Representation>("x")?;
        let points = match params.precision {
            Precision::Double => lifted::<f64>(params, x, context)?.map(Points::Real),
            Precision::Single => lifted::<f32>(params, x, context)?.map(Points::Single),
        };
        Ok(vec![Value::Representation(x.with_points(points))])
    }
}

/// The three splits, lifted.
fn lifted<T: Product>(
    params: &Params,
    x: &Representation,
    context: &Context<'_>,
) -> Result<[MatrixOf<T>; 3], StepError> {
    let train = &x.samples.train;
    let (weights, activation) = (params.draw().dense(train.dim(), params.width), params.activation);
    let lift = match params.normalise {
        Normalise::RootMeanSquare => {
            let scale = input_scale_blocks(blocks(train), |rows| train.block(rows.start, rows.end))?;
            Lift::<T>::scaled(RandomLayer { scale, weights, activation })
        }
        Normalise::None => Lift::unnormalised(weights, activation),
    };
    let of = |points: &Points| {
        let mut out = MatrixOf::from_element(points.rows(), params.width, T::default());
        for rows in blocks(points).ranges() {
            context.check()?;
            write(&lift, (points, rows), &mut out)?;
        }
        Ok::<_, StepError>(out)
    };
    Ok([of(train)?, of(&x.samples.validation)?, of(&x.samples.test)?])
}

fn blocks(points: &Points) -> Blocks {
    Blocks { rows: points.rows(), at_once: ROWS_AT_ONCE }
}

/// Lifts some rows: numbers of the same precision are read where they lie, others are expanded or rounded.
fn write<T: Product>(
    lift: &Lift<T>,
    (points, rows): (&Points, Range<usize>),
    out: &mut MatrixOf<T>,
) -> Result<(), StepError> {
    if let Some(matrix) = points.matrix_of::<T>().filter(|_| !rows.is_empty()) {
        let shape = (rows.len(), matrix.ncols());
        lift.write(Block::new(&matrix.as_slice()[rows.start..], shape, matrix.nrows()), out, rows.start)?;
    } else {
        let (start, block) = (rows.start, points.block_of::<T>(rows));
        lift.write(Block::dense(block.as_slice(), block.nrows(), block.ncols()), out, start)?;
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

    #[test]
    fn single_precision_is_double_precision_rounded_through_three_layers() {
        let params = |layer: u64, precision: &str| json!({"width": 40, "seed": 3, "activation": "relu", "layer": layer, "precision": precision});
        let through = |precision: &str| {
            let mut x = Value::Representation(pixels(9, 4, 5));
            for layer in 0..3 {
                x = Check::of(&RandomFeatures).run(&params(layer, precision), vec![("x", x)]).remove(0);
            }
            let Value::Representation(z) = x else { panic!("a representation") };
            z
        };
        let (single, double) = (through("single"), through("double"));
        assert!(matches!(single.samples.test, Points::Single(_)) && matches!(double.samples.test, Points::Real(_)));
        for ((_, a), (_, b)) in single.splits().into_iter().zip(double.splits()) {
            let distance = (a.to_matrix() - b.to_matrix()).amax();
            assert!(distance > 0.0 && distance < 2e-6 * b.to_matrix().amax(), "{distance}");
        }
    }
}
