//! The inputs as a stream, and their random features in single precision.

use crate::math::activation::MEAN_OF_RELU;
use crate::math::linalg::{Block, BlockMut, Matrix, Onto, Product as _, SingleMatrix, single};
use crate::math::lofi::random_features::{Blocks, draw_sphere_weights};
use crate::math::random::Stream;
use crate::math::size::bytes;
use pulp::{Arch, Simd, WithSimd};
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

/// A random layer `φ(x) = σ(W x)/√P`: rows of W on the unit sphere, σ the ReLU without its Hermite parts of
/// degree 0 and 1, [`crate::math::activation::Activation::CentredRelu`].
///
/// Single precision: a product of p1 x n numbers with a few vectors is what the estimator's time and memory go into.
#[derive(Debug, Clone, PartialEq)]
pub struct CentredLayer {
    // d x P, times 1/(2 √P): the slope of |W x|
    weights: SingleMatrix,
}

impl CentredLayer {
    /// A layer with weights uniform on the sphere, by its number from 0. Shapes: -> weights d x P. Cost: dP.
    /// Source: arXiv 2605.13612, the synthetic hierarchy of figure 2.
    pub fn draw((seed, layer): (u64, u64), dim: usize, width: usize) -> Self {
        Self::new(&(draw_sphere_weights(seed, layer, dim, width) / (dim as f64).sqrt()))
    }

    /// A layer of given weights, rounded to single precision. Shapes: d x P. Cost: dP.
    pub fn new(weights: &Matrix) -> Self {
        Self { weights: single(&(weights * (0.5 / (weights.ncols() as f64).sqrt()))) }
    }

    /// P. Units: features.
    pub fn width(&self) -> usize {
        self.weights.ncols()
    }

    /// d. Units: inputs.
    pub fn dim(&self) -> usize {
        self.weights.nrows()
    }

    /// φ of some inputs. Shapes: n x d -> n x P. Cost: 2ndP. Error: a few 1e-7 of the largest feature.
    /// Source: arXiv 2605.13612, the synthetic hierarchy of figure 2.
    pub fn apply(&self, x: &Matrix) -> SingleMatrix {
        let mut out = SingleMatrix::zeros(x.nrows(), self.width());
        self.write(&single(x), &mut out);
        out
    }

    // φ in the memory of `out`, panel by panel of its columns, so that the activation finds them in the cache.
    fn write(&self, x: &SingleMatrix, out: &mut SingleMatrix) {
        const COLUMNS_AT_ONCE: usize = 96;
        let (rows, dim) = x.shape();
        let shift = (MEAN_OF_RELU / (self.width() as f64).sqrt()) as f32;
        let inputs = Block::dense(x.as_slice(), rows, dim);
        let panels = out.as_mut_slice().chunks_mut(rows.max(1) * COLUMNS_AT_ONCE);
        for (panel, weights) in panels.zip(self.weights.as_slice().chunks(dim * COLUMNS_AT_ONCE)) {
            let columns = weights.len() / dim;
            let factors = (inputs, Block::dense(weights, dim, columns));
            f32::multiply(BlockMut::dense(panel, rows, columns), Onto::Replace, 1.0, factors);
            Arch::new().dispatch(Fold { values: panel, shift });
        }
    }
}

// `|v| − shift`, in place.
struct Fold<'a> {
    values: &'a mut [f32],
    shift: f32,
}

impl WithSimd for Fold<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { values, shift } = self;
        let (head, tail) = S::as_mut_simd_f32s(values);
        let shifts = simd.splat_f32s(shift);
        head.iter_mut().for_each(|v| *v = simd.sub_f32s(simd.abs_f32s(*v), shifts));
        tail.iter_mut().for_each(|v| *v = v.abs() - shift);
    }
}

/// Rows lifted at a time: few enough that a block of 10 000 features stays in the last cache until it is used, and as many as
/// the kernels of products in single precision take at once.
const ROWS_AT_ONCE: usize = 96;

/// The first features of a number of samples, block by block, made anew in every pass where they are not kept: reading
/// them from memory takes a third of the time.
pub struct Streamed<'a, E> {
    inputs: &'a dyn Inputs,
    layer: &'a CentredLayer,
    rows: usize,
    // the inputs of every block, or none
    kept: Vec<SingleMatrix>,
    // of the first blocks
    features: Vec<SingleMatrix>,
    interrupt: &'a dyn Fn() -> Result<(), E>,
}

/// What is streamed.
pub struct Source<'a, E> {
    /// The inputs.
    pub inputs: &'a dyn Inputs,
    /// The layer.
    pub layer: &'a CentredLayer,
    /// How many samples.
    pub rows: usize,
    /// Asked before every block; its error ends the pass.
    pub interrupt: &'a dyn Fn() -> Result<(), E>,
}

impl<'a, E> Streamed<'a, E> {
    /// The features of a source. Its inputs are kept where they take at most `bytes_kept` (4 for each number), else drawn
    /// again in every pass.
    ///
    /// Shapes: n samples of d inputs -> n x P, in blocks. Units: bytes. Cost: that of the inputs, where they are kept.
    ///
    /// # Errors
    /// Those of the interrupt.
    pub fn new(source: Source<'a, E>, bytes_kept: u64) -> Result<Self, E> {
        let Source { inputs, layer, rows, interrupt } = source;
        let mut streamed = Self { inputs, layer, rows, kept: Vec::new(), features: Vec::new(), interrupt };
        if kept_bytes(rows, layer.dim()) <= bytes_kept {
            for range in streamed.blocks() {
                interrupt()?;
                streamed.kept.push(single(&inputs.rows(range)));
            }
        }
        Ok(streamed)
    }

    /// Keeps features as well, for several passes: those of the first samples, which take at most `bytes`.
    ///
    /// Shapes: as before. Units: bytes, 4 for each number. Cost: 2ndP of what is kept.
    ///
    /// # Errors
    /// Those of the interrupt.
    pub fn keeping(mut self, bytes: u64) -> Result<Self, E> {
        let of_one = kept_bytes(ROWS_AT_ONCE, self.width()).max(1);
        let count = usize::try_from(bytes / of_one).unwrap_or(usize::MAX);
        for (i, range) in self.blocks().enumerate().take(count) {
            (self.interrupt)()?;
            let mut block = SingleMatrix::zeros(range.len(), self.width());
            self.write(i, range, &mut block);
            self.features.push(block);
        }
        Ok(self)
    }

    fn write(&self, i: usize, range: Range<usize>, block: &mut SingleMatrix) {
        match self.kept.get(i) {
            Some(inputs) => self.layer.write(inputs, block),
            None => self.layer.write(&single(&self.inputs.rows(range)), block),
        }
    }

    fn blocks(&self) -> impl Iterator<Item = Range<usize>> + use<E> {
        (Blocks { rows: self.rows, at_once: ROWS_AT_ONCE }).ranges()
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
    /// Shapes: -> m x P for each block, m at most 96. Cost: 2·count·dP.
    ///
    /// # Errors
    /// Those of `see` and of the interrupt.
    pub fn each_block(
        &self,
        count: usize,
        mut see: impl FnMut(Range<usize>, &SingleMatrix) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut block = SingleMatrix::zeros(0, self.width());
        for (i, range) in self.blocks().enumerate() {
            if range.start >= count {
                break;
            }
            (self.interrupt)()?;
            let seen = range.start..range.end.min(count);
            if let Some(kept) = self.features.get(i) {
                see(seen, kept)?;
                continue;
            }
            if block.nrows() != range.len() {
                block = SingleMatrix::zeros(range.len(), self.width());
            }
            self.write(i, range, &mut block);
            see(seen, &block)?;
        }
        Ok(())
    }
}

/// Memory of n samples in single precision, `4nP`. Units: bytes.
pub const fn kept_bytes(rows: usize, width: usize) -> u64 {
    bytes(4, rows, width)
}

/// Memory of one block of features and its weighted copy, `8 · 96 P`. Units: bytes.
pub const fn block_bytes(width: usize) -> u64 {
    2 * kept_bytes(ROWS_AT_ONCE, width)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::MathError;
    use crate::math::activation::Activation;
    use crate::math::linalg::double;
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
        let difference = double(&CentredLayer::draw((2, 0), 6, 50).apply(&x)) - general.apply(&x).unwrap();
        assert!(difference.amax() < 2e-7, "{}", difference.amax());
    }

    #[test]
    fn blocks_are_the_layer_of_inputs_kept_or_drawn_again() {
        let (inputs, layer) = (StreamedInputs::new(4, 0, 6), CentredLayer::draw((2, 0), 6, 300));
        let rows = 2 * ROWS_AT_ONCE + 80;
        let whole = layer.apply(&inputs.rows(0..rows));
        for (granted, kept) in [(kept_bytes(rows, 6), 3), (kept_bytes(rows, 6) - 1, 0)] {
            let source = Source { inputs: &inputs, layer: &layer, rows, interrupt: &calm };
            let streamed = Streamed::new(source, granted).unwrap();
            assert_eq!(streamed.kept.len(), kept);
            for count in [1, ROWS_AT_ONCE, ROWS_AT_ONCE + 1, rows] {
                let mut seen = 0;
                let each = streamed.each_block(count, |range, block| {
                    assert_eq!(range.start, seen);
                    let expected = whole.rows(range.start, range.len()).into_owned();
                    assert!((block.rows(0, range.len()) - expected).amax() < 1e-7);
                    seen = range.end;
                    Ok(())
                });
                each.unwrap();
                assert_eq!(seen, count);
            }
        }
    }

    #[test]
    fn features_that_are_kept_are_those_that_are_made() {
        let (inputs, layer) = (StreamedInputs::new(4, 0, 6), CentredLayer::draw((2, 0), 6, 30));
        let rows = 2 * ROWS_AT_ONCE + 10;
        let seen = |bytes: u64| {
            let source = Source { inputs: &inputs, layer: &layer, rows, interrupt: &calm };
            let streamed = Streamed::new(source, 0).unwrap().keeping(bytes).unwrap();
            let mut all = Vec::new();
            let see = |range: Range<usize>, block: &SingleMatrix| {
                all.push((range, block.clone()));
                Ok(())
            };
            streamed.each_block(rows - 1, see).unwrap();
            (streamed.features.len(), all)
        };
        let none = seen(0);
        for (bytes, kept) in [(kept_bytes(ROWS_AT_ONCE, 30), 1), (u64::MAX, 3)] {
            let found = seen(bytes);
            assert_eq!((none.0, found.0), (0, kept));
            assert_eq!(found.1, none.1);
        }
    }

    #[test]
    fn interrupt_ends_a_pass() {
        let (inputs, layer) = (StreamedInputs::new(4, 0, 6), CentredLayer::draw((2, 0), 6, 7));
        let stop = || Err(MathError::NonFinite { what: "a test" });
        let source = Source { inputs: &inputs, layer: &layer, rows: 10, interrupt: &stop };
        assert!(Streamed::new(source, u64::MAX).is_err());
    }
}
