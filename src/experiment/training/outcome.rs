//! How a training run ended, in one row: what it made small, and whether it learnt more than a constant.

use crate::step::prelude::*;

pub(super) const OUTCOME: [&str; 7] =
    ["step", "train_loss", "squared_norm", "objective", "constant_loss", "relative_loss", "collapsed"];

/// What readers are told of a run with `collapsed`.
const ALARM: &str = "collapsed: training loss at the level of the best constant answer";

// A run that has not won so much of the constant's loss has learnt nothing that claims could speak of.
pub(super) const COLLAPSED_FROM: f64 = 0.95;

/// The columns of the outcome.
pub(super) fn outcome_header() -> Header {
    let losses = ["train_loss", "objective", "relative_loss"];
    Header::of(&OUTCOME).keys(&["step"]).less_is_better(&losses).counts(&["collapsed"]).alarms("collapsed", ALARM)
}
