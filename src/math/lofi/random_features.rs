//! Random-feature layers: a frozen random lift, its scale taken from the training rows.

use crate::math::activation::Activation;
use crate::math::error::{MathError, check_range, check_size};
use crate::math::linalg::{Matrix, product, row_square_norms};
use crate::math::random::Stream;
use std::ops::Range;

/// A random-feature layer `z = σ(hᵀ W / c)/√P`, ready to be applied to any rows.
#[derive(Debug, Clone, PartialEq)]
pub struct RandomLayer {
    /// d x P, frozen.
    pub weights: Matrix,
    /// c: the root mean square norm of the training rows.
    pub scale: f64,
    /// σ.
    pub activation: Activation,
}

/// The weights of a layer: independent standard normals from the stream of (seed, "random-features", layer).
///
/// The weights of a narrower layer are the first columns of a wider one's. Shapes: -> d x P. Cost: dP.
/// Source: the paper, `W` i.i.d. N(0, 1); the generator is ours.
pub fn draw_weights(seed: u64, layer: u64, input: usize, width: usize) -> Matrix {
    weight_stream(seed, layer).normal_columns(input, 0, width)
}

/// Weights whose columns are uniform on the sphere of radius √d: those of [`draw_weights`], each divided by its norm
/// over √d. The radius is that of a normal column, so that both go with the same scale of the input.
///
/// Shapes: -> d x P. Cost: dP.
/// Source: the paper, synthetic hierarchy.
pub fn draw_sphere_weights(seed: u64, layer: u64, input: usize, width: usize) -> Matrix {
    to_sphere(draw_weights(seed, layer, input, width))
}

/// Columns scaled to the norm √d of a normal one. Shapes: d x P. Cost: dP.
pub fn to_sphere(mut weights: Matrix) -> Matrix {
    let radius = (weights.nrows() as f64).sqrt();
    weights.column_iter_mut().for_each(|mut w| w *= radius / w.norm());
    weights
}

pub(super) fn weight_stream(seed: u64, layer: u64) -> Stream {
    Stream::new(seed, "random-features", layer)
}

/// The scale of a layer's input, `c = √((1/n) Σ ‖h_i‖²)`, over the training rows. Shapes: n x d. Cost: nd.
///
/// Source: the reference implementation stores it for use on test rows.
///
/// # Errors
/// [`MathError::Range`] where it is zero or not a number: nothing could be divided by it.
pub fn input_scale(train: &Matrix) -> Result<f64, MathError> {
    scale_from_squares(row_square_norms(train).iter().sum(), train.nrows())
}

pub(super) fn scale_from_squares(sum: f64, rows: usize) -> Result<f64, MathError> {
    let scale = (sum / rows as f64).sqrt();
    check_range(scale > 0.0 && scale.is_finite(), "root mean square norm of the input", scale, "above 0")?;
    Ok(scale)
}

impl RandomLayer {
    /// A layer whose scale is that of the training rows. Shapes: n x d, d x P. Cost: nd.
    /// Source: as [`input_scale`].
    ///
    /// # Errors
    /// [`MathError::Shape`] where the weights do not fit, [`MathError::Range`] where the input is zero.
    pub fn fit(train: &Matrix, weights: Matrix, activation: Activation) -> Result<Self, MathError> {
        check_size("rows of the weights", weights.nrows(), train.ncols())?;
        Ok(Self { scale: input_scale(train)?, weights, activation })
    }

    /// The representation `Z = σ(H W / c)/√P`.
    ///
    /// For [`Activation::ReluNormalized`] the rows are normalised over P *and* divided by √P, as in the reference, so
    /// that ‖z‖² = 1/P there; the next layer's scale removes it, a readout's ridge does not.
    /// Shapes: m x d -> m x P. Cost: 2mdP.
    /// Source: the paper, and the reference implementation for the order of the scalings.
    ///
    /// # Errors
    /// [`MathError::Shape`] where the rows have another length than the training rows.
    pub fn apply(&self, h: &Matrix) -> Result<Matrix, MathError> {
        check_size("columns of the input", h.ncols(), self.weights.nrows())?;
        Ok(lift(h, &self.weights, self.scale, self.activation, self.weights.ncols()))
    }
}

/// A lift of rows that are produced a block at a time, so that a large input in a compact form (images in bytes) is
/// never expanded as a whole.
///
/// Shapes: `lifted(i..j)` gives (j − i) x width -> `blocks.rows` x width. Cost: that of `lifted`.
///
/// # Errors
/// [`MathError::Shape`] where a block does not fit, and whatever `lifted` returns.
pub fn lift_blocks<E: From<MathError>>(
    blocks: Blocks,
    width: usize,
    mut lifted: impl FnMut(Range<usize>) -> Result<Matrix, E>,
) -> Result<Matrix, E> {
    let mut out = Matrix::zeros(blocks.rows, width);
    for range in blocks.ranges() {
        let block = lifted(range.clone())?;
        check_size("rows of a block", block.nrows(), range.len())?;
        check_size("columns of a block", block.ncols(), width)?;
        out.rows_mut(range.start, range.len()).copy_from(&block);
    }
    Ok(out)
}

/// A number of rows, cut into blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blocks {
    /// Rows in all.
    pub rows: usize,
    /// Rows in a block, the last one excepted; 0 counts as 1.
    pub at_once: usize,
}

impl Blocks {
    /// The blocks in order. Shapes: -> consecutive ranges that cover `0..rows`.
    pub fn ranges(self) -> impl Iterator<Item = Range<usize>> {
        let step = self.at_once.max(1);
        (0..self.rows).step_by(step).map(move |start| start..(start + step).min(self.rows))
    }
}

/// [`input_scale`] for rows that are produced a block at a time. Shapes: blocks of rows of d -> a number. Cost: nd.
///
/// # Errors
/// Those of [`input_scale`].
pub fn input_scale_blocks(blocks: Blocks, mut rows: impl FnMut(Range<usize>) -> Matrix) -> Result<f64, MathError> {
    let sum = blocks.ranges().map(|range| row_square_norms(&rows(range)).iter().sum::<f64>()).sum();
    scale_from_squares(sum, blocks.rows)
}

// `width` is P of the whole layer; the weights may be a block of its columns.
pub(super) fn lift(h: &Matrix, weights: &Matrix, scale: f64, activation: Activation, width: usize) -> Matrix {
    let mut z = product(h, weights);
    z /= scale;
    activation.apply(&mut z);
    z /= (width as f64).sqrt();
    z
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data() -> (Matrix, Matrix) {
        let stream = Stream::new(4, "test-data", 0);
        (stream.normal_columns(23, 0, 6), stream.normal_columns(8, 6, 6))
    }

    #[test]
    fn layer_is_its_formula() {
        let (train, test) = data();
        let layer = RandomLayer::fit(&train, draw_weights(1, 0, 6, 10), Activation::Tanh).unwrap();
        let c = (train.norm_squared() / 23.0).sqrt();
        assert!((layer.scale - c).abs() < 1e-14);
        let z = layer.apply(&test).unwrap();
        let direct = |i: usize, j: usize| {
            let pre: f64 = (0..6).map(|k| test[(i, k)] * layer.weights[(k, j)]).sum();
            (pre / c).tanh() / 10.0_f64.sqrt()
        };
        assert!((z - Matrix::from_fn(8, 10, direct)).amax() < 1e-15);
    }

    #[test]
    fn sphere_weights_have_one_norm_and_no_preferred_direction() {
        let w = draw_sphere_weights(3, 0, 4, 20_000);
        assert!(w.column_iter().all(|c| (c.norm() - 2.0).abs() < 1e-14));
        // E[w wᵀ] = (radius²/d) I, with standard deviations below 0.01 here
        let second = &w * w.transpose() / 20_000.0;
        assert!((second - Matrix::identity(4, 4)).amax() < 0.04);
        assert_eq!(draw_sphere_weights(3, 0, 4, 5), w.columns(0, 5).into_owned(), "nested in the width");
    }

    #[test]
    fn blocks_of_rows_give_the_whole() {
        let (train, _) = data();
        for activation in [Activation::Relu, Activation::ReluNormalized] {
            let layer = RandomLayer::fit(&train, draw_weights(1, 0, 6, 10), activation).unwrap();
            let whole = layer.apply(&train).unwrap();
            for at_once in [0, 1, 5, 23, 100] {
                let blocks = Blocks { rows: 23, at_once };
                let produce = |r: Range<usize>| train.rows(r.start, r.len()).into_owned();
                let lifted = lift_blocks(blocks, 10, |r| layer.apply(&produce(r))).unwrap();
                assert!((lifted - &whole).amax() < 1e-15);
                assert!((input_scale_blocks(blocks, produce).unwrap() - layer.scale).abs() < 1e-14);
            }
        }
    }

    #[test]
    fn zero_input_and_wrong_sizes_are_refused() {
        let (train, _) = data();
        assert!(RandomLayer::fit(&train, Matrix::zeros(5, 3), Activation::Relu).is_err());
        assert!(RandomLayer::fit(&Matrix::zeros(3, 2), Matrix::zeros(2, 3), Activation::Relu).is_err());
        let layer = RandomLayer::fit(&train, draw_weights(0, 0, 6, 4), Activation::Relu).unwrap();
        assert!(layer.apply(&Matrix::zeros(3, 5)).is_err());
    }
}
