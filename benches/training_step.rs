//! Time of a training step, printed in milliseconds: `training_step NETWORK BATCH STEPS`.
//!
//! A step alone, to profile; `benches/peer/training_step.py` times the same networks in PyTorch, and `make bench` sets whole
//! runs against it.

use lofi::math::MathError;
use lofi::math::image::maps::Geometry;
use lofi::math::image::pooling::Pooling;
use lofi::math::network::{
    Architecture, BiasCorrection, CircularConvolutionLayer, ConvolutionLayer, DenseLayer, Initialisation, Layer, Loss,
    Network, Optimiser, Parametrisation, Pointwise, PoolingLayer, Rule, Source, Trainer, initial_parameters,
};
use std::error::Error;
use std::time::Instant;

/// Numbers that are at hand, as a training loop's batch is.
struct Ready {
    inputs: Vec<f32>,
}

impl Source<f32> for Ready {
    fn count(&self) -> usize {
        self.inputs.len()
    }

    fn inputs(&self, _: &[usize], into: &mut [f32]) {
        into.copy_from_slice(&self.inputs[..into.len()]);
    }

    fn targets(&self, _: &[usize], into: &mut [f32]) {
        into.iter_mut().zip([1.0, -1.0].into_iter().cycle()).for_each(|(y, label)| *y = label);
    }
}

fn layers(name: &str) -> Option<Vec<Layer>> {
    let relu = Layer::Activation(Pointwise::Relu);
    let dense = |width| Layer::Dense(DenseLayer { width, bias: true });
    let convolution = Layer::Convolution(ConvolutionLayer { width: 64, window: 3, padding: 1, bias: true });
    let pool = Layer::Pooling(PoolingLayer { pooling: Pooling::Max, size: 2 });
    Some(match name {
        "mlp" => vec![dense(1000), relu, dense(1000), relu, dense(1)],
        "cnn" => vec![convolution, relu, convolution, relu, convolution, relu, Layer::GlobalAverage, dense(1)],
        "cnn-pooled" => {
            vec![convolution, relu, pool, convolution, relu, pool, convolution, relu, pool, dense(1)]
        }
        "circular" => {
            let circular = |width| {
                Layer::CircularConvolution(CircularConvolutionLayer { width, pooling: 1.0, bias: true, window: None })
            };
            let mut layers = [circular(12), relu].repeat(11);
            layers.push(circular(1));
            layers
        }
        _ => return None,
    })
}

/// Grey pictures go through the circular network, colours through the others.
fn image(name: &str) -> Geometry {
    let (channels, side) = if name == "circular" { (1, 13) } else { (3, 32) };
    Geometry { channels, height: side, width: side }
}

/// That of the studies: Adam for the circular network.
fn rule(name: &str) -> Rule {
    if name == "circular" {
        return Rule::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, correction: BiasCorrection::OfStep };
    }
    Rule::Sgd { momentum: 0.0 }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let [name, batch, steps] = &arguments[..] else { return Err("usage: training_step NETWORK BATCH STEPS".into()) };
    let (batch, steps): (usize, usize) = (batch.parse()?, steps.parse()?);
    let layers = layers(name).ok_or("networks: mlp, cnn, cnn-pooled, circular")?;
    let image = image(name);
    let architecture = Architecture::new(image, &layers, Parametrisation::Standard)?;
    let start = initial_parameters(&architecture, Initialisation::PyTorch, 0);
    let optimiser = Optimiser::new(rule(name), 0.0, architecture.parameters());
    let mut trainer = Trainer::new(Network::new(architecture, start)?, optimiser, Loss::Square, batch);
    let wave = |i: usize| (0.37 * (i % 100_003) as f64).sin() as f32;
    let source = Ready { inputs: (0..batch * image.dim()).map(wave).collect() };
    let rows: Vec<usize> = (0..batch).collect();
    for step in 0..=steps {
        let begin = Instant::now();
        trainer.differentiate(&source, &rows, &|| Ok::<(), MathError>(()))?;
        trainer.descend(0.001);
        // the first step touches fresh memory
        if step > 0 {
            println!("{:.3}", begin.elapsed().as_secs_f64() * 1e3);
        }
    }
    Ok(())
}
