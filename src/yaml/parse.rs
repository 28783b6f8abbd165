//! Text to a located tree.

use super::fault::{Fault, Source};
use super::node::{Entry, Mark, Node, Tree};
use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

/// What to look for where the text is not YAML: the parser often notices a line after the slip.
const SYNTAX: &str = "look here and on the line above for a bracket or quote that is not closed, an indentation that \
                      differs from its neighbours, or a colon without a space after it";

/// Parses one YAML document; a key twice in one mapping is a fault.
///
/// # Errors
/// Where the text is not YAML, with the place.
pub fn parse(source: &Source) -> Result<Node, Fault> {
    let options = serde_saphyr::options! { strict_booleans: true, with_snippet: false };
    let root: Spanned<Raw> = serde_saphyr::from_str_with_options(&source.text, options).map_err(|error| {
        let place = error.location().map_or(Mark { line: 1, column: 1 }, mark_at);
        let text = error.to_string();
        let text = strip_place(&text);
        match text.strip_prefix("duplicate mapping key: ").map(|rest| rest.split(", set ").next().unwrap_or(rest)) {
            Some(key) => {
                source.fault(place, format!("the key `{key}` stands twice in this mapping")).help("give each key once")
            }
            None => source.fault(place, format!("this is not YAML: {text}")).help(SYNTAX),
        }
    })?;
    Ok(to_node(root))
}

/// The parser's message without the place, which the fault shows itself.
fn strip_place(text: &str) -> &str {
    let first = text.lines().next().unwrap_or(text);
    let without_prefix = first.strip_prefix("error: ").unwrap_or(first);
    without_prefix.split(" at line ").next().unwrap_or(without_prefix)
}

fn mark_at(location: serde_saphyr::Location) -> Mark {
    let place = |n: u64| usize::try_from(n).unwrap_or(1).max(1);
    Mark { line: place(location.line()), column: place(location.column()) }
}

fn to_node(spanned: Spanned<Raw>) -> Node {
    let mark = mark_at(spanned.referenced);
    let tree = match spanned.value {
        Raw::Leaf(tree) => tree,
        Raw::List(items) => Tree::List(items.into_iter().map(to_node).collect()),
        Raw::Map(entries) => Tree::Map(
            entries
                .into_iter()
                .map(|(key, value)| Entry { mark: mark_at(key.referenced), key: key.value, node: to_node(value) })
                .collect(),
        ),
    };
    Node { mark, tree }
}

enum Raw {
    Leaf(Tree),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<String>, Spanned<Raw>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_bool<E: de::Error>(self, v: bool) -> Result<Raw, E> {
        Ok(Raw::Leaf(Tree::Bool(v)))
    }

    fn visit_i64<E: de::Error>(self, v: i64) -> Result<Raw, E> {
        Ok(Raw::Leaf(Tree::Int(v)))
    }

    fn visit_u64<E: de::Error>(self, v: u64) -> Result<Raw, E> {
        i64::try_from(v).map(|v| Raw::Leaf(Tree::Int(v))).map_err(|_| E::custom(format!("{v} is too large")))
    }

    fn visit_f64<E: de::Error>(self, v: f64) -> Result<Raw, E> {
        if v.is_finite() {
            Ok(Raw::Leaf(Tree::Float(v)))
        } else {
            Err(E::custom(format!("{v} is not a finite number")))
        }
    }

    fn visit_str<E: de::Error>(self, v: &str) -> Result<Raw, E> {
        Ok(Raw::Leaf(Tree::Text(v.to_owned())))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Raw, E> {
        Ok(Raw::Leaf(Tree::Null))
    }

    fn visit_none<E: de::Error>(self) -> Result<Raw, E> {
        Ok(Raw::Leaf(Tree::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Raw::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Raw::Map(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source::new("a.yaml", text)
    }

    #[test]
    fn values_know_their_places() {
        let root = parse(&source("a: 1\nb:\n  - x\n  - {c: 2.5}\n")).unwrap();
        assert_eq!(root.get("a").unwrap().mark, Mark { line: 1, column: 4 });
        let c = root.mark_of(&["b".into(), "1".into(), "c".into()], None);
        assert_eq!(c, Mark { line: 4, column: 9 });
        assert_eq!(root.mark_of(&["b".into(), "1".into()], Some("c")), Mark { line: 4, column: 6 });
        assert_eq!(root.to_json(), serde_json::json!({"a": 1, "b": ["x", {"c": 2.5}]}));
    }

    #[test]
    fn only_true_and_false_are_truth_values() {
        let root = parse(&source("[no, yes, true, '1', 1e3, null]")).unwrap();
        assert_eq!(root.to_json(), serde_json::json!(["no", "yes", true, "1", 1000.0, null]));
    }

    #[test]
    fn a_key_twice_is_a_fault_with_a_place() {
        let fault = parse(&source("a: 1\na: 2\n")).unwrap_err();
        assert_eq!(fault.place, "a.yaml:2:1");
        assert_eq!(fault.message, "the key `a` stands twice in this mapping");
    }

    #[test]
    fn broken_yaml_is_a_fault_with_a_place() {
        let fault = parse(&source("a: [1, 2\nb: 3\n")).unwrap_err();
        assert!(fault.place.starts_with("a.yaml:2:"), "{}", fault.place);
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Inner {
        width: u32,
    }

    #[test]
    fn typed_faults_stand_at_their_value() {
        let text = "layers:\n  - width: 3\n  - width: wide\n";
        let root = parse(&source(text)).unwrap();
        let faults = root.get("layers").unwrap().typed::<Vec<Inner>>(&source(text)).unwrap_err();
        assert_eq!(faults[0].place, "a.yaml:3:12");
        let text = "widht: 3\n";
        let faults = parse(&source(text)).unwrap().typed::<Inner>(&source(text)).unwrap_err();
        assert_eq!((faults[0].place.as_str(), faults[0].message.as_str()), ("a.yaml:1:1", "unknown key `widht`"));
        assert!(faults[0].help.as_ref().unwrap().contains("did you mean `width`?"));
    }
}
