//! The one plug point: a kind of step.

use super::about::About;
use super::context::Context;
use super::error::{Problem, StepError};
use super::params::{self, ParamFault};
use super::shapes::{Inputs, Outputs, Plan, Shapes};
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
        Kind::plan(self, &typed, inputs)
    }

    fn run(&self, params: &Json, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let typed: K::Params = params::typed(params)
            .map_err(|faults| StepError::Bug(faults.first().map_or_else(String::new, |f| f.message.clone())))?;
        Kind::run(self, &typed, inputs, context)
    }
}
