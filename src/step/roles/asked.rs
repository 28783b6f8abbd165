//! What a figure is asked to show: the parameters that all of them share, and those of its own.

use super::data_note::DataNote;
use super::facets::Facets;
use crate::artifact::Table;
use crate::step::filter::Filter;
use crate::step::header::Intervals;
use crate::step::published::Published;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::ops::Deref;

/// Parameters that figures share.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FigureHead {
    /// Title over the figure; empty for none.
    #[serde(default)]
    pub title: String,
    /// Small multiples: a panel for each value of a column.
    #[serde(default)]
    pub facets: Facets,
    /// Which rows are drawn.
    #[serde(default, rename = "where")]
    pub filter: Filter,
    /// One heading over each wired value, empty for none; the study layer writes them.
    #[serde(default)]
    pub headings: Vec<String>,
    /// The paper's own numbers in the table's columns and units, drawn hollow; none where the data set is not the paper's.
    #[serde(default)]
    pub published: Option<Published>,
    /// The data set that it was computed on.
    #[serde(default)]
    pub data_note: DataNote,
    /// The columns of both ends of the intervals of others; the study layer knows them from the table.
    #[serde(default)]
    pub intervals: Intervals,
    /// The column that says how many rows each of the table's is a mean of, empty for none; the study layer knows it.
    #[serde(default)]
    pub samples: String,
}

/// All parameters of a figure; its own are read as if they were this type's.
#[derive(Debug)]
pub struct Asked<'a, P> {
    pub(super) own: &'a P,
    /// What figures share.
    pub head: &'a FigureHead,
    /// What is drawn beside the table where a reader asks for it.
    pub beside: Beside<'a>,
}

/// Tables with the columns of the one that is drawn, which a page shows where a reader asks for them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Beside<'a> {
    /// The rows that its own are means of, one a run.
    pub runs: Option<&'a Table>,
    /// The same table as it was accepted; a report wires it where numbers moved since.
    pub accepted: Option<&'a Table>,
}

impl<P> Deref for Asked<'_, P> {
    type Target = P;

    fn deref(&self) -> &P {
        self.own
    }
}
