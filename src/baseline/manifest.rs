//! What the tables of a baseline are results of, and how to read them.

use super::sheet::ColumnType;
use crate::study::Tolerance;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::collections::BTreeMap;

/// Version of the folder's layout.
pub(super) const FORMAT: u32 = 2;

/// How a claim ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimLine {
    /// held, contradicted, negligible, undecided or not at this scale.
    pub outcome: String,
    /// What it says.
    pub says: String,
    /// The numbers that decided.
    pub because: String,
    /// The look at which it stopped: the most samples of any of its conditions. Manifests of earlier versions do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples: Option<u64>,
}

/// What a table's columns are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Columns {
    /// Those that tell rows apart: the axes of the sweep and the `keys` of the table.
    pub keys: Vec<String>,
    /// Their types in order, written as words in a row.
    #[serde(serialize_with = "as_words", deserialize_with = "from_words")]
    pub types: Vec<ColumnType>,
    /// The columns of whose intervals columns are the ends. New results know it from their study; it is not written.
    #[serde(skip)]
    pub ends_of: BTreeMap<String, String>,
}

/// What the tables are results of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Layout version.
    pub format: u32,
    /// The study.
    pub study: String,
    /// The profile.
    pub profile: String,
    /// The data card; empty where the study reads none.
    pub card: String,
    /// The task.
    pub task: String,
    /// Digest of the data.
    pub data_digest: String,
    /// Code fingerprint of every kind used.
    pub code: BTreeMap<String, String>,
    /// Tolerances of the study, as they were.
    pub tolerances: BTreeMap<String, Tolerance>,
    /// How the claims ended.
    pub claims: BTreeMap<String, ClaimLine>,
    /// Tables, each in `<name>.csv`.
    pub tables: Vec<String>,
    /// What the columns of each table are.
    pub columns: BTreeMap<String, Columns>,
}

fn as_words<S: Serializer>(types: &[ColumnType], serializer: S) -> Result<S::Ok, S::Error> {
    let words: Vec<&str> = types.iter().map(|kind| kind.word()).collect();
    serializer.serialize_str(&words.join(" "))
}

fn from_words<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ColumnType>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let kind = |word: &str| {
        ColumnType::named(word).ok_or_else(|| de::Error::custom(format!("`{word}` is no type of a column")))
    };
    text.split_whitespace().map(kind).collect()
}
