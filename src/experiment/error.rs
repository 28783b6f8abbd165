//! What goes wrong in `math`, as a step tells it.

use crate::math::MathError;
use crate::step::StepError;

impl From<MathError> for StepError {
    fn from(error: MathError) -> Self {
        Self::numeric(error)
    }
}
