//! Changes of images in the Fourier domain, for `image-transform`.

use crate::artifact::{Points, Representation};
use crate::experiment::values::layout;
use crate::math::fourier::image_spectrum::{ImageFourier, Spectrum, antisymmetric_phases};
use crate::math::image::maps::{Geometry, bounded_blocks};
use crate::math::image::transform::{Colouring, SpectrumStatistics, with_amplitudes};
use crate::math::linalg::Matrix;
use crate::math::random::Stream;
use crate::step::{Context, StepError};

/// A change with the statistics it needs, for each channel.
pub enum Change {
    /// Phases drawn anew by a seed.
    Phases(u64),
    /// These amplitudes.
    Amplitudes(Vec<Matrix>),
    /// Other amplitudes by gains.
    Colour(Vec<Colouring>),
}

impl Change {
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
pub struct Images<'a> {
    x: &'a Representation,
    shape: Geometry,
    fourier: ImageFourier,
    context: &'a Context<'a>,
}

impl<'a> Images<'a> {
    pub fn of(x: &'a Representation, context: &'a Context<'a>) -> Result<Self, StepError> {
        let shape = layout(x)?;
        Ok(Self { x, shape, fourier: ImageFourier::new(shape.height, shape.width), context })
    }

    /// The mean amplitudes of the training images.
    pub fn mean_amplitudes(&self) -> Result<Change, StepError> {
        Ok(Change::Amplitudes(self.statistics()?.iter().map(SpectrumStatistics::mean_amplitudes).collect()))
    }

    /// The gains that give the training images a power spectrum.
    pub fn colour(&self, exponent: f64, floor: f64) -> Result<Change, StepError> {
        let colour = |s: &SpectrumStatistics| s.colouring(exponent, floor);
        Ok(Change::Colour(self.statistics()?.iter().map(colour).collect::<Result<_, _>>()?))
    }

    /// All splits, changed.
    pub fn with(&self, change: &Change) -> Result<Representation, StepError> {
        let samples = &self.x.samples;
        let splits = [(0, &samples.train), (1, &samples.validation), (2, &samples.test)];
        let [train, validation, test] = splits.map(|(split, points)| self.changed(points, (change, split)));
        Ok(self.x.with_maps(self.shape, [train?, validation?, test?]))
    }

    /// The coefficients of each channel of a row of a block.
    fn spectra(&self, block: &Matrix, row: usize) -> Result<Vec<Spectrum>, StepError> {
        let Geometry { channels, height, width } = self.shape;
        let pixel = |c: usize, r: usize, s: usize| block[(row, (c * height + r) * width + s)];
        let image = |c| Matrix::from_fn(height, width, |r, s| pixel(c, r, s));
        (0..channels).map(|c| Ok(self.fourier.transform(&image(c))?)).collect()
    }

    fn statistics(&self) -> Result<Vec<SpectrumStatistics>, StepError> {
        let points = &self.x.samples.train;
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
        let Geometry { height, width, .. } = self.shape;
        for (r, s) in (0..height * width).map(|place| (place / width, place % width)) {
            out[(row, (channel * height + r) * width + s)] = image[(r, s)];
        }
    }
}
