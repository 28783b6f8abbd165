//! Columns that a study declares of tables from outside, so that claims and figures are checked before anything runs.

use crate::step::prelude::*;
use crate::step::{Column, ColumnRole, Content, Direction, interned};
use schemars::{Schema, SchemaGenerator, json_schema};
use serde::de::{MapAccess, Visitor};
use serde::{Deserializer, Serializer};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// A mapping in the order in which it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ordered<T>(pub Vec<(String, T)>);

impl<T> Default for Ordered<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Ordered<T> {
    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// All names, in order.
    pub fn names(&self) -> Vec<&str> {
        self.0.iter().map(|(name, _)| name.as_str()).collect()
    }
}

impl<T: Serialize> Serialize for Ordered<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Ordered<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
            type Value = Ordered<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a mapping from names")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Ordered<T>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Ordered(entries))
            }
        }
        deserializer.deserialize_map(Entries(PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for Ordered<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("Mapping_of_{}", T::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let inner = generator.subschema_for::<T>();
        json_schema!({"type": "object", "additionalProperties": inner})
    }
}

/// What a column says of a row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RoleOfColumn {
    /// Where the row stands: it tells rows of one step apart.
    Key,
    /// What was measured there.
    #[default]
    Estimate,
    /// How uncertain an estimate is: a standard error, a width.
    Spread,
    /// How many of something were counted.
    Count,
}

/// What the cells of a column hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Cells {
    /// Numbers.
    #[default]
    Numbers,
    /// Texts.
    Texts,
    /// Truth values.
    Truths,
}

/// Which way a column is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Better {
    /// Less is better, as of an error.
    Less,
    /// More is better, as of a hit rate.
    More,
}

/// A column of a table, as a study declares it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ColumnSpec {
    /// What it says of a row.
    pub role: RoleOfColumn,
    /// What its cells hold.
    pub holds: Cells,
    /// Unit of its numbers, `share` of fractions of 1; empty of pure numbers.
    pub unit: String,
    /// Which way it is better, where one way is.
    pub better: Option<Better>,
}

/// The columns of a table, in order.
pub type Columns = Ordered<ColumnSpec>;

/// The header that declared columns make.
pub(super) fn header(columns: &Columns) -> Header {
    let column = |(name, spec): &(String, ColumnSpec)| Column {
        role: match spec.role {
            RoleOfColumn::Key => ColumnRole::Key,
            RoleOfColumn::Estimate => ColumnRole::Estimate,
            RoleOfColumn::Spread => ColumnRole::Spread,
            RoleOfColumn::Count => ColumnRole::Count,
        },
        content: match spec.holds {
            Cells::Numbers => Content::Numbers,
            Cells::Texts => Content::Texts,
            Cells::Truths => Content::Truths,
        },
        unit: interned(&spec.unit),
        better: spec.better.map(|better| match better {
            Better::Less => Direction::Less,
            Better::More => Direction::More,
        }),
        ..Column::new(name)
    };
    Header(columns.0.iter().map(column).collect())
}

/// The table with its columns in the declared order.
///
/// # Errors
/// Where it lacks a declared column, has others, or a column holds something else; `what` names the table.
pub(super) fn checked(table: Table, columns: &Columns, what: &str) -> Result<Table, StepError> {
    let wrong = |message: String| Err(StepError::Outside(format!("{what}: {message}")));
    let (found, wanted) = (table.names(), columns.names());
    let expected = || format!("expected {}, found {}", wanted.join(", "), found.join(", "));
    if let Some(missing) = wanted.iter().find(|name| !table.has(name)) {
        return wrong(format!("the column `{missing}` is missing; {}", expected()));
    }
    if let Some(more) = found.iter().find(|name| !wanted.contains(&name.as_str())) {
        return wrong(format!("the column `{more}` is not among those declared; {}", expected()));
    }
    let mut kept = Vec::new();
    for (name, spec) in &columns.0 {
        let cells = table.column(name)?;
        if let Some((row, cell)) = cells.iter().enumerate().find(|(_, cell)| !fits(cell, spec.holds)) {
            let holds = format!("{:?}", spec.holds).to_lowercase();
            return wrong(format!("the column `{name}` was declared to hold {holds}, and row {row} is `{cell}`"));
        }
        kept.push((name.clone(), cells));
    }
    Ok(Table::new(kept)?)
}

const fn fits(cell: &Cell, holds: Cells) -> bool {
    match cell {
        Cell::Null => true,
        Cell::Bool(_) => matches!(holds, Cells::Truths),
        Cell::Int(_) | Cell::Float(_) => matches!(holds, Cells::Numbers),
        Cell::Text(_) => matches!(holds, Cells::Texts),
    }
}
