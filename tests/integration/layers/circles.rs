//! The graph of imports between the files of each layer, which has no circle.
//!
//! A `mod.rs` is no file of its own: whoever names what it re-exports imports the file that declares it.

use crate::project::repository;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use syn::visit::{self, Visit};

/// Names of modules from the root of the crate on.
type Path = Vec<String>;

/// What one source file names, without what only tests see.
#[derive(Default)]
struct Source {
    /// Where it lies below `src/`.
    file: String,
    children: BTreeSet<String>,
    declared: BTreeSet<String>,
    /// What `use` brings in: the name here, `*` for all, and the path.
    imports: Vec<(String, Path)>,
    mentions: Vec<Path>,
}

/// `#[cfg(test)]` or `#[test]`.
fn only_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        other => other.path().is_ident("test"),
    })
}

impl Visit<'_> for Source {
    fn visit_item(&mut self, item: &syn::Item) {
        let (attributes, name) = match item {
            syn::Item::Const(item) => (&item.attrs, Some(&item.ident)),
            syn::Item::Enum(item) => (&item.attrs, Some(&item.ident)),
            syn::Item::Fn(item) => (&item.attrs, Some(&item.sig.ident)),
            syn::Item::Impl(item) => (&item.attrs, None),
            syn::Item::Mod(item) => (&item.attrs, None),
            syn::Item::Static(item) => (&item.attrs, Some(&item.ident)),
            syn::Item::Struct(item) => (&item.attrs, Some(&item.ident)),
            syn::Item::Trait(item) => (&item.attrs, Some(&item.ident)),
            syn::Item::Type(item) => (&item.attrs, Some(&item.ident)),
            syn::Item::Use(item) => (&item.attrs, None),
            _ => return visit::visit_item(self, item),
        };
        if !only_for_tests(attributes) {
            self.declared.extend(name.map(ToString::to_string));
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &syn::ItemMod) {
        // A module within a file is a part of that file.
        let here = if item.content.is_some() { &mut self.declared } else { &mut self.children };
        here.insert(item.ident.to_string());
        item.content.iter().flat_map(|(_, items)| items).for_each(|item| self.visit_item(item));
    }

    fn visit_item_use(&mut self, item: &syn::ItemUse) {
        leaves(&item.tree, &mut Vec::new(), &mut self.imports);
    }

    fn visit_visibility(&mut self, _: &syn::Visibility) {}

    fn visit_attribute(&mut self, _: &syn::Attribute) {}

    fn visit_path(&mut self, path: &syn::Path) {
        self.mentions.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, of: &syn::Macro) {
        in_tokens(of.tokens.clone(), &mut self.mentions);
    }
}

/// The names that a `use` brings in.
fn leaves(tree: &syn::UseTree, before: &mut Path, found: &mut Vec<(String, Path)>) {
    let mut leaf = |here: String, last: Option<String>| {
        let path: Path = before.iter().cloned().chain(last.filter(|name| name != "self")).collect();
        let here = if here == "self" { path.last().cloned().unwrap_or_default() } else { here };
        found.push((here, path));
    };
    match tree {
        syn::UseTree::Path(path) => {
            before.push(path.ident.to_string());
            leaves(&path.tree, before, found);
            before.pop();
        }
        syn::UseTree::Group(group) => group.items.iter().for_each(|tree| leaves(tree, before, found)),
        syn::UseTree::Name(name) => leaf(name.ident.to_string(), Some(name.ident.to_string())),
        syn::UseTree::Rename(rename) => leaf(rename.rename.to_string(), Some(rename.ident.to_string())),
        syn::UseTree::Glob(_) => leaf("*".to_owned(), None),
    }
}

/// The paths `a::b::c` among the tokens that a macro is given.
fn in_tokens(tokens: proc_macro2::TokenStream, found: &mut Vec<Path>) {
    let mut path = Path::new();
    let mut colons = 0;
    for token in tokens {
        match token {
            proc_macro2::TokenTree::Ident(name) => {
                if colons != 2 {
                    found.push(std::mem::take(&mut path));
                }
                path.push(name.to_string());
                colons = 0;
            }
            proc_macro2::TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
            proc_macro2::TokenTree::Group(group) => in_tokens(group.stream(), found),
            _ => colons = 0,
        }
    }
    found.push(path);
    found.retain(|path| !path.is_empty());
}

/// The modules of a crate.
#[derive(Default)]
struct Crate(BTreeMap<Path, Source>);

impl Crate {
    /// Reads a module and what it declares.
    fn read(&mut self, module: &[String], text_of: &dyn Fn(&str) -> Option<String>) {
        let stem = module.join("/");
        let names = if module.is_empty() {
            ["lib.rs".to_owned(), String::new()]
        } else {
            [format!("{stem}.rs"), format!("{stem}/mod.rs")]
        };
        let (file, text) = names.into_iter().find_map(|name| text_of(&name).map(|text| (name, text))).unwrap();
        let mut source = Source { file, ..Source::default() };
        source.visit_file(&syn::parse_file(&text).unwrap());
        for child in &source.children {
            self.read(&[module, std::slice::from_ref(child)].concat(), text_of);
        }
        self.0.insert(module.to_vec(), source);
    }

    /// The module whose file declares what a path means within a module; none for what is not of this crate.
    ///
    /// `asked` holds the questions on the way here: two modules may bring in all of each other.
    fn home(&self, module: &[String], path: &[String], asked: &mut BTreeSet<(Path, Path)>) -> Option<Path> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => self.below(&[], rest, asked),
            "self" => self.below(module, rest, asked),
            "super" => {
                let parent = &module[..module.len() - 1];
                let further = rest.first().is_some_and(|next| next == "super");
                if further { self.home(parent, rest, asked) } else { self.below(parent, rest, asked) }
            }
            _ => self.below(module, path, asked),
        }
    }

    /// The same, of a path that starts among what a module holds.
    fn below(&self, module: &[String], path: &[String], asked: &mut BTreeSet<(Path, Path)>) -> Option<Path> {
        let source = &self.0[module];
        let Some((first, rest)) = path.split_first() else {
            return (!source.file.ends_with("mod.rs")).then(|| module.to_vec());
        };
        if source.children.contains(first) {
            return self.below(&[module, std::slice::from_ref(first)].concat(), rest, asked);
        }
        if source.declared.contains(first) {
            return Some(module.to_vec());
        }
        if !asked.insert((module.to_vec(), path.to_vec())) {
            return None;
        }
        let inner =
            |to: &Path| matches!(to[0].as_str(), "crate" | "self" | "super") || source.children.contains(&to[0]);
        let mut brought = source.imports.iter().filter(|(name, to)| inner(to) && (name == "*" || name == first));
        let mut follow = |to: &[String], rest: &[String]| self.home(module, &[to, rest].concat(), asked);
        brought.find_map(|(name, to)| follow(to, if name == "*" { path } else { rest }))
    }

    /// File → the files of its layer that it imports.
    fn imports(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let layer = |module: &[String]| module.first().cloned();
        let of = |module: &Path, source: &Source| -> BTreeSet<&str> {
            let named = source.imports.iter().map(|(_, path)| path).chain(&source.mentions);
            let homes = named.filter_map(|path| self.home(module, path, &mut BTreeSet::new()));
            homes
                .filter(|home| home != module && layer(home) == layer(module))
                .map(|home| self.0[&home].file.as_str())
                .collect()
        };
        let files = self.0.iter().filter(|(_, source)| !source.file.ends_with("mod.rs"));
        files.map(|(module, source)| (source.file.as_str(), of(module, source))).collect()
    }

    /// Every group of files that import each other, directly or through others, with the imports among them.
    fn circles(&self) -> Vec<String> {
        let graph = self.imports();
        let reached: BTreeMap<&str, BTreeSet<&str>> = graph.keys().map(|file| (*file, reach(&graph, file))).collect();
        let mut found = BTreeSet::new();
        for (file, all) in reached.iter().filter(|(file, all)| all.contains(*file)) {
            let group: BTreeSet<&str> = all.iter().copied().filter(|other| reached[other].contains(file)).collect();
            let within = |from: &&str| graph[from].intersection(&group).copied().collect::<Vec<_>>().join(", ");
            found.insert(group.iter().map(|from| format!("{from} -> {}\n", within(from))).collect());
        }
        found.into_iter().collect()
    }
}

/// All that a file imports, directly or through others.
fn reach<'a>(graph: &BTreeMap<&'a str, BTreeSet<&'a str>>, from: &str) -> BTreeSet<&'a str> {
    let mut open: Vec<&str> = graph[from].iter().copied().collect();
    let mut seen = BTreeSet::new();
    while let Some(file) = open.pop() {
        if seen.insert(file) {
            open.extend(graph.get(file).into_iter().flatten().copied());
        }
    }
    seen
}

#[test]
fn no_files_of_a_layer_import_each_other() {
    let mut all = Crate::default();
    all.read(&[], &|name| fs::read_to_string(repository().join("src").join(name)).ok());
    let circles = all.circles();
    assert!(circles.is_empty(), "{} circles:\n{}", circles.len(), circles.join("\n"));
}

/// The circles of a crate that is given as files.
fn circles_of(files: &[(&str, &str)]) -> Vec<String> {
    let mut all = Crate::default();
    all.read(&[], &|name| files.iter().find(|(file, _)| *file == name).map(|(_, text)| (*text).to_owned()));
    all.circles()
}

#[test]
fn a_circle_is_found_through_re_exports_modules_and_macros() {
    let root = ("lib.rs", "mod l;");
    let hub = ("l/mod.rs", "mod a; mod b; mod room; pub use a::A; pub use room::*;");
    let room = ("l/room/mod.rs", "mod inner; pub use inner::I;");
    let inner = ("l/room/inner.rs", "pub struct I;");
    let found = |a: &str, b: &str| circles_of(&[root, hub, room, inner, ("l/a.rs", a), ("l/b.rs", b)]).concat();
    let both = "l/a.rs -> l/b.rs\nl/b.rs -> l/a.rs\n";
    let a = "use super::b::B; pub struct A;";
    assert_eq!(found(a, "pub struct B; fn f(_: crate::l::A) {}"), both);
    assert_eq!(found(a, "use crate::l; pub struct B; fn f(_: l::A) {}"), both);
    assert_eq!(found(a, "use super::*; pub struct B; fn f(_: A) {}"), both);
    assert_eq!(found(a, "pub struct B; fn f() { vec![super::a::A] }"), both);
    assert_eq!(found(a, "pub struct B; fn f(_: crate::l::I) {}"), "");
    assert_eq!(found(a, "pub struct B; #[cfg(test)] mod tests { use super::super::A; }"), "");
    assert_eq!(found(a, "pub struct B; #[cfg(test)] fn f() { use super::A; }"), "");
    assert_eq!(found("pub struct A;", "use super::A;"), "");
}
