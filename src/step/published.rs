//! A paper's numbers as parameters: what figures draw and tables compare with.

use super::row::Row;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A paper's numbers, in the study's columns and units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// Where they are from: paper, figure, how read and how accurately.
    pub source: String,
    /// The rows.
    pub rows: Vec<Row>,
}
