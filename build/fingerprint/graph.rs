//! All code of the lower layers, and which of it each piece names.

use super::items::{Block, Class};
use super::link::Linker;
use super::scope::{Entity, Scope};
use std::collections::BTreeSet;

/// A piece of code with what it names.
#[derive(Debug, Default)]
pub struct Node {
    /// The module's number.
    pub module: usize,
    /// Its text, without names of modules and of other formatting.
    pub text: String,
    /// What each of its mentions may mean, in order.
    pub targets: Vec<Vec<usize>>,
    /// Names of methods that it calls on something.
    pub names: BTreeSet<String>,
    /// Names that it calls on types of other crates.
    pub outside_names: BTreeSet<String>,
    /// Other crates that it names.
    pub crates: BTreeSet<String>,
    /// What in it cannot be known: an error where a kind reaches it.
    pub refused: Option<String>,
    /// Traits that it speaks of as `dyn Trait`.
    pub dynamic: BTreeSet<usize>,
}

/// An `impl` block or trait with what it is for.
#[derive(Debug, Default)]
pub struct Home {
    /// Types of this crate in its head: it applies only where all are reached.
    pub owners: Vec<usize>,
    /// The type that it is of, where it is one of this crate.
    pub self_type: Option<usize>,
    /// The trait of this crate that it implements.
    pub of_trait: Option<usize>,
    /// Whether it implements a trait of another crate, whose methods are called unseen: operators, `Drop`, `Display`.
    pub foreign: bool,
    /// Its methods, constants and types.
    pub parts: Vec<usize>,
}

/// All code that can be reached.
pub struct Graph<'a> {
    /// Modules and names.
    pub scope: Scope<'a>,
    /// Code, in the order of modules.
    pub nodes: Vec<Node>,
    /// What each is.
    pub classes: Vec<&'a Class>,
    /// The name of each.
    pub labels: Vec<&'a str>,
    /// Blocks.
    pub homes: Vec<Home>,
    /// Node → its block.
    pub home_of: Vec<Option<usize>>,
    first_home: Vec<usize>,
}

impl<'a> Graph<'a> {
    /// Finds out what everything names. `content` gives the digest of a file beside a source file.
    ///
    /// # Errors
    /// Where code takes in what no fingerprint can know.
    pub fn new(scope: Scope<'a>, content: &dyn Fn(&str) -> Result<String, String>) -> Result<Self, String> {
        let mut graph = Self {
            scope,
            nodes: Vec::new(),
            classes: Vec::new(),
            labels: Vec::new(),
            homes: Vec::new(),
            home_of: Vec::new(),
            first_home: Vec::new(),
        };
        graph.homes();
        let linker = Linker::new(&graph);
        let mut nodes = Vec::new();
        for module in 0..graph.scope.modules.len() {
            nodes.extend(linker.module(module, content)?);
        }
        graph.nodes = nodes;
        Ok(graph)
    }

    fn homes(&mut self) {
        for (number, module) in self.scope.modules.iter().enumerate() {
            self.first_home.push(self.homes.len());
            let first = self.homes.len();
            for block in &module.file.blocks {
                self.homes.push(Home::of(&self.scope, number, block));
            }
            for (at, part) in module.file.parts.iter().enumerate() {
                let node = module.first_node + at;
                self.classes.push(&part.class);
                self.labels.push(&part.name);
                let home = match part.class {
                    Class::Method(block) | Class::MethodType(block) => Some(first + block),
                    _ => None,
                };
                self.home_of.push(home);
                if let Some(home) = home {
                    self.homes[home].parts.push(node);
                }
            }
        }
        let types: Vec<bool> = self.classes.iter().map(|class| **class == Class::Type).collect();
        for home in &mut self.homes {
            home.owners.retain(|node| types[*node]);
            home.self_type = home.self_type.filter(|node| types[*node]);
        }
    }

    /// The file that a piece of code stands in, and its name.
    pub fn place(&self, node: usize) -> (&str, &str) {
        let module = self.scope.modules.iter().rev().find(|m| m.first_node <= node && !m.file.parts.is_empty());
        (module.map_or("", |module| &module.source), self.labels[node])
    }

    /// The name of a piece of code, a method's after that of its type or trait.
    pub fn full_name(&self, node: usize) -> String {
        let home = self.home_of[node].map(|home| &self.homes[home]);
        let owner = home.and_then(|home| home.self_type.or_else(|| home.owners.first().copied()));
        owner.map_or_else(
            || self.labels[node].to_owned(),
            |owner| format!("{}::{}", self.labels[owner], self.labels[node]),
        )
    }
}

impl Home {
    fn of(scope: &Scope<'_>, module: usize, block: &Block) -> Self {
        let nodes = |path: &[String]| -> Vec<usize> {
            let node = |entity| if let Entity::Node(node) = entity { Some(node) } else { None };
            scope.resolve(module, path).entities.into_iter().filter_map(node).collect()
        };
        let of_trait = block.of_trait.as_ref().and_then(|path| nodes(path).first().copied());
        let mut owners: Vec<usize> = block.head.mentions.iter().flat_map(|m| nodes(&m.path)).collect();
        owners.sort_unstable();
        owners.dedup();
        Self {
            owners,
            self_type: nodes(&block.self_type).first().copied().filter(|_| !block.is_trait),
            of_trait,
            foreign: block.of_trait.is_some() && of_trait.is_none(),
            parts: Vec::new(),
        }
    }
}
