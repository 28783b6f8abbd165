//! What crates of the command line turn on in others is in no fingerprint, and Cargo.toml says neither more nor less of it.

use super::{LOCK, MANIFEST, hashes, holes, tiny_with};
use crate::project::repository;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

/// Those that turn something on.
const TURNING: [&str; 3] = ["object_store", "tokio", "http-body-util"];

#[test]
fn what_a_crate_of_the_command_line_turns_on_changes_nothing() {
    let work = "use near::ops; pub fn a_run() -> f64 { ops() } pub fn b_run() -> f64 { other::f() }";
    let files = holes::with(work, &[("math/mod.rs", "")]);
    let of = |lock: &str, manifest: &str| hashes(&tiny_with(&files, lock, manifest).unwrap());
    let before = of(LOCK, MANIFEST);
    let more = LOCK.replacen(" \"deep\",\n", " \"deep\",\n \"other\",\n", 1);
    assert_ne!(of(&more, MANIFEST), before);
    let table = "\n[package.metadata.turned-on-by-the-command-line]\nnear = [\"other\"] # why\n\n[features]\nother = [\"deep\"]\n";
    assert_eq!(of(&more, &format!("{MANIFEST}{table}")), before);
    assert_eq!(of(LOCK, &format!("{MANIFEST}{table}")), before);
}

/// Packages of Cargo.lock with the names of what they need.
fn needs(lock: &str) -> BTreeMap<String, BTreeSet<String>> {
    let field = |block: &str, key: &str| {
        block.split_once(&format!("{key} = \"")).unwrap().1.split('"').next().unwrap().to_owned()
    };
    let of = |block: &str| {
        let list = block.split_once("dependencies = [").map_or("", |(_, rest)| rest.split(']').next().unwrap());
        let words = list.split('"').skip(1).step_by(2).map(|need| need.split(' ').next().unwrap().to_owned());
        (format!("{} {}", field(block, "name"), field(block, "version")), words.collect())
    };
    lock.split("[[package]]").skip(1).map(of).collect()
}

#[test]
fn the_manifest_lists_what_is_turned_on() {
    let read = |name: &str| fs::read_to_string(repository().join(name)).unwrap();
    let (lock, manifest) = (read("Cargo.lock"), read("Cargo.toml"));
    let folder = tempfile::tempdir().unwrap();
    let turns = |line: &&str| TURNING.iter().any(|name| line.starts_with(&format!("{name} = {{")));
    assert_eq!(manifest.lines().filter(turns).count(), TURNING.len());
    let without: Vec<&str> = manifest.lines().filter(|line| !turns(line)).collect();
    fs::write(folder.path().join("Cargo.toml"), without.join("\n")).unwrap();
    fs::write(folder.path().join("Cargo.lock"), &lock).unwrap();
    for name in [
        "src/lib.rs",
        "src/main.rs",
        "build.rs",
        "tests/integration/main.rs",
        "benches/training_step.rs",
        "benches/kernels.rs",
    ] {
        fs::create_dir_all(folder.path().join(name).parent().unwrap()).unwrap();
        fs::write(folder.path().join(name), "").unwrap();
    }
    let metadata = ["metadata", "--offline", "--format-version", "1", "--filter-platform", "x86_64-unknown-linux-gnu"];
    let ran = Command::new(env!("CARGO")).args(metadata).current_dir(folder.path()).output().unwrap();
    if !ran.status.success() {
        // Crates that this machine has never built are not here.
        println!("skipped: {}", String::from_utf8_lossy(&ran.stderr));
        return;
    }
    let with = needs(&lock);
    let without = needs(&fs::read_to_string(folder.path().join("Cargo.lock")).unwrap());
    assert!(without.len() < with.len(), "nothing was taken out");
    let own = |package: &&String| !package.starts_with("lofi-repro ");
    let turned: BTreeMap<&str, BTreeSet<&str>> = without
        .keys()
        .filter(own)
        .map(|package| (package, with[package].difference(&without[package]).map(String::as_str).collect()))
        .filter(|(_, more): &(_, BTreeSet<&str>)| !more.is_empty())
        .map(|(package, more)| (package.split(' ').next().unwrap(), more))
        .collect();
    let table = manifest.split("[package.metadata.turned-on-by-the-command-line]").nth(1).unwrap();
    let lines = table.split("\n[").next().unwrap().lines().filter_map(|line| line.split('#').next()?.split_once(" = "));
    let listed: BTreeMap<&str, BTreeSet<&str>> =
        lines.map(|(name, needs)| (name, needs.split('"').skip(1).step_by(2).collect())).collect();
    assert_eq!(turned, listed);
}
