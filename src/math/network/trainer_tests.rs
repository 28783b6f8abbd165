//! Convergence at the rates that theory gives, on least squares.

use super::*;
use crate::math::image::maps::Geometry;
use crate::math::linalg::{Matrix, product_tn, sym_eigenvalues};
use crate::math::random::Stream;

/// Samples in memory, one output.
struct Samples {
    inputs: Matrix,
    targets: Vec<f64>,
}

impl Source<f64> for Samples {
    fn count(&self) -> usize {
        self.inputs.nrows()
    }

    fn inputs(&self, rows: &[usize], into: &mut [f64]) {
        for (column, into) in self.inputs.column_iter().zip(into.chunks_exact_mut(rows.len())) {
            into.iter_mut().zip(rows).for_each(|(x, &row)| *x = column[row]);
        }
    }

    fn targets(&self, rows: &[usize], into: &mut [f64]) {
        into.iter_mut().zip(rows).for_each(|(y, &row)| *y = self.targets[row]);
    }
}

const DIM: usize = 5;

/// y = w·x + noise with coordinates of unequal variance.
fn calm() -> Result<(), crate::math::MathError> {
    Ok(())
}

fn regression(n: usize, noise: f64) -> Samples {
    let mut inputs = Stream::new(1, "inputs", 0).normal_columns(n, 0, DIM);
    (0..DIM).for_each(|j| inputs.column_mut(j).scale_mut(1.0 + 0.3 * j as f64));
    let errors = Stream::new(2, "noise", 0).normal_columns(n, 0, 1);
    let targets = (0..n).map(|i| inputs.row(i).iter().sum::<f64>() + noise * errors[(i, 0)]).collect();
    Samples { inputs, targets }
}

fn linear(batch: usize) -> Trainer<f64> {
    let input = Geometry { channels: DIM, height: 1, width: 1 };
    let layers = [Layer::Dense(DenseLayer { width: 1, bias: false })];
    let net = Architecture::new(input, &layers, Parametrisation::Standard).unwrap();
    let network = Network::new(net, vec![0.0; DIM]).unwrap();
    Trainer::new(network, Optimiser::new(Rule::Sgd { momentum: 0.0 }, 0.0, DIM), Loss::Square, batch)
}

fn distance(trainer: &Trainer<f64>) -> f64 {
    trainer.network().parameters().iter().map(|w| (w - 1.0).powi(2)).sum::<f64>().sqrt()
}

// Of the mean of (f − y)² the Hessian is H = 2 XᵀX/n, and in the end a step shrinks the distance by 1 − η λ_min(H).
#[test]
fn full_batches_contract_at_the_rate_of_the_least_curvature() {
    let data = regression(60, 0.0);
    let curvature = 2.0 / 60.0 * sym_eigenvalues(&product_tn(&data.inputs, &data.inputs)).unwrap()[0];
    let rows: Vec<usize> = (0..60).collect();
    let mut trainer = linear(60);
    let rate = 0.05;
    let mut step = || {
        trainer.differentiate(&data, &rows, &calm).unwrap();
        trainer.descend(rate);
        distance(&trainer)
    };
    let early: Vec<f64> = (0..200).map(|_| step()).collect();
    let contraction = (early[199] / early[149]).powf(1.0 / 50.0);
    assert!((contraction - (1.0 - rate * curvature)).abs() < 1e-6, "{contraction}");
    assert!(early[199] < 1e-3);
}

// With steps c/(t + t₀), c λ_min > 1, the mean squared distance falls like 1/t: ten times the steps, a tenth of it.
#[test]
fn noisy_steps_of_one_over_t_converge_like_one_over_t() {
    let data = regression(200_000, 0.5);
    let mut squares = [0.0_f64; 2];
    for seed in 0..20 {
        let mut order = Order::new(seed, data.count(), 2);
        let (mut trainer, mut rows) = (linear(2), Vec::new());
        for step in 0..20_000 {
            order.rows(step, &mut rows);
            trainer.differentiate(&data, &rows, &calm).unwrap();
            trainer.descend(1.0 / (step as f64 + 100.0));
            if step == 1_999 {
                squares[0] += distance(&trainer).powi(2) / 20.0;
            }
        }
        squares[1] += distance(&trainer).powi(2) / 20.0;
    }
    let slope = (squares[1] / squares[0]).log10();
    assert!((slope + 1.0).abs() < 0.2, "{slope}, {squares:?}");
}

#[test]
fn a_rate_that_is_too_large_is_an_error_and_not_a_number() {
    let data = regression(60, 0.0);
    let rows: Vec<usize> = (0..60).collect();
    let mut trainer = linear(60);
    let ended = (0..10_000).find_map(|_| {
        let failed = trainer.differentiate(&data, &rows, &calm).err();
        trainer.descend(10.0);
        failed
    });
    assert!(ended.unwrap().to_string().contains("lower the learning rate"));
}

// Parts of a batch add up; and errors count signs.
#[test]
fn evaluation_is_the_mean_over_all_samples() {
    let data = regression(7, 0.0);
    let mut trainer = linear(3);
    let evaluation = trainer.evaluate(&data, 100, &calm).unwrap().unwrap();
    let expected = data.targets.iter().map(|y| y * y).sum::<f64>() / 7.0;
    assert!((evaluation.loss - expected).abs() < 1e-12);
    // an output of zero counts as positive
    let negative = data.targets.iter().filter(|&&y| y < 0.0).count() as f64;
    assert_eq!(evaluation.error, negative / 7.0);
    assert!(trainer.evaluate(&data, 0, &calm).unwrap().is_none());
}
