//! How steps end that do not end well, and what that leaves undone.

use super::Round;
use crate::engine::plan::run_plan::Decision;
use crate::engine::run::events::{Event, Sink};
use crate::engine::run::executor::{Executor, Failed, Summary};
use crate::engine::store::disk;
use crate::step::StepError;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// What a step failed of that ran for too long.
fn over_time(limit: Duration) -> String {
    format!("it was stopped after the {} s of --step-timeout", limit.as_secs_f64())
}

impl Round<'_> {
    /// A step failed, `late` after the longest that it might take: its followers are left out.
    pub(super) fn failed(
        &mut self,
        node: usize,
        (error, late): (&StepError, bool),
        sink: &mut dyn Sink,
        total: &mut Summary,
    ) {
        let (name, place) = (self.graph.nodes[node].name.clone(), self.graph.nodes[node].place.to_string());
        if matches!(error, StepError::Cancelled) && self.halted.is_some() {
            total.skipped.push(name);
            return;
        }
        let data = if let StepError::Data { card, .. } = error { Some(card.clone()) } else { None };
        let error = match (error, self.executor.ends.step_timeout) {
            (StepError::Cancelled, Some(limit)) if late => over_time(limit),
            _ => error.to_string(),
        };
        sink.event(&Event::Failed { name: name.clone(), place: place.clone(), error: error.clone() });
        // A round after a damaged input meets the same failure again.
        if total.failed.iter().all(|known| known.name != name) {
            total.failed.push(Failed { name, place, error, data });
        }
        if self.executor.ends.fail_fast && self.halted.is_none() {
            self.halted = Some(Instant::now());
            self.watch.stop_all();
        }
        self.over(node, false);
        self.bury(node, total);
        self.drop_inputs(node);
    }

    /// Nodes whose stored results were damaged are computed in the next round, and what needs them.
    pub(super) fn lose(&mut self, lost: BTreeMap<usize, String>, sink: &mut dyn Sink, total: &mut Summary) {
        for (node, reason) in lost {
            // Steps that run at once may stumble over the same.
            if self.lost.insert(node) {
                total.cached -= usize::from(self.plan.decisions[node] == Decision::Cached).min(total.cached);
                sink.event(&Event::Damaged { name: self.graph.nodes[node].name.clone(), reason });
            }
        }
    }

    /// The disk has too little room left for a value that can be computed again; said once.
    pub(super) fn short(&mut self, node: usize, bytes: u64, sink: &mut dyn Sink) {
        if !std::mem::replace(&mut self.said_short, true) {
            let Executor { store, keep_free, .. } = self.executor;
            let (name, free_bytes) = (self.graph.nodes[node].name.clone(), disk::free_bytes(store.root()));
            sink.event(&Event::Short { name, bytes, free_bytes, keep_free: *keep_free });
        }
    }

    /// Names what a failure has left undone.
    pub(super) fn leave_the_rest(&self, total: &mut Summary) {
        let undone = self.missing.keys().chain(self.running.keys()).copied().chain(self.ready.in_order());
        let undone: BTreeSet<usize> = undone.chain(self.claims.waiting()).collect();
        let names = undone.into_iter().map(|node| self.graph.nodes[node].name.clone());
        let left: Vec<String> = names.filter(|name| !total.skipped.contains(name)).collect();
        total.skipped.extend(left);
    }

    /// Leaves out everything that would need a failed node.
    fn bury(&mut self, node: usize, total: &mut Summary) {
        for follower in self.followers.get(&node).cloned().unwrap_or_default() {
            if self.dead.insert(follower) {
                self.missing.remove(&follower);
                self.over(follower, false);
                let name = self.graph.nodes[follower].name.clone();
                if !total.skipped.contains(&name) {
                    total.skipped.push(name);
                }
                self.bury(follower, total);
                self.drop_inputs(follower);
            }
        }
    }
}
