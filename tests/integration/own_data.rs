//! Images of one's own, from a folder to a page.

use crate::project::{Project, repository};
use crate::written::{commands, is_known};
use std::fs;

/// A grey image of 4 × 4 pixels: a slope down for cats, across for dogs, with something else in a corner.
fn image(dog: bool, number: u8) -> Vec<u8> {
    let pixel = |i: u8| 40 * (if dog { i % 4 } else { i / 4 }) + if i == number % 16 { 90 } else { 0 };
    [b"P5 4 4 255\n".to_vec(), (0..16).map(pixel).collect()].concat()
}

fn pets(folder: &str) -> Project {
    let project = Project::bare();
    project.well(&["init"]);
    for number in 0..60 {
        for (class, dog) in [("cat", false), ("dog", true)] {
            project.write(&format!("{folder}/{class}/{number:02}.pgm"), image(dog, number));
        }
    }
    project
}

#[test]
fn a_folder_of_images_becomes_a_card_that_studies_use() {
    let project = pets("pictures/Pets of ours");
    let added = project.well(&["data", "add", "pictures/Pets of ours"]);
    assert!(added.out.contains("wrote datasets/pets-of-ours.yaml"), "{added:?}");
    assert!(added.out.contains("96 training and 24 test images of 1 x 4 x 4, 2 classes"), "{added:?}");
    let verified = project.well(&["data", "verify", "pets-of-ours"]);
    assert!(verified.out.contains("pets-of-ours: whole, 96 training and 24 test records"), "{verified:?}");
    let again = project.lofi(&["data", "add", "pictures/Pets of ours"]);
    assert!(again.code == Some(2) && again.err.contains("pets-of-ours.yaml stands here already"), "{again:?}");

    project.well(&["new", "study", "pets", "--data", "pets-of-ours"]);
    let ran = project.well(&["run", "pets", "--report"]);
    assert!(ran.out.contains("pets on pets-of-ours\n"), "{ran:?}");
    let page = fs::read_to_string(project.path("reports/pets.html")).unwrap();
    assert!(page.contains("private data, without a published source"), "{page}");
    assert!(!page.contains("Krizhevsky"), "no other data set is cited");
}

#[test]
fn what_is_wrong_is_told_with_the_line_of_the_card() {
    let project = pets("pets");
    project.well(&["data", "add", "pets", "--name", "ours", "--title", "Our pets"]);
    let card = fs::read_to_string(project.path("datasets/ours.yaml")).unwrap();
    let line = |key: &str| 1 + card.lines().position(|line| line.starts_with(key)).unwrap();
    project.write("pets/cat/00.pgm", "no image");
    let broken = project.lofi(&["data", "verify", "ours"]);
    let place = format!("datasets/ours.yaml:{}:", line("splits:") + 1);
    assert!(
        broken.code == Some(3) && broken.err.contains(&place) && broken.err.contains("00.pgm"),
        "{place}: {broken:?}"
    );
    fs::rename(project.path("pets"), project.path("away")).unwrap();
    let missing = project.lofi(&["data", "verify", "ours"]);
    let place = format!("datasets/ours.yaml:{}:", line("sources:") + 1);
    assert!(missing.code == Some(3) && missing.err.contains(&place), "{place}: {missing:?}");
    let fetched = project.lofi(&["data", "fetch", "ours"]);
    assert!(fetched.err.contains(&place), "{place}: {fetched:?}");
}

#[test]
fn a_name_that_is_none_and_a_folder_that_is_none_are_refused() {
    let project = pets("pets");
    for (arguments, part) in [
        (&["data", "add", "nowhere"][..], "name a folder or file of images"),
        (&["data", "add", "pets", "--name", "My Pets"], "a card is called by small letters"),
        (&["data", "add", "studies"], "nothing here that is read"),
    ] {
        let refused = project.lofi(arguments);
        assert!(refused.code == Some(2) && refused.err.contains(part), "{part}: {refused:?}");
    }
    assert!(!project.path("datasets").exists());
}

/// docs/cards.md names every key and format, its card is a good one, and its commands are those of the program.
#[test]
fn the_documentation_of_cards_is_of_these_cards() {
    let text = fs::read_to_string(repository().join("docs/cards.md")).unwrap();
    let schema = schemars::schema_for!(lofi::dataset::Card).to_value();
    let keys: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
    assert!(keys.len() > 15, "{keys:?}");
    let formats = lofi::dataset::FileFormat::all().map(|format| format.description().name);
    for name in keys.into_iter().map(String::as_str).chain(formats) {
        assert!(text.contains(&format!("`{name}`")), "docs/cards.md does not name `{name}`");
    }
    let blocks = || text.split("```").skip(1).step_by(2);
    let card = blocks()
        .find_map(|block| Some(block.strip_prefix("yaml\n")?).filter(|card| card.starts_with("name: ")))
        .unwrap();
    let project = Project::bare();
    project.write("datasets/beans.yaml", card);
    project.write("studies/x", "");
    assert!(project.well(&["data", "list"]).out.contains("lofi data fetch beans"));
    let found: Vec<Vec<String>> = blocks().filter(|block| block.starts_with("sh\n")).flat_map(commands).collect();
    assert!(found.len() >= 5, "{found:?}");
    for words in found {
        is_known(&words).unwrap_or_else(|error| panic!("{words:?}: {error}"));
    }
}
