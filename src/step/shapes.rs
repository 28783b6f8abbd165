//! What goes into and comes out of a step: shapes while planning, values while running.

use super::error::StepError;
use crate::artifact::{Kernel, Network, Pictures, Predictions, Representation, Shape, Spectrum, Table, Value};
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
    pub fn all(&self, slot: &str) -> &[Arc<Value>] {
        self.0.iter().find(|(name, _)| name == slot).map_or(&[], |(_, values)| values)
    }

    /// The value at a slot.
    ///
    /// # Errors
    /// Where nothing is wired to it (the study layer refuses that beforehand).
    pub fn one(&self, slot: &str) -> Result<&Value, StepError> {
        let value = self.all(slot).first().map(AsRef::as_ref);
        value.ok_or_else(|| StepError::Bug(format!("nothing is wired to slot `{slot}`")))
    }

    /// The representation at a slot.
    ///
    /// # Errors
    /// Where something else is wired to it.
    pub fn representation(&self, slot: &str) -> Result<&Representation, StepError> {
        match self.one(slot)? {
            Value::Representation(r) => Ok(r),
            other => Err(wrong(slot, other)),
        }
    }

    /// The kernel at a slot.
    ///
    /// # Errors
    /// Where something else is wired to it.
    pub fn kernel(&self, slot: &str) -> Result<&Kernel, StepError> {
        match self.one(slot)? {
            Value::Kernel(k) => Ok(k),
            other => Err(wrong(slot, other)),
        }
    }

    /// The spectrum at a slot.
    ///
    /// # Errors
    /// Where something else is wired to it.
    pub fn spectrum(&self, slot: &str) -> Result<&Spectrum, StepError> {
        match self.one(slot)? {
            Value::Spectrum(s) => Ok(s),
            other => Err(wrong(slot, other)),
        }
    }

    /// The predictions at a slot.
    ///
    /// # Errors
    /// Where something else is wired to it.
    pub fn predictions(&self, slot: &str) -> Result<&Predictions, StepError> {
        match self.one(slot)? {
            Value::Predictions(p) => Ok(p),
            other => Err(wrong(slot, other)),
        }
    }

    /// The pictures at a slot.
    ///
    /// # Errors
    /// Where something else is wired to it.
    pub fn pictures(&self, slot: &str) -> Result<&Pictures, StepError> {
        match self.one(slot)? {
            Value::Pictures(p) => Ok(p),
            other => Err(wrong(slot, other)),
        }
    }

    /// The network at a slot.
    ///
    /// # Errors
    /// Where something else is wired to it.
    pub fn network(&self, slot: &str) -> Result<&Network, StepError> {
        match self.one(slot)? {
            Value::Network(n) => Ok(n),
            other => Err(wrong(slot, other)),
        }
    }

    /// All pictures at a slot, in wiring order.
    ///
    /// # Errors
    /// Where something else is wired to it.
    pub fn all_pictures(&self, slot: &str) -> Result<Vec<&Pictures>, StepError> {
        let mut found = Vec::new();
        for value in self.all(slot) {
            match value.as_ref() {
                Value::Pictures(pictures) => found.push(pictures),
                other => return Err(wrong(slot, other)),
            }
        }
        Ok(found)
    }

    /// The table at a slot.
    ///
    /// # Errors
    /// Where something else is wired to it.
    pub fn table(&self, slot: &str) -> Result<&Table, StepError> {
        match self.one(slot)? {
            Value::Table(t) => Ok(t),
            other => Err(wrong(slot, other)),
        }
    }

    /// All tables at a slot, in wiring order.
    ///
    /// # Errors
    /// Where something else is wired to it.
    pub fn tables(&self, slot: &str) -> Result<Vec<&Table>, StepError> {
        let table = |value: &'_ Arc<Value>| match value.as_ref() {
            Value::Table(_) => Ok(()),
            other => Err(wrong(slot, other)),
        };
        self.all(slot).iter().try_for_each(table)?;
        Ok(self
            .all(slot)
            .iter()
            .filter_map(|v| if let Value::Table(t) = v.as_ref() { Some(t) } else { None })
            .collect())
    }
}

fn wrong(slot: &str, value: &Value) -> StepError {
    StepError::Bug(format!("slot `{slot}` holds a {}", value.value_type().name()))
}

/// Values made by a run, in the order of the kind's ports.
pub type Outputs = Vec<Value>;
