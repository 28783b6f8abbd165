use super::*;
use crate::artifact::{Geometry, Labels, Origin, Points, Representation, Samples};
use crate::experiment::TrainNetwork;
use crate::experiment::testing::Check;
use crate::math::random::Stream;
use serde_json::json;
use std::sync::Arc;

const SIZE: usize = 8;
const SAMPLES: usize = 60;

fn made(values: Matrix, geometry: Option<Geometry>) -> Value {
    let nothing = || Points::Real(Matrix::zeros(0, values.ncols()));
    let samples = Samples { train: Points::Real(values.clone()), validation: nothing(), test: Points::Real(values) };
    let labels = Labels { train: vec![1.0; SAMPLES], validation: vec![], test: vec![1.0; SAMPLES] };
    Value::Representation(Representation { samples, labels: Arc::new(labels), geometry, origin: Origin::default() })
}

/// Waves of one row at random positions p, in the second channel at p + v; and (p, v).
fn waves() -> (Value, Value) {
    let mut stream = Stream::new(2, "test-waves", 0);
    let state =
        Matrix::from_fn(SAMPLES, 2, |_, column| if column == 0 { 8.0 * stream.uniform() } else { stream.uniform() });
    let values = Matrix::from_fn(SAMPLES, 2 * SIZE, |row, at| {
        let shift = state[(row, 0)] + if at < SIZE { 0.0 } else { state[(row, 1)] };
        (TAU * ((at % SIZE) as f64 - shift) / SIZE as f64).cos()
    });
    (made(values, Some(Geometry { channels: 2, height: 1, width: SIZE })), made(state, None))
}

// A layer that passes both channels at frequency 1: each direction is a mixture of the two phases, and all of them together
// tell both numbers. With the weights of the start, orthogonal, the mixtures are known to differ by the velocity.
#[test]
fn phases_of_waves_tell_where_they_are() {
    let (x, state) = waves();
    let params = json!({
        "layers": [{"circular-convolution": {"width": 2}}], "learning_rate": 1e-9, "batch": 5, "steps": 1, "seed": 3,
        "initialisation": {"orthogonal": {"degree": 1}}
    });
    let network = Check::of(&TrainNetwork).run(&params, vec![("x", x.clone()), ("targets", x.clone())]).remove(2);
    let params =
        json!({"layer": 1, "directions": 2, "state": [{"name": "position", "period": 8.0}, {"name": "velocity"}]});
    let inputs = vec![("x", x), ("state", state), ("network", network)];
    let Value::Table(table) = Check::of(&LatentPhase).run(&params, inputs).remove(0) else { panic!("a table") };
    let column = |name: &str| table.numbers(name).unwrap();
    assert_eq!(table.height(), 3, "two directions for the position, a pair for the velocity");
    assert_eq!(column("frequency_x"), [Some(1.0); 3]);
    assert_eq!(column("rank"), [Some(1.0), Some(2.0), Some(1.0)]);
    assert_eq!(column("second_direction")[..2], [None, None]);
    // velocities of at most an eighth of the ring move a mixture's phase by less than 45°
    assert!(column("r2")[..2].iter().all(|r2| r2.unwrap() > 0.85), "{:?}", column("r2"));
}

// Directions that see the ball at two moments differ in phase by its velocity, whatever its position and the seam.
#[test]
fn differences_of_phases_tell_velocities() {
    let mut stream = Stream::new(5, "test-phases", 0);
    let state: Vec<(f64, f64)> = (0..50).map(|_| (TAU * stream.uniform(), stream.uniform())).collect();
    let direction = |value| Direction { frequency: (0, 1), columns: 1..3, value, right: (vec![], vec![]) };
    let (first, second) = (direction(1.5), direction(1.2));
    let wrapped = |angle: f64| libm::atan2(libm::sin(angle), libm::cos(angle));
    let phases = |moment: f64| state.iter().map(|(p, v)| wrapped(2.0 - p - moment * v)).collect::<Vec<f64>>();
    let read = [(&first, phases(0.0)), (&second, phases(1.3))];
    let velocities: Vec<f64> = state.iter().map(|(_, v)| *v).collect();
    let found = pairs(&read, &velocities).unwrap();
    assert_eq!(found.len(), 1);
    assert!((found[0].r2.unwrap() - 1.0).abs() < 1e-9);
    assert_eq!((found[0].directions, found[0].value), (Some((1, Some(2))), Some(1.2)));
    let positions: Vec<f64> = state.iter().map(|(p, _)| 8.0 * p / TAU).collect();
    let told = single(&read, &positions, 8.0);
    assert!((told[0].r2.unwrap() - 1.0).abs() < 1e-9 && told[1].r2.unwrap() < 0.95);
    let elsewhere = Direction { frequency: (1, 0), ..direction(1.0) };
    assert!(pairs(&[(&first, phases(0.0)), (&elsewhere, phases(1.0))], &velocities).unwrap().is_empty());
}

#[test]
fn a_number_that_nothing_tells_has_an_empty_row() {
    let (x, state) = waves();
    let params = json!({
        "layers": [{"circular-convolution": {"width": 2}}], "learning_rate": 0.1, "batch": 5, "steps": 0, "seed": 3
    });
    let network = Check::of(&TrainNetwork).run(&params, vec![("x", x.clone()), ("targets", x.clone())]).remove(2);
    let params = json!({
        "layer": 1, "threshold": 1e9, "state": [{"name": "position", "period": 8.0}, {"name": "velocity"}]
    });
    let inputs = vec![("x", x), ("state", state), ("network", network)];
    let Value::Table(table) = Check::of(&LatentPhase).run(&params, inputs).remove(0) else { panic!("a table") };
    assert_eq!(table.numbers("r2").unwrap(), [None; 2]);
    assert_eq!(table.numbers("rank").unwrap(), [Some(1.0); 2]);
}

#[test]
fn states_that_do_not_fit_are_refused() {
    let (x, state) = waves();
    let params = json!({
        "layers": [{"circular-convolution": {"width": 2}}], "learning_rate": 0.1, "batch": 5, "steps": 0, "seed": 3
    });
    let network = Check::of(&TrainNetwork).run(&params, vec![("x", x.clone()), ("targets", x.clone())]).remove(2);
    let inputs = vec![("x", x), ("state", state), ("network", network)];
    let params = json!({"layer": 1, "state": [{"name": "position"}]});
    let problems = Check::of(&LatentPhase).refuse(&params, inputs);
    assert_eq!(problems[0].message, "1 numbers are named, a sample has 2");
}
