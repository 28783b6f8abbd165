//! What figures are drawn from.

use crate::artifact::{Pictures, Table, ValueType};
use crate::step::about::Arity;
use crate::step::error::StepError;
use crate::step::shapes::Inputs;

/// A sort of values that figures are drawn from.
pub trait Source {
    /// The name of the slot.
    const SLOT: &'static str;
    /// The type of the values.
    const TYPE: ValueType;
    /// How many.
    const ARITY: Arity;
    /// The parameters that go with it, of those that figures share.
    const SHARED: &'static [&'static str];
    /// The values, as a figure reads them.
    type Of<'a>;

    /// The values of a running step.
    ///
    /// # Errors
    /// Where something else is wired.
    fn of(inputs: &Inputs) -> Result<Self::Of<'_>, StepError>;
}

/// A table of the study.
#[derive(Debug, Clone, Copy)]
pub struct Rows;

impl Source for Rows {
    const SLOT: &'static str = "table";
    const TYPE: ValueType = ValueType::Table;
    const ARITY: Arity = Arity::One;
    const SHARED: &'static [&'static str] = &["title", "facets", "where", "data_note"];
    type Of<'a> = &'a Table;

    fn of(inputs: &Inputs) -> Result<&Table, StepError> {
        inputs.one::<Table>(Self::SLOT)
    }
}

/// Pictures that steps of the study make.
#[derive(Debug, Clone, Copy)]
pub struct Images;

impl Source for Images {
    const SLOT: &'static str = "pictures";
    const TYPE: ValueType = ValueType::Pictures;
    const ARITY: Arity = Arity::Many;
    const SHARED: &'static [&'static str] = &["title", "headings", "data_note"];
    type Of<'a> = Vec<&'a Pictures>;

    fn of(inputs: &Inputs) -> Result<Vec<&Pictures>, StepError> {
        inputs.all::<Pictures>(Self::SLOT)
    }
}
