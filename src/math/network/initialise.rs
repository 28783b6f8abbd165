//! Random weights to begin with.

use super::architecture::Architecture;
use super::layers::circular::start_operator;
use super::layers::layer::{Layer, Placed};
use super::scalar::Scalar;
use crate::math::random::Stream;

/// The law of the weights at the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Initialisation {
    /// Weights and biases uniform in ±1/√(inputs of a unit): the default of `PyTorch`'s layers.
    PyTorch,
    /// Weights N(0, 2/(inputs of a unit)), biases 0: keeps the second moment through ReLU layers.
    He,
    /// Weights N(0, 1), biases 0: with [`super::Parametrisation::TangentKernel`].
    Normal,
    /// Circular convolutions begin as `m_ω m Ŵ(ω) = √2 O` at frequencies of `‖ω‖₁ ≤ degree` and 0 beyond, with O a block of a
    /// random orthogonal matrix; their biases are 0, and all other layers as with [`Initialisation::He`].
    Orthogonal {
        /// Largest `‖ω‖₁` that passes.
        degree: usize,
    },
}

/// Weights and biases; layer l draws from the stream of (seed, "network-weights", l), unit by unit, so that a narrower
/// layer has the first units of a wider one.
///
/// Formula: that of the [`Initialisation`]. Biases are drawn with [`Initialisation::PyTorch`] alone and are 0 else.
/// Shapes: -> one number for each parameter, in the order of [`Architecture`]. Units: dimensionless.
/// Cost: one draw a parameter; a QR of a square matrix of the larger number of channels for an orthogonal start.
/// Source: He et al., arXiv 1502.01852, eq. (10), for [`Initialisation::He`]; `reset_parameters` of `torch.nn.Linear`
/// and `torch.nn.Conv2d` for [`Initialisation::PyTorch`]; Jacot, Gabriel and Hongler, arXiv 1806.07572, section 2, for
/// [`Initialisation::Normal`]; the orthogonal start is ours.
pub fn initial_parameters<T: Scalar>(architecture: &Architecture, law: Initialisation, seed: u64) -> Vec<T> {
    let mut parameters = vec![T::default(); architecture.parameters()];
    for (placed, layer) in architecture.weighted().zip(0..) {
        draw(placed, law, &Stream::new(seed, "network-weights", layer), &mut parameters);
    }
    parameters
}

fn draw<T: Scalar>(placed: &Placed, law: Initialisation, stream: &Stream, parameters: &mut [T]) {
    if let (Initialisation::Orthogonal { degree }, Layer::CircularConvolution(_)) = (law, placed.layer) {
        return start_operator(placed, degree, (stream, &mut parameters[placed.weights.clone()]));
    }
    let fan_in = placed.fan_in();
    let bound = 1.0 / (fan_in as f64).sqrt();
    let units = parameters[placed.weights.clone()].chunks_exact_mut(fan_in);
    for (unit, index) in units.zip(0..) {
        let mut stream = stream.substream(index);
        for weight in unit {
            *weight = T::of(match law {
                Initialisation::PyTorch => bound * (2.0 * stream.uniform() - 1.0),
                Initialisation::He | Initialisation::Orthogonal { .. } => 2.0_f64.sqrt() * bound * stream.normal(),
                Initialisation::Normal => stream.normal(),
            });
        }
    }
    if law == Initialisation::PyTorch {
        let mut stream = stream.substream(u64::MAX);
        parameters[placed.bias.clone()].iter_mut().for_each(|b| *b = T::of(bound * (2.0 * stream.uniform() - 1.0)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::image::maps::Geometry;
    use crate::math::network::{DenseLayer, Layer, Parametrisation, Pointwise};

    #[test]
    fn moments_are_those_of_the_law() {
        let input = Geometry { channels: 200, height: 1, width: 1 };
        let layers = [
            Layer::Dense(DenseLayer { width: 300, bias: true }),
            Layer::Activation(Pointwise::Relu),
            Layer::Dense(DenseLayer { width: 1, bias: true }),
        ];
        let net = Architecture::new(input, &layers, Parametrisation::Standard).unwrap();
        let laws = [(Initialisation::PyTorch, 1.0 / 3.0), (Initialisation::He, 2.0), (Initialisation::Normal, 200.0)];
        for (law, times_fan_in) in laws {
            let parameters: Vec<f64> = initial_parameters(&net, law, 5);
            let weights = &parameters[..60_000];
            let second = weights.iter().map(|w| w * w).sum::<f64>() / 60_000.0;
            assert!((200.0 * second / times_fan_in - 1.0).abs() < 0.03, "{law:?}");
            assert!((weights.iter().sum::<f64>() / 60_000.0).abs() < 5.0 * (second / 60_000.0).sqrt());
            let biased = parameters[60_000..60_300].iter().any(|&b| b != 0.0);
            assert_eq!(biased, law == Initialisation::PyTorch);
        }
    }
}
