//! `where`: which rows of a table a claim or a figure speaks of.

use crate::artifact::{Cell, Table, TableError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// Conditions on columns, all of which a row must meet; none at all lets every row pass.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Filter(pub BTreeMap<String, Condition>);

/// A value, a list of values of which one must be met, or `{at_least, at_most}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a value, a list of values, or {at_least, at_most}")]
pub enum Condition {
    // the list comes before the range, which serde would read from a list of two as well
    /// Any one of these values.
    OneOf(Vec<Cell>),
    /// This value.
    Value(Cell),
    /// A closed range of numbers.
    Range(Range),
}

/// A closed range of numbers; an end that is left out is open.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// Smallest number that passes, in the column's unit.
    #[serde(default)]
    #[schemars(range(min = -1e15, max = 1e15))]
    pub at_least: Option<f64>,
    /// Largest number that passes, in the column's unit.
    #[serde(default)]
    #[schemars(range(min = -1e15, max = 1e15))]
    pub at_most: Option<f64>,
}

impl Condition {
    fn passes(&self, cell: &Cell) -> bool {
        match self {
            Self::OneOf(values) => values.iter().any(|v| v.total_cmp(cell).is_eq()),
            Self::Value(value) => value.total_cmp(cell).is_eq(),
            Self::Range(range) => cell
                .as_f64()
                .is_some_and(|v| range.at_least.is_none_or(|low| v >= low) && range.at_most.is_none_or(|high| v <= high)),
        }
    }
}

impl Filter {
    /// Numbers of the rows that pass, in order.
    ///
    /// # Errors
    /// Where a column is missing.
    pub fn rows(&self, table: &Table) -> Result<Vec<usize>, TableError> {
        let mut rows: Vec<usize> = (0..table.height()).collect();
        for (column, condition) in &self.0 {
            let cells = table.column(column)?;
            rows.retain(|&row| condition.passes(&cells[row]));
        }
        Ok(rows)
    }

    /// The rows that pass.
    ///
    /// # Errors
    /// As [`Filter::rows`].
    pub fn apply(&self, table: &Table) -> Result<Table, TableError> {
        Ok(table.take(&self.rows(table)?))
    }
}

impl fmt::Display for Filter {
    /// The conditions in words, for messages and captions; nothing where there are none.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (column, condition)) in self.0.iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            write!(f, "{comma}{column} {condition}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OneOf(values) => {
                let words: Vec<String> = values.iter().map(ToString::to_string).collect();
                write!(f, "one of {}", words.join(", "))
            }
            Self::Value(Cell::Null) => f.write_str("missing"),
            Self::Value(value) => write!(f, "= {value}"),
            Self::Range(Range { at_least: Some(low), at_most: Some(high) }) => write!(f, "from {low} to {high}"),
            Self::Range(Range { at_least: Some(low), at_most: None }) => write!(f, "≥ {low}"),
            Self::Range(Range { at_least: None, at_most: Some(high) }) => write!(f, "≤ {high}"),
            Self::Range(_) => f.write_str("any number"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passing(json: &str) -> Vec<usize> {
        let rows = [("LoFi", Some(100)), ("LoFi", Some(1000)), ("Ridge", Some(1000)), ("Ridge", None)];
        let rows = rows.map(|(model, n)| vec![model.into(), n.map_or(Cell::Null, Cell::Int)]);
        let table = Table::from_rows(&["model", "n"], &rows).unwrap();
        serde_json::from_str::<Filter>(json).unwrap().rows(&table).unwrap()
    }

    #[test]
    fn every_form_selects_its_rows() {
        assert_eq!(passing("{}"), [0, 1, 2, 3]);
        assert_eq!(passing(r#"{"model": "LoFi"}"#), [0, 1]);
        assert_eq!(passing(r#"{"n": 1000.0, "model": "Ridge"}"#), [2]);
        assert_eq!(passing(r#"{"n": [100, 1000]}"#), [0, 1, 2]);
        assert_eq!(passing(r#"{"n": {"at_least": 500}}"#), [1, 2]);
        assert_eq!(passing(r#"{"n": {"at_most": 100}}"#), [0]);
        assert_eq!(passing(r#"{"n": null}"#), [3]);
    }

    #[test]
    fn faults_say_what_was_expected() {
        let unknown = serde_json::from_str::<Filter>(r#"{"n": {"atleast": 1}}"#).unwrap_err();
        assert!(unknown.to_string().contains("{at_least, at_most}"), "{unknown}");
        let table = Table::from_rows(&["a"], &[]).unwrap();
        let filter: Filter = serde_json::from_str(r#"{"b": 1}"#).unwrap();
        assert!(matches!(filter.rows(&table), Err(TableError::NoColumn { .. })));
    }

    #[test]
    fn it_reads_as_words() {
        let filter: Filter = serde_json::from_str(r#"{"model": "LoFi", "n": {"at_least": 500}}"#).unwrap();
        assert_eq!(filter.to_string(), "model = LoFi, n ≥ 500");
    }
}
