//! Gram matrices of random layers too wide to hold.

use super::random_features::{Blocks, input_scale, lift, weight_stream};
use crate::math::activation::Activation;
use crate::math::error::{MathError, check_range};
use crate::math::kernel::{KernelState, Splits};
use crate::math::linalg::{
    Block, BlockMut, Matrix, Onto, Product, SingleMatrix, add_gram, add_product_nt, double, mirror_lower,
    row_square_norms, set_gram_single, single,
};
use crate::math::precision::Precision;
use crate::math::random::Stream;
use std::ops::Range;

/// A layer of which only the Gram matrix is wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WideLayer {
    /// Seed of the weights, which are those of [`draw_weights`](super::random_features::draw_weights).
    pub seed: u64,
    /// Index of the layer.
    pub layer: u64,
    /// P.
    pub width: usize,
    /// σ.
    pub activation: Activation,
    /// Of lifts and of the products in a block; see [`wide_gram`].
    pub precision: Precision,
}

/// The Gram matrices of a random-feature layer of any width, its features never held as a whole.
///
/// Formula: `G = Z Zᵀ`, `G× = Z Z_sᵀ`, summed over blocks of `columns_at_once` columns of W; the scale is the training
/// rows'. The result depends on the block only through rounding. `proceed` is asked before each block.
/// In single precision weights are those of double, rounded; features and their products in a block have 7 digits, sums
/// over blocks and of squares have 16. A Gram matrix of few features has no full rank, and what is below the rank must
/// stay zero: layers of less than 4n features are computed in double in any case.
/// Shapes: n x d, `n_s` x d -> state of n and `n_s`.
/// Cost: (2d (n + Σ `n_s`) + n² + 2n Σ `n_s`) P; memory (n + Σ `n_s` + d) · block.
/// Source: the reference implementation's finite-width pipeline in dual form; the nested draws are ours.
///
/// # Errors
/// [`MathError::Shape`], [`MathError::Range`] where the input or the width is zero, and whatever `proceed` returns.
pub fn wide_gram<E: From<MathError>>(
    features: Splits<'_>,
    layer: WideLayer,
    columns_at_once: usize,
    mut proceed: impl FnMut() -> Result<(), E>,
) -> Result<KernelState, E> {
    features.check()?;
    check_range(layer.width > 0, "width", layer.width as f64, "at least 1")?;
    let scale = input_scale(features.train)?;
    // rows are normalised over all of P: one block then
    let at_once = if layer.activation == Activation::ReluNormalized { layer.width } else { columns_at_once };
    let mut sum = empty_state(features);
    let mut rounded = layer.in_single(features.train.nrows()).then(|| Rounded::of(features, scale));
    for range in (Blocks { rows: layer.width, at_once }).ranges() {
        proceed()?;
        match &mut rounded {
            Some(rounded) => rounded.add_block(&layer, range, &mut sum),
            None => add_block(features, (&layer, scale), range, &mut sum),
        }
    }
    mirror_lower(&mut sum.train);
    Ok(sum)
}

impl WideLayer {
    /// Whether a layer on n training samples is computed in single precision. Shapes: -> a truth value.
    pub const fn in_single(&self, samples: usize) -> bool {
        matches!(self.precision, Precision::Single) && self.width >= 4 * samples
    }

    fn stream(&self) -> Stream {
        weight_stream(self.seed, self.layer)
    }
}

fn empty_state(features: Splits<'_>) -> KernelState {
    let n = features.train.nrows();
    KernelState {
        train: Matrix::zeros(n, n),
        cross: features.evaluation.iter().map(|e| Matrix::zeros(n, e.nrows())).collect(),
        diagonals: features.evaluation.iter().map(|e| vec![0.0; e.nrows()]).collect(),
    }
}

// The features of some columns of W, and their products added to the sum; its training part is the lower half.
fn add_block(features: Splits<'_>, (layer, scale): (&WideLayer, f64), columns: Range<usize>, sum: &mut KernelState) {
    let weights = layer.stream().normal_columns(features.train.ncols(), columns.start, columns.len());
    let lifted = |h: &Matrix| lift(h, &weights, scale, layer.activation, layer.width);
    let z = lifted(features.train);
    add_gram(&mut sum.train, &z);
    for (s, evaluation) in features.evaluation.iter().enumerate() {
        let z_s = lifted(evaluation);
        add_product_nt(&mut sum.cross[s], &z, &z_s);
        sum.diagonals[s].iter_mut().zip(row_square_norms(&z_s)).for_each(|(d, v)| *d += v);
    }
}

// The rows in single precision, divided by the scale, and memory that all blocks use.
struct Rounded {
    train: SingleMatrix,
    evaluation: Vec<SingleMatrix>,
    weights: SingleMatrix,
    train_features: SingleMatrix,
    features: SingleMatrix,
    gram: SingleMatrix,
    products: SingleMatrix,
}

impl Rounded {
    fn of(features: Splits<'_>, scale: f64) -> Self {
        let rounded = |h: &Matrix| h.map(|v| f32::of(v / scale));
        let nothing = || SingleMatrix::zeros(0, 0);
        Self {
            train: rounded(features.train),
            evaluation: features.evaluation.iter().map(|h| rounded(h)).collect(),
            weights: nothing(),
            train_features: nothing(),
            features: nothing(),
            gram: nothing(),
            products: nothing(),
        }
    }

    fn add_block(&mut self, layer: &WideLayer, columns: Range<usize>, sum: &mut KernelState) {
        let Self { train, evaluation, weights, train_features: z, features: z_s, gram, products } = self;
        let (n, share) = (train.nrows(), 1.0 / layer.width as f64);
        ensure_shape(weights, train.ncols(), columns.len());
        layer.stream().set_normal_columns_single(weights, columns.start);
        set_lifted(z, (train, weights), layer.activation);
        ensure_shape(gram, n, n);
        set_gram_single(gram, z);
        add_scaled(&mut sum.train, gram, share);
        for (s, h) in evaluation.iter().enumerate().filter(|(_, h)| h.nrows() > 0) {
            set_lifted(z_s, (h, weights), layer.activation);
            ensure_shape(products, n, h.nrows());
            set_product(products, dense(z), dense(z_s).transposed());
            add_scaled(&mut sum.cross[s], products, share);
            add_square_norms(&mut sum.diagonals[s], z_s, share);
        }
    }
}

fn ensure_shape(a: &mut SingleMatrix, rows: usize, columns: usize) {
    if a.shape() != (rows, columns) {
        *a = SingleMatrix::zeros(rows, columns);
    }
}

fn dense(a: &SingleMatrix) -> Block<'_, f32> {
    Block::dense(a.as_slice(), a.nrows(), a.ncols())
}

fn set_product(out: &mut SingleMatrix, left: Block<'_, f32>, right: Block<'_, f32>) {
    let (rows, columns) = out.shape();
    f32::multiply(BlockMut::dense(out.as_mut_slice(), rows, columns), Onto::Replace, 1.0, (left, right));
}

// `σ(H W)`
fn set_lifted(z: &mut SingleMatrix, (h, weights): (&SingleMatrix, &SingleMatrix), activation: Activation) {
    ensure_shape(z, h.nrows(), weights.ncols());
    set_product(z, dense(h), dense(weights));
    if activation == Activation::Relu {
        return z.as_mut_slice().iter_mut().for_each(|x| *x = x.max(0.0));
    }
    let mut exact = double(z);
    activation.apply(&mut exact);
    *z = single(&exact);
}

fn add_scaled(sum: &mut Matrix, block: &SingleMatrix, share: f64) {
    sum.as_mut_slice().iter_mut().zip(block.as_slice()).for_each(|(s, &b)| *s += share * f64::from(b));
}

// The squares of a block are summed before they are scaled, column by column as they lie.
fn add_square_norms(sums: &mut [f64], z: &SingleMatrix, share: f64) {
    let mut squares = vec![0.0; z.nrows()];
    for column in z.as_slice().chunks_exact(z.nrows().max(1)) {
        squares.iter_mut().zip(column).for_each(|(s, &v)| *s += f64::from(v) * f64::from(v));
    }
    sums.iter_mut().zip(squares).for_each(|(sum, s)| *sum += share * s);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::kernel::{LayerKernel, WeightScale};
    use crate::math::lofi::random_features::{RandomLayer, draw_weights};

    fn data() -> (Matrix, Matrix) {
        let stream = Stream::new(4, "test-data", 0);
        (stream.normal_columns(23, 0, 6), stream.normal_columns(8, 6, 6))
    }

    fn always() -> Result<(), MathError> {
        Ok(())
    }

    fn distance(a: &KernelState, b: &KernelState) -> f64 {
        let diagonal = a.diagonals[0].iter().zip(&b.diagonals[0]).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        (&a.train - &b.train).amax().max((&a.cross[0] - &b.cross[0]).amax()).max(diagonal)
    }

    #[test]
    fn it_is_the_gram_of_the_features_whatever_the_block_and_the_precision() {
        let (train, test) = data();
        let splits = Splits { train: &train, evaluation: &[&test] };
        for (width, activation) in [50, 200].into_iter().flat_map(|p| Activation::ALL.map(|a| (p, a))) {
            let layer = RandomLayer::fit(&train, draw_weights(9, 2, 6, width), activation).unwrap();
            let (z, z_test) = (layer.apply(&train).unwrap(), layer.apply(&test).unwrap());
            let direct = KernelState::inner_products(Splits { train: &z, evaluation: &[&z_test] }).unwrap();
            let scale = direct.train.amax();
            for at_once in [7, 50, 1000] {
                let of = |precision| {
                    let wide = WideLayer { seed: 9, layer: 2, width, activation, precision };
                    distance(&wide_gram(splits, wide, at_once, always).unwrap(), &direct) / scale
                };
                let (double, single) = (of(Precision::Double), of(Precision::Single));
                assert!(double < 1e-13, "{}: {double}", activation.name());
                assert!(single < 2e-6, "{} of {width}: {single}", activation.name());
                // of 50 features on 23 samples the matrix is in double
                assert!(width < 92 || single > 1e-12 || activation == Activation::Step, "{}", activation.name());
            }
        }
    }

    // What rounding to 7 digits may do to the directions that are kept behind it.
    #[test]
    fn spectra_in_single_precision_are_those_in_double_and_ranks_are_kept() {
        use crate::math::linalg::sym_eigenvalues;
        // rows twice, and columns that fall over four decades: rank 30 of 60, ill conditioned
        let stream = Stream::new(4, "test-data", 1);
        let mut half = stream.normal_columns(30, 0, 12);
        half.column_iter_mut().enumerate().for_each(|(j, mut c)| c *= 10.0_f64.powf(-(j as f64) / 3.0));
        let train = Matrix::from_fn(60, 12, |i, j| half[(i / 2, j)]);
        let splits = Splits { train: &train, evaluation: &[] };
        for width in [20, 240, 2000] {
            let of = |precision| {
                let wide = WideLayer { seed: 1, layer: 0, width, activation: Activation::Relu, precision };
                sym_eigenvalues(&wide_gram(splits, wide, 64, always).unwrap().train).unwrap()
            };
            let (double, single) = (of(Precision::Double), of(Precision::Single));
            let largest = double[59];
            assert!(double.iter().zip(&single).all(|(a, b)| (a - b).abs() < 1e-6 * largest), "{width}");
            let nothing = if width < 240 { 1e-13 } else { 1e-6 };
            assert!(single[..30].iter().all(|v| v.abs() < nothing * largest), "{width}");
        }
    }

    #[test]
    fn wide_limit_is_the_kernel_at_the_rate_of_the_square_root() {
        let (train, _) = data();
        let splits = Splits { train: &train, evaluation: &[] };
        let limit = LayerKernel::Relu.of_features(splits, WeightScale::AutoRescale).unwrap();
        let gap = |width| {
            let one = |seed| {
                let (activation, precision) = (Activation::Relu, Precision::Double);
                let wide = WideLayer { seed, layer: 0, width, activation, precision };
                (wide_gram(splits, wide, 4096, always).unwrap().train - &limit.train).norm()
            };
            (0..8).map(one).sum::<f64>() / 8.0
        };
        let slope = (gap(32_000) / gap(500)).ln() / (32_000.0_f64 / 500.0).ln();
        assert!((slope + 0.5).abs() < 0.08, "slope {slope}");
    }
}
