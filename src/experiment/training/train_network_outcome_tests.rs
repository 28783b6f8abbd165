//! Penalties, windows and outcomes of training.

use super::tests::images;
use super::*;
use crate::artifact::Value;
use crate::experiment::testing::{Check, pixels};
use serde_json::{Value as Json, json};

#[test]
fn a_penalty_on_entries_is_the_one_on_the_operator_over_the_positions() {
    let trained = |lambda: f64, filters: &str| {
        let params = json!({
            "layers": [{"circular-convolution": {"width": 2}}, "global-average", {"dense": {"width": 1}}],
            "l2_penalty": {"lambda": lambda, "filters": filters}, "trained": [1],
            "learning_rate": 0.05, "batch": 9, "steps": 3, "seed": 1
        });
        let made = Check::of(&TrainNetwork).run(&params, vec![("x", Value::Representation(pixels(9, 2, 3)))]).remove(2);
        let Value::Network(network) = made else { panic!("a network") };
        network.checkpoints.last().unwrap().parameters.clone()
    };
    let (entries, operator) = (trained(0.6, "entries"), trained(0.1, "operator"));
    assert!(entries.iter().zip(&operator).all(|(a, b)| (a - b).abs() < 1e-6), "{entries:?} {operator:?}");
    let other = trained(0.6, "operator");
    assert!(entries.iter().zip(&other).any(|(a, b)| (a - b).abs() > 1e-3));
}

// Law: filters that have a window stay within it, whatever the optimiser does.
#[test]
fn filters_stay_within_their_window() {
    let params = json!({
        "layers": [{"circular-convolution": {"width": 2, "window": 1}}, {"activation": "relu"}, "global-average",
                   {"dense": {"width": 1}}],
        "optimiser": {"adam": {}}, "learning_rate": 0.1, "batch": 4, "steps": 5, "seed": 1
    });
    let made = Check::of(&TrainNetwork).run(&params, vec![("x", Value::Representation(pixels(9, 2, 3)))]).remove(2);
    let Value::Network(network) = made else { panic!("a network") };
    let weights = &network.checkpoints.last().unwrap().parameters[..2 * 2 * 6];
    // one position: the same real Ŵ at each frequency, √2 of it and no imaginary part where −ω is another one; frequencies
    // (0, 0), (0, ±1), (1, 0), (1, ±1) have 1, 2, 1 and 2 numbers
    let block = |start: usize, numbers: usize| -> Vec<[f32; 2]> {
        let own = &weights[start * 4..(start + numbers) * 4];
        let at = |b: usize, a: usize, part: usize| own[b * numbers * 2 + part * 2 + a];
        (0..4).map(|i| [at(i / 2, i % 2, 0), if numbers == 2 { at(i / 2, i % 2, 1) } else { 0.0 }]).collect()
    };
    let constant = block(0, 1);
    assert!(constant.iter().any(|[x, _]| x.abs() > 0.05));
    for (start, numbers) in [(1, 2), (3, 1), (4, 2)] {
        let scale = (numbers as f32).sqrt();
        for ([real, imaginary], [at_zero, _]) in block(start, numbers).iter().zip(&constant) {
            assert!((real - scale * at_zero).abs() < 1e-5 && imaginary.abs() < 1e-5);
        }
    }
}

fn outcome(extra: &Json) -> Vec<f64> {
    let mut params = json!({
        "layers": [{"dense": {"width": 8, "bias": true}}, {"activation": "relu"}, {"dense": {"width": 1, "bias": true}}],
        "learning_rate": 0.05, "batch": 20, "steps": 200, "seed": 1
    });
    extra.as_object().unwrap().iter().for_each(|(key, value)| params[key] = value.clone());
    let made = Check::of(&TrainNetwork).run(&params, vec![("x", Value::Representation(images()))]);
    let Value::Table(table) = &made[3] else { panic!("a table") };
    let names = ["train_loss", "squared_norm", "objective", "constant_loss", "relative_loss", "collapsed"];
    names.iter().map(|name| table.numbers(name).unwrap()[0].unwrap()).collect()
}

// A penalty that leaves nothing but a bias ends at the constant; training without one does not. 20 labels ±1, p of them +1: the
// square's constant loss is 4 p (1 − p).
#[test]
fn a_run_that_learns_a_constant_is_told() {
    let positive = images().labels.train.iter().filter(|&&y| y > 0.0).count() as f64 / 20.0;
    let learnt = outcome(&json!({}));
    assert!((learnt[3] - 4.0 * positive * (1.0 - positive)).abs() < 1e-12);
    assert!(learnt[0] < 0.5 * learnt[3] && learnt[5] == 0.0, "{learnt:?}");
    assert_eq!(learnt[2], learnt[0], "no penalty");
    assert!((learnt[4] - learnt[0] / learnt[3]).abs() < 1e-12);
    let penalty = json!({"l2_penalty": {"lambda": 2.0}});
    let collapsed = outcome(&penalty);
    assert_eq!(collapsed[5], 1.0, "{collapsed:?}");
    assert!((collapsed[2] - (collapsed[0] + 2.0 * collapsed[1])).abs() < 1e-12);
}

#[test]
fn restarts_are_other_starts_of_the_same_seed() {
    let of = |restart: usize| outcome(&json!({"restart": restart, "steps": 3}));
    assert_eq!(of(0), outcome(&json!({"steps": 3})));
    assert!(of(1) != of(0) && of(2) != of(1) && of(1) == of(1));
    let canonical = |params: &Json| Check::of(&TrainNetwork).canonical(params).unwrap();
    let plain = json!({"layers": [{"dense": {"width": 1}}], "learning_rate": 0.1, "batch": 1, "steps": 1, "seed": 0});
    assert_eq!(canonical(&plain).get("restart"), None, "keys without restarts stay");
}
