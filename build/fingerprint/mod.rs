//! Code fingerprints: what can influence the results of a kind, no less, and little more.
//!
//! Here: source code → for each kind a hash over the code that it reaches, item by item, and over the other crates that
//! this code names. Not here: compiler and flags (`toolchain`), and what a fingerprint is for (`engine/key.rs`).
//! Start reading at `reach`.

mod clean;
mod crates;
mod graph;
mod items;
mod link;
mod pieces;
mod reach;
mod scope;
mod tokens;

pub use pieces::{Piece, text};
pub use reach::{Reached, hex};

use items::File;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;

/// Modules that only move values, keep them, show them or say what to compute: layers 3 and up. Layers 0 to 2 name none
/// of them (`tests/integration/layers.rs`); behind `dyn Scratch` the engine gives a step the bytes that the step itself
/// left, checked, so it computes none either. What the bytes of a stored value mean is versioned by `artifact::FORMAT`.
const ABOVE: [&str; 8] = ["baseline", "catalog", "cli", "cluster", "engine", "remote", "report", "study"];

/// Files below `src/`, parsed, with those that are no Rust as they are.
#[derive(Default)]
pub struct Sources {
    files: BTreeMap<String, File>,
    others: BTreeMap<String, Vec<u8>>,
}

impl Sources {
    /// Reads a folder.
    ///
    /// # Errors
    /// Where a file cannot be read or is no Rust.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let mut sources = Self::default();
        sources.add_folder(folder, "")?;
        Ok(sources)
    }

    fn add_folder(&mut self, folder: &Path, prefix: &str) -> Result<(), String> {
        let fault = |e: std::io::Error| format!("{}: {e}", folder.display());
        for entry in std::fs::read_dir(folder).map_err(fault)? {
            let path = entry.map_err(fault)?.path();
            let name = format!("{prefix}{}", path.file_name().unwrap_or_default().to_string_lossy());
            if path.is_dir() {
                if !(prefix.is_empty() && ABOVE.contains(&name.as_str())) {
                    self.add_folder(&path, &format!("{name}/"))?;
                }
            } else {
                self.add(&name, std::fs::read(&path).map_err(|e| format!("{}: {e}", path.display()))?)?;
            }
        }
        Ok(())
    }

    /// Adds or replaces a file by its path below `src/`.
    ///
    /// # Errors
    /// Where it ends in `.rs` and is no Rust.
    pub fn add(&mut self, name: &str, content: Vec<u8>) -> Result<(), String> {
        if name.ends_with(".rs") {
            let text = String::from_utf8(content).map_err(|e| format!("src/{name}: {e}"))?;
            let file = File::parse(&text).map_err(|e| format!("src/{name}: {e}"))?;
            self.files.insert(name.to_owned(), file);
        } else {
            self.others.insert(name.to_owned(), content);
        }
        Ok(())
    }
}

/// The code of a kind.
pub struct Fingerprint {
    /// The module of its file, without the crate's name.
    pub module: String,
    /// The name that studies write.
    pub name: String,
    /// The hash.
    pub hash: String,
    /// File and name of every piece of code behind it.
    pub code: Vec<(String, String)>,
    /// The same with what each says, and the other crates.
    pub pieces: Vec<Piece>,
}

/// The fingerprint of every kind. `lock` and `manifest` are Cargo.lock and Cargo.toml.
///
/// # Errors
/// Where the module tree has a hole or code takes in what no fingerprint can know.
pub fn fingerprints(sources: &Sources, lock: &str, manifest: &str) -> Result<Vec<Fingerprint>, String> {
    let mut crates = crates::Crates::new(lock, manifest);
    let names = crates.names.clone();
    let scope = scope::Scope::new(&sources.files, &ABOVE, &names)?;
    let content = |path: &str| {
        let mut parts: Vec<&str> = Vec::new();
        for part in path.split('/').filter(|part| !matches!(*part, "" | ".")) {
            if part == ".." && !parts.is_empty() {
                parts.pop();
            } else {
                parts.push(part);
            }
        }
        let content =
            sources.others.get(&parts.join("/")).ok_or_else(|| format!("src/{path} is taken in and not there"))?;
        Ok(hex(&Sha256::digest(content)))
    };
    let graph = graph::Graph::new(scope, &content)?;
    let identities = reach::identities(&graph);
    let kinds = reach::kinds(&graph);
    crates.among(&graph.nodes.iter().flat_map(|node| node.crates.iter().cloned()).collect());
    let print = |kind: Reached| {
        let mut code: Vec<&str> = kind.nodes.iter().map(|node| identities[*node].as_str()).collect();
        code.sort_unstable();
        let mut hash = Sha256::new();
        hash.update(crates.text(&kind.crates));
        code.iter().for_each(|identity| hash.update(identity));
        let place = |node: &usize| {
            let (file, name) = graph.place(*node);
            (file.to_owned(), name.to_owned())
        };
        let own = |node: &usize| Piece::new((graph.place(*node).0, &graph.full_name(*node)), &graph.nodes[*node].text);
        let outside = crates.text(&kind.crates);
        Fingerprint {
            pieces: kind.nodes.iter().map(own).chain(outside.lines().map(of_crate)).collect(),
            module: kind.module,
            name: kind.name,
            hash: hex(&hash.finalize())[..32].to_owned(),
            code: kind.nodes.iter().map(place).collect(),
        }
    };
    match kinds.iter().flat_map(|kind| &kind.nodes).find_map(|node| graph.nodes[*node].refused.clone()) {
        Some(refused) => Err(refused),
        None => Ok(kinds.into_iter().map(print).collect()),
    }
}

/// A line on another crate: its name with the version, or with the word on the features asked for.
fn of_crate(line: &str) -> Piece {
    let name: Vec<&str> = line.split(' ').take(2).collect();
    Piece::new(("", &name.join(" ")), line)
}
