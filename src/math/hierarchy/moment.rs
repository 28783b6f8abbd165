//! The label-weighted moment operator C_1 of streamed features: by its products, or formed.

use super::features::Streamed;
use super::krylov::guarded_block;
use crate::math::error::{MathError, check_range};
use crate::math::linalg::eigen::{Found, Krylov, top_eigen_of_costly_operator};
use crate::math::linalg::{
    Matrix, Onto, SingleMatrix, canonical_signs, mirror_lower, product, scale_columns, symmetric_product_tn_single_onto,
};
use crate::math::size::bytes;
use std::ops::Range;

/// How the leading eigenvectors of C_1 are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// The p1 x p1 matrix is summed once over all samples; every smaller n is a prefix of the sum.
    Formed,
    /// Block Krylov on the operator's products, a few passes over the samples for every n; p1 x p1 is never formed.
    Implicit,
}

// Passes of an implicit search, the mean over sizes from far below the transition to above it; those below need fewer, as
// their matrices have a low rank, those above because their pairs stand out. Measured at d = 40 and 60.
const USUAL_PASSES: f64 = 16.0;
// Blocks of k + 2 that a formed matrix is multiplied with.
const USUAL_BLOCKS: f64 = 22.0;
// Products with a few columns run at this share of the speed of large products.
const THIN_SPEED: f64 = 0.6;
// What the activation and the draw of inputs cost a feature, in operations of large products.
const AROUND_LIFT: f64 = 30.0;
/// The time of an operation of large products in single precision, in those that plans count in.
/// Units: dimensionless. Source: ours, measured with AVX-512; with AVX2 it is 0.4.
pub const SINGLE: f64 = 0.2;

/// Sizes that decide the method and the cost.
#[derive(Debug, Clone)]
pub struct Work {
    /// d.
    pub dim: usize,
    /// P.
    pub width: usize,
    /// Number k of directions.
    pub keep: usize,
    /// Training sizes n.
    pub sizes: Vec<usize>,
    /// At most so many passes of the implicit method.
    pub passes: usize,
}

impl Work {
    fn largest(&self) -> f64 {
        self.sizes.iter().max().copied().unwrap_or(0) as f64
    }

    /// Operations of a method, in the plan's.
    ///
    /// Formula, n the largest size, m of them, N their sum, l = 2d + 30 for a lift with what is around it, s = 0.2 for an
    /// operation in single precision: both `s (nPl + 2NPk)` for the projections; formed `s nP (P + l)` and
    /// `22 m (k + 2) 2P²` in double, or 10 P³ each where the matrix is small; implicit `16 s P (nl + 4Nb/0.6)` with blocks of b,
    /// fewer passes where they are bounded.
    /// Units: floating-point operations.
    /// Source: ours, measured.
    pub fn flops(&self, method: Method) -> f64 {
        let (width, all, keep) = (self.width as f64, self.sizes.iter().sum::<usize>() as f64, self.keep as f64);
        let lift = self.largest() * width * (2.0 * self.dim as f64 + AROUND_LIFT);
        let projections = SINGLE * (lift + 2.0 * all * width * keep);
        let search = match method {
            Method::Formed => SINGLE * (lift + self.largest() * width * width) + self.solved(),
            Method::Implicit => {
                let thin = 4.0 * all * width * guarded_block(self.keep) as f64 / THIN_SPEED;
                SINGLE * USUAL_PASSES.min(self.passes as f64) * (lift + thin)
            }
        };
        search + projections
    }

    // The pairs of formed matrices.
    fn solved(&self) -> f64 {
        let (width, count) = (self.width as f64, self.sizes.len() as f64);
        let krylov = USUAL_BLOCKS * (self.keep + 2) as f64 * 2.0 * width.powi(2);
        count * if self.width > FULL_UP_TO { krylov } else { krylov.min(4.0 * width.powi(3)) }
    }

    /// Whether the Krylov basis is far narrower than the space, as it must be: `P > 12 (k + 2)`. Units: columns.
    pub const fn implicit_fits(&self) -> bool {
        implicit_fits(self.width, self.keep)
    }

    /// The method with fewer operations among those whose memory `bytes` allows. Units: bytes.
    pub fn cheaper(&self, bytes: u64) -> Method {
        let fits = formed_bytes(self.width, 1) <= bytes;
        let less = self.flops(Method::Formed) < self.flops(Method::Implicit);
        if (fits && less) || !self.implicit_fits() { Method::Formed } else { Method::Implicit }
    }
}

/// Memory of formed operators, for each set of weights the sum in both precisions, and the matrix at one n:
/// `(8 + 12·weights) P²`.
/// Units: bytes.
pub const fn formed_bytes(width: usize, weights: usize) -> u64 {
    bytes(8 + 12 * weights as u64, width, width)
}

// Up to this width the full solver is as fast.
const FULL_UP_TO: usize = 600;

// A Krylov basis must be far narrower than the space.
const fn implicit_fits(width: usize, keep: usize) -> bool {
    width > 12 * (keep + 2)
}

/// The leading eigenpairs of an operator, which is given by its products; eigenvectors have canonical signs.
///
/// Shapes: `apply` maps P x (k + 2) to P x (k + 2) -> k values, P x k vectors.
/// Units: the tolerance is relative to the largest |λ|.
/// Cost: that of [`top_eigen_of_costly_operator`], at most 200 products with a block.
/// Source: as [`top_eigen_of_costly_operator`].
///
/// # Errors
/// [`MathError::NoConvergence`] after 200 blocks; those of `apply`.
pub fn leading_directions<E: From<MathError>>(
    (size, keep, tolerance): (usize, usize, f64),
    apply: impl FnMut(&Matrix) -> Result<Matrix, E>,
) -> Result<Found, E> {
    const MOST_BLOCKS: usize = 200;
    let bound = Krylov { size, keep, products: MOST_BLOCKS * (keep + 2) };
    top_eigen_of_costly_operator(bound, tolerance, apply).map(with_canonical_signs)
}

// The second stage is not blind to a sign of ĥ1: without this a curve would depend on the solver.
fn with_canonical_signs(mut found: Found) -> Found {
    let signs = canonical_signs(&found.eigen.vectors);
    scale_columns(&mut found.eigen.vectors, &signs);
    found
}

// Multiplies some rows by their weights; the rest becomes zero.
fn weigh_rows(rows: &mut SingleMatrix, of: Range<usize>, weights: &[f64]) {
    for mut column in rows.column_iter_mut() {
        let column = column.as_mut_slice();
        column[..of.start].fill(0.0);
        column[of.end..].fill(0.0);
        column[of.clone()].iter_mut().zip(weights).for_each(|(v, y)| *v *= *y as f32);
    }
}

/// The operators of several training sizes, of which each is the beginning of the next, summed in one pass.
pub struct PrefixMoments<'a, E> {
    /// The samples' features.
    pub features: &'a Streamed<'a, E>,
    /// Increasing training sizes.
    pub sizes: &'a [usize],
    /// Weights of the samples, one operator for each: labels, or permuted labels.
    pub weights: &'a [Vec<f64>],
}

impl<E: From<MathError>> PrefixMoments<'_, E> {
    /// Hands over the operators `C_n = (1/n) Σ_{i<n} w_i φ_i φ_iᵀ` one after another, with the numbers of their size
    /// and of their weights.
    ///
    /// Shapes: -> P x P, symmetric, for each size and set of weights.
    /// Cost: n P² for each set of weights, n the largest size; memory 8 P² bytes and 12 P² for each set.
    /// Source: arXiv 2605.13612, definition of the label-weighted moment operator.
    ///
    /// # Errors
    /// [`MathError::Range`] unless sizes increase; those of `see` and of the interrupt.
    pub fn each(&self, mut see: impl FnMut((usize, usize), &Matrix) -> Result<(), E>) -> Result<(), E> {
        let Some(&largest) = self.sizes.last() else { return Ok(()) };
        let increasing = self.sizes.windows(2).all(|w| w[0] < w[1]) && self.sizes[0] > 0;
        check_range(increasing, "first training size", self.sizes[0] as f64, "positive, followed by larger ones")?;
        let width = self.features.width();
        let mut sums: Vec<PrefixSum> = self.weights.iter().map(|_| PrefixSum::new(width)).collect();
        let mut weighted = SingleMatrix::zeros(0, width);
        let mut next = 0;
        self.features.each_block(largest, |range, block| {
            let mut start = range.start;
            while start < range.end {
                let end = self.sizes[next].min(range.end);
                let rows = start - range.start..end - range.start;
                for (sum, weights) in sums.iter_mut().zip(self.weights) {
                    weighted.clone_from(block);
                    weigh_rows(&mut weighted, rows.clone(), &weights[start..end]);
                    sum.add(block, &weighted);
                }
                start = end;
                if end == self.sizes[next] {
                    for (w, sum) in sums.iter_mut().enumerate() {
                        see((next, w), &sum.mean(end))?;
                    }
                    next += 1;
                }
            }
            Ok(())
        })
    }
}

// Samples whose part is summed in single precision before it goes into the sum in double: passing over all P² numbers of
// both costs as much as the products of 300 samples.
const SAMPLES_IN_SINGLE: usize = 4096;

// The lower half of a sum over samples.
struct PrefixSum {
    total: Matrix,
    part: SingleMatrix,
    // samples in `part`
    samples: usize,
}

impl PrefixSum {
    fn new(width: usize) -> Self {
        Self { total: Matrix::zeros(width, width), part: SingleMatrix::zeros(width, width), samples: 0 }
    }

    fn add(&mut self, block: &SingleMatrix, weighted: &SingleMatrix) {
        let onto = if self.samples == 0 { Onto::Replace } else { Onto::Add };
        symmetric_product_tn_single_onto(&mut self.part, onto, block, weighted);
        self.samples += block.nrows();
        if self.samples >= SAMPLES_IN_SINGLE {
            self.flush();
        }
    }

    fn flush(&mut self) {
        if self.samples > 0 {
            for (j, (mut sum, part)) in self.total.column_iter_mut().zip(self.part.column_iter()).enumerate() {
                sum.iter_mut().zip(part.iter()).skip(j).for_each(|(s, v)| *s += f64::from(*v));
            }
        }
        self.samples = 0;
    }

    fn mean(&mut self, n: usize) -> Matrix {
        self.flush();
        let mut operator = &self.total / n as f64;
        mirror_lower(&mut operator);
        operator
    }
}

/// The leading eigenpairs of a formed operator: Krylov where it is large, else in full.
///
/// Shapes: P x P -> k values, P x k vectors. Units: the tolerance is relative to the largest |λ|.
/// Cost: 2P² for each Krylov vector, about 10 P³ in full.
/// Source: as [`top_eigen_of_costly_operator`].
///
/// # Errors
/// Those of the eigensolvers.
pub fn leading_of_formed(operator: &Matrix, keep: usize, tolerance: f64) -> Result<Found, MathError> {
    let size = operator.nrows();
    if implicit_fits(size, keep) && size > FULL_UP_TO {
        return leading_directions((size, keep, tolerance), |v| Ok(product(operator, v)));
    }
    let eigen = crate::math::linalg::eigen::top_eigen_by_magnitude(operator, keep)?;
    Ok(with_canonical_signs(Found { eigen, residual: 0.0, products: size }))
}

#[cfg(test)]
mod tests {
    use super::super::features::{CentredLayer, Inputs as _, Source, StreamedInputs};
    use super::*;
    use crate::math::linalg::{double, sym_eigen};
    use crate::math::lofi::moment::signed_moment;

    fn calm() -> Result<(), MathError> {
        Ok(())
    }

    const WIDTH: usize = 120;

    // 2500 samples of 10 inputs with labels that favour two quadratic directions
    fn with_samples(check: impl Fn(&Streamed<'_, MathError>, &Matrix, &[f64])) {
        let (inputs, layer) = (StreamedInputs::new(1, 0, 10), CentredLayer::draw((1, 0), 10, WIDTH));
        let x = inputs.rows(0..2500);
        let labels: Vec<f64> = x.row_iter().map(|r| (r[0] * r[1] + 0.8 * r[2] * r[3]).tanh()).collect();
        let source = Source { inputs: &inputs, layer: &layer, rows: 2500, interrupt: &calm };
        let streamed = Streamed::new(source, 0).unwrap();
        check(&streamed, &double(&layer.apply(&x)), &labels);
    }

    #[test]
    fn prefixes_are_the_explicit_matrices() {
        with_samples(|streamed, z, labels| {
            let sizes = [3, 700, 1024, 1025, 2048, 2500];
            let weights = [labels.to_vec(), vec![1.0; 2500]];
            let mut seen = Vec::new();
            let prefixes = PrefixMoments { features: streamed, sizes: &sizes, weights: &weights };
            let each = prefixes.each(|(i, w), operator| {
                let explicit = signed_moment(&z.rows(0, sizes[i]).into_owned(), &weights[w][..sizes[i]]).unwrap();
                assert!((operator - &explicit).amax() < 1e-6 * explicit.norm(), "n = {}", sizes[i]);
                assert_eq!(operator, &operator.transpose());
                seen.push((i, w));
                Ok(())
            });
            each.unwrap();
            assert_eq!(seen, (0..12).map(|j| (j / 2, j % 2)).collect::<Vec<_>>());
            assert!(
                PrefixMoments { features: streamed, sizes: &[5, 5], weights: &weights }.each(|_, _| Ok(())).is_err()
            );
        });
    }

    #[test]
    fn eigenvectors_of_a_formed_matrix_are_found() {
        with_samples(|_, z, labels| {
            let explicit = signed_moment(z, labels).unwrap();
            let full = crate::math::linalg::eigen::truncate(sym_eigen(&explicit).unwrap(), 3);
            let found = leading_of_formed(&explicit, 3, 1e-5).unwrap();
            assert!(found.residual <= 1e-5 && found.products > 0);
            for k in 0..3 {
                assert!((found.eigen.values[k] - full.values[k]).abs() < 1e-5 * full.values[0].abs());
                assert!(found.eigen.vectors.column(k).dot(&full.vectors.column(k)).abs() > 1.0 - 1e-6);
            }
        });
    }

    #[test]
    fn method_follows_the_work_and_the_memory() {
        let work = |width: usize| Work { dim: 60, width, keep: 7, sizes: vec![1000, 50_000], passes: 40 };
        assert_eq!(work(1000).cheaper(1 << 34), Method::Formed);
        assert_eq!(work(20_000).cheaper(1 << 34), Method::Implicit);
        assert_eq!(work(1000).cheaper(1 << 20), Method::Implicit, "no memory for the matrix");
        assert_eq!(work(40).cheaper(1), Method::Formed, "no room for a Krylov basis");
        assert!(work(9000).flops(Method::Formed) > 2.0 * work(4000).flops(Method::Formed));
    }
}
