use super::*;
use crate::experiment::RandomFeatures;
use crate::experiment::testing::{Check, pixels, representation};
use serde_json::{Value as Json, json};

fn filter(params: &Json, x: Value) -> (Representation, Spectrum) {
    let mut outputs = Check::of(&SignedMomentFilter).run(params, vec![("x", x)]).into_iter();
    match (outputs.next(), outputs.next()) {
        (Some(Value::Representation(r)), Some(Value::Spectrum(s))) => (r, s),
        _ => panic!("features and a spectrum"),
    }
}

fn lifted() -> Value {
    let x = Value::Representation(pixels(12, 4, 5));
    Check::of(&RandomFeatures).run(&json!({"width": 30, "seed": 0}), vec![("x", x)]).remove(0)
}

fn real(points: &Points) -> Matrix {
    points.to_matrix()
}

fn assert_same_up_to_signs(a: &Representation, b: &Representation) {
    for ((_, p), (_, q)) in a.splits().into_iter().zip(b.splits()) {
        assert!((real(p).abs() - real(q).abs()).amax() < 1e-6, "the floor of 1e-6 is the difference");
    }
}

#[test]
fn methods_agree_and_carry_labels_and_origin() {
    for first in [false, true] {
        for signed in [false, true] {
            let params = |method: &str| json!({"keep": 3, "method": method, "signed": signed, "first_moment": first});
            let (primal, s) = filter(&params("primal"), lifted());
            let (auto, t) = filter(&params("auto"), lifted());
            let (dual, u) = filter(&params("dual"), lifted());
            assert_same_up_to_signs(&primal, &auto);
            assert_same_up_to_signs(&primal, &dual);
            for (i, v) in s.values.iter().enumerate() {
                assert!((v - t.values[i]).abs() < 1e-12 && (v - u.values[i]).abs() < 1e-6);
            }
            assert_eq!((&dual.labels, &dual.origin), (&primal.labels, &primal.origin));
            assert_eq!((s.vectors.shape(), u.vectors.shape()), ((30, 3), (12, 3)));
        }
    }
}

#[test]
fn single_precision_is_double_rounded_and_refused_in_function_space() {
    let (double, s) = filter(&json!({"keep": 3}), lifted());
    let (single, t) = filter(&json!({"keep": 3, "precision": "single"}), lifted());
    for ((_, p), (_, q)) in double.splits().into_iter().zip(single.splits()) {
        assert!(matches!(q, Points::Single(_)) && (real(p) - real(q)).amax() < 1e-5 * real(p).amax());
    }
    assert!(s.values.iter().zip(&t.values).all(|(a, b)| (a - b).abs() < 1e-6 * s.values[0].abs()));
    let params = json!({"keep": 3, "precision": "single", "method": "dual"});
    let problems = Check::of(&SignedMomentFilter).refuse(&params, vec![("x", lifted())]);
    assert_eq!(problems[0].at.as_deref(), Some("precision"));
}

#[test]
fn raw_pixels_can_be_filtered() {
    let images = pixels(10, 0, 3);
    let numbers = representation(&images);
    let params = json!({"keep": 2});
    assert_eq!(filter(&params, Value::Representation(images)), filter(&params, Value::Representation(numbers)));
}

#[test]
fn more_pairs_change_no_feature() {
    for (method, all) in [("auto", 30), ("primal", 30), ("dual", 12)] {
        for first in [false, true] {
            let params = |pairs: usize| json!({"keep": 3, "pairs": pairs, "method": method, "first_moment": first});
            let ((few, s), (features, t)) = (filter(&params(3), lifted()), filter(&params(all), lifted()));
            assert_same_up_to_signs(&few, &features);
            assert_eq!((s.values.len(), t.values.len(), t.vectors.ncols()), (3, all, all));
            assert!(s.values.iter().zip(&t.values).all(|(a, b)| (a - b).abs() < 1e-12));
            // of 12 samples at most 12 eigenvalues are not zero
            assert!(t.values[12..].iter().all(|v| v.abs() < 1e-15));
        }
    }
}

#[test]
fn impossible_ranks_are_refused_with_numbers() {
    let refuse = |params: Json, x: Value| Check::of(&SignedMomentFilter).refuse(&params, vec![("x", x)]);
    let problems = refuse(json!({"keep": 13}), lifted());
    assert_eq!(problems[0].message, "cannot keep 13 directions of 12 training samples");
    assert_eq!(refuse(json!({"keep": 40}), lifted()).len(), 2);
    let kernel = Check::of(&crate::experiment::LayerKernel).run(&json!({}), vec![("x", lifted())]).remove(0);
    let problems = refuse(json!({"keep": 2, "method": "primal"}), kernel);
    assert_eq!(problems[0].at.as_deref(), Some("method"));
    for pairs in [2, 31] {
        let problems = refuse(json!({"keep": 3, "pairs": pairs}), lifted());
        assert_eq!(problems[0].at.as_deref(), Some("pairs"));
    }
}
