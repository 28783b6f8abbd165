//! What a card must satisfy beyond its types; every fault is found, each with its place.

use super::card::{Card, Checksum, Download, Part, Source, Task};
use crate::dataset::format::{FileFormat, Needs};
use crate::step::ParamFault;
use std::collections::BTreeSet;
use std::path::{Component, Path};

/// Everything wrong with a card that was read from a file with this stem.
pub(super) fn faults(card: &Card, stem: &str) -> Vec<ParamFault> {
    let mut found = Faults::default();
    if card.name != stem {
        found.add("name", format!("`{}` stands in {stem}.yaml: name the file after the card", card.name));
    }
    origin(card, &mut found);
    image(card, &mut found);
    names(card, &mut found);
    tasks(card, &mut found);
    splits(card, &mut found);
    checksums(card, &mut found);
    sources(card, &mut found);
    found.0
}

#[derive(Default)]
struct Faults(Vec<ParamFault>);

impl Faults {
    /// A fault at a path such as `tasks.0.name`.
    fn add(&mut self, path: &str, message: String) {
        let path = path.split('.').map(ToOwned::to_owned).collect();
        self.0.push(ParamFault { path, unknown_key: None, message });
    }
}

/// Whose data they are: published ones have a source that reports cite.
fn origin(card: &Card, found: &mut Faults) {
    for (key, value) in [("citation", &card.citation), ("homepage", &card.homepage)] {
        if value.is_empty() && !card.private {
            found.add(key, format!("`{key}` is empty: give it, or `private: true` for data of your own"));
        }
    }
    if card.private && !card.citation.is_empty() {
        found.add("citation", "private data have no published source: leave it out, or `private`".to_owned());
    }
}

/// Numbers of one image: more than any that is learnt from, and few enough that a number too large by a slip of the hand
/// does not ask for all memory.
const MOST_NUMBERS: usize = 1 << 27;
/// Labels are signed bytes.
const MOST_NUMBERED: usize = 128;

fn image(card: &Card, found: &mut Faults) {
    let geometry = card.geometry();
    if !matches!(geometry.channels, 1 | 3) {
        found.add("shape", format!("{} channels: expected 1 (grey) or 3 (colour)", geometry.channels));
    }
    let numbers = geometry.height.checked_mul(geometry.width).and_then(|area| area.checked_mul(geometry.channels));
    match numbers {
        Some(0) => found.add("shape", "an image needs at least one row and one column".to_owned()),
        Some(1..=MOST_NUMBERS) => {}
        _ => found.add(
            "shape",
            format!(
                "{} by {} pixels of {} channels: an image has at most {MOST_NUMBERS} numbers",
                geometry.height, geometry.width, geometry.channels
            ),
        ),
    }
    for (key, values) in [("mean", &card.mean), ("std", &card.std)] {
        if values.len() != geometry.channels {
            found
                .add(key, format!("{} numbers for {} channels: give one per channel", values.len(), geometry.channels));
        }
    }
    if let Some(value) = card.std.iter().find(|&&value| value <= 0.0) {
        found.add("std", format!("{value} is out of range: it must be more than 0"));
    }
}

/// A label that is a name must mean one class.
fn names(card: &Card, found: &mut Faults) {
    let mut seen = BTreeSet::new();
    for (i, name) in card.classes.iter().enumerate() {
        let path = format!("classes.{i}");
        if !seen.insert(name) {
            found.add(&path, format!("`{name}` is a class already: give each name once"));
        }
        if name.trim() != name || name.is_empty() {
            found.add(&path, format!("`{name}`: a name neither begins nor ends with a blank, and is not empty"));
        }
    }
}

fn tasks(card: &Card, found: &mut Faults) {
    if card.tasks.is_empty() {
        found.add("tasks", "no task: give at least one, the first is the default".to_owned());
    }
    let mut names = BTreeSet::new();
    for (i, task) in card.tasks.iter().enumerate() {
        if !names.insert(&task.name) {
            found.add(&format!("tasks.{i}.name"), format!("`{}` is a task already: give each name once", task.name));
        }
        one_task(card, task, i, found);
        match (&task.attribute, card.format.needs(Needs::Attribute)) {
            (None, true) => found.add(&format!("tasks.{i}"), "no `attribute`: which one decides?".to_owned()),
            (Some(_), false) => found.add(&format!("tasks.{i}.attribute"), "this format has no attributes".to_owned()),
            _ => {}
        }
    }
}

fn one_task(card: &Card, task: &Task, i: usize, found: &mut Faults) {
    let sides = [("negative", &task.negative), ("positive", &task.positive)];
    for (key, classes) in sides {
        match (task.classes.is_empty(), classes.is_empty()) {
            (true, true) => {
                let message = format!("no class is {key}: give both `negative` and `positive`, or `classes` alone");
                found.add(&format!("tasks.{i}"), message);
            }
            (false, false) => {
                let message = format!("`classes` are numbered 0, 1, …: leave out `{key}`, or `classes`");
                found.add(&format!("tasks.{i}.{key}"), message);
            }
            _ => {}
        }
    }
    if task.classes.len() > MOST_NUMBERED {
        let message = format!("{} classes: at most {MOST_NUMBERED} are numbered", task.classes.len());
        found.add(&format!("tasks.{i}.classes"), message);
    }
    let mut seen = BTreeSet::new();
    for (key, classes) in sides.into_iter().chain([("classes", &task.classes)]) {
        for &class in classes {
            if class as usize >= card.classes.len() {
                let message = format!("class {class} of {}: classes count from 0", card.classes.len());
                found.add(&format!("tasks.{i}.{key}"), message);
            }
            if !seen.insert(class) {
                found.add(&format!("tasks.{i}.{key}"), format!("class {class} stands in this task already"));
            }
        }
    }
}

fn splits(card: &Card, found: &mut Faults) {
    for (split, parts) in [("train", &card.splits.train), ("test", &card.splits.test)] {
        if parts.is_empty() {
            found.add(&format!("splits.{split}"), "no file: a split needs at least one".to_owned());
        }
        for (i, part) in parts.iter().enumerate() {
            one_part(card.format, part, &format!("splits.{split}.{i}"), found);
        }
    }
}

fn one_part(format: FileFormat, part: &Part, path: &str, found: &mut Faults) {
    match (&part.labels, format.needs(Needs::Labels)) {
        (None, true) => found.add(path, "no `labels`: this format keeps them in a file of their own".to_owned()),
        (Some(_), false) => found.add(path, "`labels`: this format keeps them in the same file".to_owned()),
        _ => {}
    }
    match (&part.partition, format.needs(Needs::Partition)) {
        (None, true) => found.add(path, "no `partition`: this format needs the list of its splits".to_owned()),
        (Some(_), false) => found.add(path, "`partition`: this format has no list of splits".to_owned()),
        _ => {}
    }
    for name in part.files().filter(|name| !is_inner_path(name)) {
        found.add(path, format!("`{name}`: expected a path inside the data set's folder"));
    }
    if let Some([from, to]) = part.records.filter(|[from, to]| from >= to) {
        found.add(&format!("{path}.records"), format!("[{from}, {to}) is empty: the second number must be larger"));
    }
}

fn checksums(card: &Card, found: &mut Faults) {
    let files = card.files();
    for (name, checksum) in &card.checksums {
        if card.format.description().folder && card.parts().any(|(_, part)| part.file == *name) {
            found.add("checksums", format!("`{name}` is a folder of images: checksums are of files"));
        }
        if !files.contains(&name.as_str()) {
            found.0.push(ParamFault {
                path: vec!["checksums".to_owned()],
                unknown_key: Some(name.clone()),
                message: format!("no split reads `{name}`; the files are {}", files.join(", ")),
            });
        }
        if let Some(message) = checksum_fault(checksum) {
            found.0.push(ParamFault { path: vec!["checksums".to_owned(), name.clone()], unknown_key: None, message });
        }
    }
}

fn checksum_fault(checksum: &Checksum) -> Option<String> {
    let (digest, length, name) = match (&checksum.md5, &checksum.sha256) {
        (Some(digest), None) => (digest, 32, "md5"),
        (None, Some(digest)) => (digest, 64, "sha256"),
        _ => return Some("expected one of `md5` and `sha256`".to_owned()),
    };
    let hexadecimal = digest.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let good = digest.len() == length && hexadecimal;
    (!good).then(|| format!("`{digest}` is no {name}: expected {length} lower-case hexadecimal digits"))
}

fn sources(card: &Card, found: &mut Faults) {
    if card.sources.is_empty() {
        found.add("sources", "no source: say at least in which folder users put the files".to_owned());
    }
    for (i, source) in card.sources.iter().enumerate() {
        let path = format!("sources.{i}");
        match source {
            Source::Folder(names) if names.is_empty() => found.add(&path, "no subfolder named".to_owned()),
            Source::Folder(names) => {
                for name in names.iter().filter(|name| !is_inner_path(name)) {
                    found.add(&path, format!("`{name}`: expected the name of a subfolder"));
                }
            }
            Source::Https(files) => files.iter().for_each(|file| one_download(file, &path, found)),
            Source::Package(package) if !Path::new(&package.path).is_absolute() => {
                found.add(&path, format!("`{}`: expected an absolute path", package.path));
            }
            Source::Repository(name) if !is_inner_path(name) => {
                found.add(&path, format!("`{name}`: expected a folder beside the card"));
            }
            Source::Path(name) if name.is_empty() => found.add(&path, "no folder is named".to_owned()),
            Source::Package(_) | Source::Repository(_) | Source::Path(_) => {}
        }
    }
}

fn one_download(file: &Download, path: &str, found: &mut Faults) {
    let plain = file.address.starts_with("http://");
    if !plain && !file.address.starts_with("https://") {
        found.add(path, format!("`{}`: expected an address that begins with https://", file.address));
    }
    if plain && file.checksum.is_none() {
        found.add(path, format!("`{}`: plain http needs a checksum", file.address));
    }
    if !is_inner_path(file.file_name()) {
        found.add(path, format!("`{}`: expected an address that ends with a file's name", file.address));
    }
    let fault = file.checksum.as_ref().and_then(checksum_fault);
    fault.into_iter().for_each(|message| found.add(path, message));
}

/// Whether a path stays inside the folder that it is relative to.
pub(super) fn is_inner_path(path: &str) -> bool {
    !path.is_empty() && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::super::card::Partition;
    use super::*;
    use crate::dataset::testing::tiny_card;

    fn messages(change: impl FnOnce(&mut Card)) -> Vec<String> {
        let mut card = tiny_card("tiny");
        change(&mut card);
        faults(&card, "tiny").into_iter().map(|f| format!("{}: {}", f.path.join("."), f.message)).collect()
    }

    fn assert_one(change: impl FnOnce(&mut Card), part: &str) {
        let found = messages(change);
        assert!(found.len() == 1 && found[0].contains(part), "expected `{part}` in {found:?}");
    }

    fn numbered(classes: &[u32]) -> Task {
        let Task { name, title, .. } = tiny_card("tiny").tasks.remove(0);
        Task { name, title, negative: vec![], positive: vec![], classes: classes.to_vec(), attribute: None }
    }

    #[test]
    fn a_good_card_has_no_fault() {
        assert_eq!(messages(|_| {}), Vec::<String>::new());
        assert_eq!(messages(|c| c.tasks[0] = numbered(&[2])), Vec::<String>::new());
        assert_eq!(messages(|c| c.tasks[0] = numbered(&[2, 0, 1])), Vec::<String>::new());
    }

    #[test]
    fn faults_have_a_place_and_say_what_was_expected() {
        assert_one(|c| c.citation.clear(), "citation: `citation` is empty: give it, or `private: true`");
        assert_one(|c| c.private = true, "citation: private data have no published source");
        assert_eq!(messages(|c| (c.private, c.citation, c.homepage) = (true, String::new(), String::new())), [""; 0]);
        assert_one(|c| c.name = "other".into(), "name: `other` stands in tiny.yaml");
        assert_one(|c| c.mean = vec![0.5], "mean: 1 numbers for 3 channels");
        assert_one(
            |c| c.shape.height = 1_000_000_000_000,
            "shape: 1000000000000 by 2 pixels of 3 channels: an image has at",
        );
        assert_one(|c| (c.shape.height, c.shape.width) = (1 << 32, 1 << 32), "shape: 4294967296 by 4294967296 pixels");
        assert_one(|c| c.shape.width = 0, "at least one row and one column");
        assert_one(|c| c.classes[1] = "cat".into(), "classes.1: `cat` is a class already");
        assert_one(|c| c.classes[1] = " fish".into(), "classes.1: ` fish`: a name neither");
        assert_one(|c| c.std[1] = 0.0, "std: 0 is out of range");
        assert_one(|c| c.tasks[0].positive = vec![7], "tasks.0.positive: class 7 of 3");
        assert_one(|c| c.tasks[0].positive = vec![0], "tasks.0.positive: class 0 stands in this task already");
        assert_one(|c| c.tasks.clear(), "tasks: no task");
        assert_one(|c| c.tasks[0].negative.clear(), "tasks.0: no class is negative: give both");
        assert_one(|c| c.tasks[0] = numbered(&[0, 7]), "tasks.0.classes: class 7 of 3");
        assert_one(|c| c.tasks[0] = numbered(&[1, 1]), "tasks.0.classes: class 1 stands in this task already");
        assert_one(|c| c.tasks[0] = Task { positive: vec![1], ..numbered(&[0]) }, "tasks.0.positive: `classes` are");
        assert_one(|c| c.splits.test.clear(), "splits.test: no file");
        assert_one(|c| c.splits.train[0].records = Some([3, 3]), "splits.train.0.records: [3, 3) is empty");
        assert_one(|c| c.splits.train[0].labels = Some("l".into()), "keeps them in the same file");
        assert_one(|c| c.tasks[0].attribute = Some("Male".into()), "tasks.0.attribute: this format has no attributes");
        let partition = || Some(Partition { file: "list.txt".into(), number: 0 });
        assert_one(|c| c.splits.test[0].partition = partition(), "`partition`: this format has no list of splits");
        assert_one(|c| c.sources.clear(), "sources: no source");
        assert_one(|c| c.sources = vec![Source::Folder(vec!["../up".into()])], "sources.0: `../up`");
        assert_one(|c| c.sources = vec![Source::Repository("/abs".into())], "expected a folder beside the card");
    }

    #[test]
    fn plain_http_needs_a_checksum() {
        let file = |address: &str| Download { address: address.into(), size: None, checksum: None, unpack: None };
        let source = |address: &str| vec![Source::Https(vec![file(address)])];
        assert_one(|c| c.sources = source("http://a.b/c"), "plain http needs a checksum");
        assert_one(|c| c.sources = source("ftp://a.b/c"), "begins with https://");
        assert_one(|c| c.sources = source("https://a.b/"), "ends with a file's name");
        assert_eq!(messages(|c| c.sources = source("https://a.b/c")), Vec::<String>::new());
    }

    #[test]
    fn checksums_are_of_files_that_are_read() {
        let sum = |md5: Option<&str>| Checksum { md5: md5.map(Into::into), sha256: None, of: Default::default() };
        let good = sum(Some("c32a1d4ab5d03f1284b67883e8d87530"));
        assert_one(|c| drop(c.checksums.insert("no.bin".into(), good.clone())), "no split reads `no.bin`");
        assert_one(|c| drop(c.checksums.insert("train.bin".into(), sum(Some("12")))), "expected 32 lower-case");
        assert_one(|c| drop(c.checksums.insert("train.bin".into(), sum(None))), "expected one of");
        assert_eq!(messages(|c| drop(c.checksums.insert("train.bin".into(), good))), Vec::<String>::new());
    }
}
