//! How good are predictions, and how sure is that?

use crate::math::error::{MathError, check_range, check_size};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which class a prediction of exactly zero belongs to.
// The reference's readouts with a selected ridge count it as positive, those at given ridges as an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Zero")]
pub enum ZeroPrediction {
    /// The class +1.
    #[default]
    #[serde(rename = "positive")]
    IsPositive,
    /// None: it counts as an error.
    #[serde(rename = "error")]
    IsError,
}

/// A mean over samples with its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// Its standard error.
    pub standard_error: f64,
}

/// The mean squared error `(1/n) Σ (ŷ_i − y_i)²`, with the standard error `sd(squared residuals)/√n` (sd divided by n,
/// not n − 1).
///
/// Shapes: n, n -> a mean and its error. Units: those of the labels, squared. Cost: n.
/// Source: the reference implementation's `test_mse` and `test_sem`.
///
/// # Errors
/// [`MathError::Shape`] where lengths differ, [`MathError::Range`] for no samples.
pub fn mean_squared_error(predictions: &[f64], labels: &[f64]) -> Result<Estimate, MathError> {
    check_pair(predictions, labels)?;
    let n = labels.len() as f64;
    let squares: Vec<f64> = predictions.iter().zip(labels).map(|(p, y)| (p - y).powi(2)).collect();
    let mean = squares.iter().sum::<f64>() / n;
    let variance = squares.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / n;
    Ok(Estimate { mean, standard_error: (variance / n).sqrt() })
}

/// The share e of ±1 labels that the sign of the prediction misses, with the standard error `√(e(1 − e)/n)`.
///
/// Shapes: n, n -> a share and its error. Units: dimensionless, 0 to 1. Cost: n.
/// Source: the reference implementation's `test_accuracy` (1 − e) and `test_accuracy_sem`.
///
/// # Errors
/// [`MathError::Shape`] where lengths differ, [`MathError::Range`] for no samples.
pub fn classification_error(predictions: &[f64], labels: &[f64], zero: ZeroPrediction) -> Result<Estimate, MathError> {
    check_pair(predictions, labels)?;
    let right = |(&p, &y): (&f64, &f64)| match zero {
        ZeroPrediction::IsPositive => !p.is_nan() && (p >= 0.0) == (y > 0.0),
        ZeroPrediction::IsError => p * y > 0.0,
    };
    let misses = predictions.iter().zip(labels).filter(|&pair| !right(pair)).count();
    let n = labels.len() as f64;
    let mean = misses as f64 / n;
    Ok(Estimate { mean, standard_error: (mean * (1.0 - mean) / n).sqrt() })
}

fn check_pair(predictions: &[f64], labels: &[f64]) -> Result<(), MathError> {
    check_range(!labels.is_empty(), "number of samples", 0.0, "at least 1")?;
    check_size("predictions", predictions.len(), labels.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squared_error_by_hand() {
        let found = mean_squared_error(&[1.0, 0.0, -1.0, 3.0], &[1.0, 1.0, -1.0, 1.0]).unwrap();
        // squares 0, 1, 0, 4: mean 1.25, variance 2.6875
        assert!((found.mean - 1.25).abs() < 1e-15 && (found.standard_error - (2.6875_f64 / 4.0).sqrt()).abs() < 1e-15);
    }

    #[test]
    fn zero_is_positive_or_an_error() {
        let (p, y) = ([0.0, 0.0, 0.3, -0.2], [1.0, -1.0, 1.0, 1.0]);
        let error = |zero| classification_error(&p, &y, zero).unwrap();
        assert_eq!(error(ZeroPrediction::IsPositive).mean, 0.5);
        assert_eq!(error(ZeroPrediction::IsError).mean, 0.75);
        assert_eq!(error(ZeroPrediction::IsPositive).standard_error, 0.25);
    }

    #[test]
    fn nan_is_never_right() {
        let error = |zero| classification_error(&[f64::NAN; 2], &[1.0, -1.0], zero).unwrap().mean;
        assert_eq!((error(ZeroPrediction::IsPositive), error(ZeroPrediction::IsError)), (1.0, 1.0));
    }

    #[test]
    fn empty_and_mismatched_are_refused() {
        assert!(mean_squared_error(&[], &[]).is_err() && mean_squared_error(&[1.0], &[1.0, 1.0]).is_err());
    }
}
