//! Two training steps against PyTorch's numbers. What they are: `how` in `tests/oracles/training_steps.json`.

use lofi::math::MathError;
use lofi::math::image::maps::Geometry;
use lofi::math::image::pooling::Pooling;
use lofi::math::network::{
    Architecture, BiasCorrection, ConvolutionLayer, DenseLayer, Layer, Loss, Network, Optimiser, Parametrisation,
    Pointwise, PoolingLayer, Rule, Scalar, Source, Trainer,
};
use serde_json::Value as Json;

struct Waves {
    dim: usize,
}

impl<T: Scalar> Source<T> for Waves {
    fn count(&self) -> usize {
        4
    }

    fn inputs(&self, rows: &[usize], into: &mut [T]) {
        for (j, column) in into.chunks_exact_mut(rows.len()).enumerate() {
            for (x, &i) in column.iter_mut().zip(rows) {
                *x = T::of((0.37 * (i * self.dim + j) as f64).sin() + 0.5 * (0.11 * (i * j) as f64).cos());
            }
        }
    }

    fn targets(&self, rows: &[usize], into: &mut [T]) {
        let label = |i: usize| if (2.1 * i as f64 + 0.3).sin() > 0.0 { 1.0 } else { -1.0 };
        into.iter_mut().zip(rows).for_each(|(y, &i)| *y = T::of(label(i)));
    }
}

fn network(name: &str) -> (Architecture, Loss) {
    let dense = |width| Layer::Dense(DenseLayer { width, bias: true });
    let convolution =
        |width, window, padding| Layer::Convolution(ConvolutionLayer { width, window, padding, bias: true });
    let pooling = |pooling| Layer::Pooling(PoolingLayer { pooling, size: 2 });
    let (input, layers, loss) = match name {
        "mlp" => {
            let (relu, tanh) = (Layer::Activation(Pointwise::Relu), Layer::Activation(Pointwise::Tanh));
            let layers = vec![dense(4), relu, dense(3), tanh, dense(1)];
            (Geometry { channels: 5, height: 1, width: 1 }, layers, Loss::Square)
        }
        _ => {
            let layers = vec![
                convolution(3, 3, 1),
                Layer::Activation(Pointwise::Relu),
                pooling(Pooling::Max),
                Layer::ChannelNorm,
                convolution(2, 2, 0),
                Layer::Activation(Pointwise::Sigmoid),
                pooling(Pooling::Average),
                dense(1),
            ];
            (Geometry { channels: 2, height: 6, width: 6 }, layers, Loss::Logistic)
        }
    };
    (Architecture::new(input, &layers, Parametrisation::Standard).unwrap(), loss)
}

fn agrees<T: Scalar>(case: &Json, tolerance: f64) {
    let (architecture, loss) = network(case["network"].as_str().unwrap());
    let start = (0..architecture.parameters()).map(|i| T::of(0.4 * (1.3 * i as f64 + 0.5).sin())).collect();
    let (rule, decay, rate) = match case["optimiser"].as_str().unwrap() {
        "sgd" => (Rule::Sgd { momentum: 0.9 }, 0.01, 0.1),
        _ => (Rule::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, correction: BiasCorrection::OfStep }, 0.0, 0.05),
    };
    let optimiser = Optimiser::new(rule, decay, architecture.parameters());
    let source = Waves { dim: architecture.input().dim() };
    let mut trainer: Trainer<T> = Trainer::new(Network::new(architecture, start).unwrap(), optimiser, loss, 4);
    let never = || Ok::<(), MathError>(());
    let mut losses = Vec::new();
    for _ in 0..2 {
        losses.push(trainer.differentiate(&source, &[0, 1, 2, 3], &never).unwrap());
        trainer.descend(rate);
    }
    losses.push(trainer.evaluate(&source, 4, &never).unwrap().unwrap().loss);
    let numbers = |key: &str| case[key].as_array().unwrap().iter().filter_map(Json::as_f64).collect::<Vec<f64>>();
    let made: Vec<f64> = trainer.network().parameters().iter().map(|p| p.to_f64()).collect();
    let name = format!("{} {}", case["network"], case["optimiser"]);
    close(&format!("losses of {name}"), &losses, &numbers("losses"), tolerance);
    close(&format!("parameters of {name}"), &made, &numbers("parameters"), tolerance);
}

fn close(what: &str, made: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(made.len(), expected.len(), "{what}");
    let worst = made.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(worst < tolerance, "{what}: off by {worst:e}");
}

#[test]
fn two_steps_are_those_of_pytorch() {
    let oracle: Json = serde_json::from_str(include_str!("../oracles/training_steps.json")).unwrap();
    let cases = oracle["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 4);
    for case in cases {
        agrees::<f64>(case, 1e-12);
        agrees::<f32>(case, 2e-5);
    }
}
