//! What a worker does for one step, from its inputs in the store to its result there.

mod results;

use super::awake::Awake;
use super::executor::Executor;
use super::gate::Gate;
use super::input::Input;
use super::scratch::StepScratch;
use super::stop::Hold;
use super::work::run_step;
use crate::engine::plan::graph::Graph;
use crate::engine::store::entries::Entry;
use crate::engine::store::error::StoreError;
use crate::step::{Inputs, StepError};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::Sender;
use std::sync::{Arc, OnceLock};

/// One step that starts.
pub(super) struct Job {
    pub executor: Executor,
    pub graph: Arc<Graph>,
    pub node: usize,
    /// Ports that somebody needs.
    pub needed: BTreeSet<usize>,
    pub inputs: Vec<(String, Vec<Arc<Input>>)>,
    pub gate: Arc<Gate>,
    /// What this step looks at.
    pub stop: Arc<AtomicBool>,
    /// Told what becomes of it.
    pub told: Sender<News>,
}

/// What becomes of a step.
pub(super) enum News {
    /// It goes on from the state that an earlier run left.
    Resumed(usize),
    /// The disk has too little room left for a value of so many bytes that can be computed again.
    Short(usize, u64),
    /// It has ended.
    Done(Done),
}

/// How it ended.
pub(super) struct Done {
    pub node: usize,
    pub result: Result<Ended, StoreError>,
}

pub(super) enum Ended {
    /// It ran these seconds, and its result is in the store.
    Ran(Vec<Input>, f64),
    /// The result of the same content is in the store under its key as well.
    Same(Vec<Input>),
    /// Stored results of these nodes were damaged and are taken out.
    Lost(BTreeMap<usize, String>),
    Failed(StepError),
}

impl Job {
    /// Does it all; a panic is a failure of this step alone.
    pub fn run(self) {
        let result = catch_unwind(AssertUnwindSafe(|| self.end())).unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            Ok(Ended::Failed(StepError::Bug(text.unwrap_or_else(|| "a step panicked".to_owned()))))
        });
        let (node, told) = (self.node, self.told.clone());
        // Who hears of its end counts on the memory of its inputs.
        drop(self);
        let _ = told.send(News::Done(Done { node, result }));
    }

    fn end(&self) -> Result<Ended, StoreError> {
        let content_key = self.content_key();
        if let Some(entry) = content_key.as_ref().and_then(|key| self.same_entry(key)) {
            return self.adopt(&entry);
        }
        let inputs = match self.read()? {
            Ok(inputs) => inputs,
            Err(ended) => return Ok(ended),
        };
        let (node, clock) = (&self.graph.nodes[self.node], Awake::now());
        let (store, stop) = (&self.executor.store, &self.executor.stop);
        let resumed = || drop(self.told.send(News::Resumed(self.node)));
        let (gate, hold, before) = (&self.gate, OnceLock::new(), OnceLock::new());
        let scratch = StepScratch { store, key: &node.key, stop, gate, resumed: &resumed, hold, clock, before };
        match run_step(&self.executor, node, (&inputs, &scratch, &self.stop)) {
            Ok(values) => {
                let elapsed_s = scratch.spent().as_secs_f64();
                drop(inputs);
                // A stop waits until this result is in the store: for one that had a state, and one that still came.
                let _hold: Option<Hold> = stop.asked().then(|| stop.hold());
                self.publish(values, elapsed_s, content_key.as_ref())
            }
            Err(error) => Ok(Ended::Failed(error)),
        }
    }

    /// The values that the step takes, or how it ends without: where some are damaged, all of those, taken out.
    fn read(&self) -> Result<Result<Inputs, Ended>, StoreError> {
        let mut lost = BTreeMap::new();
        let mut inputs = Vec::with_capacity(self.inputs.len());
        for (slot, wired) in &self.inputs {
            let mut values = Vec::with_capacity(wired.len());
            for input in wired {
                if self.executor.stop.asked() {
                    return Ok(Err(Ended::Failed(StepError::Cancelled)));
                }
                match input.value(&self.executor.store, &self.graph) {
                    Ok(value) => values.push(value),
                    Err(StoreError::Damaged { reason, .. }) => {
                        lost.entry(input.wire().node).or_insert(reason);
                    }
                    Err(other) => return Err(other),
                }
            }
            inputs.push((slot.clone(), values));
        }
        for &node in lost.keys() {
            self.evict(&self.graph.nodes[node].key)?;
        }
        Ok(if lost.is_empty() { Ok(Inputs(inputs)) } else { Err(Ended::Lost(lost)) })
    }

    fn evict(&self, key: &str) -> Result<(), StoreError> {
        self.gate.enter().map_or(Ok(()), |_open| self.executor.store.evict(key))
    }

    /// Takes over the values of another entry; a damaged one is taken out.
    fn adopt(&self, entry: &Entry) -> Result<Ended, StoreError> {
        match self.take_over(entry) {
            Err(StoreError::Damaged { reason, .. }) => {
                self.evict(&entry.key)?;
                Ok(Ended::Lost(BTreeMap::from([(self.node, reason)])))
            }
            other => other,
        }
    }
}
