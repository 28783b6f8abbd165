//! Code fingerprints: what must change one does, and what cannot change a result changes none.

mod edits;
mod holes;
mod pieces;
mod ran;
mod reruns;
mod turned_on;

#[path = "../../../build/fingerprint/mod.rs"]
mod fingerprint;
#[path = "../../../build/toolchain.rs"]
mod toolchain;

use crate::project::repository;
use fingerprint::{Fingerprint, Sources};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// A Cargo.lock and a Cargo.toml of a crate that needs two others, one through the other.
const LOCK: &str = "version = 4\n\n[[package]]\nname = \"deep\"\nversion = \"1.0.0\"\nchecksum = \"d1\"\n\n[[package]]\n\
                    name = \"near\"\nversion = \"1.0.0\"\nchecksum = \"n1\"\ndependencies = [\n \"deep\",\n]\n\n[[package]]\n\
                    name = \"other\"\nversion = \"1.0.0\"\nchecksum = \"o1\"\n\n[[package]]\nname = \"tiny\"\nversion = \"0.1.0\"\n\
                    dependencies = [\n \"near\",\n \"other\",\n]\n";
const MANIFEST: &str =
    "[package]\nname = \"tiny\"\n\n[dependencies]\nnear = { version = \"1\", features = [\"a\"] }\nother = \"1\"\n";

/// The kinds of the repository with its lock file.
fn of_repository(sources: &Sources) -> Vec<Fingerprint> {
    let read = |name: &str| fs::read_to_string(repository().join(name)).unwrap();
    fingerprint::fingerprints(sources, &read("Cargo.lock"), &read("Cargo.toml")).unwrap()
}

/// Kind → fingerprint.
fn hashes(kinds: &[Fingerprint]) -> BTreeMap<String, String> {
    kinds.iter().map(|kind| (kind.name.clone(), kind.hash.clone())).collect()
}

/// The kinds whose fingerprint is another one.
fn differing(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> BTreeSet<String> {
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    before.iter().filter(|(name, hash)| after[*name] != **hash).map(|(name, _)| name.clone()).collect()
}

/// The source files below `src/` that fingerprints are made of, by path.
fn texts() -> BTreeMap<String, String> {
    let folder = repository().join("src");
    let files = crate::store::files(&folder).into_iter().filter(|path| path.extension().is_some_and(|e| e == "rs"));
    let name = |path: &std::path::Path| path.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned();
    let lower = ["math/", "artifact/", "step/", "yaml/", "dataset/", "experiment/", "analysis/", "plot/"];
    let named = files.map(|path| (name(&path), fs::read_to_string(&path).unwrap()));
    named.filter(|(name, _)| name == "lib.rs" || lower.iter().any(|start| name.starts_with(start))).collect()
}

/// A tiny crate: the files of the caller, around two kinds `a` and `b` whose `run` calls `a_run` and `b_run` of
/// `experiment/work.rs`.
fn tiny(files: &[(&str, &str)]) -> Result<Vec<Fingerprint>, String> {
    tiny_with(files, LOCK, MANIFEST)
}

fn tiny_with(files: &[(&str, &str)], lock: &str, manifest: &str) -> Result<Vec<Fingerprint>, String> {
    let kind = |name: &str| {
        format!(
            "use super::work::{name}_run; use crate::step::Kind; pub struct K; \
             impl Kind for K {{ const NAME: &'static str = \"{name}\"; fn run(&self) -> f64 {{ {name}_run() }} }}"
        )
    };
    let mut sources = Sources::default();
    let mut add = |name: &str, text: &str| sources.add(name, text.as_bytes().to_vec());
    add("lib.rs", "pub mod step; pub mod math; pub mod experiment; pub mod engine;")?;
    add("step.rs", "pub trait Kind { const NAME: &'static str; fn run(&self) -> f64; }")?;
    add("experiment/mod.rs", "mod a; mod b; mod work;")?;
    add("experiment/a.rs", &kind("a"))?;
    add("experiment/b.rs", &kind("b"))?;
    for (name, text) in files {
        add(name, text)?;
    }
    fingerprint::fingerprints(&sources, lock, manifest)
}

/// The kinds of a tiny crate that one edit changes: in one of its files, one text in place of another.
fn changed(files: &[(&str, &str)], (name, from, to): (&str, &str, &str)) -> String {
    let edit = |(file, text): &(&str, &str)| {
        assert!(*file != name || text.contains(from), "{name} has no `{from}`");
        (*file).to_owned() + "\n" + &if *file == name { text.replacen(from, to, 1) } else { (*text).to_owned() }
    };
    let edited: Vec<String> = files.iter().map(edit).collect();
    let edited: Vec<(&str, &str)> = edited.iter().filter_map(|both| both.split_once('\n')).collect();
    let of = |files: &[(&str, &str)]| hashes(&tiny(files).unwrap_or_else(|fault| panic!("{fault}: {files:?}")));
    differing(&of(files), &of(&edited)).into_iter().collect::<Vec<_>>().join(" ")
}
