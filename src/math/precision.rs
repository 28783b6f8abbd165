//! In which of the two floating-point formats a step computes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The floating-point format of what is computed and kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "PrecisionName")]
pub enum Precision {
    /// 64 bits, 16 digits.
    #[default]
    Double,
    /// 32 bits, 7 digits: half the memory and twice the speed. Weights are those of `double`, rounded; sums over samples
    /// stay in double.
    Single,
}

impl Precision {
    /// Bytes of a number.
    /// Shapes: -> a number. Units: bytes.
    pub const fn bytes(self) -> usize {
        match self {
            Self::Double => 8,
            Self::Single => 4,
        }
    }
}
