//! A map from columns to values whose order is kept, as parameters write rows.

use crate::artifact::Cell;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};

/// One row: `{model: LoFi, n_train: 500, seed: 0}`. The order of the columns is the order written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Row(pub Vec<(String, Cell)>);

impl Row {
    /// The value in a column.
    #[must_use]
    pub fn get(&self, column: &str) -> Option<&Cell> {
        self.0.iter().find(|(name, _)| name == column).map(|(_, value)| value)
    }
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        self.0.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RowVisitor)
    }
}

struct RowVisitor;

impl<'de> Visitor<'de> for RowVisitor {
    type Value = Row;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a map from columns to single values")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Row, A::Error> {
        let mut row = Row::default();
        while let Some(name) = map.next_key::<String>()? {
            if row.get(&name).is_some() {
                return Err(de::Error::custom(format!("column `{name}` stands twice")));
            }
            let value = map.next_value()?;
            row.0.push((name, value));
        }
        Ok(row)
    }
}

impl JsonSchema for Row {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Row".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let cell = generator.subschema_for::<Cell>();
        json_schema!({
            "description": "A map from columns to single values; the order is kept.",
            "type": "object",
            "additionalProperties": cell
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_types_survive_a_round_trip() {
        let json = r#"{"model":"LoFi","n":500,"a":0.5,"k1":null}"#;
        let row: Row = serde_json::from_str(json).unwrap();
        assert_eq!(row.0[0], ("model".into(), Cell::from("LoFi")));
        assert_eq!(row.get("n"), Some(&Cell::Int(500)));
        assert_eq!(row.get("k1"), Some(&Cell::Null));
        assert_eq!(serde_json::to_string(&row).unwrap(), json);
    }

    #[test]
    fn nested_values_and_repeated_columns_are_refused() {
        assert!(serde_json::from_str::<Row>(r#"{"a": [1]}"#).is_err());
        let twice = serde_json::from_str::<Row>(r#"{"a": 1, "a": 2}"#).unwrap_err();
        assert!(twice.to_string().contains("`a` stands twice"), "{twice}");
    }
}
