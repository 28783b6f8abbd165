//! What goes into and comes out of a step: shapes while planning, values while running.

use super::error::StepError;
use crate::artifact::{Held, Shape, Value};
use std::sync::Arc;

/// Shapes of the wired inputs, by slot.
#[derive(Debug, Clone, Default)]
pub struct Shapes(pub Vec<(String, Vec<Shape>)>);

impl Shapes {
    /// The first shape at a slot.
    #[must_use]
    pub fn get(&self, slot: &str) -> Option<Shape> {
        self.all(slot).first().copied()
    }

    /// All shapes at a slot.
    #[must_use]
    pub fn all(&self, slot: &str) -> &[Shape] {
        self.0.iter().find(|(name, _)| name == slot).map_or(&[], |(_, shapes)| shapes)
    }
}

/// What a run will make and cost, known before it starts.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Shapes of the outputs, in the order of the kind's ports.
    pub outputs: Vec<Shape>,
    /// Memory beyond inputs and outputs, bytes.
    pub work_bytes: u64,
    /// Floating-point operations, roughly; gives the estimated time.
    pub flops: f64,
}

impl Plan {
    /// Memory that a run takes beyond its inputs.
    #[must_use]
    pub fn need_bytes(&self) -> u64 {
        self.outputs.iter().map(|shape| shape.memory_bytes()).fold(self.work_bytes, u64::saturating_add)
    }

    /// A plan of something small.
    #[must_use]
    pub const fn light(outputs: Vec<Shape>) -> Self {
        Self { outputs, work_bytes: 1 << 16, flops: 1e5 }
    }
}

/// Values at the slots of a running step.
#[derive(Debug, Clone, Default)]
pub struct Inputs(pub Vec<(String, Vec<Arc<Value>>)>);

impl Inputs {
    /// All values at a slot, in wiring order.
    #[must_use]
    pub fn values(&self, slot: &str) -> &[Arc<Value>] {
        self.0.iter().find(|(name, _)| name == slot).map_or(&[], |(_, values)| values)
    }

    /// The value at a slot, of whatever type.
    ///
    /// # Errors
    /// Where nothing is wired to it (the study layer refuses that beforehand).
    pub fn value(&self, slot: &str) -> Result<&Value, StepError> {
        let value = self.values(slot).first().map(AsRef::as_ref);
        value.ok_or_else(|| StepError::Bug(format!("nothing is wired to slot `{slot}`")))
    }

    /// The value at a slot of one type.
    ///
    /// # Errors
    /// Where nothing is wired to it, or something else.
    pub fn one<T: Held>(&self, slot: &str) -> Result<&T, StepError> {
        of_type(slot, self.value(slot)?)
    }

    /// The value at a slot that may be left empty.
    ///
    /// # Errors
    /// Where something else is wired to it.
    pub fn optional<T: Held>(&self, slot: &str) -> Result<Option<&T>, StepError> {
        self.values(slot).first().map(|value| of_type(slot, value)).transpose()
    }

    /// All values at a slot of one type, in wiring order.
    ///
    /// # Errors
    /// Where something else is wired to it.
    pub fn all<T: Held>(&self, slot: &str) -> Result<Vec<&T>, StepError> {
        self.values(slot).iter().map(|value| of_type(slot, value)).collect()
    }
}

fn of_type<'v, T: Held>(slot: &str, value: &'v Value) -> Result<&'v T, StepError> {
    T::held(value).ok_or_else(|| StepError::Bug(format!("slot `{slot}` holds a {}", value.value_type().name())))
}

/// Values made by a run, in the order of the kind's ports.
pub type Outputs = Vec<Value>;
