//! Moments of convolutional features that are lifted an image at a time and never held.

use super::activation::Activation;
use super::convolution::{Convolution, channel_moment};
use super::emergence::Moments;
use super::error::{MathError, check_range, check_size};
use super::linalg::Matrix;
use super::maps::Maps;
use super::patch::Window;
use super::random_features::draw_weights;
use super::subsample::NestedSamples;

/// A frozen random convolution whose positions are the samples: one image gives S of them.
#[derive(Debug, Clone, PartialEq)]
pub struct PositionLift {
    convolution: Convolution,
    activation: Activation,
}

/// Which weights a [`PositionLift`] has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PositionWeights {
    /// Seed of the weights, which are those of [`draw_weights`] divided by √P.
    pub seed: u64,
    /// Index of the layer.
    pub layer: u64,
    /// P.
    pub width: usize,
    /// k and its padding.
    pub window: Window,
    /// C, the channels of the images.
    pub inputs: usize,
}

impl PositionLift {
    /// `z_s = σ(W h_s)`, h_s the patch at position s. Cost: C k² P.
    ///
    /// Source: arXiv 2605.13612; weights N(0, 1)/√P without a scale of the input, as the reference implementation has it.
    ///
    /// # Errors
    /// [`MathError::Range`] for a layer without width.
    pub fn draw(weights: PositionWeights, activation: Activation) -> Result<Self, MathError> {
        let PositionWeights { seed, layer, width, window, inputs } = weights;
        check_range(width > 0, "width", width as f64, "at least 1")?;
        let weights = draw_weights(seed, layer, inputs * window.area(), width) / (width as f64).sqrt();
        Ok(Self { convolution: Convolution::new(weights, window, inputs)?, activation })
    }

    /// `1/(nS) Σ_i Σ_s z_is z_isᵀ`, without labels. Shapes: n images -> P x P. Cost: nS (2Ck²P + P²); memory nSP.
    ///
    /// # Errors
    /// Those of [`Convolution::apply`]; [`MathError::Range`] for no images.
    pub fn second_moment(&self, images: &Maps) -> Result<Matrix, MathError> {
        let mut z = self.convolution.apply(images)?;
        z.activate(self.activation);
        channel_moment(&z, &vec![1.0; images.count()])
    }

    /// The label-weighted and the plain moment over all positions of all images, an image at a time.
    ///
    /// Shapes: `image(i)` gives image i, n labels -> P x P twice. Cost: nS (2Ck²P + P²); memory SP.
    /// Source: arXiv 2605.13612, for a convolutional layer C averages over positions.
    ///
    /// # Errors
    /// Those of [`PositionLift::second_moment`], and whatever `image` returns.
    pub fn moments<E: From<MathError>>(
        &self,
        labels: &[f64],
        mut image: impl FnMut(usize) -> Result<Maps, E>,
    ) -> Result<Moments, E> {
        check_range(!labels.is_empty(), "number of images", 0.0, "at least 1")?;
        let width = self.convolution.outputs();
        let mut sums = Moments { signed: Matrix::zeros(width, width), covariance: Matrix::zeros(width, width) };
        for (i, y) in labels.iter().enumerate() {
            let one = self.second_moment(&image(i)?)?;
            add_multiple(&mut sums.signed, y / labels.len() as f64, &one);
            add_multiple(&mut sums.covariance, 1.0 / labels.len() as f64, &one);
        }
        Ok(sums)
    }
}

fn add_multiple(sum: &mut Matrix, factor: f64, term: &Matrix) {
    sum.iter_mut().zip(term.iter()).for_each(|(s, t)| *s += factor * t);
}

/// The label-weighted moments of nested subsamples, gathered in one pass over all images.
#[derive(Debug, Clone)]
pub struct NestedMoments {
    shells: Vec<Option<usize>>,
    sizes: Vec<usize>,
    // Σ y M over the images of one shell
    sums: Vec<Matrix>,
}

impl NestedMoments {
    /// Empty moments of `width` channels over subsamples of `count` images.
    pub fn new(samples: &NestedSamples, count: usize, width: usize) -> Self {
        let sums = vec![Matrix::zeros(width, width); samples.sizes().len()];
        Self { shells: samples.shells(count), sizes: samples.sizes().to_vec(), sums }
    }

    /// Whether some subsample has this image. Panics where there is no such image.
    pub fn needs(&self, image: usize) -> bool {
        self.shells[image].is_some()
    }

    /// Adds an image by its own moment. Cost: P². Panics where there is no such image.
    ///
    /// # Errors
    /// [`MathError::Shape`] for a moment of another width.
    pub fn add(&mut self, image: usize, label: f64, moment: &Matrix) -> Result<(), MathError> {
        if let Some(shell) = self.shells[image] {
            check_size("channels of a moment", moment.nrows(), self.sums[shell].nrows())?;
            add_multiple(&mut self.sums[shell], label, moment);
        }
        Ok(())
    }

    /// The moment of each subsample, by ascending size; a sum of shells.
    pub fn finish(self) -> impl Iterator<Item = Matrix> {
        let width = self.sums.first().map_or(0, Matrix::nrows);
        self.sums.into_iter().zip(self.sizes).scan(Matrix::zeros(width, width), |total, (shell, size)| {
            *total += shell;
            Some(&*total / size as f64)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::maps::MapShape;
    use crate::math::moment::{second_moment, signed_moment};
    use crate::math::random::Stream;

    const SHAPE: MapShape = MapShape { channels: 2, height: 5, width: 4 };
    const COUNT: usize = 9;

    fn images() -> (Maps, Vec<f64>) {
        let values = Stream::new(7, "test-images", 0).normal_columns(COUNT, 0, SHAPE.dim());
        let labels = (0..COUNT).map(|i| if i % 3 == 0 { 1.0 } else { -1.0 }).collect();
        (Maps::new(values, SHAPE).unwrap(), labels)
    }

    fn lift() -> PositionLift {
        let weights =
            PositionWeights { seed: 1, layer: 2, width: 6, window: Window { size: 3, padding: 1 }, inputs: 2 };
        PositionLift::draw(weights, Activation::Relu).unwrap()
    }

    // all maps at once, every position a row
    fn rows(z: &Maps) -> Matrix {
        let mut z = lift().convolution.apply(z).unwrap();
        z.activate(Activation::Relu);
        z.position_rows(0..z.count() * SHAPE.positions())
    }

    #[test]
    fn moments_are_those_of_all_positions_as_rows() {
        let (z, y) = images();
        let found = lift().moments(&y, |i| Ok::<_, MathError>(z.images(i..i + 1))).unwrap();
        let direct = rows(&z);
        // rows go position by position, images within
        let labels = y.repeat(SHAPE.positions());
        assert!((found.signed - signed_moment(&direct, &labels).unwrap()).amax() < 1e-14);
        assert!((found.covariance - second_moment(&direct)).amax() < 1e-14);
        assert!(lift().moments(&[], |i| Ok::<_, MathError>(z.images(i..i + 1))).is_err());
    }

    #[test]
    fn one_pass_gives_the_moment_of_every_subsample() {
        let (z, y) = images();
        let samples = NestedSamples::draw(COUNT, &[1, 4, 7], (5, 0)).unwrap();
        let mut nested = NestedMoments::new(&samples, COUNT, 6);
        for i in (0..COUNT).filter(|&i| samples.members(2).contains(&i)) {
            assert!(nested.needs(i));
            let moment = lift().second_moment(&z.images(i..i + 1)).unwrap();
            nested.add(i, y[i], &moment).unwrap();
        }
        assert_eq!((0..COUNT).filter(|&i| nested.needs(i)).count(), 7);
        for (place, moment) in nested.finish().enumerate() {
            let members = samples.members(place);
            let chosen = Maps::new(z.values().select_rows(members), SHAPE).unwrap();
            let labels: Vec<f64> = members.iter().map(|&i| y[i]).collect();
            let direct = signed_moment(&rows(&chosen), &labels.repeat(SHAPE.positions())).unwrap();
            assert!((moment - direct).amax() < 1e-14);
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let window = Window { size: 3, padding: 1 };
        let weights = PositionWeights { seed: 0, layer: 0, width: 0, window, inputs: 2 };
        assert!(PositionLift::draw(weights, Activation::Relu).is_err());
        let samples = NestedSamples::draw(4, &[4], (0, 0)).unwrap();
        assert!(NestedMoments::new(&samples, 4, 3).add(0, 1.0, &Matrix::zeros(2, 2)).is_err());
    }
}
