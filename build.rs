//! Build-time facts: the code fingerprint of every module.
//!
//! A module's fingerprint is a hash over its own tokens, over those of every module that it reaches through
//! `crate::`, `super::` or `self::` paths, and over the locked versions of the numeric crates. Comments, documentation
//! and `#[cfg(test)]` code are left out: editing them changes no result.

use quote::ToTokens;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use syn::visit_mut::VisitMut;

/// Crates whose version can change a number.
const NUMERIC_CRATES: [&str; 16] = [
    "faer",
    "gemm",
    "gemm-common",
    "gemm-f64",
    "private-gemm-x86",
    "pulp",
    "nano-gemm",
    "nalgebra",
    "rand",
    "rand_chacha",
    "rand_distr",
    "rand_mt",
    "libm",
    "image",
    "zune-jpeg",
    "polars-core",
];

/// Modules that move values around but compute none: part of no fingerprint, so that work on the framework does not
/// rerun experiments.
const FRAMEWORK: [&str; 11] = [
    // a card describes data: what it says reaches steps as parameters
    "dataset::card",
    "step::about",
    "step::context",
    "step::data",
    "step::error",
    "step::kind",
    "step::params",
    "step::scratch",
    "step::sealed",
    "step::shapes",
    "yaml",
];

/// A source file: its module path, tokens and the paths that it mentions.
struct Module {
    tokens: String,
    mentions: Vec<Vec<String>>,
    is_folder: bool,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=Cargo.lock");
    println!("cargo::rerun-if-changed=build.rs");
    let mut modules = BTreeMap::new();
    read_modules(Path::new("src"), &mut Vec::new(), &mut modules)?;
    let versions = locked_versions();
    let mut text = String::from("const FINGERPRINTS: &[(&str, &str)] = &[\n");
    for name in modules.keys() {
        let hash = fingerprint(name, &modules, &versions);
        writeln!(text, "    ({name:?}, {hash:?}),")?;
    }
    text.push_str("];\n");
    let out = PathBuf::from(std::env::var("OUT_DIR")?).join("fingerprints.rs");
    std::fs::write(out, text)?;
    Ok(())
}

type Modules = BTreeMap<String, Module>;

fn read_modules(
    folder: &Path,
    path: &mut Vec<String>,
    modules: &mut Modules,
) -> Result<(), Box<dyn std::error::Error>> {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder)?.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
    entries.sort();
    for entry in entries {
        let stem = entry.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        if entry.is_dir() {
            path.push(stem);
            read_modules(&entry, path, modules)?;
            path.pop();
        } else if entry.extension().is_some_and(|e| e == "rs") && !matches!(stem.as_str(), "main" | "lib") {
            let is_folder = stem == "mod";
            let own: Vec<String> = if is_folder { path.clone() } else { path.iter().cloned().chain([stem]).collect() };
            let module = read_module(&entry, &own, is_folder)?;
            modules.insert(own.join("::"), module);
        }
    }
    Ok(())
}

fn read_module(file: &Path, own: &[String], is_folder: bool) -> Result<Module, Box<dyn std::error::Error>> {
    let text = std::fs::read_to_string(file)?;
    let mut syntax = syn::parse_file(&text).map_err(|e| format!("{}: {e}", file.display()))?;
    Strip.visit_file_mut(&mut syntax);
    let mut paths = Paths { found: Vec::new() };
    syn::visit::Visit::visit_file(&mut paths, &syntax);
    let mentions = paths.found.into_iter().filter_map(|path| absolute(&path, own)).collect();
    Ok(Module { tokens: syntax.to_token_stream().to_string(), mentions, is_folder })
}

/// Takes documentation and test code out.
struct Strip;

fn is_test_or_doc(attribute: &syn::Attribute) -> bool {
    attribute.path().is_ident("doc")
        || (attribute.path().is_ident("cfg") && attribute.to_token_stream().to_string().contains("test"))
}

impl VisitMut for Strip {
    fn visit_file_mut(&mut self, file: &mut syn::File) {
        file.items.retain(|item| !is_test_item(item));
        syn::visit_mut::visit_file_mut(self, file);
    }

    fn visit_attributes_mut(&mut self, attributes: &mut Vec<syn::Attribute>) {
        attributes.retain(|attribute| !is_test_or_doc(attribute));
    }
}

fn is_test_item(item: &syn::Item) -> bool {
    let attributes = match item {
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        _ => return false,
    };
    attributes.iter().any(|a| a.path().is_ident("cfg") && is_test_or_doc(a))
}

/// Collects every path of a file: in `use` trees and in expressions.
struct Paths {
    found: Vec<Vec<String>>,
}

impl<'ast> syn::visit::Visit<'ast> for Paths {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        use_paths(&item.tree, &mut Vec::new(), &mut self.found);
    }

    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {
        // `pub(super)` names a module but takes nothing from it.
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.found.push(path.segments.iter().map(|s| s.ident.to_string()).collect());
        syn::visit::visit_path(self, path);
    }
}

fn use_paths(tree: &syn::UseTree, prefix: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    match tree {
        syn::UseTree::Path(path) => {
            prefix.push(path.ident.to_string());
            use_paths(&path.tree, prefix, found);
            prefix.pop();
        }
        syn::UseTree::Group(group) => group.items.iter().for_each(|tree| use_paths(tree, prefix, found)),
        syn::UseTree::Name(name) => found.push(prefix.iter().cloned().chain([name.ident.to_string()]).collect()),
        syn::UseTree::Rename(name) => found.push(prefix.iter().cloned().chain([name.ident.to_string()]).collect()),
        syn::UseTree::Glob(_) => found.push(prefix.clone()),
    }
}

/// A path from the crate's root, or nothing where it leads out of the crate.
fn absolute(path: &[String], own: &[String]) -> Option<Vec<String>> {
    match path.first().map(String::as_str)? {
        "crate" => Some(path[1..].to_vec()),
        "self" => Some(own.iter().cloned().chain(path[1..].iter().cloned()).collect()),
        "super" => {
            let ups = path.iter().take_while(|s| *s == "super").count();
            let base = own.len().checked_sub(ups)?;
            Some(own[..base].iter().cloned().chain(path[ups..].iter().cloned()).collect())
        }
        // A bare path may name a child module, as in `pub use linalg::Matrix`.
        _ => Some(own.iter().cloned().chain(path.iter().cloned()).collect()),
    }
}

/// Modules that a path leads to: the module itself, and through a folder's `pub use` the file that defines the item.
fn targets(path: &[String], modules: &Modules) -> Vec<String> {
    let longest =
        (1..=path.len()).rev().map(|n| (n, path[..n].join("::"))).find(|(_, name)| modules.contains_key(name));
    let Some((depth, name)) = longest else { return Vec::new() };
    let module = &modules[&name];
    if !module.is_folder {
        return vec![name];
    }
    // `crate::artifact::Table`: follow the re-export to the child that has it, else take the whole folder.
    let item = path.get(depth);
    let through = |mention: &&Vec<String>| item.is_some() && mention.last() == item && mention.as_slice() != path;
    match module.mentions.iter().find(through) {
        Some(mention) => targets_of_child(mention, modules),
        None => module.mentions.iter().flat_map(|m| targets_of_child(m, modules)).chain([name.clone()]).collect(),
    }
}

fn targets_of_child(path: &[String], modules: &Modules) -> Vec<String> {
    let name = (1..=path.len()).rev().map(|n| path[..n].join("::")).find(|name| modules.contains_key(name));
    name.into_iter().collect()
}

fn fingerprint(start: &str, modules: &Modules, versions: &str) -> String {
    let mut reached: BTreeSet<String> = BTreeSet::new();
    let mut open = vec![start.to_owned()];
    while let Some(name) = open.pop() {
        let framework = FRAMEWORK.iter().any(|f| name == *f || name.starts_with(&format!("{f}::")));
        if framework || !reached.insert(name.clone()) {
            continue;
        }
        // A folder's `mod.rs` declares and re-exports; what it declares is reached only through a path to it.
        if !modules[&name].is_folder || name == start {
            open.extend(modules[&name].mentions.iter().flat_map(|path| targets(path, modules)));
        }
    }
    let mut hash = Sha256::new();
    hash.update(versions);
    for name in &reached {
        if !modules[name].is_folder || name == start {
            hash.update(name);
            hash.update(&modules[name].tokens);
        }
    }
    hash.finalize().iter().take(16).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// "name version" of every numeric crate in Cargo.lock.
fn locked_versions() -> String {
    let lock = std::fs::read_to_string("Cargo.lock").unwrap_or_default();
    let field = |block: &str, key: &str| {
        block.lines().find_map(|line| line.strip_prefix(&format!("{key} = ")).map(|v| v.trim_matches('"').to_owned()))
    };
    let mut found: Vec<String> = lock
        .split("[[package]]")
        .filter_map(|block| Some(format!("{} {}", field(block, "name")?, field(block, "version")?)))
        .filter(|line| NUMERIC_CRATES.contains(&line.split(' ').next().unwrap_or_default()))
        .collect();
    found.sort();
    found.join("\n")
}
