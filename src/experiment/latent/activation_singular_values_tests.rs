use super::*;
use crate::experiment::TrainNetwork;
use crate::experiment::testing::{Check, pixels};
use serde_json::json;
use std::f64::consts::TAU;

const LAYOUT: Geometry = Geometry { channels: 2, height: 2, width: 3 };

fn degree(directions: &[Direction], degree: usize) -> Vec<f64> {
    directions.iter().filter(|d| d.degree == degree).map(|d| d.value).collect()
}

// Channel 0 is the constant 2; channel 1 a wave of amplitude 3 and another phase in each sample.
#[test]
fn a_constant_and_a_wave_stand_at_their_frequencies() {
    let given = Matrix::from_fn(5, 12, |sample, place| {
        let (channel, column) = (place / 6, place % 3);
        if channel == 0 { 2.0 } else { 3.0 * libm::cos(TAU * (column as f64 / 3.0 + 0.17 * sample as f64)) }
    });
    let found = directions(&given, LAYOUT).unwrap();
    let near = |found: &[f64], expected: &[f64]| found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12);
    // 2 √P; and A √P/2, as ω and −ω share the square A² P/2
    assert!(near(&degree(&found, 0), &[2.0 * 6.0_f64.sqrt(), 0.0]));
    let ones = degree(&found, 1);
    assert_eq!(ones.len(), 4, "(0, ±1) and (1, 0), two channels");
    assert!(near(&ones[..2], &[1.5 * 6.0_f64.sqrt(), 0.0]), "{ones:?}");
    assert!(degree(&found, 2).iter().chain(&ones[2..]).all(|value| value.abs() < 1e-12));
    let params = Params { samples: 5, threshold: 0.5, degrees: 1 };
    let counted = Found::of(found, &params);
    assert_eq!(counted.by_degree.iter().map(|(n, _)| *n).collect::<Vec<_>>(), [1, 1]);
    // 4·6 against 9·6/2
    assert!((counted.by_degree[0].1 - 4.0 / 8.5).abs() < 1e-12 && (counted.by_degree[1].1 - 4.5 / 8.5).abs() < 1e-12);
}

// Law: whatever the numbers, all squares add up to the mean squared norm of a sample.
#[test]
fn squares_add_up_to_the_squared_norm() {
    let given = crate::math::random::Stream::new(2, "activations", 0).normal_columns(7, 0, 12);
    let found = directions(&given, LAYOUT).unwrap();
    let total: f64 = found.iter().map(|d| d.multiplicity as f64 * d.value * d.value).sum();
    assert!((total - given.norm_squared() / 7.0).abs() < 1e-12);
}

#[test]
fn every_hidden_layer_has_its_rows() {
    let layers = json!([
        {"circular-convolution": {"width": 2, "bias": true}}, {"activation": "relu"}, "global-average",
        {"dense": {"width": 3}}, {"activation": "relu"}, {"dense": {"width": 1}}
    ]);
    let params = json!({"layers": layers, "learning_rate": 0.1, "batch": 5, "steps": 1, "checkpoints": [0], "seed": 1});
    let x = || ("x", Value::Representation(pixels(9, 2, 3)));
    let network = Check::of(&TrainNetwork).run(&params, vec![x()]).remove(2);
    let made = Check::of(&ActivationSingularValues).run(&json!({"samples": 3}), vec![x(), ("network", network)]);
    let [Value::Table(kept), Value::Table(layers)] = &made[..] else { panic!("two tables") };
    let numbers = |table: &Table, name: &str| table.numbers(name).unwrap().into_iter().flatten().collect::<Vec<_>>();
    assert_eq!(numbers(layers, "step"), [0.0, 0.0, 1.0, 1.0]);
    assert_eq!(numbers(layers, "layer"), [1.0, 2.0, 1.0, 2.0]);
    // the mean over positions and the dense layer have one position
    assert_eq!(numbers(kept, "degree"), [0.0; 4]);
    assert!(numbers(kept, "share").iter().all(|share| (share - 1.0).abs() < 1e-12));
    assert_eq!(numbers(layers, "constant"), numbers(layers, "frequencies"));
}
