//! Training through its kind: what is recorded, and that a run that was stopped ends as one that was not.

use super::*;
use crate::artifact::{Table, Value};
use crate::experiment::testing::{Check, pixels};
use crate::step::{DataRef, DataSource, NoScratch, Records, Scratch};
use serde_json::{Value as Json, json};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

fn params(optimiser: &Json) -> Json {
    json!({
        "layers": [
            {"convolution": {"width": 4, "window": 2, "padding": 1, "bias": true}}, {"activation": "relu"},
            {"pooling": {"pooling": "max", "size": 2}}, "channel-norm",
            {"dense": {"width": 5}}, {"activation": "tanh"}, {"dense": {"width": 1, "bias": true}}
        ],
        "optimiser": optimiser, "learning_rate": 0.1, "schedule": "cosine", "warm_up": 3, "batch": 6, "steps": 30,
        "evaluate_at": [0, 10, 20, 40], "checkpoints": [10, 99], "seed": 4
    })
}

fn sgd() -> Json {
    json!({"sgd": {"momentum": 0.9}})
}

fn adam() -> Json {
    json!({"adam": {"weight_decay": 0.01}})
}

fn images() -> Representation {
    pixels(20, 0, 7)
}

fn tables(outputs: &[Value]) -> [&Table; 2] {
    match outputs {
        [Value::Table(trajectory), Value::Table(layers), Value::Network(_)] => [trajectory, layers],
        _ => panic!("two tables and a network"),
    }
}

#[test]
fn losses_fall_and_are_recorded_when_asked_for() {
    let outputs = Check::of(&TrainNetwork).run(&params(&sgd()), vec![("x", Value::Representation(images()))]);
    let [trajectory, layers] = tables(&outputs);
    let column = |table: &Table, name: &str| table.numbers(name).unwrap();
    let known = |table: &Table, name: &str| column(table, name).into_iter().flatten().collect::<Vec<f64>>();
    assert_eq!(known(trajectory, "step"), [0.0, 10.0, 20.0, 30.0]);
    let loss = known(trajectory, "train_loss");
    assert!(loss[3] < 0.5 * loss[0], "{loss:?}");
    assert_eq!(column(trajectory, "validation_loss"), [None; 4], "there are no validation samples");
    assert_eq!(known(trajectory, "test_error").len(), 4);
    let rates = known(trajectory, "learning_rate");
    assert!((rates[0] - 0.1 / 3.0).abs() < 1e-12 && rates[3].abs() < 1e-12);
    assert_eq!(known(layers, "layer")[..3], [1.0, 2.0, 3.0]);
    let shares = known(layers, "gradient_share");
    assert!(shares.chunks(3).all(|three| (three.iter().sum::<f64>() - 1.0).abs() < 1e-12));
    let Value::Network(network) = &outputs[2] else { panic!("a network") };
    assert_eq!(network.checkpoints.iter().map(|c| c.step).collect::<Vec<_>>(), [10, 30]);
}

struct NoData;

impl DataSource for NoData {
    fn open(&self, _: &DataRef) -> Result<Box<dyn Records>, StepError> {
        Err(StepError::Bug("no data in this test".into()))
    }
}

/// Keeps every state; asks to stop after so many.
struct Stopping<'a> {
    states: Mutex<Vec<Vec<u8>>>,
    after: usize,
    cancelled: &'a AtomicBool,
}

impl Scratch for Stopping<'_> {
    fn load(&self) -> Option<Vec<u8>> {
        self.states.lock().unwrap().last().cloned()
    }

    fn save(&self, state: &[u8]) -> Result<(), StepError> {
        let mut states = self.states.lock().unwrap();
        states.push(state.to_vec());
        if states.len() == self.after {
            self.cancelled.store(true, Ordering::Relaxed);
        }
        Ok(())
    }
}

fn run(params: &Json, scratch: &dyn Scratch, cancelled: &AtomicBool) -> Result<Outputs, StepError> {
    let images = images();
    let params: Params = serde_json::from_value(params.clone()).unwrap();
    let context = Context { data: &NoData, cancelled, scratch };
    // every step is saved
    training(&params, &images, None)?.run(&context, 1.0)
}

#[test]
fn a_run_that_was_stopped_ends_as_one_that_was_not() {
    for optimiser in [sgd(), adam(), json!({"sgd": {}})] {
        let params = params(&optimiser);
        let never = AtomicBool::new(false);
        let whole = run(&params, &NoScratch, &never).unwrap();
        for after in [1, 9, 10, 25] {
            let cancelled = AtomicBool::new(false);
            let scratch = Stopping { states: Mutex::new(Vec::new()), after, cancelled: &cancelled };
            assert!(matches!(run(&params, &scratch, &cancelled), Err(StepError::Cancelled)));
            let states = scratch.states.lock().unwrap().clone();
            assert_eq!(states.len(), after + 1, "and once more when it was stopped");
            // from the last state, and from the one before it as after a kill that let nothing be saved
            for kept in [after + 1, after] {
                let scratch =
                    Stopping { states: Mutex::new(states[..kept].to_vec()), after: usize::MAX, cancelled: &never };
                assert_eq!(run(&params, &scratch, &never).unwrap(), whole, "{optimiser} after {after}");
                let steps_made = scratch.states.lock().unwrap().len() - kept;
                assert!(steps_made < 30, "it went on from there");
            }
        }
    }
}

#[test]
fn a_state_of_something_else_is_not_used() {
    let never = AtomicBool::new(false);
    let scratch =
        Stopping { states: Mutex::new(vec![b"something else".to_vec()]), after: usize::MAX, cancelled: &never };
    assert_eq!(run(&params(&sgd()), &scratch, &never).unwrap(), run(&params(&sgd()), &NoScratch, &never).unwrap());
}

#[test]
fn what_cannot_be_trained_is_refused() {
    let refuse = |layers: Json| {
        let mut params = params(&sgd());
        params["layers"] = layers;
        Check::of(&TrainNetwork).refuse(&params, vec![("x", Value::Representation(images()))]).remove(0)
    };
    let two = refuse(json!([{"dense": {"width": 2}}]));
    assert_eq!(two.message, "the last layer gives 2 numbers, expected 1");
    let pool = refuse(json!([{"pooling": {"pooling": "max", "size": 3}}, {"dense": {"width": 1}}]));
    assert!(pool.message.contains("size of the pooling window is 3"), "{}", pool.message);
    let fault = Check::of(&TrainNetwork).canonical(&json!({
        "layers": [{"dense": {"width": 0}}], "learning_rate": 0.1, "batch": 1, "steps": 1, "seed": 0
    }));
    assert!(fault.unwrap_err()[0].message.contains("at least 1"));
}

#[test]
fn the_rule_of_the_paper_scales_the_rate() {
    let mut tree = params(&sgd());
    tree["scale_rate"] = json!(true);
    let params: Params = serde_json::from_value(tree).unwrap();
    assert!((params.schedule(24).peak - 0.05).abs() < 1e-15, "√(6/24) of 0.1");
    assert_eq!(params.schedule(3).peak, 0.1, "a batch is not larger than the set");
}

// Momentum and weight decay included; what is trained moves, and a run that was stopped goes on with the same layers frozen.
#[test]
fn layers_that_are_not_trained_stay_as_they_start_bit_by_bit() {
    // weights and biases: convolution 4 x 8 and 4, dense 5 x 8, readout 5 and 1
    let layers = [0..36, 36..76, 76..82];
    for optimiser in [adam(), json!({"sgd": {"momentum": 0.9, "weight_decay": 0.1}}), json!({"sgd": {}})] {
        for trained in [1, 2, 3] {
            let mut params = params(&optimiser);
            params["trained"] = json!([trained]);
            params["checkpoints"] = json!([0]);
            let never = AtomicBool::new(false);
            let outputs = run(&params, &NoScratch, &never).unwrap();
            let Value::Network(network) = &outputs[2] else { panic!("a network") };
            let [start, end] = [0, 1].map(|i| &network.checkpoints[i].parameters);
            assert_eq!(start.len(), 82);
            for (layer, range) in (1..).zip(layers.clone()) {
                let same = start[range.clone()].iter().zip(&end[range]).all(|(a, b)| a.to_bits() == b.to_bits());
                assert_eq!(same, layer != trained, "{optimiser}, trained {trained}, layer {layer}");
            }
            let cancelled = AtomicBool::new(false);
            let scratch = Stopping { states: Mutex::new(Vec::new()), after: 9, cancelled: &cancelled };
            assert!(run(&params, &scratch, &cancelled).is_err());
            let scratch = Stopping { states: scratch.states, after: usize::MAX, cancelled: &never };
            assert_eq!(run(&params, &scratch, &never).unwrap(), outputs);
        }
    }
}

#[test]
fn training_all_layers_by_name_is_training_all() {
    let never = AtomicBool::new(false);
    let mut named = params(&sgd());
    named["trained"] = json!([1, 2, 3]);
    assert_eq!(run(&named, &NoScratch, &never).unwrap(), run(&params(&sgd()), &NoScratch, &never).unwrap());
    named["trained"] = json!([4]);
    let problems = Check::of(&TrainNetwork).refuse(&named, vec![("x", Value::Representation(images()))]);
    assert_eq!(problems[0].message, "layer 4 is to be trained, but the network has 3 layers with weights");
}
