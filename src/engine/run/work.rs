//! What one step costs, and running it.

use super::executor::Executor;
use super::scratch::StepScratch;
use crate::artifact::Value;
use crate::engine::plan::graph::GraphNode;
use crate::step::{Context, Inputs, StepError};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Values that may be dropped after use are kept on disk where computing them takes this many times longer than reading
/// them back.
const WORTH_KEEPING: f64 = 20.0;
/// What a disk reads and checks a second, cautiously.
const READ_BYTES_PER_S: f64 = 300e6;
/// What a core computes a second, roughly. Planned work, not the clock, decides what is kept: a busy machine keeps the
/// same values as an idle one.
const FLOPS_PER_S: f64 = 3.5e10;

/// Whether a value of so many bytes goes to disk though its port does not ask for it.
#[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^53 bytes")]
pub(super) fn worth_keeping(bytes: u64, flops: f64) -> bool {
    flops / FLOPS_PER_S > WORTH_KEEPING * bytes as f64 / READ_BYTES_PER_S
}

/// Runs one step; a panic is a failure of that step alone.
pub(super) fn run_step(
    executor: &Executor,
    node: &GraphNode,
    (inputs, scratch): (&Inputs, &StepScratch<'_>),
) -> Result<Vec<Value>, StepError> {
    let context = Context { data: executor.data.as_ref(), cancelled: executor.stop.flag(), scratch };
    let outcome = catch_unwind(AssertUnwindSafe(|| node.step.run(inputs, &context)));
    let values = outcome.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|t| (*t).to_owned()));
        Err(StepError::Bug(text.unwrap_or_else(|| "a step panicked".to_owned())))
    })?;
    let ports = node.kind.about().outputs;
    if values.len() != ports.len() {
        return Err(StepError::Bug(format!("{} outputs for {} ports", values.len(), ports.len())));
    }
    for (value, port) in values.iter().zip(ports) {
        if let Some(found) = value.first_non_finite() {
            let message = format!("output `{}` holds a number that is none: {found}", port.name);
            return Err(StepError::Numeric(message));
        }
    }
    Ok(values)
}
