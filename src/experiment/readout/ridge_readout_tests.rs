//! Tests of `ridge-readout`.

use super::*;
use crate::experiment::LayerKernel;
use crate::experiment::testing::{Check, pixels};
use crate::math::ridge::first_minimum;
use serde_json::{Value as Json, json};

fn read(params: &Json, x: Value) -> (Predictions, Table) {
    let mut outputs = Check::of(&RidgeReadout).run(params, vec![("x", x)]).into_iter();
    match (outputs.next(), outputs.next()) {
        (Some(Value::Predictions(p)), Some(Value::Table(t))) => (p, t),
        _ => panic!("predictions and a table"),
    }
}

fn vectors() -> Value {
    Value::Representation(pixels(25, 6, 7))
}

const FORMS: [&str; 4] = ["ridge-cv", "kernel-ridge-cv", "kernel-ridge-centred", "kernel-ridge-uncentred"];

#[test]
fn selection_is_the_minimum_of_its_column() {
    let grid = json!({"log10": {"from": -3, "to": 3, "points": 40}});
    let columns = [("leave-one-out", "leave_one_out_mse"), ("gcv", "gcv"), ("validation", "validation_mse")];
    for (select, column) in columns {
        for readout in FORMS {
            let (p, path) = read(&json!({"readout": readout, "lambda": grid, "select": select}), vectors());
            let errors: Vec<f64> = path.numbers(column).unwrap().into_iter().flatten().collect();
            let best = first_minimum(&errors).unwrap();
            assert_eq!(path.column("selected").unwrap()[best], Cell::Bool(true));
            assert_eq!(p.readouts[0].lambda, path.numbers("lambda").unwrap()[best]);
            assert_eq!(p.readouts[0].leave_one_out_mse, path.numbers("leave_one_out_mse").unwrap()[best]);
        }
    }
}

#[test]
fn a_penalty_that_leaves_too_little_freedom_is_not_chosen() {
    let grid = json!({"log10": {"from": -6, "to": 3, "points": 40}});
    // 25 samples of more features: the smallest penalties leave nothing
    for select in ["leave-one-out", "gcv"] {
        let of = |least: f64| {
            let tree = json!({"lambda": grid, "select": select, "least_freedom": least, "counts_intercept": false});
            read(&tree, vectors()).0.readouts[0].lambda.unwrap()
        };
        let chosen: Vec<f64> = [0.0, 0.05, 0.5, 0.9].into_iter().map(of).collect();
        assert!(chosen.windows(2).all(|pair| pair[0] <= pair[1]) && chosen[0] < chosen[3], "{select}: {chosen:?}");
    }
    let nothing = json!({"lambda": [1e-9], "select": "gcv", "least_freedom": 0.9});
    let error = Check::of(&RidgeReadout).fail(&nothing, vec![("x", vectors())]).to_string();
    assert!(error.contains("leaves 22.5 degrees of freedom"), "{error}");
    let each = json!({"select": "each", "least_freedom": 0.1});
    let problems = Check::of(&RidgeReadout).refuse(&each, vec![("x", vectors())]);
    assert_eq!(problems[0].at.as_deref(), Some("least_freedom"));
}

#[test]
fn generalised_errors_have_their_column_where_they_are_chosen_by() {
    let path = |select: &str| read(&json!({"lambda": [0.1, 1.0], "select": select}), vectors()).1;
    let names = ["lambda", "leave_one_out_mse", "gcv", "train_mse", "validation_mse", "selected"];
    assert_eq!(path("gcv").names(), names);
    assert_eq!(path("gcv").column("leave_one_out_mse").unwrap(), vec![Cell::Null; 2]);
    let others: Vec<&str> = names.into_iter().filter(|&name| name != "gcv").collect();
    assert!(["leave-one-out", "validation", "test", "each"].iter().all(|select| path(select).names() == others));
    // not the residuals alone, nor those left out
    let of = |path: &Table, column: &str| path.numbers(column).unwrap()[0].unwrap();
    assert!(of(&path("gcv"), "gcv") > of(&path("gcv"), "train_mse"));
    assert_eq!(of(&path("gcv"), "validation_mse"), of(&path("validation"), "validation_mse"));
}

#[test]
fn kernels_are_read_out_with_every_penalty() {
    let kernel = || Check::of(&LayerKernel).run(&json!({}), vec![("x", vectors())]).remove(0);
    for readout in FORMS {
        let (p, path) = read(&json!({"readout": readout, "lambda": [0.1, 1.0], "select": "each"}), kernel());
        assert_eq!((p.readouts.len(), path.height(), p.origin.card.as_str()), (2, 2, "tiny"));
        let mse = |l: usize| mean_squared_error(p.train.predicted.column(l).as_slice(), &p.train.labels).unwrap().mean;
        let listed = path.numbers("train_mse").unwrap();
        assert!((0..2).all(|l| (mse(l) - listed[l].unwrap()).abs() < 1e-12));
    }
}

#[test]
fn choosing_on_the_test_samples_gives_the_least_test_error() {
    let grid = json!({"log10": {"from": -3, "to": 3, "points": 20}});
    let error = |select: &str| {
        let (p, _) = read(&json!({"lambda": grid, "select": select}), vectors());
        let column = |l: usize| p.test.predicted.column(l).as_slice().to_vec();
        let errors = (0..p.readouts.len()).map(|l| mean_squared_error(&column(l), &p.test.labels).unwrap().mean);
        errors.fold(f64::INFINITY, f64::min)
    };
    // two routes to the same number
    assert!((error("test") - error("each")).abs() < 1e-12);
    assert!(error("test") < error("validation"));
}

#[test]
fn default_is_the_finite_width_readout_of_the_paper() {
    let params = Check::of(&RidgeReadout).canonical(&json!({})).unwrap();
    assert_eq!((params["readout"].clone(), params["select"].clone()), (json!("ridge-cv"), json!("leave-one-out")));
    let written = json!({"lambda": {"log10": {"from": -6, "to": 6, "points": 500}}});
    assert_eq!(params, Check::of(&RidgeReadout).canonical(&written).unwrap(), "one step, not two, in any store");
}

#[test]
fn senseless_requests_are_refused() {
    let refuse = |params: Json, x| Check::of(&RidgeReadout).refuse(&params, vec![("x", x)])[0].at.clone();
    assert_eq!(refuse(json!({"lambda": [1.0, 0.0]}), vectors()).as_deref(), Some("lambda"));
    let no_validation = Value::Representation(pixels(5, 0, 2));
    assert_eq!(refuse(json!({"select": "validation"}), no_validation).as_deref(), Some("select"));
    let one = || Value::Representation(pixels(1, 2, 2));
    assert_eq!(refuse(json!({"select": "gcv"}), one()).as_deref(), Some("select"));
    // of a label that is not centred something is left
    let (p, _) = read(&json!({"select": "gcv", "readout": "kernel-ridge-uncentred", "lambda": [1.0]}), one());
    assert_eq!(p.readouts[0].lambda, Some(1.0));
}

#[test]
fn splits_without_samples_stay_empty() {
    let (p, path) = read(&json!({"lambda": [1.0]}), Value::Representation(pixels(9, 0, 0)));
    assert_eq!((p.validation.predicted.shape(), p.test.predicted.shape()), ((0, 1), (0, 1)));
    assert_eq!(path.column("validation_mse").unwrap(), vec![Cell::Null]);
}

#[test]
fn single_precision_compares_and_double_precision_predicts() {
    let grid = json!({"log10": {"from": -4, "to": 5, "points": 60}});
    for readout in FORMS {
        let of = |precision: &str, select: &str| {
            read(&json!({"readout": readout, "lambda": grid, "precision": precision, "select": select}), vectors())
        };
        for select in ["leave-one-out", "gcv", "validation"] {
            let ((a, _), (b, _)) = (of("single", select), of("double", select));
            assert_eq!(a.readouts[0].lambda, b.readouts[0].lambda, "{readout}, {select}");
            let distance = (&a.test.predicted - &b.test.predicted).amax();
            assert!(distance < 1e-10, "{readout}, {select}: {distance}");
        }
    }
}

// A penalty far below the largest eigenvalue is lost in single precision: the step is done again in double.
#[test]
fn a_penalty_that_single_precision_cannot_see_is_chosen_in_double() {
    let grid = json!([1e-9, 1e-8]);
    for select in ["leave-one-out", "gcv", "validation", "each"] {
        let of = |precision: &str| read(&json!({"lambda": grid, "precision": precision, "select": select}), vectors());
        assert_eq!(of("single"), of("double"), "{select}");
    }
}
