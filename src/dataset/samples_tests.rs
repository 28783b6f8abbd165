//! Tests of the kind `dataset`, on a tiny set and on the embedded subset.

use super::super::testing::{cards_dir, tiny_card, write_card, write_tiny};
use super::*;
use crate::dataset::files::library::Library;
use crate::dataset::files::resolve::Choice;
use crate::step::NoScratch;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;

/// A library of the tiny card and a reference to one of its tasks.
fn tiny(folder: &std::path::Path, task: &str) -> (Library, DataRef) {
    write_card(&folder.join("cards"), &tiny_card("tiny"));
    write_tiny(&folder.join("data/tiny"));
    let library = Library::open(&[folder.join("cards")], &[folder.join("data")], &folder.join("cache")).unwrap();
    let choice = Choice { card: "tiny".into(), task: Some(task.into()) };
    let data = library.resolve(&[choice], None).unwrap();
    (library, data)
}

fn params(data: &DataRef, more: &serde_json::Value) -> SamplesParams {
    let mut tree = json!({"data": data, "n_train": 4, "seed": 1});
    for (key, value) in more.as_object().unwrap() {
        tree[key] = value.clone();
    }
    serde_json::from_value(tree).unwrap()
}

fn run(library: &Library, params: &SamplesParams) -> Representation {
    let context = Context { data: library, cancelled: &AtomicBool::new(false), scratch: &NoScratch };
    match Kind::run(&Dataset, params, &Inputs::default(), &context).unwrap().remove(0) {
        Value::Representation(representation) => representation,
        other => panic!("{other:?}"),
    }
}

/// The value of each one-valued tiny image.
fn values(points: &Points) -> Vec<u8> {
    let Points::Pixels { bytes, .. } = points else { panic!("no pixels") };
    bytes.chunks(12).map(|image| image[0]).collect()
}

#[test]
fn classes_are_filtered_before_drawing_and_labelled() {
    let folder = tempfile::tempdir().unwrap();
    let (library, data) = tiny(folder.path(), "animals");
    assert_eq!((data.train, data.test), (4, 2));
    let out = run(&library, &params(&data, &json!({"draw": "first"})));
    // classes 0 1 2 0 1 2 without class 2
    assert_eq!(values(&out.samples.train), [0, 1, 3, 4]);
    assert_eq!(out.labels.train, [-1.0, 1.0, -1.0, 1.0]);
    assert_eq!(values(&out.samples.test), [100, 101]);
    assert_eq!(out.labels.test, [1.0, -1.0]);
    assert_eq!((out.origin.card.as_str(), out.origin.task.as_str()), ("tiny", "animals"));
    let standardised = out.samples.test.to_matrix();
    assert!((standardised[(0, 0)] - (100.0 / 255.0 - 0.5) / 0.25).abs() < 1e-15);
}

#[test]
fn subsamples_are_nested_and_validation_is_disjoint() {
    let folder = tempfile::tempdir().unwrap();
    let (library, data) = tiny(folder.path(), "all");
    for draw in ["permutation", "reference", "first"] {
        let part =
            |n: usize, v: usize| run(&library, &params(&data, &json!({"n_train": n, "n_validation": v, "draw": draw})));
        let large = values(&part(5, 0).samples.train);
        for n in 1..5 {
            let small = part(n, 1);
            assert_eq!(values(&small.samples.train), large[..n], "{draw}");
            assert_eq!(values(&small.samples.validation), large[n..=n], "{draw}");
            assert_eq!(small.labels.validation.len(), 1);
        }
    }
}

#[test]
fn seeds_move_the_training_samples_only() {
    let folder = tempfile::tempdir().unwrap();
    let (library, data) = tiny(folder.path(), "all");
    let drawn = |seed: u64, test_seed: u64| {
        let out = run(&library, &params(&data, &json!({"seed": seed, "test_seed": test_seed, "n_train": "all"})));
        (values(&out.samples.train), values(&out.samples.test))
    };
    let trains: BTreeSet<_> = (0..6).map(|seed| drawn(seed, 0).0).collect();
    let tests: BTreeSet<_> = (0..6).map(|seed| drawn(seed, 0).1).collect();
    assert!(trains.len() > 3 && tests.len() == 1, "{trains:?} {tests:?}");
    assert!((0..6).map(|seed| drawn(0, seed).1).collect::<BTreeSet<_>>().len() > 1);
}

#[test]
fn seeds_take_disjoint_test_samples_in_turn() {
    let folder = tempfile::tempdir().unwrap();
    let (library, data) = tiny(folder.path(), "all");
    let drawn = |seed: u64, extra: serde_json::Value| {
        let mut given = json!({"seed": seed, "n_train": 2, "n_test": 1});
        for (key, value) in extra.as_object().unwrap() {
            given[key] = value.clone();
        }
        values(&run(&library, &params(&data, &given)).samples.test)
    };
    let folds: Vec<_> = (0..4).map(|seed| drawn(seed, json!({}))).collect();
    assert_eq!(
        folds[..3].concat().iter().collect::<BTreeSet<_>>().len(),
        3,
        "three test records, one a fold: {folds:?}"
    );
    assert_eq!(folds[3], folds[0], "and then again");
    for extra in [json!({"test": "shared"}), json!({"draw": "first"}), json!({"draw": "reference"})] {
        let all: BTreeSet<_> = (0..4).map(|seed| drawn(seed, extra.clone())).collect();
        assert_eq!(all.len(), 1, "{extra}");
    }
}

#[test]
fn the_reference_keeps_everything_in_file_order() {
    let folder = tempfile::tempdir().unwrap();
    let (library, data) = tiny(folder.path(), "all");
    let out = run(&library, &params(&data, &json!({"draw": "reference", "n_train": 6})));
    assert_eq!(values(&out.samples.train), [0, 1, 2, 3, 4, 5]);
}

// Expected numbers: `torch.randperm` on a CPU.
#[test]
fn the_reference_draws_as_torch_does() {
    let first = |available, seed| Draw::Reference.order(available, 20, seed, "")[..6].to_vec();
    assert_eq!(first(50_000, 0), [36044, 49165, 37807, 11341, 6091, 16904]);
    assert_eq!(first(50_000, 1), [45845, 11799, 43880, 43701, 41303, 45348]);
    assert_eq!(first(10_000, 0), [6044, 2890, 9399, 1917, 4919, 1729]);
}

#[test]
fn all_leaves_room_for_validation() {
    let folder = tempfile::tempdir().unwrap();
    let (_, data) = tiny(folder.path(), "all");
    let sizes = params(&data, &json!({"n_train": "all", "n_validation": 2})).sizes().unwrap();
    assert_eq!(sizes, Sizes { train: 4, validation: 2, test: 3 });
}

#[test]
fn more_than_there_is_is_refused_with_the_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let (_, data) = tiny(folder.path(), "all");
    let problems = |more| Kind::plan(&Dataset, &params(&data, &more), &Shapes::default()).unwrap_err();
    let found = problems(json!({"n_train": 7, "n_test": 4}));
    assert_eq!(found.iter().map(|p| p.at.as_deref().unwrap()).collect::<Vec<_>>(), ["n_train", "n_test"]);
    assert_eq!(found[0].message, "7 samples asked for, and Tiny tiny has 6 training records for the task all");
    assert_eq!(found[1].help.as_deref(), Some("ask for at most 3, or for `all`"));
    for more in [json!({"n_train": 5, "n_validation": 2}), json!({"n_train": "all", "n_validation": 6})] {
        assert_eq!(problems(more)[0].at.as_deref(), Some("n_validation"));
    }
}

#[test]
fn the_embedded_subset_gives_balanced_samples_and_the_planned_shape() {
    let cache = tempfile::tempdir().unwrap();
    let library = Library::open(&[cards_dir()], &[], cache.path()).unwrap();
    let choice = Choice { card: "fashion-mnist-subset".into(), task: None };
    let data = library.resolve(&[choice], Some("cifar10")).unwrap();
    assert_eq!((data.train, data.test, data.stands_in_for.as_str()), (8000, 2000, "CIFAR-10"));
    let params = params(&data, &json!({"n_train": 500, "n_validation": 100}));
    let out = run(&library, &params);
    let planned = Kind::plan(&Dataset, &params, &Shapes::default()).unwrap().outputs[0];
    assert_eq!(planned.memory_bytes(), Value::Representation(out.clone()).memory_bytes());
    let positive = out.labels.train.iter().filter(|&&label| label > 0.0).count();
    assert!((200..300).contains(&positive), "{positive}");
    assert_eq!(run(&library, &params), out);
}
