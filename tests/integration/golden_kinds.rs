//! The same numbers through the kinds of steps that studies are made of.
//! Source of every constant: float64 run of the reference implementation.

use crate::common::{Data, assert_close, printed, run_step, shared};
use lofi::artifact::{Geometry, Labels, Origin, Points, Representation, Samples, Table, Value};
use lofi::experiment::{DeepNngp, LayerKernel, RandomFeatures, RidgeReadout, Score, SignedMomentFilter};
use lofi::math::linalg::Matrix;
use lofi::step::ErasedKind;
use serde_json::{Value as Json, json};
use std::sync::Arc;

// The first output of a step with one input.
fn step(kind: &dyn ErasedKind, params: Json, input: Value) -> Value {
    run_step(kind, &params, input).remove(0)
}

fn score(predictions: Value, zero: &str) -> Table {
    match step(&Score, json!({"zero_counts_as": zero}), predictions) {
        Value::Table(table) => table,
        _ => panic!("a table"),
    }
}

fn check(what: &str, table: &Table, mse: &[f64], error: &[f64]) {
    let column = |name: &str| table.numbers(name).unwrap().into_iter().flatten().collect::<Vec<f64>>();
    assert_close(what, &column("test_mse"), mse, (1e-6, 0.0));
    assert_close(what, &column("test_error"), error, (0.0, 1e-12));
}

fn representation(data: Data) -> Value {
    let none = Points::Real(Matrix::zeros(0, data.x.ncols()));
    Value::Representation(Representation {
        samples: Samples { train: Points::Real(data.x), validation: none, test: Points::Real(data.x_test) },
        labels: Arc::new(Labels { train: data.y, validation: vec![], test: data.y_test }),
        geometry: None,
        origin: Origin::default(),
    })
}

fn kernel_lofi(x: Value, ranks: &[usize]) -> Value {
    let kernel = |x| step(&LayerKernel, json!({}), x);
    kernel(ranks.iter().fold(x, |x, k| step(&SignedMomentFilter, json!({"keep": k}), kernel(x))))
}

fn uncentred(x: Value) -> Value {
    let params = json!({"readout": "kernel-ridge-uncentred", "lambda": [1e-3, 1e-2, 1e-1, 1.0], "select": "each"});
    step(&RidgeReadout, params, x)
}

#[test]
fn kernel_lofi_chain() {
    let table = score(uncentred(kernel_lofi(representation(Data::sines()), &[6, 5])), "error");
    let mse = [0.376868958642, 0.435176458334, 0.501497303322, 0.642501027644];
    check("kernel LoFi", &table, &mse, &[0.1, 0.2, 0.2, 0.2]);
    let deviations = table.numbers("test_mse_standard_error").unwrap();
    let deviations: Vec<f64> = deviations.into_iter().flatten().collect();
    let expected = [0.122987160383, 0.151419338054, 0.150437212167, 0.172507862906];
    assert_close("standard error", &deviations, &expected, printed(12, 1e-6));
}

// A filter that keeps everything leaves the readout of a random-feature layer as it was.
#[test]
fn keeping_all_directions_changes_no_prediction() {
    let lifted = || step(&RandomFeatures, json!({"width": 12, "seed": 1}), representation(Data::sines()));
    let all = step(&SignedMomentFilter, json!({"keep": 12, "method": "primal"}), lifted());
    let readout = json!({"lambda": [0.01, 1.0], "select": "each"});
    let tables = [lifted(), all].map(|x| score(step(&RidgeReadout, readout.clone(), x), "positive"));
    for column in ["leave_one_out_mse", "train_mse", "test_mse"] {
        let [plain, rotated] = [&tables[0], &tables[1]].map(|t| t.numbers(column).unwrap());
        assert!(plain.iter().zip(&rotated).all(|(a, b)| (a.unwrap() - b.unwrap()).abs() < 1e-10), "{column}");
    }
}

// 500 and 1000 true CIFAR-10 images, read as bytes.
fn cifar10(records: &[u8]) -> Value {
    const RECORD: usize = 3073;
    let class = |i: usize| records[i * RECORD];
    let label = |i: usize| if matches!(class(i), 0 | 1 | 8 | 9) { 1.0 } else { -1.0 };
    let points = |range: std::ops::Range<usize>| Points::Pixels {
        bytes: range.flat_map(|i| records[i * RECORD + 1..(i + 1) * RECORD].to_vec()).collect(),
        geometry: Geometry { channels: 3, height: 32, width: 32 },
        mean: vec![0.4914, 0.4822, 0.4465],
        std: vec![0.2470, 0.2435, 0.2616],
    };
    Value::Representation(Representation {
        samples: Samples { train: points(0..500), validation: points(0..0), test: points(3000..4000) },
        labels: Arc::new(Labels {
            train: (0..500).map(label).collect(),
            validation: vec![],
            test: (3000..4000).map(label).collect(),
        }),
        geometry: None,
        origin: Origin::default(),
    })
}

#[test]
fn cifar10_kernel_n500() {
    let Some((oracle, records)) =
        shared("oracles/cifar10_kernel_n500.json").zip(shared("data/cifar10/cifar10_train_first4000.bin"))
    else {
        return;
    };
    let oracle: Json = serde_json::from_slice(&oracle).unwrap();
    let numbers = |v: &Json| v.as_array().map(|l| l.iter().filter_map(Json::as_f64).collect::<Vec<f64>>());
    for row in oracle["rows"].as_array().unwrap() {
        let state = match numbers(&row["k"]) {
            Some(k) => kernel_lofi(cifar10(&records), &k.iter().map(|&k| k as usize).collect::<Vec<_>>()),
            None => step(&DeepNngp, json!({"depth": 3}), cifar10(&records)),
        };
        let table = score(uncentred(state), "error");
        let found = table.numbers("test_error").unwrap().into_iter().flatten().collect::<Vec<f64>>();
        let error = numbers(&row["test_error"]).unwrap_or(found);
        check(&format!("k = {}", row["k"]), &table, &numbers(&row["test_mse"]).unwrap(), &error);
    }
}
