//! How a training run ended, in one row: what it made small, and whether it learnt more than a constant.

use super::run::{Setting, Training};
use crate::math::network::constant_loss;
use crate::step::prelude::*;

const OUTCOME: [&str; 7] =
    ["step", "train_loss", "squared_norm", "objective", "constant_loss", "relative_loss", "collapsed"];

/// What readers are told of a run with `collapsed`.
const ALARM: &str = "collapsed: training loss at the level of the best constant answer";

// A run that has not won so much of the constant's loss has learnt nothing that claims could speak of.
const COLLAPSED_FROM: f64 = 0.95;

/// The columns of the outcome.
pub(super) fn outcome_header() -> Header {
    let losses = ["train_loss", "objective", "relative_loss"];
    Header::of(&OUTCOME).keys(&["step"]).less_is_better(&losses).counts(&["collapsed"]).alarms("collapsed", ALARM)
}

/// The row of a run whose last recorded training loss is this; no row where there are no samples to tell by.
pub(super) fn outcome(run: &Training<'_>, train_loss: Option<f64>) -> Result<Table, StepError> {
    let network = run.trainer.network();
    let Setting { evaluation_samples, l2_penalty, ref schedule, .. } = run.setting;
    let outputs = network.architecture().output().dim();
    let constant = constant_loss(run.trainer.loss(), &run.splits[0], (evaluation_samples, outputs));
    let (Some(loss), Some(constant)) = (train_loss, constant) else {
        return Ok(Table::from_rows(&OUTCOME, &[])?);
    };
    let norm = run.penalised_norm();
    let objective = l2_penalty.map_or(loss, |penalty| penalty.at(schedule.steps).mul_add(norm, loss));
    // targets that are all alike have no loss to win
    let relative = if constant > 0.0 { Cell::Float(loss / constant) } else { Cell::Null };
    let collapsed = i64::from(loss > COLLAPSED_FROM * constant);
    let numbers = [loss, norm, objective, constant].map(Cell::Float);
    let row = [schedule.steps.into()].into_iter().chain(numbers).chain([relative, Cell::Int(collapsed)]);
    Ok(Table::from_rows(&OUTCOME, &[row.collect::<Vec<Cell>>()])?)
}
