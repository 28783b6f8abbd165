//! Tables, figures and claims as steps.
//!
//! The steps that a study names are expanded in `expand`.
//! Start with `tables`.

mod clauses;
mod comparisons;
pub(super) mod figure_values;
mod only;
mod places;
mod published_columns;
mod registered;
mod scale;
mod stacks;
pub(super) mod table_spec;
pub(super) mod tables;
