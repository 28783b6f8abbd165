//! What can go wrong in a numeric function.

use std::ops::{AddAssign, Sub};

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
/// Shapes: any number of values. Cost: that of [`all_finite`].
///
/// # Errors
/// [`MathError::NonFinite`] where an entry is NaN or infinite.
pub fn check_finite(what: &'static str, values: &[f64]) -> Result<(), MathError> {
    if all_finite(values) { Ok(()) } else { Err(MathError::NonFinite { what }) }
}

/// Whether there is no NaN and no infinity. Shapes: m numbers. Cost: m, at the speed of memory.
#[expect(clippy::eq_op, reason = "what is no number is not 0 after it is taken from itself")]
pub fn all_finite<T>(values: &[T]) -> bool
where
    T: Copy + Default + PartialEq + Sub<Output = T> + AddAssign,
{
    // v − v is 0 of a number and NaN of all else; in lanes, so that several are taken at once
    let mut lanes = [T::default(); 16];
    let (chunks, rest) = values.as_chunks::<16>();
    for chunk in chunks {
        lanes.iter_mut().zip(chunk).for_each(|(lane, &v)| *lane += v - v);
    }
    lanes.iter_mut().zip(rest).for_each(|(lane, &v)| *lane += v - v);
    lanes.iter().all(|lane| *lane == T::default())
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
    fn what_is_no_number_is_found_wherever_it_stands() {
        for count in [0, 1, 15, 16, 40] {
            let values = vec![f64::MAX; count];
            assert!(all_finite(&values) && all_finite(&vec![f32::MIN; count]));
            for (at, bad) in (0..count).flat_map(|at| [f64::NAN, f64::INFINITY, f64::NEG_INFINITY].map(|bad| (at, bad)))
            {
                let mut values = values.clone();
                values[at] = bad;
                assert!(!all_finite(&values) && check_finite("numbers", &values).is_err(), "{bad} at {at}");
            }
        }
    }

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
