//! The layers of a convolutional LoFi network: convolution, moment and filter over channels, pooling, normalisation.

use super::error::{MathError, check_range, check_size};
use super::linalg::{Matrix, add_symmetric_product_tn, mirror_lower, product, scale_rows};
use super::maps::{MapShape, Maps, bounded_blocks};
use super::patch::{Window, patches};

/// The weights of a convolution without bias, stride 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Convolution {
    weights: Matrix,
    window: Window,
    inputs: usize,
}

impl Convolution {
    /// A convolution. Shapes: (C k²) x P; row `b k² + u k + v` is channel b, row u, column v of the window.
    ///
    /// # Errors
    /// [`MathError::Shape`] where the weights are not those of `inputs` channels.
    pub fn new(weights: Matrix, window: Window, inputs: usize) -> Result<Self, MathError> {
        check_size("rows of the convolution's weights", weights.nrows(), inputs * window.area())?;
        Ok(Self { weights, window, inputs })
    }

    /// P, the channels of the maps.
    pub fn outputs(&self) -> usize {
        self.weights.ncols()
    }

    /// Cross-correlation with zero padding, stride 1, no bias:
    /// `z[a, r, s] = Σ_{b,u,v} w[a, b, u, v] h[b, r + u − padding, s + v − padding]`.
    ///
    /// The layer of the reference implementation is `σ` of it, with weights N(0, 1)/√P and neither the input's scale nor
    /// a further `1/√P`.
    /// Shapes: n images of C channels -> n maps of P channels. Cost: 2 n S C k² P, by products over blocks of images.
    /// Source: arXiv 2605.13612; the scaling is that of the reference implementation, IdePHICS/Neural-LoFi-Theory.
    ///
    /// # Errors
    /// [`MathError::Shape`] for another number of channels, [`MathError::Range`] for an image smaller than the window.
    pub fn apply(&self, images: &Maps) -> Result<Maps, MathError> {
        check_size("channels of the images", images.shape().channels, self.inputs)?;
        let shape = self.window.output(images.shape(), self.weights.ncols())?;
        let mut out = Matrix::zeros(images.count(), shape.dim());
        let entries = shape.positions() * (self.weights.nrows() + self.weights.ncols());
        for range in bounded_blocks(images.count(), entries) {
            let z = product(&patches(&images.images(range.clone()), self.window)?, &self.weights);
            // the product's memory is that of the block's maps: see `Maps`
            for (mut column, values) in out.column_iter_mut().zip(z.as_slice().chunks_exact(range.len())) {
                column.rows_mut(range.start, range.len()).copy_from_slice(values);
            }
        }
        Maps::new(out, shape)
    }
}

/// The label-weighted moment operator over channels, `C = 1/(n S) Σ_i y_i Σ_s z_is z_isᵀ`; uncentred.
///
/// Moments of parts of the images add up with their shares of n as weights.
/// Shapes: n maps of P channels, n -> P x P. Cost: nSP².
/// Source: arXiv 2605.13612, the moment operator with a shared filter at every position.
///
/// # Errors
/// [`MathError::Shape`] where the labels do not fit, [`MathError::Range`] where there is no position.
pub fn channel_moment(z: &Maps, labels: &[f64]) -> Result<Matrix, MathError> {
    let (n, channels) = (z.count(), z.shape().channels);
    check_size("labels", labels.len(), n)?;
    let rows = n * z.shape().positions();
    check_range(rows > 0, "number of positions", rows as f64, "at least 1")?;
    let mut out = Matrix::zeros(channels, channels);
    for range in bounded_blocks(rows, channels) {
        let block = z.position_rows(range.clone());
        let mut weighted = block.clone();
        let weights: Vec<f64> = range.map(|row| labels[row % n] / rows as f64).collect();
        scale_rows(&mut weighted, &weights);
        add_symmetric_product_tn(&mut out, &block, &weighted);
    }
    mirror_lower(&mut out);
    Ok(out)
}

/// A filter at every position, `h_s = Vᵀ z_s`: a convolution with a 1 x 1 window.
///
/// Shapes: n maps of P channels, P x K -> n maps of K channels. Cost: 2nSPK.
/// Source: arXiv 2605.13612, the projection of a convolutional layer.
///
/// # Errors
/// [`MathError::Shape`] where the directions have another number of rows than the maps have channels.
pub fn filter_channels(z: &Maps, directions: &Matrix) -> Result<Maps, MathError> {
    let window = Window { size: 1, padding: 0 };
    Convolution::new(directions.clone(), window, z.shape().channels)?.apply(z)
}

/// What a pooling window gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pooling {
    /// The largest value.
    Max,
    /// The mean.
    Average,
}

impl Pooling {
    /// Pools windows of `size` x `size` side by side, without padding; a remainder at the right and bottom is dropped.
    ///
    /// Shapes: H x W -> ⌊H/size⌋ x ⌊W/size⌋, each channel. Cost: nCHW.
    /// Source: the reference implementation, IdePHICS/Neural-LoFi-Theory, stride = kernel.
    ///
    /// # Errors
    /// [`MathError::Range`] unless `size` is 1 to the smaller side.
    pub fn apply(self, z: &Maps, size: usize) -> Result<Maps, MathError> {
        let from = z.shape();
        let fits = (1..=from.height.min(from.width)).contains(&size);
        check_range(fits, "size of the pooling window", size as f64, "1 to the smaller side of the map")?;
        let shape = MapShape { height: from.height / size, width: from.width / size, ..from };
        let mut out = Matrix::from_element(z.count(), shape.dim(), self.start());
        for (index, mut column) in out.column_iter_mut().enumerate() {
            let (row, left) = (index / shape.width, index % shape.width * size);
            let (channel, top) = (row / shape.height, row % shape.height * size);
            for entry in 0..size * size {
                let (r, s) = (top + entry / size, left + entry % size);
                let source = z.values().column((channel * from.height + r) * from.width + s);
                column.iter_mut().zip(source.iter()).for_each(|(out, &x)| *out = self.join(*out, x));
            }
        }
        if self == Self::Average {
            out /= (size * size) as f64;
        }
        Maps::new(out, shape)
    }

    fn start(self) -> f64 {
        match self {
            Self::Max => f64::NEG_INFINITY,
            Self::Average => 0.0,
        }
    }

    fn join(self, so_far: f64, x: f64) -> f64 {
        match self {
            Self::Max => so_far.max(x),
            Self::Average => so_far + x,
        }
    }
}

/// Divides each position by its Euclidean norm over channels: `h/√(Σ_c h² + 1e-8)`.
///
/// Shapes: n maps, in place. Cost: nCHW.
/// Source: the reference implementation, IdePHICS/Neural-LoFi-Theory.
pub fn normalize_channels(z: &mut Maps) {
    // the reference's guard: a position that is zero stays zero
    const SMALLEST_SQUARE: f64 = 1e-8;
    let (channels, positions) = (z.shape().channels, z.shape().positions());
    let values = z.values_mut();
    for s in 0..positions {
        let mut factors = vec![SMALLEST_SQUARE; values.nrows()];
        let columns = (0..channels).map(|c| c * positions + s);
        for column in columns.clone() {
            factors.iter_mut().zip(values.column(column).iter()).for_each(|(f, x)| *f += x * x);
        }
        factors.iter_mut().for_each(|f| *f = 1.0 / f.sqrt());
        for column in columns {
            values.column_mut(column).iter_mut().zip(&factors).for_each(|(x, f)| *x *= f);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::moment::signed_moment;
    use crate::math::patch::patch_moment;
    use crate::math::random::Stream;

    const SHAPE: MapShape = MapShape { channels: 3, height: 5, width: 4 };
    const LABELS: [f64; 4] = [1.0, -1.0, -1.0, 1.0];

    fn sample() -> Maps {
        Maps::new(Stream::new(7, "test-images", 0).normal_columns(4, 0, SHAPE.dim()), SHAPE).unwrap()
    }

    fn at(z: &Maps, i: usize, (channel, r, s): (usize, usize, usize)) -> f64 {
        z.values()[(i, (channel * z.shape().height + r) * z.shape().width + s)]
    }

    #[test]
    fn convolution_is_its_loops() {
        let images = sample();
        for (size, padding) in [(3, 1), (2, 0), (1, 0), (4, 2)] {
            let weights = Stream::new(8, "test-weights", 0).normal_columns(3 * size * size, 0, 6);
            let layer = Convolution::new(weights.clone(), Window { size, padding }, 3).unwrap();
            let z = layer.apply(&images).unwrap();
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
        let window = Window { size: 3, padding: 1 };
        let z = Convolution::new(Matrix::identity(9, 9), window, 1).unwrap().apply(&channel).unwrap();
        let difference = channel_moment(&z, &LABELS).unwrap() - patch_moment(&channel, window, &LABELS).unwrap();
        assert!(difference.amax() < 1e-15);
    }

    #[test]
    fn channel_moment_is_the_moment_of_positions_and_filtering_transforms_it() {
        let z = sample();
        let moment = channel_moment(&z, &LABELS).unwrap();
        let direct = signed_moment(&z.position_rows(0..80), &LABELS.repeat(20)).unwrap();
        assert!((&moment - direct).amax() < 1e-15);
        let v = Stream::new(8, "test-weights", 1).normal_columns(3, 0, 2);
        let filtered = channel_moment(&filter_channels(&z, &v).unwrap(), &LABELS).unwrap();
        assert!((filtered - v.transpose() * moment * v).amax() < 1e-13);
    }

    #[test]
    fn pooling_takes_the_mean_and_the_maximum_of_whole_windows() {
        let z = sample();
        let (mean, max) = (Pooling::Average.apply(&z, 2).unwrap(), Pooling::Max.apply(&z, 2).unwrap());
        assert_eq!(mean.shape(), MapShape { channels: 3, height: 2, width: 2 });
        for (i, place) in [(0, (0, 0, 0)), (3, (2, 1, 1)), (1, (1, 0, 1))] {
            let (channel, r, s) = place;
            let window = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(u, v)| at(&z, i, (channel, 2 * r + u, 2 * s + v)));
            assert!((at(&mean, i, place) - window.iter().sum::<f64>() / 4.0).abs() < 1e-15);
            assert_eq!(at(&max, i, place), window.into_iter().fold(f64::MIN, f64::max));
        }
        assert_eq!(Pooling::Max.apply(&z, 1).unwrap(), z);
    }

    #[test]
    fn normalised_positions_have_unit_norm_or_are_zero() {
        let mut rows = sample().flatten();
        (0..3).for_each(|channel| rows[(2, channel * 20 + 7)] = 0.0);
        let mut z = Maps::new(rows, SHAPE).unwrap();
        normalize_channels(&mut z);
        for (i, s) in (0..80).map(|e| (e / 20, e % 20)) {
            let norm: f64 = (0..3).map(|channel| z.values()[(i, channel * 20 + s)].powi(2)).sum();
            let expected = if (i, s) == (2, 7) { 0.0 } else { 1.0 };
            assert!((norm - expected).abs() < 1e-6, "{norm}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let z = sample();
        let window = Window { size: 3, padding: 1 };
        assert!(Convolution::new(Matrix::zeros(18, 2), window, 3).is_err());
        assert!(Convolution::new(Matrix::zeros(18, 2), window, 2).unwrap().apply(&z).is_err());
        assert!(channel_moment(&z, &LABELS[1..]).is_err());
        assert!(filter_channels(&z, &Matrix::zeros(2, 1)).is_err());
        assert!(Pooling::Max.apply(&z, 5).is_err() && Pooling::Average.apply(&z, 0).is_err());
    }
}
