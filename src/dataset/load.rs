//! Reads the cards of a folder.

use super::card::Card;
use super::check;
use super::error::DatasetError;
use crate::yaml::{self, Fault, Source};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A card with the folder that it was read from.
#[derive(Debug, Clone)]
pub(super) struct Loaded {
    pub card: Card,
    pub home: PathBuf,
}

/// All cards of some folders by name; a folder that is not there holds none.
///
/// # Errors
/// Every fault of every card.
pub(super) fn cards(folders: &[PathBuf]) -> Result<BTreeMap<String, Loaded>, DatasetError> {
    let mut cards = BTreeMap::new();
    let mut faults = Vec::new();
    for folder in folders.iter().filter(|folder| folder.is_dir()) {
        for path in files(folder)? {
            let text = fs::read_to_string(&path).map_err(DatasetError::io("read", &path))?;
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            match parse(&Source::new(path.display().to_string(), &text), &stem) {
                Ok(card) => faults.extend(add(&mut cards, card, folder, &path)),
                Err(found) => faults.extend(found),
            }
        }
    }
    if faults.is_empty() { Ok(cards) } else { Err(DatasetError::Cards(faults)) }
}

/// Puts a card with the others, unless its name is taken.
fn add(cards: &mut BTreeMap<String, Loaded>, card: Card, home: &Path, path: &Path) -> Option<Fault> {
    if let Some(first) = cards.get(&card.name) {
        let source = Source::new(path.display().to_string(), "");
        let message = format!("card `{}` stands in {} already", card.name, first.home.display());
        return Some(source.fault(yaml::Mark { line: 1, column: 1 }, message).help("rename one of the two"));
    }
    cards.insert(card.name.clone(), Loaded { card, home: home.to_owned() });
    None
}

/// The YAML files of a folder, in the order of their names.
fn files(folder: &Path) -> Result<Vec<PathBuf>, DatasetError> {
    let entries = fs::read_dir(folder).map_err(DatasetError::io("read", folder))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|e| e.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "yaml") && path.is_file());
    paths.sort();
    Ok(paths)
}

/// A checked card from its text.
fn parse(source: &Source, stem: &str) -> Result<Card, Vec<Fault>> {
    let root = yaml::parse(source).map_err(|fault| vec![fault])?;
    let card: Card = root.typed(source)?;
    let faults = root.locate(source, &check::faults(&card, stem));
    if faults.is_empty() { Ok(card) } else { Err(faults) }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{cards_dir, tiny_card};
    use super::*;

    fn write(folder: &Path, name: &str, text: &str) {
        fs::write(folder.join(name), text).unwrap();
    }

    #[test]
    fn the_cards_that_come_with_the_program_are_good() {
        let cards = cards(&[cards_dir()]).unwrap();
        let names: Vec<&String> = cards.keys().collect();
        assert_eq!(
            names,
            [
                "celeba",
                "cifar10",
                "cifar10-jpeg",
                "fashion-mnist",
                "fashion-mnist-subset",
                "mnist",
                "mnist-subset",
                "orl-faces",
                "textures"
            ]
        );
        let default = |name: &str| cards[name].card.tasks[0].name.clone();
        assert_eq!(default("cifar10"), "animals-vs-vehicles");
        assert_eq!(default("fashion-mnist-subset"), "confusable-pairs");
        assert_eq!(cards["fashion-mnist"].card.tasks, cards["fashion-mnist-subset"].card.tasks);
        assert_eq!(cards["mnist"].card.tasks, cards["mnist-subset"].card.tasks);
        assert_eq!(cards["cifar10-jpeg"].card.represents(), "cifar10");
    }

    #[test]
    fn citations_of_cards_resolve() {
        let references = fs::read_to_string(cards_dir().join("../docs/references.bib")).unwrap();
        for (name, loaded) in cards(&[cards_dir()]).unwrap() {
            assert!(references.contains(&format!("{{{},", loaded.card.citation)), "{name}: {}", loaded.card.citation);
        }
    }

    #[test]
    fn a_card_survives_a_round_trip() {
        for loaded in cards(&[cards_dir()]).unwrap().into_values() {
            let json = serde_json::to_value(&loaded.card).unwrap();
            assert_eq!(serde_json::from_value::<Card>(json).unwrap(), loaded.card);
        }
    }

    #[test]
    fn faults_of_all_cards_come_at_once_with_their_places() {
        let folder = tempfile::tempdir().unwrap();
        let good = serde_json::to_string_pretty(&tiny_card("good")).unwrap();
        write(folder.path(), "good.yaml", &good);
        write(folder.path(), "misspelt.yaml", &good.replace("\"title\": \"Tiny", "\"titel\": \"Tiny"));
        write(folder.path(), "misnamed.yaml", &good);
        let Err(DatasetError::Cards(faults)) = cards(&[folder.path().to_owned()]) else { panic!("no fault") };
        assert_eq!(faults.len(), 2, "{faults:?}");
        assert!(faults[0].place.ends_with("misnamed.yaml:2:11"), "{}", faults[0].place);
        assert!(faults[1].place.ends_with("misspelt.yaml:3:3"), "{}", faults[1].place);
        assert!(faults[1].help.as_ref().unwrap().contains("did you mean `title`?"));
    }

    #[test]
    fn a_name_twice_is_refused() {
        let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let text = serde_json::to_string(&tiny_card("tiny")).unwrap();
        write(a.path(), "tiny.yaml", &text);
        write(b.path(), "tiny.yaml", &text);
        let error = cards(&[a.path().to_owned(), b.path().to_owned()]).unwrap_err();
        assert!(error.to_string().contains("card `tiny` stands in"), "{error}");
    }
}
