//! One pass over a plan: ready steps in parallel, under a memory budget; a failure stops only its followers.

mod results;
mod second_look;

use super::error::RunError;
use super::events::{Event, Reuse, Sink};
use super::executor::{Executor, Failed, Summary};
use super::live::Live;
use super::running::Running;
use super::scratch::StepScratch;
use super::stop::Hold;
use super::work::run_step;
use crate::artifact::Value;
use crate::engine::plan::decide::{Decision, RunPlan};
use crate::engine::plan::graph::{Graph, GraphWire};
use crate::engine::store::claim::Claims;
use crate::engine::store::entries::Entry;
use crate::engine::store::error::StoreError;
use crate::step::{Inputs, StepError};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock, mpsc};
use std::time::{Duration, Instant};

/// One pass over a plan.
pub(super) struct Round<'a> {
    executor: &'a Executor,
    graph: &'a Arc<Graph>,
    plan: RunPlan,
    pool: rayon::ThreadPool,
    /// Nodes to run whose inputs are not all there: how many are missing.
    missing: HashMap<usize, usize>,
    /// Nodes that can start, first in graph order first: depth before breadth keeps few values alive.
    ready: BTreeSet<usize>,
    /// Nodes that use a node's outputs in this round.
    followers: HashMap<usize, Vec<usize>>,
    live: Live,
    running: HashMap<usize, u64>,
    large: Running<'a>,
    claims: Claims,
    dead: BTreeSet<usize>,
    again: bool,
}

/// More threads than steps have nothing to do, and a system has no room for as many as one may ask for.
fn threads(jobs: usize, steps: usize) -> usize {
    const MOST: usize = 1024;
    jobs.min(steps).clamp(1, MOST)
}

/// What a worker sends back.
struct Done {
    node: usize,
    result: Result<Ended, StepError>,
    elapsed_s: f64,
    /// A stop waits until this result is in the store.
    _hold: Option<Hold>,
}

enum Ended {
    Ran(Vec<Value>),
    /// The entry of the same content, with its key.
    Same(Box<Entry>),
}

impl<'a> Round<'a> {
    pub fn new(executor: &'a Executor, graph: &'a Arc<Graph>, plan: RunPlan) -> Result<Self, RunError> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads(executor.jobs, plan.to_run().len()))
            .build()
            .map_err(|e| RunError::Threads(e.to_string()))?;
        let mut round = Self {
            executor,
            graph,
            plan,
            pool,
            missing: HashMap::new(),
            ready: BTreeSet::new(),
            followers: HashMap::new(),
            live: Live::default(),
            running: HashMap::new(),
            large: Running::new(&executor.store, &executor.stop),
            claims: Claims::default(),
            dead: BTreeSet::new(),
            again: false,
        };
        round.link();
        Ok(round)
    }

    fn link(&mut self) {
        for node in self.plan.to_run() {
            let inputs: BTreeSet<GraphWire> = self.graph.inputs_of(node).collect();
            let mut waits: BTreeSet<usize> = BTreeSet::new();
            for wire in inputs {
                self.live.expect(wire);
                if matches!(self.plan.decisions[wire.node], Decision::Run(_)) {
                    waits.insert(wire.node);
                }
            }
            for &wait in &waits {
                self.followers.entry(wait).or_default().push(node);
            }
            if waits.is_empty() {
                self.ready.insert(node);
            } else {
                self.missing.insert(node, waits.len());
            }
        }
    }

    /// Runs until nothing is left; true if a damaged entry makes another round needed.
    pub fn run(mut self, sink: &mut dyn Sink, total: &mut Summary) -> Result<bool, RunError> {
        let to_run = self.plan.to_run();
        let flops = to_run.iter().map(|&i| self.graph.nodes[i].plan.flops).sum();
        sink.event(&Event::Planned { steps: self.graph.nodes.len(), to_run: to_run.len(), flops });
        let (sender, receiver) = mpsc::channel::<Done>();
        loop {
            if self.executor.stop.asked() {
                self.wind_down(&receiver)?;
                return Err(RunError::Cancelled);
            }
            self.claims.beat();
            self.start_ready(&sender, sink, total)?;
            let waiting = self.claims.waiting();
            if self.running.is_empty() && waiting.is_empty() {
                break;
            }
            let pause = Duration::from_millis(if waiting.is_empty() { 100 } else { 10 });
            self.ready.extend(waiting);
            match receiver.recv_timeout(pause) {
                Ok(done) => {
                    let node = done.node;
                    self.finish(done, sink, total)?;
                    // Not before its result can be seen, and what follows it is claimed.
                    self.start_ready(&sender, sink, total)?;
                    self.claims.give_back(node);
                }
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
            }
        }
        Ok(self.again)
    }

    /// Gives running steps the time that a stop has: states are saved, and what ends well is kept.
    fn wind_down(&mut self, receiver: &mpsc::Receiver<Done>) -> Result<(), RunError> {
        while !self.running.is_empty() && self.executor.stop.waits() {
            let Ok(done) = receiver.recv_timeout(Duration::from_millis(10)) else { continue };
            self.running.remove(&done.node);
            if let Ok(Ended::Ran(values)) = done.result {
                let _hold = self.executor.stop.hold();
                self.publish(done.node, values, done.elapsed_s)?;
            }
        }
        Ok(())
    }

    fn start_ready(
        &mut self,
        sender: &mpsc::Sender<Done>,
        sink: &mut dyn Sink,
        total: &mut Summary,
    ) -> Result<(), RunError> {
        while self.running.len() < self.executor.jobs.max(1) {
            let Some(node) = self.admissible() else { break };
            self.ready.remove(&node);
            if !self.is_to_do(node, sink, total)? {
                continue;
            }
            match self.inputs(node, sink)? {
                Ok(inputs) => self.start(node, inputs, sender, sink),
                // Inputs turned out damaged: they are recomputed in the next round, and this node with them.
                Err(damaged) => {
                    self.again = true;
                    total.cached = total.cached.saturating_sub(damaged.len());
                    self.claims.give_back(node);
                    self.drop_inputs(node);
                }
            }
        }
        Ok(())
    }

    /// The first ready node that fits the budget; any node when nothing else runs.
    fn admissible(&self) -> Option<usize> {
        let busy: u64 = self.running.values().sum();
        let budget = self.executor.memory.budget_bytes;
        let need = |node: usize| self.graph.nodes[node].plan.need_bytes();
        let fits = |node: usize| self.live.bytes().saturating_add(busy).saturating_add(need(node)) <= budget;
        // Later nodes first: what is deeper in the graph frees values sooner.
        let fitting = self.ready.iter().rev().copied().find(|&node| fits(node));
        fitting.or_else(|| if self.running.is_empty() { self.ready.iter().next_back().copied() } else { None })
    }

    /// The values that a node takes, or the nodes whose stored values are damaged: all of them, taken out.
    fn inputs(&mut self, node: usize, sink: &mut dyn Sink) -> Result<Result<Inputs, BTreeSet<usize>>, RunError> {
        let slots = self.graph.nodes[node].inputs.clone();
        let mut lost = BTreeSet::new();
        let mut inputs = Vec::with_capacity(slots.len());
        for (slot, wires) in slots {
            let mut values = Vec::with_capacity(wires.len());
            for wire in wires {
                match self.value(wire) {
                    Ok(value) => values.push(value),
                    Err(StoreError::Damaged { reason, .. }) => {
                        if lost.insert(wire.node) {
                            let damaged = &self.graph.nodes[wire.node];
                            sink.event(&Event::Damaged { name: damaged.name.clone(), reason });
                            self.executor.store.evict(&damaged.key)?;
                        }
                    }
                    Err(other) => return Err(other.into()),
                }
            }
            inputs.push((slot, values));
        }
        Ok(if lost.is_empty() { Ok(Inputs(inputs)) } else { Err(lost) })
    }

    /// A value from memory, or from the store into memory.
    fn value(&mut self, wire: GraphWire) -> Result<Arc<Value>, StoreError> {
        if let Some(value) = self.live.get(wire) {
            return Ok(value);
        }
        let node = &self.graph.nodes[wire.node];
        let entry = match &self.plan.entries[wire.node] {
            Some(entry) => entry.clone(),
            None => self.executor.store.entry(&node.key)?.ok_or_else(|| StoreError::Damaged {
                path: self.executor.store.root().to_owned(),
                reason: "it is gone".to_owned(),
            })?,
        };
        let port = node.kind.about().outputs[wire.port].name;
        let value = Arc::new(self.executor.store.value(&entry, port)?);
        let digest = entry.outputs.get(port).map(|output| output.digest.clone());
        self.live.hold(wire, Arc::clone(&value), digest);
        Ok(value)
    }

    /// A node is through with its inputs.
    fn drop_inputs(&mut self, node: usize) {
        let wires: BTreeSet<GraphWire> = self.graph.inputs_of(node).collect();
        wires.into_iter().for_each(|wire| self.live.release(wire));
    }

    fn start(&mut self, node: usize, inputs: Inputs, sender: &mpsc::Sender<Done>, sink: &mut dyn Sink) {
        let graph_node = &self.graph.nodes[node];
        sink.event(&Event::Started { name: graph_node.name.clone(), kind: graph_node.kind.name().to_owned() });
        self.running.insert(node, graph_node.plan.need_bytes());
        self.large.starts(node, (&graph_node.name, self.graph.step_bytes(node)));
        let same = self.content_key(node).and_then(|key| self.same_entry(node, &key));
        let (executor, graph, sender) = (self.executor.clone(), Arc::clone(self.graph), sender.clone());
        self.pool.spawn(move || {
            let start = Instant::now();
            let graph_node = &graph.nodes[node];
            let (store, stop) = (&executor.store, &executor.stop);
            let scratch = StepScratch { store, key: &graph_node.key, stop, hold: OnceLock::new() };
            let result = match same {
                Some(entry) => Ok(Ended::Same(Box::new(entry))),
                None => run_step(&executor, graph_node, (&inputs, &scratch)).map(Ended::Ran),
            };
            drop(inputs);
            let hold = scratch.hold.into_inner().filter(|_| result.is_ok());
            let _ = sender.send(Done { node, result, elapsed_s: start.elapsed().as_secs_f64(), _hold: hold });
        });
    }

    fn finish(&mut self, done: Done, sink: &mut dyn Sink, total: &mut Summary) -> Result<(), RunError> {
        self.running.remove(&done.node);
        self.large.ends(done.node);
        let (name, kind, flops) = {
            let node = &self.graph.nodes[done.node];
            (node.name.clone(), node.kind.name().to_owned(), node.plan.flops)
        };
        match done.result {
            Ok(Ended::Ran(values)) => {
                self.publish(done.node, values, done.elapsed_s)?;
                total.ran += 1;
                sink.event(&Event::Finished { name, kind, elapsed_s: done.elapsed_s, flops });
            }
            Ok(Ended::Same(entry)) => match self.adopt(done.node, &entry) {
                Ok(()) => sink.event(&Event::Reused { name, why: Reuse::SameInputs, flops }),
                Err(StoreError::Damaged { reason, .. }) => {
                    sink.event(&Event::Damaged { name, reason });
                    self.executor.store.evict(&entry.key)?;
                    self.again = true;
                    self.drop_inputs(done.node);
                    return Ok(());
                }
                Err(other) => return Err(other.into()),
            },
            // The others are waited for.
            Err(StepError::Cancelled) if self.executor.stop.asked() => return Ok(()),
            Err(error) => {
                let place = self.graph.nodes[done.node].place.clone();
                let data = if let StepError::Data { card, .. } = &error { Some(card.clone()) } else { None };
                let error = error.to_string();
                sink.event(&Event::Failed { name: name.clone(), place: place.clone(), error: error.clone() });
                // A round after a damaged input meets the same failure again.
                if total.failed.iter().all(|known| known.name != name) {
                    total.failed.push(Failed { name, place, error, data });
                }
                self.bury(done.node, total);
                self.drop_inputs(done.node);
                return Ok(());
            }
        }
        self.drop_inputs(done.node);
        self.release_followers(done.node);
        Ok(())
    }

    fn release_followers(&mut self, node: usize) {
        for follower in self.followers.get(&node).cloned().unwrap_or_default() {
            let Some(missing) = self.missing.get_mut(&follower) else { continue };
            *missing -= 1;
            if *missing == 0 {
                self.missing.remove(&follower);
                self.ready.insert(follower);
            }
        }
    }

    /// Leaves out everything that would need a failed node.
    fn bury(&mut self, node: usize, total: &mut Summary) {
        for follower in self.followers.get(&node).cloned().unwrap_or_default() {
            if self.dead.insert(follower) {
                self.missing.remove(&follower);
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
