//! Which rows of a table, or cells of a sweep, are meant: the `where` and `exclude` of studies.

use crate::artifact::{Cell, Table, TableError};
use schemars::JsonSchema;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// What a value must be: one of some values, or within bounds.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Condition {
    /// This value.
    Is(Cell),
    /// One of these values.
    OneOf(Vec<Cell>),
    /// A number within these bounds.
    Within(Range),
}

/// Range of a number; all that are given must hold.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// Value ≥ this.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "exact")]
    #[schemars(range(min = -1e15, max = 1e15))]
    pub at_least: Option<f64>,
    /// Value ≤ this.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "exact")]
    #[schemars(range(min = -1e15, max = 1e15))]
    pub at_most: Option<f64>,
    /// Value > this.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "exact")]
    #[schemars(range(min = -1e15, max = 1e15))]
    pub more_than: Option<f64>,
    /// Value < this.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "exact")]
    #[schemars(range(min = -1e15, max = 1e15))]
    pub less_than: Option<f64>,
}

/// A bound, which is a real number: a whole number that would be rounded is refused.
fn exact<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    let Some(cell) = Option::<Cell>::deserialize(deserializer)? else { return Ok(None) };
    match cell.as_f64() {
        Some(bound) if Cell::Float(bound).total_cmp(&cell).is_eq() => Ok(Some(bound)),
        Some(_) => Err(de::Error::custom(format!("{cell} is too large for a bound: it would be rounded"))),
        None => Err(de::Error::custom(format!("a bound is a number, found `{cell}`"))),
    }
}

impl Condition {
    /// Whether a value is meant.
    #[must_use]
    pub fn accepts(&self, value: &Cell) -> bool {
        match self {
            Self::Is(cell) => cell.means(value),
            Self::OneOf(cells) => cells.iter().any(|cell| cell.means(value)),
            Self::Within(bounds) => value.as_f64().is_some() && bounds.contain(value),
        }
    }
}

impl Range {
    /// Whether no number at all is within the bounds.
    fn is_empty(&self) -> bool {
        let above = |low: Option<f64>, high: Option<f64>| low.zip(high).is_some_and(|(low, high)| low > high);
        let at_or_above = |low: Option<f64>, high: Option<f64>| low.zip(high).is_some_and(|(low, high)| low >= high);
        above(self.at_least, self.at_most)
            || at_or_above(self.at_least, self.less_than)
            || at_or_above(self.more_than, self.at_most)
            || at_or_above(self.more_than, self.less_than)
    }

    fn contain(&self, value: &Cell) -> bool {
        let to = |bound: f64| value.total_cmp(&Cell::Float(bound));
        self.at_least.is_none_or(|b| to(b).is_ge())
            && self.at_most.is_none_or(|b| to(b).is_le())
            && self.more_than.is_none_or(|b| to(b).is_gt())
            && self.less_than.is_none_or(|b| to(b).is_lt())
    }
}

/// Conditions by column; a row is meant if it meets all of them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("propertyNames" = {"format": "column"}))]
pub struct Filter(pub BTreeMap<String, Condition>);

impl Filter {
    /// Numbers of the rows that are meant, in order.
    ///
    /// # Errors
    /// Where a column is missing.
    pub fn rows(&self, table: &Table) -> Result<Vec<usize>, TableError> {
        let mut keep: Vec<usize> = (0..table.height()).collect();
        for (name, condition) in &self.0 {
            let column = table.column(name)?;
            keep.retain(|&row| condition.accepts(&column[row]));
        }
        Ok(keep)
    }

    /// The rows of a table that are meant.
    ///
    /// # Errors
    /// Where a column is missing.
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
            Self::Is(Cell::Null) => f.write_str("missing"),
            Self::Is(value) => write!(f, "= {value}"),
            Self::Within(range) => write!(f, "{range}"),
        }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ends = [("≥", self.at_least), (">", self.more_than), ("≤", self.at_most), ("<", self.less_than)];
        let words: Vec<String> = ends.iter().filter_map(|(sign, end)| end.map(|v| format!("{sign} {v}"))).collect();
        f.write_str(if words.is_empty() { "any number" } else { "" })?;
        f.write_str(&words.join(" and "))
    }
}

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ConditionVisitor)
    }
}

struct ConditionVisitor;

impl<'de> Visitor<'de> for ConditionVisitor {
    type Value = Condition;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value, a list of values, or bounds such as {at_least: 1000}")
    }

    fn visit_bool<E: de::Error>(self, v: bool) -> Result<Condition, E> {
        Ok(Condition::Is(v.into()))
    }

    fn visit_i64<E: de::Error>(self, v: i64) -> Result<Condition, E> {
        Ok(Condition::Is(v.into()))
    }

    fn visit_u64<E: de::Error>(self, v: u64) -> Result<Condition, E> {
        i64::try_from(v).map(|v| Condition::Is(v.into())).map_err(|_| E::custom(format!("{v} is too large")))
    }

    fn visit_f64<E: de::Error>(self, v: f64) -> Result<Condition, E> {
        Ok(Condition::Is(v.into()))
    }

    fn visit_str<E: de::Error>(self, v: &str) -> Result<Condition, E> {
        Ok(Condition::Is(v.into()))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Condition, E> {
        Ok(Condition::Is(Cell::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Condition, A::Error> {
        let mut cells = Vec::new();
        while let Some(cell) = seq.next_element()? {
            cells.push(cell);
        }
        if cells.is_empty() {
            return Err(de::Error::custom("an empty list of values: no row could ever have one of them"));
        }
        Ok(Condition::OneOf(cells))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Condition, A::Error> {
        let range = Range::deserialize(de::value::MapAccessDeserializer::new(map))?;
        if range.is_empty() {
            return Err(de::Error::custom(format!("no number is {range}: the bounds have crossed")));
        }
        Ok(Condition::Within(range))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(json: &str) -> Condition {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn every_form_accepts_what_it_says() {
        assert!(condition("3").accepts(&Cell::Float(3.0)));
        assert!(!condition("\"3\"").accepts(&Cell::Int(3)));
        assert!(condition("[1, 2]").accepts(&Cell::Int(2)));
        assert!(condition(r#"{"at_least": 2, "less_than": 4}"#).accepts(&Cell::Int(2)));
        assert!(!condition(r#"{"at_least": 2, "less_than": 4}"#).accepts(&Cell::Int(4)));
        assert!(!condition(r#"{"at_least": 2}"#).accepts(&Cell::Null));
        assert!(condition("null").accepts(&Cell::Null));
        assert!(condition("10").accepts(&"10".into()) && condition("[9, 10]").accepts(&"10".into()));
        assert!(condition("-0.0").accepts(&Cell::Int(0)));
    }

    #[test]
    fn large_whole_numbers_are_not_rounded() {
        let large = 9_007_199_254_740_993; // 2^53 + 1
        assert!(condition("9007199254740993").accepts(&Cell::Int(large)));
        assert!(!condition("9007199254740992").accepts(&Cell::Int(large)));
        assert!(condition(r#"{"more_than": 9007199254740992}"#).accepts(&Cell::Int(large)));
        let error = serde_json::from_str::<Condition>(r#"{"more_than": 9007199254740993}"#).unwrap_err();
        assert!(error.to_string().contains("too large for a bound"), "{error}");
    }

    #[test]
    fn it_reads_as_words() {
        let filter: Filter = serde_json::from_str(r#"{"model": "LoFi", "n": {"at_least": 500}}"#).unwrap();
        assert_eq!(filter.to_string(), "model = LoFi, n ≥ 500");
    }

    #[test]
    fn what_nothing_can_meet_is_refused() {
        for (json, part) in [
            ("[]", "an empty list"),
            (r#"{"at_least": 3, "at_most": 2}"#, "no number is ≥ 3 and ≤ 2"),
            (r#"{"at_least": 3, "less_than": 3}"#, "crossed"),
            (r#"{"more_than": 3, "at_most": 3}"#, "crossed"),
            (r#"{"more_than": 3, "less_than": 3}"#, "crossed"),
        ] {
            let error = serde_json::from_str::<Condition>(json).unwrap_err().to_string();
            assert!(error.contains(part), "{json}: {error}");
        }
        assert!(condition(r#"{"at_least": 3, "at_most": 3}"#).accepts(&Cell::Int(3)));
    }

    #[test]
    fn unknown_bounds_are_refused() {
        let error = serde_json::from_str::<Condition>(r#"{"above": 1}"#).unwrap_err();
        assert!(error.to_string().contains("unknown field `above`"));
    }
}
