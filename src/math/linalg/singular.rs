//! Singular values of small complex matrices, given by their real and imaginary parts.

use super::Matrix;
use crate::math::error::{MathError, check_finite, check_size};
use num_complex::Complex;

/// `A = Σ_j σ_j u_j v_j*`, with σ descending.
#[derive(Debug, Clone, PartialEq)]
pub struct ComplexSvd {
    /// σ_j.
    pub values: Vec<f64>,
    /// v_j as columns, real and imaginary parts. Each is defined up to a phase: its largest entry is real and positive.
    pub right: (Matrix, Matrix),
}

/// Singular values and right singular vectors of `A = R + iI`.
///
/// Shapes: m x n and m x n -> min(m, n) values, n x min(m, n) vectors. Units: the values have that of A.
/// Cost: about 80 mn min(m, n).
/// Source: Golub and Van Loan, *Matrix Computations* (2013), section 8.6.
///
/// # Errors
/// [`MathError::Shape`] for parts of different shapes, [`MathError::NonFinite`], [`MathError::NoConvergence`].
pub fn complex_svd(real: &Matrix, imaginary: &Matrix) -> Result<ComplexSvd, MathError> {
    check_size("rows of the imaginary part", imaginary.nrows(), real.nrows())?;
    check_size("columns of the imaginary part", imaginary.ncols(), real.ncols())?;
    check_finite("the real part", real.as_slice())?;
    check_finite("the imaginary part", imaginary.as_slice())?;
    let numbers = real.zip_map(imaginary, Complex::new);
    let most = 1000 * (real.nrows() + real.ncols());
    let svd = numbers
        .try_svd(false, true, f64::EPSILON, most)
        .ok_or(MathError::NoConvergence { what: "the singular value decomposition" })?;
    let mut right = svd.v_t.ok_or(MathError::NoConvergence { what: "the singular vectors" })?.adjoint();
    for mut column in right.column_iter_mut() {
        let largest = column.iter().copied().fold(Complex::new(0.0, 0.0), |best: Complex<f64>, x| {
            // ties within rounding go to the first
            if x.norm() > best.norm() * (1.0 + 1e-9) { x } else { best }
        });
        if largest.norm() > 0.0 {
            let turn = largest.conj() / largest.norm();
            column.iter_mut().for_each(|x| *x *= turn);
        }
    }
    Ok(ComplexSvd {
        values: svd.singular_values.iter().copied().collect(),
        right: (right.map(|x| x.re), right.map(|x| x.im)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::linalg::{product, product_tn, sym_eigenvalues};
    use crate::math::random::Stream;

    fn drawn(rows: usize, columns: usize) -> (Matrix, Matrix) {
        let part = |layer| Stream::new(9, "test-svd", layer).normal_columns(rows, 0, columns);
        (part(0), part(1))
    }

    // The eigenvalues of A*A as a real matrix of twice the size are σ², each twice.
    #[test]
    fn values_are_roots_of_the_eigenvalues_of_the_gram_matrix() {
        for (rows, columns) in [(1, 1), (3, 5), (6, 6), (20, 4)] {
            let (real, imaginary) = drawn(rows, columns);
            let found = complex_svd(&real, &imaginary).unwrap();
            let mut whole = Matrix::zeros(2 * rows, 2 * columns);
            whole.view_mut((0, 0), (rows, columns)).copy_from(&real);
            whole.view_mut((rows, columns), (rows, columns)).copy_from(&real);
            whole.view_mut((0, columns), (rows, columns)).copy_from(&-&imaginary);
            whole.view_mut((rows, 0), (rows, columns)).copy_from(&imaginary);
            let mut squares = sym_eigenvalues(&product_tn(&whole, &whole)).unwrap();
            squares.reverse();
            for (j, value) in found.values.iter().enumerate() {
                assert!((value * value - squares[2 * j]).abs() < 1e-11 * squares[0], "{rows} x {columns}");
                assert!((value * value - squares[2 * j + 1]).abs() < 1e-11 * squares[0]);
            }
            assert!(found.values.windows(2).all(|pair| pair[0] >= pair[1]));
        }
    }

    // ‖A v_j‖ = σ_j, and the v_j are orthonormal: V*V = 1.
    #[test]
    fn vectors_are_orthonormal_and_stretched_by_their_values() {
        let (real, imaginary) = drawn(7, 5);
        let ComplexSvd { values, right: (re, im) } = complex_svd(&real, &imaginary).unwrap();
        let image = (product(&real, &re) - product(&imaginary, &im), product(&real, &im) + product(&imaginary, &re));
        for (j, value) in values.iter().enumerate() {
            let length = (image.0.column(j).norm_squared() + image.1.column(j).norm_squared()).sqrt();
            assert!((length - value).abs() < 1e-12);
        }
        let unit = product_tn(&re, &re) + product_tn(&im, &im) - Matrix::identity(5, 5);
        let none = product_tn(&re, &im) - product_tn(&im, &re);
        assert!(unit.amax() < 1e-13 && none.amax() < 1e-13);
    }

    #[test]
    fn what_is_no_matrix_is_refused() {
        assert!(complex_svd(&Matrix::zeros(2, 2), &Matrix::zeros(2, 3)).is_err());
        assert!(complex_svd(&Matrix::from_element(2, 2, f64::NAN), &Matrix::zeros(2, 2)).is_err());
        assert_eq!(complex_svd(&Matrix::zeros(2, 2), &Matrix::zeros(2, 2)).unwrap().values, [0.0, 0.0]);
    }
}
