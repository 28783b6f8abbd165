//! `leading-features`: the first columns of a representation.

use crate::artifact::{Points, Representation};
use crate::math::linalg::Matrix;
use crate::step::{
    About, Arity, Context, Family, Inputs, Keep, Kind, Outputs, Plan, Port, Problem, Shape, Shapes, Slot, StepError,
    Value, ValueType,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The first columns of a representation.
pub struct LeadingFeatures;

/// Parameters of [`LeadingFeatures`].
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeadingFeaturesParams {
    /// Columns to keep, k.
    #[schemars(range(min = 1, max = 1_000_000))]
    keep: usize,
}

impl Kind for LeadingFeatures {
    type Params = LeadingFeaturesParams;
    const NAME: &'static str = "leading-features";
    const ABOUT: About = About {
        module: module_path!(),
        family: Family::Experiment,
        summary: "The first k columns of a representation.",
        details: "A filter gives its directions by descending |eigenvalue|, so the first k columns of a filter that \
                  kept more are the output of a filter that keeps k: one decomposition serves a whole sweep of ranks.",
        cites: &["neural-lofi"],
        inputs: &[Slot {
            name: "x",
            accepts: &[ValueType::Representation],
            arity: Arity::One,
            doc: "Features in the order of their importance.",
        }],
        outputs: &[Port {
            name: "features",
            value_type: ValueType::Representation,
            keep: Keep::IfCheap,
            doc: "The same samples with k features.",
        }],
    };

    fn plan(&self, params: &Self::Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let Some(Shape::Representation { train, validation, test, dim, .. }) = inputs.get("x") else {
            return Err(vec![Problem::at("x", "expected a representation")]);
        };
        if params.keep > dim {
            let message = format!("keep is {}, but there are only {dim} features", params.keep);
            return Err(vec![Problem::at("keep", message).help(format!("keep at most {dim}"))]);
        }
        let shape =
            Shape::Representation { train, validation, test, dim: params.keep, geometry: None, number_bytes: 8 };
        Ok(Plan { flops: shape.memory_bytes() as f64, ..Plan::light(vec![shape]) })
    }

    fn run(&self, params: &Self::Params, inputs: &Inputs, _: &Context<'_>) -> Result<Outputs, StepError> {
        let x = inputs.representation("x")?;
        Ok(vec![Value::Representation(leading(x, params.keep))])
    }
}

fn leading(x: &Representation, keep: usize) -> Representation {
    let first = |points: &Points| -> Matrix {
        match points {
            Points::Real(matrix) => matrix.columns(0, keep).into_owned(),
            Points::Pixels { .. } => points.to_matrix().columns(0, keep).into_owned(),
        }
    };
    x.with_features(first(&x.samples.train), first(&x.samples.validation), first(&x.samples.test))
}
