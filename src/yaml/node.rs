//! The located tree and how types are read from it.

use super::fault::{Fault, Source};
use crate::step::{ParamFault, typed};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

/// A place in a file, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mark {
    /// Line.
    pub line: usize,
    /// Column, in characters.
    pub column: usize,
}

/// A value with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where it starts.
    pub mark: Mark,
    /// What it is.
    pub tree: Tree,
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
        Self { mark, tree }
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
            let mut found = source.fault(self.mark_of(&fault.path, fault.unknown_key.as_deref()), message);
            found.help = help;
            found
        };
        faults.iter().map(locate).collect()
    }

    /// The place of the value at a path, or of a key in the mapping there; the deepest place known.
    #[must_use]
    pub fn mark_of(&self, path: &[String], key: Option<&str>) -> Mark {
        match path.split_first() {
            None => {
                let entry = key.and_then(|key| self.entries().iter().find(|e| e.key == key));
                entry.map_or(self.mark, |e| e.mark)
            }
            Some((first, rest)) => match &self.tree {
                Tree::List(items) => {
                    let item = first.parse::<usize>().ok().and_then(|index| items.get(index));
                    item.map_or(self.mark, |item| item.mark_of(rest, key))
                }
                _ => self.get(first).map_or(self.mark, |node| node.mark_of(rest, key)),
            },
        }
    }
}

/// serde's sentence in the words of a study, with its list of names turned into "did you mean".
fn reword(message: &str) -> (String, Option<String>) {
    if let Some(key) = message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
        return (format!("the key `{key}` is missing"), Some(format!("add `{key}: ...` here")));
    }
    let Some((what, expected)) = message.split_once(", expected ") else {
        return (message.to_owned(), None);
    };
    if let Some(found) = what.strip_prefix("invalid type: ").or_else(|| what.strip_prefix("invalid value: ")) {
        return (format!("expected {}, found {}", wanted(expected), found_in_words(found)), None);
    }
    let Some(wrong) = what.strip_prefix("unknown ").and_then(|rest| rest.split('`').nth(1)) else {
        return (message.to_owned(), None);
    };
    let known: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
    (
        what.replacen("unknown field", "unknown key", 1).replacen("unknown variant", "unknown value", 1),
        known_names(wrong, &known),
    )
}

/// A Rust type as people call it.
fn wanted(expected: &str) -> &str {
    match expected {
        "usize" | "u64" | "u32" | "u16" | "u8" => "a whole number, 0 or more",
        "isize" | "i64" | "i32" => "a whole number",
        "f64" | "f32" => "a number",
        "a string" => "a text",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" => "a mapping",
        other if other.starts_with("struct ") => "a mapping",
        other => other,
    }
}

/// What serde found, in the words of [`Node::what`].
fn found_in_words(found: &str) -> String {
    match found.split_once(' ') {
        Some(("string", text)) => format!("the text {}", text.replace('"', "`")),
        Some(("integer", number)) => format!("the whole number {number}"),
        Some(("floating", rest)) => format!("the number {}", rest.trim_start_matches("point ")),
        Some(("boolean", value)) => format!("the truth value {value}"),
        Some(("unit", _)) => "nothing".to_owned(),
        _ => match found {
            "sequence" => "a list".to_owned(),
            "map" => "a mapping".to_owned(),
            "null" => "nothing".to_owned(),
            other => other.to_owned(),
        },
    }
}

/// "did you mean X?" where one is near, and the list of all.
#[must_use]
pub fn known_names(wrong: &str, known: &[&str]) -> Option<String> {
    if known.is_empty() {
        return None;
    }
    let near = known.iter().map(|name| (strsim::damerau_levenshtein(wrong, name), name)).min();
    let list = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    Some(match near {
        Some((distance, name)) if distance <= 2.max(wrong.len() / 3) => {
            format!("did you mean `{name}`? known here: {list}")
        }
        _ => format!("known here: {list}"),
    })
}
