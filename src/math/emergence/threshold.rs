//! When does the k-th feature emerge from the noise? The paper's prediction from the spectra of a large sample.

use crate::math::error::{MathError, check_range, check_size};
use crate::math::linalg::eigen::top_eigen_by_magnitude;
use crate::math::linalg::{Eigen, Matrix, Vector, canonical_signs, scale_columns, sym_eigenvalues};
use crate::math::lofi::filter::MomentFilter;
use crate::math::lofi::moment::{second_moment, signed_moment};

/// The two moments of a sample that the prediction is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Moments {
    /// `C = E[y z zᵀ]`, P x P.
    pub signed: Matrix,
    /// `Σ = E[z zᵀ]`, P x P.
    pub covariance: Matrix,
}

/// The prediction for one feature.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Emergence {
    /// `r_k`: the largest eigenvalue of the residual covariance.
    pub radius: f64,
    /// `ρ_k = |E[y φ_k²]|`: the eigenvalue's magnitude.
    pub alignment: f64,
    /// `D_k(r_k)`: effective dimension of the residual covariance.
    pub effective_dimension: f64,
    /// `n_k = (r_k/ρ_k)² D_k(r_k)`, in samples.
    pub predicted_samples: f64,
}

impl Emergence {
    /// The same feature with an alignment that was measured on other samples; infinitely many are needed for one of 0.
    /// Shapes: one number. Units: those of the eigenvalues.
    #[must_use]
    pub fn aligned(self, alignment: f64) -> Self {
        let predicted_samples = (self.radius / alignment).powi(2) * self.effective_dimension;
        Self { alignment, predicted_samples, ..self }
    }
}

/// The effective dimension `D(r) = Σ_j λ_j/(λ_j + r)` of a spectrum. Negative eigenvalues, which are rounding, count as
/// 0.
///
/// Shapes: k values -> a number from 0 to k. Units: directions; r has the unit of the spectrum. Cost: k.
/// Source: the paper, residual effective dimension of the emergence criterion.
pub fn effective_dimension(spectrum: &[f64], radius: f64) -> f64 {
    spectrum.iter().map(|l| l.max(0.0)).filter(|&l| l > 0.0).map(|l| l / (l + radius)).sum()
}

impl Moments {
    /// The moments of lifted samples. Shapes: n x P, n -> P x P twice. Cost: 2nP².
    /// Source: the paper, C and `Σ_1` of the emergence criterion.
    ///
    /// # Errors
    /// [`MathError::Shape`] where the labels do not fit.
    pub fn of(z: &Matrix, labels: &[f64]) -> Result<Self, MathError> {
        Ok(Self { signed: signed_moment(z, labels)?, covariance: second_moment(z) })
    }

    /// The `keep` directions of largest |λ| of C. Shapes: -> K values, P x K. Cost: top-K of P.
    /// Source: the paper keeps the top-k eigenvectors by |λ|.
    ///
    /// # Errors
    /// Those of [`top_eigen_by_magnitude`].
    pub fn filter(&self, keep: usize) -> Result<MomentFilter, MathError> {
        let Eigen { values, mut vectors } = top_eigen_by_magnitude(&self.signed, keep)?;
        let signs = canonical_signs(&vectors);
        scale_columns(&mut vectors, &signs);
        Ok(MomentFilter { eigenvalues: values, directions: vectors })
    }
}

/// The sample sizes at which the first `features` directions of a filter emerge.
///
/// Formula: `Σ_1 = E[z zᵀ]`, `Σ_{k+1} = (I − v_k v_kᵀ) Σ_k (I − v_k v_kᵀ)`; `r_k` maximises `r √D_k(r)` over
/// `r <= λ_1(Σ_k)`, which increases with r, so `r_k = λ_1(Σ_k)`; `n_k = (r_k/ρ_k)² D_k(r_k)`.
/// Shapes: P x P, filter of P -> one prediction for each feature. Units: samples. Cost: features · 4/3 P³.
/// Source: the paper, emergence criterion `ρ_k >> τ_k(n)`, `τ_k(n) <= r √(D_k(r)/n)`.
///
/// # Errors
/// [`MathError::Shape`] where filter and covariance differ, [`MathError::Range`] where the filter has fewer directions.
pub fn emergence(covariance: &Matrix, filter: &MomentFilter, features: usize) -> Result<Vec<Emergence>, MathError> {
    check_size("filter directions", filter.directions.nrows(), covariance.nrows())?;
    let kept = filter.eigenvalues.len();
    check_range(features <= kept, "features to predict", features as f64, "at most the filter's directions")?;
    let mut residual = covariance.clone();
    let mut out = Vec::with_capacity(features);
    for k in 0..features {
        out.push(predict(&residual, filter.eigenvalues[k].abs())?);
        project_out(&mut residual, &filter.directions.column(k).into_owned());
    }
    Ok(out)
}

fn predict(residual: &Matrix, alignment: f64) -> Result<Emergence, MathError> {
    let spectrum = sym_eigenvalues(residual)?;
    let radius = spectrum.last().copied().unwrap_or(0.0);
    let effective_dimension = effective_dimension(&spectrum, radius);
    let predicted_samples = (radius / alignment).powi(2) * effective_dimension;
    Ok(Emergence { radius, alignment, effective_dimension, predicted_samples })
}

// Σ <- (I − vvᵀ) Σ (I − vvᵀ) for a unit vector v, as the symmetric rank-two update Σ − v wᵀ − w vᵀ, w = Σv − (vᵀΣv) v/2.
fn project_out(covariance: &mut Matrix, v: &Vector) {
    let image = &*covariance * v;
    let w = &image - v * (0.5 * image.dot(v));
    for j in 0..v.len() {
        for i in 0..v.len() {
            covariance[(i, j)] -= v[i] * w[j] + w[i] * v[j];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::linalg::orthonormal_basis;
    use crate::math::random::Stream;

    #[test]
    fn diagonal_covariance_can_be_done_by_hand() {
        let covariance = Matrix::from_diagonal(&Vector::from_vec(vec![4.0, 1.0, 1.0]));
        let filter = MomentFilter { eigenvalues: vec![-2.0, 0.5], directions: Matrix::identity(3, 2) };
        let found = emergence(&covariance, &filter, 2).unwrap();
        let d1 = 0.5 + 0.2 + 0.2;
        let first = Emergence { radius: 4.0, alignment: 2.0, effective_dimension: d1, predicted_samples: 4.0 * d1 };
        let second = Emergence { radius: 1.0, alignment: 0.5, effective_dimension: 1.0, predicted_samples: 4.0 };
        for (a, b) in found.iter().zip([first, second]) {
            assert!((a.predicted_samples - b.predicted_samples).abs() < 1e-12);
            assert!(
                (a.radius - b.radius).abs() < 1e-12 && (a.effective_dimension - b.effective_dimension).abs() < 1e-12
            );
            assert_eq!(a.alignment, b.alignment);
        }
        assert!(emergence(&covariance, &filter, 3).is_err());
    }

    #[test]
    fn radius_does_maximise_the_bound() {
        let spectrum = [3.0, 2.0, 0.7, 0.1, 0.05];
        let bound = |r: f64| r * effective_dimension(&spectrum, r).sqrt();
        let grid: Vec<f64> = (1..=300).map(|i| bound(0.01 * f64::from(i))).collect();
        assert!(grid.windows(2).all(|w| w[0] < w[1]));
    }

    #[test]
    fn projection_removes_the_direction_and_keeps_symmetry() {
        let mut a = Matrix::from_fn(5, 5, |i, j| 1.0 / (1.0 + i.abs_diff(j) as f64));
        let v = Vector::from_fn(5, |i, _| (i as f64).cos()).normalize();
        let projector = Matrix::identity(5, 5) - &v * v.transpose();
        let direct = &projector * &a * &projector;
        project_out(&mut a, &v);
        assert!((&a - direct).amax() < 1e-14 && (&a * &v).amax() < 1e-14);
    }

    #[test]
    fn effective_dimension_falls_from_the_rank_to_zero() {
        let spectrum = [2.0, 1.0, 0.0, -1e-18];
        assert!((effective_dimension(&spectrum, 0.0) - 2.0).abs() < 1e-15);
        assert!(effective_dimension(&spectrum, 1e9) < 1e-8);
    }

    fn predictions(z: &Matrix, labels: &[f64]) -> Vec<Emergence> {
        let moments = Moments::of(z, labels).unwrap();
        emergence(&moments.covariance, &moments.filter(4).unwrap(), 4).unwrap()
    }

    #[test]
    fn predicted_samples_ignore_the_scale_and_the_basis_of_the_features() {
        let z = Stream::new(2, "test-features", 0).normal_columns(60, 0, 9);
        let z = Matrix::from_fn(60, 9, |i, j| z[(i, j)] / (1.0 + j as f64));
        let y: Vec<f64> = (0..60).map(|i| if z[(i, 0)] > 0.3 * z[(i, 1)].abs() { 1.0 } else { -1.0 }).collect();
        let plain = predictions(&z, &y);
        let rotation = orthonormal_basis(&Stream::new(3, "test-basis", 0).normal_columns(9, 0, 9));
        for other in [predictions(&(&z * 37.0), &y), predictions(&(&z * rotation), &y)] {
            for (a, b) in plain.iter().zip(&other) {
                assert!((a.predicted_samples / b.predicted_samples - 1.0).abs() < 1e-10);
                assert!((a.effective_dimension - b.effective_dimension).abs() < 1e-10);
            }
        }
        assert!(plain.windows(2).all(|w| w[0].radius >= w[1].radius && w[0].alignment >= w[1].alignment));
    }
}
