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
