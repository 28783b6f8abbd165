use super::*;
use crate::artifact::Points;
use crate::experiment::testing::{Check, pixels, representation};
use crate::experiment::values::layout;
use crate::experiment::{ConvolutionalFilter, EmergencePrediction};
use crate::math::emergence::nested_moments::image_moment;
use crate::math::image::maps::Maps;
use crate::math::linalg::Matrix;
use crate::math::linalg::eigen::top_eigen_by_magnitude;
use crate::math::lofi::subsample::{NestedSamples, squared_overlaps};
use serde_json::{Value as Json, json};

fn reference(params: &Json, x: &Representation) -> Value {
    Check::of(&EmergencePrediction).run(params, vec![("x", Value::Representation(x.clone()))]).remove(1)
}

fn overlaps(params: &Json, x: &Representation, reference: Value) -> Table {
    let inputs = vec![("x", Value::Representation(x.clone())), ("reference", reference)];
    match Check::of(&EmergenceOverlap).run(params, inputs).remove(0) {
        Value::Table(table) => table,
        other => panic!("{other:?}"),
    }
}

fn numbers(table: &Table, name: &str) -> Vec<f64> {
    table.numbers(name).unwrap().into_iter().flatten().collect()
}

const CONVOLUTION: &str = r#"{"width": 10, "window": 2, "padding": 1, "seed": 4}"#;

#[test]
fn the_whole_sample_overlaps_with_itself_and_small_ones_less() {
    let x = pixels(40, 0, 2);
    let convolution: Json = serde_json::from_str(CONVOLUTION).unwrap();
    for convolution in [Json::Null, convolution] {
        let from = reference(&json!({"features": 3, "convolution": convolution}), &x);
        let params = json!({"sizes": [2, 10, 40], "repeats": 5, "seed": 1, "convolution": convolution});
        let table = overlaps(&params, &x, from);
        let found = numbers(&table, "squared_overlap");
        assert_eq!(numbers(&table, "n_train"), [2.0, 10.0, 40.0].repeat(3));
        for direction in found.chunks(3) {
            assert!((direction[2] - 1.0).abs() < 1e-9 && direction[0] < 0.999, "{found:?}");
        }
        let any = numbers(&table, "squared_overlap_any_place");
        assert!(any.iter().zip(&found).all(|(any, same)| *any >= same - 1e-12));
        // a subsample of two has no third direction, ever
        let errors = numbers(&table, "squared_overlap_standard_error");
        assert!(errors.chunks(3).all(|e| e[2] < 1e-9 && e[1] > 1e-6) && errors[0] > 1e-3, "{errors:?}");
    }
}

#[test]
fn pixels_are_numbers_and_repeats_are_the_first_of_more() {
    let x = pixels(40, 0, 2);
    let from = || reference(&json!({"features": 2}), &x);
    let params = |repeats: usize| json!({"sizes": [7, 20], "repeats": repeats, "seed": 1});
    assert_eq!(overlaps(&params(3), &x, from()), overlaps(&params(3), &representation(&x), from()));
    let one = numbers(&overlaps(&params(1), &x, from()), "squared_overlap");
    let two = numbers(&overlaps(&params(2), &x, from()), "squared_overlap");
    assert!(one.iter().zip(&two).all(|(a, b)| (a - b).abs() > 1e-6 && *b >= 0.5 * a));
    assert!(overlaps(&params(1), &x, from()).numbers("squared_overlap_standard_error").unwrap()[0].is_none());
}

// The same through another way: positions as rows, an image's rows chosen together.
#[test]
fn positions_are_samples_of_their_image() {
    let x = pixels(12, 0, 1);
    let convolution: Json = serde_json::from_str(CONVOLUTION).unwrap();
    let Value::Spectrum(from) = reference(&json!({"features": 2, "convolution": convolution}), &x) else { panic!() };
    let params = json!({"sizes": [4], "repeats": 1, "seed": 9, "convolution": convolution});
    let found = numbers(&overlaps(&params, &x, Value::Spectrum(from.clone())), "squared_overlap");
    let members = NestedSamples::draw(12, &[4], (9, 0)).unwrap();
    let lift = serde_json::from_value::<convolution::Params>(convolution).unwrap();
    let input = layout(&x).unwrap();
    let layer = lift.layer(input).unwrap();
    let mut moment = Matrix::zeros(10, 10);
    for &i in members.members(0) {
        let image = Maps::new(x.samples.train.block(i, i + 1), input).unwrap();
        moment += image_moment(&layer, &image).unwrap() * x.labels.train[i];
    }
    let direct = squared_overlaps(&from.vectors, &top_eigen_by_magnitude(&moment, 2).unwrap()).unwrap();
    assert!(found.iter().zip(&direct).all(|(a, b)| (a - b).abs() < 1e-12), "{found:?} {direct:?}");
}

#[test]
fn what_cannot_work_is_refused() {
    let x = pixels(9, 0, 1);
    let refuse = |sizes: Json, width: usize| {
        let Points::Pixels { .. } = &x.samples.train else { panic!() };
        let vectors = Matrix::identity(width, 2);
        let values = vec![2.0, 1.0];
        let spectrum = Spectrum { values, vectors, operator: String::new(), origin: x.origin.clone() };
        let inputs = vec![("x", Value::Representation(x.clone())), ("reference", Value::Spectrum(spectrum))];
        Check::of(&EmergenceOverlap).refuse(&json!({"sizes": sizes, "repeats": 1, "seed": 0}), inputs).remove(0)
    };
    assert_eq!(refuse(json!([3, 10]), 12).message, "a subsample of 10 cannot be drawn of 9 training samples");
    assert!(refuse(json!([3, 3]), 12).message.contains("do not ascend"));
    assert_eq!(refuse(json!([3]), 11).at.as_deref(), Some("reference"));
}

// Two layers: maps that are stored against a filter that is wired; and a projection on all but all directions.
#[test]
fn projected_overlaps_are_those_of_the_plain_route() {
    let x = pixels(60, 0, 1);
    let lift = |layer: u64| json!({"width": 24, "window": 2, "padding": 1, "seed": 4, "layer": layer});
    let mut filter = lift(0);
    filter["keep"] = json!(5);
    let mut filtered =
        Check::of(&ConvolutionalFilter).run(&filter, vec![("x", Value::Representation(x.clone()))]).into_iter();
    let (Some(Value::Representation(maps)), Some(filter)) = (filtered.next(), filtered.next()) else { panic!() };
    let from = reference(&json!({"features": 3, "pairs": 5, "convolution": lift(1)}), &maps);
    let params = json!({"sizes": [1, 5, 20, 60], "repeats": 4, "seed": 1, "features": 3, "convolution": lift(1)});
    let plain = overlaps(&params, &maps, from.clone());
    let with = |project: Json| {
        let mut params = params.clone();
        params["below"] = lift(0);
        params["project"] = project;
        let x = ("x", Value::Representation(x.clone()));
        let mut outputs = Check::of(&EmergenceOverlap)
            .run(&params, vec![x, ("reference", from.clone()), ("filter", filter.clone())])
            .into_iter();
        match (outputs.next(), outputs.next()) {
            (Some(Value::Table(overlaps)), Some(Value::Table(projection))) => (overlaps, projection),
            other => panic!("{other:?}"),
        }
    };
    let apart = |a: &Table, b: &Table| {
        let [a, b] = [a, b].map(|t| [numbers(t, "squared_overlap"), numbers(t, "squared_overlap_any_place")].concat());
        assert_eq!(a.len(), b.len());
        a.iter().zip(&b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    };
    // no space is saved: the plain route behind the filter
    let (unprojected, nothing) = with(json!({"directions": 24}));
    assert!(apart(&plain, &unprojected) < 1e-9 && numbers(&nothing, "difference") == [0.0; 12]);
    let errors = [4, 8, 20].map(|directions| {
        let (projected, compared) = with(json!({"directions": directions, "checked_up_to": 20}));
        assert_eq!(numbers(&compared, "n_train"), [1.0, 5.0, 20.0].repeat(3));
        let told = numbers(&compared, "difference").into_iter().fold(0.0, f64::max);
        (apart(&plain, &projected), told)
    });
    assert!(errors[0].0 > 1e-3 && errors[0].1 > 1e-4, "{errors:?}");
    assert!(errors[2].0 < 5e-3 && errors[2].0 < errors[1].0 && errors[2].1 < 5e-3, "{errors:?}");
}

#[test]
fn projections_that_cannot_work_are_refused() {
    let x = pixels(9, 0, 1);
    let convolution = json!({"width": 10, "window": 2, "padding": 1, "seed": 4});
    let from = reference(&json!({"features": 4, "convolution": convolution}), &x);
    let refuse = |params: Json| {
        let mut all = json!({"sizes": [3], "repeats": 1, "seed": 0});
        all.as_object_mut().unwrap().extend(params.as_object().unwrap().clone());
        let inputs = vec![("x", Value::Representation(x.clone())), ("reference", from.clone())];
        Check::of(&EmergenceOverlap).refuse(&all, inputs).remove(0).at
    };
    let project = json!({"directions": 3});
    assert_eq!(refuse(json!({"convolution": convolution, "project": project})).as_deref(), Some("project.directions"));
    assert_eq!(refuse(json!({"convolution": convolution, "features": 5})).as_deref(), Some("features"));
    let mut vectors = json!({"project": project});
    vectors["features"] = json!(2);
    assert!(refuse(vectors).is_some_and(|at| ["project", "reference"].contains(&at.as_str())));
}
