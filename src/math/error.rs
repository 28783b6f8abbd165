//! What can go wrong in a numeric function.

/// An error of the numeric layer. Every message says what was expected.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MathError {
    /// Two inputs do not fit together.
    #[error("{what} has size {found}, expected {expected}")]
    Shape {
        /// The quantity, e.g. "labels".
        what: &'static str,
        /// Its size.
        found: usize,
        /// The size that fits the other inputs.
        expected: usize,
    },
    /// A parameter is outside its range.
    #[error("{what} is {found}, expected {expected}")]
    Range {
        /// The parameter.
        what: &'static str,
        /// Its value.
        found: f64,
        /// The range in words.
        expected: &'static str,
    },
    /// NaN or infinity where a number was expected.
    #[error("{what} contains NaN or infinity; check the step before it")]
    NonFinite {
        /// The quantity.
        what: &'static str,
    },
    /// A Cholesky factorisation met a pivot that is not positive.
    #[error("the matrix is not positive definite (pivot {index}); add a larger ridge")]
    NotPositiveDefinite {
        /// Index of the offending pivot.
        index: usize,
    },
    /// An iteration used up its work.
    #[error("{what} did not converge within its bound on work")]
    NoConvergence {
        /// The iteration.
        what: &'static str,
    },
}

/// Checks a size. Units: a count, as in `what`.
///
/// # Errors
/// [`MathError::Shape`] where `found != expected`.
pub fn check_size(what: &'static str, found: usize, expected: usize) -> Result<(), MathError> {
    if found == expected { Ok(()) } else { Err(MathError::Shape { what, found, expected }) }
}

/// Checks that every entry is a number.
///
/// Shapes: any number of values. Cost: one pass, and a second one where their sum overflows.
///
/// # Errors
/// [`MathError::NonFinite`] where an entry is NaN or infinite.
pub fn check_finite(what: &'static str, values: &[f64]) -> Result<(), MathError> {
    // a sum is NaN or infinite if an entry is, and adds up at memory speed; the converse needs a look at each entry
    if values.iter().sum::<f64>().is_finite() || values.iter().all(|v| v.is_finite()) {
        Ok(())
    } else {
        Err(MathError::NonFinite { what })
    }
}

/// Checks a parameter against a condition. Units: those of the parameter.
///
/// # Errors
/// [`MathError::Range`] where `ok` is false.
pub fn check_range(ok: bool, what: &'static str, found: f64, expected: &'static str) -> Result<(), MathError> {
    if ok { Ok(()) } else { Err(MathError::Range { what, found, expected }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_say_what_was_expected() {
        let e = MathError::Shape { what: "labels", found: 3, expected: 4 };
        assert_eq!(e.to_string(), "labels has size 3, expected 4");
        assert!(
            check_range(false, "depth", 0.0, "at least 1")
                .is_err_and(|e| e.to_string() == "depth is 0, expected at least 1")
        );
    }

    #[test]
    fn finite_check_sees_nan_and_infinity_but_not_overflow_of_the_sum() {
        assert!(check_finite("x", &[1.0, f64::NAN]).is_err());
        assert!(check_finite("x", &[f64::INFINITY, f64::NEG_INFINITY]).is_err());
        assert!(check_finite("x", &[f64::MAX, f64::MAX]).is_ok());
        assert!(check_finite("x", &[]).is_ok());
    }
}
