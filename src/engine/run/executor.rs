//! What a run is given, and what it tells in the end.

use super::limits::Ends;
use super::memory::MemoryLimit;
use super::stop::Stop;
use crate::engine::machine::Origin;
use crate::engine::store::entries::Store;
use crate::step::DataSource;
use std::sync::Arc;

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
    /// Steps that this machine cannot run.
    pub gated: Vec<Gated>,
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

/// A step that this machine cannot run, which is no failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gated {
    /// Study, step and cell.
    pub name: String,
    /// Why.
    pub why: String,
    /// Whether it is only left out because it needs one that cannot be run.
    pub follows: bool,
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
    /// Room that stays free on the disk of the store, bytes: what tables and figures are made from is only kept beside it.
    pub keep_free: u64,
    /// Asked to stop.
    pub stop: Stop,
    /// What is kept with each result of where it comes from.
    pub origin: Option<Arc<Origin>>,
    /// What ends steps, or the run, early.
    pub ends: Ends,
}
