//! `filter`: the rows that meet some conditions.

use crate::step::Filter;
use crate::step::prelude::*;
use crate::step::roles::{Clause, Form, Makes, TableHead, TableOp, Words};

/// The rows that meet some conditions.
pub struct FilterRows;

/// Parameters of [`FilterRows`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Conditions by column, all of which a kept row meets.
    #[serde(rename = "where")]
    pub conditions: Filter,
}

impl TableOp for FilterRows {
    type Params = Params;
    const NAME: &'static str = "filter";
    const ABOUT: Words = Words {
        summary: "The rows that meet some conditions.",
        details: "A condition is a value, a list of values of which one must be met, or bounds of a number. Order is kept.",
        cites: &[],
    };
    const CLAUSE: Clause = Clause {
        name: "where",
        example: "{n_train: 500}",
        form: Form::Beside { how: &[], alone: "" },
        makes: Makes::Rows,
    };
    const TAKES: &'static [&'static str] = &[];

    fn apply(params: &Params, _: &TableHead, table: &Table, _: &Context<'_>) -> Result<Table, StepError> {
        Ok(params.conditions.apply(table)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::rows::{run, table};
    use crate::step::Value;
    use crate::step::roles::Operation;
    use serde_json::json;

    #[test]
    fn rows_that_meet_all_conditions_stay() {
        let rows = table(&["m", "n"], &[json!(["a", 1]), json!(["b", 2]), json!(["b", 3])]);
        let params = json!({"where": {"m": "b", "n": {"at_least": 3}}});
        assert_eq!(
            run(&Operation(FilterRows), &params, &[rows]).unwrap(),
            Value::Table(table(&["m", "n"], &[json!(["b", 3])]))
        );
    }
}
