//! What a kind reaches, and the fingerprint of that.

use super::graph::Graph;
use super::items::Class;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// Times that what an item names enters the item's own identity: items are told apart by what they lead to.
const ROUNDS: usize = 6;

/// The code of a kind.
#[derive(Debug)]
pub struct Reached {
    /// The module of its file, without the crate's name.
    pub module: String,
    /// The name that studies write.
    pub name: String,
    /// Pieces of code.
    pub nodes: Vec<usize>,
    /// Other crates that those name.
    pub crates: BTreeSet<String>,
}

/// What is reached so far.
struct Search<'g, 'a> {
    graph: &'g Graph<'a>,
    reached: Vec<bool>,
    names: BTreeSet<&'g str>,
    outside_names: BTreeSet<&'g str>,
    dynamic: BTreeSet<usize>,
    open: Vec<usize>,
    tables: &'g Tables<'g>,
}

/// Where to look for what a name or a type brings.
struct Tables<'g> {
    by_owner: BTreeMap<usize, Vec<usize>>,
    by_trait: BTreeMap<usize, Vec<usize>>,
    by_name: BTreeMap<&'g str, Vec<usize>>,
    variants: BTreeMap<&'g str, Vec<(usize, usize)>>,
}

/// Every kind, with the code that can be behind its results.
///
/// The search starts at the kind's implementation of `Kind`, or of a role with that of the role's adapter, and goes on
/// - to all that reached code names, as far as a name can be resolved: else to all that it may mean;
/// - at a call `x.name(..)` to every method of that name whose type is reached: there is no value without one;
/// - from a type to all that it implements of other crates' traits, which are called unseen;
/// - at `dyn Trait`, once a method of that trait is called, to every type that implements it.
pub fn kinds(graph: &Graph<'_>) -> Vec<Reached> {
    let tables = Tables::of(graph);
    let adapters = adapters(graph);
    let mut found = Vec::new();
    for home in &graph.homes {
        let (Some(of_trait), Some(owner)) = (home.of_trait, home.self_type) else { continue };
        let adapter = adapters.get(&of_trait).copied();
        let is_adapter = adapters.values().any(|number| std::ptr::eq(&graph.homes[*number], home));
        if is_adapter || adapter.is_none() && !is_kind(graph, of_trait) {
            continue;
        }
        let mut search = Search::new(graph, &tables);
        search.reach(owner);
        // Documentation, references and wiring are no code: slots and ports are in the key under their names and places.
        let is_code = |part: &&usize| !matches!(graph.labels[**part], "ABOUT" | "role" | "cites");
        let behind = adapter.map(|number| &graph.homes[number]);
        behind.and_then(|adapter| adapter.self_type).into_iter().for_each(|of| search.reach(of));
        let parts = home.parts.iter().chain(behind.into_iter().flat_map(|adapter| &adapter.parts));
        parts.filter(is_code).for_each(|part| search.reach(*part));
        search.run();
        let name = home.parts.iter().find(|part| graph.labels[**part] == "NAME");
        let name = name.and_then(|part| graph.nodes[*part].text.rsplit('"').nth(1));
        let nodes: Vec<usize> = (0..graph.nodes.len()).filter(|node| search.reached[*node]).collect();
        found.push(Reached {
            module: graph.scope.modules[graph.nodes[owner].module].path.join("::"),
            name: name.unwrap_or_default().to_owned(),
            crates: nodes.iter().flat_map(|node| graph.nodes[*node].crates.iter().cloned()).collect(),
            nodes,
        });
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

/// Whether a trait is `Kind` of `step`.
fn is_kind(graph: &Graph<'_>, node: usize) -> bool {
    let module = &graph.scope.modules[graph.nodes[node].module];
    graph.labels[node] == "Kind" && module.path.first().is_some_and(|m| m == "step")
}

/// Traits that make a kind of what implements them, by way of an adapter: a generic type that stands beside the trait,
/// implements `Kind` and takes the name from what it wraps.
fn adapters(graph: &Graph<'_>) -> BTreeMap<usize, usize> {
    let mut found = BTreeMap::new();
    for (number, home) in graph.homes.iter().enumerate() {
        let (Some(of_trait), Some(owner)) = (home.of_trait, home.self_type) else { continue };
        let is_name = |part: &&usize| graph.labels[**part] == "NAME";
        let is_literal = home.parts.iter().find(is_name).is_none_or(|part| graph.nodes[*part].text.contains('"'));
        if is_literal || !is_kind(graph, of_trait) {
            continue;
        }
        let beside = graph.scope.nodes_of(graph.nodes[owner].module);
        let roles = beside.filter(|node| matches!(graph.classes[*node], Class::Trait(_)));
        found.extend(roles.map(|role| (role, number)));
    }
    found
}

impl<'g> Tables<'g> {
    fn of(graph: &'g Graph<'_>) -> Self {
        let mut tables = Self {
            by_owner: BTreeMap::new(),
            by_trait: BTreeMap::new(),
            by_name: BTreeMap::new(),
            variants: BTreeMap::new(),
        };
        for (number, home) in graph.homes.iter().enumerate() {
            for owner in &home.owners {
                tables.by_owner.entry(*owner).or_default().push(number);
            }
            if let Some(of_trait) = home.of_trait {
                tables.by_trait.entry(of_trait).or_default().push(number);
            }
        }
        for node in 0..graph.nodes.len() {
            match graph.classes[node] {
                Class::Method(_) | Class::MethodType(_) => {
                    tables.by_name.entry(graph.labels[node]).or_default().push(node);
                }
                Class::Variant { of, .. } => {
                    let first = graph.scope.modules[graph.nodes[node].module].first_node;
                    tables.variants.entry(graph.labels[node]).or_default().push((first + of, node));
                }
                _ => {}
            }
        }
        tables
    }
}

impl<'g, 'a> Search<'g, 'a> {
    fn new(graph: &'g Graph<'a>, tables: &'g Tables<'g>) -> Self {
        Self {
            graph,
            reached: vec![false; graph.nodes.len()],
            names: BTreeSet::new(),
            outside_names: BTreeSet::new(),
            dynamic: BTreeSet::new(),
            open: Vec::new(),
            tables,
        }
    }

    fn reach(&mut self, node: usize) {
        if !self.reached[node] {
            self.reached[node] = true;
            self.open.push(node);
        }
    }

    fn run(&mut self) {
        loop {
            while let Some(node) = self.open.pop() {
                self.follow(node);
            }
            self.behind_objects();
            if self.open.is_empty() {
                return;
            }
        }
    }

    fn follow(&mut self, node: usize) {
        let graph = self.graph;
        let of = &graph.nodes[node];
        of.targets.iter().flatten().for_each(|target| self.reach(*target));
        self.dynamic.extend(&of.dynamic);
        for name in &of.names {
            if self.names.insert(name) {
                self.called(name, false);
            }
        }
        for name in &of.outside_names {
            if self.outside_names.insert(name) {
                self.called(name, true);
            }
        }
        match graph.classes[node] {
            Class::Type => {
                for home in self.tables.by_owner.get(&node).into_iter().flatten() {
                    self.applies(*home);
                }
                let variants = self.tables.variants.iter().filter(|(name, _)| self.names.contains(*name));
                let own: Vec<usize> = variants
                    .flat_map(|(_, all)| all)
                    .filter(|(of, _)| *of == node)
                    .map(|(_, variant)| *variant)
                    .collect();
                own.into_iter().for_each(|variant| self.reach(variant));
            }
            Class::Trait(_) => {
                for home in self.tables.by_trait.get(&node).into_iter().flatten() {
                    self.applies(*home);
                }
            }
            Class::Method(_) | Class::MethodType(_) => {
                let parts = graph.home_of[node].map_or(&[][..], |home| &graph.homes[home].parts);
                let types = parts.iter().filter(|part| matches!(graph.classes[**part], Class::MethodType(_)));
                types.for_each(|part| self.reach(*part));
            }
            _ => {}
        }
    }

    /// Whether the types of a block's head are reached, and its trait where it is of no type of this crate.
    fn is_open(&self, home: usize) -> bool {
        let home = &self.graph.homes[home];
        home.owners.iter().all(|owner| self.reached[*owner])
            && (!home.owners.is_empty() || home.of_trait.is_none_or(|of| self.reached[of]))
    }

    /// Reaches what is called of a block, where it applies.
    fn applies(&mut self, number: usize) {
        if !self.is_open(number) {
            return;
        }
        let graph = self.graph;
        let home = &graph.homes[number];
        for part in &home.parts {
            let label = graph.labels[*part];
            let outside = home.self_type.is_none() && self.outside_names.contains(label);
            if home.foreign || outside || self.names.contains(label) {
                self.reach(*part);
            }
        }
    }

    /// Reaches every method of a name, where its block applies.
    fn called(&mut self, name: &str, outside: bool) {
        let graph = self.graph;
        for node in self.tables.by_name.get(name).into_iter().flatten() {
            let Some(home) = graph.home_of[*node] else { continue };
            if self.is_open(home) && (!outside || graph.homes[home].self_type.is_none()) {
                self.reach(*node);
            }
        }
        for (of, variant) in self.tables.variants.get(name).into_iter().flatten() {
            if self.reached[*of] && !outside {
                self.reach(*variant);
            }
        }
    }

    /// Types that are known only as `dyn Trait`: reached once something calls the trait.
    fn behind_objects(&mut self) {
        let graph = self.graph;
        for of_trait in self.dynamic.clone() {
            let Class::Trait(methods) = graph.classes[of_trait] else { continue };
            if !methods.iter().any(|method| self.names.contains(method.as_str())) {
                continue;
            }
            for home in self.tables.by_trait.get(&of_trait).into_iter().flatten() {
                graph.homes[*home].owners.iter().for_each(|owner| self.reach(*owner));
            }
        }
    }
}

/// The identity of every piece of code: its text, and that of what it names.
///
/// No name of a module is in it, so that a move changes nothing; two items of one text that name different things are
/// two.
pub fn identities(graph: &Graph<'_>) -> Vec<String> {
    let texts: Vec<String> = graph.nodes.iter().map(|node| hex(&Sha256::digest(&node.text))).collect();
    let mut marks: Vec<u64> = texts.iter().map(|text| text.bytes().fold(1, mix)).collect();
    for _ in 0..ROUNDS {
        let next = |(own, node): (usize, &super::graph::Node)| {
            node.targets.iter().fold(marks[own], |mark, targets| {
                let mut of: Vec<u64> = targets.iter().map(|target| marks[*target]).collect();
                of.sort_unstable();
                of.iter().fold(mark.rotate_left(7) ^ of.len() as u64, |mark, other| {
                    (mark ^ other.rotate_left(29)).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(31)
                })
            })
        };
        marks = graph.nodes.iter().enumerate().map(next).collect();
    }
    texts.into_iter().zip(marks).map(|(text, mark)| format!("{text}{mark:016x}")).collect()
}

fn mix(mark: u64, byte: u8) -> u64 {
    (mark ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3).rotate_left(5)
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|b| [b >> 4, b & 15]).map(|d| char::from(DIGITS[usize::from(d)])).collect()
}
