//! The low-pass of the pictures, as studies write it.

use crate::math::MathError;
use crate::math::fourier::DecayMask;
use crate::step::prelude::*;

/// The mask (1 + ‖f‖/f0)^{−α} over spatial frequencies f in cycles per pixel.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LowPass {
    /// f0, cycles per pixel: the reference takes 0.3 on CIFAR-10 and 0.15 on CelebA.
    #[schemars(range(min = 1e-6, max = 1e6))]
    pub f0: f64,
    /// α: the reference takes 2 on CIFAR-10 and 3 on CelebA; 0 smooths nothing.
    #[schemars(range(min = 0.0, max = 100.0))]
    pub alpha: f64,
}

impl Default for LowPass {
    fn default() -> Self {
        Self { f0: 0.3, alpha: 2.0 }
    }
}

impl LowPass {
    pub fn mask(self) -> Result<DecayMask, MathError> {
        DecayMask::new(self.f0, self.alpha)
    }

    /// What is wrong with it.
    pub fn problems(self, at: &str) -> Vec<Problem> {
        self.mask().err().map(|error| Problem::at(at, error.to_string())).into_iter().collect()
    }
}
