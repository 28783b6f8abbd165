use super::*;
use crate::artifact::Labels;
use crate::experiment::testing::{Check, pixels};
use crate::math::random::Stream;
use serde_json::json;
use std::sync::Arc;

/// The images in another order, each number changed by −1, 0 or 1, some behind in the test split.
fn shuffled(images: &Representation, order: &[usize]) -> Representation {
    let all = Gather::of(images);
    let (train, test) = order.split_at(order.len() / 2);
    let mut copy = all.split([train, &[], test]).unwrap();
    for points in [&mut copy.samples.train, &mut copy.samples.test] {
        let Points::Pixels { bytes, .. } = points else { panic!("bytes") };
        for (i, byte) in bytes.iter_mut().enumerate() {
            *byte = byte.saturating_add_signed([0, 1, -1][i % 3]);
        }
    }
    copy.origin.caveat = "lossy".to_owned();
    copy
}

fn inputs(x: &Representation, among: &Representation) -> Vec<(&'static str, Value)> {
    vec![("x", Value::Representation(x.clone())), ("among", Value::Representation(among.clone()))]
}

fn twins(x: &Representation, among: &Representation) -> (Representation, Table) {
    let mut outputs = Check::of(&ImageTwins).run(&json!({}), inputs(x, among)).into_iter();
    match (outputs.next(), outputs.next()) {
        (Some(Value::Representation(twins)), Some(Value::Table(matches))) => (twins, matches),
        other => panic!("{other:?}"),
    }
}

// Law: twins stand in the places of the images, with their labels, and differ by what the copy lost.
#[test]
fn every_image_finds_itself_in_a_shuffled_copy() {
    let images = pixels(8, 3, 5);
    let (found, matches) = twins(&images, &shuffled(&images, &Stream::new(1, "twins", 0).permutation(16)));
    assert_eq!(found.labels, images.labels);
    assert_eq!(found.origin.caveat, "lossy");
    for ((_, a), (_, b)) in images.splits().into_iter().zip(found.splits()) {
        let (Points::Pixels { bytes: a, .. }, Points::Pixels { bytes: b, .. }) = (a, b) else { panic!("bytes") };
        assert!(a.iter().zip(b).all(|(a, b)| a.abs_diff(*b) <= 1) && a != b);
    }
    // two numbers of three change by one, but for 0, which has none below it
    let error = matches.numbers("mean_rms_error").unwrap()[0].unwrap();
    assert!((error - (2.0_f64 / 3.0).sqrt()).abs() < 0.02, "{error}");
    let psnr = matches.numbers("psnr_db").unwrap()[0].unwrap();
    assert!((psnr - 20.0 * (255.0 / error).log10()).abs() < 0.1, "{psnr}");
}

#[test]
fn of_the_set_itself_nothing_is_lost() {
    let images = pixels(8, 3, 5);
    let (found, matches) = twins(&images, &images);
    assert_eq!(found, images);
    assert_eq!(matches.numbers("largest_rms_error").unwrap()[0], Some(0.0));
    assert_eq!(matches.numbers("psnr_db").unwrap()[0], None);
}

#[test]
fn what_is_no_twin_is_refused() {
    let images = pixels(8, 0, 4);
    let fail = |x: &Representation, among: &Representation| {
        Check::of(&ImageTwins).fail(&json!({"largest_ratio": 0.5}), inputs(x, among)).to_string()
    };
    // half of the images are not in the copy
    let half: Vec<usize> = (0..6).chain(0..6).collect();
    let copy = Gather::of(&images).split([&half, &[], &[]]).unwrap();
    assert!(fail(&images, &copy).contains("have no twin"), "{}", fail(&images, &copy));
    // a label that differs
    let mut labels = (*images.labels).clone();
    labels.train[2] = -labels.train[2];
    let other = Representation { labels: Arc::new(Labels { ..labels }), ..images.clone() };
    assert!(fail(&images, &other).contains("1 twins have another label: image 2"), "{}", fail(&images, &other));
    // an image twice
    let mut twice: Vec<usize> = (0..12).collect();
    twice[7] = 3;
    let twice = Gather::of(&images).split([&twice, &[], &[]]).unwrap();
    assert!(fail(&twice, &images).contains("images 3 and 7 have the same twin"), "{}", fail(&twice, &images));
}

#[test]
fn other_shapes_are_refused_before_the_run() {
    let images = pixels(3, 0, 1);
    let few = Check::of(&ImageTwins).refuse(&json!({}), inputs(&images, &pixels(2, 0, 1)));
    assert_eq!(few[0].message, "3 images for the twins of 4");
    let vectors = crate::experiment::testing::representation(&images);
    let problems = Check::of(&ImageTwins).refuse(&json!({}), inputs(&vectors, &images));
    assert_eq!(problems[0].message, "expected images as they are read, in bytes");
}
