//! `lofi plan`: what would run, what is cached, and why.

use super::elsewhere::{self, Elsewhere, Planned};
use super::{run, store};
use crate::artifact::number;
use crate::cli::code::Code;
use crate::cli::core_speed::FLOPS_PER_CORE_S;
use crate::cli::fail::{Done, Failure};
use crate::cli::output::{self, note, say};
use crate::cli::project::Project;
use crate::engine::plan as make_plan;
use crate::engine::{Bound, Decision, Graph, Memory, MemoryLimit, RunPlan, check_memory, human_bytes};
use crate::study::Study;
use serde_json::json;
use std::cmp::Reverse;

/// Prints the plan.
pub(in crate::cli) fn plan(
    project: &Project,
    patterns: &[String],
    (steps, fail_if_stale, wanted): (bool, bool, &Elsewhere),
) -> Result<Done, Failure> {
    let studies = project.load(patterns)?;
    let here = project.open_store()?;
    let graph = Graph::new(&studies);
    let last = run::last_records(&here, &studies)?;
    let plan = make_plan(&graph, &here, &last)?;
    for (index, study) in studies.iter().enumerate() {
        let line = Line::of(study, (&graph, index), &plan);
        if output::is_json() {
            output::event(&line.json(study));
        } else if !wanted.describes() {
            say!("{}", line.words(study, project));
        }
    }
    if steps {
        graph.nodes.iter().zip(&plan.decisions).for_each(|(node, decision)| print_step(&node.name, decision));
    }
    for (node, reason) in &plan.damaged {
        let name = &graph.nodes[*node].name;
        if output::is_json() {
            output::event(&json!({"event": "damaged", "name": name, "reason": reason}));
        } else {
            say!("damaged: {name}: {reason}; it will be computed again");
        }
    }
    let limit = MemoryLimit::new(project.options.memory, Memory::now());
    match check_memory(&graph, &plan.to_run(), limit) {
        // Plans are for other machines too.
        Err(refused) if limit.bound != Bound::Given => note!("not on this machine: {refused}"),
        other => other?,
    }
    let count = |test: fn(&Decision) -> bool| json!(plan.decisions.iter().filter(|decision| test(decision)).count());
    let to_run = count(|decision| matches!(decision, Decision::Run(_)));
    let cached = count(|decision| *decision == Decision::Cached);
    let gated = count(|decision| matches!(decision, Decision::Gated(_)));
    tell_gates(&graph, &plan);
    store::forecast(project, (&graph, &plan))?;
    elsewhere::tell(project, &Planned { graph: &graph, plan: &plan, store: &here }, (wanted, jobs(project)))?;
    let studies = json!(studies.len());
    let code = if fail_if_stale && !plan.to_run().is_empty() { Code::Failed } else { Code::Well };
    Ok(Done::with(code, [("studies", studies), ("to_run", to_run), ("cached", cached), ("gated", gated)]))
}

/// Steps at once on this machine.
fn jobs(project: &Project) -> usize {
    let jobs = project.options.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    jobs.max(1)
}

/// What this machine cannot run, each reason once.
fn tell_gates(graph: &Graph, plan: &RunPlan) {
    let mut told: Vec<&str> = Vec::new();
    for (node, why) in plan.gates(graph).into_iter().filter(|_| !output::is_json()) {
        if !told.contains(&why) {
            note!("gated: {}: {why}", graph.nodes[node].name);
            told.push(why);
        }
    }
}

/// Numbers of one study's plan.
pub(super) struct Line {
    steps: usize,
    /// Steps of the graph that run.
    pub runs: Vec<usize>,
    cached: usize,
    pub gated: usize,
    pub largest_bytes: u64,
    largest_step: String,
    flops: f64,
}

impl Line {
    pub fn of(study: &Study, (graph, index): (&Graph, usize), plan: &RunPlan) -> Self {
        let mut places = graph.places[index].clone();
        places.sort_unstable();
        places.dedup();
        let runs: Vec<usize> =
            places.iter().copied().filter(|&i| matches!(plan.decisions[i], Decision::Run(_))).collect();
        let largest = runs.iter().map(|&i| (graph.step_bytes(i), i)).max_by_key(|&(bytes, i)| (bytes, Reverse(i)));
        Self {
            steps: study.nodes.len(),
            cached: places.iter().filter(|&&i| plan.decisions[i] == Decision::Cached).count(),
            gated: places.iter().filter(|&&i| matches!(plan.decisions[i], Decision::Gated(_))).count(),
            largest_bytes: largest.map_or(0, |(bytes, _)| bytes),
            largest_step: largest.map_or(String::new(), |(_, i)| step_name(&graph.nodes[i].name)),
            flops: runs.iter().map(|&i| graph.nodes[i].plan.flops).sum(),
            runs,
        }
    }

    fn words(&self, study: &Study, project: &Project) -> String {
        #[expect(clippy::cast_precision_loss, reason = "a handful of cores")]
        let time_s = self.flops / FLOPS_PER_CORE_S / jobs(project) as f64;
        let data = study.data.as_ref().map_or("no data set", |data| data.card.as_str());
        let run = if self.runs.is_empty() && self.gated > 0 {
            "nothing to run".to_owned()
        } else if self.runs.is_empty() {
            "up to date".to_owned()
        } else {
            let largest = human_bytes(self.largest_bytes);
            let name = &self.largest_step;
            format!("{} to run (largest step {largest}: {name}; about {})", self.runs.len(), number::about(time_s))
        };
        let Self { steps, cached, gated, .. } = self;
        let run = if *gated > 0 { format!("{run}, {gated} gated: this machine cannot run them") } else { run };
        let cells = study.cells;
        let (name, profile, set) = (&study.head.study, &study.profile, study.settings_in_words());
        format!("{name}  {profile}{set}  {data}: {cells} cells, {steps} steps, {cached} cached, {run}")
    }

    fn json(&self, study: &Study) -> serde_json::Value {
        json!({
            "event": "plan", "study": study.head.study, "profile": study.variant(), "cells": study.cells, "steps": self.steps,
            "cached": self.cached, "to_run": self.runs.len(), "gated": self.gated, "largest_step_bytes": self.largest_bytes,
            "largest_step": self.largest_step, "flops": self.flops,
        })
    }
}

fn print_step(name: &str, decision: &Decision) {
    let (word, reason) = match decision {
        Decision::Run(reason) => ("run", Some(reason.to_string())),
        Decision::Gated(reason) => ("gated", Some(reason.clone())),
        Decision::Cached => ("cached", None),
        Decision::NotNeeded => ("-", None),
    };
    match reason {
        _ if output::is_json() => {
            let word = if word == "-" { "not needed" } else { word };
            output::event(&json!({"event": "step", "name": name, "decision": word, "reason": reason}));
        }
        Some(reason) => say!("  {word:<6}  {name}  ({reason})"),
        None => say!("  {word:<6}  {name}"),
    }
}

/// The name of a step without that of its study.
fn step_name(name: &str) -> String {
    name.split_once(": ").map_or(name, |(_, step)| step).to_owned()
}
