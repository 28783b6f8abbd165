//! What a plan says of one study: steps, memory, time.

use crate::artifact::number;
use crate::cli::core_speed::FLOPS_PER_CORE_S;
use crate::engine::{Decision, Graph, RunPlan, human_bytes};
use crate::study::Study;
use serde_json::json;
use std::cmp::Reverse;

/// Numbers of one study's plan.
pub(super) struct StudyPlan {
    steps: usize,
    /// Steps of the graph that run.
    pub runs: Vec<usize>,
    cached: usize,
    gated: usize,
    /// Memory of the largest of those that run.
    pub largest_bytes: u64,
    largest_step: String,
    flops: f64,
}

impl StudyPlan {
    /// Of the study of this index in the graph.
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

    /// A line for people; `jobs` are steps at once.
    pub fn words(&self, study: &Study, jobs: usize) -> String {
        #[expect(clippy::cast_precision_loss, reason = "a handful of cores")]
        let time_s = self.flops / FLOPS_PER_CORE_S / jobs as f64;
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

    /// A line for programs.
    pub fn json(&self, study: &Study) -> serde_json::Value {
        json!({
            "event": "plan", "study": study.head.study, "profile": study.variant(), "cells": study.cells, "steps": self.steps,
            "cached": self.cached, "to_run": self.runs.len(), "gated": self.gated, "largest_step_bytes": self.largest_bytes,
            "largest_step": self.largest_step, "flops": self.flops,
        })
    }
}

/// The name of a step without that of its study.
fn step_name(name: &str) -> String {
    name.split_once(": ").map_or(name, |(_, step)| step).to_owned()
}
