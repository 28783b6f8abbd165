//! The one plug point: a kind of step.

use super::about::{About, Wiring};
use super::column_names::{self, ColumnName};
use super::context::Context;
use super::error::{Problem, StepError};
use super::header::{Header, Headers};
use super::params::{self, ParamFault, Parameters};
use super::roles::{After, Need, Role};
use super::shapes::{Inputs, Outputs, Plan, Shapes};
use super::weight_stream::WeightStream;
use serde_json::Value as Json;
use std::any::TypeId;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// A kind of step. Implement it on a unit struct, list that in `catalog.rs`; nothing else needs to know.
///
/// A run is a pure function of parameters and inputs: no clock, no global, no random number that is not keyed by a
/// seed parameter, no result that depends on the number of threads.
pub trait Kind: Sync {
    /// Parameters: `deny_unknown_fields`, every field documented, every number with a range
    /// (`#[schemars(range(...))]`, which is what checks it).
    type Params: Parameters;

    /// The name that studies write, kebab-case.
    const NAME: &'static str;

    /// Documentation and wiring.
    const ABOUT: About;

    /// What it is to a study: claims and table operations have it from their adapters.
    fn role(&self) -> Role<'_> {
        Role::Plain
    }

    /// The rows without which a claim or a table operation has nothing to work on.
    fn needs(&self, _: &Self::Params) -> Vec<Need> {
        Vec::new()
    }

    /// What tells apart the rows that a table operation makes.
    fn after(&self, _: &Self::Params) -> After {
        After::default()
    }

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

    /// The works behind what it does with these parameters, keys into `docs/references.bib`: all, unless some are for others.
    fn cites(&self, params: &Self::Params) -> Vec<&'static str> {
        let _ = params;
        Self::ABOUT.cites.to_vec()
    }

    /// The slots and ports of one step where it declares them: from the slots that it wires and its parameters as written.
    fn wiring(&self, slots: &[&str], params: &Json) -> Option<Wiring> {
        let _ = (slots, params);
        None
    }

    /// What a step needs to know of the project and the machine when it is planned, such as the contents of files:
    /// given to it as the parameter [`FOUND`]. `root` is the project's folder.
    ///
    /// # Errors
    /// What is not there, at the parameter that names it.
    fn found(&self, params: &Json, root: &Path) -> Result<Option<Json>, Vec<Problem>> {
        let _ = (params, root);
        Ok(None)
    }

    /// Why this machine cannot run the step, although nothing is wrong with the study: a program that is not here. It
    /// is then left out with all that needs it, and that is no failure. Asked only of steps whose result is not stored.
    fn gate(&self, _: &Self::Params) -> Option<String> {
        None
    }

    /// How many workers it keeps busy.
    fn workers(&self, _: &Self::Params) -> usize {
        1
    }

    /// Computes the outputs, one value a port, in order.
    ///
    /// # Errors
    /// Where the numbers or the data do not allow it.
    fn run(&self, params: &Self::Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError>;
}

/// The parameter that [`Kind::found`] fills in and no study writes.
pub const FOUND: &str = "found";

/// A kind with the parameters of one step, which have been read and checked.
pub trait Configured: Send + Sync {
    /// [`Kind::plan`]
    ///
    /// # Errors
    /// Every fault found.
    fn plan(&self, inputs: &Shapes) -> Result<Plan, Vec<Problem>>;
    /// [`Kind::run`]
    ///
    /// # Errors
    /// As [`Kind::run`].
    fn run(&self, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError>;
    /// [`Kind::needs`]
    fn needs(&self) -> Vec<Need>;
    /// [`Kind::after`]
    fn after(&self) -> After;
    /// [`Kind::header`]
    fn header(&self, port: &str, inputs: &Headers) -> Option<Header>;
    /// [`Kind::weights`]
    fn weights(&self) -> Option<WeightStream>;
    /// [`Kind::cites`]
    fn cites(&self) -> Vec<&'static str>;
    /// [`Kind::gate`]
    fn gate(&self) -> Option<String>;
    /// [`Kind::workers`]
    fn workers(&self) -> usize;
}

/// Canonical parameters, with their defaults filled in and in the order of the type: what enters the key. And the step.
pub type Ready<'k> = (Arc<Json>, Arc<dyn Configured + 'k>);

/// A [`Kind`] without its parameter type: what the engine and the study layer see.
pub trait ErasedKind: Sync {
    /// [`Kind::NAME`]
    fn name(&self) -> &'static str;
    /// [`Kind::ABOUT`], with the slots and ports of the step where it declares them.
    fn about(&self) -> &'static About;
    /// [`Kind::role`]
    fn role(&self) -> Role<'_>;
    /// JSON schema of the parameters.
    fn schema(&self) -> Json;
    /// Reads and checks parameters.
    ///
    /// # Errors
    /// Where a value has the wrong type, is out of range, or a key is unknown.
    fn typed(&self, params: &Json) -> Result<Ready<'_>, Vec<ParamFault>>;

    /// [`Kind::wiring`]
    fn wiring(&self, slots: &[&str], params: &Json) -> Option<Wiring>;
    /// [`Kind::found`]
    ///
    /// # Errors
    /// As [`Kind::found`].
    fn found(&self, params: &Json, root: &Path) -> Result<Option<Json>, Vec<Problem>>;

    /// The columns that canonical parameters name.
    fn named_columns(&self, params: &Json) -> Vec<ColumnName>;

    /// The canonical parameters alone.
    ///
    /// # Errors
    /// Those of [`ErasedKind::typed`].
    fn canonical(&self, params: &Json) -> Result<Json, Vec<ParamFault>> {
        self.typed(params).map(|(canonical, _)| Arc::unwrap_or_clone(canonical))
    }

    /// The plan of one step that is looked at alone: who plans and runs it too keeps [`ErasedKind::typed`].
    ///
    /// # Errors
    /// Every fault found.
    fn plan(&self, params: &Json, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let problem = |fault: &ParamFault| Problem::at(&fault.path.join("."), &fault.message);
        let (_, step) = self.typed(params).map_err(|faults| faults.iter().map(problem).collect::<Vec<_>>())?;
        step.plan(inputs)
    }

    /// The results of one step that is run alone.
    ///
    /// # Errors
    /// As [`Kind::run`].
    fn run(&self, params: &Json, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let bug = |faults: Vec<ParamFault>| faults.first().map_or_else(String::new, |fault| fault.message.clone());
        let (_, step) = self.typed(params).map_err(|faults| StepError::Bug(bug(faults)))?;
        step.run(inputs, context)
    }
}

/// A kind and its parameters.
struct Step<'k, K: Kind> {
    kind: &'k K,
    params: K::Params,
}

impl<K: Kind> Configured for Step<'_, K> {
    fn plan(&self, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let mut plan = Kind::plan(self.kind, &self.params, inputs)?;
        plan.flops += beside_work(&plan);
        absurd(&plan, || self.params.written().unwrap_or_default()).map_or(Ok(plan), |problem| Err(vec![problem]))
    }

    fn run(&self, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        Kind::run(self.kind, &self.params, inputs, context)
    }

    fn needs(&self) -> Vec<Need> {
        self.kind.needs(&self.params)
    }

    fn after(&self) -> After {
        self.kind.after(&self.params)
    }

    fn header(&self, port: &str, inputs: &Headers) -> Option<Header> {
        Kind::header(self.kind, port, &self.params, inputs)
    }

    fn cites(&self) -> Vec<&'static str> {
        self.kind.cites(&self.params)
    }

    fn weights(&self) -> Option<WeightStream> {
        Kind::weights(self.kind, &self.params)
    }

    fn gate(&self) -> Option<String> {
        self.kind.gate(&self.params)
    }

    fn workers(&self) -> usize {
        self.kind.workers(&self.params).max(1)
    }
}

impl<K: Kind> ErasedKind for K {
    fn name(&self) -> &'static str {
        K::NAME
    }

    fn about(&self) -> &'static About {
        const { &K::ABOUT }
    }

    fn role(&self) -> Role<'_> {
        Kind::role(self)
    }

    fn schema(&self) -> Json {
        Json::clone(&schema_of::<K::Params>())
    }

    fn wiring(&self, slots: &[&str], params: &Json) -> Option<Wiring> {
        Kind::wiring(self, slots, params)
    }

    fn found(&self, params: &Json, root: &Path) -> Result<Option<Json>, Vec<Problem>> {
        Kind::found(self, params, root)
    }

    fn named_columns(&self, params: &Json) -> Vec<ColumnName> {
        column_names::named_columns(&schema_of::<K::Params>(), params)
    }

    fn typed(&self, params: &Json) -> Result<Ready<'_>, Vec<ParamFault>> {
        let params = K::Params::read(params)?;
        let canonical = params.written().map_err(|e| vec![ParamFault::whole(e.to_string())])?;
        let faults = params::out_of_range(&schema_of::<K::Params>(), &canonical);
        if faults.is_empty() { Ok((Arc::new(canonical), Arc::new(Step { kind: self, params }))) } else { Err(faults) }
    }
}

/// The schema of some parameters, made once: every step of a kind is checked against it, and there are thousands.
fn schema_of<P: Parameters>() -> Arc<Json> {
    static MADE: Mutex<BTreeMap<TypeId, Arc<Json>>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(made.entry(TypeId::of::<P>()).or_insert_with(|| Arc::new(P::schema())))
}

/// What any step costs beside what its kind counts, in floating-point operations.
const STEP_FLOPS: f64 = 6e5;
/// What a byte of an output costs that is written to memory: 14 GB/s.
const BYTE_FLOPS: f64 = 2.5;
/// The same where the allocator has the system map and clear pages: 2.6 GB/s.
const MAPPED_BYTE_FLOPS: f64 = 13.5;
/// From about this size on an allocator keeps no memory to use again.
const MAPPED_BYTES: u64 = 12 << 20;

/// Operations of handing over inputs and making room for outputs, which bound steps that compute little.
#[expect(clippy::cast_precision_loss, reason = "a rough estimate")]
fn beside_work(plan: &Plan) -> f64 {
    let each = |bytes: u64| bytes as f64 * if bytes < MAPPED_BYTES { BYTE_FLOPS } else { MAPPED_BYTE_FLOPS };
    STEP_FLOPS + plan.outputs.iter().map(|shape| each(shape.memory_bytes())).sum::<f64>()
}

/// No machine has this much memory: 64 TiB.
const MOST_BYTES: u64 = 1 << 46;
/// No machine does this many operations: a thousand cores would take a year.
const MOST_FLOPS: f64 = 1e21;

/// A plan that no machine can carry out, blamed on the largest number among the parameters.
fn absurd(plan: &Plan, params: impl Fn() -> Json) -> Option<Problem> {
    let wants = if plan.need_bytes() >= MOST_BYTES {
        "more than 64 TiB of memory"
    } else if plan.flops.is_finite() && plan.flops <= MOST_FLOPS {
        return None;
    } else {
        "more than a year of a thousand cores"
    };
    let mut largest = None;
    largest_number(&params(), &mut Vec::new(), &mut largest);
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
