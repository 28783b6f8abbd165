//! Axes into values and cells.
//!
//! Steps are made of cells in `expand`.
//! Start with `sweep`; `added` are seeds beyond those of a profile.

pub(super) mod added;
pub(super) mod axis;
pub(super) mod sweep;
