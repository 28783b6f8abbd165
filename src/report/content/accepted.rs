//! A figure with the table that was accepted beside the present one, where numbers moved since.

use super::making::drawn_from;
use super::outputs::Outputs;
use crate::artifact::{Table, Value};
use crate::engine::StoreError;
use crate::step::roles::ACCEPTED;
use crate::step::{Context, DataRef, DataSource, Inputs, NoScratch, Records, StepError};
use crate::study::{Output, OutputKind, Study};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

type Find = dyn Fn(&Study, &str, &Table) -> Option<Table> + Send + Sync;

/// Finds the table of a study as it was accepted, where the present one has moved away from it.
#[derive(Clone, Default)]
pub struct AcceptedTables(Option<Arc<Find>>);

impl AcceptedTables {
    /// From a function of the study, the table's name and the present table.
    pub fn new(find: impl Fn(&Study, &str, &Table) -> Option<Table> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(find)))
    }

    fn find(&self, study: &Study, name: &str, now: &Table) -> Option<Table> {
        self.0.as_ref()?(study, name, now)
    }
}

impl fmt::Debug for AcceptedTables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AcceptedTables({})", if self.0.is_some() { "some" } else { "none" })
    }
}

/// The figure of an output drawn anew with what was accepted; nothing where its table has not moved or it cannot show one.
///
/// # Errors
/// Where the system refuses to read the store.
pub(super) fn with_accepted(
    outputs: &Outputs<'_>,
    output: &Output,
    accepted: &AcceptedTables,
) -> Result<Option<Value>, StoreError> {
    let study = outputs.study;
    let node = &study.nodes[output.wire.node];
    let takes = node.kind.about().inputs.iter().any(|slot| slot.name == ACCEPTED);
    let table = drawn_from(study, output.wire).into_iter().find(|drawn| drawn.kind == OutputKind::Table);
    let (true, Some(table)) = (takes, table) else { return Ok(None) };
    let Ok(Value::Table(now)) = outputs.value(table.wire)? else { return Ok(None) };
    let Some(before) = accepted.find(study, &table.name, &now) else { return Ok(None) };
    let mut inputs = Inputs(vec![(ACCEPTED.to_owned(), vec![Arc::new(Value::Table(before))])]);
    for (slot, wires) in &node.inputs {
        let mut values = Vec::with_capacity(wires.len());
        for &wire in wires {
            let Ok(value) = outputs.value(wire)? else { return Ok(None) };
            values.push(Arc::new(value));
        }
        inputs.0.push(((*slot).to_owned(), values));
    }
    let context = Context { data: &Nothing, cancelled: &AtomicBool::new(false), scratch: &NoScratch };
    // a table of other columns than today's cannot be drawn; the figure stands without it
    Ok(node.step.run(&inputs, &context).ok().and_then(|mut made| made.pop()))
}

/// Figures read no data.
struct Nothing;

impl DataSource for Nothing {
    fn open(&self, _: &DataRef) -> Result<Box<dyn Records>, StepError> {
        Err(StepError::Bug("a figure reads no data set".to_owned()))
    }
}
