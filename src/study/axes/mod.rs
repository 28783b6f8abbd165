//! Axes into values and cells.
//!
//! Steps are made of cells in `expand`.
//! Start with `sweep`; `added` are seeds beyond those of a profile, `given` is what profiles give to constants and axes.

pub(super) mod added;
pub(super) mod axis;
pub(super) mod given;
pub(super) mod sweep;
