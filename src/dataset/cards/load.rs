//! Reads the cards of a folder.

use super::card::Card;
use super::check;
use super::complete;
use crate::dataset::error::DatasetError;
use crate::yaml::{self, Fault, Found, Node, Source, Tree, documents};
use schemars::schema_for;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A card with the folder that it was read from.
#[derive(Debug, Clone)]
pub(in crate::dataset) struct Loaded {
    pub card: Card,
    pub home: PathBuf,
    /// What it was read from.
    pub written: Source,
}

impl Loaded {
    /// Where the card says something: file, line and column of the value at a path, or of the deepest one there.
    pub fn place(&self, path: &[String]) -> String {
        let mark =
            yaml::parse(&self.written).map_or(yaml::Mark { line: 1, column: 1 }, |root| root.mark_of(path, None));
        self.written.place(mark)
    }
}

/// Cards by name, and what is wrong with the others.
#[derive(Debug, Default)]
pub(in crate::dataset) struct Cards {
    pub good: BTreeMap<String, Loaded>,
    /// A mistake in a card stops only who uses the card.
    pub broken: BTreeMap<String, Vec<Fault>>,
}

/// All cards of some folders; a folder that is not there holds none.
///
/// # Errors
/// Where a folder cannot be read.
pub(in crate::dataset) fn cards(folders: &[PathBuf]) -> Result<Cards, DatasetError> {
    let mut cards = Cards::default();
    for folder in folders.iter().filter(|folder| folder.is_dir()) {
        let walked = documents(folder, &|_| false).map_err(|e| DatasetError::io("read", &e.path)(e.source))?;
        for file in walked.files {
            match read(&file) {
                Ok((card, written)) => cards.add(Loaded { card, home: folder.clone(), written }),
                Err(found) => cards.refuse(&file.name, found),
            }
        }
        for strange in walked.strange {
            let stem = strange.path.file_stem().unwrap_or_default().to_string_lossy();
            cards.refuse(&stem, vec![whole(&Source::new(strange.path.display().to_string(), ""), strange.reason)]);
        }
    }
    Ok(cards)
}

impl Cards {
    /// Puts a card with the others, unless its name is taken.
    fn add(&mut self, loaded: Loaded) {
        let name = loaded.card.name.clone();
        match self.good.get(&name) {
            Some(first) => {
                let message = format!("card `{name}` stands in {} already", first.home.display());
                let fault = whole(&Source::new(loaded.written.name, ""), message).help("rename one of the two");
                self.refuse(&name, vec![fault]);
            }
            None => drop(self.good.insert(name, loaded)),
        }
    }

    /// Puts cards that come with the program below these: a name that a project has, be it of a card with mistakes, is the
    /// project's. Their folders of data lie where the project's do.
    pub fn lay_over(&mut self, shipped: &[(&str, &str)], home: &Path) {
        for &(file, text) in shipped {
            let name = file.strip_suffix(".yaml").unwrap_or(file);
            if self.good.contains_key(name) || self.broken.contains_key(name) {
                continue;
            }
            let written = Source::new(format!("{file} (comes with lofi)"), text);
            match parse(&written, name) {
                Ok(card) => self.add(Loaded { card, home: home.to_owned(), written }),
                Err(faults) => self.refuse(name, faults),
            }
        }
    }

    /// Of two cards of one name none is used: which one is meant?
    fn refuse(&mut self, name: &str, faults: Vec<Fault>) {
        self.good.remove(name);
        self.broken.entry(name.to_owned()).or_default().extend(faults);
    }
}

fn whole(source: &Source, message: impl std::fmt::Display) -> Fault {
    source.fault(yaml::Mark { line: 1, column: 1 }, message)
}

/// A checked card from its file.
fn read(file: &Found) -> Result<(Card, Source), Vec<Fault>> {
    let name = file.path.display().to_string();
    match fs::read_to_string(&file.path) {
        Ok(text) => {
            let written = Source::new(name, &text);
            parse(&written, &file.name).map(|card| (card, written))
        }
        Err(error) => Err(vec![whole(&Source::new(name, ""), format!("cannot be read: {error}"))]),
    }
}

/// A checked card from its text: all keys that are missing or unknown are told at once.
pub(in crate::dataset) fn parse(source: &Source, stem: &str) -> Result<Card, Vec<Fault>> {
    let root = yaml::parse(source).map_err(|fault| vec![fault])?;
    let mut faults = root.locate(source, &complete::faults(&schema_for!(Card).to_value(), &root.to_json()));
    faults.extend(unsourced(&root, source));
    faults.extend(unquoted(&root, source));
    if !faults.is_empty() {
        return Err(faults);
    }
    let card: Card = root.typed(source)?;
    let faults = root.locate(source, &check::faults(&card, stem));
    if faults.is_empty() { Ok(card) } else { Err(faults) }
}

/// Published data have a source that reports cite.
fn unsourced(root: &Node, source: &Source) -> Vec<Fault> {
    if root.get("private").is_some_and(|private| private.tree == Tree::Bool(true)) {
        return Vec::new();
    }
    let lacks = ["citation", "homepage"].into_iter().filter(|key| root.get(key).is_none());
    let fault = |key| source.fault(root.mark, format!("the key `{key}` is missing"));
    lacks.map(|key| fault(key).help("give it, or `private: true` for data of your own")).collect()
}

/// Names of classes that YAML takes for something else: `1` without quotes is a number, and `true` a truth value.
fn unquoted(root: &Node, source: &Source) -> Vec<Fault> {
    let Some(Tree::List(names)) = root.get("classes").map(|node| &node.tree) else { return Vec::new() };
    let wrong = names.iter().filter(|name| name.text().is_none());
    let fault = |name: &Node| {
        let fault = source.fault(name.mark, format!("a class name is a text, and this is {}", name.what()));
        fault.help("put it in quotes, as in classes: [\"0\", \"1\"]")
    };
    wrong.map(fault).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::testing::{cards_dir, tiny_card};

    fn write(folder: &Path, name: &str, text: &str) {
        fs::write(folder.join(name), text).unwrap();
    }

    #[test]
    fn the_cards_that_come_with_the_program_are_good() {
        let cards = cards(&[cards_dir()]).unwrap().good;
        let names: Vec<&String> = cards.keys().collect();
        assert_eq!(
            names,
            [
                "celeba",
                "cifar10",
                "cifar10-first-4000",
                "cifar10-jpeg",
                "cifar100",
                "cifar100-coarse",
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
        for (name, loaded) in cards(&[cards_dir()]).unwrap().good {
            assert!(references.contains(&format!("{{{},", loaded.card.citation)), "{name}: {}", loaded.card.citation);
        }
    }

    #[test]
    fn a_card_survives_a_round_trip() {
        for loaded in cards(&[cards_dir()]).unwrap().good.into_values() {
            let json = serde_json::to_value(&loaded.card).unwrap();
            assert_eq!(serde_json::from_value::<Card>(json).unwrap(), loaded.card);
        }
    }

    fn places(faults: &[Fault]) -> Vec<String> {
        let place = |fault: &Fault| fault.place.rsplit_once('/').unwrap().1.to_owned();
        faults.iter().map(|fault| format!("{} {}", place(fault), fault.message)).collect()
    }

    #[test]
    fn a_broken_card_leaves_the_others_alone_and_tells_everything_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let good = serde_json::to_string_pretty(&tiny_card("good")).unwrap();
        write(folder.path(), "good.yaml", &good);
        let broken = good.replace("\"title\": \"Tiny", "\"titel\": \"Tiny").replace("\"channels\"", "\"canals\"");
        write(folder.path(), "misspelt.yml", &broken.replace("\"licence\": \"MIT\",", ""));
        write(folder.path(), "misnamed.yaml", &good);
        fs::write(folder.path().join("bytes.yaml"), b"\xff\xfe").unwrap();
        fs::write(folder.path().join("._good.yaml"), b"\0\x05\x16\x07").unwrap();
        std::os::unix::fs::symlink("gone", folder.path().join("linked.yaml")).unwrap();
        let cards = cards(&[folder.path().to_owned()]).unwrap();
        assert_eq!(cards.good.keys().collect::<Vec<_>>(), ["good"]);
        assert_eq!(cards.broken.keys().collect::<Vec<_>>(), ["bytes", "linked", "misnamed", "misspelt"]);
        assert_eq!(places(&cards.broken["misnamed"])[0].split(' ').next(), Some("misnamed.yaml:2:11"));
        let mut told = places(&cards.broken["misspelt"]);
        told.sort();
        let expected = [
            "the key `licence` is missing",
            "the key `title` is missing",
            "unknown key `canals`",
            "unknown key `titel`",
            "the key `channels` is missing",
        ];
        assert!(told.len() == 5 && expected.iter().all(|e| told.iter().any(|t| t.contains(e))), "{told:?}");
        assert!(cards.broken["linked"][0].message.contains("nothing is there"));
    }

    #[test]
    fn names_that_yaml_takes_for_something_else_want_quotes() {
        let folder = tempfile::tempdir().unwrap();
        let good = serde_json::to_string(&tiny_card("tiny")).unwrap();
        write(folder.path(), "tiny.yaml", &good.replace("[\"cat\",\"fish\",\"car\"]", "[1, true, no]"));
        let faults = &cards(&[folder.path().to_owned()]).unwrap().broken["tiny"];
        let told: Vec<&str> = faults.iter().map(|fault| fault.message.as_str()).collect();
        assert_eq!(
            told,
            ["a class name is a text, and this is a whole number", "a class name is a text, and this is a truth value"]
        );
    }

    #[test]
    fn a_name_twice_is_refused() {
        let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let text = serde_json::to_string(&tiny_card("tiny")).unwrap();
        write(a.path(), "tiny.yaml", &text);
        write(b.path(), "tiny.yaml", &text);
        let both = cards(&[a.path().to_owned(), b.path().to_owned()]).unwrap();
        assert!(both.good.is_empty());
        assert!(both.broken["tiny"][0].message.contains("card `tiny` stands in"), "{both:?}");
        fs::remove_file(b.path().join("tiny.yaml")).unwrap();
        write(a.path(), "tiny.yml", &text);
        let both = cards(&[a.path().to_owned()]).unwrap();
        assert!(both.good.is_empty() && both.broken["tiny"][0].message.contains("already"), "{both:?}");
    }
}
