//! What one step costs, and running it.

use super::executor::Executor;
use super::scratch::StepScratch;
use crate::artifact::{Value, ValueType};
use crate::engine::plan::graph::GraphNode;
use crate::step::{Context, Inputs, Keep, Port, StepError};
use std::sync::atomic::AtomicBool;

/// Values that may be dropped after use are kept on disk where computing them takes this many times longer than reading
/// them back.
const WORTH_KEEPING: f64 = 20.0;
/// What a disk reads and checks a second, cautiously.
const READ_BYTES_PER_S: f64 = 300e6;
/// What a core computes a second, roughly. Planned work, not the clock, decides what is kept: a busy machine keeps the
/// same values as an idle one.
pub(super) const FLOPS_PER_S: f64 = 3.5e10;

/// Whether an output of so many bytes goes to disk: its port asks for it, or computing it is dear.
#[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^53 bytes")]
pub(in crate::engine) fn is_kept(node: &GraphNode, port: usize, bytes: u64) -> bool {
    let dear = || node.plan.flops / FLOPS_PER_S > WORTH_KEEPING * bytes as f64 / READ_BYTES_PER_S;
    node.kind.about().outputs[port].keep == Keep::Always || dear()
}

/// Whether an output goes to disk however little is left there: tables, verdicts and figures are what a run is for.
pub(super) fn is_result(node: &GraphNode, port: usize) -> bool {
    let Port { value_type, keep, .. } = node.kind.about().outputs[port];
    keep == Keep::Always && matches!(value_type, ValueType::Table | ValueType::Verdict | ValueType::Figure)
}

/// Memory that a step takes beyond its inputs until its result is stored: outputs, and work or the bytes that they are
/// written as, one after the other.
pub(super) fn taken_bytes(node: &GraphNode) -> u64 {
    let outputs = node.plan.outputs.iter().map(|shape| shape.memory_bytes()).enumerate();
    let written = outputs.filter(|&(port, bytes)| is_kept(node, port, bytes)).map(|(_, bytes)| bytes);
    let beyond_work = written.fold(0, u64::saturating_add).saturating_sub(node.plan.work_bytes);
    node.plan.need_bytes().saturating_add(beyond_work)
}

/// Runs one step and looks at what it gives.
pub(super) fn run_step(
    executor: &Executor,
    node: &GraphNode,
    (inputs, scratch, stop): (&Inputs, &StepScratch<'_>, &AtomicBool),
) -> Result<Vec<Value>, StepError> {
    let context = Context { data: executor.data.as_ref(), cancelled: stop, scratch };
    let values = node.step.run(inputs, &context)?;
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
