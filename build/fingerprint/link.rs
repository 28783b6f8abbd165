//! What the names in a piece of code mean.

use super::graph::{Graph, Node};
use super::items::{Class, Import};
use super::scope::Entity;
use super::tokens::{Mention, Piece};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Types and traits that are in scope without being brought in.
const PRELUDE: [&str; 45] = [
    "f32",
    "f64",
    "i8",
    "i16",
    "i32",
    "i64",
    "i128",
    "isize",
    "u8",
    "u16",
    "u32",
    "u64",
    "u128",
    "usize",
    "bool",
    "char",
    "str",
    "Vec",
    "String",
    "Box",
    "Option",
    "Result",
    "Some",
    "None",
    "Ok",
    "Err",
    "Iterator",
    "IntoIterator",
    "DoubleEndedIterator",
    "ExactSizeIterator",
    "Extend",
    "Default",
    "From",
    "Into",
    "TryFrom",
    "TryInto",
    "FromIterator",
    "ToString",
    "ToOwned",
    "AsRef",
    "AsMut",
    "Clone",
    "PartialEq",
    "PartialOrd",
    "Ord",
];

/// Resolves the mentions of nodes.
pub struct Linker<'g, 'a> {
    graph: &'g Graph<'a>,
    /// Type and name → methods, constants and variants.
    members: HashMap<(usize, &'a str), Vec<usize>>,
    /// Names of `macro_rules!`.
    macros: BTreeMap<&'a str, Vec<usize>>,
}

impl<'g, 'a> Linker<'g, 'a> {
    /// Where to look for members of types and for macros.
    pub fn new(graph: &'g Graph<'a>) -> Self {
        let mut members: HashMap<_, Vec<usize>> = HashMap::new();
        let mut macros: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for module in &graph.scope.modules {
            for node in module.first_node..module.first_node + module.file.parts.len() {
                let label = graph.labels[node];
                match graph.classes[node] {
                    Class::Variant { of, .. } => {
                        members.entry((module.first_node + of, label)).or_default().push(node);
                    }
                    Class::Macro => macros.entry(label).or_default().push(node),
                    _ => {}
                }
                let owner = graph.home_of[node].and_then(|home| graph.homes[home].self_type);
                if let Some(owner) = owner {
                    members.entry((owner, label)).or_default().push(node);
                }
            }
        }
        Self { graph, members, macros }
    }

    /// The code of a module, with what it names.
    ///
    /// # Errors
    /// Where a file that is taken in is not there.
    pub fn module(&self, number: usize, content: &dyn Fn(&str) -> Result<String, String>) -> Result<Vec<Node>, String> {
        let module = &self.graph.scope.modules[number];
        let (traits, silent) = self.in_scope(number);
        let common = self.graph.scope.nodes_of(number);
        let loose: Vec<usize> = common.filter(|node| *self.graph.classes[*node] == Class::Loose).collect();
        let mut nodes = Vec::new();
        for (at, part) in module.file.parts.iter().enumerate() {
            let own = module.first_node + at;
            let mut node = Node { module: number, names: part.code.names.clone(), ..Node::default() };
            let shown: Vec<String> = part.code.mentions.iter().map(|m| self.mention(own, m, &mut node)).collect();
            let refused = part.code.refused.first();
            node.refused = refused.map(|what| format!("src/{}: `{}` uses {what}", module.source, part.name));
            node.text = silent.iter().fold(String::new(), |text, path| text + path + "; ");
            node.crates.extend(silent.iter().filter_map(|path| path.split("::").next()).map(str::to_owned));
            for piece in &part.code.pieces {
                let folder = module.source.rsplit_once('/').map_or("", |(folder, _)| folder);
                match piece {
                    Piece::Text(text) => node.text.push_str(text),
                    Piece::Path(mention) => node.text.push_str(&shown[*mention]),
                    Piece::File(path) => node.text.push_str(&content(&format!("{folder}/{path}"))?),
                }
                node.text.push(' ');
            }
            if !matches!(part.class, Class::Type | Class::Variant { .. } | Class::Alias | Class::Trait(_)) {
                node.targets.push(traits.iter().copied().collect());
            }
            node.targets.push(loose.iter().copied().filter(|target| *target != own).collect());
            node.targets.push(self.all_variants(own));
            nodes.push(node);
        }
        Ok(nodes)
    }

    /// Variants that come with their enum, as something makes them without naming them.
    fn all_variants(&self, own: usize) -> Vec<usize> {
        let module = &self.graph.scope.modules[self.module_of(own)];
        let local = own - module.first_node;
        let is = |class: &Class| matches!(class, Class::Variant { of, split: false } if *of == local);
        let parts = module.file.parts.iter().enumerate().filter(|(_, part)| is(&part.class));
        parts.map(|(at, _)| module.first_node + at).collect()
    }

    fn module_of(&self, node: usize) -> usize {
        let modules = &self.graph.scope.modules;
        modules.iter().rposition(|m| m.first_node <= node && !m.file.parts.is_empty()).unwrap_or(0)
    }

    /// Traits of this crate that act in a module, and what is brought in from elsewhere without being named.
    fn in_scope(&self, number: usize) -> (BTreeSet<usize>, BTreeSet<String>) {
        let scope = &self.graph.scope;
        let module = &scope.modules[number];
        let is_trait = |node: &usize| matches!(self.graph.classes[*node], Class::Trait(_));
        let mut traits: BTreeSet<usize> = scope.nodes_of(number).filter(is_trait).collect();
        let mut silent = BTreeSet::new();
        let named: BTreeSet<&str> = module
            .file
            .parts
            .iter()
            .flat_map(|p| &p.code.mentions)
            .filter_map(|m| m.path.first())
            .map(|w| w.as_str())
            .collect();
        let mut imports: Vec<(usize, &Import)> = module.file.imports.iter().map(|import| (number, import)).collect();
        let mut opened = BTreeSet::from([number]);
        let mut at = 0;
        while let Some(&(of, import)) = imports.get(at) {
            at += 1;
            let resolved = scope.resolve(of, &import.path);
            let is_outside = resolved.entities.is_empty() && resolved.lost.is_none();
            for entity in &resolved.entities {
                match entity {
                    Entity::Node(node) if is_trait(node) => drop(traits.insert(*node)),
                    // A glob brings what is declared there, and what is brought in there.
                    Entity::Module(globbed) if import.name.is_none() && opened.insert(*globbed) => {
                        traits.extend(scope.nodes_of(*globbed).filter(is_trait));
                        imports.extend(scope.modules[*globbed].file.imports.iter().map(|import| (*globbed, import)));
                    }
                    Entity::Outside(path) => drop(silent.insert(path.join("::"))),
                    _ => {}
                }
            }
            if is_outside && !import.name.as_ref().is_some_and(|name| named.contains(name.as_str())) {
                silent.insert(import.path.join("::"));
            }
        }
        (traits, silent)
    }

    /// Adds what a mention means to a node; gives the mention as it stands in the text.
    fn mention(&self, own: usize, mention: &Mention, node: &mut Node) -> String {
        let scope = &self.graph.scope;
        let path = &mention.path;
        let mut targets = Vec::new();
        let mut modules = 0;
        if path[0] == "Self" {
            let home = self.graph.home_of[own].map(|home| &self.graph.homes[home]);
            match home.and_then(|home| home.self_type) {
                Some(owner) => self.inside(owner, &path[1..], mention, node, &mut targets),
                None => node.names.extend(path[1..].iter().cloned()),
            }
        } else {
            let resolved = scope.resolve(node.module, path);
            modules = resolved.modules;
            if let Some(lost) = resolved.lost {
                targets.extend(scope.with_children(lost).into_iter().flat_map(|m| scope.nodes_of(m)));
            }
            if resolved.entities.is_empty() && resolved.lost.is_none() {
                self.unknown(path, node);
            }
            for entity in &resolved.entities {
                match entity {
                    Entity::Node(found) => self.inside(*found, &path[resolved.used..], mention, node, &mut targets),
                    Entity::Module(of) if mention.in_string => {
                        targets.extend(scope.with_children(*of).into_iter().flat_map(|m| scope.nodes_of(m)));
                    }
                    Entity::Module(_) => {}
                    Entity::Outside(outside) => {
                        node.crates.insert(outside[0].clone());
                        node.outside_names.extend(path[resolved.used..].iter().cloned());
                    }
                }
            }
        }
        targets.extend(self.macros.get(path[path.len() - 1].as_str()).into_iter().flatten());
        targets.sort_unstable();
        targets.dedup();
        if mention.is_dyn {
            node.dynamic.extend(targets.iter().filter(|t| matches!(self.graph.classes[**t], Class::Trait(_))));
        }
        node.targets.push(targets);
        // Names of modules are left out: an item that moves is the item that it was.
        let shown = if modules < path.len() { &path[modules..] } else { &path[path.len() - 1..] };
        let outside = if modules == 0 { self.outside_of(node.module, path) } else { String::new() };
        outside + &shown.join("::")
    }

    /// The path under which another crate's item was brought in, in front of the name that it has here.
    fn outside_of(&self, module: usize, path: &[String]) -> String {
        let outside = self.graph.scope.lookup(module, &path[0]).into_iter().filter_map(|entity| match entity {
            Entity::Outside(path) => Some(format!("<{}>", path.join("::"))),
            _ => None,
        });
        outside.collect()
    }

    /// A path whose first name is nothing that this module knows: local, generic or of another crate.
    fn unknown(&self, path: &[String], node: &mut Node) {
        if self.graph.scope.is_crate(&path[0]) && path.len() > 1 {
            node.crates.insert(path[0].clone());
            node.outside_names.extend(path[1..].iter().cloned());
        } else if PRELUDE.contains(&path[0].as_str()) {
            node.outside_names.extend(path[1..].iter().cloned());
        } else {
            node.names.extend(path[1..].iter().cloned());
        }
    }

    /// What the names after an item mean: a variant, a method of its own, or one that some trait gives it.
    fn inside(&self, found: usize, rest: &[String], mention: &Mention, node: &mut Node, targets: &mut Vec<usize>) {
        let is_variant = |node: usize| matches!(self.graph.classes[node], Class::Variant { .. });
        let Some(name) = rest.first() else {
            // A pattern that looks at no field of a variant has nothing of it.
            if !(mention.shallow && is_variant(found)) {
                targets.push(found);
            }
            return;
        };
        targets.push(found);
        match self.members.get(&(found, name.as_str())) {
            Some(members) => targets.extend(members.iter().filter(|m| !(mention.shallow && is_variant(**m)))),
            None if self.is_outside_alias(found) => drop(node.outside_names.insert(name.clone())),
            None => drop(node.names.insert(name.clone())),
        }
        node.names.extend(rest[1..].iter().cloned());
    }

    /// Whether an item is another name for a type of another crate.
    fn is_outside_alias(&self, node: usize) -> bool {
        if *self.graph.classes[node] != Class::Alias {
            return false;
        }
        let number = self.module_of(node);
        let module = &self.graph.scope.modules[number];
        let code = &module.file.parts[node - module.first_node].code;
        // The alias's own name comes first, then the type that it stands for.
        code.mentions.get(1).is_some_and(|m| self.graph.scope.is_crate(&m.path[0]))
    }
}
