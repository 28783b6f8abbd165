//! Fused layers against the layers one after the other, bit by bit.

use super::*;
use crate::math::network::{
    Architecture, CircularConvolutionLayer, ConvolutionLayer, DenseLayer, Initialisation, Network, Parametrisation,
    Workspace, initial_parameters,
};
use crate::math::random::Stream;

const RELU: Layer = Layer::Activation(Pointwise::Relu);

fn convolution(window: usize, padding: usize) -> Layer {
    Layer::Convolution(ConvolutionLayer { width: 5, window, padding, bias: true })
}

fn circular(width: usize) -> Layer {
    Layer::CircularConvolution(CircularConvolutionLayer { width, pooling: 0.5, bias: true, window: None })
}

fn pool(size: usize) -> Layer {
    Layer::Pooling(PoolingLayer { pooling: Pooling::Max, size })
}

/// The output and the gradient of a network, from an upstream of random numbers.
fn pass(network: &Network<f32>, space: &mut Workspace<f32>, rows: usize) -> (Vec<f32>, Vec<f32>) {
    let drawn = |purpose: &str, into: &mut [f32]| {
        let numbers = Stream::new(5, purpose, 0).normal_columns(into.len(), 0, 1);
        into.iter_mut().zip(numbers.iter()).for_each(|(x, &number)| *x = number as f32);
    };
    drawn("inputs", space.input(rows));
    network.forward(space);
    let output = space.output().0.to_vec();
    drawn("upstream", space.output().1);
    let mut gradient = vec![0.0; network.parameters().len()];
    network.backward(space, &mut gradient).unwrap();
    (output, gradient)
}

// Maps larger and smaller than a block, borders that no window covers, a layer before that needs its gradient; and fewer
// samples than there is room for.
#[test]
fn fused_layers_are_the_layers_one_after_the_other() {
    let last = Layer::Dense(DenseLayer { width: 2, bias: true });
    let input = Geometry { channels: 2, height: 13, width: 14 };
    for (most, rows) in [(3, 3), (64, 50), (300, 17), (600, 600)] {
        for layers in [
            vec![convolution(3, 1), RELU, pool(2), convolution(3, 1), RELU, pool(3), last],
            vec![convolution(3, 1), RELU, convolution(2, 0), RELU, Layer::GlobalAverage, last],
            vec![pool(2), convolution(3, 2), RELU, pool(4), convolution(1, 0), last],
            vec![circular(3), RELU, circular(2), circular(2), RELU, last],
        ] {
            let architecture = Architecture::new(input, &layers, Parametrisation::TangentKernel).unwrap();
            let mut parameters: Vec<f32> = initial_parameters(&architecture, Initialisation::Normal, 3);
            // some outputs that are 0 everywhere, so that all of a window are equal
            parameters.iter_mut().step_by(7).for_each(|w| *w = 0.0);
            let network = Network::new(architecture, parameters).unwrap();
            let mut plain = Workspace::new(network.architecture(), most);
            let mut fused = Workspace::for_descent(network.architecture(), most);
            let expected = pass(&network, &mut plain, rows);
            for _ in 0..2 {
                let found = pass(&network, &mut fused, rows);
                assert!(expected.0.iter().any(|&y| y != 0.0) && expected.1.iter().any(|&g| g != 0.0));
                assert_eq!(found, expected, "{rows} of {most} samples, {layers:?}");
            }
        }
    }
}

#[test]
fn only_a_convolution_with_relu_behind_it_is_fused() {
    let input = Geometry { channels: 1, height: 6, width: 6 };
    let of = |layers: &[Layer]| {
        let net = Architecture::new(input, layers, Parametrisation::Standard).unwrap();
        Fused::starting(net.layers()).map(|fused| (fused.layers, fused.window))
    };
    assert_eq!(of(&[convolution(3, 1), RELU, pool(2)]), Some((3, 2)));
    assert_eq!(of(&[convolution(3, 1), RELU, convolution(3, 1)]), Some((2, 1)));
    assert_eq!(of(&[convolution(3, 1), Layer::Activation(Pointwise::Tanh)]), None);
    let average = Layer::Pooling(PoolingLayer { pooling: Pooling::Average, size: 2 });
    assert_eq!(of(&[convolution(3, 1), RELU, average]), Some((2, 1)));
    assert_eq!(of(&[RELU, convolution(3, 1)]), None);
}
