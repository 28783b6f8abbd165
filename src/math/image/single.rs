//! Convolutional lifts in single precision, one behind another.
//!
//! Twice as fast as `convolution` and half its memory. Sums over images are the caller's, in double precision.

use super::convolution::ConvolutionalLayer;
use super::maps::{Geometry, Maps};
use super::patch::{Window, copy_patches};
use crate::math::activation::Activation;
use crate::math::error::{MathError, check_size};
use crate::math::linalg::{Matrix, SingleMatrix, double, product_into_single, single};
use std::ops::Range;

/// The lift of a convolutional layer, with the memory of a block of images, which is used again.
#[derive(Debug, Clone)]
struct SingleLift {
    weights: SingleMatrix,
    window: Window,
    activation: Activation,
    input: Geometry,
    output: Geometry,
    patches: SingleMatrix,
    z: SingleMatrix,
}

impl SingleLift {
    fn new(layer: &ConvolutionalLayer) -> Self {
        let (window, activation, input, output) = (layer.window, layer.activation, layer.input, layer.output());
        let (patches, z) = (SingleMatrix::zeros(0, 0), SingleMatrix::zeros(0, 0));
        Self { weights: single(&layer.weights), window, activation, input, output, patches, z }
    }

    // A row for each position of each image, as in `Maps::from_positions`.
    fn apply(&mut self, images: &[f32]) -> &SingleMatrix {
        let count = images.len() / self.input.dim().max(1);
        let shape = (count * self.output.positions(), self.weights.nrows());
        if self.patches.shape() == shape {
            self.patches.fill(0.0); // the border
        } else {
            self.patches = SingleMatrix::zeros(shape.0, shape.1);
        }
        copy_patches(self.patches.as_mut_slice(), images, (self.input, self.window));
        product_into_single(&mut self.z, &self.patches, &self.weights);
        activate(self.activation, &mut self.z);
        &self.z
    }
}

/// Applies an activation in single precision, in place. Shapes: n x P. Cost: nP.
/// Source: as [`Activation::apply`].
// The ReLU costs less than a change of precision; the others cost far more.
pub fn activate(activation: Activation, z: &mut SingleMatrix) {
    match activation {
        Activation::Relu => z.iter_mut().for_each(|v| *v = v.max(0.0)),
        Activation::Identity => {}
        _ => {
            let mut wide = double(z);
            activation.apply(&mut wide);
            *z = single(&wide);
        }
    }
}

/// A layer that is lifted and filtered at every position: what lies between images and the next lift.
#[derive(Debug, Clone)]
pub struct FilteredLayer {
    /// The lift to P channels.
    pub layer: ConvolutionalLayer,
    /// The directions that are kept, P x K.
    pub directions: Matrix,
}

impl FilteredLayer {
    /// The K channels of some images in double precision. Shapes: n images -> n maps of K channels.
    /// Cost and source: those of [`ConvolutionalLayer::project`].
    ///
    /// # Errors
    /// Those of [`ConvolutionalLayer::project`].
    pub fn apply(&self, images: &Maps) -> Result<Maps, MathError> {
        self.layer.project(images.count(), &self.directions, |range| Ok(images.images(range)))
    }
}

struct Below {
    lift: SingleLift,
    directions: SingleMatrix,
    h: SingleMatrix,
}

/// The lift of a layer, behind a filtered layer or directly on the images, in single precision.
///
/// Error: a few 1e-7 of the largest feature.
pub struct SingleChain {
    below: Option<Below>,
    top: SingleLift,
}

impl SingleChain {
    /// A lift `top` of the images, or of the channels of `below`. Shapes: the channels of `below` are those of the input
    /// of `top`. Source: arXiv 2605.13612, layers of random convolutions with filters between them.
    ///
    /// # Errors
    /// [`MathError::Shape`] where the directions are not those of the layer, or the channels not those of the next.
    pub fn new(below: Option<&FilteredLayer>, top: &ConvolutionalLayer) -> Result<Self, MathError> {
        let below = below
            .map(|FilteredLayer { layer, directions }| {
                check_size("rows of the directions", directions.nrows(), layer.output().channels)?;
                let h = Geometry { channels: directions.ncols(), ..layer.output() };
                check_size("numbers in a filtered image", h.dim(), top.input.dim())?;
                let lift = SingleLift::new(layer);
                Ok(Below { lift, directions: single(directions), h: SingleMatrix::zeros(0, 0) })
            })
            .transpose()?;
        Ok(Self { below, top: SingleLift::new(top) })
    }

    /// Shapes: -> channels P, height and width of the lifted images.
    pub fn output(&self) -> Geometry {
        self.top.output
    }

    /// How many images fill a block of 128 MiB, at least one. Units: images.
    pub fn images_at_once(&self) -> usize {
        const BLOCK_ENTRIES: usize = 1 << 25;
        // beyond this many a product gains nothing
        const MOST: usize = 64;
        let entries = self.top.output.positions() * (self.top.weights.nrows() + self.top.weights.ncols());
        (BLOCK_ENTRIES / entries.max(1)).clamp(1, MOST)
    }

    /// Lifts `count` images and filters them at every position, `h_s = Vᵀ z_s`, as [`ConvolutionalLayer::project`].
    ///
    /// Shapes: P x K, n images -> n maps of K channels. Cost: 2nSPK beside the lift; a block is in memory.
    /// Source: arXiv 2605.13612, the projection of a convolutional layer.
    ///
    /// # Errors
    /// [`MathError::Shape`] where sizes differ, and whatever `images` returns.
    pub fn project<E: From<MathError>>(
        &mut self,
        count: usize,
        directions: &Matrix,
        mut images: impl FnMut(Range<usize>) -> Result<Maps, E>,
    ) -> Result<Maps, E> {
        check_size("rows of the directions", directions.nrows(), self.top.output.channels)?;
        let shape = Geometry { channels: directions.ncols(), ..self.top.output };
        let (thin, mut h) = (single(directions), SingleMatrix::zeros(0, 0));
        let mut out = Matrix::zeros(count, shape.dim());
        for start in (0..count).step_by(self.images_at_once()) {
            let range = start..(start + self.images_at_once()).min(count);
            let (first, length) = (range.start, range.len());
            product_into_single(&mut h, self.apply(&images(range)?)?, &thin);
            for (mut column, values) in out.column_iter_mut().zip(h.as_slice().chunks_exact(length)) {
                column.rows_mut(first, length).iter_mut().zip(values).for_each(|(o, v)| *o = f64::from(*v));
            }
        }
        Ok(Maps::new(out, shape)?)
    }

    /// The lifted images, a row for each position of each image as in [`Maps::from_positions`].
    ///
    /// Shapes: n images -> (n S) x P. Cost: 2nSCk²P for each layer, and 2nSPK for the filter.
    ///
    /// # Errors
    /// [`MathError::Shape`] for images of another size.
    pub fn apply(&mut self, images: &Maps) -> Result<&SingleMatrix, MathError> {
        let expected = self.below.as_ref().map_or(self.top.input, |below| below.lift.input);
        check_size("numbers in an image", images.shape().dim(), expected.dim())?;
        let images = single(images.values());
        let Some(below) = &mut self.below else { return Ok(self.top.apply(images.as_slice())) };
        product_into_single(&mut below.h, below.lift.apply(images.as_slice()), &below.directions);
        Ok(self.top.apply(below.h.as_slice()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::image::convolution::draw_weights;
    use crate::math::random::Stream;

    const SHAPE: Geometry = Geometry { channels: 2, height: 5, width: 4 };

    fn images() -> Maps {
        Maps::new(Stream::new(7, "test-images", 0).normal_columns(4, 0, SHAPE.dim()), SHAPE).unwrap()
    }

    fn layer(number: u64, input: Geometry, (window, activation): (Window, Activation)) -> ConvolutionalLayer {
        let weights = draw_weights(1, number, input.channels * window.area(), 12);
        ConvolutionalLayer::new(weights, window, activation, input).unwrap()
    }

    #[test]
    fn lifts_are_those_of_double_precision_rounded() {
        let images = images();
        for window in [Window { size: 3, padding: 1 }, Window { size: 2, padding: 0 }, Window { size: 4, padding: 2 }] {
            for activation in [Activation::Relu, Activation::Tanh, Activation::Identity, Activation::ReluNormalized] {
                let first = layer(0, SHAPE, (window, activation));
                let directions = Stream::new(8, "test-directions", 0).normal_columns(12, 0, 3);
                let filtered = FilteredLayer { layer: first, directions };
                let h = filtered.apply(&images).unwrap();
                let Ok(_) = window.output(h.shape(), 1) else { continue };
                let second = layer(1, h.shape(), (window, activation));
                let mut chain = SingleChain::new(Some(&filtered), &second).unwrap();
                let expected = second.apply(4, |r| Ok::<_, MathError>(h.images(r))).unwrap().into_positions();
                for _ in 0..2 {
                    let found = double(chain.apply(&images).unwrap());
                    let error = (found - &expected).amax() / expected.amax();
                    assert!(error < 2e-6, "{window:?} {}: {error}", activation.name());
                }
                let mut alone = SingleChain::new(None, &second).unwrap();
                assert!((double(alone.apply(&h).unwrap()) - &expected).amax() < 2e-6 * expected.amax());
            }
        }
    }

    #[test]
    fn filtered_maps_are_those_of_double_precision_whatever_the_blocks() {
        let values = Stream::new(9, "test-images", 0).normal_columns(70, 0, SHAPE.dim());
        let images = Maps::new(values, SHAPE).unwrap();
        let layer = layer(0, SHAPE, (Window { size: 3, padding: 1 }, Activation::Relu));
        let directions = Stream::new(8, "test-directions", 0).normal_columns(12, 0, 3);
        let mut chain = SingleChain::new(None, &layer).unwrap();
        assert_eq!(chain.images_at_once(), 64);
        let part = |range: Range<usize>| Ok::<_, MathError>(images.images(range));
        let found = chain.project(70, &directions, part).unwrap();
        let expected = layer.project(70, &directions, part).unwrap();
        assert!((found.values() - expected.values()).amax() < 2e-6 * expected.values().amax());
        assert!(chain.project(70, &Matrix::zeros(11, 3), part).is_err());
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let window = Window { size: 3, padding: 1 };
        let first = layer(0, SHAPE, (window, Activation::Relu));
        let filtered = |rows: usize| FilteredLayer { layer: first.clone(), directions: Matrix::identity(rows, 3) };
        assert!(SingleChain::new(Some(&filtered(12)), &first).is_err());
        assert!(SingleChain::new(Some(&filtered(11)), &first).is_err());
        assert!(SingleChain::new(None, &first).unwrap().apply(&images().channel(0)).is_err());
    }
}
