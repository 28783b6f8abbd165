//! Real numbers in JSON that come back as they were.
//!
//! `serde_json` may miss the last bit of a number that it reads; a result would then depend on whether a step took its
//! input from memory or from disk. So numbers are written as texts, and the standard library, which is exact, reads them.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A number written as the shortest text that reads as it.
struct Exact(f64);

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:?}", self.0))
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(|e| de::Error::custom(format!("`{text}` is no number: {e}")))
    }
}

/// For `#[serde(with = ...)]` on a list.
pub(super) mod list {
    use super::{Deserialize, Deserializer, Exact, Serialize, Serializer};

    /// Writes the list.
    pub fn serialize<S: Serializer>(values: &[f64], serializer: S) -> Result<S::Ok, S::Error> {
        values.iter().map(|&value| Exact(value)).collect::<Vec<_>>().serialize(serializer)
    }

    /// Reads the list.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
        Ok(Vec::<Exact>::deserialize(deserializer)?.into_iter().map(|exact| exact.0).collect())
    }
}

/// For `#[serde(with = ...)]` on a number that may be absent.
pub(super) mod optional {
    use super::{Deserialize, Deserializer, Exact, Serialize, Serializer};

    /// Writes the number, or nothing.
    #[expect(clippy::ref_option, reason = "serde gives the field by reference")]
    pub fn serialize<S: Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
        value.map(Exact).serialize(serializer)
    }

    /// Reads the number, or nothing.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
        Ok(Option::<Exact>::deserialize(deserializer)?.map(|exact| exact.0))
    }
}
