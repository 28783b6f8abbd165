//! `filter`: the rows that meet some conditions.

use crate::analysis::rows::{TABLE, TABLE_OUT};
use crate::step::{
    About, Context, Family, Filter as Conditions, Header, Headers, Inputs, Kind, Outputs, Plan, Problem, Shape, Shapes,
    StepError, Value,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The rows that meet some conditions.
pub struct Filter;

/// Parameters of [`Filter`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Conditions by column, all of which a kept row meets.
    #[serde(rename = "where")]
    pub conditions: Conditions,
}

impl Kind for Filter {
    type Params = Params;
    const NAME: &'static str = "filter";
    const ABOUT: About = About {
        module: module_path!(),
        family: Family::Analysis,
        summary: "The rows that meet some conditions.",
        details: "A condition is a value, a list of values of which one must be met, or bounds of a number. Order is kept.",
        cites: &[],
        inputs: &[TABLE],
        outputs: &[TABLE_OUT],
    };

    fn plan(&self, _: &Params, _: &Shapes) -> Result<Plan, Vec<Problem>> {
        Ok(Plan::light(vec![Shape::Table]))
    }

    fn header(&self, _: &str, _: &Params, inputs: &Headers) -> Option<Header> {
        inputs.one("table").cloned()
    }

    fn run(&self, params: &Params, inputs: &Inputs, _: &Context<'_>) -> Result<Outputs, StepError> {
        Ok(vec![Value::Table(params.conditions.apply(inputs.table("table")?)?)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::rows::{run, table};
    use serde_json::json;

    #[test]
    fn rows_that_meet_all_conditions_stay() {
        let rows = table(&["m", "n"], &[json!(["a", 1]), json!(["b", 2]), json!(["b", 3])]);
        let params = json!({"where": {"m": "b", "n": {"at_least": 3}}});
        assert_eq!(run(&Filter, &params, &[rows]).unwrap(), Value::Table(table(&["m", "n"], &[json!(["b", 3])])));
    }
}
