//! Images with other amplitudes or phases.

use super::pooling::MAPS;
use super::values::{Sizes, layout, matrix_bytes, planned_layout};
use crate::artifact::{Points, Value, ValueType};
use crate::math::image_spectrum::{ImageFourier, Spectrum, antisymmetric_phases};
use crate::math::image_transform::{Colouring, SpectrumStatistics, with_amplitudes};
use crate::math::linalg::Matrix;
use crate::math::maps::{MapShape, bounded_blocks};
use crate::math::random::Stream;
use crate::step::{About, Context, Family, Inputs, Keep, Kind, Outputs, Plan, Port, Problem, Shapes, StepError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
}

/// Random phases.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RandomPhases {
    /// Seed of the phases.
    #[schemars(range(min = 0))]
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
    #[serde(default = "millionth")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub floor: f64,
}

const fn millionth() -> f64 {
    1e-6
}

/// Parameters of `image-transform`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// `random-phases: {seed}`, `mean-amplitudes`, or `colour: {exponent, floor}`.
    pub transform: Transform,
}

impl Kind for ImageTransform {
    type Params = Params;
    const NAME: &'static str = "image-transform";
    const ABOUT: About = About {
        module: module_path!(),
        family: Family::Data,
        summary: "Gives images other amplitudes or phases in the Fourier domain.",
        details: "On standardised pixels, channel by channel, with the two-dimensional discrete Fourier transform. \
                  `random-phases` adds θ(f) = −θ(−f), uniform, to the phases of an image, the same in all its channels, so \
                  amplitudes, mean and the relation of the channels stay. `mean-amplitudes` sets |X(f)| to its mean over the \
                  training images. `colour` subtracts the mean training image and multiplies X(f) by a gain, so that the \
                  variance over training images is ∝ ‖f‖^−α at every frequency and 1 for a pixel on average: whitening for \
                  α = 0. That is the ZCA whitening of translation-invariant images; channels are not decorrelated. The \
                  statistics are those of the training split, for all splits.",
        cites: &["ricci-2026"],
        inputs: &[MAPS],
        outputs: &[Port {
            name: "samples",
            value_type: ValueType::Representation,
            keep: Keep::IfCheap,
            doc: "Images of the same layout, as real numbers.",
        }],
    };

    fn plan(&self, params: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let shape = planned_layout(inputs, "x")?;
        let sizes = Sizes::at(inputs, "x");
        let needs_training = !matches!(params.transform, Transform::RandomPhases(_));
        if needs_training && sizes.train == 0 {
            let problem = Problem::at("x", "there are no training samples to take the statistics from");
            return Err(vec![problem.help("draw some, or use `random-phases`")]);
        }
        let transforms = 2 * sizes.samples() + if needs_training { sizes.train } else { 0 };
        let each = 4.0 * shape.dim() as f64 * (shape.height + 2 * shape.width) as f64;
        Ok(Plan {
            outputs: vec![sizes.maps(shape)],
            work_bytes: matrix_bytes(1 << 22, 1) + matrix_bytes(shape.dim(), 8),
            flops: transforms as f64 * each,
        })
    }

    fn run(&self, params: &Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let x = inputs.representation("x")?;
        let shape = layout(x)?;
        let images = Images { shape, fourier: ImageFourier::new(shape.height, shape.width), context };
        let change = Change::prepare(params.transform, &images, &x.samples.train)?;
        let splits = [(0, &x.samples.train), (1, &x.samples.validation), (2, &x.samples.test)];
        let [train, validation, test] = splits.map(|(split, points)| images.changed(points, (&change, split)));
        Ok(vec![Value::Representation(x.with_maps(shape.into(), [train?, validation?, test?]))])
    }
}

/// A transform with the statistics it needs, for each channel.
enum Change {
    Phases(u64),
    Amplitudes(Vec<Matrix>),
    Colour(Vec<Colouring>),
}

impl Change {
    fn prepare(transform: Transform, images: &Images<'_>, train: &Points) -> Result<Self, StepError> {
        match transform {
            Transform::RandomPhases(RandomPhases { seed }) => Ok(Self::Phases(seed)),
            Transform::MeanAmplitudes => {
                let statistics = images.statistics(train)?;
                Ok(Self::Amplitudes(statistics.iter().map(SpectrumStatistics::mean_amplitudes).collect()))
            }
            Transform::Colour(Colour { exponent, floor }) => {
                let colour = |s: &SpectrumStatistics| s.colouring(exponent, floor);
                Ok(Self::Colour(images.statistics(train)?.iter().map(colour).collect::<Result<_, _>>()?))
            }
        }
    }

    /// The coefficients of all channels of image `index` of a split.
    fn apply(&self, channels: Vec<Spectrum>, (split, index): (u64, usize)) -> Vec<Spectrum> {
        match self {
            Self::Phases(seed) => {
                let mut stream = Stream::new(*seed, "image-transform/phases", split).substream(index as u64);
                let (height, width) = channels.first().map_or((0, 0), |channel| channel.real.shape());
                let phases = antisymmetric_phases(height, width, &mut stream);
                channels.iter().map(|channel| channel.turned(&phases)).collect()
            }
            Self::Amplitudes(wanted) => channels.iter().zip(wanted).map(|(x, a)| with_amplitudes(x, a)).collect(),
            Self::Colour(colourings) => channels.iter().zip(colourings).map(|(x, colour)| colour.apply(x)).collect(),
        }
    }
}

/// How images are read and transformed.
struct Images<'a> {
    shape: MapShape,
    fourier: ImageFourier,
    context: &'a Context<'a>,
}

impl Images<'_> {
    /// The coefficients of each channel of a row of a block.
    fn spectra(&self, block: &Matrix, row: usize) -> Result<Vec<Spectrum>, StepError> {
        let MapShape { channels, height, width } = self.shape;
        let pixel = |c: usize, r: usize, s: usize| block[(row, (c * height + r) * width + s)];
        let image = |c| Matrix::from_fn(height, width, |r, s| pixel(c, r, s));
        (0..channels).map(|c| Ok(self.fourier.transform(&image(c))?)).collect()
    }

    fn statistics(&self, points: &Points) -> Result<Vec<SpectrumStatistics>, StepError> {
        let empty = SpectrumStatistics::new(self.shape.height, self.shape.width);
        let mut statistics = vec![empty; self.shape.channels];
        for range in bounded_blocks(points.rows(), self.shape.dim()) {
            self.context.check()?;
            let block = points.block(range.start, range.end);
            for row in 0..range.len() {
                statistics.iter_mut().zip(self.spectra(&block, row)?).for_each(|(s, x)| s.add(&x));
            }
        }
        Ok(statistics)
    }

    fn changed(&self, points: &Points, (change, split): (&Change, u64)) -> Result<Matrix, StepError> {
        let mut out = Matrix::zeros(points.rows(), self.shape.dim());
        for range in bounded_blocks(points.rows(), self.shape.dim()) {
            self.context.check()?;
            let block = points.block(range.start, range.end);
            for row in 0..range.len() {
                let index = range.start + row;
                let made = change.apply(self.spectra(&block, row)?, (split, index));
                for (channel, spectrum) in made.iter().enumerate() {
                    self.write(&mut out, (index, channel), &self.fourier.invert(spectrum)?);
                }
            }
        }
        Ok(out)
    }

    fn write(&self, out: &mut Matrix, (row, channel): (usize, usize), image: &Matrix) {
        let MapShape { height, width, .. } = self.shape;
        for (r, s) in (0..height * width).map(|place| (place / width, place % width)) {
            out[(row, (channel * height + r) * width + s)] = image[(r, s)];
        }
    }
}

#[cfg(test)]
#[path = "image_transform_tests.rs"]
mod tests;
