//! Moments of convolutional features over many sets of images at once: the lift is done an image at a time and never
//! held.

use super::Moments;
use crate::math::error::{MathError, check_range, check_size};
use crate::math::image::convolution::ConvolutionalLayer;
use crate::math::image::maps::Maps;
use crate::math::linalg::{Matrix, SingleMatrix, mirror_lower};
use crate::math::lofi::subsample::NestedSamples;
use crate::math::size::times;

/// The moment over the positions of one image, `1/S Σ_s z_s z_sᵀ`, without its label.
///
/// Shapes: one image -> P x P. Cost: S (2Ck²P + P²). Source: arXiv 2605.13612, the moment of a convolutional layer.
///
/// # Errors
/// Those of [`ConvolutionalLayer::moment`].
pub fn image_moment(layer: &ConvolutionalLayer, image: &Maps) -> Result<Matrix, MathError> {
    layer.moment(&[1.0], |_| Ok(image.clone()))
}

/// The label-weighted and the plain moment over all positions of all images, with one lift for both.
///
/// Shapes: `image(i)` gives image i, n labels -> P x P twice. Cost: nS (2Ck²P + P²); memory of one lifted image.
/// Source: arXiv 2605.13612, for a convolutional layer C averages over positions.
///
/// # Errors
/// Those of [`image_moment`]; [`MathError::Range`] for no images; whatever `image` returns.
pub fn image_moments<E: From<MathError>>(
    layer: &ConvolutionalLayer,
    labels: &[f64],
    mut image: impl FnMut(usize) -> Result<Maps, E>,
) -> Result<Moments, E> {
    let count = labels.len() as f64;
    check_range(!labels.is_empty(), "number of images", count, "at least 1")?;
    let width = layer.output().channels;
    let mut sums = Moments { signed: Matrix::zeros(width, width), covariance: Matrix::zeros(width, width) };
    for (i, label) in labels.iter().enumerate() {
        let one = image_moment(layer, &image(i)?)?;
        add_multiple(&mut sums.signed, label / count, &one);
        add_multiple(&mut sums.covariance, 1.0 / count, &one);
    }
    Ok(sums)
}

fn add_multiple(sum: &mut Matrix, factor: f64, term: &Matrix) {
    sum.iter_mut().zip(term.iter()).for_each(|(s, t)| *s += factor * t);
}

/// The label-weighted moments of nested subsamples, gathered in one pass over all images. Of each sum the lower half is
/// held.
#[derive(Debug, Clone)]
pub struct NestedMoments {
    shells: Vec<Option<usize>>,
    sizes: Vec<usize>,
    width: usize,
    // Σ y M over the images of one shell, the columns of its lower half one after another
    sums: Vec<Vec<f64>>,
}

impl NestedMoments {
    /// Empty moments of `width` channels over subsamples of `count` images.
    ///
    /// Shapes: -> a P x P sum for each size, P = `width`. Cost: P² for each size.
    pub fn new(samples: &NestedSamples, count: usize, width: usize) -> Self {
        let sums = vec![vec![0.0; Self::entries(width)]; samples.sizes().len()];
        Self { shells: samples.shells(count), sizes: samples.sizes().to_vec(), width, sums }
    }

    /// Numbers held for each size, P (P + 1)/2. Units: numbers of 8 bytes.
    pub const fn entries(width: usize) -> usize {
        times(width, width + 1) / 2
    }

    /// P. Units: channels.
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Whether some subsample has this image. Panics where there is no such image.
    /// Shapes: the number of one of the n images.
    pub fn needs(&self, image: usize) -> bool {
        self.shells[image].is_some()
    }

    /// Adds `y M` of an image to the sum of its shell, M the moment of the image alone.
    ///
    /// Shapes: P x P, of which the lower half is read. Cost: P². Panics where there is no such image.
    ///
    /// # Errors
    /// [`MathError::Shape`] for a moment of another width.
    pub fn add(&mut self, image: usize, label: f64, moment: &Matrix) -> Result<(), MathError> {
        self.add_columns((image, moment.ncols()), moment.as_slice(), |m| label * m)
    }

    /// [`NestedMoments::add`] of a moment in single precision; the sum is in double. Shapes, cost, errors: as there.
    ///
    /// # Errors
    /// [`MathError::Shape`] for a moment of another width.
    pub fn add_single(&mut self, image: usize, label: f64, moment: &SingleMatrix) -> Result<(), MathError> {
        self.add_columns((image, moment.ncols()), moment.as_slice(), |m| label * f64::from(m))
    }

    fn add_columns<T: Copy>(
        &mut self,
        (image, width): (usize, usize),
        moment: &[T],
        weighted: impl Fn(T) -> f64,
    ) -> Result<(), MathError> {
        let Some(shell) = self.shells[image] else { return Ok(()) };
        check_size("channels of a moment", width, self.width)?;
        let mut sum = self.sums[shell].as_mut_slice();
        for (j, column) in moment.chunks_exact(width).enumerate() {
            let (lower, rest) = sum.split_at_mut(width - j);
            lower.iter_mut().zip(&column[j..]).for_each(|(s, m)| *s += weighted(*m));
            sum = rest;
        }
        Ok(())
    }

    /// The moment `C = (1/n) Σ_i y_i M_i` of each subsample, by ascending size n; a running sum of shells.
    ///
    /// Shapes: -> P x P for each size. Cost: 2P² for each size.
    /// Source: arXiv 2605.13612, for a convolutional layer C averages over positions.
    pub fn finish(self) -> impl Iterator<Item = Matrix> {
        let total = Matrix::zeros(self.width, self.width);
        self.sums.into_iter().zip(self.sizes).scan(total, |total, (shell, size)| {
            let mut packed = shell.as_slice();
            for (j, mut column) in total.column_iter_mut().enumerate() {
                let (lower, rest) = packed.split_at(column.len() - j);
                column.iter_mut().skip(j).zip(lower).for_each(|(t, s)| *t += s);
                packed = rest;
            }
            let mut moment = &*total / size as f64;
            mirror_lower(&mut moment);
            Some(moment)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::activation::Activation;
    use crate::math::image::convolution::draw_weights;
    use crate::math::image::maps::Geometry;
    use crate::math::image::patch::Window;
    use crate::math::linalg::single;
    use crate::math::lofi::moment::{second_moment, signed_moment};
    use crate::math::random::Stream;

    const SHAPE: Geometry = Geometry { channels: 2, height: 5, width: 4 };
    const COUNT: usize = 9;

    fn images() -> (Maps, Vec<f64>) {
        let values = Stream::new(7, "test-images", 0).normal_columns(COUNT, 0, SHAPE.dim());
        let labels = (0..COUNT).map(|i| if i % 3 == 0 { 1.0 } else { -1.0 }).collect();
        (Maps::new(values, SHAPE).unwrap(), labels)
    }

    fn layer() -> ConvolutionalLayer {
        let window = Window { size: 3, padding: 1 };
        ConvolutionalLayer::new(draw_weights(1, 2, 18, 6), window, Activation::Relu, SHAPE).unwrap()
    }

    // all maps at once, every position a row
    fn rows(z: &Maps) -> Matrix {
        let z = layer().apply(z.count(), |range| Ok::<_, MathError>(z.images(range))).unwrap();
        z.into_positions()
    }

    #[test]
    fn moments_are_those_of_all_positions_as_rows() {
        let (z, y) = images();
        let found = image_moments(&layer(), &y, |i| Ok::<_, MathError>(z.images(i..i + 1))).unwrap();
        let direct = rows(&z);
        // rows go position by position, images within
        let labels = y.repeat(SHAPE.positions());
        assert!((found.signed - signed_moment(&direct, &labels).unwrap()).amax() < 1e-14);
        assert!((found.covariance - second_moment(&direct)).amax() < 1e-14);
        assert!(image_moments(&layer(), &[], |i| Ok::<_, MathError>(z.images(i..i + 1))).is_err());
    }

    #[test]
    fn one_pass_gives_the_moment_of_every_subsample() {
        let (z, y) = images();
        let samples = NestedSamples::draw(COUNT, &[1, 4, 7], (5, 0)).unwrap();
        let mut nested = NestedMoments::new(&samples, COUNT, 6);
        let mut rounded = nested.clone();
        for i in (0..COUNT).filter(|&i| samples.members(2).contains(&i)) {
            assert!(nested.needs(i));
            let moment = image_moment(&layer(), &z.images(i..i + 1)).unwrap();
            nested.add(i, y[i], &moment).unwrap();
            rounded.add_single(i, y[i], &single(&moment)).unwrap();
        }
        assert_eq!((0..COUNT).filter(|&i| nested.needs(i)).count(), 7);
        for (place, (moment, rounded)) in nested.finish().zip(rounded.finish()).enumerate() {
            let members = samples.members(place);
            let chosen = Maps::new(z.values().select_rows(members), SHAPE).unwrap();
            let labels: Vec<f64> = members.iter().map(|&i| y[i]).collect();
            let direct = signed_moment(&rows(&chosen), &labels.repeat(SHAPE.positions())).unwrap();
            assert!((&moment - direct).amax() < 1e-14 && moment == moment.transpose());
            assert!((&moment - rounded).amax() < 1e-6 * moment.amax());
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert!(image_moment(&layer(), &images().0.channel(0)).is_err());
        let samples = NestedSamples::draw(4, &[4], (0, 0)).unwrap();
        assert!(NestedMoments::new(&samples, 4, 3).add(0, 1.0, &Matrix::zeros(2, 2)).is_err());
    }
}
