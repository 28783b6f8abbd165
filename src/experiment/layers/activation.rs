//! The names of activations, as studies write them.

use crate::math::activation::Activation;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A pointwise nonlinearity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ActivationName {
    /// 1/(1 + exp(−x)).
    Sigmoid,
    /// tanh x.
    Tanh,
    /// max(x, 0).
    #[default]
    Relu,
    /// min(max(x, 0), 6).
    Relu6,
    /// The error function.
    Erf,
    /// x Φ(x).
    Gelu,
    /// 1 where x > 0, else 0.
    Step,
    /// x clipped to [0, 1].
    CappedRelu,
    /// max(x, 0) with every row divided by its norm.
    ReluNormalized,
    /// x².
    Poly2,
    /// x³.
    Poly3,
    /// cos x.
    Cos,
    /// sin x.
    Sin,
    /// √2 sin(√2 x + π/4); its limit kernel is exp(−‖a − b‖²).
    Rbf,
    /// x.
    Identity,
    /// |x|/2 − 1/√(2π): the ReLU without its Hermite parts of degree 0 and 1.
    CentredRelu,
}

impl From<ActivationName> for Activation {
    fn from(name: ActivationName) -> Self {
        match name {
            ActivationName::Sigmoid => Self::Sigmoid,
            ActivationName::Tanh => Self::Tanh,
            ActivationName::Relu => Self::Relu,
            ActivationName::Relu6 => Self::Relu6,
            ActivationName::Erf => Self::Erf,
            ActivationName::Gelu => Self::Gelu,
            ActivationName::Step => Self::Step,
            ActivationName::CappedRelu => Self::CappedRelu,
            ActivationName::ReluNormalized => Self::ReluNormalized,
            ActivationName::Poly2 => Self::Poly2,
            ActivationName::Poly3 => Self::Poly3,
            ActivationName::Cos => Self::Cos,
            ActivationName::Sin => Self::Sin,
            ActivationName::Rbf => Self::Rbf,
            ActivationName::Identity => Self::Identity,
            ActivationName::CentredRelu => Self::CentredRelu,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_activation_can_be_written_under_its_name() {
        for activation in Activation::ALL {
            let written = serde_json::json!(activation.name());
            let name: ActivationName = serde_json::from_value(written).unwrap();
            assert_eq!(Activation::from(name), activation);
        }
    }
}
