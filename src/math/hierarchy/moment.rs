//! The label-weighted moment operator C_1 of streamed features: by its products, or formed.

use super::features::Streamed;
use crate::math::error::{MathError, check_range};
use crate::math::linalg::eigen::{Found, Krylov, top_eigen_of_costly_operator};
use crate::math::linalg::{
    Matrix, SingleMatrix, canonical_signs, double, mirror_lower, product, product_single, product_tn_single,
    scale_columns, set_symmetric_product_tn_single, single,
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

// What a costly iteration takes for a few outliers at the edge of a bulk, measured at d = 30 to 60: blocks of d1 + 2.
const USUAL_PASSES: f64 = 22.0;
// Products with a few columns run at this share of the speed of large products.
const THIN_SPEED: f64 = 0.4;

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
    /// Whether the features are kept between passes.
    pub kept: bool,
}

impl Work {
    fn largest(&self) -> f64 {
        self.sizes.iter().max().copied().unwrap_or(0) as f64
    }

    /// Operations of a method, with thin products counted at their slower speed.
    ///
    /// Formula, n the largest size and N the sum of all: formed `nP (P + 2d) + 2dNP`; implicit
    /// `2dnP + 22 NP (10 (k + 2) + 2d)`, without the last 2d where the features are kept.
    /// Units: floating-point operations.
    /// Source: ours; 22 passes and the speed of thin products, 0.4, are measured.
    pub fn flops(&self, method: Method) -> f64 {
        let (width, all) = (self.width as f64, self.sizes.iter().sum::<usize>() as f64);
        let lift = 2.0 * self.dim as f64;
        match method {
            Method::Formed => self.largest() * width * (width + lift) + all * width * lift,
            Method::Implicit => {
                let passes = 4.0 * (self.keep + 2) as f64 / THIN_SPEED + if self.kept { 0.0 } else { lift };
                self.largest() * width * lift + all * width * USUAL_PASSES * passes
            }
        }
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

/// Memory of formed operators, one sum for each set of weights, a block's part and the matrix at one n:
/// `(12 + 8·weights) P²`.
/// Units: bytes.
pub const fn formed_bytes(width: usize, weights: usize) -> u64 {
    bytes(12 + 8 * weights as u64, width, width)
}

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

/// `C_1 V = (1/n) Σ_{i<n} y_i φ_i φ_iᵀ V` in one pass over the samples; a block's part in single precision, the sum in
/// double.
///
/// Shapes: n labels, P x k -> P x k. Cost: 4nPk, and the lift where the features are not kept.
/// Source: arXiv 2605.13612, definition of the label-weighted moment operator.
///
/// # Errors
/// Those of the interrupt.
pub fn moment_times<E>(features: &Streamed<'_, E>, labels: &[f64], directions: &Matrix) -> Result<Matrix, E> {
    let thin = single(directions);
    let mut sum = Matrix::zeros(directions.nrows(), directions.ncols());
    features.each_block(labels.len(), |range, block| {
        let mut scores = product_single(block, &thin);
        weigh_rows(&mut scores, range.len(), &labels[range]);
        sum += double(&product_tn_single(block, &scores));
        Ok(())
    })?;
    Ok(sum / labels.len() as f64)
}

// Multiplies the first rows by the weights; the rest becomes zero.
fn weigh_rows(rows: &mut SingleMatrix, count: usize, weights: &[f64]) {
    for mut column in rows.column_iter_mut() {
        column.iter_mut().zip(weights).for_each(|(v, y)| *v *= *y as f32);
        column.iter_mut().skip(count).for_each(|v| *v = 0.0);
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
    /// Cost: n P² for each set of weights, n the largest size; memory 12 P² bytes and 8 P² for each set.
    /// Source: arXiv 2605.13612, definition of the label-weighted moment operator.
    ///
    /// # Errors
    /// [`MathError::Range`] unless sizes increase; those of `see` and of the interrupt.
    pub fn each(&self, mut see: impl FnMut((usize, usize), &Matrix) -> Result<(), E>) -> Result<(), E> {
        let Some(&largest) = self.sizes.last() else { return Ok(()) };
        let increasing = self.sizes.windows(2).all(|w| w[0] < w[1]) && self.sizes[0] > 0;
        check_range(increasing, "first training size", self.sizes[0] as f64, "positive, followed by larger ones")?;
        let width = self.features.width();
        let mut sums = vec![Matrix::zeros(width, width); self.weights.len()];
        let mut part = SingleMatrix::zeros(width, width);
        let mut next = 0;
        self.features.each_block(largest, |range, block| {
            let mut start = range.start;
            while start < range.end {
                let end = self.sizes[next].min(range.end);
                self.add(&mut sums, &mut part, (block, range.start, start..end));
                start = end;
                if end == self.sizes[next] {
                    for (w, sum) in sums.iter().enumerate() {
                        see((next, w), &finished(sum, end))?;
                    }
                    next += 1;
                }
            }
            Ok(())
        })
    }

    // Adds the samples `of` of a block whose first sample is `first`.
    fn add(&self, sums: &mut [Matrix], part: &mut SingleMatrix, block: (&SingleMatrix, usize, Range<usize>)) {
        let (block, first, of) = block;
        let rows = block.rows(of.start - first, of.len()).into_owned();
        for (sum, weights) in sums.iter_mut().zip(self.weights) {
            let mut weighted = rows.clone();
            weigh_rows(&mut weighted, of.len(), &weights[of.clone()]);
            set_symmetric_product_tn_single(part, &rows, &weighted);
            for (j, (mut column, added)) in sum.column_iter_mut().zip(part.column_iter()).enumerate() {
                column.iter_mut().zip(added.iter()).skip(j).for_each(|(s, v)| *s += f64::from(*v));
            }
        }
    }
}

fn finished(sum: &Matrix, n: usize) -> Matrix {
    let mut operator = sum / n as f64;
    mirror_lower(&mut operator);
    operator
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
    if implicit_fits(size, keep) && size > 600 {
        return leading_directions((size, keep, tolerance), |v| Ok(product(operator, v)));
    }
    let eigen = crate::math::linalg::eigen::top_eigen_by_magnitude(operator, keep)?;
    Ok(with_canonical_signs(Found { eigen, residual: 0.0, products: size }))
}

#[cfg(test)]
mod tests {
    use super::super::features::{FirstLayer, Inputs, Source, StreamedInputs};
    use super::*;
    use crate::math::linalg::{double, sym_eigen};
    use crate::math::lofi::moment::signed_moment;
    use crate::math::random::Stream;

    fn calm() -> Result<(), MathError> {
        Ok(())
    }

    const WIDTH: usize = 120;

    // 2500 samples of 10 inputs with labels that favour two quadratic directions
    fn with_samples(check: impl Fn(&Streamed<'_, MathError>, &Matrix, &[f64])) {
        let (inputs, layer) = (StreamedInputs::new(1, 0, 10), FirstLayer::draw(1, 10, WIDTH));
        let x = inputs.rows(0..2500);
        let labels: Vec<f64> = x.row_iter().map(|r| (r[0] * r[1] + 0.8 * r[2] * r[3]).tanh()).collect();
        let source = Source { inputs: &inputs, layer: &layer, rows: 2500, interrupt: &calm };
        let streamed = Streamed::new(source, 0).unwrap();
        check(&streamed, &double(&layer.apply(&x)), &labels);
    }

    #[test]
    fn products_are_those_of_the_explicit_matrix() {
        with_samples(|streamed, z, labels| {
            let v = Stream::new(3, "test-directions", 0).normal_columns(WIDTH, 0, 5);
            for n in [1, 1024, 1500, 2500] {
                let explicit = signed_moment(&z.rows(0, n).into_owned(), &labels[..n]).unwrap();
                let difference = moment_times(streamed, &labels[..n], &v).unwrap() - product(&explicit, &v);
                assert!(difference.amax() < 2e-6 * explicit.norm(), "n = {n}: {}", difference.amax());
            }
        });
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
    fn both_methods_find_the_eigenvectors() {
        with_samples(|streamed, z, labels| {
            let explicit = signed_moment(z, labels).unwrap();
            let full = crate::math::linalg::eigen::truncate(sym_eigen(&explicit).unwrap(), 3);
            let implicit = leading_directions((WIDTH, 3, 1e-5), |v| moment_times(streamed, labels, v)).unwrap();
            let formed = leading_of_formed(&explicit, 3, 1e-5).unwrap();
            for found in [implicit, formed] {
                assert!(found.residual <= 1e-5 && found.products > 0);
                for k in 0..3 {
                    assert!((found.eigen.values[k] - full.values[k]).abs() < 1e-5 * full.values[0].abs());
                    let aligned = found.eigen.vectors.column(k).dot(&full.vectors.column(k)).abs();
                    assert!(aligned > 1.0 - 1e-6, "{aligned}");
                }
            }
        });
    }

    #[test]
    fn method_follows_the_work_and_the_memory() {
        let work = |width: usize| Work { dim: 60, width, keep: 7, sizes: vec![1000, 50_000], kept: true };
        assert_eq!(work(1000).cheaper(1 << 34), Method::Formed);
        assert_eq!(work(20_000).cheaper(1 << 34), Method::Implicit);
        assert_eq!(work(1000).cheaper(1 << 20), Method::Implicit, "no memory for the matrix");
        assert_eq!(work(40).cheaper(1), Method::Formed, "no room for a Krylov basis");
        assert!(work(9000).flops(Method::Formed) > 2.0 * work(4000).flops(Method::Formed));
    }
}
