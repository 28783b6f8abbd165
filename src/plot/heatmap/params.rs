//! Parameters of `heatmap`, beyond those that all figures share.

use crate::plot::axes::axis_scale::AxisScale;
use crate::step::roles::Axis;
use crate::step::{Filter, defaults};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a study says of a `heatmap`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Column across, in its own unit; its values are evenly spaced cells, whatever their size.
    pub x: Axis,
    /// Column upwards, in its own unit; its values are evenly spaced cells, whatever their size.
    pub y: Axis,
    /// Column that gives the colour, in its own unit.
    pub value: Axis,
    /// Layout of the colour scale: `linear`, `log` or `{symlog: THRESHOLD}`.
    #[serde(default)]
    pub value_scale: AxisScale,
    /// Whether all panels have one colour scale, so that they can be compared.
    #[serde(default = "defaults::yes")]
    pub shared_scale: bool,
    /// Which cell of each panel is marked and printed: `min`, `max` or `none`.
    #[serde(default)]
    pub mark: Mark,
    /// A value of the same table to print beside each panel.
    #[serde(default)]
    pub baseline: Option<Baseline>,
}

/// A single value of the same table to print beside a panel, e.g. that of plain ridge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// Its name.
    pub label: String,
    /// Which row it is: one row for each panel, or one for all.
    #[serde(rename = "where")]
    pub filter: Filter,
}

/// Which cell is marked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// The smallest value.
    Min,
    /// The largest value.
    Max,
    /// None.
    #[default]
    None,
}
