//! Positive definite systems of a symmetric band.

use crate::math::error::MathError;
use pulp::NullaryFnOnce;

// Diagonals below the main one. At n = 1000, 16 take half the time of a tridiagonal form, which memory bounds; more are
// reduced to little faster, and a solution costs their square.
pub(super) const WIDTH: usize = 16;

// A column of a symmetric band from the diagonal down.
pub(super) type Column = [f64; WIDTH + 1];

// A band and a right-hand side, in the place of which the solution comes.
pub(super) struct Solve {
    pub(super) columns: Vec<Column>,
    pub(super) x: Vec<f64>,
}

impl NullaryFnOnce for Solve {
    type Output = Result<Vec<f64>, MathError>;

    // compiled for the vectors of the processor at hand
    #[inline(always)]
    fn call(self) -> Self::Output {
        let Self { mut columns, mut x } = self;
        eliminate(&mut columns, |i, j, factor| x[i] -= factor * x[j])?;
        for j in (0..x.len()).rev() {
            let known: f64 = columns[j][1..].iter().zip(&x[j + 1..]).map(|(c, x)| c * x).sum();
            x[j] = (x[j] - known) / columns[j][0];
        }
        Ok(x)
    }
}

// A band, of whose inverse the diagonal is summed.
pub(super) struct InverseTrace {
    pub(super) columns: Vec<Column>,
}

impl NullaryFnOnce for InverseTrace {
    type Output = Result<f64, MathError>;

    // compiled for the vectors of the processor at hand
    #[inline(always)]
    fn call(self) -> Self::Output {
        let Self { mut columns } = self;
        eliminate(&mut columns, |_, _, _| ())?;
        let mut trace = 0.0;
        for j in (0..columns.len()).rev() {
            let (before, after) = columns.split_at_mut(j + 1);
            let column = &mut before[j];
            let pivot = column[0];
            let factors = column.map(|c| c / pivot);
            let mut inverse = [0.0; WIDTH + 1];
            for (k, known) in after.iter().take(WIDTH).enumerate().map(|(k, known)| (k + 1, known)) {
                let (row, below) = (factors[k], &factors[k + 1..]);
                inverse[k..].iter_mut().zip(known).for_each(|(entry, z)| *entry -= row * z);
                inverse[k] -= below.iter().zip(&known[1..]).map(|(factor, z)| factor * z).sum::<f64>();
            }
            inverse[0] = 1.0 / pivot - factors[1..].iter().zip(&inverse[1..]).map(|(l, z)| l * z).sum::<f64>();
            trace += inverse[0];
            *column = inverse;
        }
        Ok(trace)
    }
}

// `L D Lᵀ` of a band in the place of its columns: column j becomes `D_j L_j`, of which `each` gets every factor `L_ij`.
#[inline(always)]
fn eliminate(columns: &mut [Column], mut each: impl FnMut(usize, usize, f64)) -> Result<(), MathError> {
    let n = columns.len();
    for j in 0..n {
        let column = columns[j];
        let pivot = column[0];
        if pivot.is_nan() || pivot <= 0.0 {
            return Err(MathError::NotPositiveDefinite { index: j });
        }
        for i in 1..(WIDTH + 1).min(n - j) {
            let factor = column[i] / pivot;
            let below = columns[j + i].iter_mut().zip(&column[i..]);
            below.for_each(|(entry, c)| *entry -= factor * c);
            each(j + i, j, factor);
        }
    }
    Ok(())
}
