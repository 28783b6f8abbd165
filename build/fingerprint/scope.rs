//! Which item a path means, as the compiler would say, or all that it may mean.

use super::items::{Class, File};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

/// What a path leads to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entity {
    /// Code of this crate, by its number.
    Node(usize),
    /// A module of this crate, by its number.
    Module(usize),
    /// Another crate: the whole path.
    Outside(Vec<String>),
}

/// A module of the crate.
#[derive(Debug)]
pub struct Module<'a> {
    /// Its path from the crate's root.
    pub path: Vec<String>,
    /// The source file, below `src/`.
    pub source: String,
    /// What it holds.
    pub file: &'a File,
    /// The number of its file's first part; the others follow.
    pub first_node: usize,
    parent: usize,
    children: BTreeMap<&'a str, usize>,
}

/// Where a path ends.
#[derive(Debug, Default, Clone)]
pub struct Resolved {
    /// What it may mean; nothing where it is of another crate or a local name.
    pub entities: Vec<Entity>,
    /// How many of its names lead there; the others are names inside of it.
    pub used: usize,
    /// How many of its first names are modules.
    pub modules: usize,
    /// The module in which a name was not found.
    pub lost: Option<usize>,
}

/// Every module, and what names mean in it.
pub struct Scope<'a> {
    /// The modules, the crate's root first.
    pub modules: Vec<Module<'a>>,
    /// Names of other crates.
    crates: &'a [String],
    known: RefCell<HashMap<(usize, String), Vec<Entity>>>,
}

impl<'a> Scope<'a> {
    /// The module tree below `lib.rs`, without some modules of its first level.
    ///
    /// # Errors
    /// Where a declared module has no file.
    pub fn new(files: &'a BTreeMap<String, File>, without: &[&str], crates: &'a [String]) -> Result<Self, String> {
        let mut scope = Self { modules: Vec::new(), crates, known: RefCell::default() };
        let root = files.get("lib.rs").ok_or("src/lib.rs is missing")?;
        scope.add(files, root, ("lib.rs", ""), &[], 0, without)?;
        let mut first = 0;
        for module in &mut scope.modules {
            module.first_node = first;
            first += module.file.parts.len();
        }
        Ok(scope)
    }

    fn add(
        &mut self,
        files: &'a BTreeMap<String, File>,
        file: &'a File,
        (source, folder): (&str, &str),
        path: &[String],
        parent: usize,
        without: &[&str],
    ) -> Result<usize, String> {
        let own = self.modules.len();
        let module = Module {
            path: path.to_vec(),
            source: source.to_owned(),
            file,
            first_node: 0,
            parent,
            children: BTreeMap::new(),
        };
        self.modules.push(module);
        for child in file.children.iter().filter(|child| !(path.is_empty() && without.contains(&child.name.as_str()))) {
            let below: Vec<String> = path.iter().cloned().chain([child.name.clone()]).collect();
            let within = format!("{folder}{}/", child.name);
            let beside = source.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
            let candidates = match &child.path {
                Some(path) => vec![format!("{beside}{path}")],
                None => vec![format!("{folder}{}.rs", child.name), format!("{within}mod.rs")],
            };
            let number = if let Some(inline) = &child.inline {
                self.add(files, inline, (source, &within), &below, own, &[])?
            } else {
                let found = candidates.iter().find_map(|name| files.get_key_value(name));
                let (name, file) = found.ok_or_else(|| format!("src/{source}: no file for `mod {}`", child.name))?;
                self.add(files, file, (name, &within), &below, own, &[])?
            };
            self.modules[own].children.insert(&child.name, number);
        }
        Ok(own)
    }

    /// The numbers of a module and of all modules in it.
    pub fn with_children(&self, module: usize) -> Vec<usize> {
        let mut found = vec![module];
        let mut at = 0;
        while at < found.len() {
            found.extend(self.modules[found[at]].children.values());
            at += 1;
        }
        found
    }

    /// The part of a number with its module.
    pub fn nodes_of(&self, module: usize) -> std::ops::Range<usize> {
        let module = &self.modules[module];
        module.first_node..module.first_node + module.file.parts.len()
    }

    /// What a name means in a module: declared there, brought in by `use`, or by a glob.
    pub fn lookup(&self, module: usize, name: &str) -> Vec<Entity> {
        let key = (module, name.to_owned());
        if let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        let own = &self.modules[module];
        let mut found: Vec<Entity> = own.children.get(name).map(|child| Entity::Module(*child)).into_iter().collect();
        let named = |class: &Class| !matches!(class, Class::Variant { .. } | Class::Method(_) | Class::MethodType(_));
        let parts = own.file.parts.iter().enumerate().filter(|(_, part)| part.name == name && named(&part.class));
        found.extend(parts.map(|(at, _)| Entity::Node(own.first_node + at)));
        // Whoever asks for the same while imports are followed goes in a circle and finds what is declared here:
        // `pub use gram::gram`.
        self.known.borrow_mut().insert(key.clone(), found.clone());
        for import in &own.file.imports {
            match &import.name {
                Some(here) if here == name => found.extend(self.imported(module, &import.path)),
                None => found.extend(self.through_glob(module, &import.path, name)),
                Some(_) => {}
            }
        }
        found.sort();
        found.dedup();
        self.known.borrow_mut().insert(key, found.clone());
        found
    }

    fn imported(&self, module: usize, path: &[String]) -> Vec<Entity> {
        let resolved = self.resolve(module, path);
        let rest = &path[resolved.used..];
        let mut found = Vec::new();
        for entity in resolved.entities {
            match (&entity, rest) {
                // `use Enum::Variant`
                (Entity::Node(node), [variant]) => found.extend(self.variant(*node, variant)),
                _ => found.push(entity),
            }
        }
        if let Some(lost) = resolved.lost {
            found.extend(self.with_children(lost).into_iter().flat_map(|m| self.nodes_of(m)).map(Entity::Node));
        }
        if found.is_empty() { vec![Entity::Outside(path.to_vec())] } else { found }
    }

    fn through_glob(&self, module: usize, path: &[String], name: &str) -> Vec<Entity> {
        let mut found = Vec::new();
        for entity in self.resolve(module, path).entities {
            match entity {
                Entity::Module(of) if of != module => found.extend(self.lookup(of, name)),
                Entity::Node(of) => found.extend(self.variant(of, name)),
                _ => {}
            }
        }
        found
    }

    fn variant(&self, of: usize, name: &str) -> Option<Entity> {
        let module =
            self.modules.iter().rev().find(|module| module.first_node <= of && !module.file.parts.is_empty())?;
        let local = of - module.first_node;
        let is = |class: &Class| matches!(class, Class::Variant { of, .. } if *of == local);
        let at = module.file.parts.iter().position(|part| part.name == name && is(&part.class))?;
        Some(Entity::Node(module.first_node + at))
    }

    /// Follows a path through modules, as far as it goes.
    pub fn resolve(&self, module: usize, path: &[String]) -> Resolved {
        let Some(first) = path.first() else { return Resolved::default() };
        let mut used = 1;
        let mut entities = match first.as_str() {
            "crate" => vec![Entity::Module(0)],
            "self" => vec![Entity::Module(module)],
            "super" => vec![Entity::Module(self.modules[module].parent)],
            name => self.lookup(module, name),
        };
        let mut modules = 0;
        let mut lost = None;
        while !entities.is_empty() && entities.iter().any(|e| matches!(e, Entity::Module(_))) {
            modules = used;
            let Some(name) = path.get(used) else { break };
            let mut next = Vec::new();
            for entity in &entities {
                let Entity::Module(of) = entity else { continue };
                let found = match name.as_str() {
                    "super" => vec![Entity::Module(self.modules[*of].parent)],
                    "self" => vec![Entity::Module(*of)],
                    name => self.lookup(*of, name),
                };
                if found.is_empty() {
                    lost = Some(*of);
                }
                next.extend(found);
            }
            used += 1;
            entities = next;
        }
        Resolved { entities, used: used.min(path.len()), modules, lost }
    }

    /// Whether a name is that of another crate.
    pub fn is_crate(&self, name: &str) -> bool {
        matches!(name, "std" | "core" | "alloc") || self.crates.iter().any(|known| known == name)
    }
}
