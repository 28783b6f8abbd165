//! When online gradient descent finds information that is in phases alone.

use crate::math::phase::learner::{BLOCK, PhaseLearner, State};
use crate::math::phase::model::PhaseModel;
use crate::step::prelude::*;

/// `phase-recovery`
pub struct PhaseRecovery;

/// Parameters of `phase-recovery`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Points N of a signal, even.
    #[schemars(range(min = 8, max = 4096))]
    pub size: usize,
    /// Exponent α of the spectrum `λ_k ∝ k^−α`; 0 is isotropic.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 10.0))]
    pub alpha: f64,
    /// Mode m whose phase the label locks: `φ_{3m} = 3 φ_m`. 1 is in the leading modes, `⌊(N/2 − 1)/3⌋` in the tail.
    #[serde(default = "defaults::whole::<1>")]
    #[schemars(range(min = 1, max = 2048))]
    pub lock: usize,
    /// Rate c: the step is c/N².
    #[serde(default = "defaults::decimal::<1, 0>")]
    #[schemars(range(min = 1e-6, max = 1e6))]
    pub rate: f64,
    /// Where the overlap is recorded, in steps over N³, increasing; the last one ends the run.
    #[serde(default = "checkpoints")]
    pub checkpoints: Grid,
    /// Whether a run ends when it has recovered the planted space.
    #[serde(default)]
    pub stop_at_recovery: bool,
    /// The overlap at which the planted space counts as recovered.
    #[serde(default = "defaults::decimal::<5, 1>")]
    #[schemars(range(min = 0.01, max = 0.99))]
    pub level: f64,
    /// Seed of the start and the signals.
    pub seed: u64,
}

fn checkpoints() -> Grid {
    Grid((-8..=4).map(|i| 10_f64.powf(0.25 * f64::from(i))).collect())
}

const CURVE: [&str; 4] = ["n_over_cube", "steps", "overlap", "excess_overlap"];
const RECOVERY: [&str; 5] = ["recovery_steps", "recovered", "steps", "log10_steps", "steps_over_cube"];

impl Kind for PhaseRecovery {
    type Params = Params;
    const NAME: &'static str = "phase-recovery";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "Trains one neuron on signals whose classes differ in a lock between two phases.",
        details: "x_t = √(2/N) Σ_k √(2λ_k) cos(2πkt/N + φ_k), k = 1 … N/2 − 1, with Σ λ_k = N/2 − 1, the eigenvalues \
                  of the covariance; phases are independent for y = −1, and φ_3m = 3 φ_m for y = +1. A fresh signal a \
                  step: w ← (w + (c/N²) y He₃(z) x)/‖·‖, z = w·x/√(wᵀΣw), which climbs y He₄(z)/4 from a random \
                  direction. The overlap is the share of ‖w‖² in the span of cosine and sine of modes m and 3m, 4/N \
                  for a random w. Phases are drawn from 4096 equally spaced ones: no polynomial of lower degree tells \
                  them from continuous ones. A run that is stopped goes on from the state it left, with the same \
                  result.",
        cites: &["ricci-2026"],
        inputs: &[],
        outputs: &[
            Port::new("curve", ValueType::Table).doc(
                "A row a checkpoint that was reached: `n_over_cube` as asked for, `steps`, `overlap` and \
                 `excess_overlap` = (overlap − 4/N)/(1 − 4/N), 0 for a random direction.",
            ),
            Port::new("recovery", ValueType::Table).doc(
                "One row: `recovery_steps`, the first step at which the overlap was at the level, null where it never \
                 was; `recovered`, 1 or 0; `steps`, which is the last step in place of that null, its logarithm (of at \
                 least 1) and its ratio to N³.",
            ),
        ],
    };

    fn plan(&self, params: &Params, _: &Shapes) -> Result<Plan, Vec<Problem>> {
        let model = PhaseModel::new(params.size, params.alpha, params.lock);
        let problems: Vec<Problem> = model
            .err()
            .map(|error| Problem::at(if params.size % 2 == 1 { "size" } else { "lock" }, error.to_string()))
            .into_iter()
            .chain(params.steps().err())
            .collect();
        Problem::refuse(problems)?;
        Ok(Plan {
            outputs: vec![Shape::Table, Shape::Table],
            work_bytes: 1 << 20,
            flops: (AROUND_MODES + POINT * params.size as f64) * params.expected_steps(),
        })
    }

    fn header(&self, port: &str, _: &Params, _: &Headers) -> Option<Header> {
        match port {
            "curve" => Some(Header::of(&CURVE).keys(&["n_over_cube"]).more_is_better(&["overlap", "excess_overlap"])),
            "recovery" => Some(Header::of(&RECOVERY)),
            _ => None,
        }
    }

    fn run(&self, params: &Params, _: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let model = PhaseModel::new(params.size, params.alpha, params.lock)?;
        let checkpoints = params.steps().map_err(|problem| StepError::Bug(problem.message))?;
        let (mut learner, mut done) = begin(params, &model, context)?;
        let mut unsaved = 0;
        while let Some(&checkpoint) = checkpoints.get(done.overlaps.len()) {
            keep_state(&learner, &done, (context, &mut unsaved))?;
            let until = checkpoint.min((learner.step() / BLOCK + BLOCKS_AT_ONCE) * BLOCK);
            let before = learner.step();
            learner.advance(until, if done.recovered.is_some() { NEVER } else { params.level });
            unsaved += (learner.step() - before) * params.size as u64;
            if done.recovered.is_none() && learner.overlap() >= params.level {
                done.recovered = Some(learner.step());
            }
            if params.stop_at_recovery && done.recovered.is_some() {
                break;
            }
            if learner.step() == checkpoint {
                done.overlaps.push(learner.overlap());
            }
        }
        let last = learner.step();
        Ok(vec![Value::Table(params.curve(&checkpoints, &done)?), Value::Table(params.recovery(done.recovered, last)?)])
    }
}

// Operations of large products that take the time of a step, two roots and divisions one after the other, and of a point:
// of half a mode, whose sums are one addition after the other.
const AROUND_MODES: f64 = 600.0;
const POINT: f64 = 22.0;

// Above every overlap.
const NEVER: f64 = 2.0;

// The user can stop a run after so many blocks, milliseconds.
const BLOCKS_AT_ONCE: u64 = 64;

// Coefficients updated between two states on disk: about half a minute's work.
const SAVE_EVERY: u64 = 20_000_000_000;

/// What a run has found so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Found {
    overlaps: Vec<f64>,
    recovered: Option<u64>,
}

/// The state of a run on disk.
#[derive(Serialize, Deserialize)]
struct Saved {
    found: Found,
    step: u64,
    weights: Vec<[f64; 2]>,
    unreached: f64,
}

fn begin<'a>(
    params: &Params,
    model: &'a PhaseModel,
    context: &Context<'_>,
) -> Result<(PhaseLearner<'a>, Found), StepError> {
    let saved = context.scratch.load().and_then(|bytes| serde_json::from_slice::<Saved>(&bytes).ok());
    if let Some(Saved { found, step, weights, unreached }) = saved {
        let state = State { step, weights, unreached };
        if let Ok(learner) = PhaseLearner::resume(model, (params.rate, params.seed), state) {
            return Ok((learner, found));
        }
    }
    Ok((PhaseLearner::new(model, params.rate, params.seed)?, Found::default()))
}

// Writes the state when the user asks to stop, and whenever enough work is done.
fn keep_state(
    learner: &PhaseLearner<'_>,
    found: &Found,
    (context, unsaved): (&Context<'_>, &mut u64),
) -> Result<(), StepError> {
    let Some(state) = learner.state() else {
        return Ok(());
    };
    let stopped = context.check();
    if stopped.is_err() || *unsaved >= SAVE_EVERY {
        let State { step, weights, unreached } = state.clone();
        let saved = Saved { found: found.clone(), step, weights, unreached };
        let bytes = serde_json::to_vec(&saved).map_err(|error| StepError::Scratch(error.to_string()))?;
        context.scratch.save(&bytes)?;
        *unsaved = 0;
    }
    stopped
}

impl Params {
    fn cube(&self) -> f64 {
        (self.size as f64).powi(3)
    }

    /// The checkpoints in steps.
    fn steps(&self) -> Result<Vec<u64>, Problem> {
        const MOST: f64 = 1e13;
        let steps = self.checkpoints.0.iter().map(|x| (x * self.cube()).round());
        if !steps.clone().all(|steps| (1.0..=MOST).contains(&steps)) {
            let message = format!("at N = {} a checkpoint is no number of steps from 1 to 1e13", self.size);
            return Err(Problem::at("checkpoints", message).help("they are in units of N³: 0.01 to 10 as a rule"));
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, from 1 to 1e13")]
        let steps: Vec<u64> = steps.map(|steps| steps as u64).collect();
        if steps.windows(2).any(|w| w[0] >= w[1]) {
            let message =
                format!("the checkpoints must increase by a step at least, and N = {} makes some equal", self.size);
            return Err(Problem::at("checkpoints", message).help("write increasing numbers, larger or fewer of them"));
        }
        Ok(steps)
    }

    /// Steps until the end. Where recovery ends a run, `2 N³/(c λ_m^{3/2} λ_{3m}^{1/2})`, the mean over seeds within a factor
    /// of three, at N from 32 to 128 and α from 0 to 2: planted weights of 1/√N grow at the inverse of that. Single seeds
    /// lie ten times beside it.
    fn expected_steps(&self) -> f64 {
        let last = self.checkpoints.0.last().copied().unwrap_or(0.0) * self.cube();
        let model = PhaseModel::new(self.size, self.alpha, self.lock).ok().filter(|_| self.stop_at_recovery);
        let recovery = model.map_or(f64::INFINITY, |model| {
            let [own, locked] = model.planted().map(|mode| 0.5 * model.powers()[mode]);
            2.0 * self.cube() / (self.rate * own.powf(1.5) * locked.sqrt())
        });
        last.min(recovery)
    }

    fn curve(&self, steps: &[u64], found: &Found) -> Result<Table, StepError> {
        let chance = 4.0 / self.size as f64;
        let row = |((&x, &steps), &overlap): ((&f64, &u64), &f64)| -> Vec<Cell> {
            vec![x.into(), count(steps), overlap.into(), ((overlap - chance) / (1.0 - chance)).into()]
        };
        let rows: Vec<Vec<Cell>> = self.checkpoints.0.iter().zip(steps).zip(&found.overlaps).map(row).collect();
        Ok(Table::from_rows(&CURVE, &rows)?)
    }

    fn recovery(&self, recovered: Option<u64>, last: u64) -> Result<Table, StepError> {
        let steps = recovered.unwrap_or(last);
        let row = vec![
            recovered.map_or(Cell::Null, count),
            f64::from(u8::from(recovered.is_some())).into(),
            count(steps),
            (steps.max(1) as f64).log10().into(),
            (steps as f64 / self.cube()).into(),
        ];
        Ok(Table::from_rows(&RECOVERY, &[row])?)
    }
}

// At most 1e13 steps.
fn count(steps: u64) -> Cell {
    Cell::Int(i64::try_from(steps).unwrap_or(i64::MAX))
}

#[cfg(test)]
#[path = "phase_recovery_tests.rs"]
mod tests;
