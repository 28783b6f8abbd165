//! The learner through its kind: what is recorded, and that a run that was stopped ends as one that was not.

use super::*;
use crate::experiment::testing::Check;
use crate::step::{DataRef, DataSource, NoScratch, Records, Scratch};
use serde_json::{Value as Json, json};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

fn tables(params: &Json) -> [Table; 2] {
    match &Check::of(&PhaseRecovery).run(params, vec![])[..] {
        [Value::Table(curve), Value::Table(recovery)] => [curve.clone(), recovery.clone()],
        other => panic!("{other:?}"),
    }
}

fn number(table: &Table, column: &str) -> Option<f64> {
    table.numbers(column).unwrap()[0]
}

#[test]
fn recovery_is_where_the_overlap_first_reaches_the_level() {
    let run = |extra: Json| {
        let mut params = json!({"size": 32, "alpha": 1, "checkpoints": [0.005, 0.5, 2], "seed": 2});
        params.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        tables(&params)
    };
    let [curve, recovery] = run(json!({}));
    assert_eq!(curve.numbers("steps").unwrap(), [Some(164.0), Some(16_384.0), Some(65_536.0)]);
    let steps = number(&recovery, "recovery_steps").unwrap();
    assert!((1.0..65_536.0).contains(&steps) && number(&recovery, "recovered") == Some(1.0), "{steps}");
    assert_eq!(number(&recovery, "log10_steps").unwrap(), steps.log10());
    // a checkpoint there and one before lie on either side of the level
    let [around, _] = run(json!({"checkpoints": [(steps - 1.0) / 32_768.0, steps / 32_768.0]}));
    let overlaps = around.numbers("overlap").unwrap();
    assert!(overlaps[0].unwrap() < 0.5 && overlaps[1].unwrap() >= 0.5, "{overlaps:?}");
    let excess = (overlaps[0].unwrap() - 0.125) / 0.875;
    assert!((number(&around, "excess_overlap").unwrap() - excess).abs() < 1e-15);
    let [early, same] = run(json!({"stop_at_recovery": true}));
    assert!(same == recovery && early.height() < 3);
}

#[test]
fn a_run_that_is_too_short_is_censored() {
    let [curve, recovery] = tables(&json!({"size": 32, "checkpoints": [0.001, 0.01], "seed": 0}));
    assert_eq!((number(&recovery, "recovery_steps"), number(&recovery, "recovered")), (None, Some(0.0)));
    assert_eq!((number(&recovery, "steps"), curve.height()), (Some(328.0), 2));
    assert!((number(&recovery, "steps_over_cube").unwrap() - 328.0 / 32_768.0).abs() < 1e-15);
}

#[test]
fn a_lock_is_found_where_the_spectrum_is_strong() {
    let steps = |lock: usize| {
        let run = |seed: u64| {
            let params = json!({
                "size": 32, "alpha": 1, "lock": lock, "checkpoints": [1], "stop_at_recovery": true, "seed": seed
            });
            number(&tables(&params)[1], "log10_steps").unwrap()
        };
        (0..8).map(run).sum::<f64>() / 8.0
    };
    assert!(steps(5) > steps(1) + 0.5, "{} {}", steps(5), steps(1));
}

// In committed runs at N = 64 the means over seeds are 689 000 steps, 4800 and, cut off, 1 572 864.
#[test]
fn a_run_that_ends_at_recovery_is_planned_to_end_there() {
    let planned = |alpha: f64, lock: usize, stop: bool| {
        let params = json!({
            "size": 64, "alpha": alpha, "lock": lock, "checkpoints": [6], "stop_at_recovery": stop, "seed": 0
        });
        let params: Params = serde_json::from_value(params).unwrap();
        (params.expected_steps(), Kind::plan(&PhaseRecovery, &params, &Shapes::default()).unwrap().flops)
    };
    let (whole, flops) = planned(2.0, 1, false);
    assert_eq!(whole, 1_572_864.0);
    for (alpha, lock, steps) in [(0.0, 1, 689_000.0), (2.0, 1, 4_800.0), (2.0, 10, whole)] {
        let (expected, of_them) = planned(alpha, lock, true);
        assert!((0.5..2.0).contains(&(expected / steps)), "α = {alpha}, m = {lock}: {expected}");
        assert!((of_them / flops - expected / whole).abs() < 1e-12);
    }
}

struct NoData;

impl DataSource for NoData {
    fn open(&self, _: &DataRef) -> Result<Box<dyn Records>, StepError> {
        Err(StepError::Bug("no data in this test".into()))
    }
}

struct Kept(Mutex<Option<Vec<u8>>>);

impl Scratch for Kept {
    fn load(&self) -> Option<Vec<u8>> {
        self.0.lock().unwrap().clone()
    }

    fn save(&self, state: &[u8]) -> Result<(), StepError> {
        *self.0.lock().unwrap() = Some(state.to_vec());
        Ok(())
    }
}

fn run(params: &Json, scratch: &dyn Scratch, cancelled: &AtomicBool) -> Result<Outputs, StepError> {
    let params: Params = serde_json::from_value(params.clone()).unwrap();
    Kind::run(&PhaseRecovery, &params, &Inputs::default(), &Context { data: &NoData, cancelled, scratch })
}

#[test]
fn a_run_that_was_stopped_ends_as_one_that_was_not() {
    let params = json!({"size": 16, "checkpoints": [0.02, 0.3, 2.2, 9.9], "seed": 4});
    let (never, stopped) = (AtomicBool::new(false), AtomicBool::new(false));
    let whole = run(&params, &NoScratch, &never).unwrap();
    let model = PhaseModel::new(16, 0.0, 1).unwrap();
    let mut learner = PhaseLearner::new(&model, 1.0, 4).unwrap();
    let mut found = Found::default();
    learner.advance(82, NEVER);
    found.overlaps.push(learner.overlap());
    learner.advance(128, NEVER);
    let kept = Kept(Mutex::new(None));
    stopped.store(true, Ordering::Relaxed);
    run_within(&kept, &stopped, |context| {
        assert!(matches!(keep_state(&learner, &found, (context, &mut 0)), Err(StepError::Cancelled)));
    });
    assert!(kept.load().is_some());
    assert!(matches!(run(&params, &kept, &stopped), Err(StepError::Cancelled)));
    assert_eq!(run(&params, &kept, &never).unwrap(), whole);
    let damaged = Kept(Mutex::new(Some(b"no state".to_vec())));
    assert_eq!(run(&params, &damaged, &never).unwrap(), whole);
}

fn run_within(scratch: &dyn Scratch, cancelled: &AtomicBool, f: impl FnOnce(&Context<'_>)) {
    f(&Context { data: &NoData, cancelled, scratch });
}

#[test]
fn senseless_requests_are_refused() {
    let refuse = |params: Json| Check::of(&PhaseRecovery).refuse(&params, vec![])[0].at.clone().unwrap_or_default();
    assert_eq!(refuse(json!({"size": 9, "seed": 0})), "size");
    assert_eq!(refuse(json!({"size": 16, "lock": 3, "seed": 0})), "lock");
    assert_eq!(refuse(json!({"size": 16, "checkpoints": [0], "seed": 0})), "checkpoints");
    assert_eq!(refuse(json!({"size": 8, "checkpoints": [0.01, 0.0101], "seed": 0})), "checkpoints");
}
