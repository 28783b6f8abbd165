//! `lofi plan`: what would run, what is cached, and why.

use super::fail::{Code, Failure};
use super::project::Project;
use crate::engine::{Decision, Graph, RunPlan, plan as make_plan};
use crate::study::Study;
use serde_json::json;

/// What one core computes a second, floating-point operations; measured on products of feature matrices.
const FLOPS_PER_CORE_S: f64 = 3.5e10;

/// Prints the plan.
pub(super) fn plan(project: &Project, patterns: &[String], steps: bool) -> Result<Code, Failure> {
    let studies = project.load(patterns)?;
    let store = project.open_store()?;
    let graph = Graph::new(&studies);
    let last = super::run::records(&studies, &store)?;
    let plan = make_plan(&graph, &store, &last)?;
    for (index, study) in studies.iter().enumerate() {
        let line = Line::of(study, (&graph, index), &plan);
        if project.options.json {
            println!("{}", line.json(study));
        } else {
            println!("{}", line.words(study, project));
        }
    }
    if steps {
        print_steps(&graph, &plan);
    }
    for (node, reason) in &plan.damaged {
        println!("damaged: {}: {reason}; it will be computed again", graph.nodes[*node].name);
    }
    Ok(Code::Well)
}

/// Numbers of one study's plan.
struct Line {
    steps: usize,
    to_run: usize,
    cached: usize,
    largest_bytes: u64,
    flops: f64,
}

impl Line {
    fn of(study: &Study, (graph, index): (&Graph, usize), plan: &RunPlan) -> Self {
        let mut places = graph.places[index].clone();
        places.sort_unstable();
        places.dedup();
        let runs: Vec<usize> =
            places.iter().copied().filter(|&i| matches!(plan.decisions[i], Decision::Run(_))).collect();
        let bytes = |&i: &usize| {
            let outputs: u64 = graph.nodes[i].plan.outputs.iter().map(|shape| shape.memory_bytes()).sum();
            let inputs: u64 =
                graph.inputs_of(i).map(|wire| graph.nodes[wire.node].plan.outputs[wire.port].memory_bytes()).sum();
            graph.nodes[i].plan.work_bytes + outputs + inputs
        };
        Self {
            steps: study.nodes.len(),
            to_run: runs.len(),
            cached: places.iter().filter(|&&i| plan.decisions[i] == Decision::Cached).count(),
            largest_bytes: runs.iter().map(bytes).max().unwrap_or(0),
            flops: runs.iter().map(|&i| graph.nodes[i].plan.flops).sum(),
        }
    }

    fn words(&self, study: &Study, project: &Project) -> String {
        let jobs = project.options.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
        #[expect(clippy::cast_precision_loss, reason = "a handful of cores")]
        let time_s = self.flops / FLOPS_PER_CORE_S / jobs.max(1) as f64;
        let data = study.data.as_ref().map_or("no data set", |data| data.card.as_str());
        let run = if self.to_run == 0 {
            "up to date".to_owned()
        } else {
            let largest = human_bytes(self.largest_bytes);
            format!("{} to run (largest step {largest}, about {})", self.to_run, human_time(time_s))
        };
        let Self { steps, cached, .. } = self;
        let cells = study.cells;
        format!("{}  {}  {data}: {cells} cells, {steps} steps, {cached} cached, {run}", study.head.study, study.profile)
    }

    fn json(&self, study: &Study) -> serde_json::Value {
        json!({
            "study": study.head.study, "profile": study.profile, "cells": study.cells, "steps": self.steps,
            "cached": self.cached, "to_run": self.to_run, "largest_step_bytes": self.largest_bytes, "flops": self.flops,
        })
    }
}

fn print_steps(graph: &Graph, plan: &RunPlan) {
    for (node, decision) in graph.nodes.iter().zip(&plan.decisions) {
        match decision {
            Decision::Run(reason) => println!("  run     {}  ({reason})", node.name),
            Decision::Cached => println!("  cached  {}", node.name),
            Decision::NotNeeded => println!("  -       {}", node.name),
        }
    }
}

fn human_bytes(bytes: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a display of a size")]
    let mib = bytes as f64 / f64::from(1 << 20);
    if mib < 1024.0 { format!("{mib:.0} MiB") } else { format!("{:.1} GiB", mib / 1024.0) }
}

fn human_time(seconds: f64) -> String {
    if seconds < 90.0 {
        format!("{seconds:.0} s")
    } else if seconds < 5400.0 {
        format!("{:.0} min", seconds / 60.0)
    } else {
        format!("{:.1} h", seconds / 3600.0)
    }
}
