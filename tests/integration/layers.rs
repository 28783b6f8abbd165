//! The layers: which module may name which other one. Dependencies point down only.

mod circles;

use crate::project::repository;
use crate::store::files;
use std::collections::BTreeSet;
use std::path::Path;

/// Module → the modules that it may name.
const MAY_USE: [(&str, &[&str]); 16] = [
    ("math", &[]),
    ("artifact", &["math"]),
    ("step", &["artifact"]),
    ("yaml", &["artifact", "step"]),
    ("dataset", &["math", "artifact", "step", "yaml"]),
    ("experiment", &["math", "artifact", "step"]),
    ("external", &["math", "artifact", "step"]),
    ("analysis", &["math", "artifact", "step"]),
    ("plot", &["artifact", "step"]),
    ("catalog", &["step", "dataset", "experiment", "external", "analysis", "plot"]),
    ("study", &["artifact", "step", "yaml"]),
    ("engine", &["artifact", "step", "study"]),
    ("cluster", &["artifact", "step", "engine", "yaml"]),
    ("baseline", &["artifact", "engine", "step", "study"]),
    ("report", &["artifact", "step", "study", "engine", "yaml"]),
    (
        "cli",
        &[
            "math", "artifact", "step", "yaml", "dataset", "external", "plot", "catalog", "study", "engine", "cluster",
            "baseline", "report",
        ],
    ),
];

/// The text of a source file without comments and without what only tests see.
fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let text = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// Whether a file is compiled for tests alone.
fn is_test(path: &Path) -> bool {
    let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
    stem.ends_with("tests") || stem == "testing"
}

/// Every module named as `crate::module` or in `crate::{module, ...}`.
fn named(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let group = rest.strip_prefix('{').map(top_level);
        found.extend(group.unwrap_or_else(|| vec![word(rest)]));
    }
    found
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The first words of the items of a `{...}` group.
fn top_level(group: &str) -> Vec<String> {
    let mut depth = 0;
    let mut found = Vec::new();
    let mut fresh = true;
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => fresh = true,
            c if fresh && c.is_alphabetic() => {
                found.push(word(&group[at..]));
                fresh = false;
            }
            _ => {}
        }
    }
    found
}

/// Files of `src/` with the module that each belongs to.
fn sources() -> Vec<(String, std::path::PathBuf)> {
    let folder = repository().join("src");
    let module = |path: &Path| {
        let first = path.strip_prefix(&folder).unwrap().components().next().unwrap();
        first.as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
    };
    let code = files(&folder).into_iter().filter(|path| path.extension().is_some_and(|e| e == "rs") && !is_test(path));
    code.map(|path| (module(&path), path)).collect()
}

#[test]
fn every_module_names_only_what_lies_below() {
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for (module, path) in sources().into_iter().filter(|(module, _)| !matches!(module.as_str(), "main" | "lib")) {
        let Some((name, may)) = MAY_USE.iter().find(|(name, _)| *name == module) else {
            panic!("{} is in no layer: give `{module}` its place in the table above", path.display());
        };
        seen.insert(*name);
        let bad = named(&code(&path)).into_iter().filter(|other| *other != module && !may.contains(&other.as_str()));
        wrong.extend(bad.map(|other| format!("{} names `{other}`", path.display())));
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(seen.len(), MAY_USE.len());
}

#[test]
fn one_folder_names_the_crates_of_linear_algebra() {
    let names = |code: &str| code.contains("faer::") || code.contains("nalgebra::");
    let outside = sources().into_iter().map(|(_, path)| path).filter(|path| names(&code(path)));
    let outside = outside.filter(|path| !path.starts_with(repository().join("src/math/linalg")));
    assert_eq!(outside.collect::<Vec<_>>(), Vec::<std::path::PathBuf>::new());
}

#[test]
fn the_program_starts_in_a_few_lines() {
    let main = std::fs::read_to_string(repository().join("src/main.rs")).unwrap();
    assert!(main.lines().count() < 30);
}

/// What a `mod.rs` holds beside documentation, modules and `pub use`.
fn beside(text: &str) -> Vec<String> {
    let mut rest = Vec::new();
    let mut within = false;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")) {
        let use_begins = line.starts_with("pub use ") || line.starts_with("pub(") && line.contains(" use ");
        let module = line.ends_with(';') && line.split_whitespace().rev().nth(1) == Some("mod");
        let fine = within || use_begins || module || line == "#[cfg(test)]";
        within = (within || use_begins) && !line.ends_with(';');
        rest.extend((!fine).then(|| line.to_owned()));
    }
    rest
}

#[test]
fn a_mod_rs_says_what_is_where_and_nothing_else() {
    assert_eq!(beside("//! A.\n\nmod a;\npub mod b;\n\npub use a::{\n    X,\n    Y,\n};\n"), Vec::<String>::new());
    assert_eq!(beside("mod a;\nuse a::X;\npub fn f() {}\n"), ["use a::X;", "pub fn f() {}"]);
    for (_, path) in sources().into_iter().filter(|(_, path)| path.ends_with("mod.rs")) {
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("//! "), "{} does not say what is here", path.display());
        assert_eq!(beside(&text), Vec::<String>::new(), "{}", path.display());
    }
}

#[test]
fn files_are_short_and_folders_are_not_full() {
    const LONGEST: usize = 350;
    const FULLEST: usize = 20;
    let mut folders = std::collections::BTreeMap::<std::path::PathBuf, usize>::new();
    for (_, path) in sources() {
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= LONGEST, "{} has {lines} lines", path.display());
        *folders.entry(path.parent().unwrap().to_owned()).or_default() += usize::from(!path.ends_with("mod.rs"));
    }
    for (folder, files) in folders {
        assert!(files <= FULLEST, "{} holds {files} files", folder.display());
    }
}

/// Whether a name is a literal, or one of several words is anywhere in the code.
fn stands_in(name: &str, code: &str) -> bool {
    let of_word = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    let alone = |at: usize| {
        let (before, after) = (code[..at].chars().next_back(), code[at + name.len()..].chars().next());
        ![before, after].into_iter().flatten().any(of_word)
    };
    code.contains(&format!("\"{name}\"")) || name.contains('-') && code.match_indices(name).any(|(at, _)| alone(at))
}

/// Kinds are asked for their role: what a study, a run or a report does with one is in no name.
#[test]
fn no_layer_above_the_catalog_names_a_kind() {
    assert!(stands_in("bins", "f(\"bins\")") && !stands_in("bins", "bins.len()"));
    assert!(stands_in("line-band", "\"as `line-band: 1`\"") && !stands_in("line-band", "a-line-band"));
    let mut wrong = Vec::new();
    let above = |module: &str| ["study", "engine", "report"].contains(&module);
    for (_, path) in sources().into_iter().filter(|(module, _)| above(module)) {
        let code = code(&path);
        let names = lofi::catalog::KINDS.iter().map(|kind| kind.name()).filter(|name| stands_in(name, &code));
        wrong.extend(names.map(|name| format!("{} names the kind `{name}`", path.display())));
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// A data format is one file and its name in the list of formats: cards ask it what they must say.
#[test]
fn nothing_outside_of_the_formats_names_one() {
    let mut wrong = Vec::new();
    let formats = repository().join("src/dataset/format");
    for (_, path) in sources().into_iter().filter(|(_, path)| !path.starts_with(&formats)) {
        let code = code(&path);
        let names = lofi::dataset::FileFormat::all().map(|format| format.description().name);
        wrong.extend(names.filter(|name| stands_in(name, &code)).map(|name| format!("{}: `{name}`", path.display())));
    }
    assert_eq!(wrong, Vec::<String>::new());
}
