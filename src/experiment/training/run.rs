//! The loop of training: gradient, record, step, and a state to go on from.

use super::network::PointSource;
use super::outcome::{COLLAPSED_FROM, OUTCOME};
use super::parameters::L2Penalty;
use super::state::{Progress, decode, encode};
use crate::artifact::Checkpoint;
use crate::math::network::constant_loss;
use crate::math::network::{Evaluation, Order, Schedule, Trainer};
use crate::step::prelude::*;

/// What a training run does when.
pub struct Setting {
    pub batch: usize,
    pub seed: u64,
    pub schedule: Schedule,
    pub l2_penalty: Option<L2Penalty>,
    /// Places among the parameters with their part of the penalty; empty where all have the whole.
    pub penalised: Vec<(std::ops::Range<usize>, f64)>,
    /// Whether outputs stand for classes, so that a share of them is wrong.
    pub classifies: bool,
    /// Steps with a row in the trajectory, ascending.
    pub evaluate_at: Vec<usize>,
    pub evaluation_samples: usize,
    /// Steps at which the network is kept, ascending.
    pub checkpoints: Vec<usize>,
}

/// A training run.
pub struct Training<'a> {
    pub trainer: Trainer<f32>,
    /// Training, validation and test samples.
    pub splits: [PointSource<'a>; 3],
    pub setting: Setting,
    /// What comes out; its checkpoints are filled in as they are reached.
    pub made: Network,
}

/// What a turn of the loop came to.
enum Made {
    Step,
    /// The last row and checkpoint, after which no step is made.
    Last,
}

const TRAJECTORY: [&str; 8] = [
    "step",
    "learning_rate",
    "train_loss",
    "train_error",
    "validation_loss",
    "validation_error",
    "test_loss",
    "test_error",
];
// Where that stands in a row of the trajectory.
const TRAIN_LOSS: usize = 2;
const LAYERS: [&str; 5] = ["step", "layer", "gradient_norm", "gradient_share", "parameter_norm"];

/// The columns of the trajectory.
pub(super) fn trajectory_header() -> Header {
    const ERRORS: [&str; 3] = ["train_error", "validation_error", "test_error"];
    const LOSSES: [&str; 3] = ["train_loss", "validation_loss", "test_loss"];
    Header::of(&TRAJECTORY).keys(&["step"]).shares(&ERRORS).less_is_better(&ERRORS).less_is_better(&LOSSES)
}

/// The columns of the table of layers.
pub(super) fn layers_header() -> Header {
    Header::of(&LAYERS).keys(&["step", "layer"]).shares(&["gradient_share"])
}

impl Training<'_> {
    /// Trains to the end, from the saved state where there is one. The state is saved when the run is stopped, and
    /// whenever so many floating-point operations are done.
    pub fn run(mut self, context: &Context<'_>, save_every_flops: f64) -> Result<Outputs, StepError> {
        let samples = crate::math::network::Source::count(&self.splits[0]);
        let mut order = Order::new(self.setting.seed, samples, self.setting.batch);
        let mut progress = self.resume(context)?;
        let step_flops = 3.0 * self.trainer.network().architecture().flops() * self.setting.batch as f64;
        let (mut rows, mut unsaved) = (Vec::new(), 0.0);
        loop {
            if unsaved > 0.0 && unsaved >= save_every_flops && context.check().is_ok() {
                self.save(&progress, context)?;
                unsaved = 0.0;
            }
            order.rows(progress.step, &mut rows);
            match self.step((&mut progress, &rows), context) {
                Ok(Made::Step) => unsaved += step_flops,
                Ok(Made::Last) => return self.finish(progress),
                Err(StepError::Cancelled) => {
                    if unsaved > 0.0 {
                        self.save(&progress, context)?;
                    }
                    return Err(StepError::Cancelled);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// What belongs to a step: gradient, row, checkpoint, descent. One that is stopped in the middle was not begun.
    fn step(&mut self, (progress, rows): (&mut Progress, &[usize]), context: &Context<'_>) -> Result<Made, StepError> {
        let step = progress.step;
        context.check()?;
        let last = step >= self.setting.schedule.steps;
        let observed = self.setting.evaluate_at.binary_search(&step).is_ok();
        if observed || !last {
            self.trainer.differentiate(&self.splits[0], rows, &|| context.check())?;
        }
        if observed {
            self.record(progress, context)?;
        }
        if self.setting.checkpoints.binary_search(&step).is_ok() {
            let parameters = self.trainer.network().parameters().to_vec();
            progress.checkpoints.push(Checkpoint { step, parameters });
        }
        if last {
            return Ok(Made::Last);
        }
        if let Some(penalty) = self.setting.l2_penalty {
            // the gradient of λ‖θ‖²
            let weight = 2.0 * penalty.at(step);
            if self.setting.penalised.is_empty() {
                self.trainer.decay(weight);
            }
            for (range, part) in &self.setting.penalised {
                self.trainer.pull(range.clone(), part * weight);
            }
        }
        self.trainer.descend(self.setting.schedule.rate(step));
        progress.step += 1;
        Ok(Made::Step)
    }

    fn resume(&mut self, context: &Context<'_>) -> Result<Progress, StepError> {
        let parameters = self.trainer.network().parameters().len();
        let Some(state) = context.scratch.load().and_then(|bytes| decode(&bytes, parameters)) else {
            return Ok(Progress::default());
        };
        self.trainer.restore(&state.parameters, (state.optimiser_steps, state.moments))?;
        Ok(state.progress)
    }

    fn save(&self, progress: &Progress, context: &Context<'_>) -> Result<(), StepError> {
        let (steps, moments) = self.trainer.optimiser().state();
        let state = encode(progress, self.trainer.network().parameters(), (steps, moments))?;
        context.scratch.save(&state)
    }

    fn record(&mut self, progress: &mut Progress, context: &Context<'_>) -> Result<(), StepError> {
        let step = progress.step;
        let mut row: Vec<Cell> = vec![step.into(), Cell::Float(self.setting.schedule.rate(step))];
        for split in &self.splits {
            let made = self.trainer.evaluate(split, self.setting.evaluation_samples, &|| context.check())?;
            let cell = |number: fn(&Evaluation) -> f64| Cell::from(made.as_ref().map(number));
            let error = if self.setting.classifies { cell(|e| e.error) } else { Cell::Null };
            row.extend([cell(|e| e.loss), error]);
        }
        progress.trajectory.push(row);
        let norms = self.trainer.layer_norms();
        let square: f64 = norms.iter().map(|(gradient, _)| gradient * gradient).sum();
        for (layer, (gradient, parameter)) in norms.into_iter().enumerate() {
            let share = if square > 0.0 { Cell::Float(gradient * gradient / square) } else { Cell::Null };
            let numbers = [Cell::Float(gradient), share, Cell::Float(parameter)];
            progress.layers.push([step.into(), (layer + 1).into()].into_iter().chain(numbers).collect());
        }
        Ok(())
    }

    /// ‖θ‖² as the penalty counts it, of the network as it is now.
    pub(super) fn penalised_norm(&self) -> f64 {
        let parameters = self.trainer.network().parameters();
        let square = |numbers: &[f32]| numbers.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>();
        if self.setting.penalised.is_empty() {
            return square(parameters);
        }
        self.setting.penalised.iter().map(|(range, part)| part * square(&parameters[range.clone()])).sum()
    }

    fn finish(self, progress: Progress) -> Result<Outputs, StepError> {
        let train_loss = match progress.trajectory.last().and_then(|row| row.get(TRAIN_LOSS)) {
            Some(&Cell::Float(loss)) => Some(loss),
            _ => None,
        };
        let outcome = outcome(&self, train_loss)?;
        let trajectory = Table::from_rows(&TRAJECTORY, &progress.trajectory)?;
        let layers = Table::from_rows(&LAYERS, &progress.layers)?;
        let network = Network { checkpoints: progress.checkpoints, ..self.made };
        Ok(vec![Value::Table(trajectory), Value::Table(layers), Value::Network(network), Value::Table(outcome)])
    }
}

/// The row of a run whose last recorded training loss is this; no row where there are no samples to tell by.
fn outcome(run: &Training<'_>, train_loss: Option<f64>) -> Result<Table, StepError> {
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
