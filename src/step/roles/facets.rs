//! Which columns of a table have panels of their own.

use super::axis::Axis;
use crate::step::error::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which columns have a panel for each of their values.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Facets {
    /// Column with a panel for each of its values, side by side; alone it wraps after `per_row` panels.
    #[serde(default)]
    pub across: Option<Axis>,
    /// Column with a panel, or a row of panels, for each of its values, one below another.
    #[serde(default)]
    pub down: Option<Axis>,
    /// Panels in a row where `across` stands alone; 0 chooses: up to three, and two by two for four.
    #[serde(default)]
    #[schemars(range(max = 6))]
    pub per_row: usize,
    /// Which ranges all panels share, so that they can be compared: `both`, `x`, `y` or `none`.
    #[serde(default)]
    pub share: Share,
}

/// Ranges that all panels share.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Share {
    /// Both axes.
    #[default]
    Both,
    /// The horizontal axis.
    X,
    /// The vertical axis.
    Y,
    /// None: every panel has its own.
    None,
}

impl Share {
    /// Whether all panels have one horizontal range.
    #[must_use]
    pub const fn x(self) -> bool {
        matches!(self, Self::Both | Self::X)
    }

    /// Whether all panels have one vertical range.
    #[must_use]
    pub const fn y(self) -> bool {
        matches!(self, Self::Both | Self::Y)
    }
}

impl Facets {
    /// What cannot be drawn whatever the table.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let axes = [("facets.across", &self.across), ("facets.down", &self.down)];
        let scales = axes.into_iter().filter_map(|(at, axis)| axis.as_ref()?.problem(at));
        let lonely = (self.per_row > 0 && (self.across.is_none() || self.down.is_some()))
            .then(|| Problem::at("facets.per_row", "`per_row` wraps the panels of `across` alone"));
        scales.chain(lonely).collect()
    }

    /// Whether there are panels at all.
    #[must_use]
    pub const fn is_any(&self) -> bool {
        self.across.is_some() || self.down.is_some()
    }

    /// Whether rows and columns of panels have headings of their own.
    #[must_use]
    pub const fn is_grid(&self) -> bool {
        self.across.is_some() && self.down.is_some()
    }

    /// What the panels are, inside a sentence: `, a panel for each n`; empty without facets.
    #[must_use]
    pub fn in_words(&self) -> String {
        let words: Vec<String> = [&self.across, &self.down].into_iter().flatten().map(Axis::in_words).collect();
        if words.is_empty() { String::new() } else { format!(", a panel for each {}", words.join(" and ")) }
    }
}
