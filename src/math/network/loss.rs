//! What training makes small.

use super::scalar::Scalar;

/// A loss, summed over the outputs and averaged over samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// `(f − y)²`
    Square,
    /// `log(1 + e^{−y f})` for labels y = ±1.
    Logistic,
}

impl Loss {
    /// The sum over all outputs; divide by the number of samples. Panics where sizes differ.
    pub fn sum<T: Scalar>(self, outputs: &[T], targets: &[T]) -> f64 {
        assert_eq!(outputs.len(), targets.len());
        let one = |(f, y): (&T, &T)| match self {
            Self::Square => (f.to_f64() - y.to_f64()).powi(2),
            Self::Logistic => softplus(-f.to_f64() * y.to_f64()),
        };
        outputs.iter().zip(targets).map(one).sum()
    }

    /// The gradient with respect to each output, times `share` (one over the number of samples). Panics where sizes differ.
    pub fn gradient<T: Scalar>(self, (outputs, targets): (&[T], &[T]), share: f64, into: &mut [T]) {
        assert!(outputs.len() == targets.len() && targets.len() == into.len());
        for (into, (f, y)) in into.iter_mut().zip(outputs.iter().zip(targets)) {
            let (f, y) = (f.to_f64(), y.to_f64());
            let slope = match self {
                Self::Square => 2.0 * (f - y),
                Self::Logistic => -y / (1.0 + (y * f).exp()),
            };
            *into = T::of(share * slope);
        }
    }
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
        assert_eq!(Loss::Square.sum(&[3.0, 1.0], &[1.0, 1.0]), 4.0);
        let logistic = Loss::Logistic.sum(&[0.0, 2.0], &[1.0, -1.0]);
        assert!((logistic - (2.0_f64.ln() + (1.0 + 2.0_f64.exp()).ln())).abs() < 1e-15);
        assert_eq!(Loss::Logistic.sum(&[-1000.0], &[1.0]), 1000.0);
    }

    #[test]
    fn gradient_is_the_derivative() {
        let (outputs, targets) = ([0.3, -1.2, 4.0, 0.0], [1.0, -1.0, -1.0, 1.0]);
        for loss in [Loss::Square, Loss::Logistic] {
            let mut gradient = [0.0; 4];
            loss.gradient((&outputs, &targets), 0.25, &mut gradient);
            for i in 0..4 {
                let at = |shift: f64| {
                    let mut moved = outputs;
                    moved[i] += shift;
                    0.25 * loss.sum(&moved, &targets)
                };
                assert!(((at(1e-6) - at(-1e-6)) / 2e-6 - gradient[i]).abs() < 1e-8);
            }
        }
    }
}
