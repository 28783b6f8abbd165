//! One pass over a plan: ready steps in parallel, under a memory budget; a failure stops only its followers.
//!
//! The thread that schedules has the state of the graph, the memory, the claims and the events. Values are read, checked,
//! encoded, hashed and written by the worker that runs a step, so that no other step waits for that.

mod admission;
mod endings;
mod second_look;

use super::error::RunError;
use super::events::{Event, Reuse, Sink};
use super::executor::{Executor, Summary};
use super::forecast::Forecast;
use super::gate::Gate;
use super::input::Input;
use super::job::{Done, Ended, Job, News};
use super::limits::Watch;
use super::live::Live;
use super::progress::Progress;
use super::ready::Ready;
use super::running::Running;
use super::work::taken_bytes;
use crate::engine::plan::graph::{Graph, GraphWire};
use crate::engine::plan::run_plan::{Decision, RunPlan};
use crate::engine::store::claim::Claims;
use crate::step::StepError;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

/// One pass over a plan.
pub(super) struct Round<'a> {
    executor: &'a Executor,
    graph: &'a Arc<Graph>,
    plan: RunPlan,
    /// Nodes to run whose inputs are not all there: how many are missing.
    missing: HashMap<usize, usize>,
    /// Nodes that can start.
    ready: Ready,
    progress: Progress,
    /// Studies that are over and have not been told of, and whether they are whole.
    ended: Vec<(usize, bool)>,
    /// Nodes that use a node's outputs in this round.
    followers: HashMap<usize, Vec<usize>>,
    live: Live,
    running: HashMap<usize, u64>,
    watch: Watch,
    /// Whether a failure has ended the run, and when.
    halted: Option<Instant>,
    large: Running<'a>,
    claims: Claims,
    dead: BTreeSet<usize>,
    /// Nodes whose stored results turned out damaged in this round.
    lost: BTreeSet<usize>,
    gate: Arc<Gate>,
    /// Whether it was said that the disk has little room left.
    said_short: bool,
}

impl Drop for Round<'_> {
    fn drop(&mut self) {
        self.gate.close();
    }
}

/// How long a run that a failure ends waits for steps that look at the wish to stop.
const HALT: Duration = Duration::from_millis(400);

/// Nodes that use a node's outputs in this round.
fn followers(graph: &Graph, plan: &RunPlan, to_run: &[usize]) -> HashMap<usize, Vec<usize>> {
    let mut followers: HashMap<usize, Vec<usize>> = HashMap::new();
    for &node in to_run {
        let before: BTreeSet<usize> = graph.inputs_of(node).map(|wire| wire.node).collect();
        for wait in before.into_iter().filter(|&wait| matches!(plan.decisions[wait], Decision::Run(_))) {
            followers.entry(wait).or_default().push(node);
        }
    }
    followers
}

impl<'a> Round<'a> {
    pub fn new(executor: &'a Executor, graph: &'a Arc<Graph>, plan: RunPlan) -> Self {
        let to_run = plan.to_run();
        let followers = followers(graph, &plan, &to_run);
        let mut round = Self {
            executor,
            graph,
            plan,
            missing: HashMap::new(),
            ready: Ready::new(graph, (&to_run, &followers), executor.jobs),
            progress: Progress::new(graph, &to_run),
            ended: Vec::new(),
            followers,
            live: Live::default(),
            running: HashMap::new(),
            watch: Watch::new(executor.ends),
            halted: None,
            large: Running::new(&executor.store, &executor.stop),
            claims: Claims::default(),
            dead: BTreeSet::new(),
            lost: BTreeSet::new(),
            gate: Arc::default(),
            said_short: false,
        };
        round.link(&to_run);
        round
    }

    fn link(&mut self, to_run: &[usize]) {
        for &node in to_run {
            let inputs: BTreeSet<GraphWire> = self.graph.inputs_of(node).collect();
            let mut waits: BTreeSet<usize> = BTreeSet::new();
            for wire in inputs {
                self.live.expect(wire);
                if matches!(self.plan.decisions[wire.node], Decision::Run(_)) {
                    waits.insert(wire.node);
                }
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
        let studies = self.progress.under_way().map(|study| self.graph.studies[study].to_string()).collect();
        let machine = (self.executor.store.as_ref(), self.executor.jobs);
        let takes = Forecast::of((self.graph, &to_run), machine, self.ready.work());
        sink.event(&Event::Planned { steps: self.graph.nodes.len(), to_run: to_run.len(), flops, studies, takes });
        let (sender, receiver) = mpsc::channel::<News>();
        loop {
            if self.executor.stop.asked() {
                self.wind_down(&receiver)?;
                return Err(RunError::Cancelled);
            }
            if self.halted.is_some_and(|since| self.running.is_empty() || since.elapsed() > HALT) {
                self.leave_the_rest(total);
                return Ok(false);
            }
            self.claims.beat(&self.executor.store);
            self.watch.look();
            self.start_ready(&sender, sink, total)?;
            self.tell_ended(sink);
            let waiting = self.claims.waiting();
            if self.running.is_empty() && waiting.is_empty() {
                break;
            }
            let pause = Duration::from_millis(if waiting.is_empty() { 100 } else { 10 });
            if self.halted.is_none() {
                waiting.into_iter().for_each(|node| self.ready.insert(node));
            }
            match receiver.recv_timeout(pause) {
                Ok(News::Resumed(node)) => sink.event(&Event::Resumed { name: self.graph.nodes[node].name.clone() }),
                Ok(News::Short(node, bytes)) => self.short(node, bytes, sink),
                Ok(News::Done(done)) => {
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
        Ok(!self.lost.is_empty())
    }

    /// Gives running steps the time that a stop has: states are saved, and what ends well is kept.
    fn wind_down(&mut self, receiver: &mpsc::Receiver<News>) -> Result<(), RunError> {
        while !self.running.is_empty() && self.executor.stop.waits() {
            let Ok(News::Done(done)) = receiver.recv_timeout(Duration::from_millis(10)) else { continue };
            self.running.remove(&done.node);
            done.result?;
        }
        Ok(())
    }

    fn start_ready(
        &mut self,
        sender: &mpsc::Sender<News>,
        sink: &mut dyn Sink,
        total: &mut Summary,
    ) -> Result<(), RunError> {
        while self.halted.is_none() && self.busy() < self.jobs() {
            let Some(node) = self.admissible() else { break };
            self.ready.remove(node);
            if !self.is_to_do(node, sink, total)? {
                continue;
            }
            self.start(node, sender, sink)?;
        }
        Ok(())
    }

    fn planned_bytes(&self, wire: GraphWire) -> u64 {
        self.graph.nodes[wire.node].plan.outputs[wire.port].memory_bytes()
    }

    fn input(&mut self, wire: GraphWire) -> Arc<Input> {
        let planned_bytes = self.planned_bytes(wire);
        let (graph, entry) = (self.graph, &self.plan.entries[wire.node]);
        self.live.take(wire, planned_bytes, || Input::stored(wire, graph, entry.clone()))
    }

    /// A node is through with its inputs.
    fn drop_inputs(&mut self, node: usize) {
        let wires: BTreeSet<GraphWire> = self.graph.inputs_of(node).collect();
        wires.into_iter().for_each(|wire| self.live.release(wire));
    }

    /// A step has a thread of its own. In a rayon pool it would be given another step while it waits for what it decodes in
    /// parallel, and end after that one.
    fn start(&mut self, node: usize, sender: &mpsc::Sender<News>, sink: &mut dyn Sink) -> Result<(), RunError> {
        let graph = Arc::clone(self.graph);
        let graph_node = &graph.nodes[node];
        let (name, study) = (graph_node.name.clone(), graph_node.study.to_string());
        sink.event(&Event::Started { name, study, kind: graph_node.kind.name().to_owned() });
        self.running.insert(node, taken_bytes(graph_node));
        self.large.starts(node, (&graph_node.name, graph.step_bytes(node)));
        let slots = graph_node.inputs.iter();
        let inputs =
            slots.map(|(slot, wires)| ((*slot).to_owned(), wires.iter().map(|&wire| self.input(wire)).collect()));
        let inputs = inputs.collect();
        let (executor, needed) = (self.executor.clone(), self.plan.needed[node].clone());
        let (gate, stop) = (Arc::clone(&self.gate), self.watch.starts(node, &self.executor.stop));
        let (graph, told) = (Arc::clone(&graph), sender.clone());
        let job = Job { executor, graph, node, needed, inputs, gate, stop, told };
        let started = std::thread::Builder::new().name("step".into()).spawn(move || job.run());
        started.map(drop).map_err(|e| RunError::Threads(e.to_string()))
    }

    fn finish(&mut self, done: Done, sink: &mut dyn Sink, total: &mut Summary) -> Result<(), RunError> {
        self.running.remove(&done.node);
        self.large.ends(done.node);
        let late = self.watch.ends(done.node);
        let (name, kind, flops) = {
            let node = &self.graph.nodes[done.node];
            (node.name.clone(), node.kind.name().to_owned(), node.plan.flops)
        };
        match done.result? {
            Ended::Ran(outputs, elapsed_s) => {
                outputs.into_iter().for_each(|output| self.live.hold(output));
                total.ran += 1;
                if let Some(limit) = self.executor.ends.step_timeout.filter(|_| late) {
                    let (name, limit_s) = (name.clone(), limit.as_secs_f64());
                    sink.event(&Event::Overran { name, elapsed_s, limit_s });
                }
                sink.event(&Event::Finished { name, kind, elapsed_s, flops });
            }
            Ended::Same(outputs) => {
                outputs.into_iter().for_each(|output| self.live.hold(output));
                sink.event(&Event::Reused { name, why: Reuse::SameInputs, flops });
            }
            Ended::Lost(lost) => {
                self.lose(lost, sink, total);
                self.drop_inputs(done.node);
                return Ok(());
            }
            // The others are waited for.
            Ended::Failed(StepError::Cancelled) if self.executor.stop.asked() => return Ok(()),
            Ended::Failed(error) => {
                self.failed(done.node, (&error, late), sink, total);
                return Ok(());
            }
        }
        self.drop_inputs(done.node);
        self.release_followers(done.node);
        Ok(())
    }

    /// A node will not run any more, as it has or need not; or cannot.
    fn over(&mut self, node: usize, well: bool) {
        self.ready.over(node);
        self.ended.extend(self.progress.over(node, well));
    }

    fn tell_ended(&mut self, sink: &mut dyn Sink) {
        for (study, whole) in std::mem::take(&mut self.ended) {
            sink.event(&Event::Study { name: self.graph.studies[study].to_string(), whole });
        }
    }

    fn release_followers(&mut self, node: usize) {
        self.over(node, true);
        for follower in self.followers.get(&node).cloned().unwrap_or_default() {
            let Some(missing) = self.missing.get_mut(&follower) else { continue };
            *missing -= 1;
            if *missing == 0 {
                self.missing.remove(&follower);
                self.ready.insert(follower);
            }
        }
    }
}
