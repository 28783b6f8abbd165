//! The pointwise nonlinearities of a random-feature layer.

use super::linalg::{Matrix, Product, row_square_norms, scale_rows};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::f64::consts::{FRAC_1_SQRT_2, PI, SQRT_2};

/// A pointwise nonlinearity.
// All but `ReluNormalized` act on each entry alone. The words of the variants are those of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "ActivationName")]
pub enum Activation {
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

impl Activation {
    /// Every activation, in the order of the documentation.
    pub const ALL: [Self; 16] = [
        Self::Sigmoid,
        Self::Tanh,
        Self::Relu,
        Self::Relu6,
        Self::Erf,
        Self::Gelu,
        Self::Step,
        Self::CappedRelu,
        Self::ReluNormalized,
        Self::Poly2,
        Self::Poly3,
        Self::Cos,
        Self::Sin,
        Self::Rbf,
        Self::Identity,
        Self::CentredRelu,
    ];

    /// The name in a study, kebab-case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sigmoid => "sigmoid",
            Self::Tanh => "tanh",
            Self::Relu => "relu",
            Self::Relu6 => "relu6",
            Self::Erf => "erf",
            Self::Gelu => "gelu",
            Self::Step => "step",
            Self::CappedRelu => "capped-relu",
            Self::ReluNormalized => "relu-normalized",
            Self::Poly2 => "poly2",
            Self::Poly3 => "poly3",
            Self::Cos => "cos",
            Self::Sin => "sin",
            Self::Rbf => "rbf",
            Self::Identity => "identity",
            Self::CentredRelu => "centred-relu",
        }
    }

    /// The activation of a name; `None` where there is none such.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|a| a.name() == name)
    }

    /// Applies the activation to a matrix of pre-activations in place.
    ///
    /// Shapes: n x P. Cost: nP.
    /// Source: the reference implementation's table of activations.
    pub fn apply(self, a: &mut Matrix) {
        if self == Self::ReluNormalized { relu_normalized(a) } else { self.apply_each(a.as_mut_slice()) }
    }

    /// Applies the activation to single numbers in place; [`Activation::ReluNormalized`] is the ReLU there, as its norms
    /// are those of whole rows.
    ///
    /// In single precision what the function gives in double is rounded.
    /// Shapes: any. Cost: 1 a number. Source: as [`Activation::apply`].
    pub fn apply_each<T: Product>(self, a: &mut [T]) {
        // one loop for each activation, so that the cheap ones vectorise
        match self {
            Self::Sigmoid => map(a, |x| 1.0 / (1.0 + (-x).exp())),
            Self::Tanh => map(a, f64::tanh),
            Self::Relu | Self::ReluNormalized => map(a, relu),
            Self::Relu6 => map(a, |x| x.clamp(0.0, 6.0)),
            Self::Erf => map(a, libm::erf),
            Self::Gelu => map(a, gelu),
            Self::Step => map(a, |x| if x > 0.0 { 1.0 } else { 0.0 }),
            Self::CappedRelu => map(a, |x| x.clamp(0.0, 1.0)),
            Self::Poly2 => map(a, |x| x * x),
            Self::Poly3 => map(a, |x| x * x * x),
            Self::Cos => map(a, f64::cos),
            Self::Sin => map(a, f64::sin),
            Self::Rbf => map(a, |x| SQRT_2 * (SQRT_2 * x + 0.25 * PI).sin()),
            Self::Identity => {}
            Self::CentredRelu => map(a, |x| 0.5 * x.abs() - MEAN_OF_RELU),
        }
    }
}

/// `E[max(z, 0)] = 1/√(2π)`, z ~ N(0, 1): the ReLU's Hermite coefficient of degree 0; that of degree 1 is 1/2.
pub const MEAN_OF_RELU: f64 = 0.398_942_280_401_432_7;

fn map<T: Product>(a: &mut [T], f: impl Fn(f64) -> f64) {
    a.iter_mut().for_each(|x| *x = T::of(f(x.to_f64())));
}

fn relu(x: f64) -> f64 {
    x.max(0.0)
}

// Φ through erfc: no cancellation in the left tail.
fn gelu(x: f64) -> f64 {
    0.5 * x * libm::erfc(-x * FRAC_1_SQRT_2)
}

fn relu_normalized(a: &mut Matrix) {
    // the reference's guard: a row of which nothing is active stays zero
    const SMALLEST_NORM: f64 = 1e-12;
    map(a.as_mut_slice(), relu);
    let factors: Vec<f64> = row_square_norms(a).into_iter().map(|s| 1.0 / s.sqrt().max(SMALLEST_NORM)).collect();
    scale_rows(a, &factors);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(activation: Activation, x: f64) -> f64 {
        let mut a = Matrix::from_element(1, 1, x);
        activation.apply(&mut a);
        a[(0, 0)]
    }

    #[test]
    fn names_round_trip_and_are_unique() {
        for a in Activation::ALL {
            assert_eq!(Activation::parse(a.name()), Some(a));
            assert_eq!(serde_json::from_value::<Activation>(a.name().into()).unwrap(), a);
            assert!(a.name().chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'));
        }
        assert_eq!(Activation::parse("ReLU"), None);
    }

    // Tables of erf and of the normal distribution: Abramowitz and Stegun, tables 7.1 and 26.1.
    #[test]
    fn values_at_known_points() {
        use Activation::*;
        let table = [
            (Sigmoid, 0.0, 0.5),
            (Sigmoid, -800.0, 0.0),
            (Tanh, 0.5, 0.46211715726000975),
            (Relu, -2.0, 0.0),
            (Relu6, 7.5, 6.0),
            (Erf, 0.5, 0.5204998778130465),
            (Gelu, 1.0, 0.8413447460685429),
            (Gelu, -1.0, -0.15865525393145707),
            (Step, 0.0, 0.0),
            (Step, 1e-9, 1.0),
            (CappedRelu, 1.5, 1.0),
            (Poly2, -3.0, 9.0),
            (Poly3, -3.0, -27.0),
            (Cos, 0.0, 1.0),
            (Sin, 0.0, 0.0),
            (Rbf, 0.3, (0.3 * SQRT_2).sin() + (0.3 * SQRT_2).cos()),
            (Identity, -4.25, -4.25),
            (CentredRelu, -2.0, 1.0 - 0.398_942_280_401_432_7),
        ];
        for (activation, x, expected) in table {
            assert!((at(activation, x) - expected).abs() < 1e-15, "{} at {x}", activation.name());
        }
    }

    // The ReLU has a kink at 0, which costs the quadrature digits: its own coefficients bound the error.
    #[test]
    fn centred_relu_has_no_constant_and_no_linear_part() {
        let rule = crate::math::quadrature::GaussHermite::new(200).unwrap();
        let coefficient = |degree: i32| rule.expectation(|z| at(Activation::CentredRelu, z) * z.powi(degree));
        let error = rule.expectation(|z| z.max(0.0)) - MEAN_OF_RELU;
        assert!(error.abs() < 2e-3, "the rule itself: {error}");
        assert!((coefficient(0) - error).abs() < 1e-13 && coefficient(1).abs() < 1e-13);
        assert!((MEAN_OF_RELU - 1.0 / (2.0 * PI).sqrt()).abs() < 1e-16);
        // the second moment 1/4 − 1/(2π) is what is left of E[relu²] = 1/2 without 1/(2π) and 1/4
        let square = rule.expectation(|z| at(Activation::CentredRelu, z).powi(2));
        assert!((square - (0.25 - 0.5 / PI)).abs() < 2e-3);
    }

    #[test]
    fn normalised_rows_have_unit_norm_or_are_zero() {
        let mut a = Matrix::from_row_slice(2, 3, &[3.0, -1.0, 4.0, -1.0, -2.0, -3.0]);
        Activation::ReluNormalized.apply(&mut a);
        let expected = Matrix::from_row_slice(2, 3, &[0.6, 0.0, 0.8, 0.0, 0.0, 0.0]);
        assert!((a - expected).amax() < 1e-15);
    }
}
