use super::*;
use crate::artifact::Checkpoint;
use crate::experiment::TrainNetwork;
use crate::experiment::testing::{Check, pixels};
use serde_json::json;

// At its first weights.
fn started(layers: serde_json::Value, initialisation: serde_json::Value) -> Network {
    let params = json!({
        "layers": layers, "initialisation": initialisation, "learning_rate": 0.1, "batch": 5, "steps": 0, "seed": 1
    });
    let made = Check::of(&TrainNetwork).run(&params, vec![("x", Value::Representation(pixels(9, 2, 3)))]).remove(2);
    let Value::Network(network) = made else { panic!("a network") };
    network
}

fn tables(params: serde_json::Value, network: Network) -> [Table; 2] {
    let inputs = vec![("x", Value::Representation(pixels(9, 2, 3))), ("network", Value::Network(network))];
    let outputs = Check::of(&NetworkJacobian).run(&params, inputs);
    let tables = outputs.into_iter().map(|value| match value {
        Value::Table(table) => table,
        other => panic!("{other:?}"),
    });
    tables.collect::<Vec<_>>().try_into().unwrap()
}

fn column(table: &Table, name: &str) -> Vec<f64> {
    table.numbers(name).unwrap().into_iter().flatten().collect()
}

fn near(found: &[f64], expected: &[f64]) -> bool {
    found.len() == expected.len() && found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5)
}

// Samples have 12 numbers. Two linear layers that scale three of them: singular values 3·2, 1·2 and 0.5·0.2.
#[test]
fn a_diagonal_network_has_the_values_written_into_it() {
    let layers = json!([{"dense": {"width": 3}}, {"dense": {"width": 3}}]);
    let (mut first, mut second) = (vec![0.0; 36], vec![0.0; 9]);
    for (unit, (a, b)) in [(3.0, 2.0), (1.0, 2.0), (0.5, 0.2)].into_iter().enumerate() {
        first[12 * unit + 4 * unit] = a;
        second[3 * unit + unit] = b;
    }
    let one = started(json!([{"dense": {"width": 1}}]), json!("he"));
    let network = Network {
        layers: serde_json::from_value(layers).unwrap(),
        checkpoints: vec![Checkpoint { step: 7, parameters: first.into_iter().chain(second).collect() }],
        ..one
    };
    let [terms, values] = tables(json!({"samples": 2, "threshold": 0.05, "largest": 3}), network);
    assert!(near(&column(&values, "singular_value"), &[6.0, 2.0, 0.1, 6.0, 2.0, 0.1]));
    assert!(near(&column(&values, "weight"), &[1.0; 6]));
    assert_eq!([column(&terms, "step"), column(&terms, "sample")], [vec![7.0; 2], vec![0.0, 1.0]]);
    // 0.1 is below a twentieth of 6
    assert_eq!([column(&terms, "rank"), column(&terms, "layers")], [vec![2.0; 2], vec![2.0; 2]]);
    let norm = 9.0 + 1.0 + 0.25 + 4.0 + 4.0 + 0.04;
    assert!(near(&column(&terms, "squared_norm"), &[norm; 2]));
    assert!(near(&column(&terms, "log_sum"), &[12.0_f64.ln(); 2]));
    assert!(near(&column(&terms, "regularity"), &[norm - 4.0; 2]));
    assert!(near(&column(&terms, "least_norm"), &[2.0 * (6.0 + 2.0); 2]));
}

// Maps of 2 x 3: the start lets ω = (0, 0), (0, ±1) and (1, 0) pass, each with gain √2 whatever the pooling, so the values of
// a layer are √2 in its width times four columns, at prices 1/m_ω².
#[test]
fn waves_weigh_what_they_cost() {
    let pooled = |beta: f64| {
        let layers =
            json!([{"circular-convolution": {"width": 2, "pooling": beta, "bias": true}}, {"dense": {"width": 1}}]);
        let mut network = started(layers, json!({"orthogonal": {"degree": 1}}));
        // the readout, which training needs, away
        network.layers.truncate(1);
        network.checkpoints.iter_mut().for_each(|c| c.parameters.truncate(2 * 2 * 6 + 2));
        network
    };
    // gains: (0, 1): 1 − β + β (1 + 2 cos 120°)/3; (1, 0), two rows: 1 − β + β (1 + 2 cos 180°)/3
    let beta = 0.3;
    let prices = [1.0, (1.0_f64 - beta).powi(-2), (1.0 - beta * 4.0 / 3.0).powi(-2)];
    let total = 2.0 * (prices[0] + 2.0 * prices[1] + prices[2]);
    let [terms, values] = tables(json!({"samples": 1, "pooling": beta}), pooled(beta));
    let root = 2.0_f64.sqrt();
    assert!(near(&column(&values, "singular_value"), &[[root; 8].as_slice(), &[0.0; 4]].concat()));
    assert!(near(&column(&terms, "weighted_rank"), &[total]), "{:?}", column(&terms, "weighted_rank"));
    assert!(near(&column(&terms, "log_sum"), &[total * root.ln()]));
    let [plain, _] = tables(json!({"samples": 1}), pooled(0.0));
    assert!(near(&column(&plain, "weighted_rank"), &[8.0]));
    // one linear layer costs its least norm, 2 Σ w, exactly
    assert!(near(&column(&terms, "squared_norm"), &column(&terms, "least_norm")));
}

// Law: no network without pooling has a norm below L Σ s^(2/L), whatever its weights (the arithmetic mean of the layers' norms
// bounds the Schatten norm of their product, and ReLU only takes away).
#[test]
fn no_network_is_cheaper_than_its_jacobian() {
    let layers = json!([
        {"dense": {"width": 9, "bias": true}}, {"activation": "relu"}, {"dense": {"width": 7, "bias": true}},
        {"activation": "relu"}, {"dense": {"width": 5}}
    ]);
    for law in ["he", "pytorch"] {
        let made =
            started(json!([{"dense": {"width": 40}}, {"dense": {"width": 6}}, {"dense": {"width": 1}}]), json!(law));
        let numbers = 12 * 9 + 9 + 9 * 7 + 7 + 7 * 5;
        let parameters = made.checkpoints[0].parameters[..numbers].to_vec();
        let checkpoints = vec![Checkpoint { step: 0, parameters }];
        let network = Network { layers: serde_json::from_value(layers.clone()).unwrap(), checkpoints, ..made };
        let [terms, _] = tables(json!({"samples": 3, "threshold": 0.0}), network);
        let (norm, least) = (column(&terms, "squared_norm"), column(&terms, "least_norm"));
        assert!(norm.iter().zip(&least).all(|(norm, least)| norm > least), "{norm:?} {least:?}");
        // a sample that no unit sees has no singular value; not all are so
        assert!(norm.iter().zip(&least).any(|(norm, least)| *least > 0.05 * norm), "{norm:?} {least:?}");
    }
}

#[test]
fn samples_that_the_network_does_not_take_are_refused() {
    let network = Value::Network(started(json!([{"dense": {"width": 1}}]), json!("he")));
    let none = vec![("x", Value::Representation(pixels(9, 2, 0))), ("network", network)];
    assert_eq!(Check::of(&NetworkJacobian).refuse(&json!({}), none)[0].message, "there are no test samples");
}
