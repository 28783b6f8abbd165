//! What every input must survive: an answer or an error, never a panic, an abort or a hang.
//!
//! `make fuzz` feeds these functions with mutated inputs; `tests/integration/corpora.rs` runs the committed corpora
//! through them on every test run.

use lofi::artifact::{self, ValueType};
use lofi::dataset::Library;
use lofi::engine::{Entry, Graph};
use lofi::step::DataRef;
use lofi::study::{self, DataChoice, DataResolver, Environment, Unresolved};
use lofi::yaml::Cause;
use std::path::Path;

/// A study file: parsed, checked, expanded and planned.
pub fn study(bytes: &[u8]) {
    let folder = folder();
    let path = folder.path().join("s.yaml");
    write(&path, bytes);
    // The name that the file gives itself, so that the project's own studies are inputs too.
    let name = bytes.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(b"study: "));
    let name = String::from_utf8_lossy(name.unwrap_or_default()).into_owned();
    let environment = Environment {
        kinds: lofi::catalog::KINDS,
        data: &Always,
        works: &[],
        profile: study::DEFAULT_PROFILE,
        settings: &[],
        record: None,
    };
    let _ = study::names(&path, folder.path());
    if let Ok(study) = study::load(&path, (folder.path(), &name), environment) {
        let _ = Graph::new(&[study]);
    }
}

/// A data card: read, checked and looked up.
pub fn card(bytes: &[u8]) {
    let folder = folder();
    write(&folder.path().join("c.yaml"), bytes);
    if let Ok(library) = Library::open(&[folder.path().to_owned()], &[], &folder.path().join("cache")) {
        let names: Vec<String> = library.list().into_iter().map(|listing| listing.name).collect();
        names.iter().for_each(|name| drop(library.card(name)));
    }
}

/// A file of samples; its first byte chooses the format, the rest is the file.
pub fn decode(bytes: &[u8]) {
    let Some((&choice, content)) = bytes.split_first() else { return };
    let (format, file) = FORMATS[usize::from(choice) % FORMATS.len()];
    let folder = folder();
    let data = folder.path().join("d");
    write(&folder.path().join("cards/d.yaml"), card_of(format, file).as_bytes());
    match format {
        "image-folder" => {
            write(&data.join("list.csv"), b"file,label\n0.png,cat\n1.png,dog\n");
            ["0.png", "1.png"].iter().for_each(|name| write(&data.join("images").join(name), content));
        }
        "idx" => {
            write(&data.join("file"), content);
            write(&data.join("labels"), &[0, 0, 8, 1, 0, 0, 0, 2, 0, 1]);
        }
        _ => write(&data.join("file"), content),
    }
    let library =
        Library::open(&[folder.path().join("cards")], &[folder.path().to_owned()], &folder.path().join("cache"));
    let _ = library.map(|library| library.verify("d"));
}

const FORMATS: [(&str, &str); 5] = [
    ("image-folder", "file: images, labels: list.csv"),
    ("idx", "file: file, labels: labels"),
    ("parquet-images", "file: file"),
    ("cifar10-binary", "file: file"),
    ("cifar100-binary", "file: file"),
];

fn card_of(format: &str, part: &str) -> String {
    let (channels, numbers, side) = match format {
        "idx" => (1, "[0.5]", 4),
        "cifar10-binary" | "cifar100-binary" => (3, "[0.5, 0.5, 0.5]", 32),
        _ => (3, "[0.5, 0.5, 0.5]", 4),
    };
    let classes: Vec<String> = match format {
        "cifar10-binary" | "cifar100-binary" => (0..10).map(|i| format!("class{i}")).collect(),
        _ => vec!["cat".to_owned(), "dog".to_owned()],
    };
    format!(
        "name: d\ntitle: D\nlicence: MIT\ncitation: mnist\nhomepage: https://example.org\nformat: {format}\n\
         shape: {{channels: {channels}, height: {side}, width: {side}}}\nmean: {numbers}\nstd: {numbers}\n\
         classes: [{}]\ntasks:\n  - {{name: main, title: two classes, negative: [0], positive: [1]}}\n\
         splits:\n  train:\n    - {{{part}}}\n  test:\n    - {{{part}}}\nsources:\n  - folder: [d]\n",
        classes.join(", ")
    )
}

/// Stored values and entries: the first byte chooses the type, three lengths of two bytes part the rest into what
/// JSON, array and all other files hold.
pub fn store(bytes: &[u8]) {
    let Some((head, rest)) = bytes.split_at_checked(5) else { return };
    let length = |at: usize| usize::from(u16::from_le_bytes([head[at], head[at + 1]]));
    let (json, rest) = rest.split_at(length(1).min(rest.len()));
    let (array, other) = rest.split_at(length(3).min(rest.len()));
    let file = |name: &str| {
        Some(match name.rsplit('.').next() {
            Some("json") => json.to_vec(),
            Some("npy") => array.to_vec(),
            _ => other.to_vec(),
        })
    };
    let value_type = TYPES[usize::from(head[0]) % TYPES.len()];
    if let Ok(value) = artifact::decode(value_type, &file) {
        let _ = (value.memory_bytes(), value.first_non_finite());
        let _ = artifact::encode(&value);
    }
    let _ = serde_json::from_slice::<Entry>(json);
}

const TYPES: [ValueType; 9] = [
    ValueType::Representation,
    ValueType::Kernel,
    ValueType::Spectrum,
    ValueType::Predictions,
    ValueType::Table,
    ValueType::Verdict,
    ValueType::Pictures,
    ValueType::Network,
    ValueType::Figure,
];

/// A folder in memory where the system has one: thousands of inputs a second.
fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.unwrap()
}

fn write(path: &Path, bytes: &[u8]) {
    path.parent().map(std::fs::create_dir_all).transpose().unwrap();
    std::fs::write(path, bytes).unwrap();
}

/// Every data set that is asked for is there and small.
struct Always;

impl DataResolver for Always {
    fn resolve(&self, choices: &[DataChoice], _: Option<&str>) -> Result<DataRef, Unresolved> {
        let Some(choice) = choices.first() else {
            let message = "no choice".to_owned();
            return Err(Unresolved { message, help: String::new(), cause: Cause::Missing });
        };
        Ok(DataRef {
            card: choice.card.clone(),
            title: "Data".to_owned(),
            digest: "0".repeat(64),
            task: choice.task.clone().unwrap_or_default(),
            labels: [(0, -1), (1, 1)].into(),
            classes: Vec::new(),
            stands_in_for: String::new(),
            caveat: String::new(),
            train: 1000,
            test: 1000,
            channels: 1,
            height: 28,
            width: 28,
            mean: vec![0.5],
            std: vec![0.25],
        })
    }
}
