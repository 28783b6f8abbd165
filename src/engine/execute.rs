//! Runs a plan: ready steps in parallel, under a memory budget; a failure stops only its followers.

use super::events::{Event, Sink};
use super::graph::{Graph, GraphNode, GraphWire};
use super::key::{fingerprint, key_of};
use super::plan::{Decision, RunPlan, plan};
use super::record::RunRecord;
use super::store::{Entry, Store, StoreError, StoredOutput};
use crate::artifact::Value;
use crate::step::{Context, DataSource, Inputs, Keep, StepError};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Values that may be dropped after use are kept on disk where computing them takes this many times longer than reading
/// them back.
const WORTH_KEEPING: f64 = 20.0;
/// What a disk reads and checks a second, cautiously.
const READ_BYTES_PER_S: f64 = 300e6;
/// What a core computes a second, roughly. Planned work, not the clock, decides what is kept: a busy machine keeps the
/// same values as an idle one.
const FLOPS_PER_S: f64 = 3.5e10;

/// What ends a run early.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
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
    /// Memory for values and work, bytes. One step alone may exceed it.
    pub memory_bytes: u64,
    /// Set to stop.
    pub cancelled: Arc<AtomicBool>,
}

impl Executor {
    /// Brings every target of a graph into the store.
    ///
    /// # Errors
    /// Where the store cannot be written, or the user stops it. Failed steps are no error here: see [`Summary`].
    pub fn run(&self, graph: &Arc<Graph>, last: &[RunRecord], sink: &mut dyn Sink) -> Result<Summary, RunError> {
        let start = Instant::now();
        let mut total = Summary::default();
        // Every further round has taken at least one damaged entry out, and each is written anew once.
        let most_rounds = graph.nodes.len() + 1;
        for round in 0..=most_rounds {
            let plan = plan(graph, &self.store, last)?;
            for (node, reason) in &plan.damaged {
                sink.event(&Event::Damaged { name: graph.nodes[*node].name.clone(), reason: reason.clone() });
            }
            if round == 0 {
                total.cached = plan.cached();
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

/// One pass over a plan.
struct Round<'a> {
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
    /// Values in memory with the number of nodes that still need them.
    values: HashMap<GraphWire, (Arc<Value>, usize)>,
    uses: HashMap<GraphWire, usize>,
    digests: HashMap<GraphWire, String>,
    live_bytes: u64,
    running: HashMap<usize, u64>,
    dead: BTreeSet<usize>,
    again: bool,
}

/// What a worker sends back.
struct Done {
    node: usize,
    result: Result<Ended, StepError>,
    elapsed_s: f64,
}

enum Ended {
    Ran(Vec<Value>),
    /// The entry of the same content, with its key.
    Same(Box<Entry>),
}

impl<'a> Round<'a> {
    fn new(executor: &'a Executor, graph: &'a Arc<Graph>, plan: RunPlan) -> Result<Self, RunError> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(executor.jobs.max(1))
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
            values: HashMap::new(),
            uses: HashMap::new(),
            digests: HashMap::new(),
            live_bytes: 0,
            running: HashMap::new(),
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
                *self.uses.entry(wire).or_default() += 1;
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
    fn run(mut self, sink: &mut dyn Sink, total: &mut Summary) -> Result<bool, RunError> {
        let to_run = self.plan.to_run();
        let flops = to_run.iter().map(|&i| self.graph.nodes[i].plan.flops).sum();
        sink.event(&Event::Planned { steps: self.graph.nodes.len(), to_run: to_run.len(), flops });
        let (sender, receiver) = mpsc::channel::<Done>();
        loop {
            if self.executor.cancelled.load(Ordering::Relaxed) {
                return Err(RunError::Cancelled);
            }
            self.start_ready(&sender, sink, total)?;
            if self.running.is_empty() {
                break;
            }
            match receiver.recv_timeout(Duration::from_millis(100)) {
                Ok(done) => self.finish(done, sink, total)?,
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
            }
        }
        Ok(self.again)
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
            match self.inputs(node, sink)? {
                Ok(inputs) => self.start(node, inputs, sender, sink),
                // Inputs turned out damaged: they are recomputed in the next round, and this node with them.
                Err(damaged) => {
                    self.again = true;
                    total.cached = total.cached.saturating_sub(damaged.len());
                    self.drop_inputs(node);
                }
            }
        }
        Ok(())
    }

    /// The first ready node that fits the budget; any node when nothing else runs.
    fn admissible(&self) -> Option<usize> {
        let busy: u64 = self.running.values().sum();
        let fits =
            |node: usize| self.live_bytes + busy + need_bytes(&self.graph.nodes[node]) <= self.executor.memory_bytes;
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
        if let Some((value, _)) = self.values.get(&wire) {
            return Ok(Arc::clone(value));
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
        if let Some(output) = entry.outputs.get(port) {
            self.digests.insert(wire, output.digest.clone());
        }
        self.hold(wire, Arc::clone(&value));
        Ok(value)
    }

    fn hold(&mut self, wire: GraphWire, value: Arc<Value>) {
        let uses = self.uses.get(&wire).copied().unwrap_or(0);
        if uses > 0 {
            self.live_bytes += value.memory_bytes();
            self.values.insert(wire, (value, uses));
        }
    }

    /// A node is through with its inputs.
    fn drop_inputs(&mut self, node: usize) {
        let wires: BTreeSet<GraphWire> = self.graph.inputs_of(node).collect();
        for wire in wires {
            let left = self.uses.get(&wire).map_or(0, |uses| uses.saturating_sub(1));
            self.uses.insert(wire, left);
            if let (0, Some((value, _))) = (left, self.values.get(&wire)) {
                self.live_bytes = self.live_bytes.saturating_sub(value.memory_bytes());
                self.values.remove(&wire);
            }
        }
    }

    fn content_key(&self, node: usize) -> Option<String> {
        let node = &self.graph.nodes[node];
        let identity = |wire: &GraphWire| self.digests.get(wire).map(|digest| (digest.clone(), wire.port));
        let slot = |(slot, wires): &(String, Vec<GraphWire>)| {
            wires.iter().map(identity).collect::<Option<Vec<_>>>().map(|wires| (slot.clone(), wires))
        };
        let inputs: Option<Vec<_>> = node.inputs.iter().map(slot).collect();
        Some(key_of(node.kind, &node.params, &inputs?))
    }

    fn start(&mut self, node: usize, inputs: Inputs, sender: &mpsc::Sender<Done>, sink: &mut dyn Sink) {
        let graph_node = &self.graph.nodes[node];
        sink.event(&Event::Started { name: graph_node.name.clone(), kind: graph_node.kind.name().to_owned() });
        self.running.insert(node, need_bytes(graph_node));
        let same = self.content_key(node).and_then(|key| self.same_entry(node, &key));
        let (executor, graph, sender) = (self.executor.clone(), Arc::clone(self.graph), sender.clone());
        self.pool.spawn(move || {
            let start = Instant::now();
            let result = match same {
                Some(entry) => Ok(Ended::Same(Box::new(entry))),
                None => run_step(&executor, &graph.nodes[node], &inputs).map(Ended::Ran),
            };
            drop(inputs);
            let _ = sender.send(Done { node, result, elapsed_s: start.elapsed().as_secs_f64() });
        });
    }

    /// An entry with the same content key that holds every port needed here.
    fn same_entry(&self, node: usize, content_key: &str) -> Option<Entry> {
        let store = &self.executor.store;
        let entry = store.entry(&store.same_content(content_key)?).ok()??;
        let ports = self.graph.nodes[node].kind.about().outputs;
        let kept = |port: &usize| entry.outputs.get(ports[*port].name).is_some_and(|o| !o.files.is_empty());
        self.plan.needed[node].iter().all(kept).then_some(entry)
    }

    fn finish(&mut self, done: Done, sink: &mut dyn Sink, total: &mut Summary) -> Result<(), RunError> {
        self.running.remove(&done.node);
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
                Ok(()) => sink.event(&Event::Reused { name, flops }),
                Err(StoreError::Damaged { reason, .. }) => {
                    sink.event(&Event::Damaged { name, reason });
                    self.executor.store.evict(&entry.key)?;
                    self.again = true;
                    self.drop_inputs(done.node);
                    return Ok(());
                }
                Err(other) => return Err(other.into()),
            },
            Err(StepError::Cancelled) => return Err(RunError::Cancelled),
            Err(error) => {
                let place = self.graph.nodes[done.node].place.clone();
                let error = error.to_string();
                sink.event(&Event::Failed { name: name.clone(), place: place.clone(), error: error.clone() });
                // A round after a damaged input meets the same failure again.
                if total.failed.iter().all(|known| known.name != name) {
                    total.failed.push(Failed { name, place, error });
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

    fn publish(&mut self, index: usize, values: Vec<Value>, elapsed_s: f64) -> Result<(), RunError> {
        let node = &self.graph.nodes[index];
        let ports = node.kind.about().outputs;
        let kept = |i: usize, value: &Value| ports[i].keep == Keep::Always || worth_keeping(value, node.plan.flops);
        let mut outputs = BTreeMap::new();
        let mut stored: Vec<(&str, &Value)> = Vec::new();
        for (i, value) in values.iter().enumerate() {
            if kept(i, value) {
                stored.push((ports[i].name, value));
            } else {
                let digest = format!("{}:{i}", node.key);
                let output = StoredOutput { value_type: value.value_type(), digest, files: Vec::new() };
                outputs.insert(ports[i].name.to_owned(), output);
            }
        }
        let entry = self.new_entry(index, elapsed_s, outputs);
        let content_key = self.content_key(index);
        let entry = self.executor.store.publish(entry, &stored)?;
        if let Some(content_key) = content_key {
            self.executor.store.remember_content(&content_key, &entry.key)?;
        }
        for (i, value) in values.into_iter().enumerate() {
            let wire = GraphWire { node: index, port: i };
            if let Some(output) = entry.outputs.get(ports[i].name) {
                self.digests.insert(wire, output.digest.clone());
            }
            self.hold(wire, Arc::new(value));
        }
        Ok(())
    }

    /// Publishes the values of another entry under this node's key.
    fn adopt(&mut self, index: usize, entry: &Entry) -> Result<(), StoreError> {
        let ports = self.graph.nodes[index].kind.about().outputs;
        let mut values = Vec::new();
        for port in ports.iter().filter(|p| entry.outputs.get(p.name).is_some_and(|o| !o.files.is_empty())) {
            values.push((port.name, self.executor.store.value(entry, port.name)?));
        }
        let absent = entry.outputs.iter().filter(|(_, o)| o.files.is_empty());
        let outputs = absent.map(|(name, output)| (name.clone(), output.clone())).collect();
        let fresh = self.new_entry(index, entry.elapsed_s, outputs);
        let borrowed: Vec<(&str, &Value)> = values.iter().map(|(name, value)| (*name, value)).collect();
        let fresh = self.executor.store.publish(fresh, &borrowed)?;
        for (name, value) in values {
            let Some(port) = ports.iter().position(|p| p.name == name) else { continue };
            let wire = GraphWire { node: index, port };
            if let Some(output) = fresh.outputs.get(name) {
                self.digests.insert(wire, output.digest.clone());
            }
            self.hold(wire, Arc::new(value));
        }
        Ok(())
    }

    fn new_entry(&self, index: usize, elapsed_s: f64, outputs: BTreeMap<String, StoredOutput>) -> Entry {
        let node = &self.graph.nodes[index];
        let identity = |wire: &GraphWire| (self.graph.nodes[wire.node].key.clone(), wire.port);
        Entry {
            key: node.key.clone(),
            kind: node.kind.name().to_owned(),
            code: fingerprint(node.kind).to_owned(),
            params: node.params.clone(),
            inputs: node.inputs.iter().map(|(s, wires)| (s.clone(), wires.iter().map(identity).collect())).collect(),
            elapsed_s,
            finished_unix_s: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs()),
            outputs,
        }
    }
}

fn need_bytes(node: &GraphNode) -> u64 {
    node.plan.work_bytes + node.plan.outputs.iter().map(|shape| shape.memory_bytes()).sum::<u64>()
}

#[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^53 bytes")]
fn worth_keeping(value: &Value, flops: f64) -> bool {
    flops / FLOPS_PER_S > WORTH_KEEPING * value.memory_bytes() as f64 / READ_BYTES_PER_S
}

/// Runs one step; a panic is a failure of that step alone.
fn run_step(executor: &Executor, node: &GraphNode, inputs: &Inputs) -> Result<Vec<Value>, StepError> {
    let context = Context { data: executor.data.as_ref(), cancelled: &executor.cancelled };
    let outcome = catch_unwind(AssertUnwindSafe(|| node.kind.run(&node.params, inputs, &context)));
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
