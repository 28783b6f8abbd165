//! The state of a network of infinitely wide layers: its kernel on every split.

use super::arc_cosine::{Column, Norms};
use crate::math::error::{MathError, check_range, check_size};
use crate::math::linalg::{Matrix, gram_of_leading, leading_square_norms, mirror_lower, product_nt_of_leading};

pub use super::layer::{LayerKernel, covariance_root};

/// A representation on the training rows and on the rows of any number of evaluation splits.
#[derive(Debug, Clone, Copy)]
pub struct Splits<'a> {
    /// n x d.
    pub train: &'a Matrix,
    /// Each `n_s` x d.
    pub evaluation: &'a [&'a Matrix],
}

impl Splits<'_> {
    /// Checks that every split has the columns of the training one. Shapes: n x d, `n_s` x d.
    ///
    /// # Errors
    /// [`MathError::Shape`] otherwise.
    pub fn check(&self) -> Result<(), MathError> {
        let d = self.train.ncols();
        self.evaluation.iter().try_for_each(|e| check_size("columns of an evaluation split", e.ncols(), d))
    }
}

/// A kernel evaluated on the training rows, between them and each evaluation split, and on the diagonal of the latter.
#[derive(Debug, Clone, PartialEq)]
pub struct KernelState {
    /// n x n, symmetric.
    pub train: Matrix,
    /// For each evaluation split, n x `n_s`: training rows against evaluation columns.
    pub cross: Vec<Matrix>,
    /// For each evaluation split, `k(x, x)` of its rows.
    pub diagonals: Vec<Vec<f64>>,
}

/// A kernel on the training rows and between them and each evaluation split, borrowed from wherever it lies.
#[derive(Debug, Clone)]
pub struct KernelView<'a> {
    /// n x n, symmetric.
    pub train: &'a Matrix,
    /// For each evaluation split, n x `n_s`.
    pub cross: Vec<&'a Matrix>,
}

impl KernelState {
    /// The matrices, borrowed. Shapes: -> n x n, n x `n_s`.
    pub fn view(&self) -> KernelView<'_> {
        KernelView { train: &self.train, cross: self.cross.iter().collect() }
    }

    /// Plain inner products of a representation: `G = F Fᵀ`.
    ///
    /// Shapes: n x d, `n_s` x d -> state of n and `n_s`. Cost: n(n + 2 Σ `n_s`) d.
    ///
    /// # Errors
    /// [`MathError::Shape`] where splits differ in their columns.
    pub fn inner_products(features: Splits<'_>) -> Result<Self, MathError> {
        Self::of_leading(features, features.train.ncols())
    }

    /// Inner products of the first k features, which are not copied.
    ///
    /// Shapes: n x d, `n_s` x d -> state of n and `n_s`. Cost: n(n + 2 Σ `n_s`) k.
    ///
    /// # Errors
    /// [`MathError::Shape`] where splits differ in their columns, [`MathError::Range`] where there are fewer.
    pub fn of_leading(features: Splits<'_>, k: usize) -> Result<Self, MathError> {
        features.check()?;
        check_range(k <= features.train.ncols(), "number of features", k as f64, "at most what there are")?;
        Ok(Self {
            train: gram_of_leading(features.train, k),
            cross: features.evaluation.iter().map(|e| product_nt_of_leading(features.train, e, k)).collect(),
            diagonals: features.evaluation.iter().map(|e| leading_square_norms(e, k)).collect(),
        })
    }

    /// The mean of the training diagonal, `Tr K/n`. Units: those of the kernel. Cost: n.
    pub fn mean_diagonal(&self) -> f64 {
        self.train.trace() / self.train.nrows() as f64
    }

    // Replaces every inner product v by k(slope v + offset).
    fn transform(mut self, kernel: &LayerKernel, affine: Affine) -> Self {
        let variances = |diagonal: &[f64]| diagonal.iter().map(|&v| affine.of(v)).collect::<Vec<f64>>();
        let rows = Rows::new(kernel, affine, variances(self.train.diagonal().as_slice()));
        let n = rows.variances.len();
        for (j, column) in self.train.as_mut_slice().chunks_exact_mut(n.max(1)).enumerate() {
            rows.replace(&mut column[j..], j, rows.variances[j]);
        }
        mirror_lower(&mut self.train);
        for (cross, diagonal) in self.cross.iter_mut().zip(&mut self.diagonals) {
            *diagonal = variances(diagonal);
            for (column, &q) in cross.as_mut_slice().chunks_exact_mut(n.max(1)).zip(diagonal.iter()) {
                rows.replace(column, 0, q);
            }
            diagonal.iter_mut().for_each(|v| *v = kernel.value(*v, *v, *v));
        }
        self
    }
}

// The training rows of a kernel, as every one of its columns meets them.
struct Rows<'a> {
    kernel: &'a LayerKernel,
    affine: Affine,
    variances: Vec<f64>,
    norms: Norms,
}

impl<'a> Rows<'a> {
    fn new(kernel: &'a LayerKernel, affine: Affine, variances: Vec<f64>) -> Self {
        let norms = Norms::new(&variances, matches!(kernel, LayerKernel::ReluNormalized));
        Self { kernel, affine, variances, norms }
    }

    // A column of inner products with the rows from `first` on, of a sample of variance q.
    fn replace(&self, column: &mut [f64], first: usize, q: f64) {
        let Affine { slope, offset } = self.affine;
        match self.kernel {
            LayerKernel::Relu | LayerKernel::ReluNormalized => {
                self.norms.replace(column, first, Column { q, slope, offset });
            }
            LayerKernel::Sigmoid(_) | LayerKernel::Erf => {
                let values = column.iter_mut().zip(&self.variances[first..]);
                values.for_each(|(v, &row)| *v = self.kernel.value(row, q, self.affine.of(*v)));
            }
        }
    }
}

/// The map from inner products to the covariances that a layer kernel takes.
#[derive(Debug, Clone, Copy)]
struct Affine {
    slope: f64,
    offset: f64,
}

impl Affine {
    fn of(self, inner: f64) -> f64 {
        self.slope * inner + self.offset
    }
}

/// The variances of weights and biases of a layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum WeightScale {
    /// `q = σ_w² ⟨a, b⟩/d + σ_b²` for features, `q = σ_w² K + σ_b²` for a kernel.
    Fixed {
        /// Standard deviation of the weights (times √d).
        sigma_w: f64,
        /// Standard deviation of the biases.
        sigma_b: f64,
    },
    /// σ_b = 0 and σ_w such that the mean of q over the training diagonal is 1: the convention under which the kernel
    /// is the limit of [`RandomLayer`](crate::math::lofi::random_features::RandomLayer), which divides by the same
    /// mean.
    AutoRescale,
}

// the reference's guard against a representation that is zero
const SMALLEST_MEAN: f64 = 1e-30;

impl WeightScale {
    // `dimension` is what σ_w² is divided by (1 for a kernel), `mean` the mean of the training diagonal.
    fn affine(self, dimension: f64, mean: f64) -> Affine {
        match self {
            Self::Fixed { sigma_w, sigma_b } => {
                Affine { slope: sigma_w * sigma_w / dimension, offset: sigma_b * sigma_b }
            }
            Self::AutoRescale => Affine { slope: 1.0 / mean.max(SMALLEST_MEAN), offset: 0.0 },
        }
    }
}

impl LayerKernel {
    /// The layer kernel of a representation.
    ///
    /// Shapes: n x d, `n_s` x d -> state of n and `n_s`. Cost: n(n + 2 Σ `n_s`) d, and as many kernel values.
    /// Source: the paper, kernel limit; `σ_w²/d` as in the reference implementation.
    ///
    /// # Errors
    /// [`MathError::Shape`] where splits differ in their columns.
    pub fn of_features(&self, features: Splits<'_>, scale: WeightScale) -> Result<KernelState, MathError> {
        Ok(self.of_products(KernelState::inner_products(features)?, features.train.ncols(), scale))
    }

    /// The layer kernel of representations of d numbers from their inner products; computed in the place of these.
    ///
    /// Shapes: those of `products`. Cost: as many kernel values as it has entries. Source: as
    /// [`LayerKernel::of_features`].
    pub fn of_products(&self, products: KernelState, dimension: usize, scale: WeightScale) -> KernelState {
        let affine = scale.affine(dimension as f64, products.mean_diagonal());
        products.transform(self, affine)
    }

    /// The layer kernel on top of a network that is a kernel already; computed in the place of that kernel.
    ///
    /// Shapes: those of `state`. Cost: as many kernel values as `state` has entries.
    /// Source: Lee et al., *Deep neural networks as Gaussian processes*, arXiv 1711.00165, eq. (5).
    pub fn of_kernel(&self, state: KernelState, scale: WeightScale) -> KernelState {
        let affine = scale.affine(1.0, state.mean_diagonal());
        state.transform(self, affine)
    }
}

/// The kernel of `depth` infinitely wide layers, nothing filtered, from inner products of vectors of d numbers: the deep-NNGP
/// baseline; computed in the place of these.
///
/// Shapes: those of `products`. Cost: `depth` kernel values for each of its entries.
/// Source: Lee et al., arXiv 1711.00165, eq. (5); the paper's kernel baseline.
///
/// # Errors
/// [`MathError::Range`] for depth 0.
pub fn deep_nngp(
    kernel: &LayerKernel,
    depth: usize,
    (products, dimension): (KernelState, usize),
    scale: WeightScale,
) -> Result<KernelState, MathError> {
    check_range(depth >= 1, "depth", depth as f64, "at least 1")?;
    let first = kernel.of_products(products, dimension, scale);
    Ok((1..depth).fold(first, |state, _| kernel.of_kernel(state, scale)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::linalg::sym_eigenvalues;
    use crate::math::quadrature::GaussHermite;
    use crate::math::random::Stream;

    fn kernels() -> Vec<LayerKernel> {
        LayerKernel::NAMES.iter().map(|name| LayerKernel::parse(name, 30).unwrap().unwrap()).collect()
    }

    fn data() -> (Matrix, Matrix) {
        let stream = Stream::new(11, "test-data", 0);
        (stream.normal_columns(20, 0, 5), stream.normal_columns(7, 5, 5))
    }

    #[test]
    fn states_are_symmetric_positive_and_consistent_between_splits() {
        let (train, test) = data();
        for kernel in kernels() {
            for scale in [WeightScale::AutoRescale, WeightScale::Fixed { sigma_w: 1.3, sigma_b: 0.2 }] {
                let splits = Splits { train: &train, evaluation: &[&test, &train] };
                let products = KernelState::inner_products(splits).unwrap();
                let state = deep_nngp(&kernel, 3, (products, 5), scale).unwrap();
                assert_eq!(state.train, state.train.transpose());
                assert!(sym_eigenvalues(&state.train).unwrap()[0] > -1e-12);
                assert!((&state.cross[1] - &state.train).amax() < 1e-7, "{kernel:?}");
                let diagonal: Vec<f64> = state.train.diagonal().iter().copied().collect();
                assert!(diagonal.iter().zip(&state.diagonals[1]).all(|(a, b)| (a - b).abs() < 1e-13));
                assert_eq!(state.cross[0].shape(), (20, 7));
            }
        }
    }

    #[test]
    fn zero_variances_give_the_constant_kernel() {
        let (train, _) = data();
        let sigmoid = LayerKernel::parse("sigmoid", 20).unwrap().unwrap();
        let splits = Splits { train: &train, evaluation: &[] };
        let constant = sigmoid.of_features(splits, WeightScale::Fixed { sigma_w: 0.0, sigma_b: 0.0 }).unwrap();
        assert!(constant.train.iter().all(|v| (v - 0.25).abs() < 1e-15));
        let rule = GaussHermite::new(60).unwrap();
        let biased = sigmoid.of_features(splits, WeightScale::Fixed { sigma_w: 0.0, sigma_b: 0.9 }).unwrap();
        let expected = rule.expectation(|z| (1.0 / (1.0 + (-0.9 * z).exp())).powi(2));
        assert!(biased.train.iter().all(|v| (v - expected).abs() < 1e-8));
    }

    #[test]
    fn auto_rescale_is_a_change_of_unit_for_relu() {
        let (train, test) = data();
        let splits = Splits { train: &train, evaluation: &[&test] };
        let auto = LayerKernel::Relu.of_features(splits, WeightScale::AutoRescale).unwrap();
        let fixed = LayerKernel::Relu.of_features(splits, WeightScale::Fixed { sigma_w: 1.0, sigma_b: 0.0 }).unwrap();
        let factor = auto.train[(0, 0)] / fixed.train[(0, 0)];
        assert!((auto.train - fixed.train * factor).amax() < 1e-14);
        assert!((&auto.cross[0] - &fixed.cross[0] * factor).amax() < 1e-14);
    }

    #[test]
    fn first_features_are_those_of_a_narrower_representation() {
        let (train, test) = data();
        let narrow = KernelState::inner_products(Splits { train: &leading(&train), evaluation: &[&leading(&test)] });
        let splits = Splits { train: &train, evaluation: &[&test] };
        assert_eq!(KernelState::of_leading(splits, 2), narrow);
        assert!(KernelState::of_leading(splits, 6).is_err());
    }

    #[test]
    fn depth_zero_and_mismatched_splits_are_refused() {
        let (train, test) = data();
        let narrow = leading(&test);
        let scale = WeightScale::AutoRescale;
        let products = KernelState::inner_products(Splits { train: &train, evaluation: &[] }).unwrap();
        assert!(deep_nngp(&LayerKernel::Relu, 0, (products, train.ncols()), scale).is_err());
        assert!(KernelState::inner_products(Splits { train: &train, evaluation: &[&narrow] }).is_err());
    }

    fn leading(a: &Matrix) -> Matrix {
        a.columns(0, 2).into_owned()
    }
}
