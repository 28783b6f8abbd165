//! Edits that can change no result change no fingerprint.

use super::fingerprint::Sources;
use super::{changed, differing, hashes, of_repository, texts};
use crate::project::repository;
use proc_macro2::TokenStream;
use std::collections::BTreeMap;
use std::process::{Command, Stdio};

/// The kinds that a new text of every source file changes.
fn changed_by(edit: impl Fn(&str, &str) -> String) -> Vec<String> {
    let mut sources = Sources::read(&repository().join("src")).unwrap();
    let before = hashes(&of_repository(&sources));
    for (name, text) in texts() {
        sources.add(&name, edit(&name, &text).into_bytes()).unwrap();
    }
    differing(&before, &hashes(&of_repository(&sources))).into_iter().collect()
}

#[test]
fn comments_documentation_and_tests_change_nothing() {
    let edit = |_: &str, text: &str| {
        // A comment after the file's own documentation, documentation for each function, and a test at the end.
        let lines = text.lines().map(|line| {
            let code = line.strip_prefix("pub fn ").or_else(|| line.strip_prefix("fn "));
            if code.is_some() { format!("/// Now documented.\n// And commented.\n{line}") } else { line.to_owned() }
        });
        lines.collect::<Vec<_>>().join("\n")
            + "\n#[cfg(test)]\nmod further_tests {\n    #[test]\n    fn holds() {}\n}\n"
    };
    assert_eq!(changed_by(edit), Vec::<String>::new());
}

#[test]
fn formatting_changes_nothing() {
    // Tokens one after the other: no line break, no comment, no alignment.
    let flat = |_: &str, text: &str| text.parse::<TokenStream>().unwrap().to_string();
    assert_eq!(changed_by(flat), Vec::<String>::new());
    // Where rustfmt is there: narrow lines, which break lists apart and put commas and braces where there were none.
    if let Some(narrow) = narrow() {
        assert_eq!(
            changed_by(|name, text| narrow.get(name).cloned().unwrap_or_else(|| text.into())),
            Vec::<String>::new()
        );
    } else {
        eprintln!("skipped: no rustfmt here");
    }
}

/// Every file as rustfmt writes it in 60 columns, or nothing where there is no rustfmt.
fn narrow() -> Option<BTreeMap<String, String>> {
    let folder = tempfile::tempdir().ok()?;
    let texts = texts();
    let path = |name: &str| {
        folder.path().join(name.replace('/', "__").replace("lib.rs", "root.rs").replace("mod.rs", "folder.rs"))
    };
    for (name, text) in &texts {
        // Modules that are declared would be looked for beside.
        std::fs::write(path(name), text).ok()?;
    }
    let files = texts.keys().filter(|name| *name != "lib.rs" && !name.ends_with("mod.rs"));
    let paths: Vec<_> = files.clone().map(|name| path(name)).collect();
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.args(["--edition", "2024", "--config", "max_width=60,use_small_heuristics=Off"]).args(&paths);
    rustfmt.stdout(Stdio::null()).stderr(Stdio::null()).status().ok()?;
    let written: BTreeMap<String, String> =
        files.map(|name| (name.clone(), std::fs::read_to_string(path(name)).unwrap())).collect();
    let broken = written.iter().filter(|(name, text)| texts[*name] != **text).count();
    (broken > 100).then_some(written)
}

#[test]
fn a_move_or_a_new_name_of_a_module_changes_nothing() {
    let mut sources = Sources::read(&repository().join("src")).unwrap();
    let before = hashes(&of_repository(&sources));
    // `math/activation` becomes `math/nonlinear/of_one_number`.
    let texts = texts();
    assert!(texts.contains_key("math/activation.rs"), "the module that this test moves has gone: choose another");
    for (name, text) in &texts {
        let moved = text.replace("math::activation", "math::nonlinear::of_one_number");
        let within = |text: String| {
            text.replace("super::activation", "super::nonlinear::of_one_number")
                .replace("mod activation;", "mod nonlinear;")
        };
        let moved = if name.starts_with("math/") { within(moved) } else { moved };
        match name.as_str() {
            "math/activation.rs" => {
                let deeper = moved.replace("super::", "super::super::");
                sources.add("math/nonlinear/of_one_number.rs", deeper.into_bytes()).unwrap();
                sources.add("math/nonlinear/mod.rs", b"pub mod of_one_number;".to_vec()).unwrap();
            }
            _ => sources.add(name, moved.into_bytes()).unwrap(),
        }
    }
    assert_eq!(
        differing(&before, &hashes(&of_repository(&sources))).into_iter().collect::<Vec<_>>(),
        Vec::<String>::new()
    );
}

#[test]
fn names_of_modules_count_nowhere() {
    let files = |module: &str, body: &str| {
        vec![
            ("math/mod.rs".to_owned(), format!("pub mod {module};")),
            (
                format!("math/{module}.rs"),
                "pub const X: f64 = 1.0; pub mod deep { pub fn f() -> f64 { super::X } }".to_owned(),
            ),
            ("experiment/work.rs".to_owned(), body.to_owned()),
        ]
    };
    let of = |files: &[(String, String)]| {
        let files: Vec<(&str, &str)> = files.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        hashes(&super::tiny(&files).unwrap())
    };
    let before = of(&files(
        "one",
        "use crate::math::one::{deep, X}; pub fn a_run() -> f64 { X + deep::f() } pub fn b_run() -> f64 { 0.0 }",
    ));
    for body in [
        "use crate::math::two::{deep, X}; pub fn a_run() -> f64 { X + deep::f() } pub fn b_run() -> f64 { 0.0 }",
        "use crate::math::two; pub fn b_run() -> f64 { 0.0 } pub fn a_run() -> f64 { two::X + crate::math::two::deep::f() }",
        "pub fn a_run() -> f64 { use super::super::math::two::*; X + deep::f() } pub fn b_run() -> f64 { 0.0 }",
    ] {
        assert_eq!(before, of(&files("two", body)), "{body}");
    }
}

#[test]
fn spellings_that_a_formatter_chooses_are_one() {
    let with = |body: &'static str| vec![("experiment/work.rs", body), ("math/mod.rs", "")];
    let plain = "pub fn a_run() -> f64 { let f = |x: f64| x + 1.0; match f(1.0) { y if y > 2.0 => y, _ => f(2.0) } } pub fn b_run() -> f64 { 0.0 }";
    for (from, to) in [
        ("|x: f64| x + 1.0", "|x: f64,| { x + 1.0 }"),
        ("y if y > 2.0 => y,", "y if y > 2.0 => { y }"),
        ("_ => f(2.0) }", "_ => { f(2.0) } }"),
        ("f(1.0)", "f(1.0,)"),
        ("pub fn a_run", "#[must_use] #[inline] pub(crate) fn a_run"),
    ] {
        assert_eq!(changed(&with(plain), ("experiment/work.rs", from, to)), "", "{to}");
    }
    // A tuple of one is no pair of parentheses.
    let tuple = "pub fn a_run() -> f64 { let t = (1.0,); show(t) } pub fn b_run() -> f64 { 0.0 }";
    assert_eq!(changed(&with(tuple), ("experiment/work.rs", "(1.0,)", "(1.0)")), "a");
}
