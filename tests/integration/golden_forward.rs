//! The forward network of three blocks: first moment and what is orthogonal to it, random expansion, ridge by generalised
//! cross-validation. Source of every constant: `python3 tests/oracles/forward_network.py`, NumPy in double precision.

use crate::common::{Data, assert_close, run_step};
use lofi::artifact::{Labels, Origin, Points, Representation, Samples, Value};
use lofi::experiment::{ProjectedMomentFilter, RidgeReadout};
use lofi::math::activation::Activation;
use lofi::math::linalg::Matrix;
use lofi::math::lofi::random_features::RandomLayer;
use serde_json::json;
use std::sync::Arc;

const EIGENVALUES: [[f64; 3]; 3] = [
    [-0.879930059918, -0.420117849336, -0.347088304089],
    [-0.0524532119277, -0.0339291125649, -0.00999279593882],
    [-0.0480583788798, -0.0132759692782, -0.0029407315661],
];
const ALPHA: f64 = 0.014563484775;
const GCV: f64 = 0.714742225463;
const PREDICTED: [f64; 10] = [
    0.284239732687,
    -0.597664892065,
    -0.526992398918,
    -0.318942046089,
    -0.418614517682,
    -0.088585330698,
    -0.258679358671,
    -0.370647887723,
    -0.0752339753419,
    0.225548906038,
];

fn weights(block: usize) -> Matrix {
    Matrix::from_fn(4, 30, |i, j| {
        let (i, j) = ((i + 1) as f64, (j + 1) as f64);
        (1.3 * i + 0.7 * j + 0.11 * i * j + block as f64).cos()
    })
}

#[test]
fn three_blocks_and_their_readout_are_those_of_numpy() {
    let Data { x, y, x_test, y_test } = Data::sines();
    let none = Points::Real(Matrix::zeros(0, x.ncols()));
    let mut h = Representation {
        samples: Samples { train: Points::Real(x), validation: none, test: Points::Real(x_test) },
        labels: Arc::new(Labels { train: y, validation: vec![], test: y_test }),
        geometry: None,
        origin: Origin::default(),
    };
    for (block, expected) in EIGENVALUES.iter().enumerate() {
        let outputs = run_step(&ProjectedMomentFilter, &json!({"keep": 3}), Value::Representation(h));
        let [Value::Representation(reduced), Value::Spectrum(spectrum)] = outputs.as_slice() else {
            panic!("features and a spectrum")
        };
        assert_close("eigenvalues", &spectrum.values, expected, (1e-9, 1e-12));
        let [train, validation, test] = reduced.splits().map(|(_, points)| points.to_matrix());
        let layer = RandomLayer::fit(&train, weights(block), Activation::Relu).unwrap();
        let lifted = [&train, &validation, &test].map(|rows| Points::Real(layer.apply(rows).unwrap()));
        h = reduced.with_points(lifted);
    }
    let params = json!({
        "lambda": {"log10": {"from": -6, "to": 6, "points": 50}}, "select": "gcv", "least_freedom": 0.05,
        "counts_intercept": false
    });
    let outputs = run_step(&RidgeReadout, &params, Value::Representation(h));
    let [Value::Predictions(predictions), Value::Table(path)] = outputs.as_slice() else { panic!("predictions") };
    assert_close("penalty", &[predictions.readouts[0].lambda.unwrap()], &[ALPHA], (1e-8, 0.0));
    let gcv = path.numbers("gcv").unwrap().into_iter().flatten().fold(f64::INFINITY, f64::min);
    assert_close("gcv", &[gcv], &[GCV], (1e-8, 0.0));
    assert_close("predictions", predictions.test.predicted.as_slice(), &PREDICTED, (1e-8, 1e-10));
}
