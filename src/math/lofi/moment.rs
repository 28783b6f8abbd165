//! Moments of a representation, weighted by the labels or not. None of them centres anything.

use crate::math::error::{MathError, check_size};
use crate::math::linalg::{
    Matrix, Rows, SingleMatrix, Vector, add_symmetric_product_tn, mirror_lower, row_blocks, scale_rows,
    set_symmetric_product_tn_single,
};

/// The label-weighted moment operator (signed covariance): `C = (1/n) Σ y_i z_i z_iᵀ = Zᵀ diag(y) Z / n`.
///
/// Symmetric, indefinite, uncentred; divided by n, not n − 1. With unbalanced classes it contains `ȳ E[z zᵀ]`.
///
/// Shapes: n x P, n -> P x P. Cost: nP².
/// Source: the paper, definition of the label-weighted moment operator.
///
/// # Errors
/// [`MathError::Shape`] where the labels do not fit.
pub fn signed_moment(z: &Matrix, labels: &[f64]) -> Result<Matrix, MathError> {
    check_size("labels", labels.len(), z.nrows())?;
    Ok(weighted_moment(z, |i| labels[i]))
}

/// [`signed_moment`] of rows in single precision: products of a block of rows in single, their sum in double.
/// Shapes, units, cost, source: as there.
///
/// # Errors
/// [`MathError::Shape`] where the labels do not fit.
pub fn signed_moment_single(z: &dyn Rows, labels: &[f64]) -> Result<Matrix, MathError> {
    check_size("labels", labels.len(), z.count())?;
    let width = z.width();
    let (mut out, mut part) = (Matrix::zeros(width, width), SingleMatrix::zeros(width, width));
    for range in row_blocks(z.count()) {
        let rows = z.block_single(range.clone());
        let mut weighted = rows.clone();
        for mut column in weighted.column_iter_mut() {
            column.iter_mut().zip(&labels[range.clone()]).for_each(|(v, y)| *v *= *y as f32);
        }
        set_symmetric_product_tn_single(&mut part, &rows, &weighted);
        out.zip_apply(&part, |sum, v| *sum += f64::from(v));
    }
    out /= z.count() as f64;
    mirror_lower(&mut out);
    Ok(out)
}

/// The second moment (unsigned covariance) `Σ = (1/n) Σ z_i z_iᵀ`, uncentred.
///
/// Shapes: n x P -> P x P. Cost: nP².
/// Source: the paper, the covariance whose effective dimension sets the emergence thresholds.
pub fn second_moment(z: &Matrix) -> Matrix {
    weighted_moment(z, |_| 1.0)
}

/// The first moment `u = (1/n) Σ y_i z_i`.
///
/// Shapes: n x P, n -> P. Cost: nP.
/// Source: the paper: its direction is the optional first filter of a layer.
///
/// # Errors
/// [`MathError::Shape`] where the labels do not fit.
pub fn first_moment(z: &Matrix, labels: &[f64]) -> Result<Vector, MathError> {
    check_size("labels", labels.len(), z.nrows())?;
    let labels = Vector::from_column_slice(labels);
    Ok(z.tr_mul(&labels) / (z.nrows() as f64))
}

fn weighted_moment(z: &Matrix, weight: impl Fn(usize) -> f64) -> Matrix {
    let n = z.nrows();
    let mut out = Matrix::zeros(z.ncols(), z.ncols());
    for range in row_blocks(n) {
        let rows = z.rows(range.start, range.len()).into_owned();
        let mut weighted = rows.clone();
        let weights: Vec<f64> = range.map(|i| weight(i) / n as f64).collect();
        scale_rows(&mut weighted, &weights);
        add_symmetric_product_tn(&mut out, &rows, &weighted);
    }
    mirror_lower(&mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::linalg::sym_eigenvalues;
    use crate::math::random::Stream;

    fn sample(n: usize, p: usize) -> (Matrix, Vec<f64>) {
        let z = Stream::new(2, "test-features", 0).normal_columns(n, 0, p);
        let y = (0..n).map(|i| if i % 3 == 0 { 1.0 } else { -1.0 }).collect();
        (z, y)
    }

    #[test]
    fn moments_are_the_sums_that_define_them() {
        let (z, y) = sample(2500, 4);
        let n = 2500.0;
        let direct = |weight: &dyn Fn(usize) -> f64| {
            Matrix::from_fn(4, 4, |a, b| (0..2500).map(|i| weight(i) * z[(i, a)] * z[(i, b)]).sum::<f64>() / n)
        };
        let signed = signed_moment(&z, &y).unwrap();
        assert_eq!(signed, signed.transpose());
        assert!((&signed - direct(&|i| y[i])).amax() < 1e-14);
        assert!((signed_moment_single(&z, &y).unwrap() - &signed).amax() < 1e-6);
        assert!(signed_moment_single(&z, &y[1..]).is_err());
        assert!((second_moment(&z) - direct(&|_| 1.0)).amax() < 1e-14);
        let first = first_moment(&z, &y).unwrap();
        assert!((0..4).all(|a| (first[a] - (0..2500).map(|i| y[i] * z[(i, a)]).sum::<f64>() / n).abs() < 1e-14));
    }

    #[test]
    fn second_moment_is_positive_and_bounds_the_signed_one() {
        let (z, y) = sample(60, 10);
        let (plus, signed) = (second_moment(&z), signed_moment(&z, &y).unwrap());
        for difference in [&plus - &signed, &plus + &signed, plus] {
            assert!(sym_eigenvalues(&difference).unwrap()[0] > -1e-14);
        }
    }

    #[test]
    fn one_class_makes_them_equal_up_to_sign_and_scale_is_quadratic() {
        let (z, y) = sample(50, 6);
        assert!((signed_moment(&z, &[-1.0; 50]).unwrap() + second_moment(&z)).amax() < 1e-15);
        let scaled = signed_moment(&(&z * 3.0), &y).unwrap();
        assert!((scaled - signed_moment(&z, &y).unwrap() * 9.0).amax() < 1e-13);
        assert!(signed_moment(&z, &y[1..]).is_err());
    }
}
