//! The derivative of what a network gives by what it takes.

use super::layers::passing::{Gradients, Values};
use super::pass::{Network, layer_backward};
use super::scalar::Scalar;
use super::trainer::rows_at_once;
use super::workspace::Workspace;
use crate::math::error::{MathError, check_size};
use crate::math::linalg::Matrix;

// Outputs whose derivatives are computed in one pass, at most.
const OUTPUTS_AT_ONCE: usize = 256;

/// The Jacobian of a network at one sample.
///
/// Formula: `J_kj = ∂f_k(x)/∂x_j`, by the chain rule from each output; at a kink the derivative that training takes.
/// Shapes: d -> K x d. Units: those of the output over those of the input. Cost: K forward and backward passes of a sample.
/// Source: Griewank and Walther, *Evaluating Derivatives* (2008), section 3.2, the reverse mode.
///
/// # Errors
/// [`MathError::Shape`] for a sample of another size than the network takes.
pub fn jacobian<T: Scalar>(network: &Network<T>, sample: &[T]) -> Result<Matrix, MathError> {
    let architecture = network.architecture();
    check_size("numbers of the sample", sample.len(), architecture.input().dim())?;
    let outputs = architecture.output().dim();
    let most = rows_at_once(architecture, OUTPUTS_AT_ONCE).min(outputs);
    let mut space = Workspace::to_the_input(architecture, most);
    let mut found = Matrix::zeros(outputs, sample.len());
    for start in (0..outputs).step_by(most) {
        let rows = most.min(outputs - start);
        let input = space.input(rows).chunks_exact_mut(rows);
        input.zip(sample).for_each(|(column, &x)| column.fill(x));
        network.forward(&mut space);
        let (_, upstream) = space.output();
        upstream.fill(T::default());
        (0..rows).for_each(|row| upstream[(start + row) * rows + row] = T::of(1.0));
        to_the_input(network, &mut space);
        for (j, column) in space.upstream.chunks_exact(rows).take(sample.len()).enumerate() {
            column.iter().enumerate().for_each(|(row, x)| found[(start + row, j)] = x.to_f64());
        }
    }
    Ok(found)
}

// From the gradient with respect to the output that with respect to the input, both in `upstream`.
fn to_the_input<T: Scalar>(network: &Network<T>, space: &mut Workspace<T>) {
    let rows = space.rows;
    // that of the parameters comes along
    let mut gradient = vec![T::default(); network.parameters().len()];
    for (i, placed) in network.architecture().layers().iter().enumerate().rev() {
        let values = Values {
            parameters: network.parameters(),
            input: &space.values[i][..rows * placed.input.dim()],
            output: &space.values[i + 1][..rows * placed.output.dim()],
            upstream: &space.upstream[..rows * placed.output.dim()],
        };
        let input = Some(&mut space.downstream[..rows * placed.input.dim()]);
        let mut out = Gradients { parameters: &mut gradient, input };
        layer_backward(placed, &values, &mut out, (&mut space.memory[i], &mut space.circular), rows);
        std::mem::swap(&mut space.upstream, &mut space.downstream);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::image::maps::Geometry;
    use crate::math::image::pooling::Pooling;
    use crate::math::linalg::product;
    use crate::math::network::{
        Architecture, CircularConvolutionLayer, ConvolutionLayer, DenseLayer, Initialisation, Layer, Parametrisation,
        Pointwise, PoolingLayer, initial_parameters,
    };
    use crate::math::random::Stream;

    fn network(input: Geometry, layers: &[Layer]) -> Network<f64> {
        let architecture = Architecture::new(input, layers, Parametrisation::Standard).unwrap();
        let parameters = initial_parameters(&architecture, Initialisation::He, 3);
        Network::new(architecture, parameters).unwrap()
    }

    fn dense(width: usize) -> Layer {
        Layer::Dense(DenseLayer { width, bias: true })
    }

    // Weights stand as (inputs) x (units), so a linear network has the Jacobian (W₁ W₂)ᵀ at every sample.
    #[test]
    fn a_linear_network_has_the_product_of_its_weights() {
        let net = network(Geometry { channels: 3, height: 1, width: 1 }, &[dense(4), dense(2)]);
        let p = net.parameters();
        let (first, second) = (Matrix::from_column_slice(3, 4, &p[..12]), Matrix::from_column_slice(4, 2, &p[16..24]));
        let expected = product(&first, &second).transpose();
        for sample in [[0.0, 0.0, 0.0], [1.0, -2.0, 0.5]] {
            let found = jacobian(&net, &sample).unwrap();
            assert!((found - &expected).amax() < 1e-14);
        }
        assert!(jacobian(&net, &[0.0]).is_err());
    }

    // Every kind of layer, against differences of the outputs.
    #[test]
    fn derivatives_are_the_limits_of_differences() {
        let layers = [
            Layer::CircularConvolution(CircularConvolutionLayer { width: 3, pooling: 0.5, bias: true, window: None }),
            Layer::Activation(Pointwise::Relu),
            Layer::ChannelNorm,
            Layer::Convolution(ConvolutionLayer { width: 4, window: 3, padding: 1, bias: true }),
            Layer::Activation(Pointwise::Tanh),
            Layer::Pooling(PoolingLayer { pooling: Pooling::Average, size: 2 }),
            Layer::CircularConvolution(CircularConvolutionLayer { width: 2, pooling: 0.0, bias: true, window: None }),
            Layer::GlobalAverage,
            dense(3),
        ];
        let net = network(Geometry { channels: 2, height: 4, width: 4 }, &layers);
        let sample: Vec<f64> = Stream::new(5, "inputs", 0).normal_columns(32, 0, 1).iter().copied().collect();
        let found = jacobian(&net, &sample).unwrap();
        let mut space = Workspace::new(net.architecture(), 1);
        let mut given = |x: &[f64]| {
            space.input(1).copy_from_slice(x);
            net.forward(&mut space);
            space.output().0.to_vec()
        };
        const STEP: f64 = 1e-6;
        for j in 0..sample.len() {
            let mut shifted = sample.clone();
            shifted[j] += STEP;
            let above = given(&shifted);
            shifted[j] -= 2.0 * STEP;
            let below = given(&shifted);
            for k in 0..3 {
                let expected = (above[k] - below[k]) / (2.0 * STEP);
                assert!((found[(k, j)] - expected).abs() < 1e-7, "{k} {j}: {} {expected}", found[(k, j)]);
            }
        }
    }

    // Law: a circular network without nonlinearity commutes with shifts, and so does its Jacobian; more outputs than one pass
    // has come out in the same order.
    #[test]
    fn that_of_a_convolution_is_circulant() {
        let circular =
            Layer::CircularConvolution(CircularConvolutionLayer { width: 1, pooling: 0.5, bias: true, window: None });
        let net = network(Geometry { channels: 1, height: 17, width: 17 }, &[circular, circular]);
        let found = jacobian(&net, &[0.25; 289]).unwrap();
        assert!(found.nrows() > OUTPUTS_AT_ONCE);
        let place = |row: usize, column: usize| 17 * (row % 17) + column % 17;
        for (row, column) in [(0, 0), (3, 5), (16, 16)] {
            for (down, across) in [(0, 1), (1, 0), (13, 2)] {
                let here = found[(place(row, column), place(row + down, column + across))];
                assert!((here - found[(0, place(down, across))]).abs() < 1e-12);
            }
        }
        assert!(found.amax() > 1e-3);
    }
}
