//! The target: quadratic features of quadratic features.

use super::features::Inputs;
use crate::math::error::{MathError, check_size};
use crate::math::linalg::eigen::truncate;
use crate::math::linalg::{Eigen, Matrix, product, sym_eigen};
use crate::math::lofi::random_features::Blocks;
use crate::math::random::Stream;
use std::f64::consts::FRAC_1_SQRT_2;

/// `y = tanh(h2(h1(x))) − m`, `h1_i = (xᵀ A_i x − Tr A_i)/√2`, `h2 = (h1ᵀ B h1 − Tr B)/√2`, all matrices symmetric; m
/// is 0 unless the labels are centred.
///
/// Source: arXiv 2605.13612, the synthetic hierarchy of figure 2.
#[derive(Debug, Clone, PartialEq)]
pub struct Teacher {
    first: Vec<Matrix>,
    second: Matrix,
    mean: f64,
}

/// Samples that the mean of the labels is estimated from: labels lie in (−1, 1), so it is known to 0.003 or better, far
/// below the means that matter, of a few hundredths and more.
const SAMPLES_FOR_MEAN: usize = 100_000;

/// What the teacher makes of some samples.
#[derive(Debug, Clone, PartialEq)]
pub struct Hidden {
    /// h1, n x d1.
    pub first: Matrix,
    /// h2.
    pub second: Vec<f64>,
    /// y.
    pub labels: Vec<f64>,
}

/// The features that the teacher plants, by descending |strength|.
#[derive(Debug, Clone, PartialEq)]
pub struct Planted {
    /// Eigenvalues a_k of the teacher's second matrix.
    pub strengths: Vec<f64>,
    /// Their eigenvectors v_k, d1 x d1.
    pub directions: Matrix,
}

impl Planted {
    /// The features on some samples, `h1 V`. Shapes: n x d1 -> n x d1. Cost: 2n d1².
    /// Source: arXiv 2605.13612, the synthetic hierarchy of figure 2.
    pub fn of(&self, first: &Matrix) -> Matrix {
        product(first, &self.directions)
    }
}

impl Teacher {
    /// A random teacher on `dim` inputs with d1 = ⌊√dim⌋ features.
    ///
    /// The matrices are symmetrised standard normals divided by their Frobenius norm: for x ~ N(0, I) the variance of
    /// `xᵀ A x` is `2‖A‖_F²`, so that every h1 has mean 0 and variance 1, and so would h2 if h1 were normal.
    /// Shapes: -> d1 times d x d, d1 x d1. Cost: d1 d².
    /// Source: as [`Teacher`]; the paper asks for features of unit variance.
    pub fn draw(seed: u64, dim: usize) -> Self {
        let hidden = dim.isqrt();
        let random = |index: usize, size: usize| {
            let normals = Stream::new(seed, "hierarchy-teacher", index as u64).normal_columns(size, 0, size);
            (&normals + normals.transpose()).normalize()
        };
        Self { first: (0..hidden).map(|i| random(i, dim)).collect(), second: random(hidden, hidden), mean: 0.0 }
    }

    /// The same features with labels of mean 0: their mean over samples of their own is subtracted.
    ///
    /// Shapes: inputs that are neither trained nor tested on, at least 100 000 rows. Cost: 2e5 d² d1. Error: at most
    /// 0.003 (one standard error).
    /// Source: ours; the paper takes labels to be centred.
    pub fn centred(mut self, inputs: &dyn Inputs) -> Self {
        let mut sum = 0.0;
        for range in (Blocks { rows: SAMPLES_FOR_MEAN, at_once: 2000 }).ranges() {
            sum += self.of(&inputs.rows(range)).labels.iter().sum::<f64>();
        }
        self.mean += sum / SAMPLES_FOR_MEAN as f64;
        self
    }

    /// A teacher of given symmetric matrices. Shapes: d1 times d x d, d1 x d1.
    ///
    /// # Errors
    /// [`MathError::Shape`] where the sizes do not fit.
    pub fn new(first: Vec<Matrix>, second: Matrix) -> Result<Self, MathError> {
        let dim = first.first().map_or(0, Matrix::nrows);
        for a in &first {
            check_size("rows of a teacher's matrix", a.nrows(), dim)?;
            check_size("columns of a teacher's matrix", a.ncols(), dim)?;
        }
        check_size("rows of the teacher's second matrix", second.nrows(), first.len())?;
        check_size("columns of the teacher's second matrix", second.ncols(), first.len())?;
        Ok(Self { first, second, mean: 0.0 })
    }

    /// The features that labels tell apart: those along the eigenvectors of the second matrix.
    ///
    /// Shapes: -> d1 strengths, d1 x d1. Units: strengths are relative to the second matrix's norm of 1. Cost: 9 d1³.
    /// Source: arXiv 2605.13612, the synthetic hierarchy: `E[h2 h1 h1ᵀ] = √2 B` for normal h1.
    ///
    /// # Errors
    /// Those of the eigensolver.
    pub fn planted(&self) -> Result<Planted, MathError> {
        let Eigen { values, vectors } = truncate(sym_eigen(&self.second)?, self.features());
        Ok(Planted { strengths: values, directions: vectors })
    }

    /// d1. Units: features.
    pub const fn features(&self) -> usize {
        self.first.len()
    }

    /// The features and labels of some inputs. Shapes: n x d. Cost: 2n d² d1.
    /// Source: as [`Teacher`].
    pub fn of(&self, x: &Matrix) -> Hidden {
        let columns: Vec<f64> = self.first.iter().flat_map(|a| quadratic(x, a)).collect();
        let first = Matrix::from_vec(x.nrows(), self.first.len(), columns);
        let second = quadratic(&first, &self.second);
        let labels = second.iter().map(|h| h.tanh() - self.mean).collect();
        Hidden { first, second, labels }
    }
}

// (xᵀ A x − Tr A)/√2 of every row x.
fn quadratic(x: &Matrix, a: &Matrix) -> Vec<f64> {
    let mut values = vec![-a.trace(); x.nrows()];
    let image = product(x, a);
    for (column, mapped) in x.column_iter().zip(image.column_iter()) {
        values.iter_mut().zip(column.iter().zip(mapped.iter())).for_each(|(v, (p, q))| *v += p * q);
    }
    values.iter_mut().for_each(|v| *v *= FRAC_1_SQRT_2);
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_their_formula() {
        let a = Matrix::from_row_slice(2, 2, &[1.0, 2.0, 2.0, -3.0]);
        let teacher = Teacher::new(vec![a], Matrix::from_element(1, 1, 0.5)).unwrap();
        let x = Matrix::from_row_slice(2, 2, &[1.0, -1.0, 0.5, 2.0]);
        let hidden = teacher.of(&x);
        // 1 − 4 − 3 + 2 and 0.25 + 4 − 12 + 2
        let h1 = [-4.0 / 2.0_f64.sqrt(), -5.75 / 2.0_f64.sqrt()];
        for (i, h) in h1.into_iter().enumerate() {
            let h2 = 0.5 * (h * h - 1.0) / 2.0_f64.sqrt();
            assert!((hidden.first[(i, 0)] - h).abs() < 1e-14 && (hidden.second[i] - h2).abs() < 1e-14);
            assert!((hidden.labels[i] - h2.tanh()).abs() < 1e-15);
        }
        assert!(Teacher::new(vec![Matrix::zeros(2, 2)], Matrix::zeros(2, 2)).is_err());
    }

    // 10 000 samples: a mean of unit variance is known to 0.01, a variance to √(2/n) = 0.014 and a little more.
    #[test]
    fn features_have_mean_zero_and_variance_one() {
        let teacher = Teacher::draw(5, 64);
        let x = Stream::new(8, "test-inputs", 0).normal_columns(10_000, 0, 64);
        let hidden = teacher.of(&x);
        assert_eq!(hidden.first.ncols(), 8);
        for h in hidden.first.column_iter() {
            assert!(h.mean().abs() < 0.05 && (h.variance() - 1.0).abs() < 0.08, "{} {}", h.mean(), h.variance());
        }
        // h1 is only nearly normal, and its features are only nearly uncorrelated: six teachers drawn with NumPy at d = 64
        // had means within 0.05 and variances from 1.09 to 1.31
        let second = crate::math::linalg::Vector::from_vec(hidden.second);
        let (mean, variance) = (second.mean(), second.variance());
        assert!(mean.abs() < 0.15 && (0.85..1.5).contains(&variance), "{mean} {variance}");
        assert!(hidden.labels.iter().all(|y| y.abs() < 1.0));
    }

    // Two means of 100 000 labels in (−1, 1) differ by less than 0.01 unless something is wrong. Seed 0 has a mean well beyond.
    #[test]
    fn centred_labels_have_no_mean_and_the_same_features() {
        use super::super::features::StreamedInputs;
        let raw = Teacher::draw(0, 16);
        let centred = raw.clone().centred(&StreamedInputs::new(0, 3, 16));
        let x = StreamedInputs::new(0, 1, 16).rows(0..100_000);
        let mean = |teacher: &Teacher| teacher.of(&x).labels.iter().sum::<f64>() / 100_000.0;
        assert!(mean(&raw).abs() > 0.02 && mean(&centred).abs() < 0.01, "{} {}", mean(&raw), mean(&centred));
        assert_eq!(raw.of(&x).second, centred.of(&x).second);
    }

    #[test]
    fn labels_are_even_and_blind_to_a_rotation_with_the_teacher() {
        let teacher = Teacher::draw(1, 9);
        let x = Stream::new(8, "test-inputs", 0).normal_columns(50, 0, 9);
        assert_eq!(teacher.of(&x), teacher.of(&-&x));
        let q = crate::math::linalg::orthonormal_basis(&Stream::new(8, "test-rotation", 0).normal_columns(9, 0, 9));
        let turned = teacher.first.iter().map(|a| &q * a * q.transpose()).collect();
        let turned = Teacher::new(turned, teacher.second.clone()).unwrap();
        let difference = turned.of(&(&x * q.transpose())).first - teacher.of(&x).first;
        assert!(difference.amax() < 1e-12);
    }
}
