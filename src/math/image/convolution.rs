//! A convolutional layer of random weights, and its filter over channels, streamed over blocks of images.

use super::maps::{Geometry, Maps, bounded_blocks};
use super::patch::{Window, patches_into};
use crate::math::activation::Activation;
use crate::math::error::{MathError, check_range, check_size};
use crate::math::linalg::{Matrix, add_symmetric_product_tn, ensure_shape, mirror_lower, product_into};
use crate::math::random::Stream;
use std::ops::Range;

/// The weights of a convolution from the stream of (seed, "convolution", layer): standard normals divided by √P. See
/// [`divide_by_root_width`]; a narrower layer's weights are, but for that divisor, the first columns of a wider one's.
///
/// Shapes: -> (C k²) x P, C k² = `patch`. Cost: Ck²P.
/// Source: as [`divide_by_root_width`]; the generator is ours.
pub fn draw_weights(seed: u64, layer: u64, patch: usize, width: usize) -> Matrix {
    divide_by_root_width(Stream::new(seed, "convolution", layer).normal_columns(patch, 0, width))
}

/// `W = normals/√P`, P the number of columns.
///
/// Shapes: (C k²) x P, in its own memory. Cost: Ck²P.
/// Source: the convolutional layers of the reference implementation, IdePHICS/Neural-LoFi-Theory, which divide by the
/// root of the width and not of the number of inputs, and have neither the input's scale nor a further 1/√P.
pub fn divide_by_root_width(normals: Matrix) -> Matrix {
    let root = (normals.ncols() as f64).sqrt();
    normals / root
}

/// The lift `z = σ(conv(h, W))` of images of one shape.
///
/// Formula: cross-correlation with zero padding, stride 1, no bias:
/// `z[a, r, s] = σ(Σ_{b,u,v} w[a, b, u, v] h[b, r + u − padding, s + v − padding])`.
/// [`Activation::ReluNormalized`] normalises each position over its channels.
/// Source: arXiv 2605.13612; scaling as in [`divide_by_root_width`].
#[derive(Debug, Clone, PartialEq)]
pub struct ConvolutionalLayer {
    pub(super) weights: Matrix,
    pub(super) window: Window,
    pub(super) activation: Activation,
    pub(super) input: Geometry,
    output: Geometry,
}

// Memory that is used again for every block.
#[derive(Default)]
struct Work {
    patches: Matrix,
    z: Matrix,
}

impl ConvolutionalLayer {
    /// A layer. Shapes: weights (C k²) x P; row `b k² + u k + v` is channel b, row u, column v of the window.
    ///
    /// # Errors
    /// [`MathError::Shape`] where the weights are not those of the input's channels, [`MathError::Range`] where the
    /// window is empty or larger than the padded image.
    pub fn new(weights: Matrix, window: Window, activation: Activation, input: Geometry) -> Result<Self, MathError> {
        check_size("rows of the convolution's weights", weights.nrows(), input.channels * window.area())?;
        let output = window.output(input, weights.ncols())?;
        Ok(Self { weights, window, activation, input, output })
    }

    /// The shape of the lifted images. Shapes: -> P channels of the height and width of [`Window::output`].
    pub fn output(&self) -> Geometry {
        self.output
    }

    /// Lifts `count` images, which `images(i..j)` produces some at a time.
    ///
    /// Shapes: n images of C channels -> n maps of P channels.
    /// Cost: 2nSCk²P; a bounded block is in memory beside the result.
    /// Source: as [`ConvolutionalLayer`].
    ///
    /// # Errors
    /// [`MathError::Shape`] where a block has other images, and whatever `images` returns.
    pub fn apply<E: From<MathError>>(
        &self,
        count: usize,
        images: impl FnMut(Range<usize>) -> Result<Maps, E>,
    ) -> Result<Maps, E> {
        let mut out = Matrix::zeros(count, self.output.dim());
        self.each_block(count, images, |range, z| put_images(&mut out, range, z))?;
        Ok(Maps::new(out, self.output)?)
    }

    /// The label-weighted moment operator over channels of the lift, `C = 1/(n S) Σ_i y_i Σ_s z_is z_isᵀ`; uncentred.
    /// The lift is never in memory as a whole.
    ///
    /// Shapes: n labels, as many images -> P x P. Cost: 2nSCk²P + nSP².
    /// Source: arXiv 2605.13612, the moment operator with a shared filter at every position.
    ///
    /// # Errors
    /// Those of [`ConvolutionalLayer::apply`]; [`MathError::Range`] where there is no image.
    pub fn moment<E: From<MathError>>(
        &self,
        labels: &[f64],
        images: impl FnMut(Range<usize>) -> Result<Maps, E>,
    ) -> Result<Matrix, E> {
        let rows = labels.len() * self.output.positions();
        check_range(rows > 0, "number of positions", rows as f64, "at least 1")?;
        let mut sum = Matrix::zeros(self.output.channels, self.output.channels);
        let mut weighted = Matrix::default();
        self.each_block(labels.len(), images, |range, z| {
            weigh(&mut weighted, z, &labels[range]);
            add_symmetric_product_tn(&mut sum, z, &weighted);
        })?;
        mirror_lower(&mut sum);
        Ok(sum / rows as f64)
    }

    /// Lifts `count` images and filters them at every position, `h_s = Vᵀ z_s`: a convolution with a 1 x 1 window.
    /// The lift is never in memory as a whole.
    ///
    /// Shapes: P x K, n images -> n maps of K channels. Cost: 2nSCk²P + 2nSPK.
    /// Source: arXiv 2605.13612, the projection of a convolutional layer.
    ///
    /// # Errors
    /// Those of [`ConvolutionalLayer::apply`]; [`MathError::Shape`] where the directions have not P rows.
    pub fn project<E: From<MathError>>(
        &self,
        count: usize,
        directions: &Matrix,
        images: impl FnMut(Range<usize>) -> Result<Maps, E>,
    ) -> Result<Maps, E> {
        check_size("rows of the directions", directions.nrows(), self.output.channels)?;
        let shape = Geometry { channels: directions.ncols(), ..self.output };
        let mut out = Matrix::zeros(count, shape.dim());
        let mut h = Matrix::default();
        self.each_block(count, images, |range, z| {
            product_into(&mut h, z, directions);
            put_images(&mut out, range, &h);
        })?;
        Ok(Maps::new(out, shape)?)
    }

    /// What is in memory for each image of a block: its patches, its lift, and that once more weighted or filtered.
    /// Units: numbers of 8 bytes, `S (Ck² + 2P)` of them.
    pub fn block_entries(&self) -> usize {
        self.output.positions() * (self.weights.nrows() + 2 * self.weights.ncols())
    }

    // Calls `each` with the lift of every block, a row for each position as in `Maps::from_positions`.
    fn each_block<E: From<MathError>>(
        &self,
        count: usize,
        mut images: impl FnMut(Range<usize>) -> Result<Maps, E>,
        mut each: impl FnMut(Range<usize>, &Matrix),
    ) -> Result<(), E> {
        let mut work = Work::default();
        for range in bounded_blocks(count, self.block_entries()) {
            let block = images(range.clone())?;
            check_size("images of a block", block.count(), range.len())?;
            self.lift(&block, &mut work)?;
            each(range, &work.z);
        }
        Ok(())
    }

    fn lift(&self, images: &Maps, work: &mut Work) -> Result<(), MathError> {
        let (found, expected) = (images.shape(), self.input);
        check_size("channels of the images", found.channels, expected.channels)?;
        check_size("rows of the images", found.height, expected.height)?;
        check_size("columns of the images", found.width, expected.width)?;
        patches_into(&mut work.patches, images, self.window)?;
        product_into(&mut work.z, &work.patches, &self.weights);
        self.activation.apply(&mut work.z);
        Ok(())
    }
}

// The rows of z times the labels of their images; row `s n + i` is of image i.
fn weigh(weighted: &mut Matrix, z: &Matrix, labels: &[f64]) {
    ensure_shape(weighted, z.nrows(), z.ncols());
    let chunks = weighted.as_mut_slice().chunks_exact_mut(labels.len());
    for (into, from) in chunks.zip(z.as_slice().chunks_exact(labels.len())) {
        into.iter_mut().zip(from).zip(labels).for_each(|((into, x), y)| *into = x * y);
    }
}

// A block's memory is that of its maps: see `Maps::from_positions`.
fn put_images(out: &mut Matrix, range: Range<usize>, block: &Matrix) {
    for (mut column, values) in out.column_iter_mut().zip(block.as_slice().chunks_exact(range.len())) {
        column.rows_mut(range.start, range.len()).copy_from_slice(values);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::image::patch::patch_moment;
    use crate::math::linalg::product;
    use crate::math::lofi::moment::signed_moment;

    const SHAPE: Geometry = Geometry { channels: 3, height: 5, width: 4 };
    const LABELS: [f64; 4] = [1.0, -1.0, -1.0, 1.0];
    const WINDOW: Window = Window { size: 3, padding: 1 };

    fn sample() -> Maps {
        Maps::new(Stream::new(7, "test-images", 0).normal_columns(4, 0, SHAPE.dim()), SHAPE).unwrap()
    }

    fn weights(rows: usize, width: usize) -> Matrix {
        Stream::new(8, "test-weights", 0).normal_columns(rows, 0, width)
    }

    fn part(images: &Maps) -> impl Fn(Range<usize>) -> Result<Maps, MathError> + '_ {
        |range| Ok(images.images(range))
    }

    fn at(z: &Maps, i: usize, (channel, r, s): (usize, usize, usize)) -> f64 {
        z.values()[(i, (channel * z.shape().height + r) * z.shape().width + s)]
    }

    #[test]
    fn convolution_is_its_loops() {
        let images = sample();
        for (size, padding) in [(3, 1), (2, 0), (1, 0), (4, 2)] {
            let weights = weights(3 * size * size, 6);
            let window = Window { size, padding };
            let layer = ConvolutionalLayer::new(weights.clone(), window, Activation::Identity, SHAPE).unwrap();
            let z = layer.apply(4, part(&images)).unwrap();
            let direct = |i: usize, a: usize, r: usize, s: usize| {
                let mut sum = 0.0;
                for b in 0..3 {
                    for (u, v) in (0..size * size).map(|e| (e / size, e % size)) {
                        let (row, column) = ((r + u).checked_sub(padding), (s + v).checked_sub(padding));
                        if let (Some(row @ 0..5), Some(column @ 0..4)) = (row, column) {
                            sum += weights[((b * size + u) * size + v, a)] * at(&images, i, (b, row, column));
                        }
                    }
                }
                sum
            };
            let (height, width) = (z.shape().height, z.shape().width);
            for (i, a) in (0..24).map(|e| (e / 6, e % 6)) {
                for (r, s) in (0..height * width).map(|e| (e / width, e % width)) {
                    assert!((at(&z, i, (a, r, s)) - direct(i, a, r, s)).abs() < 1e-13);
                }
            }
        }
    }

    // A window with a single one cuts that entry out of every patch.
    #[test]
    fn moment_of_the_convolution_with_the_identity_is_that_of_the_patches() {
        let channel = sample().channel(1);
        let layer =
            ConvolutionalLayer::new(Matrix::identity(9, 9), WINDOW, Activation::Identity, channel.shape()).unwrap();
        let found = layer.moment(&LABELS, part(&channel)).unwrap();
        assert!((found - patch_moment(&channel, WINDOW, &LABELS).unwrap()).amax() < 1e-15);
    }

    #[test]
    fn streamed_moment_and_filter_are_those_of_the_whole_lift() {
        let images = sample();
        for activation in [Activation::Relu, Activation::Sigmoid, Activation::ReluNormalized] {
            let layer = ConvolutionalLayer::new(weights(27, 7), WINDOW, activation, SHAPE).unwrap();
            let z = layer.apply(4, part(&images)).unwrap().into_positions();
            let moment = layer.moment(&LABELS, part(&images)).unwrap();
            let direct = signed_moment(&z, &LABELS.repeat(20)).unwrap();
            assert!((&moment - &direct).amax() < 1e-14 * direct.amax());
            let v = weights(7, 2);
            let h = layer.project(4, &v, part(&images)).unwrap();
            assert!((h.into_positions() - product(&z, &v)).amax() < 1e-13);
        }
    }

    // Width so large that a block holds one image, against a layer whose channels are the first of them.
    #[test]
    fn blocks_do_not_matter() {
        let images = sample();
        let wide = weights(27, 60_000);
        let layer = |weights: Matrix| ConvolutionalLayer::new(weights, WINDOW, Activation::Tanh, SHAPE).unwrap();
        let many = layer(wide.clone());
        assert_eq!(bounded_blocks(4, many.block_entries()).count(), 4);
        let narrow = layer(wide.columns(0, 5).into_owned()).apply(4, part(&images)).unwrap();
        let first = Matrix::identity(60_000, 5);
        assert!((many.project(4, &first, part(&images)).unwrap().values() - narrow.values()).amax() < 1e-14);
    }

    #[test]
    fn weights_are_normals_over_the_root_of_the_width() {
        let (narrow, wide) = (draw_weights(3, 1, 9, 4), draw_weights(3, 1, 9, 16));
        assert!((&narrow / 2.0 - wide.columns(0, 4)).amax() < 1e-15);
        let large = draw_weights(0, 0, 100, 400);
        // mean square 1/400 of 40 000 numbers, standard deviation 0.7 % of it
        assert!((large.norm_squared() / 100.0 - 1.0).abs() < 0.03);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let images = sample();
        let layer = |rows: usize, size: usize| {
            ConvolutionalLayer::new(weights(rows, 2), Window { size, padding: 0 }, Activation::Relu, SHAPE)
        };
        assert!(layer(18, 3).is_err() && layer(75, 5).is_err());
        let layer = layer(27, 3).unwrap();
        assert!(layer.moment(&[], part(&images)).is_err());
        assert!(layer.project(4, &Matrix::zeros(3, 1), part(&images)).is_err());
        assert!(layer.apply(4, |_| Ok::<_, MathError>(images.channel(0))).is_err());
        assert!(layer.apply(4, |_| Ok::<_, MathError>(images.images(0..2))).is_err());
    }
}
