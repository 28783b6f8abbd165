//! The inputs as a stream, and their first random features in single precision.

use crate::math::activation::MEAN_OF_RELU;
use crate::math::linalg::{Matrix, SingleMatrix, double, product_single, single};
use crate::math::lofi::random_features::{Blocks, draw_sphere_weights};
use crate::math::random::Stream;
use crate::math::size::bytes;
use std::borrow::Cow;
use std::ops::Range;

/// Where the inputs come from, by their numbers.
pub trait Inputs {
    /// Inputs `range`, one a row. Shapes: -> m x d, m the length of the range.
    fn rows(&self, range: Range<usize>) -> Matrix;
}

/// A matrix of inputs; panics beyond its last row.
impl Inputs for Matrix {
    fn rows(&self, range: Range<usize>) -> Matrix {
        Self::rows(self, range.start, range.len()).into_owned()
    }
}

/// Standard normal inputs; input i depends on the key and on i alone.
#[derive(Debug, Clone)]
pub struct StreamedInputs {
    stream: Stream,
    dim: usize,
}

impl StreamedInputs {
    /// The inputs of a seed. `split` 0 is for training, others for evaluation: they share nothing.
    /// Shapes: any number of rows of d = `dim`.
    pub fn new(seed: u64, split: u64, dim: usize) -> Self {
        Self { stream: Stream::new(seed, "hierarchy-inputs", split), dim }
    }
}

impl Inputs for StreamedInputs {
    fn rows(&self, range: Range<usize>) -> Matrix {
        self.stream.normal_columns(self.dim, range.start, range.len()).transpose()
    }
}

/// The first random layer `φ1 = σ(W x)/√P`: rows of W on the unit sphere, σ the ReLU without its Hermite parts of
/// degree 0 and 1, [`crate::math::activation::Activation::CentredRelu`].
///
/// Single precision: a product of p1 x n numbers with a few vectors is what the estimator's time and memory go into.
#[derive(Debug, Clone, PartialEq)]
pub struct FirstLayer {
    // d x P
    weights: SingleMatrix,
}

impl FirstLayer {
    /// A layer with weights uniform on the sphere. Shapes: -> weights d x P. Cost: dP.
    /// Source: arXiv 2605.13612, the synthetic hierarchy of figure 2.
    pub fn draw(seed: u64, dim: usize, width: usize) -> Self {
        Self::new(&(draw_sphere_weights(seed, 0, dim, width) / (dim as f64).sqrt()))
    }

    /// A layer of given weights, rounded to single precision. Shapes: d x P. Cost: dP.
    pub fn new(weights: &Matrix) -> Self {
        Self { weights: single(weights) }
    }

    /// P. Units: features.
    pub fn width(&self) -> usize {
        self.weights.ncols()
    }

    /// φ1 of some inputs. Shapes: n x d -> n x P. Cost: 2ndP. Error: a few 1e-7 of the largest feature.
    /// Source: arXiv 2605.13612, the synthetic hierarchy of figure 2.
    pub fn apply(&self, x: &Matrix) -> SingleMatrix {
        let mut z = product_single(&single(x), &self.weights);
        let factor = 1.0 / (self.width() as f64).sqrt();
        let (slope, shift) = ((0.5 * factor) as f32, (MEAN_OF_RELU * factor) as f32);
        z.iter_mut().for_each(|v| *v = slope * v.abs() - shift);
        z
    }
}

/// Rows lifted at a time: large enough for products to run at full speed.
const ROWS_AT_ONCE: usize = 1024;

/// The first features of a number of samples, block by block.
pub struct Streamed<'a, E> {
    inputs: &'a dyn Inputs,
    layer: &'a FirstLayer,
    rows: usize,
    // every block, or none
    kept: Vec<SingleMatrix>,
    interrupt: &'a dyn Fn() -> Result<(), E>,
}

/// What is streamed.
pub struct Source<'a, E> {
    /// The inputs.
    pub inputs: &'a dyn Inputs,
    /// The layer.
    pub layer: &'a FirstLayer,
    /// How many samples.
    pub rows: usize,
    /// Asked before every block; its error ends the pass.
    pub interrupt: &'a dyn Fn() -> Result<(), E>,
}

impl<'a, E> Streamed<'a, E> {
    /// The features of a source, kept where they take at most `bytes_kept` (4 for each number), else made again in
    /// every pass.
    ///
    /// Shapes: n samples -> n x P, in blocks. Units: bytes. Cost: 2ndP where they are kept, else none.
    ///
    /// # Errors
    /// Those of the interrupt.
    pub fn new(source: Source<'a, E>, bytes_kept: u64) -> Result<Self, E> {
        let Source { inputs, layer, rows, interrupt } = source;
        let mut streamed = Self { inputs, layer, rows, kept: Vec::new(), interrupt };
        if kept_bytes(rows, layer.width()) <= bytes_kept {
            let mut kept = Vec::new();
            streamed.each_block(rows, |_, block| {
                kept.push(block.clone());
                Ok(())
            })?;
            streamed.kept = kept;
        }
        Ok(streamed)
    }

    /// n. Units: samples.
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// P. Units: features.
    pub fn width(&self) -> usize {
        self.layer.width()
    }

    /// Shows the features of the first `count` samples, block after block. The last block may hold more rows than its
    /// range.
    ///
    /// Shapes: -> m x P for each block, m at most 1024. Cost: 2·count·dP where the features are not kept.
    ///
    /// # Errors
    /// Those of `see` and of the interrupt.
    pub fn each_block(
        &self,
        count: usize,
        mut see: impl FnMut(Range<usize>, &SingleMatrix) -> Result<(), E>,
    ) -> Result<(), E> {
        for (i, range) in (Blocks { rows: self.rows, at_once: ROWS_AT_ONCE }).ranges().enumerate() {
            if range.start >= count {
                break;
            }
            (self.interrupt)()?;
            let block = match self.kept.get(i) {
                Some(kept) => Cow::Borrowed(kept),
                None => Cow::Owned(self.layer.apply(&self.inputs.rows(range.clone()))),
            };
            see(range.start..range.end.min(count), &block)?;
        }
        Ok(())
    }

    /// The first `count` samples' features times some directions. Shapes: P x k -> count x k. Cost: 2·count·Pk.
    ///
    /// # Errors
    /// Those of the interrupt.
    pub fn project(&self, count: usize, directions: &Matrix) -> Result<Matrix, E> {
        let directions = single(directions);
        let mut out = Matrix::zeros(count, directions.ncols());
        self.each_block(count, |range, block| {
            let scores = double(&product_single(block, &directions));
            out.rows_mut(range.start, range.len()).copy_from(&scores.rows(0, range.len()));
            Ok(())
        })?;
        Ok(out)
    }
}

/// Memory of the first features of n samples, `4nP`. Units: bytes.
pub const fn kept_bytes(rows: usize, width: usize) -> u64 {
    bytes(4, rows, width)
}

/// Memory of one block of features and its weighted copy, `8 · 1024 P`. Units: bytes.
pub const fn block_bytes(width: usize) -> u64 {
    2 * kept_bytes(ROWS_AT_ONCE, width)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::MathError;
    use crate::math::activation::Activation;
    use crate::math::linalg::product;
    use crate::math::lofi::random_features::RandomLayer;

    fn calm() -> Result<(), MathError> {
        Ok(())
    }

    #[test]
    fn inputs_are_nested_and_splits_are_not_the_same() {
        let inputs = StreamedInputs::new(4, 0, 5);
        let whole = inputs.rows(0..40);
        assert_eq!(inputs.rows(7..23), Matrix::rows(&whole, 7, 16).into_owned());
        assert_ne!(StreamedInputs::new(4, 1, 5).rows(0..40), whole);
        assert_ne!(StreamedInputs::new(5, 0, 5).rows(0..40), whole);
    }

    #[test]
    fn single_precision_layer_is_the_general_layer() {
        let x = StreamedInputs::new(4, 0, 6).rows(0..30);
        let weights = draw_sphere_weights(2, 0, 6, 50);
        let general = RandomLayer { weights, scale: 6.0_f64.sqrt(), activation: Activation::CentredRelu };
        let difference = double(&FirstLayer::draw(2, 6, 50).apply(&x)) - general.apply(&x).unwrap();
        assert!(difference.amax() < 2e-7, "{}", difference.amax());
    }

    #[test]
    fn kept_or_made_again_in_full_or_in_part_is_the_same() {
        let (inputs, layer) = (StreamedInputs::new(4, 0, 6), FirstLayer::draw(2, 6, 7));
        let rows = 2 * ROWS_AT_ONCE + 100;
        let source = || Source { inputs: &inputs, layer: &layer, rows, interrupt: &calm };
        let kept = Streamed::new(source(), kept_bytes(rows, 7)).unwrap();
        let made = Streamed::new(source(), kept_bytes(rows, 7) - 1).unwrap();
        assert_eq!((kept.kept.len(), made.kept.len()), (3, 0));
        let directions = Stream::new(0, "test-directions", 0).normal_columns(7, 0, 2);
        let whole = kept.project(rows, &directions).unwrap();
        assert_eq!(whole, made.project(rows, &directions).unwrap());
        let direct = product(&double(&layer.apply(&inputs.rows(0..rows))), &directions);
        assert!((&whole - direct).amax() < 1e-6);
        for count in [1, ROWS_AT_ONCE, ROWS_AT_ONCE + 1] {
            assert_eq!(kept.project(count, &directions).unwrap(), Matrix::rows(&whole, 0, count).into_owned());
        }
    }

    #[test]
    fn interrupt_ends_a_pass() {
        let (inputs, layer) = (StreamedInputs::new(4, 0, 6), FirstLayer::draw(2, 6, 7));
        let stop = || Err(MathError::NonFinite { what: "a test" });
        let source = Source { inputs: &inputs, layer: &layer, rows: 10, interrupt: &stop };
        assert!(Streamed::new(source, u64::MAX).is_err());
    }
}
