//! Images with other amplitudes or phases, of another size, or grey.

use super::pixel_change;
use super::spectral_change::{Change, Images};
use crate::artifact::Geometry;
use crate::experiment::layers::pooling::{self, MAPS};
use crate::experiment::values::{Sizes, layout, matrix_bytes, planned_layout};
use crate::step::prelude::*;

/// `image-transform`
pub struct ImageTransform;

/// What happens to the images.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Transform {
    /// Amplitudes stay, phases are drawn anew for every image.
    RandomPhases(RandomPhases),
    /// Phases stay, amplitudes become the mean ones of the training images.
    MeanAmplitudes,
    /// Amplitudes are rescaled so that the training images have a given power spectrum.
    Colour(Colour),
    /// One channel of three, by the weights of luma.
    Grey,
    /// Pixels as v/255, from 0 to 1, in place of standardised ones.
    UnitRange,
    /// Another size, by the area average.
    Resize(Resize),
    /// Every image moved around the torus by a shift of its own.
    RandomShift(RandomShift),
}

/// Random shifts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RandomShift {
    /// Largest shift down and across, in pixels: each is uniform from −most to most. Half of the side is any shift; 0 leaves images
    /// as they are.
    #[schemars(range(min = 0, max = 1000))]
    pub most: usize,
    /// Seed of the shifts.
    pub seed: u64,
}

/// A size in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resize {
    /// Rows.
    #[schemars(range(min = 1, max = 1000))]
    pub height: usize,
    /// Columns.
    #[schemars(range(min = 1, max = 1000))]
    pub width: usize,
}

/// Random phases.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RandomPhases {
    /// Seed of the phases.
    pub seed: u64,
}

/// A power spectrum.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Colour {
    /// Exponent α of the power spectrum ‖f‖^−α; 0 whitens, natural images have about 2.
    #[schemars(range(min = 0.0, max = 10.0))]
    pub exponent: f64,
    /// Added to the variance of every frequency, as a share of their mean: what a gain is at most.
    #[serde(default = "defaults::decimal::<1, 6>")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub floor: f64,
}

/// Parameters of `image-transform`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// `random-phases: {seed}`, `mean-amplitudes`, `colour: {exponent, floor}`, `grey`, `unit-range`,
    /// `resize: {height, width}`, or `random-shift: {most, seed}`.
    pub transform: Transform,
}

impl Transform {
    /// Whether it is a change in the Fourier domain, and takes statistics of the training images.
    const fn is_spectral(self) -> (bool, bool) {
        match self {
            Self::RandomPhases(_) => (true, false),
            Self::MeanAmplitudes | Self::Colour(_) => (true, true),
            Self::Grey | Self::UnitRange | Self::Resize(_) | Self::RandomShift(_) => (false, false),
        }
    }
}

impl Kind for ImageTransform {
    type Params = Params;
    const NAME: &'static str = "image-transform";
    const ABOUT: About = About {
        family: Family::Data,
        summary: "Gives images other amplitudes or phases in the Fourier domain, another size, or one channel.",
        details: "In the Fourier domain: on standardised pixels, channel by channel, with the two-dimensional discrete Fourier transform. \
                  `random-phases` adds θ(f) = −θ(−f), uniform, to the phases of an image, the same in all its channels, so \
                  amplitudes, mean and the relation of the channels stay. `mean-amplitudes` sets |X(f)| to its mean over the \
                  training images. `colour` subtracts the mean training image and multiplies X(f) by a gain, so that the \
                  variance over training images is ∝ ‖f‖^−α at every frequency and 1 for a pixel on average: whitening for \
                  α = 0. That is the ZCA whitening of translation-invariant images; channels are not decorrelated. The \
                  statistics are those of the training split, for all splits. In the pixel domain: `grey` makes one channel \
                  of three with the weights 0.299, 0.587 and 0.114. Of pixels it is the luma of the bytes, less its mean, in \
                  units of the mean standard deviation Σ w_c σ_c: the weights of the standardised channels are w_c σ_c/Σ w σ. \
                  Of real numbers it is their weighted mean as they are. `unit-range` takes the standardisation of pixels \
                  back, v/255, and refuses real numbers. `resize` is the area average: an output pixel is the mean over the \
                  rectangle of the input that it covers, pixels that are cut counted in part. \
                  `random-shift` moves an image around the torus, all its channels alike, so that no position is special.",
        cites: &["ricci-2026", "wen-2024"],
        inputs: &[MAPS],
        outputs: &[Port::new("samples", ValueType::Representation)
            .doc("The changed images, as real numbers; pixels where `unit-range` made or `random-shift` moved them.")],
    };

    fn cites(&self, params: &Params) -> Vec<&'static str> {
        vec![if params.transform.is_spectral().0 { "ricci-2026" } else { "wen-2024" }]
    }

    fn plan(&self, params: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let shape = planned_layout(inputs, "x")?;
        let sizes = Sizes::at(inputs, "x");
        let (spectral, needs_training) = params.transform.is_spectral();
        if !spectral {
            let to = output(params.transform, (shape, inputs.get("x"))).map_err(|problem| vec![problem])?;
            let plan = pooling::planned(sizes, shape, to);
            let outputs = match (params.transform, inputs.get("x")) {
                (Transform::UnitRange, _) => vec![bytes(sizes, to)],
                (Transform::RandomShift(_), Some(x)) => vec![x],
                _ => plan.outputs,
            };
            return Ok(Plan { outputs, ..plan });
        }
        if needs_training && sizes.train == 0 {
            let problem = Problem::at("x", "there are no training samples to take the statistics from");
            return Err(vec![problem.help("draw some, or use `random-phases`")]);
        }
        let transforms = 2 * sizes.samples() + if needs_training { sizes.train } else { 0 };
        let each = 12.0 * shape.dim() as f64 * (shape.height + 2 * shape.width) as f64;
        Ok(Plan {
            outputs: vec![sizes.maps(shape)],
            work_bytes: matrix_bytes(1 << 22, 1) + matrix_bytes(shape.dim(), 8),
            flops: transforms as f64 * each,
        })
    }

    fn run(&self, params: &Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let x = inputs.one::<Representation>("x")?;
        let images = Images::of(x, context)?;
        let made = match params.transform {
            Transform::RandomPhases(RandomPhases { seed }) => images.with(&Change::Phases(seed))?,
            Transform::MeanAmplitudes => images.with(&images.mean_amplitudes()?)?,
            Transform::Colour(Colour { exponent, floor }) => images.with(&images.colour(exponent, floor)?)?,
            Transform::Grey => pixel_change::grey(x, context)?,
            Transform::RandomShift(RandomShift { most, seed }) => pixel_change::shifted(x, (layout(x)?, most), seed),
            Transform::UnitRange => pixel_change::unit_range(x)?,
            Transform::Resize(Resize { height, width }) => {
                pixel_change::resized(x, Geometry { height, width, ..layout(x)? }, context)?
            }
        };
        Ok(vec![Value::Representation(made)])
    }
}

/// The layout after a change in the pixel domain.
fn output(transform: Transform, (from, x): (Geometry, Option<Shape>)) -> Result<Geometry, Problem> {
    match transform {
        Transform::Grey if from.channels != pixel_change::LUMA.len() => {
            let problem = Problem::at("x", format!("{} channels; `grey` makes one of three", from.channels));
            Err(problem.help("leave this step out for grey images"))
        }
        Transform::Grey => Ok(Geometry { channels: 1, ..from }),
        Transform::UnitRange if !matches!(x, Some(Shape::Representation { number_bytes: 1, .. })) => {
            let problem = Problem::at("x", "these samples are real numbers; `unit-range` takes pixels");
            Err(problem.help("put it right behind the data set, before all other steps"))
        }
        Transform::Resize(Resize { height, width }) => Ok(Geometry { height, width, ..from }),
        _ => Ok(from),
    }
}

/// Pixels on the same samples.
fn bytes(Sizes { train, validation, test, .. }: Sizes, shape: Geometry) -> Shape {
    let geometry = Some(shape);
    Shape::Representation { train, validation, test, dim: shape.dim(), geometry, number_bytes: 1 }
}

#[cfg(test)]
#[path = "image_transform_tests.rs"]
mod tests;
