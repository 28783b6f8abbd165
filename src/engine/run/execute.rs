//! Brings the targets of a graph into the store: plan, run, and plan again where a stored value turned out damaged.

use super::awake::Awake;
use super::error::RunError;
use super::events::{Event, Sink};
use super::executor::{Executor, Gated, Summary};
use super::memory;
use super::running;
use super::scheduler::Round;
use crate::engine::plan::code::code_of;
use crate::engine::plan::decide::plan;
use crate::engine::plan::graph::Graph;
use crate::engine::plan::key::fingerprint;
use crate::engine::plan::record::RunRecord;
use crate::engine::plan::run_plan::{Decision, RunPlan};
use crate::engine::store::StoreError;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Tells and lists what this machine cannot run.
fn gated(graph: &Graph, plan: &RunPlan, sink: &mut dyn Sink) -> Vec<Gated> {
    let gates = plan.gates(graph);
    for (node, why) in &gates {
        sink.event(&Event::Gated { name: graph.nodes[*node].name.clone(), why: (*why).to_owned() });
    }
    let one = |(node, decision): (usize, &Decision)| match decision {
        Decision::Gated(why) => {
            let follows = gates.iter().all(|(gate, _)| *gate != node);
            Some(Gated { name: graph.nodes[node].name.clone(), why: why.clone(), follows })
        }
        _ => None,
    };
    plan.decisions.iter().enumerate().filter_map(one).collect()
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

    /// Remembers the code behind the results that are about to be made.
    fn remember_code(&self, graph: &Graph, to_run: &[usize]) -> Result<(), StoreError> {
        let kinds: BTreeMap<&str, _> =
            to_run.iter().map(|&node| (graph.nodes[node].kind.name(), graph.nodes[node].kind)).collect();
        kinds.into_values().try_for_each(|kind| self.store.remember_code(fingerprint(kind), &|| code_of(kind)))
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
        let start = Awake::now();
        let mut total = Summary::default();
        self.store.announce(graph.nodes.iter().map(|node| node.key.as_str()))?;
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
                total.gated = gated(graph, &plan, sink);
                self.weigh(graph, &plan.to_run(), sink)?;
                self.remember_code(graph, &plan.to_run())?;
            }
            let again = Round::new(self, graph, plan).run(sink, &mut total)?;
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
