//! Parameters of `histogram`, beyond those that all figures share.

use crate::plot::axes::axis_scale::AxisScale;
use crate::plot::layout::guides::Guide;
use crate::step::roles::Axis;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a study says of a `histogram`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// What was binned: its name, unit and factor. The ends of the bins are read from the columns `low` and `high`.
    #[schemars(extend("format" = "quantity"))]
    pub x: Axis,
    /// Column of the heights: `count` or `density`.
    #[serde(default = "count")]
    pub y: Axis,
    /// Column with a histogram for each of its values, laid over one another.
    #[serde(default)]
    pub colour: Option<Axis>,
    /// Name of the marked values, which are the rows whose `mark` is true.
    #[serde(default = "marked")]
    pub marked: String,
    /// Column with the edge of something, drawn as a dashed line at each of its values.
    #[serde(default)]
    pub edge: Option<Axis>,
    /// Layout of the horizontal axis: `linear`, `log` or `{symlog: THRESHOLD}`.
    #[serde(default)]
    pub x_scale: AxisScale,
    /// Layout of the vertical axis: `linear`, `log` or `{symlog: THRESHOLD}`.
    #[serde(default)]
    pub y_scale: AxisScale,
    /// Dashed reference lines at given numbers.
    #[serde(default)]
    pub lines: Vec<Guide>,
}

fn count() -> Axis {
    Axis::of("count")
}

fn marked() -> String {
    "marked values".to_owned()
}
