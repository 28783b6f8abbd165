use super::*;
use crate::experiment::TrainNetwork;
use crate::experiment::testing::{Check, pixels};
use serde_json::json;

fn network(layers: serde_json::Value, extra: (&str, serde_json::Value)) -> Value {
    let mut params = json!({
        "layers": layers, "learning_rate": 0.1, "batch": 5, "steps": 2, "checkpoints": [0], "seed": 1
    });
    params[extra.0] = extra.1;
    Check::of(&TrainNetwork).run(&params, vec![("x", Value::Representation(pixels(9, 2, 3)))]).remove(2)
}

fn tables(params: serde_json::Value, network: &Value) -> [Table; 4] {
    let outputs = Check::of(&NetworkSingularValues).run(&params, vec![("network", network.clone())]);
    let tables = outputs.into_iter().map(|value| match value {
        Value::Table(table) => table,
        other => panic!("{other:?}"),
    });
    tables.collect::<Vec<_>>().try_into().unwrap()
}

fn column(table: &Table, name: &str) -> Vec<f64> {
    table.numbers(name).unwrap().into_iter().flatten().collect()
}

// Images are 2 x 2 x 3: two rows of three, so frequencies (0, 0), (0, ±1), (1, 0), (1, ±1).
#[test]
fn an_orthogonal_start_keeps_its_low_frequencies_in_every_direction() {
    let layers = json!([
        {"circular-convolution": {"width": 2, "pooling": 0.3, "bias": true}}, {"activation": "relu"},
        "global-average", {"dense": {"width": 1, "bias": true}}
    ]);
    let network = network(layers, ("initialisation", json!({"orthogonal": {"degree": 1}})));
    let [values, kept, layers, summary] = tables(json!({"threshold": 0.9, "largest": 100}), &network);
    let rows = |table: &Table| {
        let (steps, layers) = (column(table, "step"), column(table, "layer"));
        steps.into_iter().zip(layers).map(|(step, layer)| step == 0.0 && layer == 1.0).collect::<Vec<_>>()
    };
    let at_start = |table: &Table, name: &str| -> Vec<f64> {
        column(table, name).into_iter().zip(rows(table)).filter_map(|(x, own)| own.then_some(x)).collect()
    };
    let found = at_start(&values, "singular_value");
    let degrees = at_start(&values, "degree");
    assert_eq!(found.len(), 4 * 2, "two directions at each of four frequencies, ω and −ω as one");
    for (value, degree) in found.iter().zip(degrees) {
        let expected = if degree <= 1.0 { 2.0_f64.sqrt() } else { 0.0 };
        assert!((value - expected).abs() < 1e-6);
    }
    assert_eq!(at_start(&kept, "degree"), [0.0, 1.0, 2.0]);
    // (0, 0); then (0, ±1) and (1, 0), where −ω is ω
    assert_eq!(at_start(&kept, "directions"), [2.0, 6.0, 0.0]);
    assert_eq!(at_start(&kept, "frequencies"), [2.0, 4.0, 0.0]);
    assert_eq!(at_start(&layers, "directions"), [8.0]);
    assert_eq!([at_start(&layers, "frequencies"), at_start(&layers, "constant")], [vec![6.0], vec![2.0]]);
    let norms: Vec<f64> = column(&layers, "squared_norm");
    assert!((norms[0] + norms[1] - column(&summary, "squared_norm")[0]).abs() < 1e-9);
    let Value::Network(made) = &network else { panic!("a network") };
    let direct: f64 = made.checkpoints[0].parameters.iter().map(|&w| f64::from(w).powi(2)).sum();
    assert_eq!(column(&summary, "squared_norm")[0], direct);
    assert_eq!(column(&summary, "step"), [0.0, 2.0]);
    assert_eq!(column(&summary, "layers"), [2.0, 2.0]);
}

#[test]
fn a_dense_layer_has_the_values_of_its_matrix() {
    let layers = json!([{"dense": {"width": 4}}, {"activation": "tanh"}, {"dense": {"width": 1}}]);
    let network = network(layers, ("initialisation", json!("tangent-kernel")));
    let [values, kept, _, _] = tables(json!({"threshold": 0.0, "largest": 3, "degrees": 0}), &network);
    let Value::Network(made) = &network else { panic!("a network") };
    // Σσ² is the squared norm of the weights over the inputs of a unit; the readout has one value
    let readout: f64 = made.checkpoints[0].parameters[48..].iter().map(|&w| f64::from(w).powi(2)).sum();
    let found = column(&values, "singular_value");
    assert!((found[3] - (readout / 4.0).sqrt()).abs() < 1e-6);
    assert!(found[0] >= found[1] && found[1] >= found[2]);
    assert_eq!(column(&kept, "directions")[..2], [4.0, 1.0]);
}
