//! A list of column names, which studies may write as a single name.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

/// One column's name or a list of them; it is stored as the list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Columns(pub Vec<String>);

impl Columns {
    /// Whether a column is in the list.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|n| n == name)
    }

    /// The names that are not in any of the other lists.
    #[must_use]
    pub fn without(&self, others: &[&Self]) -> Vec<String> {
        self.0.iter().filter(|name| !others.iter().any(|list| list.contains(name))).cloned().collect()
    }
}

impl<'de> Deserialize<'de> for Columns {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ColumnsVisitor)
    }
}

struct ColumnsVisitor;

impl<'de> Visitor<'de> for ColumnsVisitor {
    type Value = Columns;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a column's name or a list of them")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Columns, E> {
        Ok(Columns(vec![name.to_owned()]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Columns, A::Error> {
        let mut names: Vec<String> = Vec::new();
        while let Some(name) = seq.next_element()? {
            if names.contains(&name) {
                return Err(de::Error::custom(format!("`{name}` stands twice: name each column once")));
            }
            names.push(name);
        }
        Ok(Columns(names))
    }
}

impl JsonSchema for Columns {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Columns".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A column's name or a list of them.",
            "anyOf": [
                {"type": "string", "format": "column"},
                {"type": "array", "items": {"type": "string", "format": "column"}}
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_and_a_list_of_one_are_the_same() {
        let read = |json: &str| serde_json::from_str::<Columns>(json);
        assert_eq!(read(r#""seed""#).unwrap(), read(r#"["seed"]"#).unwrap());
        assert_eq!(serde_json::to_string(&read(r#""seed""#).unwrap()).unwrap(), r#"["seed"]"#);
        assert!(read("3").is_err());
        assert!(read(r#"["n", "seed", "n"]"#).unwrap_err().to_string().contains("`n` stands twice"));
    }
}
