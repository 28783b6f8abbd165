//! What ran inside of a step is in the fingerprint of its kind.

use super::fingerprint::Sources;
use super::{differing, hashes, of_repository, texts};
use crate::project::repository;
use quote::ToTokens;
use std::collections::{BTreeMap, BTreeSet};
use syn::visit_mut::{self, VisitMut};

/// Function and kinds, as they were seen to run.
struct Seen {
    file: String,
    function: String,
    kinds: BTreeSet<String>,
}

fn seen() -> Vec<Seen> {
    let table = include_str!("executed.txt");
    let mut lines = table.lines().filter(|line| !line.starts_with('#'));
    let kinds: Vec<&str> = lines.next().unwrap().split(' ').collect();
    let row = |line: &str| {
        let [file, function, numbers] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let kind = |number: &str| kinds[number.parse::<usize>().unwrap()].to_owned();
        Seen { file: file.into(), function: function.into(), kinds: numbers.split(',').map(kind).collect() }
    };
    lines.map(row).collect()
}

/// Changes one token of a function: the first number or truth value in it, else there is a statement more.
struct Mutation<'t> {
    wanted: &'t str,
    owner: Vec<String>,
    within: bool,
    left: usize,
    found: bool,
}

impl Mutation<'_> {
    fn function(&mut self, name: &syn::Ident, block: &mut syn::Block) {
        let own = self.owner.iter().cloned().chain([name.to_string()]).collect::<Vec<_>>().join("::");
        if own == self.wanted && !self.found {
            (self.found, self.within, self.left) = (true, true, 1);
            self.visit_block_mut(block);
            self.within = false;
            if self.left == 1 {
                block.stmts.insert(0, syn::parse_quote!({};));
            }
        } else {
            self.owner.push(name.to_string());
            self.visit_block_mut(block);
            self.owner.pop();
        }
    }
}

impl VisitMut for Mutation<'_> {
    fn visit_lit_mut(&mut self, literal: &mut syn::Lit) {
        let other = match literal {
            syn::Lit::Int(_) => Some(syn::parse_quote!(12345)),
            syn::Lit::Float(_) => Some(syn::parse_quote!(12345.5)),
            syn::Lit::Bool(value) => Some(if value.value { syn::parse_quote!(false) } else { syn::parse_quote!(true) }),
            _ => None,
        };
        if let Some(other) = other.filter(|_| self.within && self.left > 0) {
            *literal = other;
            self.left -= 1;
        }
    }

    fn visit_item_fn_mut(&mut self, item: &mut syn::ItemFn) {
        self.function(&item.sig.ident, &mut item.block);
    }

    fn visit_impl_item_fn_mut(&mut self, item: &mut syn::ImplItemFn) {
        self.function(&item.sig.ident, &mut item.block);
    }

    fn visit_trait_item_fn_mut(&mut self, item: &mut syn::TraitItemFn) {
        if let Some(block) = &mut item.default {
            self.function(&item.sig.ident, block);
        }
    }

    fn visit_item_trait_mut(&mut self, item: &mut syn::ItemTrait) {
        self.owner.push(item.ident.to_string());
        visit_mut::visit_item_trait_mut(self, item);
        self.owner.pop();
    }

    fn visit_item_impl_mut(&mut self, item: &mut syn::ItemImpl) {
        let of = item.self_ty.to_token_stream().to_string();
        let of = of.split(" <").next().unwrap().replace(' ', "");
        self.owner.push(match &item.trait_ {
            Some((path, _)) => format!("<{of} as {}>", path.segments.last().unwrap().ident),
            None => of,
        });
        visit_mut::visit_item_impl_mut(self, item);
        self.owner.pop();
    }
}

/// The file with a token of a function changed, or nothing where it has no such function.
fn mutated(text: &str, function: &str) -> Option<String> {
    let mut syntax = syn::parse_file(text).unwrap();
    let mut mutation = Mutation { wanted: function, owner: Vec::new(), within: false, left: 0, found: false };
    mutation.visit_file_mut(&mut syntax);
    mutation.found.then(|| syntax.to_token_stream().to_string())
}

#[test]
fn every_function_that_ran_is_among_the_code_of_its_kind() {
    let kinds = of_repository(&Sources::read(&repository().join("src")).unwrap());
    for kind in &kinds {
        let own = |(file, _): &&(String, String)| file.trim_end_matches(".rs").replace('/', "::") == kind.module;
        assert!(kind.code.iter().filter(own).count() > 2, "{} has nothing of its own file", kind.name);
    }
    let code: BTreeMap<&str, BTreeSet<(&str, &str)>> = kinds
        .iter()
        .map(|kind| (kind.name.as_str(), kind.code.iter().map(|(f, n)| (f.as_str(), n.as_str())).collect()))
        .collect();
    let texts = texts();
    let (mut missing, mut looked_at, mut folders) = (Vec::new(), 0, BTreeSet::new());
    for seen in seen() {
        let exists = texts.get(&seen.file).is_some_and(|text| mutated(text, &seen.function).is_some());
        if !exists {
            continue;
        }
        looked_at += 1;
        folders.insert(seen.file.rsplit_once('/').unwrap().0.to_owned());
        // A function inside of another is part of that one.
        let names: Vec<&str> = seen.function.split("::").map(|name| name.trim_matches(['<', '>'])).collect();
        for kind in seen.kinds.iter().filter(|kind| code.contains_key(kind.as_str())) {
            if !names.iter().any(|name| code[kind.as_str()].contains(&(seen.file.as_str(), *name))) {
                missing.push(format!("{kind}: {} {}", seen.file, seen.function));
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
    assert!(looked_at >= 60 && folders.len() >= 8, "{looked_at} functions in {folders:?}: make the table anew");
}

#[test]
fn a_changed_token_changes_every_kind_that_ran_it() {
    let texts = texts();
    let mut sources = Sources::read(&repository().join("src")).unwrap();
    let before = hashes(&of_repository(&sources));
    let mut per_folder: BTreeMap<String, Vec<Seen>> = BTreeMap::new();
    for seen in seen().into_iter().filter(|seen| texts.contains_key(&seen.file)) {
        per_folder.entry(seen.file.rsplit_once('/').unwrap().0.to_owned()).or_default().push(seen);
    }
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for seen in per_folder.values().flat_map(|all| all.iter().step_by((all.len() / 7).max(1)).take(8)) {
        let Some(mutated) = mutated(&texts[&seen.file], &seen.function) else { continue };
        sources.add(&seen.file, mutated.into_bytes()).unwrap();
        let changed = differing(&before, &hashes(&of_repository(&sources)));
        sources.add(&seen.file, texts[&seen.file].clone().into_bytes()).unwrap();
        let unchanged = seen.kinds.iter().filter(|kind| before.contains_key(*kind) && !changed.contains(*kind));
        wrong.extend(unchanged.map(|kind| format!("{kind}: {} {}", seen.file, seen.function)));
        tried += 1;
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(tried >= 60, "{tried} functions: make the table anew");
}
