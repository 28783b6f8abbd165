//! Axes into values and cells.
//!
//! Steps are made of cells in `expand`.
//! Start with `sweep`.

pub(super) mod axis;
pub(super) mod sweep;
