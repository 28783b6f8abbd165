//! The eigenpairs of largest magnitude of a symmetric operator.

use super::krylov_basis::{Basis, leading};
use super::tridiagonal::Tridiagonal;
use super::{Eigen, Matrix, double, orthonormal_basis, product, single, symmetric_product_tn};
use crate::math::error::{MathError, check_range};
use crate::math::random::Stream;

// Up to this size the full solver takes well under 0.1 s, less than an iteration needs to be worth its code path.
const FULL_UP_TO: usize = 600;
// From one pair in six on the full solver is as fast: measured at n = 2000 on moments of image features, where k = 63 takes
// a quarter of its time and k = 300 all of it.
const FULL_FROM_SHARE: usize = 6;

/// The `k` eigenpairs of largest |λ| of a symmetric matrix, by descending |λ|.
///
/// Small problems and large `k` use the full solver. Otherwise block Krylov with thick restart; where its bound on work
/// is used up (spectra without decay), the full solver again, so that the result is always converged.
///
/// Shapes: n x n -> k values, n x k vectors. Cost: about 10 n³ in full; 2n² for each basis vector in Krylov.
/// Source: the paper keeps the top-k eigenvectors by |λ|; thick restart after Wu and Simon,
/// SIAM J. Matrix Anal. 22 (2000) 602, doi:10.1137/S0895479898334605.
///
/// # Errors
/// [`MathError::Range`] unless k <= n; those of [`super::sym_eigen`].
pub fn top_eigen_by_magnitude(a: &Matrix, k: usize) -> Result<Eigen, MathError> {
    let n = a.nrows();
    check_range(k <= n, "number of eigenpairs", k as f64, "at most the size of the matrix")?;
    crate::math::error::check_finite("a symmetric matrix", a.as_slice())?;
    if n > FULL_UP_TO && FULL_FROM_SHARE * k < n {
        // products with as many vectors as the matrix has columns cost about a seventh of the full solver
        let bound = Krylov { size: n, keep: k, products: 2 * n };
        match top_eigen_of_operator(bound, |x| product(a, x)) {
            Err(MathError::NoConvergence { .. }) => {}
            found => return found,
        }
    }
    leading_of_all(a.clone(), k)
}

// By the full solver; only the vectors that are kept are carried back from the tridiagonal form.
fn leading_of_all(a: Matrix, k: usize) -> Result<Eigen, MathError> {
    let (values, vectors) = Tridiagonal::reduce(a)?.eigenpairs(|values| leading_places(values, k))?;
    Ok(Eigen { values, vectors })
}

/// [`top_eigen_by_magnitude`], the full solver in single precision where it is used, followed by a Rayleigh–Ritz step in
/// double.
///
/// The space that the vectors span is known to about 1e-6 of the largest |λ| over the gap to what is left out; within it
/// pairs are exact, so that values are right to the square of that. Shapes, units: as there. Cost: half of it.
/// Source: as [`top_eigen_by_magnitude`]; Golub and Van Loan, *Matrix Computations* (2013), section 8.1.2.
///
/// # Errors
/// Those of [`top_eigen_by_magnitude`].
pub fn top_eigen_by_magnitude_single(a: &Matrix, k: usize) -> Result<Eigen, MathError> {
    if a.nrows() <= FULL_UP_TO || FULL_FROM_SHARE * k < a.nrows() {
        return top_eigen_by_magnitude(a, k);
    }
    check_range(k <= a.nrows(), "number of eigenpairs", k as f64, "at most the size of the matrix")?;
    let leading = |values: &[f32]| leading_places(&values.iter().copied().map(f64::from).collect::<Vec<_>>(), k);
    let (_, vectors) = Tridiagonal::reduce(single(a))?.eigenpairs(leading)?;
    let basis = orthonormal_basis(&double(&vectors));
    let ritz = leading_of_all(symmetric_product_tn(&basis, &product(a, &basis)), k)?;
    Ok(Eigen { vectors: product(&basis, &ritz.vectors), values: ritz.values })
}

fn leading_places(values: &[f64], k: usize) -> Vec<usize> {
    order_by_magnitude(values).into_iter().take(k).collect()
}

/// Keeps the `k` pairs of largest |λ|, by descending |λ|; equal magnitudes keep their order.
/// Shapes: m pairs of n -> k pairs. Cost: nk.
pub fn truncate(eigen: Eigen, k: usize) -> Eigen {
    let order = order_by_magnitude(&eigen.values);
    let kept = &order[..k.min(order.len())];
    Eigen { values: kept.iter().map(|&i| eigen.values[i]).collect(), vectors: eigen.vectors.select_columns(kept) }
}

/// Indices by descending |value|; equal magnitudes keep their order. Shapes: n -> n. Cost: n log n.
pub fn order_by_magnitude(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&i, &j| values[j].abs().total_cmp(&values[i].abs()));
    order
}

/// What is wanted of a Krylov iteration, and how much it may work.
#[derive(Debug, Clone, Copy)]
pub struct Krylov {
    /// Size n of the operator.
    pub size: usize,
    /// Number of eigenpairs wanted, far below n.
    pub keep: usize,
    /// At most so many products of the operator with a vector.
    pub products: usize,
}

// Residual ‖Av − λv‖ that counts as converged, relative to the largest |λ|: two digits above what rounding leaves.
const TOLERANCE: f64 = 1e-12;

/// The `keep` eigenpairs of largest |λ| of a symmetric operator that is known by its products only, by descending |λ|.
///
/// `apply` maps an n x b block to the operator times the block. The start block is random but fixed, so the result is a
/// function of the operator. Every returned pair has a residual below 1e-12 of the largest |λ|.
///
/// Shapes: -> keep values, n x keep vectors.
/// Cost: `products` applications at most, 4nm for each of them, m = 2·keep + 96.
/// Source: as [`top_eigen_by_magnitude`].
///
/// # Errors
/// [`MathError::NoConvergence`] where the bound is used up; [`MathError::Range`] where the basis would fill the space.
pub fn top_eigen_of_operator(bound: Krylov, apply: impl Fn(&Matrix) -> Matrix) -> Result<Eigen, MathError> {
    let plan = Plan::new(bound)?;
    search::<MathError>(bound, &plan, |x| Ok(apply(x))).map(|found| found.eigen)
}

/// Eigenpairs of an operator, with how well they are known.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The pairs, by descending |λ|.
    pub eigen: Eigen,
    /// The largest residual ‖Av − λv‖ of a pair, relative to the largest |λ|.
    pub residual: f64,
    /// How many vectors the operator was applied to.
    pub products: usize,
}

/// [`top_eigen_of_operator`] for an operator whose products cost far more than the work on the basis: a wide basis,
/// looked at after every block, and a `tolerance` on the residual (relative to the largest |λ|) that the caller
/// chooses.
///
/// Shapes: -> keep values, n x keep vectors. Units: the tolerance is relative.
/// Cost: `products` applications at most, and 4nm for each, m = 24·(keep + 2).
/// Source: as [`top_eigen_by_magnitude`].
///
/// # Errors
/// Those of [`top_eigen_of_operator`], and whatever `apply` returns.
pub fn top_eigen_of_costly_operator<E: From<MathError>>(
    bound: Krylov,
    tolerance: f64,
    apply: impl FnMut(&Matrix) -> Result<Matrix, E>,
) -> Result<Found, E> {
    search(bound, &Plan::of_costly_products(bound, tolerance)?, apply)
}

fn search<E: From<MathError>>(
    bound: Krylov,
    plan: &Plan,
    mut apply: impl FnMut(&Matrix) -> Result<Matrix, E>,
) -> Result<Found, E> {
    let start = Stream::new(0, "krylov-start", bound.keep as u64).normal_columns(bound.size, 0, plan.block);
    let mut basis = Basis::new(bound.size, plan.width);
    let mut block = orthonormal_basis(&start);
    let mut products = 0;
    loop {
        if products + plan.block > bound.products {
            return Err(MathError::NoConvergence { what: "the block Krylov iteration" }.into());
        }
        products += plan.block;
        let image = apply(&block)?;
        block = basis.extend(&block, image);
        let full = basis.width() + plan.block > plan.width;
        if !(full || plan.impatient && basis.width() > bound.keep) {
            continue;
        }
        let ritz = truncate(basis.ritz_pairs()?, if full { plan.retain } else { bound.keep });
        let top = leading(&ritz, bound.keep);
        let residual = basis.residual(&top);
        if residual <= plan.tolerance {
            let eigen = Eigen { vectors: basis.vectors(&top.vectors), values: top.values };
            return Ok(Found { eigen, residual, products });
        }
        if full {
            basis.restart(&ritz.vectors);
        }
    }
}

// Sizes of the iteration.
struct Plan {
    block: usize,  // columns multiplied at once
    width: usize,  // widest basis
    retain: usize, // Ritz vectors kept at a restart
    tolerance: f64,
    impatient: bool, // looks after every block, not only at a full basis
}

impl Plan {
    fn new(bound: Krylov) -> Result<Self, MathError> {
        // a block wide enough to find repeated eigenvalues and for the product not to wait for memory alone; a wider one
        // is a polynomial of lower degree for the same products: 32 columns took 1088 products where 16 took 608
        let spare = (bound.keep / 2).clamp(8, 32);
        let block = spare.min(16);
        let width = 2 * bound.keep + 3 * spare;
        let retain = bound.keep + spare;
        Self { block, width, retain, tolerance: TOLERANCE, impatient: false }.fitting(bound.size)
    }

    // A block of all that is wanted and two guards: fewer, wider products. Without a restart the basis is a polynomial of
    // twice the degree for the same products.
    fn of_costly_products(bound: Krylov, tolerance: f64) -> Result<Self, MathError> {
        let block = bound.keep + 2;
        let width = (24 * block).min(bound.size.saturating_sub(block));
        Self { block, width, retain: 3 * block, tolerance, impatient: true }.fitting(bound.size)
    }

    fn fitting(self, size: usize) -> Result<Self, MathError> {
        let fits = self.width + self.block <= size && self.width >= self.retain + self.block;
        check_range(fits, "operator size", size as f64, "well above the wanted eigenpairs")?;
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::linalg::{canonical_signs, product_nt, product_tn, scale_columns, sym_eigen, symmetrise};

    // A symmetric matrix of known spectrum in a random basis.
    fn with_spectrum(spectrum: &[f64]) -> Matrix {
        let n = spectrum.len();
        let q = orthonormal_basis(&Stream::new(1, "test-basis", n as u64).normal_columns(n, 0, n));
        let mut scaled = q.clone();
        scale_columns(&mut scaled, spectrum);
        let mut a = product_nt(&scaled, &q);
        symmetrise(&mut a);
        a
    }

    fn assert_same_pairs(a: &Matrix, k: usize) {
        let krylov = Krylov { size: a.nrows(), keep: k, products: 20 * a.nrows() };
        let mut fast = top_eigen_of_operator(krylov, |x| product(a, x)).unwrap();
        let mut full = truncate(sym_eigen(a).unwrap(), k);
        let scale = full.values[0].abs();
        for (x, y) in fast.values.iter().zip(&full.values) {
            assert!((x - y).abs() < 1e-12 * scale, "{x} against {y}");
        }
        for e in [&mut fast, &mut full] {
            let signs = canonical_signs(&e.vectors);
            scale_columns(&mut e.vectors, &signs);
        }
        assert!((&fast.vectors - &full.vectors).amax() < 1e-6);
    }

    #[test]
    fn decaying_mixed_signs() {
        let spectrum: Vec<f64> =
            (0..400).map(|i| (if i % 3 == 1 { -1.0 } else { 1.0 }) / (1.0 + f64::from(i)).powf(0.8)).collect();
        assert_same_pairs(&with_spectrum(&spectrum), 20);
    }

    #[test]
    fn flat_bulk_with_outliers() {
        // no two of the same magnitude: among those the order would be an accident
        let bulk = (0..500).map(|i| 1.0 - f64::from(i) / 251.3);
        let spectrum: Vec<f64> = [5.0, -4.0, 3.0].into_iter().chain(bulk).collect();
        assert_same_pairs(&with_spectrum(&spectrum), 12);
    }

    #[test]
    fn rank_below_the_number_wanted() {
        let mut spectrum = vec![0.0; 300];
        spectrum[..3].copy_from_slice(&[2.0, -1.0, 0.5]);
        let a = with_spectrum(&spectrum);
        let found = top_eigen_of_operator(Krylov { size: 300, keep: 10, products: 3000 }, |x| product(&a, x)).unwrap();
        assert!((found.values[0] - 2.0).abs() < 1e-13 && (found.values[2] - 0.5).abs() < 1e-13);
        assert!(found.values[3..].iter().all(|v| v.abs() < 1e-13));
        assert!((product_tn(&found.vectors, &found.vectors) - Matrix::identity(10, 10)).amax() < 1e-12);
    }

    #[test]
    fn repeated_eigenvalues_all_appear() {
        let spectrum: Vec<f64> = (0..300).map(|i| if i < 6 { 3.0 } else { 1.0 / f64::from(i) }).collect();
        let a = with_spectrum(&spectrum);
        let found = top_eigen_of_operator(Krylov { size: 300, keep: 8, products: 6000 }, |x| product(&a, x)).unwrap();
        assert!(found.values[..6].iter().all(|v| (v - 3.0).abs() < 1e-12));
        assert!((found.values[6] - 1.0 / 6.0).abs() < 1e-12);
    }

    #[test]
    fn costly_operators_are_searched_to_the_tolerance_asked_for() {
        let spectrum: Vec<f64> =
            (0..500).map(|i| if i < 4 { 2.0 + f64::from(i) } else { (f64::from(i)).sin() }).collect();
        let a = with_spectrum(&spectrum);
        let bound = Krylov { size: 500, keep: 4, products: 2000 };
        let find =
            |tolerance| top_eigen_of_costly_operator::<MathError>(bound, tolerance, |x| Ok(product(&a, x))).unwrap();
        let (rough, fine) = (find(1e-3), find(1e-11));
        assert!(rough.residual <= 1e-3 && fine.residual <= 1e-11 && rough.products < fine.products);
        let full = truncate(sym_eigen(&a).unwrap(), 4);
        for (k, value) in full.values.iter().enumerate() {
            assert!((fine.eigen.values[k] - value).abs() < 1e-10 && (rough.eigen.values[k] - value).abs() < 1e-4);
            assert!(full.vectors.column(k).dot(&fine.eigen.vectors.column(k)).abs() > 1.0 - 1e-12);
        }
        let stopped = top_eigen_of_costly_operator(bound, 1e-3, |_| Err(MathError::NonFinite { what: "a test" }));
        assert_eq!(stopped, Err(MathError::NonFinite { what: "a test" }));
    }

    #[test]
    fn bound_is_an_error_and_the_dense_function_falls_back() {
        let a = with_spectrum(&(0..700).map(|i| (f64::from(i) * 0.37).sin()).collect::<Vec<_>>());
        let tight = Krylov { size: 700, keep: 60, products: 300 };
        let refused = top_eigen_of_operator(tight, |x| product(&a, x));
        assert!(matches!(refused, Err(MathError::NoConvergence { .. })));
        let (found, full) = (top_eigen_by_magnitude(&a, 60).unwrap(), truncate(sym_eigen(&a).unwrap(), 60));
        assert!(found.values.iter().zip(&full.values).all(|(x, y)| (x - y).abs() < 1e-12));
        assert!(top_eigen_by_magnitude(&a, 701).is_err());
    }

    #[test]
    fn single_precision_spans_the_same_space_and_is_exact_within_it() {
        // decaying, clustered, and of deficient rank
        let decaying: Vec<f64> = (0..700).map(|i| (-1.0_f64).powi(i) / (1.0 + f64::from(i)).sqrt()).collect();
        let clustered: Vec<f64> = (0..700).map(|i| if i < 150 { 3.0 + f64::from(i % 3) } else { 1e-3 }).collect();
        let deficient: Vec<f64> = (0..700).map(|i| if i < 90 { 1.0 + f64::from(i) } else { 0.0 }).collect();
        for (spectrum, kept) in [(decaying, 150), (clustered, 150), (deficient, 90)] {
            let a = with_spectrum(&spectrum);
            let found = top_eigen_by_magnitude_single(&a, 150).unwrap();
            let full = truncate(sym_eigen(&a).unwrap(), 150);
            let scale = full.values[0].abs();
            let worst = found.values.iter().zip(&full.values).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max);
            assert!(worst < 1e-9 * scale, "{worst:e}");
            assert!((product_tn(&found.vectors, &found.vectors) - Matrix::identity(150, 150)).amax() < 1e-12);
            let inside =
                product_tn(&full.vectors.columns(0, kept).into_owned(), &found.vectors.columns(0, kept).into_owned());
            let lost = (0..kept).map(|i| 1.0 - inside.row(i).norm_squared()).fold(0.0, f64::max);
            assert!(lost < 1e-5, "{lost:e}");
        }
        assert!(top_eigen_by_magnitude_single(&with_spectrum(&[1.0; 5]), 6).is_err());
        assert!(top_eigen_by_magnitude_single(&Matrix::from_element(700, 700, f64::NAN), 300).is_err());
    }

    #[test]
    fn rank_is_by_magnitude_not_by_value() {
        let a = with_spectrum(&[0.1, -3.0, 2.0, -0.2, 1.0]);
        let found = top_eigen_by_magnitude(&a, 3).unwrap();
        let expected = [-3.0, 2.0, 1.0];
        assert!(found.values.iter().zip(expected).all(|(x, y)| (x - y).abs() < 1e-14));
    }
}
