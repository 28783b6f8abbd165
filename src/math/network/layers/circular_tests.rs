//! Circular convolutions against the sum over positions, Parseval and the convolution theorem.

use super::*;
use crate::math::image::maps::Geometry;
use crate::math::network::{Architecture, Initialisation, Network, Parametrisation, Workspace, initial_parameters};

const SHAPES: [(usize, usize, usize, usize); 4] = [(2, 5, 4, 3), (1, 4, 4, 2), (3, 1, 6, 1), (2, 13, 13, 2)];

fn network((from, height, width, to): (usize, usize, usize, usize), pooling: f64) -> Network<f64> {
    let input = Geometry { channels: from, height, width };
    let layer = Layer::CircularConvolution(CircularConvolutionLayer { width: to, pooling, bias: true, window: None });
    let net = Architecture::new(input, &[layer], Parametrisation::Standard).unwrap();
    let parameters = Stream::new(3, "test-weights", 0).normal_columns(net.parameters(), 0, 1).as_slice().to_vec();
    Network::new(net, parameters).unwrap()
}

/// The filter from one channel to another at each position: the inverse transform of the weights.
fn filter(placed: &Placed, weights: &[f64], (a, b): (usize, usize)) -> Vec<f64> {
    let torus = Torus::new(placed.input.height, placed.input.width);
    let (from, to) = (placed.input.channels, placed.output.channels);
    let size = torus.positions() as f64;
    let mut filter = vec![0.0; torus.positions()];
    let basis = torus.basis();
    for wave in torus.waves() {
        let own = &weights[part(wave, from * to)];
        let column = &own[b * own.len() / to..][..own.len() / to];
        // w(t) = (1/P) Σ_ω Ŵ(ω) e^{iωt}, and √2 (R, I) stand in the weights
        for (t, value) in filter.iter_mut().enumerate() {
            *value += column[a] * basis[(t, wave.columns.start)] / size.sqrt();
            if !wave.is_alone() {
                *value -= column[from + a] * basis[(t, wave.columns.start + 1)] / size.sqrt();
            }
        }
    }
    filter
}

// What M does, position by position.
fn pooled(map: &[f64], (height, width): (usize, usize), strength: f64) -> Vec<f64> {
    let at = |row: usize, column: usize| map[row % height * width + column % width];
    let mean =
        |r: usize, s: usize| (0..9).map(|i| at(r + height + i / 3 - 1, s + width + i % 3 - 1)).sum::<f64>() / 9.0;
    let all = (0..height * width).map(|t| (t / width, t % width));
    all.map(|(r, s)| (1.0 - strength) * at(r, s) + strength * mean(r, s)).collect()
}

#[test]
fn layer_is_the_sum_over_positions() {
    for shape @ (from, height, width, to) in SHAPES {
        let network = network(shape, 0.6);
        let placed = &network.architecture().layers()[0];
        let (positions, rows) = (height * width, 2);
        let x = Stream::new(4, "test-images", 0).normal_columns(rows, 0, from * positions);
        let mut space = Workspace::new(network.architecture(), 3);
        space.input(rows).copy_from_slice(x.as_slice());
        network.forward(&mut space);
        let y = space.values(1);
        for row in 0..rows {
            for b in 0..to {
                let mut expected = vec![network.parameters()[placed.bias.start + b]; positions];
                for a in 0..from {
                    let filter = filter(placed, &network.parameters()[placed.weights.clone()], (a, b));
                    let map: Vec<f64> = (0..positions).map(|t| x[(row, a * positions + t)]).collect();
                    let map = pooled(&map, (height, width), 0.6);
                    for (t, expected) in expected.iter_mut().enumerate() {
                        *expected += (0..positions)
                            .map(|s| {
                                let row = (t / width + height - s / width) % height;
                                filter[s] * map[row * width + (t % width + width - s % width) % width]
                            })
                            .sum::<f64>();
                    }
                }
                let found = (0..positions).map(|t| y[(b * positions + t) * rows + row]);
                let worst = found.zip(&expected).map(|(y, e)| (y - e).abs()).fold(0.0, f64::max);
                assert!(worst < 1e-11, "{shape:?}: {worst:e}");
            }
        }
    }
}

#[test]
fn weights_have_the_norm_of_the_operator() {
    for shape @ (from, height, width, to) in SHAPES {
        let network = network(shape, 0.3);
        let placed = &network.architecture().layers()[0];
        let weights = &network.parameters()[placed.weights.clone()];
        let pairs = (0..from).flat_map(|a| (0..to).map(move |b| (a, b)));
        let entries: f64 = pairs.flat_map(|pair| filter(placed, weights, pair)).map(|w| w * w).sum();
        let norm: f64 = weights.iter().map(|w| w * w).sum();
        assert!((norm / ((height * width) as f64 * entries) - 1.0).abs() < 1e-12, "{shape:?}");
        // the operator's blocks have m_ω² of it, for ω and −ω together
        let torus = Torus::new(height, width);
        for wave in torus.waves() {
            let (real, imaginary) = frequency_block(placed, network.parameters(), (&torus, wave)).unwrap();
            let block = wave.columns.len() as f64 * (real.norm_squared() + imaginary.norm_squared());
            let own: f64 = weights[part(wave, from * to)].iter().map(|w| w * w).sum();
            assert!((block - torus.pooling_gain(wave, 0.3).powi(2) * own).abs() < 1e-11);
        }
    }
}

#[test]
fn orthogonal_start_passes_low_frequencies_alone() {
    let input = Geometry { channels: 4, height: 6, width: 5 };
    let layer =
        Layer::CircularConvolution(CircularConvolutionLayer { width: 4, pooling: 0.5, bias: true, window: None });
    let net = Architecture::new(input, &[layer], Parametrisation::TangentKernel).unwrap();
    let parameters: Vec<f64> = initial_parameters(&net, Initialisation::Orthogonal { degree: 2 }, 5);
    let placed = &net.layers()[0];
    let torus = Torus::new(6, 5);
    for wave in torus.waves() {
        let (real, imaginary) = frequency_block(placed, &parameters, (&torus, wave)).unwrap();
        let expected = if wave.degree() <= 2 { 2.0 } else { 0.0 };
        let product = &real * real.transpose() - Matrix::identity(4, 4) * expected;
        assert!(product.amax() < 1e-12 && imaginary.amax() == 0.0, "{:?}", wave.frequency);
    }
    assert!(parameters[placed.bias.clone()].iter().all(|&b| b == 0.0));
}
