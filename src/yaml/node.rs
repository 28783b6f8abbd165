//! The located tree and how types are read from it.

use super::fault::{Fault, Source};
use super::mark::Mark;
use super::reword::reword;
use crate::step::{ParamFault, typed};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use std::sync::Arc;

/// A value with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where it starts.
    pub mark: Mark,
    /// What it is.
    pub tree: Tree,
    /// The file that it is written in, where that may be another than that of what it stands in: values that a `$name`
    /// stands for.
    pub source: Option<Arc<Source>>,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Tree {
    /// Nothing.
    Null,
    /// `true` or `false`, and nothing else.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A real number.
    Float(f64),
    /// A text.
    Text(String),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in the order of the file.
    Map(Vec<Entry>),
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub mark: Mark,
    /// The value.
    pub node: Node,
}

impl Node {
    /// A value at a place of the file that is being read.
    #[must_use]
    pub const fn new(mark: Mark, tree: Tree) -> Self {
        Self { mark, tree, source: None }
    }

    /// The same value, which will be used elsewhere and is to be shown where it is written.
    #[must_use]
    pub fn written_in(mut self, source: &Arc<Source>) -> Self {
        self.source.get_or_insert_with(|| Arc::clone(source));
        self.tree = match self.tree {
            Tree::List(items) => Tree::List(items.into_iter().map(|item| item.written_in(source)).collect()),
            Tree::Map(mut entries) => {
                for entry in &mut entries {
                    let node = std::mem::replace(&mut entry.node, Self::new(Mark::default(), Tree::Null));
                    entry.node = node.written_in(source);
                }
                Tree::Map(entries)
            }
            leaf => leaf,
        };
        self
    }

    /// A value in the place of this one.
    #[must_use]
    pub fn like(&self, json: &Json) -> Self {
        let node = Self::from_json(json, self.mark);
        match &self.source {
            Some(source) => node.written_in(source),
            None => node,
        }
    }

    /// A fault of this value, shown where it is written: in `source` unless it is from elsewhere.
    #[must_use]
    pub fn fault(&self, source: &Source, message: impl std::fmt::Display) -> Fault {
        self.source.as_deref().unwrap_or(source).fault(self.mark, message)
    }

    /// The value of a key, where this is a mapping that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|e| e.key == key).map(|e| &e.node)
    }

    /// The entries, where this is a mapping; else none.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        if let Tree::Map(entries) = &self.tree { entries } else { &[] }
    }

    /// The text, where it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        if let Tree::Text(text) = &self.tree { Some(text) } else { None }
    }

    /// Every text in the tree, keys aside.
    pub fn texts<'a>(&'a self, found: &mut Vec<&'a str>) {
        match &self.tree {
            Tree::Text(text) => found.push(text),
            Tree::List(items) => items.iter().for_each(|item| item.texts(found)),
            Tree::Map(entries) => entries.iter().for_each(|entry| entry.node.texts(found)),
            _ => {}
        }
    }

    /// In words, for messages.
    #[must_use]
    pub const fn what(&self) -> &'static str {
        match self.tree {
            Tree::Null => "nothing",
            Tree::Bool(_) => "a truth value",
            Tree::Int(_) => "a whole number",
            Tree::Float(_) => "a number",
            Tree::Text(_) => "a text",
            Tree::List(_) => "a list",
            Tree::Map(_) => "a mapping",
        }
    }

    /// The same tree without places.
    #[must_use]
    pub fn to_json(&self) -> Json {
        match &self.tree {
            Tree::Null => Json::Null,
            Tree::Bool(v) => (*v).into(),
            Tree::Int(v) => (*v).into(),
            Tree::Float(v) => (*v).into(),
            Tree::Text(v) => v.as_str().into(),
            Tree::List(items) => items.iter().map(Self::to_json).collect(),
            Tree::Map(entries) => Json::Object(entries.iter().map(|e| (e.key.clone(), e.node.to_json())).collect()),
        }
    }

    /// A node with the content of a JSON tree; everything in it stands at `mark`.
    #[must_use]
    pub fn from_json(json: &Json, mark: Mark) -> Self {
        let tree = match json {
            Json::Null => Tree::Null,
            Json::Bool(v) => Tree::Bool(*v),
            Json::Number(v) => v.as_i64().map_or_else(|| Tree::Float(v.as_f64().unwrap_or(f64::NAN)), Tree::Int),
            Json::String(v) => Tree::Text(v.clone()),
            Json::Array(items) => Tree::List(items.iter().map(|item| Self::from_json(item, mark)).collect()),
            Json::Object(map) => {
                let entry = |(key, value): (&String, &Json)| Entry {
                    key: key.clone(),
                    mark,
                    node: Self::from_json(value, mark),
                };
                Tree::Map(map.iter().map(entry).collect())
            }
        };
        Self::new(mark, tree)
    }

    /// Reads a type.
    ///
    /// # Errors
    /// A wrong type, an unknown key or a missing one, at its place.
    pub fn typed<T: DeserializeOwned>(&self, source: &Source) -> Result<T, Vec<Fault>> {
        typed(&self.to_json()).map_err(|faults| self.locate(source, &faults))
    }

    /// Faults of the tree without places, put where they belong.
    #[must_use]
    pub fn locate(&self, source: &Source, faults: &[ParamFault]) -> Vec<Fault> {
        let locate = |fault: &ParamFault| {
            let (message, help) = reword(&fault.message);
            let (mark, written) = self.find(&fault.path, fault.unknown_key.as_deref());
            let mut found = written.unwrap_or(source).fault(mark, message);
            found.help = help;
            found
        };
        faults.iter().map(locate).collect()
    }

    /// The place of the value at a path, or of a key in the mapping there; the deepest place known.
    #[must_use]
    pub fn mark_of(&self, path: &[String], key: Option<&str>) -> Mark {
        self.find(path, key).0
    }

    /// As [`Node::mark_of`], with the file where that is another than that of what holds it all.
    #[must_use]
    pub fn find(&self, path: &[String], key: Option<&str>) -> (Mark, Option<&Source>) {
        let (node, whole) = self.deepest(path);
        let key = key.filter(|_| whole).and_then(|key| node.entries().iter().find(|e| e.key == key));
        (key.map_or(node.mark, |entry| entry.mark), node.source.as_deref())
    }

    /// The value at a path, or the deepest that is there; whether the whole path is.
    #[must_use]
    pub fn deepest(&self, path: &[String]) -> (&Self, bool) {
        let Some((first, rest)) = path.split_first() else { return (self, true) };
        let inner = match &self.tree {
            Tree::List(items) => first.parse::<usize>().ok().and_then(|index| items.get(index)),
            _ => self.get(first),
        };
        inner.map_or((self, false), |node| node.deepest(rest))
    }
}
