//! `lofi plan --on`: what the work costs elsewhere, and how long it takes on so many cores.

use super::on::{ClusterFile, On, wishes};
use crate::artifact::number;
use crate::cli::fail::Failure;
use crate::cli::output::{self, say};
use crate::cli::project::Project;
use crate::cluster::{Array, Share, Work, of_arrays, of_steps, partition, span};
use crate::engine::{Decision, Graph, Pace, RunPlan, Store, human_bytes};
use serde_json::json;
use std::collections::BTreeMap;

/// What `plan` is asked about work elsewhere.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct Elsewhere {
    /// Also says what it costs there and how long it is expected to take, as far as steps of the same kinds have shown.
    #[arg(long, value_enum)]
    on: Option<On>,
    /// Cores that are free at once. Default: 10, 100 and 1000; of this machine, as many as `--jobs` says.
    #[arg(long, value_name = "N", requires = "on", value_parser = clap::value_parser!(u32).range(1..))]
    cores: Option<u32>,
    /// Describes the steps that would run in the store and prints tasks, one a line, as keys for `exec-step`: each needs only
    /// lines above it.
    #[arg(long)]
    tasks: bool,
    #[command(flatten)]
    file: ClusterFile,
}

impl Elsewhere {
    /// Whether it writes into the store.
    pub(in crate::cli) const fn describes(&self) -> bool {
        self.tasks
    }
}

/// A plan that was made.
pub(in crate::cli) struct Planned<'a> {
    pub graph: &'a Graph,
    pub plan: &'a RunPlan,
    pub store: &'a Store,
}

/// Seconds that a scheduler takes to start and to end a task.
const TASK_OVERHEAD_S: f64 = 2.0;
const USUAL_CORES: [u32; 3] = [10, 100, 1000];

/// Prints what was asked.
pub(in crate::cli) fn tell(
    project: &Project,
    planned: &Planned<'_>,
    (wanted, jobs): (&Elsewhere, usize),
) -> Result<(), Failure> {
    if wanted.on.is_none() && !wanted.tasks {
        return Ok(());
    }
    let pace = Pace::read(planned.store)?;
    let profile = wanted.file.read(project)?;
    let arrays = |on: On| {
        let wishes = wishes(&profile.common(on.name()));
        partition(planned.graph, planned.plan, (&pace, &wishes))
    };
    if wanted.tasks {
        planned.store.describe(planned.graph, planned.plan)?;
        print_tasks(planned, &arrays(wanted.on.unwrap_or(On::Slurm)));
    }
    match wanted.on {
        None => Ok(()),
        Some(On::Local) => {
            let work = of_steps(planned.graph, planned.plan, &pace);
            let cores = wanted.cores.unwrap_or(u32::try_from(jobs).unwrap_or(u32::MAX));
            tell_work(planned, (None, work), (On::Local, &pace, &[cores]));
            Ok(())
        }
        Some(on) => {
            let arrays = arrays(on);
            let work = of_arrays(&arrays, TASK_OVERHEAD_S);
            let cores = wanted.cores.map_or(USUAL_CORES.to_vec(), |cores| vec![cores]);
            tell_work(planned, (Some(Tasks::of(&arrays)), work), (on, &pace, &cores));
            Ok(())
        }
    }
}

/// Prints what arrays of tasks cost.
pub(super) fn tell_arrays(planned: &Planned<'_>, arrays: &[Array], (on, pace): (On, &Pace)) {
    let work = of_arrays(arrays, TASK_OVERHEAD_S);
    tell_work(planned, (Some(Tasks::of(arrays)), work), (on, pace, &USUAL_CORES));
}

fn tell_work(planned: &Planned<'_>, (words, work): (Option<Tasks>, Vec<Work>), (on, pace, cores): (On, &Pace, &[u32])) {
    let (known, steps) = known(planned, pace);
    let in_all = || work.iter().map(|item| item.seconds * f64::from(item.cores)).sum();
    let work_s: f64 = words.as_ref().map_or_else(in_all, Tasks::core_s);
    let spans: Vec<(u32, f64)> = cores.iter().map(|&cores| (cores, span(&work, cores))).collect();
    if output::is_json() {
        let spans: Vec<_> = spans.iter().map(|(cores, span_s)| json!({"cores": cores, "span_s": span_s})).collect();
        output::event(&json!({
            "event": "elsewhere", "on": on.name(), "steps": steps, "steps_of_known_pace": known,
            "core_s": work_s, "tasks": words.as_ref().map(Tasks::json), "spans": spans,
        }));
        return;
    }
    say!(
        "{steps} steps, {} of core time; the pace of {known} of them is known from steps that ran",
        number::about(work_s)
    );
    words.iter().for_each(Tasks::print);
    for (cores, span_s) in spans {
        let plural = if cores == 1 { "core" } else { "cores" };
        say!("on {cores} {plural}: about {}", number::about(span_s));
    }
}

fn print_tasks(planned: &Planned<'_>, arrays: &[Array]) {
    for (number, array) in arrays.iter().enumerate() {
        for task in &array.tasks {
            let keys: Vec<&str> = task.nodes.iter().map(|&node| planned.graph.nodes[node].key.as_str()).collect();
            if output::is_json() {
                let Share { memory_bytes, seconds, .. } = array.share;
                output::event(&json!({
                    "event": "task", "array": number, "after": array.after, "memory_bytes": memory_bytes,
                    "seconds": seconds, "expected_s": task.seconds, "keys": keys,
                }));
            } else {
                say!("{}", keys.join(" "));
            }
        }
    }
}

/// Steps to run whose kind has run before, and all.
fn known(planned: &Planned<'_>, pace: &Pace) -> (usize, usize) {
    let runs = planned.plan.decisions.iter().zip(&planned.graph.nodes);
    let runs = runs.filter(|(decision, _)| matches!(decision, Decision::Run(_))).map(|(_, node)| node);
    let expected: Vec<bool> = runs.map(|node| pace.expect(node.kind.name(), node.plan.flops).1).collect();
    (expected.iter().filter(|known| **known).count(), expected.len())
}

/// How many tasks, of which memory.
struct Tasks {
    arrays: usize,
    tasks: usize,
    /// By memory of a task, bytes: tasks and their seconds of cores.
    by_memory: BTreeMap<u64, (usize, f64)>,
}

impl Tasks {
    fn of(arrays: &[Array]) -> Self {
        let mut by_memory: BTreeMap<u64, (usize, f64)> = BTreeMap::new();
        for array in arrays {
            let (tasks, core_s) = by_memory.entry(array.share.memory_bytes).or_default();
            *tasks += array.tasks.len();
            *core_s += array.tasks.iter().map(|task| task.seconds).sum::<f64>() * f64::from(array.share.cpus);
        }
        Self { arrays: arrays.len(), tasks: by_memory.values().map(|(tasks, _)| tasks).sum(), by_memory }
    }

    /// Seconds of cores, without what a scheduler takes to start them.
    fn core_s(&self) -> f64 {
        self.by_memory.values().map(|(_, core_s)| core_s).sum()
    }

    fn print(&self) {
        say!("{} tasks in {} arrays", self.tasks, self.arrays);
        for (bytes, (tasks, core_s)) in &self.by_memory {
            say!("  {} of memory: {tasks} tasks, {} of core time", human_bytes(*bytes), number::about(*core_s));
        }
    }

    fn json(&self) -> serde_json::Value {
        let class = |(bytes, (tasks, core_s)): (&u64, &(usize, f64))| json!({"memory_bytes": bytes, "tasks": tasks, "core_s": core_s});
        json!({"arrays": self.arrays, "tasks": self.tasks, "by_memory": self.by_memory.iter().map(class).collect::<Vec<_>>()})
    }
}
