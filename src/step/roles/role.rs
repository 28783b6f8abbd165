//! What the study layer knows of a kind beside its parameters, slots and ports.

use super::clause::Clause;
use super::data_note::DataNote;
use super::given_seeds::GivenSeeds;
use crate::artifact::Cell;
use crate::step::about::Slot;
use crate::step::header::Intervals;
use serde_json::Value as Json;

/// A kind's documentation, without the wiring that its role decides.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    /// One line: what it does.
    pub summary: &'static str,
    /// Formula and conventions, in plain text.
    pub details: &'static str,
    /// Keys into `docs/references.bib`.
    pub cites: &'static [&'static str],
}

/// What a kind is to a study.
#[derive(Clone, Copy)]
pub enum Role<'a> {
    /// Wired as the study says, with the parameters that the study writes.
    Plain,
    /// The source of tables: labels and steps stand under this key of a table.
    Source(&'static str),
    /// A clause of tables.
    Table(&'a dyn TableRole),
    /// A test of a claim.
    Claim(&'a dyn ClaimRole),
    /// A figure.
    Figure(&'a dyn FigureRole),
}

/// A value that some row must have, or the step has nothing to work on.
#[derive(Debug, Clone, PartialEq)]
pub struct Need {
    /// The parameter that asks for it.
    pub parameter: &'static str,
    /// The column.
    pub column: String,
    /// The value.
    pub value: Cell,
}

/// What a study says of every claim.
#[derive(Debug, Clone)]
pub struct GivenClaim<'a> {
    /// The claim in words, as it is written.
    pub says: Json,
    /// Who claims it, as it is written.
    pub by: Option<Json>,
    /// The columns that tell the rows apart.
    pub keys: &'a [String],
    /// Numbers of seeds at which it is looked at.
    pub looks: &'a [usize],
    /// Why this profile cannot show it, if so.
    pub not_at_this_scale: Option<String>,
    /// The seeds that it may look at, where some were added.
    pub seeds: Option<GivenSeeds>,
}

/// What a study knows of the rows that a table operation gets.
#[derive(Debug, Clone, Copy)]
pub struct GivenTable<'a> {
    /// The columns that tell the rows apart.
    pub keys: &'a [String],
    /// The column of the labels.
    pub labels: &'a str,
    /// The axes that its summary averages away.
    pub averaged: &'a [String],
}

/// A claim without its parameter type.
pub trait ClaimRole {
    /// The parameters that the study layer fills in.
    fn filled(&self) -> Vec<&'static str>;
    /// Those with their values.
    fn given(&self, given: &GivenClaim<'_>) -> Vec<(&'static str, Json)>;
}

/// A table operation without its parameter type.
pub trait TableRole {
    /// How tables ask for it.
    fn clause(&self) -> Clause;
    /// The parameters that the study layer fills in.
    fn filled(&self) -> Vec<&'static str>;
    /// Those with their values.
    fn given(&self, given: &GivenTable<'_>) -> Vec<(&'static str, Json)>;
}

/// What a study knows of a figure that it asks for.
#[derive(Debug, Clone, Default)]
pub struct GivenFigure {
    /// The data set that all was computed on, where there is one.
    pub data_note: Option<DataNote>,
    /// A heading for each value that is wired.
    pub headings: Vec<String>,
    /// The intervals around the numbers of the table that is drawn.
    pub intervals: Intervals,
    /// The column of it that says of how many rows each of its own is a mean; empty for none.
    pub samples: String,
}

/// A figure without its parameter type.
pub trait FigureRole {
    /// The slot that is wired to steps; nothing where it draws a table of the study.
    fn wired(&self) -> Option<&'static Slot>;
    /// The slot of the rows before they are averaged, where it can show them.
    fn runs(&self) -> Option<&'static Slot>;
    /// Whether published numbers may be drawn beside ours.
    fn takes_published(&self) -> bool;
    /// The parameters that the study layer fills in, unless the study writes them.
    fn filled(&self) -> Vec<&'static str>;
    /// Parameters with the values that the study layer has for them.
    fn given(&self, given: &GivenFigure) -> Vec<(&'static str, Json)>;
}
