//! Gradients of every layer and of whole networks against finite differences, in f64.

use super::*;
use crate::math::image::maps::Geometry;
use crate::math::image::pooling::Pooling;
use crate::math::random::Stream;

const ROWS: usize = 3;

/// Loss of a network on fixed inputs and targets, and its gradient with respect to the parameters.
struct Problem {
    network: Network<f64>,
    inputs: Vec<f64>,
    targets: Vec<f64>,
    loss: Loss,
}

impl Problem {
    fn new(input: Geometry, layers: &[Layer], loss: Loss, parametrisation: Parametrisation) -> Self {
        let architecture = Architecture::new(input, layers, parametrisation).unwrap();
        let drawn = |purpose: &str, n: usize| Stream::new(4, purpose, 0).normal_columns(n, 0, 1).as_slice().to_vec();
        let law = match parametrisation {
            Parametrisation::Standard => Initialisation::PyTorch,
            Parametrisation::TangentKernel => Initialisation::Normal,
        };
        let mut parameters = initial_parameters(&architecture, law, 11);
        // biases that are not zero, whatever the law
        parameters.iter_mut().zip(drawn("shift", architecture.parameters())).for_each(|(p, s)| *p += 0.05 * s);
        let outputs = architecture.output().dim();
        let targets = drawn("targets", ROWS * outputs).into_iter().map(|y| if y < 0.0 { -1.0 } else { 1.0 });
        Self {
            inputs: drawn("inputs", ROWS * input.dim()),
            targets: targets.collect(),
            network: Network::new(architecture, parameters).unwrap(),
            loss,
        }
    }

    fn loss(&self, network: &Network<f64>, space: &mut Workspace<f64>) -> f64 {
        space.input(ROWS).copy_from_slice(&self.inputs);
        network.forward(space);
        self.loss.sum(space.output().0, &self.targets, ROWS) / ROWS as f64
    }

    fn gradient(&self, space: &mut Workspace<f64>) -> Vec<f64> {
        self.loss(&self.network, space);
        let (outputs, upstream) = space.output();
        self.loss.gradient((outputs, &self.targets), (1.0 / ROWS as f64, ROWS), upstream);
        let mut gradient = vec![0.0; self.network.parameters().len()];
        self.network.backward(space, &mut gradient).unwrap();
        gradient
    }

    /// Largest difference of the gradient from central differences, relative to the largest entry.
    fn worst(&self) -> f64 {
        const STEP: f64 = 1e-5;
        let mut space = Workspace::new(self.network.architecture(), ROWS + 2);
        let gradient = self.gradient(&mut space);
        let mut moved = self.network.clone();
        let mut worst = 0.0_f64;
        for (i, g) in gradient.iter().enumerate() {
            let here = self.network.parameters()[i];
            let mut at = |shift: f64| {
                moved.parameters_mut()[i] = here + shift;
                self.loss(&moved, &mut space)
            };
            let difference = (at(STEP) - at(-STEP)) / (2.0 * STEP);
            moved.parameters_mut()[i] = here;
            worst = worst.max((difference - g).abs());
        }
        worst / gradient.iter().fold(0.0_f64, |largest, g| largest.max(g.abs()))
    }
}

const MAPS: Geometry = Geometry { channels: 2, height: 5, width: 4 };
const CONVOLUTION: ConvolutionLayer = ConvolutionLayer { width: 3, window: 3, padding: 1, bias: true };
const LAST: Layer = Layer::Dense(DenseLayer { width: 1, bias: true });

fn check(name: &str, input: Geometry, layers: &[Layer]) {
    for (loss, parametrisation) in
        [(Loss::Square, Parametrisation::Standard), (Loss::Logistic, Parametrisation::TangentKernel)]
    {
        let worst = Problem::new(input, layers, loss, parametrisation).worst();
        assert!(worst < 1e-7, "{name}, {loss:?}: {worst:e}");
    }
}

// A layer before it makes the gradient pass through the layer's input, one after it through its output.
#[test]
fn every_layer_has_the_gradient_of_finite_differences() {
    let convolution = |window, padding, bias| Layer::Convolution(ConvolutionLayer { width: 3, window, padding, bias });
    let circular = |width, pooling, bias| {
        Layer::CircularConvolution(CircularConvolutionLayer { width, pooling, bias, window: None })
    };
    let between = [
        ("dense", Layer::Dense(DenseLayer { width: 4, bias: true })),
        ("dense without bias", Layer::Dense(DenseLayer { width: 4, bias: false })),
        ("convolution", convolution(3, 1, true)),
        ("convolution without border", convolution(2, 0, false)),
        ("convolution with a wide border", convolution(3, 2, true)),
        ("circular convolution", circular(3, 0.5, true)),
        ("circular without bias", circular(1, 0.0, false)),
        ("relu", Layer::Activation(Pointwise::Relu)),
        ("tanh", Layer::Activation(Pointwise::Tanh)),
        ("erf", Layer::Activation(Pointwise::Erf)),
        ("sigmoid", Layer::Activation(Pointwise::Sigmoid)),
        ("largest", Layer::Pooling(PoolingLayer { pooling: Pooling::Max, size: 2 })),
        ("average", Layer::Pooling(PoolingLayer { pooling: Pooling::Average, size: 2 })),
        ("average of three", Layer::Pooling(PoolingLayer { pooling: Pooling::Average, size: 3 })),
        ("channel norm", Layer::ChannelNorm),
        ("global average", Layer::GlobalAverage),
    ];
    for (name, layer) in between {
        check(name, MAPS, &[convolution(3, 1, true), layer, Layer::Activation(Pointwise::Tanh), LAST]);
    }
}

#[test]
fn whole_networks_have_the_gradient_of_finite_differences() {
    let vector = Geometry { channels: 6, height: 1, width: 1 };
    let relu = Layer::Activation(Pointwise::Relu);
    let dense = Layer::Dense(DenseLayer { width: 7, bias: true });
    check("perceptron", vector, &[dense, relu, dense, relu, dense, relu, LAST]);
    let pool = Layer::Pooling(PoolingLayer { pooling: Pooling::Max, size: 2 });
    let convolution = |width| Layer::Convolution(ConvolutionLayer { width, ..CONVOLUTION });
    let image = Geometry { channels: 2, height: 8, width: 9 };
    let layers = [
        convolution(3),
        relu,
        pool,
        Layer::ChannelNorm,
        convolution(4),
        relu,
        pool,
        Layer::ChannelNorm,
        dense,
        relu,
        Layer::Dense(DenseLayer { width: 2, bias: true }),
    ];
    check("convolutional network", image, &layers);
}

// Samples do not know of each other, so a batch in one part or in many has the same gradient.
#[test]
fn gradient_of_a_batch_is_the_mean_of_its_samples() {
    let layers = [
        Layer::Convolution(CONVOLUTION),
        Layer::Pooling(PoolingLayer { pooling: Pooling::Max, size: 2 }),
        Layer::ChannelNorm,
        LAST,
    ];
    let problem = Problem::new(MAPS, &layers, Loss::Square, Parametrisation::Standard);
    let mut space = Workspace::new(problem.network.architecture(), 5);
    let whole = problem.gradient(&mut space);
    let mut sum = vec![0.0; whole.len()];
    for i in 0..ROWS {
        let input = space.input(1);
        (0..MAPS.dim()).for_each(|j| input[j] = problem.inputs[j * ROWS + i]);
        problem.network.forward(&mut space);
        let (outputs, upstream) = space.output();
        problem.loss.gradient((outputs, &problem.targets[i..=i]), (1.0 / ROWS as f64, 1), upstream);
        problem.network.backward(&mut space, &mut sum).unwrap();
    }
    assert!(whole.iter().zip(&sum).all(|(a, b)| (a - b).abs() < 1e-14));
}
