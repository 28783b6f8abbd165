//! How many records: a number or all.

use crate::step::too_large;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;

/// A number of records, at least 1, or `all` that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// All that there are.
    All,
    /// This many.
    Number(usize),
}

impl Serialize for Count {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::All => serializer.serialize_str("all"),
            Self::Number(number) => serializer.serialize_u64(*number as u64),
        }
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CountVisitor)
    }
}

struct CountVisitor;

impl Visitor<'_> for CountVisitor {
    type Value = Count;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number of at least 1, or `all`")
    }

    fn visit_u64<E: de::Error>(self, v: u64) -> Result<Count, E> {
        let number = usize::try_from(v).ok().filter(|&number| number > 0);
        number.map(Count::Number).ok_or_else(|| E::invalid_value(de::Unexpected::Unsigned(v), &self))
    }

    fn visit_i64<E: de::Error>(self, v: i64) -> Result<Count, E> {
        let number = u64::try_from(v).map_err(|_| E::invalid_value(de::Unexpected::Signed(v), &self))?;
        self.visit_u64(number)
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number within 2^53")]
    fn visit_f64<E: de::Error>(self, v: f64) -> Result<Count, E> {
        if v > 9_007_199_254_740_992.0 {
            return Err(E::custom(too_large(v)));
        }
        let whole = v.fract() == 0.0 && v >= 1.0;
        if whole { self.visit_u64(v as u64) } else { Err(E::invalid_value(de::Unexpected::Float(v), &self)) }
    }

    fn visit_str<E: de::Error>(self, v: &str) -> Result<Count, E> {
        if v == "all" { Ok(Count::All) } else { Err(E::invalid_value(de::Unexpected::Str(v), &self)) }
    }
}

impl JsonSchema for Count {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Count".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A number of records, or `all` that there are.",
            "anyOf": [{"type": "integer", "minimum": 1}, {"const": "all"}]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_all_survive_a_round_trip() {
        for (text, count) in [("\"all\"", Count::All), ("7", Count::Number(7))] {
            assert_eq!(serde_json::from_str::<Count>(text).unwrap(), count);
            assert_eq!(serde_json::to_string(&count).unwrap(), text);
        }
        let large = serde_json::from_str::<Count>("1e300").unwrap_err().to_string();
        assert!(large.starts_with("1e300 is too large"), "{large}");
        for text in ["0", "-1", "1.5", "\"some\"", "null"] {
            let error = serde_json::from_str::<Count>(text).unwrap_err().to_string();
            assert!(error.contains("expected a whole number of at least 1, or `all`"), "{error}");
        }
    }
}
