use super::*;
use crate::artifact::{Labels, Samples};
use crate::experiment::testing::{Check, pixels, run_within};
use crate::experiment::{ChannelNorm, Convolution, LeadingFeatures, Pooling, RandomFeatures, SignedMomentFilter};
use crate::math::image::patch::Window;
use crate::math::linalg::{Matrix, product_nt};
use serde_json::{Value as Json, json};
use std::sync::Arc;

fn pair(outputs: Outputs) -> (Representation, Spectrum) {
    let mut outputs = outputs.into_iter();
    match (outputs.next(), outputs.next()) {
        (Some(Value::Representation(r)), Some(Value::Spectrum(s))) => (r, s),
        _ => panic!("features and a spectrum"),
    }
}

fn filter(params: &Json, x: &Representation) -> (Representation, Spectrum) {
    pair(Check::of(&ConvolutionalFilter).run(params, vec![("x", Value::Representation(x.clone()))]))
}

fn one(kind: &dyn crate::step::ErasedKind, params: &Json, x: &Representation) -> Representation {
    match Check::of(kind).run(params, vec![("x", Value::Representation(x.clone()))]).remove(0) {
        Value::Representation(r) => r,
        _ => panic!("a representation"),
    }
}

// x[i, c, r, s] = sin(0.5 i + 0.8 c + 0.3 r s + 0.11 i r), all from 1; the last two images are tested on
fn waves() -> Representation {
    let pixel = |i: usize, at: usize| {
        let (i, c) = ((i + 1) as f64, (at / 36 + 1) as f64);
        let (r, s) = ((at % 36 / 6 + 1) as f64, (at % 6 + 1) as f64);
        (0.5 * i + 0.8 * c + 0.3 * r * s + 0.11 * i * r).sin()
    };
    let points = |count: usize| Points::Real(Matrix::from_fn(count, 72, pixel));
    let train = vec![1.0, -1.0, 1.0, 1.0, -1.0, -1.0];
    Representation {
        samples: Samples { train: points(6), validation: points(0), test: points(2) },
        labels: Arc::new(Labels { train, validation: vec![], test: vec![1.0, -1.0] }),
        geometry: Some(Geometry { channels: 2, height: 6, width: 6 }),
        ..pixels(0, 0, 0)
    }
}

// The kind with weights that are given: w[a, b, u, v] = cos(1.1 a + 0.7 b + 0.4 u v + 0.23 a (u + 2 v) + layer)/√P
fn golden(params: &Json, offset: f64, x: &Representation) -> (Representation, Spectrum) {
    let params: Params = serde_json::from_value(params.clone()).unwrap();
    let input = x.geometry.unwrap();
    let weight = |row: usize, a: usize| {
        let (a, b) = ((a + 1) as f64, (row / 9 + 1) as f64);
        let (u, v) = ((row % 9 / 3 + 1) as f64, (row % 3 + 1) as f64);
        (1.1 * a + 0.7 * b + 0.4 * u * v + 0.23 * a * (u + 2.0 * v) + offset).cos() / (params.width as f64).sqrt()
    };
    let weights = Matrix::from_fn(input.channels * 9, params.width, weight);
    let window = Window { size: params.window, padding: params.padding };
    let layer = ConvolutionalLayer::new(weights, window, params.activation, input).unwrap();
    run_within(|context| pair(filtered(&params, &layer, (x, context)).unwrap()))
}

fn corner(x: &Representation) -> Vec<f64> {
    let g = x.geometry.unwrap();
    (0..g.channels).map(|c| x.samples.train.to_matrix()[(0, c * g.height * g.width)]).collect()
}

fn close(what: &str, found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (f, e) in found.iter().zip(expected) {
        assert!((f - e).abs() < 1e-10 * e.abs().max(0.1), "{what}: {f} against {e}");
    }
}

#[test]
fn single_precision_gives_the_same_maps_to_its_digits() {
    let x = pixels(40, 3, 4);
    for signed in [true, false] {
        let params = |precision: &str| {
            json!({"width": 12, "window": 2, "padding": 1, "keep": 3, "seed": 2, "signed": signed,
                "precision": precision})
        };
        let ((plain, exact), (rounded, found)) = (filter(&params("double"), &x), filter(&params("single"), &x));
        assert!(exact != found);
        for (a, b) in found.values.iter().zip(&exact.values) {
            assert!((a - b).abs() < 1e-6 * exact.values[0].abs().max(0.01), "{a} {b}");
        }
        for ((_, a), (_, b)) in rounded.splits().into_iter().zip(plain.splits()) {
            let (a, b) = (a.to_matrix(), b.to_matrix());
            assert!((&a - &b).amax() < 1e-4 * b.amax().max(1e-3), "{}", (&a - &b).amax());
        }
    }
}

// Numbers of the reference implementation in double precision.
#[test]
fn chain_of_layers_is_that_of_the_reference() {
    let params = json!({"width": 5, "window": 3, "padding": 1, "activation": "sigmoid", "keep": 2, "seed": 0});
    let (h, spectrum) = golden(&params, 0.0, &waves());
    close("eigenvalues", &spectrum.values, &[-0.0139141123733, 0.0136452312588]);
    let direction = [0.596817887905, 0.605747051521, -0.073122621868, 0.211028681546, 0.476444011386];
    close("direction", spectrum.vectors.column(0).as_slice(), &direction);
    close("filtered", &corner(&h), &[0.94674424222, 0.743565612]);
    // test images go through the same layer: here they are the first two training images
    let [train, test] = [&h.samples.train, &h.samples.test].map(Points::to_matrix);
    assert!((train.rows(0, 2) - test).amax() < 1e-14);
    let maximum = one(&Pooling, &json!({"pooling": "max", "size": 2}), &h);
    close("maximum", &corner(&maximum), &[1.08000643073, 0.743565612]);
    let mean = one(&Pooling, &json!({"pooling": "average", "size": 2}), &h);
    close("mean", &corner(&mean), &[0.996502351863, 0.359328000911]);
    let normalised = one(&ChannelNorm, &json!({}), &mean);
    close("normalised", &corner(&normalised), &[0.940710632125, 0.339210108481]);
    let params = json!({"width": 4, "window": 3, "padding": 1, "activation": "relu", "keep": 3, "seed": 0});
    let (_, spectrum) = golden(&params, 1.0, &normalised);
    close("second layer", &spectrum.values, &[0.0484242507974, -0.00874169683572, -0.00354812012568]);
}

#[test]
fn filtering_is_the_projection_of_the_whole_lift() {
    let x = pixels(9, 3, 4);
    let lift = json!({"width": 8, "window": 2, "padding": 1, "seed": 5, "layer": 2, "activation": "tanh"});
    let mut params = lift.clone();
    params["keep"] = json!(8);
    let z = one(&Convolution, &lift, &x);
    let (h, spectrum) = filter(&params, &x);
    // K = P is a rotation: it keeps the Gram matrix of the channels at each position
    for ((_, a), (_, b)) in z.splits().into_iter().zip(h.splits()) {
        let (a, b) = (a.to_matrix(), b.to_matrix());
        assert!((product_nt(&a, &a) - product_nt(&b, &b)).amax() < 1e-12);
    }
    // fewer channels are the first of them, and unasked pairs do not change them
    params["keep"] = json!(3);
    params["pairs"] = json!(8);
    let (few, pairs) = filter(&params, &x);
    assert_eq!(few, one(&LeadingFeatures, &json!({"keep": 3}), &h));
    assert_eq!(pairs, spectrum);
    params["signed"] = json!(false);
    assert!(filter(&params, &x).1.values.iter().all(|v| *v > -1e-15));
}

#[test]
fn a_window_over_the_whole_map_is_a_fully_connected_layer() {
    let x = pixels(12, 3, 4);
    let whole =
        x.with_maps(Geometry { channels: 12, height: 1, width: 1 }, x.splits().map(|(_, points)| points.to_matrix()));
    // the same torch numbers, a column of one layer being a row of the other: equal for P = 1
    let params = json!({"width": 1, "window": 1, "seed": 5, "keep": 1, "weights": "reference"});
    let dense = json!({"width": 1, "seed": 5, "weights": "reference", "normalise": "none"});
    let (h, spectrum) = filter(&params, &whole);
    let lifted = one(&RandomFeatures, &dense, &x);
    let outputs = Check::of(&SignedMomentFilter).run(&json!({"keep": 1}), vec![("x", Value::Representation(lifted))]);
    let (expected, its) = pair(outputs);
    assert!((spectrum.values[0] - its.values[0]).abs() < 1e-14);
    assert!((h.samples.test.to_matrix() - expected.samples.test.to_matrix()).amax() < 1e-13);
}

#[test]
fn maps_are_filtered_as_vectors_by_the_plain_filter() {
    let (h, _) = filter(&json!({"width": 6, "window": 2, "seed": 1, "keep": 2}), &pixels(9, 2, 2));
    let flat =
        h.with_features(h.samples.train.to_matrix(), h.samples.validation.to_matrix(), h.samples.test.to_matrix());
    let params = json!({"keep": 2});
    assert_eq!(one(&SignedMomentFilter, &params, &h), one(&SignedMomentFilter, &params, &flat));
    let read = |x: &Representation| {
        Check::of(&crate::experiment::RidgeReadout)
            .run(&json!({"lambda": [0.1]}), vec![("x", Value::Representation(x.clone()))])
    };
    assert_eq!(read(&h), read(&flat));
}

#[test]
fn impossible_ranks_are_refused() {
    let refuse = |keep: usize, pairs: usize| {
        let params = json!({"width": 6, "window": 2, "seed": 1, "keep": keep, "pairs": pairs});
        let x = Value::Representation(pixels(3, 0, 0));
        Check::of(&ConvolutionalFilter).refuse(&params, vec![("x", x)])[0].at.clone()
    };
    assert_eq!(refuse(7, 7).as_deref(), Some("keep"));
    assert_eq!([refuse(3, 2), refuse(3, 7)], [Some("pairs".to_owned()), Some("pairs".to_owned())]);
}
