//! Files of every format become cards that verify, and records that are the images written.

use super::*;
use crate::dataset::testing::{gzip, idx_file, npy_file, parquet_file, png_grey, png_rgb};
use crate::dataset::{Choice, Library};
use crate::step::{DataSource, Split};
use std::fs;
use tempfile::TempDir;

/// A project with files below `mine/`.
fn project(files: &[(&str, Vec<u8>)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("mine")).unwrap();
    for (name, bytes) in files {
        let path = folder.path().join("mine").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

fn described(project: &TempDir, path: &str, size: Option<usize>) -> Result<Described, DatasetError> {
    let (path, home) = (project.path().join(path), project.path().join("datasets"));
    describe(&Wanted { path: &path, name: "mine", title: "Mine", size, home: &home })
}

/// The card of files, which verifies; with the training classes and the first training image as a step reads them.
fn card_of(project: &TempDir, path: &str, size: Option<usize>) -> (Card, Vec<u32>, Vec<u8>) {
    let found = described(project, path, size).unwrap();
    let home = project.path().join("datasets");
    fs::create_dir_all(&home).unwrap();
    fs::write(home.join("mine.yaml"), &found.text).unwrap();
    let library = Library::open(&[home], &[], &project.path().join("cache")).unwrap();
    assert_eq!(library.card("mine").unwrap(), &found.card, "the text says what was found");
    let verified = library.verify("mine").unwrap();
    assert_eq!((verified.train, verified.test), (found.train, found.test));
    assert!(verified.files.iter().all(|file| file.checked || found.card.format.description().folder));
    let data = library.resolve(&[Choice { card: "mine".into(), task: None }], None).unwrap();
    assert_eq!((data.train, data.test), (found.train, found.test), "every record is in the first task");
    let records = library.open(&data).unwrap();
    (found.card, records.classes(Split::Train).unwrap(), records.images(Split::Train, &[0]).unwrap())
}

fn refusal(files: &[(&str, Vec<u8>)], path: &str) -> String {
    described(&project(files), path, None).unwrap_err().to_string()
}

fn grey(value: u8) -> Vec<u8> {
    png_grey(2, 2, &[value, value + 10, value, value])
}

#[test]
fn folders_of_classes_are_split_by_their_names() {
    let names: Vec<String> = (0..5).flat_map(|i| ["cat", "dog"].map(|class| format!("{class}/{i}.png"))).collect();
    let files: Vec<(&str, Vec<u8>)> = names.iter().map(|name| (&**name, grey(name.as_bytes()[4]))).collect();
    let (card, classes, image) = card_of(&project(&files), "mine", None);
    assert_eq!(card.classes, ["cat", "dog"]);
    assert_eq!((card.splits.train[0].records, card.splits.test[0].records), (Some([0, 8]), Some([8, 10])));
    assert_eq!((classes, image), (vec![0, 1, 0, 1, 0, 1, 0, 1], vec![48, 58, 48, 48]));
    // v of the names 0 to 3, each three times, and 10 more once
    let mean = (48.0 + 49.0 + 50.0 + 51.0) / 4.0 + 2.5;
    assert!((card.mean[0] - mean / 255.0).abs() < 5e-5, "{:?}", card.mean);
    assert_eq!(card.sources, [Source::Path("..".into())]);
    assert!(card.private && card.checksums.is_empty());
}

#[test]
fn folders_of_splits_and_images_of_all_sizes() {
    let colour = |side: u32, value: u8| {
        png_rgb(side, side, &[value, 200, 10, 3].repeat((side * side) as usize)[..(side * side * 3) as usize])
    };
    let files = [
        ("train/a/1.png", colour(8, 9)),
        ("train/b/1.png", colour(6, 90)),
        ("test/a/1.png", colour(4, 9)),
        ("test/b/1.png", colour(8, 9)),
        ("val/a/1.png", colour(8, 9)),
    ];
    let folder = project(&files);
    let refused = described(&folder, "mine", None).unwrap_err().to_string();
    assert!(refused.contains("images of 3 sizes, from 4 x 4 to 8 x 8 pixels: `--size 32`"), "{refused}");
    let (card, classes, image) = card_of(&folder, "mine", Some(4));
    assert_eq!((card.splits.train[0].file.as_str(), card.splits.test[0].file.as_str()), ("train", "test"));
    assert_eq!((classes, image.len(), card.shape.channels), (vec![0, 1], 48, 3));
    assert_eq!(card.sources, [Source::Path("../mine".into())]);
}

#[test]
fn a_folder_of_images_alone_is_one_class() {
    let names: Vec<String> = (0..6).map(|i| format!("{i}.png")).collect();
    let files: Vec<(&str, Vec<u8>)> = names.iter().map(|name| (&**name, grey(name.as_bytes()[0]))).collect();
    let (card, classes, _) = card_of(&project(&files), "mine", None);
    assert_eq!((card.classes, card.tasks[0].name.as_str()), (vec!["images".to_owned()], "images"));
    assert_eq!(classes, [0; 5]);
}

#[test]
fn a_list_names_images_and_labels() {
    let files = [
        ("train.csv", b"file,label\na.png,yes\nb.png,no\nc.png,yes\n".to_vec()),
        ("test.csv", b"label,file\nno,d.png\n".to_vec()),
        ("pictures/a.png", grey(1)),
        ("pictures/b.png", grey(2)),
        ("pictures/c.png", grey(3)),
        ("pictures/d.png", grey(4)),
    ];
    let (card, classes, image) = card_of(&project(&files), "mine", None);
    assert_eq!(
        (card.classes, classes, image),
        (vec!["no".to_owned(), "yes".to_owned()], vec![1, 0, 1], vec![1, 11, 1, 1])
    );
    assert_eq!(card.splits.test[0].labels.as_deref(), Some("mine/test.csv"));
}

#[test]
fn arrays_are_told_by_their_axes() {
    let pixels: Vec<u8> = (0..40).collect();
    let labels: Vec<u8> = [0_i64, 0, 0, 0, 1, 1, 1, 2, 2, 2].iter().flat_map(|label| label.to_le_bytes()).collect();
    let files = [
        ("X.npy", npy_file("|u1", &[10, 2, 2], &pixels)),
        ("y.npy", npy_file("<i8", &[10], &labels)),
        ("notes.txt", b"what it is".to_vec()),
    ];
    assert!(refusal(&files, "mine").contains("has not the classes of the others"), "{}", refusal(&files, "mine"));
    let labels = npy_file("|u1", &[10], &[0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
    let files = [files[0].clone(), ("y.npy", labels)];
    for path in ["mine", "mine/X.npy"] {
        let (card, classes, image) = card_of(&project(&files), path, None);
        assert_eq!((card.classes.len(), classes, image), (2, vec![0, 1, 0, 1, 0, 1, 0, 1], vec![0, 1, 2, 3]));
        assert_eq!(card.checksums.len(), 2);
    }
    let files = [
        ("train-images-idx3-ubyte.gz", gzip(&idx_file(&[10, 2, 2], &pixels))),
        ("train-labels-idx1-ubyte.gz", gzip(&idx_file(&[10], &[0, 1, 2, 0, 1, 2, 0, 1, 2, 2]))),
        ("t10k-images-idx3-ubyte.gz", gzip(&idx_file(&[2, 2, 2], &pixels[..8]))),
        ("t10k-labels-idx1-ubyte.gz", gzip(&idx_file(&[2], &[2, 0]))),
    ];
    let (card, classes, _) = card_of(&project(&files), "mine", None);
    assert_eq!((card.classes.len(), classes.len(), card.splits.test.len()), (3, 10, 1));
    assert_eq!(card.tasks.iter().map(|task| task.name.as_str()).collect::<Vec<_>>(), ["halves", "classes"]);
    assert!(card.checksums.values().all(|sum| sum.of == Of::Uncompressed));
}

#[test]
fn records_and_tables_of_hubs() {
    let record =
        |class: u8| [vec![class], vec![class * 9; 1500], (0..1572_u16).map(|i| (i % 251) as u8).collect()].concat();
    let records: Vec<u8> = [0, 1, 1, 0, 1, 0, 0, 1, 0, 1].into_iter().flat_map(record).collect();
    let (card, classes, image) = card_of(&project(&[("data.bin", records)]), "mine/data.bin", None);
    assert_eq!((card.shape.height, classes[..3].to_vec(), image[0]), (32, vec![0, 1, 1], 0));

    let folder = project(&[]);
    let schema = "message s { optional group image { optional binary bytes; } optional int64 label; }";
    fs::create_dir_all(folder.path().join("mine/data")).unwrap();
    for (name, count) in [("train-00000-of-00001.parquet", 4), ("test-00000-of-00001.parquet", 2)] {
        let images: Vec<Vec<u8>> = (0..count).map(|i| grey(10 * i)).collect();
        let labels: Vec<i64> = (0..i64::from(count)).map(|i| i % 2).collect();
        parquet_file(&folder.path().join("mine/data").join(name), schema, &images, &labels);
    }
    let (card, classes, image) = card_of(&folder, "mine", None);
    assert_eq!((classes, image), (vec![0, 1, 0, 1], vec![0, 10, 0, 0]));
    assert_eq!(card.splits.test[0].file, "data/test-00000-of-00001.parquet");
}

#[test]
fn what_is_no_data_set_is_refused() {
    for (files, part) in [
        (&[("a.txt", vec![1])][..], "nothing here that is read: expected images"),
        (&[("a/1.png", grey(1)), ("b/1.png", grey(1))], "too few records"),
        (&[("x.npy", npy_file("|u1", &[4, 2, 2], &[0; 16]))], "expected an array of labels for each array of images"),
        (&[("a.png", b"text".to_vec()), ("b.png", grey(1))], "a.png: does not decode"),
        (
            &[("0.png", png_grey(2, 2, &[9; 4])), ("1.png", png_grey(2, 2, &[9; 4]))],
            "all training images are of one colour",
        ),
    ] {
        let told = refusal(files, "mine");
        assert!(told.contains(part), "{part} in {told}");
    }
    assert!(refusal(&[], "none").contains("cannot read"));
}
