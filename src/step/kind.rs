//! The one plug point: a kind of step.

use super::about::About;
use super::column_names::{self, ColumnName};
use super::context::Context;
use super::error::{Problem, StepError};
use super::header::{Header, Headers};
use super::params::{self, ParamFault};
use super::shapes::{Inputs, Outputs, Plan, Shapes};
use super::weight_stream::WeightStream;
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value as Json;

/// A kind of step. Implement it on a unit struct, list that in `catalog.rs`; nothing else needs to know.
///
/// A run is a pure function of parameters and inputs: no clock, no global, no random number that is not keyed by a
/// seed parameter, no result that depends on the number of threads.
pub trait Kind: Sync {
    /// Parameters: `deny_unknown_fields`, every field documented, every number with a range
    /// (`#[schemars(range(...))]`, which is what checks it).
    type Params: Serialize + DeserializeOwned + JsonSchema;

    /// The name that studies write, kebab-case.
    const NAME: &'static str;

    /// Documentation and wiring.
    const ABOUT: About;

    /// Sizes and costs from the sizes of the inputs; refuses what cannot work, such as k > n.
    ///
    /// # Errors
    /// Every fault found.
    fn plan(&self, params: &Self::Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>>;

    /// The columns of the table that a port gives, from those of the tables that are wired; nothing where they are not
    /// known before it runs.
    fn header(&self, port: &str, params: &Self::Params, inputs: &Headers) -> Option<Header> {
        let _ = (port, params, inputs);
        None
    }

    /// The random numbers that are the weights of a layer, where this is one.
    fn weights(&self, params: &Self::Params) -> Option<WeightStream> {
        let _ = params;
        None
    }

    /// Computes the outputs, one value a port, in order.
    ///
    /// # Errors
    /// Where the numbers or the data do not allow it.
    fn run(&self, params: &Self::Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError>;
}

/// A [`Kind`] without its parameter type: what the engine and the study layer see.
pub trait ErasedKind: Sync {
    /// [`Kind::NAME`]
    fn name(&self) -> &'static str;
    /// [`Kind::ABOUT`]
    fn about(&self) -> &'static About;
    /// JSON schema of the parameters.
    fn schema(&self) -> Json;
    /// Parameters with their defaults filled in and in the order of the type: what enters the key.
    ///
    /// # Errors
    /// Where a value has the wrong type, is out of range, or a key is unknown.
    fn canonical(&self, params: &Json) -> Result<Json, Vec<ParamFault>>;
    /// [`Kind::plan`] on canonical parameters.
    ///
    /// # Errors
    /// Every fault found.
    fn plan(&self, params: &Json, inputs: &Shapes) -> Result<Plan, Vec<Problem>>;
    /// [`Kind::header`] on canonical parameters.
    fn header(&self, port: &str, params: &Json, inputs: &Headers) -> Option<Header>;
    /// [`Kind::weights`] on canonical parameters.
    fn weights(&self, params: &Json) -> Option<WeightStream>;
    /// The columns that canonical parameters name.
    fn named_columns(&self, params: &Json) -> Vec<ColumnName> {
        column_names::named_columns(&self.schema(), params)
    }
    /// [`Kind::run`] on canonical parameters.
    ///
    /// # Errors
    /// As [`Kind::run`].
    fn run(&self, params: &Json, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError>;
}

impl<K: Kind> ErasedKind for K {
    fn name(&self) -> &'static str {
        K::NAME
    }

    fn about(&self) -> &'static About {
        const { &K::ABOUT }
    }

    fn schema(&self) -> Json {
        schemars::schema_for!(K::Params).to_value()
    }

    fn canonical(&self, params: &Json) -> Result<Json, Vec<ParamFault>> {
        let typed: K::Params = params::typed(params)?;
        let canonical = serde_json::to_value(&typed).map_err(|e| vec![ParamFault::whole(e.to_string())])?;
        let faults = params::out_of_range(&ErasedKind::schema(self), &canonical);
        if faults.is_empty() { Ok(canonical) } else { Err(faults) }
    }

    fn plan(&self, params: &Json, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let typed: K::Params = params::typed(params)
            .map_err(|faults| faults.iter().map(|f| Problem::at(&f.path.join("."), &f.message)).collect::<Vec<_>>())?;
        let plan = Kind::plan(self, &typed, inputs)?;
        absurd(&plan, params).map_or(Ok(plan), |problem| Err(vec![problem]))
    }

    fn header(&self, port: &str, params: &Json, inputs: &Headers) -> Option<Header> {
        Kind::header(self, port, &params::typed(params).ok()?, inputs)
    }

    fn weights(&self, params: &Json) -> Option<WeightStream> {
        Kind::weights(self, &params::typed(params).ok()?)
    }

    fn run(&self, params: &Json, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let typed: K::Params = params::typed(params)
            .map_err(|faults| StepError::Bug(faults.first().map_or_else(String::new, |f| f.message.clone())))?;
        Kind::run(self, &typed, inputs, context)
    }
}

/// No machine has this much memory: 64 TiB.
const MOST_BYTES: u64 = 1 << 46;
/// No machine does this many operations: a thousand cores would take a year.
const MOST_FLOPS: f64 = 1e21;

/// A plan that no machine can carry out, blamed on the largest number among the parameters.
fn absurd(plan: &Plan, params: &Json) -> Option<Problem> {
    let wants = if plan.need_bytes() >= MOST_BYTES {
        "more than 64 TiB of memory"
    } else if plan.flops.is_finite() && plan.flops <= MOST_FLOPS {
        return None;
    } else {
        "more than a year of a thousand cores"
    };
    let mut largest = None;
    largest_number(params, &mut Vec::new(), &mut largest);
    let Some((number, path)) = largest else {
        return Some(Problem { at: None, message: format!("it wants {wants}"), help: None });
    };
    let problem = Problem::at(&path, format!("it wants {wants}: `{path}` is {number}"));
    Some(problem.help("lower it, or what comes in; sizes multiply"))
}

/// The largest number and the path to it; seeds, which are no sizes, and data sets, which nobody wrote, are left out.
fn largest_number(value: &Json, path: &mut Vec<String>, largest: &mut Option<(u64, String)>) {
    match value {
        Json::Object(map) => {
            for (key, inner) in map.iter().filter(|(key, _)| !key.contains("seed") && *key != "data") {
                path.push(key.clone());
                largest_number(inner, path, largest);
                path.pop();
            }
        }
        Json::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                path.push(index.to_string());
                largest_number(inner, path, largest);
                path.pop();
            }
        }
        other => {
            let number = other.as_u64().filter(|number| largest.as_ref().is_none_or(|(most, _)| number > most));
            if let Some(number) = number {
                *largest = Some((number, path.join(".")));
            }
        }
    }
}
