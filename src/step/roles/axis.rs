//! Which column an axis shows, and what is written beside it.

use crate::artifact::{Table, TableError, column_title};
use crate::step::error::Problem;
use crate::step::params::defaults;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

/// A column to show: its name alone, or `{column, label, unit, scale}`. It is stored in the long form.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Axis(pub AxisForm);

/// The long form of an axis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AxisForm {
    /// The column shown.
    #[schemars(extend("format" = "column"))]
    pub column: String,
    /// What is written beside the axis, without the unit; empty for a label made from the column's name.
    #[serde(default)]
    pub label: String,
    /// Unit of the numbers shown, e.g. `%`; empty for numbers without one.
    #[serde(default)]
    pub unit: String,
    /// Factor from the column's numbers to the numbers shown, e.g. 100 for percent.
    #[serde(default = "defaults::decimal::<1, 0>")]
    #[schemars(range(min = -1e15, max = 1e15))]
    pub scale: f64,
    /// Whether the column holds logarithms to base 10: shown are the numbers that they are of, e.g. on a logarithmic axis.
    #[serde(default, skip_serializing_if = "is_false")]
    pub log10: bool,
    /// Least number that the column's quantity can be, in its own unit: no band is drawn below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = -1e15, max = 1e15))]
    pub at_least: Option<f64>,
    /// Greatest number that the column's quantity can be: no band is drawn above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = -1e15, max = 1e15))]
    pub at_most: Option<f64>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "what serde calls")]
const fn is_false(value: &bool) -> bool {
    !*value
}

impl Axis {
    /// The axis of a column with the default label.
    #[must_use]
    pub fn of(column: &str) -> Self {
        let column = column.to_owned();
        let (label, unit) = (String::new(), String::new());
        Self(AxisForm { column, label, unit, scale: 1.0, log10: false, at_least: None, at_most: None })
    }

    /// What is wrong with the factor or the ends of the quantity, if anything; `at` is the parameter's name.
    #[must_use]
    pub fn problem(&self, at: &str) -> Option<Problem> {
        let crossed = self.0.at_least.zip(self.0.at_most).filter(|(least, most)| least >= most);
        let crossed = crossed.map(|(least, most)| {
            Problem::at(at, format!("the quantity is at least {least} and at most {most}: nothing lies between"))
        });
        crossed.or_else(|| (self.0.scale == 0.0).then(|| Problem::at(at, "a scale of 0 shows nothing")))
    }

    /// The number that is shown for one of the column.
    #[must_use]
    pub fn number(&self, value: f64) -> f64 {
        self.0.scale * if self.0.log10 { libm::exp10(value) } else { value }
    }

    /// The column's name.
    #[must_use]
    pub fn column(&self) -> &str {
        &self.0.column
    }

    /// The label without the unit.
    #[must_use]
    pub fn name(&self) -> String {
        if self.0.label.is_empty() { column_title(&self.0.column) } else { self.0.label.clone() }
    }

    /// The label as it stands beside the axis.
    #[must_use]
    pub fn label(&self) -> String {
        if self.0.unit.is_empty() { self.name() } else { format!("{} ({})", self.name(), self.0.unit) }
    }

    /// The label inside a sentence: a leading capital becomes small, unless the word is an abbreviation.
    #[must_use]
    pub fn in_words(&self) -> String {
        let label = self.label();
        let mut letters = label.chars();
        match (letters.next(), letters.next()) {
            (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
                first.to_lowercase().chain(label.chars().skip(1)).collect()
            }
            _ => label,
        }
    }

    /// The numbers shown, one a row; nothing where there is none or where it is not finite.
    ///
    /// # Errors
    /// Where the column is missing.
    pub fn numbers(&self, table: &Table) -> Result<Vec<Option<f64>>, TableError> {
        self.scaled(table, self.column())
    }

    /// Both ends of the interval around each number shown, within what the quantity can be; nothing where the column has
    /// no interval.
    ///
    /// # Errors
    /// Where a column of its ends is missing.
    pub fn interval(&self, table: &Table, ends: Option<(&str, &str)>) -> Result<Vec<Option<(f64, f64)>>, TableError> {
        let Some((low, high)) = ends else { return Ok(vec![None; table.height()]) };
        let (lows, highs) = (self.scaled(table, low)?, self.scaled(table, high)?);
        let ends = [self.0.at_least.unwrap_or(f64::NEG_INFINITY), self.0.at_most.unwrap_or(f64::INFINITY)];
        let (least, most) = (self.number(ends[0]), self.number(ends[1]));
        let within = |v: f64| v.max(least.min(most)).min(most.max(least));
        Ok(lows.into_iter().zip(highs).map(|(low, high)| low.map(within).zip(high.map(within))).collect())
    }

    fn scaled(&self, table: &Table, column: &str) -> Result<Vec<Option<f64>>, TableError> {
        let shown = |v: Option<f64>| v.map(|v| self.number(v)).filter(|v| v.is_finite());
        Ok(table.numbers(column)?.into_iter().map(shown).collect())
    }
}

impl<'de> Deserialize<'de> for Axis {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AxisVisitor)
    }
}

struct AxisVisitor;

impl<'de> Visitor<'de> for AxisVisitor {
    type Value = Axis;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a column's name, or {column, label, unit, scale}")
    }

    fn visit_str<E: de::Error>(self, column: &str) -> Result<Axis, E> {
        Ok(Axis::of(column))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Axis, A::Error> {
        AxisForm::deserialize(MapAccessDeserializer::new(map)).map(Axis)
    }
}

impl JsonSchema for Axis {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Axis".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let form = generator.subschema_for::<AxisForm>();
        json_schema!({
            "description": "A column to show: its name alone, or {column, label, unit, scale}.",
            "anyOf": [{"type": "string", "format": "column"}, form]
        })
    }
}
