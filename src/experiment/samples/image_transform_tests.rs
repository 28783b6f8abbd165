//! Transforms of images through their kind: what stays, what changes, and whose statistics are used.

use super::*;
use crate::artifact::{Points, Representation, Samples};
use crate::experiment::testing::{Check, pixels, representation};
use crate::math::fourier::image_spectrum::ImageFourier;
use crate::math::linalg::Matrix;
use serde_json::{Value as Json, json};

fn transformed(x: &Representation, transform: Json) -> Representation {
    let inputs = vec![("x", Value::Representation(x.clone()))];
    match Check::of(&ImageTransform).run(&json!({"transform": transform}), inputs).remove(0) {
        Value::Representation(made) => made,
        other => panic!("{other:?}"),
    }
}

// Amplitudes of each channel of an image of 2 channels of 2 x 3 pixels.
fn amplitudes(points: &Points, row: usize) -> Vec<Matrix> {
    let x = points.to_matrix();
    let fourier = ImageFourier::new(2, 3);
    let image = |c: usize| Matrix::from_fn(2, 3, |r, s| x[(row, 6 * c + 3 * r + s)]);
    (0..2).map(|c| fourier.transform(&image(c)).unwrap().amplitudes()).collect()
}

#[test]
fn random_phases_keep_amplitudes_labels_and_layout_in_every_split() {
    let x = pixels(6, 2, 3);
    let made = transformed(&x, json!({"random-phases": {"seed": 4}}));
    assert_eq!((made.geometry, &made.labels), (Some(Geometry { channels: 2, height: 2, width: 3 }), &x.labels));
    for ((_, before), (name, after)) in x.splits().iter().zip(made.splits()) {
        for row in 0..before.rows() {
            let gap = amplitudes(before, row).into_iter().zip(amplitudes(after, row)).map(|(a, b)| (a - b).amax());
            assert!(gap.fold(0.0, f64::max) < 1e-10, "{name} {row}");
        }
        assert!((before.to_matrix() - after.to_matrix()).amax() > 0.1);
    }
    assert_ne!(made, transformed(&x, json!({"random-phases": {"seed": 5}})));
    assert_eq!(made, transformed(&x, json!({"random-phases": {"seed": 4}})));
}

#[test]
fn channels_are_turned_together() {
    let x = pixels(3, 0, 2);
    let alike = |points: &Points| {
        let m = points.to_matrix();
        Matrix::from_fn(m.nrows(), 12, |i, j| m[(i, j % 6)])
    };
    let [train, validation, test] = x.splits().map(|(_, points)| alike(points));
    let grey = x.with_maps(x.geometry.unwrap(), [train, validation, test]);
    let made = transformed(&grey, json!({"random-phases": {"seed": 1}})).samples.test.to_matrix();
    assert!((made.columns(0, 6) - made.columns(6, 6)).amax() < 1e-14, "a grey image stays grey");
}

#[test]
fn a_larger_set_begins_with_the_smaller_one() {
    let random = json!({"random-phases": {"seed": 4}});
    let (few, many) = (transformed(&pixels(3, 0, 0), random.clone()), transformed(&pixels(9, 0, 0), random));
    assert_eq!(few.samples.train.to_matrix(), many.samples.train.to_matrix().rows(0, 3).into_owned());
}

#[test]
fn amplitudes_become_the_mean_of_the_training_images() {
    let x = pixels(6, 2, 3);
    let made = transformed(&x, json!("mean-amplitudes"));
    for channel in 0..2 {
        let mean = (0..6).map(|row| amplitudes(&x.samples.train, row).remove(channel)).sum::<Matrix>() / 6.0;
        for (_, points) in made.splits() {
            let gap = (0..points.rows()).map(|row| (amplitudes(points, row).remove(channel) - &mean).amax());
            assert!(gap.fold(0.0, f64::max) < 1e-10);
        }
    }
}

#[test]
fn one_training_image_keeps_its_own_amplitudes() {
    let x = pixels(1, 0, 2);
    let made = transformed(&x, json!("mean-amplitudes"));
    assert!((made.samples.train.to_matrix() - x.samples.train.to_matrix()).amax() < 1e-12);
}

#[test]
fn whitening_uses_the_training_split_alone() {
    let x = pixels(40, 3, 5);
    let white = |x: &Representation| transformed(x, json!({"colour": {"exponent": 0, "floor": 0}}));
    let made = white(&x).samples.train.to_matrix();
    assert!((made.norm_squared() / (40.0 * 12.0) - 1.0).abs() < 1e-10, "a pixel has mean square 1");
    assert!(made.row_sum().amax() < 1e-10, "the mean image is 0");
    let other = pixels(40, 9, 5);
    assert_eq!(white(&other).samples.train, white(&x).samples.train);
    let numbers = representation(&x);
    let numbers = Representation { geometry: x.geometry, ..numbers };
    assert_eq!(white(&numbers), white(&x), "pixels and numbers are the same images");
}

#[test]
fn what_has_no_layout_or_no_statistics_is_refused() {
    let refuse = |x: Representation, transform: Json| {
        let inputs = vec![("x", Value::Representation(x))];
        Check::of(&ImageTransform).refuse(&json!({"transform": transform}), inputs)[0].message.clone()
    };
    assert!(refuse(representation(&pixels(3, 0, 0)), json!("mean-amplitudes")).contains("plain vectors"));
    assert!(refuse(pixels(0, 0, 3), json!("mean-amplitudes")).contains("no training samples"));
}

/// Images of three channels of 2 x 2 pixels.
fn colours(train: usize) -> Representation {
    let geometry = Geometry { channels: 3, height: 2, width: 2 };
    let points = |count: usize| Points::Pixels {
        bytes: (0..12 * count).map(|i| ((i * i * 7 + 13 * i) % 256) as u8).collect(),
        geometry,
        mean: vec![0.5, 0.4, 0.3],
        std: vec![0.25, 0.3, 0.2],
    };
    let samples = Samples { train: points(train), validation: points(0), test: points(0) };
    Representation { samples, geometry: Some(geometry), ..pixels(train, 0, 0) }
}

#[test]
fn grey_pixels_are_the_luma_of_the_bytes() {
    let x = colours(3);
    let made = transformed(&x, json!("grey"));
    assert_eq!(made.geometry, Some(Geometry { channels: 1, height: 2, width: 2 }));
    let Points::Pixels { bytes, .. } = &x.samples.train else { panic!("pixels") };
    let luma = |b: &[f64]| 0.299 * b[0] + 0.587 * b[1] + 0.114 * b[2];
    let found = made.samples.train.to_matrix();
    for (i, at) in (0..12).map(|e| (e / 4, e % 4)) {
        let bytes = [0, 4, 8].map(|c| f64::from(bytes[12 * i + c + at]) / 255.0);
        let expected = (luma(&bytes) - luma(&[0.5, 0.4, 0.3])) / luma(&[0.25, 0.3, 0.2]);
        assert!((found[(i, at)] - expected).abs() < 1e-13);
    }
    let numbers = Representation { geometry: x.geometry, ..representation(&x) };
    let (as_they_are, row) = (transformed(&numbers, json!("grey")), x.samples.train.to_matrix());
    let expected = luma(&[row[(1, 2)], row[(1, 6)], row[(1, 10)]]);
    assert!((as_they_are.samples.train.to_matrix()[(1, 2)] - expected).abs() < 1e-14);
}

#[test]
fn unit_range_is_bytes_over_255() {
    let x = pixels(3, 2, 1);
    let made = transformed(&x, json!("unit-range"));
    for ((_, before), (_, after)) in x.splits().into_iter().zip(made.splits()) {
        let Points::Pixels { bytes, .. } = before else { panic!("pixels") };
        let rows = after.to_matrix();
        assert!(bytes.iter().enumerate().all(|(i, &v)| rows[(i / 12, i % 12)] == f64::from(v) / 255.0));
    }
    assert_eq!((&made.labels, made.geometry), (&x.labels, x.geometry));
}

#[test]
fn other_sizes_keep_the_mean_of_every_channel() {
    let x = pixels(4, 1, 2);
    let made = transformed(&x, json!({"resize": {"height": 3, "width": 2}}));
    assert_eq!(made.geometry, Some(Geometry { channels: 2, height: 3, width: 2 }));
    let (before, after) = (x.samples.test.to_matrix(), made.samples.test.to_matrix());
    assert!((before.columns(6, 6).column_mean() - after.columns(6, 6).column_mean()).amax() < 1e-14);
    let same = transformed(&x, json!({"resize": {"height": 2, "width": 3}}));
    assert_eq!(same.samples.train.to_matrix(), x.samples.train.to_matrix());
}

#[test]
fn what_cannot_be_grey_or_pixels_is_refused() {
    let refuse = |x: Representation, transform: Json| {
        let inputs = vec![("x", Value::Representation(x))];
        Check::of(&ImageTransform).refuse(&json!({"transform": transform}), inputs)[0].message.clone()
    };
    assert!(refuse(pixels(3, 0, 0), json!("grey")).contains("2 channels; `grey` makes one of three"));
    let x = pixels(3, 0, 0);
    let numbers = Representation { geometry: x.geometry, ..representation(&x) };
    assert!(refuse(numbers, json!("unit-range")).contains("takes pixels"));
}

// Law: a shift keeps every image's amplitudes and its set of pixels; each image has a shift of its own, all its channels the same.
#[test]
fn shifts_move_images_around_the_torus() {
    let shift = |most: usize| json!({"random-shift": {"most": most, "seed": 4}});
    let pixels = pixels(12, 2, 3);
    let numbers = Representation { geometry: pixels.geometry, ..representation(&pixels) };
    assert_eq!(transformed(&pixels, shift(0)), pixels, "a shift of none is none");
    let made = transformed(&pixels, shift(2));
    assert!(matches!(made.samples.train, Points::Pixels { .. }));
    assert_eq!(transformed(&numbers, shift(2)).samples.train.to_matrix(), made.samples.train.to_matrix());
    let mut seen = std::collections::BTreeSet::new();
    for ((_, before), (name, after)) in pixels.splits().iter().zip(made.splits()) {
        let (x, y) = (before.to_matrix(), after.to_matrix());
        for row in 0..before.rows() {
            let gap = amplitudes(before, row).into_iter().zip(amplitudes(after, row)).map(|(a, b)| (a - b).amax());
            assert!(gap.fold(0.0, f64::max) < 1e-10, "{name} {row}");
            let is = |down: usize, across: usize| {
                let from = |place: usize| place / 6 * 6 + (place / 3 + down) % 2 * 3 + (place + across) % 3;
                (0..12).all(|place| y[(row, from(place))] == x[(row, place)])
            };
            let found: Vec<(usize, usize)> =
                (0..2).flat_map(|d| (0..3).map(move |a| (d, a))).filter(|&(d, a)| is(d, a)).collect();
            assert_eq!(found.len(), 1, "{name} {row}");
            seen.extend(found);
        }
    }
    assert!(seen.len() >= 4, "{seen:?}");
}
