//! Parameters of `image-grid`, beyond those that all figures share.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a study says of a `image-grid`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Which pictures share a range of values, so that they can be compared: those of a `picture`, a `row`, a `column` or
    /// `all`.
    #[serde(default)]
    pub range: RangeOf,
    /// Whether the rows of the pictures stand across and their columns downwards: for many rows and few columns.
    #[serde(default)]
    pub transpose: bool,
    /// Whether each picture of a row gets the sign in which it resembles the one before it: the sign of an eigenvector
    /// means nothing.
    #[serde(default)]
    pub align_signs: bool,
    /// What the numbers are, beside the colour bar; empty for none.
    #[serde(default)]
    pub label: String,
    /// Width of a picture, pixels of the figure; 0 lets them fill it, up to 120.
    #[serde(default)]
    #[schemars(range(max = 600))]
    pub size: u32,
}

/// Pictures with one range of values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RangeOf {
    /// Each picture has its own.
    #[default]
    Picture,
    /// Those of a row.
    Row,
    /// Those of a column.
    Column,
    /// All.
    All,
}
