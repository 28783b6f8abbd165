//! Tests of resolving, against made data sets and those that come with the program.

use super::super::library::State;
use super::*;
use crate::dataset::cards::card::{Checksum, Of};
use crate::dataset::testing::{
    cards_dir, md5, png_rgb, shared_data, skipped, tiny_card, tiny_files, write_card, write_tiny,
};
use crate::step::{DataSource, Split};
use std::fs;
use std::path::Path;
use std::time::Instant;

/// Cards `small` and `big`; `big` represents `true-thing`.
fn library(folder: &Path) -> Library {
    let mut big = tiny_card("big");
    big.represents = Some("true-thing".into());
    big.caveat = "made up".into();
    write_card(&folder.join("cards"), &big);
    write_card(&folder.join("cards"), &tiny_card("small"));
    open(folder)
}

fn open(folder: &Path) -> Library {
    Library::open(&[folder.join("cards")], &[folder.join("a"), folder.join("b")], &folder.join("cache")).unwrap()
}

fn choice(card: &str) -> Choice {
    Choice { card: card.into(), task: None }
}

#[test]
fn the_first_choice_that_is_here_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let library = library(folder.path());
    let both = [choice("big"), choice("small")];
    write_tiny(&folder.path().join("b/small"));
    assert_eq!(library.resolve(&both, None).unwrap().card, "small");
    write_tiny(&folder.path().join("b/big"));
    let data = library.resolve(&both, None).unwrap();
    assert_eq!((data.card.as_str(), data.caveat.as_str()), ("big", "made up"));
    assert_eq!((data.train, data.test, data.task.as_str()), (6, 3, "all"));
    let animals = Choice { task: Some("animals".into()), ..choice("big") };
    assert_eq!(library.resolve(&[animals], None).unwrap().train, 4);
    assert_eq!(library.list()[0].state, State::Here(folder.path().join("b/big")));
}

#[test]
fn classes_are_numbered_in_the_order_of_the_list() {
    let folder = tempfile::tempdir().unwrap();
    let mut card = tiny_card("small");
    card.tasks[0] = Task { negative: vec![], positive: vec![], classes: vec![2, 0], ..card.tasks.remove(0) };
    write_card(&folder.path().join("cards"), &card);
    write_tiny(&folder.path().join("a/small"));
    let data = open(folder.path()).resolve(&[choice("small")], None).unwrap();
    assert_eq!(data.labels, BTreeMap::from([(2, 0), (0, 1)]));
    assert_eq!((data.train, data.test), (4, 2));
}

#[test]
fn a_stand_in_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let library = library(folder.path());
    write_tiny(&folder.path().join("a/big"));
    let stands = |paper: Option<&str>| library.resolve(&[choice("big")], paper).unwrap().stands_in_for;
    assert_eq!(stands(None), "");
    assert_eq!(stands(Some("true-thing")), "");
    assert_eq!(stands(Some("small")), "Tiny small");
    assert_eq!(stands(Some("imagenet")), "imagenet");
}

#[test]
fn what_is_missing_is_listed_with_the_way_to_get_it() {
    let folder = tempfile::tempdir().unwrap();
    let library = library(folder.path());
    write_tiny(&folder.path().join("a/small"));
    fs::remove_file(folder.path().join("a/small/test.bin")).unwrap();
    let error = library.resolve(&[choice("big"), choice("small")], None).unwrap_err().to_string();
    assert!(error.starts_with("none of the data sets is on this machine"), "{error}");
    assert!(error.contains("big (Tiny big)") && error.contains("a/big, "), "{error}");
    assert!(error.contains("a/small lacks test.bin: put train.bin, test.bin in DIR/small"), "{error}");
    assert!(matches!(&library.list()[1].state, State::Manual(hints) if hints.len() == 1));
}

#[test]
fn unknown_names_list_the_known() {
    let folder = tempfile::tempdir().unwrap();
    let library = library(folder.path());
    write_tiny(&folder.path().join("a/big"));
    let error = library.resolve(&[choice("big"), choice("smal")], None).unwrap_err().to_string();
    assert_eq!(error, "no data card `smal`; did you mean `small`? known here: `big`, `small`");
    let wrong = Choice { task: Some("animal".into()), ..choice("big") };
    let error = library.resolve(&[wrong], None).unwrap_err().to_string();
    assert!(error.contains("`big` has no task `animal`; did you mean `animals`?"), "{error}");
}

#[test]
fn a_wrong_checksum_is_an_error_not_another_choice() {
    let folder = tempfile::tempdir().unwrap();
    let library = library(folder.path());
    write_tiny(&folder.path().join("a/big"));
    write_tiny(&folder.path().join("a/small"));
    let mut big = tiny_card("big");
    let mut sum = |digest: String| {
        let checksum = Checksum { md5: Some(digest), sha256: None, of: Of::File };
        big.checksums = BTreeMap::from([("train.bin".to_owned(), checksum)]);
        write_card(&folder.path().join("cards"), &big);
    };
    library.resolve(&[choice("big")], None).unwrap();
    sum("0".repeat(32));
    let error = open(folder.path()).resolve(&[choice("big"), choice("small")], None).unwrap_err().to_string();
    assert!(error.contains("a/big/train.bin: wrong md5: expected 0000"), "{error}");
    assert!(error.contains("replace the file, or move"), "{error}");
    sum(md5(&tiny_files()[0].1));
    open(folder.path()).resolve(&[choice("big")], None).unwrap();
    assert!(open(folder.path()).verify("big").unwrap().files[0].checked);
}

#[test]
fn files_that_changed_after_planning_are_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let library = library(folder.path());
    write_tiny(&folder.path().join("a/small"));
    let data = library.resolve(&[choice("small")], None).unwrap();
    assert_eq!(DataSource::open(&library, &data).unwrap().classes(Split::Test).unwrap(), [1, 0, 2]);
    fs::write(folder.path().join("a/small/test.bin"), &tiny_files()[0].1).unwrap();
    let error = DataSource::open(&library, &data).err().unwrap().to_string();
    assert!(error.contains("not those that the study was planned with"), "{error}");
    assert_ne!(library.resolve(&[choice("small")], None).unwrap().digest, data.digest);
}

/// A card of images whose labels are names, each image of the colour of its number.
fn named(folder: &Path, classes: &[&str]) -> Library {
    use crate::dataset::format::FileFormat;
    let mut card = tiny_card("named");
    card.format = FileFormat::named("image-folder").unwrap();
    card.classes = classes.iter().map(|name| (*name).to_owned()).collect();
    card.tasks.truncate(1);
    card.tasks[0].positive = vec![1];
    for part in [&mut card.splits.train[0], &mut card.splits.test[0]] {
        (part.file, part.labels) = ("images".into(), Some("list.csv".into()));
    }
    write_card(&folder.join("cards"), &card);
    let images = folder.join("a/named/images");
    fs::create_dir_all(&images).unwrap();
    for number in 0..3 {
        let path = images.join(format!("{number}.png"));
        if !path.exists() {
            fs::write(path, png_rgb(2, 2, &[number; 12])).unwrap();
        }
    }
    fs::write(folder.join("a/named/list.csv"), "file,label\n0.png,cat\n1.png,dog\n2.png,dog\n").unwrap();
    open(folder)
}

#[test]
fn the_order_of_names_decides_and_is_part_of_the_reference() {
    let folder = tempfile::tempdir().unwrap();
    let before = named(folder.path(), &["cat", "dog"]).resolve(&[choice("named")], None).unwrap();
    let library = named(folder.path(), &["dog", "cat"]);
    let after = library.resolve(&[choice("named")], None).unwrap();
    assert_eq!((&before.digest, &before.labels), (&after.digest, &after.labels));
    assert_eq!((before.classes[0].as_str(), after.classes[0].as_str()), ("cat", "dog"));
    assert_eq!(library.open(&after).unwrap().classes(Split::Train).unwrap(), [1, 0, 0]);
    // where labels are numbers, names decide nothing
    write_card(&folder.path().join("cards"), &tiny_card("small"));
    write_tiny(&folder.path().join("a/small"));
    let plain = open(folder.path()).resolve(&[choice("small")], None).unwrap();
    assert!(plain.classes.is_empty() && !serde_json::to_string(&plain).unwrap().contains("classes"));
}

#[test]
fn files_that_change_while_they_are_read_are_not_filed_under_their_former_digest() {
    let folder = tempfile::tempdir().unwrap();
    let library = named(folder.path(), &["cat", "dog"]);
    let data = library.resolve(&[choice("named")], None).unwrap();
    let records = DataSource::open(&library, &data).unwrap();
    records.images(Split::Train, &[0, 1, 2]).unwrap();
    fs::write(folder.path().join("a/named/images/2.png"), png_rgb(2, 2, &[9; 12])).unwrap();
    let error = records.images(Split::Train, &[0]).unwrap_err().to_string();
    assert!(error.contains("data set `named`: the files of `named`"), "{error}");
    assert!(records.classes(Split::Test).is_err());
}

#[test]
fn what_is_missing_is_found_before_the_run_and_all_faults_by_verify() {
    let folder = tempfile::tempdir().unwrap();
    let library = named(folder.path(), &["cat", "dog"]);
    library.verify("named").unwrap();
    let images = folder.path().join("a/named/images");
    fs::write(images.join("0.png"), "junk").unwrap();
    fs::write(images.join("1.png"), png_rgb(3, 2, &[9; 18])).unwrap();
    library.resolve(&[choice("named")], None).unwrap();
    let error = library.verify("named").unwrap_err().to_string();
    assert!(error.contains("0.png, record 0: does not decode") && error.contains("1.png, record 1: 2 rows"), "{error}");
    fs::remove_file(images.join("2.png")).unwrap();
    let error = library.resolve(&[choice("named")], None).unwrap_err().to_string();
    assert!(error.contains("2.png is not there"), "{error}");
    assert!(library.verify("named").is_err());
}

#[test]
fn the_reference_says_what_the_data_is_not_where_it_lies() {
    let folder = tempfile::tempdir().unwrap();
    let library = library(folder.path());
    write_tiny(&folder.path().join("b/small"));
    let before = library.resolve(&[choice("small")], None).unwrap();
    fs::create_dir_all(folder.path().join("a")).unwrap();
    fs::rename(folder.path().join("b/small"), folder.path().join("a/small")).unwrap();
    assert_eq!(library.resolve(&[choice("small")], None).unwrap(), before);
}

#[test]
fn the_embedded_sets_are_whole() {
    let cache = tempfile::tempdir().unwrap();
    let library = Library::open(&[cards_dir()], &[], cache.path()).unwrap();
    for (card, records) in
        [("fashion-mnist-subset", (8000, 2000)), ("mnist-subset", (8004, 1996)), ("textures", (1953, 837))]
    {
        let verified = library.verify(card).unwrap();
        assert_eq!((verified.train, verified.test), records, "{card}");
        assert!(verified.files.iter().all(|file| file.checked), "{card}");
    }
    let zeros = Choice { task: Some("zeros".into()), ..choice("mnist-subset") };
    let zeros = library.resolve(&[zeros], Some("mnist")).unwrap();
    assert_eq!((zeros.train, zeros.test, zeros.labels), (801, 200, BTreeMap::from([(0, 0)])));
}

#[test]
fn true_data_resolves_at_once_the_second_time() {
    let Some(folder) = shared_data("cifar10-jpeg") else { return skipped("CIFAR-10 (JPEG)") };
    let cache = tempfile::tempdir().unwrap();
    let open = || Library::open(&[cards_dir()], &[folder.join("..")], cache.path()).unwrap();
    let choices = [choice("cifar10"), choice("cifar10-jpeg")];
    let first = open().resolve(&choices, Some("cifar10")).unwrap();
    assert_eq!((first.card.as_str(), first.train, first.test), ("cifar10-jpeg", 50_000, 10_000));
    assert_eq!(first.labels.values().filter(|&&label| label > 0).count(), 4);
    assert_eq!(first.stands_in_for, "");
    let library = open();
    let start = Instant::now();
    assert_eq!(library.resolve(&choices, Some("cifar10")).unwrap(), first);
    let elapsed = start.elapsed();
    assert!(elapsed.as_millis() < 50, "a warm resolve took {elapsed:?}");
    eprintln!("a warm resolve took {elapsed:?}");
}

#[test]
fn the_package_and_the_publisher_have_the_same_content() {
    if !Path::new("/usr/share/datasets/fashion-mnist").is_dir() {
        return skipped("Fashion-MNIST");
    }
    let cache = tempfile::tempdir().unwrap();
    let library = Library::open(&[cards_dir()], &[], cache.path()).unwrap();
    let data = library.resolve(&[choice("fashion-mnist")], Some("fashion-mnist")).unwrap();
    assert_eq!((data.train, data.test), (60_000, 10_000));
    let dropped = Choice { task: Some("upper-lower".into()), ..choice("fashion-mnist") };
    assert_eq!(library.resolve(&[dropped], None).unwrap().train, 54_000);
}
