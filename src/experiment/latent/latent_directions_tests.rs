use super::*;
use crate::experiment::TrainNetwork;
use crate::experiment::testing::{Check, pixels, representation};
use crate::math::linalg::Matrix;
use serde_json::json;

// A linear network of one layer: what is decoded is the layer itself.
fn network(width: usize) -> (Value, Value) {
    let params = json!({
        "layers": [{"circular-convolution": {"width": width, "pooling": 0.2}}],
        "learning_rate": 0.001, "batch": 5, "steps": 1, "seed": 1, "initialisation": "he"
    });
    let x = Value::Representation(pixels(9, 2, 3));
    let inputs = vec![("x", x.clone()), ("targets", x.clone())];
    (x, Check::of(&TrainNetwork).run(&params, inputs).remove(2))
}

fn pictures(params: serde_json::Value, x: Value, network: Value) -> Pictures {
    match Check::of(&LatentDirections).run(&params, vec![("x", x), ("network", network)]).remove(0) {
        Value::Pictures(pictures) => pictures,
        other => panic!("{other:?}"),
    }
}

// Doubling adds the part along the direction, halving takes half of it away; ±i turn it by a right angle both ways.
#[test]
fn changes_are_multiples_of_one_part() {
    let (x, network) = network(2);
    let made = pictures(json!({"layer": 1, "directions": 8}), x, network);
    let named = |row: &str, column: &str| {
        let found = made.pictures.iter().find(|p| p.row == row && p.column == column && p.note.is_empty());
        found.map(|p| Matrix::from_column_slice(12, 1, &p.values))
    };
    let rows: std::collections::BTreeSet<&str> = made.pictures.iter().map(|p| p.row.as_str()).collect();
    assert_eq!(rows.len(), 8, "two directions at each of four frequencies");
    let plain = named(made.pictures[0].row.as_str(), "output").unwrap();
    let mut sum = Matrix::zeros(12, 1);
    for row in rows {
        let part = named(row, "×2").unwrap() - &plain;
        let half = &plain - named(row, "×½").unwrap();
        assert!((&part * 0.5 - half).amax() < 1e-6);
        if let (Some(left), Some(right)) = (named(row, "×i"), named(row, "×−i")) {
            let (left, right) = (left - &plain + &part, right - &plain + &part);
            assert!((&left + &right).amax() < 1e-5, "opposite turns");
            assert!((left.norm() - part.norm()).abs() < 1e-5 && left.dot(&part).abs() < 1e-5, "by a right angle");
        }
        sum += part;
    }
    // without bias and activation the parts are all there is
    assert!((sum - plain).amax() < 1e-5);
    assert!(made.pictures.iter().all(|p| p.geometry.height == 4 && p.geometry.width == 3));
}

#[test]
fn what_is_no_circular_convolution_or_sample_is_refused() {
    let (x, network) = network(2);
    let refuse = |params| {
        let inputs = vec![("x", x.clone()), ("network", network.clone())];
        Check::of(&LatentDirections).refuse(&params, inputs).remove(0).message
    };
    assert!(refuse(json!({"layer": 2})).contains("the layers with weights are 1 to 1"));
    assert_eq!(refuse(json!({"layer": 1, "sample": 3})), "sample is 3, but there are 3 test samples");
    let flat = representation(&pixels(9, 2, 3));
    let params = json!({"layers": [{"dense": {"width": 1}}], "learning_rate": 0.1, "batch": 5, "steps": 1, "seed": 1});
    let flat = Value::Representation(flat);
    let dense = Check::of(&TrainNetwork).run(&params, vec![("x", flat.clone())]).remove(2);
    let error = Check::of(&LatentDirections).fail(&json!({"layer": 1}), vec![("x", flat), ("network", dense)]);
    assert!(error.to_string().contains("layer 1 is no circular convolution"), "{error}");
}
