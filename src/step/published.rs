//! A paper's numbers as parameters: what figures draw and tables compare with.

use super::columns::Columns;
use super::filter::Condition;
use super::row::Row;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A paper's numbers, in the study's columns and units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// Where they are from: paper, figure, how read and how accurately.
    pub source: String,
    /// The rows.
    pub rows: Vec<Row>,
}

/// A paper's numbers with what a comparison has to know of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Compared {
    /// Where they are from: paper, figure, how read and how accurately.
    pub source: String,
    /// The rows.
    pub rows: Vec<Row>,
    /// Over how many runs of the paper each number is a mean.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub runs: usize,
    /// Column → greatest error of reading its numbers off a figure, in our unit; 0 for numbers in print.
    #[serde(default)]
    #[schemars(extend("additionalProperties" = {"type": "number", "minimum": 0, "maximum": 1e15}))]
    pub digitising: BTreeMap<String, f64>,
    /// Columns that tell the paper's rows apart and ours lack; rows that differ in them alone have the same number of ours
    /// beside them.
    #[serde(default)]
    pub apart: Vec<String>,
    /// Why numbers that have none of ours beside them are not here; the first that fits counts.
    #[serde(default)]
    pub elsewhere: Vec<Elsewhere>,
}

impl Compared {
    /// Why a number of the paper's has none of ours beside it, where the study says so.
    #[must_use]
    pub fn reason(&self, row: &Row, column: &str) -> Option<&Elsewhere> {
        self.elsewhere.iter().find(|entry| entry.fits(row, column))
    }

    /// Why a number of the paper's is left alone whatever ours are: a reason that goes by what tells the paper's rows apart.
    #[must_use]
    pub fn left_alone(&self, row: &Row, column: &str) -> Option<&Elsewhere> {
        let own = |entry: &&Elsewhere| entry.filter.keys().any(|name| self.apart.contains(name));
        self.elsewhere.iter().filter(own).find(|entry| entry.fits(row, column))
    }
}

const fn one() -> usize {
    1
}

/// Why some published numbers have none of ours beside them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Elsewhere {
    /// Which rows are meant, in our columns; all of them as it stands.
    #[serde(default, rename = "where")]
    pub filter: BTreeMap<String, Condition>,
    /// Which of their columns; all of them as it stands.
    #[serde(default)]
    pub columns: Columns,
    /// What kind of reason it is.
    pub reason: Reason,
    /// The reason in words, for readers of the page.
    pub because: String,
}

impl Elsewhere {
    /// Whether it is said of a column of a row.
    #[must_use]
    pub fn fits(&self, row: &Row, column: &str) -> bool {
        let value = |name: &String| row.get(name).unwrap_or(&crate::artifact::Cell::Null);
        (self.columns.0.is_empty() || self.columns.contains(column))
            && self.filter.iter().all(|(name, condition)| condition.accepts(value(name)))
    }
}

/// What keeps a published number from being compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// More samples, width or seeds than this profile pays for.
    Scale,
    /// Data that are not here.
    Data,
    /// The study's setting differs from the paper's, or does not tell such a number.
    Setting,
}

impl Reason {
    /// All of them, in the order in which they are counted.
    pub const ALL: [Self; 3] = [Self::Scale, Self::Data, Self::Setting];

    /// As studies write it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Scale => "scale",
            Self::Data => "data",
            Self::Setting => "setting",
        }
    }
}
