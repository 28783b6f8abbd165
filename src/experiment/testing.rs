//! Tiny inputs, and a way to run a kind as the engine does.

use crate::artifact::{Geometry, Labels, Origin, Points, Representation, Samples, Shape, Value};
use crate::step::{
    Context, DataRef, DataSource, ErasedKind, Inputs, NoScratch, Outputs, ParamFault, Problem, Records, Shapes,
    StepError,
};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A kind under test.
pub struct Check<'a> {
    kind: &'a dyn ErasedKind,
}

struct NoData;

impl DataSource for NoData {
    fn open(&self, _: &DataRef) -> Result<Box<dyn Records>, StepError> {
        Err(StepError::Bug("no data in this test".into()))
    }
}

impl<'a> Check<'a> {
    pub fn of(kind: &'a dyn ErasedKind) -> Self {
        Self { kind }
    }

    pub fn canonical(&self, params: &Json) -> Result<Json, Vec<ParamFault>> {
        self.kind.canonical(params)
    }

    /// Plans and runs; asserts that the outputs have the planned shapes and hold numbers only.
    pub fn run(&self, params: &Json, inputs: Vec<(&str, Value)>) -> Outputs {
        let params = self.canonical(params).unwrap();
        let plan = self.kind.plan(&params, &shapes(&inputs)).unwrap();
        let outputs = self.execute(&params, inputs).unwrap();
        assert_eq!(plan.outputs, outputs.iter().map(shape).collect::<Vec<_>>(), "planned against made");
        assert!(outputs.iter().all(|v| v.first_non_finite().is_none()));
        let ports = self.kind.about().outputs.iter().map(|p| p.value_type);
        assert!(ports.eq(outputs.iter().map(Value::value_type)));
        outputs
    }

    /// What the plan says against the parameters.
    pub fn refuse(&self, params: &Json, inputs: Vec<(&str, Value)>) -> Vec<Problem> {
        self.kind.plan(&self.canonical(params).unwrap(), &shapes(&inputs)).unwrap_err()
    }

    fn execute(&self, params: &Json, inputs: Vec<(&str, Value)>) -> Result<Outputs, StepError> {
        let wired = by_slot(inputs.into_iter().map(|(slot, value)| (slot, Arc::new(value))));
        run_within(|context| self.kind.run(params, &Inputs(wired), context))
    }

    /// What goes wrong in a run that was planned.
    pub fn fail(&self, params: &Json, inputs: Vec<(&str, Value)>) -> StepError {
        let params = self.canonical(params).unwrap();
        self.kind.plan(&params, &shapes(&inputs)).unwrap();
        self.execute(&params, inputs).unwrap_err()
    }
}

/// Calls `f` with the context of a step that reads no data.
pub fn run_within<T>(f: impl FnOnce(&Context<'_>) -> T) -> T {
    f(&Context { data: &NoData, cancelled: &AtomicBool::new(false), scratch: &NoScratch })
}

fn shapes(inputs: &[(&str, Value)]) -> Shapes {
    Shapes(by_slot(inputs.iter().map(|(slot, value)| (*slot, shape(value)))))
}

/// A slot that is named several times holds several values.
fn by_slot<'a, T>(inputs: impl Iterator<Item = (&'a str, T)>) -> Vec<(String, Vec<T>)> {
    let mut slots: Vec<(String, Vec<T>)> = Vec::new();
    for (slot, value) in inputs {
        match slots.iter_mut().find(|(name, _)| name == slot) {
            Some((_, values)) => values.push(value),
            None => slots.push((slot.to_owned(), vec![value])),
        }
    }
    slots
}

fn shape(value: &Value) -> Shape {
    match value {
        Value::Representation(r) => {
            let [train, validation, test] = r.splits().map(|(_, points)| points.rows());
            let number_bytes = match r.samples.train {
                Points::Pixels { .. } => 1,
                Points::Single(_) => 4,
                Points::Real(_) => 8,
            };
            let dim = r.samples.train.dim();
            Shape::Representation { train, validation, test, dim, geometry: r.geometry, number_bytes }
        }
        Value::Kernel(k) => {
            let [train, validation, test] = [k.train.ncols(), k.validation.ncols(), k.test.ncols()];
            assert_eq!((k.validation_diagonal.len(), k.test_diagonal.len()), (validation, test));
            Shape::Kernel { train, validation, test }
        }
        Value::Spectrum(s) => Shape::Spectrum { dim: s.vectors.nrows(), rank: s.values.len() },
        Value::Predictions(p) => {
            let samples = p.splits().iter().map(|(_, s)| s.labels.len()).sum();
            assert!(p.splits().iter().all(|(_, s)| s.predicted.shape() == (s.labels.len(), p.readouts.len())));
            Shape::Predictions { samples, columns: p.readouts.len() }
        }
        Value::Table(_) => Shape::Table,
        Value::Verdict(_) => Shape::Verdict,
        Value::Network(n) => crate::experiment::training::network::shape_of(n),
        Value::Pictures(p) => Shape::Pictures { numbers: p.pictures.iter().map(|p| p.values.len()).sum() },
        Value::Figure(_) => Shape::Figure,
    }
}

const GEOMETRY: Geometry = Geometry { channels: 2, height: 2, width: 3 };

/// Images of 12 numbers with labels, so many in the training, validation and test split.
pub fn pixels(train: usize, validation: usize, test: usize) -> Representation {
    let points = |first: usize, count: usize| Points::Pixels {
        bytes: (first * GEOMETRY.dim()..(first + count) * GEOMETRY.dim())
            .map(|i| ((i * i * 31 + 7 * i) % 251) as u8)
            .collect(),
        geometry: GEOMETRY,
        mean: vec![0.5, 0.4],
        std: vec![0.25, 0.3],
    };
    let labels = |first: usize, count: usize| {
        (first..first + count).map(|i| if (i * i) % 5 < 2 { 1.0 } else { -1.0 }).collect::<Vec<f64>>()
    };
    let after = train + validation;
    Representation {
        samples: Samples { train: points(0, train), validation: points(train, validation), test: points(after, test) },
        labels: Arc::new(Labels {
            train: labels(0, train),
            validation: labels(train, validation),
            test: labels(after, test),
        }),
        geometry: Some(GEOMETRY),
        origin: Origin { card: "tiny".into(), title: "Tiny".into(), ..Origin::default() },
    }
}

/// The same samples as real numbers.
pub fn representation(images: &Representation) -> Representation {
    let [train, validation, test] = images.splits().map(|(_, points)| points.to_matrix());
    images.with_features(train, validation, test)
}

/// Images at `x` and the spectra of two LoFi layers on them at `layers`: 16 features of which 4 are kept, 10 of which 3.
pub fn network(images: &Representation, activation: &str, seed: u64) -> Vec<(&'static str, Value)> {
    let mut inputs = vec![("x", Value::Representation(images.clone()))];
    let mut h = Value::Representation(images.clone());
    for (layer, width, keep) in [(0, 16, 4), (1, 10, 3)] {
        let lift = json!({"width": width, "layer": layer, "seed": seed, "activation": activation});
        let z = Check::of(&super::RandomFeatures).run(&lift, vec![("x", h)]).remove(0);
        let mut filtered =
            Check::of(&super::SignedMomentFilter).run(&json!({"keep": keep}), vec![("x", z)]).into_iter();
        h = filtered.next().unwrap();
        inputs.push(("layers", filtered.next().unwrap()));
    }
    inputs
}
