//! Parameters of `scatter`, beyond those that all figures share.

use crate::plot::axes::axis_scale::AxisScale;
use crate::plot::layout::guides::Guide;
use crate::step::roles::Axis;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a study says of a `scatter`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Column across; bars of error are its interval, where the table has one.
    pub x: Axis,
    /// Column upwards; bars of error are its interval, where the table has one.
    pub y: Axis,
    /// Column that tells the points apart by colour.
    #[serde(default)]
    pub colour: Option<Axis>,
    /// Column that tells the points apart by shape; without it the shape follows the colour.
    #[serde(default)]
    pub shape: Option<Axis>,
    /// Column whose values are written beside the points; empty for none.
    #[serde(default)]
    #[schemars(extend("format" = "column"))]
    pub label: String,
    /// Whether the line y = x is drawn; both axes then have one range.
    #[serde(default)]
    pub diagonal: bool,
    /// Layout of the horizontal axis: `linear`, `log` or `{symlog: THRESHOLD}`.
    #[serde(default)]
    pub x_scale: AxisScale,
    /// Layout of the vertical axis: `linear`, `log` or `{symlog: THRESHOLD}`.
    #[serde(default)]
    pub y_scale: AxisScale,
    /// Dashed reference lines at given numbers.
    #[serde(default)]
    pub lines: Vec<Guide>,
    /// What the bars of error are, for the caption.
    #[serde(default = "interval")]
    pub bars: String,
}

fn interval() -> String {
    "95 % interval".to_owned()
}
