//! How a table of a study asks for an operation, and what the operation is told of its rows.

use crate::step::columns::Columns;
use crate::step::error::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Parameters that table operations share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TableHead {
    /// The column that names the contenders; in a study's tables the column of the labels.
    #[serde(default = "model")]
    #[schemars(extend("format" = "column"))]
    pub by: String,
    /// All axes of the table, the model's included; the study layer fills this in.
    #[serde(default)]
    pub keys: Columns,
    /// The axes that the table's summary averages away; the study layer knows them from its clauses.
    #[serde(default)]
    pub averaged: Columns,
}

fn model() -> String {
    "model".to_owned()
}

impl TableHead {
    /// Names in a list that are no axes of the table, as faults of a parameter.
    #[must_use]
    pub fn no_axes(&self, parameter: &str, list: &Columns) -> Vec<Problem> {
        let message = |name| format!("`{name}` is no axis of the table; its axes are {}", self.keys.0.join(", "));
        let unknown = list.0.iter().filter(|name| !self.keys.contains(name));
        unknown.map(|name| Problem::at(parameter, message(name))).collect()
    }
}

/// How a table of a study asks for an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clause {
    /// The key that asks for it.
    pub name: &'static str,
    /// What may stand under it, for messages.
    pub example: &'static str,
    /// How its parameters stand there.
    pub form: Form,
    /// What becomes of the rows.
    pub makes: Makes,
}

/// How the parameters of a clause stand in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// In a mapping under the clause's key.
    Mapping,
    /// Among the keys of the table itself: the clause's key, and those that say how.
    Beside {
        /// Those that say how.
        how: &'static [&'static str],
        /// What they mean without the clause's key.
        alone: &'static str,
    },
    /// The name of published numbers under the clause's key, which is the parameter too.
    Numbers,
}

/// What becomes of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Makes {
    /// They are rows still, which claims may test.
    Rows,
    /// A summary beside the rows.
    Summary,
    /// A summary in place of the rows, which are too many to be shown.
    Instead {
        /// Why no other summary goes with it.
        why: &'static str,
        /// What to write.
        help: &'static str,
    },
    /// A comparison of the summary with published numbers, beside it.
    Comparison,
}

/// What is known of a table before it is made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct After {
    /// The columns that tell its rows apart and were there before.
    pub keys: Vec<String>,
    /// Further columns that tell them apart, which are results: the edges of a histogram.
    pub made: Vec<String>,
    /// The columns that were keys and are gone.
    pub gone: Vec<String>,
    /// A column that has but one value left, and that value.
    pub only: Option<(String, String)>,
}

impl After {
    /// Without some keys, whose columns are gone.
    #[must_use]
    pub fn without(head: &TableHead, gone: &Columns) -> Self {
        Self { keys: head.keys.without(&[gone]), gone: gone.0.clone(), ..Self::default() }
    }
}
