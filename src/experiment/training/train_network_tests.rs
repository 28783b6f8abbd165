//! Training through its kind: what is recorded, and that a run that was stopped ends as one that was not.

use super::*;
use crate::artifact::{Table, Value};
use crate::experiment::testing::{Check, pixels, representation};
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

pub(super) fn images() -> Representation {
    pixels(20, 0, 7)
}

fn tables(outputs: &[Value]) -> [&Table; 2] {
    match outputs {
        [Value::Table(trajectory), Value::Table(layers), Value::Network(_), Value::Table(_)] => [trajectory, layers],
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

pub(super) fn run(params: &Json, scratch: &dyn Scratch, cancelled: &AtomicBool) -> Result<Outputs, StepError> {
    let images = images();
    let params: Params = serde_json::from_value(params.clone()).unwrap();
    let context = Context { data: &NoData, cancelled, scratch };
    // every step is saved
    training(&params, (&images, None), None)?.run(&context, 1.0)
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
            assert_eq!(states.len(), after, "nothing was made since");
            // from the last state, and from the one before it as after a kill that let nothing be saved
            for kept in [after, after - 1] {
                let scratch =
                    Stopping { states: Mutex::new(states[..kept].to_vec()), after: usize::MAX, cancelled: &never };
                assert_eq!(run(&params, &scratch, &never).unwrap(), whole, "{optimiser} after {after}");
                let steps_made = scratch.states.lock().unwrap().len() - kept;
                assert!(steps_made < 30 || kept == 0, "it went on from there");
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

fn autoencoder(layers: &Json, extra: &[(&str, Json)]) -> Json {
    let mut params = json!({
        "layers": layers, "optimiser": {"adam": {}}, "learning_rate": 0.01, "batch": 20, "steps": 200,
        "evaluate_at": [0], "seed": 1
    });
    for (name, value) in extra {
        params[*name] = value.clone();
    }
    params
}

pub(super) fn trained(params: &Json, x: Representation, targets: Representation) -> (Vec<Option<f64>>, Table) {
    let inputs = vec![("x", Value::Representation(x)), ("targets", Value::Representation(targets))];
    let outputs = Check::of(&TrainNetwork).run(params, inputs);
    let [trajectory, layers] = tables(&outputs);
    assert_eq!(trajectory.numbers("train_error").unwrap(), [None; 2], "numbers are not right or wrong");
    (trajectory.numbers("train_loss").unwrap(), layers.clone())
}

#[test]
fn other_samples_can_be_targets() {
    let layers = json!([{"circular-convolution": {"width": 2, "bias": true}}]);
    let params = autoencoder(
        &layers,
        &[("initialisation", json!({"orthogonal": {"degree": 1}})), ("learning_rate", json!(0.05))],
    );
    let (loss, _) = trained(&params, images(), images());
    assert!(loss[1].unwrap() < 0.01 * loss[0].unwrap(), "{loss:?}");
}

// With nothing to learn, the penalty alone moves the weights: by λ(t) for plain descent.
#[test]
fn l2_penalty_shrinks_weights_at_the_rate_of_its_rise() {
    let layers = json!([{"dense": {"width": 12}}]);
    let nothing = representation(&images());
    let zeros = |points: &crate::artifact::Points| points.to_matrix() * 0.0;
    let nothing = nothing.with_features(
        zeros(&nothing.samples.train),
        zeros(&nothing.samples.validation),
        zeros(&nothing.samples.test),
    );
    let penalty = json!({"lambda": 0.5, "rise": 4, "from": 0.0625});
    let params =
        autoencoder(&layers, &[("l2_penalty", penalty), ("steps", json!(6)), ("optimiser", json!({"sgd": {}}))]);
    let (_, layers) = trained(&params, nothing.clone(), nothing);
    let norms = layers.numbers("parameter_norm").unwrap();
    // λ = 1/32, 1/16, 1/8, 1/4, 1/2, 1/2 and a rate of 0.01
    let expected: f64 = [1.0 / 32.0, 1.0 / 16.0, 0.125, 0.25, 0.5, 0.5].iter().map(|l| 1.0 - 0.02 * l).product();
    assert!((norms[1].unwrap() / norms[0].unwrap() - expected).abs() < 1e-6);
}

#[test]
fn classes_have_an_output_each() {
    let mut x = images();
    let classes = |n: usize| (0..n).map(|i| (i % 3) as f64).collect::<Vec<_>>();
    x.labels =
        std::sync::Arc::new(crate::artifact::Labels { train: classes(20), validation: vec![], test: classes(7) });
    let layers = json!([{"dense": {"width": 30}}, {"activation": "relu"}, {"dense": {"width": 3, "bias": true}}]);
    let params = autoencoder(&layers, &[("loss", json!("cross-entropy"))]);
    let outputs = Check::of(&TrainNetwork).run(&params, vec![("x", Value::Representation(x.clone()))]);
    let [trajectory, _] = tables(&outputs);
    assert_eq!(trajectory.numbers("train_error").unwrap()[1], Some(0.0));
    let mut params = params;
    params["layers"] = json!([{"dense": {"width": 2}}]);
    let error = Check::of(&TrainNetwork).fail(&params, vec![("x", Value::Representation(x))]).to_string();
    assert!(error.contains("a label is 2, the 2 outputs stand for classes 0 to 1"), "{error}");
}

#[test]
fn targets_that_do_not_fit_are_refused() {
    let refuse = |layers: Json, loss: &str, targets: Representation| {
        let params = autoencoder(&layers, &[("loss", json!(loss))]);
        let inputs = vec![("x", Value::Representation(images())), ("targets", Value::Representation(targets))];
        Check::of(&TrainNetwork).refuse(&params, inputs).remove(0)
    };
    let twelve = || json!([{"dense": {"width": 12}}]);
    assert_eq!(refuse(twelve(), "logistic", images()).at.as_deref(), Some("loss"));
    assert_eq!(refuse(twelve(), "square", pixels(20, 0, 6)).at.as_deref(), Some("targets"));
    let narrow = refuse(json!([{"dense": {"width": 5}}]), "square", images());
    assert_eq!(narrow.message, "the last layer gives 5 numbers and a target has 12");
    let params =
        autoencoder(&twelve(), &[("loss", json!("cross-entropy")), ("layers", json!([{"dense": {"width": 1}}]))]);
    let problems = Check::of(&TrainNetwork).refuse(&params, vec![("x", Value::Representation(images()))]);
    assert!(problems[0].message.contains("one for each class"));
    let both = autoencoder(
        &json!([{"dense": {"width": 1}}]),
        &[("l2_penalty", json!({"lambda": 0.1})), ("optimiser", json!({"sgd": {"weight_decay": 0.1}}))],
    );
    let problems = Check::of(&TrainNetwork).refuse(&both, vec![("x", Value::Representation(images()))]);
    assert_eq!(problems[0].at.as_deref(), Some("l2_penalty"));
}

// The filters' entries are 1/√(HW) of the weights: their penalty is that of the operator over HW. On maps of one row and one
// position both are the same; a dense layer has one norm.
