//! Brings the targets of a graph into the store: plan, run, and plan again where a stored value turned out damaged.

use super::events::{Event, Sink};
use super::memory::{self, MemoryLimit};
use super::running;
use super::scheduler::Round;
use super::stop::Stop;
use crate::engine::plan::decide::plan;
use crate::engine::plan::graph::Graph;
use crate::engine::plan::record::RunRecord;
use crate::engine::store::entries::{Store, StoreError};
use crate::step::DataSource;
use std::sync::Arc;
use std::time::Instant;

/// What ends a run early.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A step needs more memory than it may have.
    #[error("{0}")]
    Memory(String),
    /// The user asked to stop; what has finished is in the store.
    #[error("stopped; finished steps are kept, the next run goes on from there")]
    Cancelled,
    /// No threads to run on.
    #[error("cannot start worker threads: {0}")]
    Threads(String),
}

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    /// Steps that ran.
    pub ran: usize,
    /// Needed steps found in the store.
    pub cached: usize,
    /// Steps that failed.
    pub failed: Vec<Failed>,
    /// Names of steps left out because an input failed.
    pub skipped: Vec<String>,
    /// Seconds.
    pub elapsed_s: f64,
}

/// A step that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// Study, step and cell.
    pub name: String,
    /// Where it is written, file:line:column.
    pub place: String,
    /// What went wrong.
    pub error: String,
    /// The card of the data set, where it is that which could not be read.
    pub data: Option<String>,
}

/// How to run.
#[derive(Clone)]
pub struct Executor {
    /// Results.
    pub store: Arc<Store>,
    /// Samples.
    pub data: Arc<dyn DataSource + Send + Sync>,
    /// Steps at once.
    pub jobs: usize,
    /// Memory for values and work.
    pub memory: MemoryLimit,
    /// Asked to stop.
    pub stop: Stop,
}

impl Executor {
    /// Refuses what cannot have the memory it needs, and says which step takes the budget for itself.
    fn weigh(&self, graph: &Graph, to_run: &[usize], sink: &mut dyn Sink) -> Result<(), RunError> {
        memory::check_memory(graph, to_run, self.memory)?;
        let budget_bytes = self.memory.budget_bytes;
        if let Some(large) = memory::larger_than(graph, to_run, budget_bytes) {
            let (name, others) = (graph.nodes[large.node].name.clone(), large.others);
            sink.event(&Event::Large { name, needs_bytes: large.bytes, budget_bytes, others });
        }
        Ok(())
    }

    /// Brings every target of a graph into the store.
    ///
    /// # Errors
    /// Where the store cannot be written, or the user stops it. Failed steps are no error here: see [`Summary`].
    pub fn run(&self, graph: &Arc<Graph>, last: &[RunRecord], sink: &mut dyn Sink) -> Result<Summary, RunError> {
        let done = self.rounds(graph, last, sink);
        if done.is_err() {
            self.store.leave();
        }
        done
    }

    fn rounds(&self, graph: &Arc<Graph>, last: &[RunRecord], sink: &mut dyn Sink) -> Result<Summary, RunError> {
        let start = Instant::now();
        let mut total = Summary::default();
        let killed = running::killed(&self.store);
        if !killed.is_empty() {
            sink.event(&Event::Killed { steps: killed });
        }
        // Every further round has taken at least one damaged entry out, and each is written anew once.
        let most_rounds = graph.nodes.len() + 1;
        for round in 0..=most_rounds {
            let plan = plan(graph, &self.store, last)?;
            for (node, reason) in &plan.damaged {
                sink.event(&Event::Damaged { name: graph.nodes[*node].name.clone(), reason: reason.clone() });
            }
            if round == 0 {
                total.cached = plan.cached();
                self.weigh(graph, &plan.to_run(), sink)?;
            }
            let again = Round::new(self, graph, plan)?.run(sink, &mut total)?;
            if !again {
                break;
            }
            if round == most_rounds {
                let reason = "results do not stay as they are written".to_owned();
                return Err(StoreError::Damaged { path: self.store.root().to_owned(), reason }.into());
            }
        }
        // A run that ended well survives a power cut.
        self.store.settle()?;
        total.elapsed_s = start.elapsed().as_secs_f64();
        sink.event(&Event::Done {
            ran: total.ran,
            cached: total.cached,
            failed: total.failed.len(),
            skipped: total.skipped.len(),
            elapsed_s: total.elapsed_s,
        });
        Ok(total)
    }
}
