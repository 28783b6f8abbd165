//! Data sets that are not what they seem, as the program meets them: what it says, and how it ends.

use crate::project::Project;

const CARD: &str = "\
name: pictures
title: Pictures
licence: MIT
citation: mnist
homepage: https://example.org
format: image-folder
shape: {channels: 1, height: 1, width: 2}
mean: [0.5]
std: [0.25]
classes: [cat, dog]
tasks:
  - {name: pets, title: cats against dogs, negative: [0], positive: [1]}
splits:
  train: [{file: images, labels: list.csv}]
  test: [{file: images, labels: list.csv}]
sources:
  - folder: [pictures]
";

const STUDY: &str = "\
study: pets
title: Pets
data: [pictures]
sweep: {seed: {count: 2}}
steps:
  data: {kind: dataset, params: {n_train: all, n_test: all, seed: $seed}}
  fit: {kind: ridge-readout, inputs: {x: data}, params: {lambda: [1, 10]}}
  score: {kind: score, inputs: {predictions: fit}}
tables:
  error: {stack: {Ridge: score}, over: seed}
";

/// A grey image of two pixels.
fn image(first: u8, second: u8) -> Vec<u8> {
    [b"P5 2 1 255\n".as_slice(), &[first, second]].concat()
}

/// Twelve images, every second one of a dog.
fn pictures() -> Project {
    let project = Project::empty();
    project.write("datasets/pictures.yaml", CARD);
    project.write("studies/pets.yaml", STUDY);
    let mut list = "file,label\n".to_owned();
    for i in 0..12_u8 {
        project.write(&format!("data/pictures/images/{i}.pgm"), image(20 * i, 200 - 7 * i));
        list += &format!("{i}.pgm,{}\n", ["cat", "dog"][usize::from(i % 2)]);
    }
    project.write("data/pictures/list.csv", list);
    project
}

#[test]
fn only_what_decides_meaning_is_computed_again() {
    let project = pictures();
    assert!(project.well(&["run"]).counts().0 > 0);
    // left by a system and by an editor, and a card with mistakes that no study uses
    project.write("data/pictures/images/.DS_Store", "x");
    std::os::unix::fs::symlink("me@host:1", project.path("data/pictures/images/.#0.pgm")).unwrap();
    project.write("datasets/._pictures.yaml", b"\0\x05\x16\x07\xb0");
    project.write("datasets/other.yaml", "name: other\n");
    assert!(project.well(&["run"]).out.contains("nothing to do"));
    project.write("datasets/pictures.yaml", CARD.replace("[cat, dog]", "[dog, cat]"));
    let plan = project.well(&["plan", "--steps"]).out;
    assert!(plan.contains("data.classes.0 \"cat\" → \"dog\""), "{plan}");
    project.write("data/pictures/images/3.pgm", image(1, 1));
    let plan = project.well(&["plan", "--steps"]).out;
    assert!(plan.contains("data.digest \""), "{plan}");
}

#[test]
fn an_image_that_eight_bits_cannot_hold_fails_its_steps_with_the_code_of_data() {
    let project = pictures();
    project.write("data/pictures/images/3.pgm", b"P5 2 1 15\n\x01\x02");
    let ran = project.lofi(&["run"]);
    assert_eq!(ran.code, Some(3), "{}", ran.err);
    assert!(ran.err.contains("3.pgm, record 3: values up to 15"), "{}", ran.err);
    let verified = project.lofi(&["data", "verify", "pictures"]);
    assert!(verified.code == Some(3) && verified.err.contains("record 3: values up to 15"), "{}", verified.err);
}

#[test]
fn a_broken_card_is_told_to_whoever_uses_it() {
    let project = pictures();
    project.write("datasets/pictures.yaml", CARD.replace("licence: MIT\n", "").replace("homepage", "homepge"));
    let told = project.lofi(&["plan"]).err;
    for part in ["the key `licence` is missing", "unknown key `homepge`", "the key `homepage` is missing"] {
        assert!(told.contains(part), "{part} in {told}");
    }
    assert!(project.well(&["data", "list"]).out.contains("the key `licence` is missing"));
}

#[test]
fn what_is_wrong_with_a_data_set_is_told_once_a_run() {
    let project = pictures();
    (0..12).for_each(|i| project.write(&format!("data/pictures/images/{i}.pgm"), b"P5 2 1 15\n\x01\x02"));
    let ran = project.lofi(&["run"]);
    assert_eq!((ran.code, ran.err.matches("values up to 15").count()), (Some(3), 1), "{}", ran.err);
    let told =
        "FAILED 1 more that read the data set `pictures`; `lofi data verify pictures` tells all that is wrong with it";
    assert!(ran.err.contains(told), "{}", ran.err);
}

#[test]
fn an_image_that_is_listed_twice_is_read_twice_and_named_by_verify() {
    let project = pictures();
    let list = std::fs::read_to_string(project.path("data/pictures/list.csv")).unwrap();
    project.write("data/pictures/list.csv", list + "0.pgm,dog\n");
    project.well(&["run"]);
    let verified = project.lofi(&["data", "verify", "pictures"]);
    let told = "list.csv, record 12: `0.pgm` is listed twice, by record 0 too; remove one of the two\n";
    assert!(verified.code == Some(3) && verified.err.ends_with(told), "{}", verified.err);
}

#[test]
fn what_is_no_file_is_named_once() {
    let project = pictures();
    let list = project.path("data/pictures/list.csv");
    std::fs::remove_file(&list).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, &list, rustix::fs::Mode::from_raw_mode(0o600)).unwrap();
    let verified = project.lofi(&["data", "verify", "pictures"]);
    let told = verified.err.matches("list.csv: not a plain file").count();
    assert_eq!((verified.code, told), (Some(3), 1), "{}", verified.err);
}

#[test]
fn what_is_no_file_among_the_cards_is_said_by_whoever_looks_at_them() {
    let project = pictures();
    std::os::unix::fs::symlink("gone", project.path("datasets/linked.yaml")).unwrap();
    let pipe = project.path("datasets/pipe.yaml");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::from_raw_mode(0o600)).unwrap();
    for command in [&["list"][..], &["plan"], &["run"]] {
        let ran = project.well(command);
        let told = ["linked.yaml: a link to gone, and nothing is there", "pipe.yaml: a pipe or a device, not a file"];
        assert!(told.iter().all(|part| ran.err.matches(part).count() == 1), "{command:?}: {}", ran.err);
    }
}
