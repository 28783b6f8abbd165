//! What training makes small.

use super::scalar::Scalar;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What training makes small, averaged over samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "LossName")]
pub enum Loss {
    /// (f − y)², summed over outputs.
    #[default]
    Square,
    /// log(1 + exp(−y f)).
    Logistic,
    /// log Σ_k exp(f_k) − f_y, for labels that count classes from 0: an output for each class.
    CrossEntropy,
}

impl Loss {
    /// The sum over all outputs of a batch of `rows` samples; divide by their number. Panics where sizes differ.
    ///
    /// Formula: `(f − y)²` and `log(1 + e^{−y f})`, y = ±1, summed over samples and outputs; `log Σ_k e^{f_k} − Σ_k y_k f_k`,
    /// y of sum 1 over outputs, summed over samples. Neither
    /// `log Σ eᶠ` nor `log(1 + e⁻ʸᶠ)` overflows.
    /// Shapes: outputs and targets n x K, column-major -> one number.
    /// Units: those of the labels squared for [`Loss::Square`], else nats. Cost: one pass over the outputs.
    /// Source: Hastie, Tibshirani and Friedman, The Elements of Statistical Learning (2009), table 10.2 and eq.
    /// (10.22), doi:10.1007/978-0-387-84858-7.
    pub fn sum<T: Scalar>(self, outputs: &[T], targets: &[T], rows: usize) -> f64 {
        assert_eq!(outputs.len(), targets.len());
        if self == Self::CrossEntropy {
            let taken: f64 = outputs.iter().zip(targets).map(|(f, y)| f.to_f64() * y.to_f64()).sum();
            return (0..rows).map(|row| log_sum_exp(sample(outputs, row, rows))).sum::<f64>() - taken;
        }
        let one = |(f, y): (&T, &T)| match self {
            Self::Square => (f.to_f64() - y.to_f64()).powi(2),
            // dealt with above
            Self::CrossEntropy => 0.0,
            Self::Logistic => softplus(-f.to_f64() * y.to_f64()),
        };
        outputs.iter().zip(targets).map(one).sum()
    }

    /// The gradient with respect to each output, times `share` (one over the number of samples). Panics where sizes differ.
    ///
    /// Formula: `s 2(f − y)`, `−s y/(1 + e^{y f})` and `s (e^{f_k}/Σ_j e^{f_j} − y_k)`, s the share.
    /// Shapes: outputs and targets n x K, column-major -> n x K. Units: those of the loss over those of an output.
    /// Cost: one pass over the outputs.
    /// Source: the derivatives of [`Loss::sum`].
    pub fn gradient<T: Scalar>(self, (outputs, targets): (&[T], &[T]), (share, rows): (f64, usize), into: &mut [T]) {
        assert!(outputs.len() == targets.len() && targets.len() == into.len());
        if self == Self::CrossEntropy {
            for row in 0..rows {
                let total = log_sum_exp(sample(outputs, row, rows));
                for at in (row..outputs.len()).step_by(rows) {
                    into[at] = T::of(share * ((outputs[at].to_f64() - total).exp() - targets[at].to_f64()));
                }
            }
            return;
        }
        for (into, (f, y)) in into.iter_mut().zip(outputs.iter().zip(targets)) {
            let (f, y) = (f.to_f64(), y.to_f64());
            let slope = match self {
                Self::Square => 2.0 * (f - y),
                // dealt with above
                Self::CrossEntropy => 0.0,
                Self::Logistic => -y / (1.0 + (y * f).exp()),
            };
            *into = T::of(share * slope);
        }
    }
}

// The outputs of one sample.
fn sample<T: Scalar>(outputs: &[T], row: usize, rows: usize) -> impl Iterator<Item = f64> + Clone + '_ {
    outputs.iter().skip(row).step_by(rows).map(|f| f.to_f64())
}

// log Σ eˣ without overflow
fn log_sum_exp(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = values.clone().fold(f64::NEG_INFINITY, f64::max);
    largest + values.map(|x| (x - largest).exp()).sum::<f64>().ln()
}

// log(1 + eˣ) without overflow
fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_by_hand() {
        assert_eq!(Loss::Square.sum(&[3.0, 1.0], &[1.0, 1.0], 2), 4.0);
        let logistic = Loss::Logistic.sum(&[0.0, 2.0], &[1.0, -1.0], 2);
        assert!((logistic - (2.0_f64.ln() + (1.0 + 2.0_f64.exp()).ln())).abs() < 1e-15);
        assert_eq!(Loss::Logistic.sum(&[-1000.0], &[1.0], 1), 1000.0);
        // two samples of two classes: columns are classes
        let entropy = Loss::CrossEntropy.sum(&[0.0, 3.0, 0.0, 1.0], &[1.0, 0.0, 0.0, 1.0], 2);
        assert!((entropy - (2.0_f64.ln() + (2.0_f64.exp() + 1.0).ln())).abs() < 1e-14);
        assert_eq!(Loss::CrossEntropy.sum(&[1000.0, 0.0], &[0.0, 1.0], 1), 1000.0);
    }

    #[test]
    fn gradient_is_the_derivative() {
        let outputs = [0.3, -1.2, 4.0, 0.0];
        let (signs, classes) = ([1.0, -1.0, -1.0, 1.0], [1.0, 0.0, 0.0, 1.0]);
        for (loss, targets) in [(Loss::Square, signs), (Loss::Logistic, signs), (Loss::CrossEntropy, classes)] {
            let mut gradient = [0.0; 4];
            loss.gradient((&outputs, &targets), (0.25, 2), &mut gradient);
            for i in 0..4 {
                let at = |shift: f64| {
                    let mut moved = outputs;
                    moved[i] += shift;
                    0.25 * loss.sum(&moved, &targets, 2)
                };
                assert!(((at(1e-6) - at(-1e-6)) / 2e-6 - gradient[i]).abs() < 1e-8);
            }
        }
    }
}
