//! Parameters of `line-band`, beyond those that all figures share.

use crate::artifact::Cell;
use crate::plot::axes::axis_scale::AxisScale;
use crate::plot::layout::guides::Guide;
use crate::step::roles::Axis;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a study says of a `line-band`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Column across, in its own unit.
    pub x: Axis,
    /// Column upwards, in its own unit; its band is its interval, where the table has one.
    pub y: Axis,
    /// Column that tells the curves apart by colour; without it all rows are one curve.
    #[serde(default)]
    pub colour: Option<Axis>,
    /// Column that tells the curves apart by dashes: its first value is solid, the others are dashed.
    #[serde(default)]
    pub dash: Option<Axis>,
    /// Values of the colour column whose curves are dashed, all others being solid, e.g. a limit or a baseline.
    #[serde(default)]
    pub dashed: Vec<Cell>,
    /// Column with a thin curve for each of its values, e.g. `seed` where seeds differ in kind: rows of single runs, no mean.
    #[serde(default)]
    pub each: Option<Axis>,
    /// Column of the share of runs that came to what y measures before they ended: where some did not, the point is an
    /// arrow with their count; empty for none.
    #[serde(default)]
    #[schemars(extend("format" = "column"))]
    pub reached: String,
    /// Layout of the horizontal axis: `linear`, `log` or `{symlog: THRESHOLD}`.
    #[serde(default)]
    pub x_scale: AxisScale,
    /// Layout of the vertical axis: `linear`, `log` or `{symlog: THRESHOLD}`.
    #[serde(default)]
    pub y_scale: AxisScale,
    /// What the band is, for legend and caption, e.g. `95 % interval over seeds`.
    #[serde(default = "interval")]
    pub band: String,
    /// Column of the lower end of the band; empty for that of the interval of y.
    #[serde(default)]
    #[schemars(extend("format" = "column"))]
    pub band_low: String,
    /// Column of the upper end of the band; empty for that of the interval of y.
    #[serde(default)]
    #[schemars(extend("format" = "column"))]
    pub band_high: String,
    /// Dashed reference lines at given numbers.
    #[serde(default)]
    pub lines: Vec<Guide>,
    /// Column whose values are marked on the horizontal axis by dashed vertical lines in the colours of their curves.
    #[serde(default)]
    pub marks: Option<Axis>,
}

fn interval() -> String {
    "95 % interval".to_owned()
}
