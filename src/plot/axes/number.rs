//! Labels of ticks.

pub use crate::artifact::number::{decimal, power, short};

use crate::artifact::number::superscript;

/// A tick of a logarithmic axis: `digit` times a power of ten.
#[must_use]
pub fn log_label(digit: i32, exponent: i32, powers_only: bool) -> String {
    if !powers_only {
        let decimals = usize::try_from(-exponent).unwrap_or(0);
        return decimal(f64::from(digit) * 10f64.powi(exponent), decimals);
    }
    if digit == 1 { power(1.0, exponent) } else { format!("{digit}×10{}", superscript(exponent)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_logarithmic_axes() {
        let shown = [(7, -1), (1, -3), (5, 3), (2, 5)].map(|(digit, exponent)| log_label(digit, exponent, false));
        assert_eq!(shown, ["0.7", "0.001", "5000", "200\u{2009}000"]);
        assert_eq!(
            [(1, 0), (1, 4), (2, 5)].map(|(digit, exponent)| log_label(digit, exponent, true)),
            ["1", "10⁴", "2×10⁵"]
        );
    }
}
