//! What happens during a run, told to whoever listens: the terminal, a JSON log, a test.

use super::forecast::Forecast;
use super::memory::human_bytes;
use serde::Serialize;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// The plan is made.
    Planned {
        /// Steps in the graph.
        steps: usize,
        /// Steps to run.
        to_run: usize,
        /// Floating-point operations to do, roughly.
        flops: f64,
        /// Studies that some of these steps are of.
        studies: Vec<String>,
        /// What they take.
        #[serde(flatten)]
        takes: Forecast,
    },
    /// An earlier run was killed in the middle of these large steps, for lack of memory as a rule.
    Killed {
        /// The steps, with the memory they were planned with.
        steps: Vec<String>,
    },
    /// A step is about to run that needs more than the budget; it runs alone.
    Large {
        /// The largest such step.
        name: String,
        /// Memory it is planned with.
        needs_bytes: u64,
        /// Memory of the run.
        budget_bytes: u64,
        /// Further steps of that sort.
        others: usize,
    },
    /// This machine cannot run a step; what needs it is left out as well, and that is no failure.
    Gated {
        /// The step.
        name: String,
        /// Why.
        why: String,
    },
    /// A step starts.
    Started {
        /// The step.
        name: String,
        /// The study that first asked for it.
        study: String,
        /// Its kind.
        kind: String,
    },
    /// A step goes on from the state that an earlier run of it left.
    Resumed {
        /// The step.
        name: String,
    },
    /// No step of a study is left to run.
    Study {
        /// The study.
        name: String,
        /// Whether all its results are there; else a step failed that it needs.
        whole: bool,
    },
    /// A step ended well.
    Finished {
        /// The step.
        name: String,
        /// Its kind.
        kind: String,
        /// Seconds it ran, those before the state that it went on from too.
        elapsed_s: f64,
        /// Floating-point operations it was planned with.
        flops: f64,
    },
    /// A step ended well after the longest that steps may take: it does not look at the wish to stop.
    Overran {
        /// The step.
        name: String,
        /// Seconds it ran.
        elapsed_s: f64,
        /// Seconds that it might.
        limit_s: f64,
    },
    /// The disk has too little room left to keep what tables and figures are made from; told once a run.
    Short {
        /// The first step with such a value.
        name: String,
        /// Bytes of the value.
        bytes: u64,
        /// Room that is left, bytes.
        free_bytes: Option<u64>,
        /// Room that is to stay free, bytes.
        keep_free: u64,
    },
    /// A step that was to run need not.
    Reused {
        /// The step.
        name: String,
        /// Why.
        why: Reuse,
        /// Floating-point operations it was planned with.
        flops: f64,
    },
    /// A step failed; its followers are left out.
    Failed {
        /// The step.
        name: String,
        /// Where it is written.
        place: String,
        /// What went wrong.
        error: String,
    },
    /// A stored result was damaged and is recomputed.
    Damaged {
        /// The step.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The run is over.
    Done {
        /// Steps that ran.
        ran: usize,
        /// Steps found in the store.
        cached: usize,
        /// Steps that failed.
        failed: usize,
        /// Steps left out because of a failure.
        skipped: usize,
        /// Seconds in all.
        elapsed_s: f64,
    },
}

/// Why a step that was to run need not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reuse {
    /// Its inputs turned out as before, byte for byte.
    SameInputs,
    /// Another run has computed it meanwhile.
    StoredMeanwhile,
    /// All that needs it is stored by now.
    NotNeeded,
}

impl Reuse {
    /// As a log says it.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::SameInputs => "same inputs as before",
            Self::StoredMeanwhile => "computed by another run meanwhile",
            Self::NotNeeded => "all that needs it is stored by now",
        }
    }
}

impl Event {
    /// What needs a reader, whoever asked for silence.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        match self {
            Self::Damaged { name, reason } => Some(format!("damaged: {name}: {reason}; it is computed again")),
            Self::Killed { steps } => Some(format!(
                "the last run was killed while this ran: {}; if memory ran out, `--jobs 1` or a smaller `--memory` keeps less at once",
                steps.join(", ")
            )),
            Self::Large { name, needs_bytes, budget_bytes, others } => {
                let others = if *others == 0 { String::new() } else { format!(", as {others} others do") };
                let (needs, budget) = (human_bytes(*needs_bytes), human_bytes(*budget_bytes));
                Some(format!(
                    "large: {name} needs {needs} of memory, more than the {budget} of this run{others}; it runs alone"
                ))
            }
            Self::Overran { name, elapsed_s, limit_s } => Some(format!(
                "late: {name} took {elapsed_s:.0} s, longer than the {limit_s:.0} s of --step-timeout; such a step does not look at the wish to stop, so its result is kept"
            )),
            Self::Short { name, bytes, free_bytes, keep_free } => {
                let left = free_bytes.map_or_else(|| "too little".to_owned(), human_bytes);
                let (bytes, keep_free) = (human_bytes(*bytes), human_bytes(*keep_free));
                Some(format!(
                    "room: {left} is left on the disk of the store, and {keep_free} stays free (--keep-free); what tables and figures are made from, such as the {bytes} of {name}, is not kept from here on and computed again where a later run needs it"
                ))
            }
            _ => None,
        }
    }
}

/// Listens to a run.
pub trait Sink {
    /// Called for every event, in order, from one thread.
    fn event(&mut self, event: &Event);
}

/// Does not listen.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Sink for Silent {
    fn event(&mut self, _: &Event) {}
}
