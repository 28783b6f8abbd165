//! The LoFi filter: the leading eigendirections of the label-weighted moment operator. In function space it is
//! `dual_filter`.

use super::moment::{signed_moment, signed_moment_single};
use crate::math::error::{MathError, check_range, check_size};
use crate::math::linalg::eigen::{top_eigen_by_magnitude, top_eigen_by_magnitude_single};
use crate::math::linalg::{
    Eigen, Matrix, Rows, Vector, canonical_signs, gram, product, product_tn, scale_columns, scale_rows, sym_eigen,
    symmetric_product_tn,
};

/// A filter in feature space.
#[derive(Debug, Clone, PartialEq)]
pub struct MomentFilter {
    /// Eigenvalues of `C = Zᵀ diag(y) Z/n`, by descending |λ|.
    pub eigenvalues: Vec<f64>,
    /// P x K, orthonormal columns, canonical signs.
    pub directions: Matrix,
}

impl MomentFilter {
    /// The filtered representation `h = Z V`. Shapes: n x P -> n x K. Cost: 2nPK. Panics where the sizes differ.
    /// Source: the paper, the filter of a LoFi layer.
    pub fn apply(&self, z: &Matrix) -> Matrix {
        product(z, &self.directions)
    }

    /// How the labels depend on each direction, `ρ_k = max(0, sign(λ_k) E[y (v_k·z)²])`, on samples that need not be those of the
    /// filter; on those of the filter it is |λ_k|.
    ///
    /// Shapes: m x P, m -> K. Units: those of the eigenvalues. Cost: 2mPK.
    /// Source: arXiv 2605.13612, alignment of the emergence criterion; on other samples, ours.
    ///
    /// # Errors
    /// [`MathError::Shape`] where the labels do not fit.
    pub fn alignments(&self, z: &Matrix, labels: &[f64]) -> Result<Vec<f64>, MathError> {
        check_size("labels", labels.len(), z.nrows())?;
        let weighted = |feature: &[f64]| labels.iter().zip(feature).map(|(y, f)| y * f * f).sum::<f64>();
        let features = self.apply(z);
        let moments = features.column_iter().map(|f| weighted(f.as_slice()) / labels.len() as f64);
        Ok(moments.zip(&self.eigenvalues).map(|(moment, value)| (moment * value.signum()).max(0.0)).collect())
    }

    /// The directions with `u/‖u‖` of the first moment in front.
    ///
    /// Shapes: P -> P x (K + 1). Source: the paper, the optional first-moment direction of a layer.
    ///
    /// # Errors
    /// [`MathError::Shape`] where u does not fit, [`MathError::Range`] where it is zero.
    pub fn with_first_moment(&self, first: &Vector) -> Result<Matrix, MathError> {
        check_size("first moment", first.len(), self.directions.nrows())?;
        let norm = first.norm();
        check_range(norm > 0.0, "norm of the first moment", norm, "above 0")?;
        let mut joined = self.directions.clone().insert_column(0, 0.0);
        joined.set_column(0, &(first / norm));
        Ok(joined)
    }
}

/// The rows without their part along a direction, `Z (I − v vᵀ)` with v = u/‖u‖: the moments of what is left are those of Z
/// between projections, `(I − v vᵀ) C (I − v vᵀ)`.
///
/// Shapes: n x P, P -> n x P. Units: those of Z. Cost: 4nP. Source: ours, as the projection of a rank-one matrix.
///
/// # Errors
/// [`MathError::Shape`] where u does not fit, [`MathError::Range`] where it is zero.
pub fn without_direction(z: &Matrix, u: &Vector) -> Result<Matrix, MathError> {
    check_size("direction", u.len(), z.ncols())?;
    let norm = u.norm();
    check_range(norm > 0.0, "norm of the direction", norm, "above 0")?;
    let v = u / norm;
    let along = z * &v;
    let mut rest = z.clone();
    for (mut column, &part) in rest.column_iter_mut().zip(v.iter()) {
        column.axpy(-part, &along, 1.0);
    }
    Ok(rest)
}

/// Where the eigenproblem of a filter is solved; the result is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// Dual where there are far fewer samples than features.
    Auto,
    /// P x P.
    Primal,
    /// n x n.
    Dual,
}

/// The filter of the `keep` eigendirections of largest |λ| of the label-weighted moment operator.
///
/// Formula: `C V = V Λ`, `C = Zᵀ diag(y) Z/n`. Dual: with `Z Zᵀ = Q S Qᵀ`, the nonzero eigenpairs of C are those of
/// `S^{1/2} Qᵀ diag(y) Q S^{1/2}/n`, mapped by `Zᵀ Q S^{-1/2}`.
/// Shapes: n x P, n -> K values, P x K directions. Cost: nP² + top-K of P; dual: n²P + 10 n³ + top-K of n.
/// Source: the paper, a LoFi layer keeps the top-k eigenvectors by |λ|.
///
/// # Errors
/// [`MathError::Shape`] for labels that do not fit; [`MathError::Range`] where `keep` is 0 or exceeds P (dual: the rank
/// of Z); [`MathError::NonFinite`].
pub fn moment_filter(z: &Matrix, labels: &[f64], keep: usize, route: Route) -> Result<MomentFilter, MathError> {
    check_size("labels", labels.len(), z.nrows())?;
    check_range((1..=z.ncols()).contains(&keep), "directions to keep", keep as f64, "1 to the number of features")?;
    let dual = match route {
        Route::Auto => cheaper_through_gram(z, keep),
        Route::Primal => false,
        Route::Dual => true,
    };
    let top =
        if dual { through_gram(z, labels, keep)? } else { top_eigen_by_magnitude(&signed_moment(z, labels)?, keep)? };
    Ok(with_canonical_signs(top))
}

/// [`moment_filter`] of rows in single precision: the moment and a full eigenproblem of it in single, sums over blocks of
/// rows and the Rayleigh–Ritz step in double. All is in double where there are far fewer samples than features, and where
/// half of the samples' number or more is kept: the last of these directions have eigenvalues that single cannot tell from 0.
///
/// Shapes, units: as there. Cost: less than half of it. Source: as there.
///
/// # Errors
/// Those of [`moment_filter`].
pub fn moment_filter_single(z: &dyn Rows, labels: &[f64], keep: usize) -> Result<MomentFilter, MathError> {
    if cheaper_through_gram(z, keep) || 2 * keep >= z.count() {
        return moment_filter(&z.block(0..z.count()), labels, keep, Route::Auto);
    }
    check_range((1..=z.width()).contains(&keep), "directions to keep", keep as f64, "1 to the number of features")?;
    Ok(with_canonical_signs(top_eigen_by_magnitude_single(&signed_moment_single(z, labels)?, keep)?))
}

// The dual needs a full eigenproblem before the top-k one: measured break-even at n = 0.6 P; and a dual that keeps nearly
// all of its rank would have to divide by eigenvalues that are rounding.
fn cheaper_through_gram(z: &dyn Rows, keep: usize) -> bool {
    5 * z.count() < 3 * z.width() && 2 * keep < z.count()
}

fn with_canonical_signs(Eigen { values, mut vectors }: Eigen) -> MomentFilter {
    let signs = canonical_signs(&vectors);
    scale_columns(&mut vectors, &signs);
    MomentFilter { eigenvalues: values, directions: vectors }
}

// Eigenvalues of the Gram matrix below this share of the largest are rounding: their directions carry none of C.
const NEGLIGIBLE: f64 = 1e-13;

fn through_gram(z: &Matrix, labels: &[f64], keep: usize) -> Result<Eigen, MathError> {
    let eigen = sym_eigen(&gram(z))?;
    let largest = eigen.values.last().copied().unwrap_or(0.0);
    let first = eigen.values.iter().position(|&s| s > NEGLIGIBLE * largest).unwrap_or(eigen.values.len());
    let rank = eigen.values.len() - first;
    check_range(keep <= rank, "directions to keep", keep as f64, "at most the rank of the features")?;
    let singular: Vec<f64> = eigen.values[first..].iter().map(|s| s.sqrt()).collect();
    let q = eigen.vectors.columns(first, rank).into_owned();
    let mut scaled = q.clone();
    scale_columns(&mut scaled, &singular);
    let mut weighted = scaled.clone();
    scale_rows(&mut weighted, &labels.iter().map(|y| y / z.nrows() as f64).collect::<Vec<_>>());
    let top = top_eigen_by_magnitude(&symmetric_product_tn(&scaled, &weighted), keep)?;
    let mut inner = top.vectors;
    scale_rows(&mut inner, &singular.iter().map(|s| 1.0 / s).collect::<Vec<_>>());
    Ok(Eigen { values: top.values, vectors: product_tn(z, &product(&q, &inner)) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::lofi::moment::first_moment;
    use crate::math::random::Stream;

    fn sample(n: usize, p: usize) -> (Matrix, Vec<f64>) {
        let stream = Stream::new(6, "test-features", 0);
        let decay: Vec<f64> = (0..p).map(|j| 1.0 / (1.0 + j as f64).sqrt()).collect();
        let mut z = stream.normal_columns(n, 0, p);
        scale_columns(&mut z, &decay);
        let y = (0..n).map(|i| if z[(i, 0)] + z[(i, 1)] * z[(i, 2)] > 0.1 { 1.0 } else { -1.0 }).collect();
        (z, y)
    }

    fn assert_same(a: &MomentFilter, b: &MomentFilter, tolerance: f64) {
        let scale = a.eigenvalues[0].abs();
        assert!(a.eigenvalues.iter().zip(&b.eigenvalues).all(|(x, y)| (x - y).abs() < tolerance * scale));
        assert!((&a.directions - &b.directions).amax() < tolerance);
    }

    #[test]
    fn dual_route_is_the_primal_route() {
        for (n, p) in [(30, 80), (60, 40), (45, 45)] {
            let (z, y) = sample(n, p);
            let primal = moment_filter(&z, &y, 8, Route::Primal).unwrap();
            assert_same(&primal, &moment_filter(&z, &y, 8, Route::Dual).unwrap(), 1e-10);
            assert_same(&primal, &moment_filter(&z, &y, 8, Route::Auto).unwrap(), 1e-10);
        }
    }

    #[test]
    fn routes_agree_for_duplicate_rows_and_one_class() {
        let (z, _) = sample(20, 50);
        let doubled = Matrix::from_fn(40, 50, |i, j| z[(i / 2, j)]);
        let primal = moment_filter(&doubled, &[1.0; 40], 5, Route::Primal).unwrap();
        assert_same(&primal, &moment_filter(&doubled, &[1.0; 40], 5, Route::Dual).unwrap(), 1e-10);
        assert!(moment_filter(&doubled, &[1.0; 40], 21, Route::Dual).is_err());
    }

    // Above 600 features and from a sixth of them kept, the eigenproblem is one in single precision.
    #[test]
    fn single_precision_keeps_the_same_space() {
        for (n, p, keep) in [(30, 80, 8), (30, 80, 25), (60, 40, 8), (900, 640, 8), (900, 640, 120)] {
            let (z, y) = sample(n, p);
            let (single, exact) =
                (moment_filter_single(&z, &y, keep).unwrap(), moment_filter(&z, &y, keep, Route::Auto).unwrap());
            let scale = exact.eigenvalues[0].abs();
            let worst =
                single.eigenvalues.iter().zip(&exact.eigenvalues).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(worst < 1e-6 * scale, "{n} x {p}: {worst:e}");
            let overlap = product_tn(&exact.directions, &single.directions).norm_squared() / keep as f64;
            assert!(1.0 - overlap < 1e-5, "{n} x {p}, {keep}: {overlap}");
            assert!(moment_filter_single(&z, &y, p + 1).is_err() && moment_filter_single(&z, &y[1..], 2).is_err());
        }
    }

    #[test]
    fn first_moment_direction_comes_first_and_has_unit_norm() {
        let (z, y) = sample(40, 12);
        let filter = moment_filter(&z, &y, 3, Route::Auto).unwrap();
        let u = first_moment(&z, &y).unwrap();
        let joined = filter.with_first_moment(&u).unwrap();
        assert_eq!(joined.shape(), (12, 4));
        assert!((joined.column(0) * u.norm() - &u).amax() < 1e-15);
        assert!(filter.with_first_moment(&Vector::zeros(12)).is_err());
    }

    #[test]
    fn refuses_what_does_not_fit() {
        let (z, y) = sample(10, 6);
        assert!(moment_filter(&z, &y[1..], 2, Route::Auto).is_err());
        assert!(moment_filter(&z, &y, 7, Route::Auto).is_err() && moment_filter(&z, &y, 0, Route::Auto).is_err());
    }
}
