//! The process that computes the steps of a task. It marks what fails; whoever started it sees to the rest.

use super::meant::Meant;
use super::watched::high_water;
use crate::catalog;
use crate::cli::code::Code;
use crate::cli::fail::{Done, Failure};
use crate::cli::project::Project;
use crate::cli::{output, stop, terminal};
use crate::cluster::host;
use crate::engine::{
    Blocked, Cause, Described, Executor, FailureMark, Graph, RebuildError, RunError, Store, Summary, rebuild,
};
use rustix::process::{Signal, set_parent_process_death_signal};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// Computes the steps that are meant.
pub(super) fn inner(project: &Project, meant: &Meant) -> Result<Done, Failure> {
    // Who looks after this process may be killed; then it ends too, and keeps the state of what it was at.
    let _ = set_parent_process_death_signal(Some(Signal::TERM));
    stop::hears_once();
    // What another task is to read is kept while there is any room.
    let executor = Executor { keep_free: 0, ..project.executor()? };
    let store = Arc::clone(&executor.store);
    // What is there already is not asked for: what it was made from may be gone.
    let mut described = described(&store, meant)?;
    described.retain(|step| !step.is_stored(&store));
    let left = described.len();
    described.retain(|step| meant.task.is_none() || !failed_for_good(&store, step));
    let (mut waits, mut failed) = (false, described.len() < left);
    let described: BTreeMap<String, Described> = described.into_iter().map(|step| (step.key.clone(), step)).collect();
    let keys: Vec<String> = meant.keys.iter().filter(|key| described.contains_key(*key)).cloned().collect();
    let rebuilt = rebuild(&store, &mut store.descriptions(meant.descriptions.as_deref())?, (&keys, catalog::KINDS))
        .map_err(refused)?;
    for (step, why) in &rebuilt.blocked {
        match why {
            Blocked::Waits(name) => {
                waits = true;
                output::event(&json!({"event": "waits", "name": step.name, "for": name}));
            }
            Blocked::Failed(name) => {
                failed = true;
                mark(&store, (step, Cause::Input), format!("`{name}`, which it needs, failed"))?;
            }
        }
    }
    let graph = Arc::new(rebuilt.graph);
    let mut sink = terminal::sink(project.options.quiet, project.options.json);
    let summary = match executor.run(&graph, &[], sink.as_mut()) {
        Err(RunError::Memory(text)) => {
            let left = described.values().filter(|step| !step.is_stored(&store));
            left.into_iter().try_for_each(|step| mark(&store, (step, Cause::Memory), text.clone()))?;
            return Ok(Code::OutOfMemory.into());
        }
        other => other?,
    };
    mark_failures(&store, &described, (&graph, &summary))?;
    let code = match summary.failed.as_slice() {
        [] if failed || !summary.skipped.is_empty() => Code::Failed,
        [] if !summary.gated.is_empty() => Code::Failed,
        [] if waits => Code::NotNow,
        [] => Code::Well,
        failed if failed.iter().all(|step| step.data.is_some()) => Code::Data,
        _ => Code::Failed,
    };
    Ok(Done::with(code, [("peak_bytes", json!(high_water("self")))]))
}

/// Whether a step of a submission failed since that began, so that it is not tried again.
pub(super) fn failed_for_good(store: &Store, step: &Described) -> bool {
    let stays = |mark: FailureMark| mark.cause.stays() && mark.cause != Cause::Input;
    store.failure(&step.key).is_ok_and(|mark| mark.is_some_and(stays))
}

/// The descriptions of the steps that are meant.
pub(super) fn described(store: &Store, meant: &Meant) -> Result<Vec<Described>, Failure> {
    let mut descriptions = store.descriptions(meant.descriptions.as_deref())?;
    let one = |key: &String| descriptions.get(key)?.ok_or_else(|| refused(RebuildError::Unknown(key.clone())));
    meant.keys.iter().map(one).collect()
}

/// Marks the steps that were asked for and are not there: each with what went wrong, in it or in what it needs.
fn mark_failures(
    store: &Store,
    described: &BTreeMap<String, Described>,
    (graph, summary): (&Graph, &Summary),
) -> Result<(), Failure> {
    let key_of: BTreeMap<&str, &str> = graph.nodes.iter().map(|node| (node.name.as_str(), node.key.as_str())).collect();
    let step = |name: &str| key_of.get(name).and_then(|key| described.get(*key));
    for failed in &summary.failed {
        let cause = if failed.data.is_some() { Cause::Data } else { Cause::Step };
        if let Some(step) = step(&failed.name) {
            mark(store, (step, cause), failed.error.clone())?;
        }
    }
    let errors: Vec<String> = summary.failed.iter().map(|f| format!("`{}` failed: {}", f.name, f.error)).collect();
    // What is computed beside has no mark: who needs it fails for good.
    let beside = summary.failed.iter().find(|failed| step(&failed.name).is_none());
    let cause = beside.map_or(Cause::Input, |failed| if failed.data.is_some() { Cause::Data } else { Cause::Step });
    for step in summary.skipped.iter().filter_map(|name| step(name)) {
        mark(store, (step, cause), errors.join("\n"))?;
    }
    for gated in &summary.gated {
        if let Some(step) = step(&gated.name) {
            mark(store, (step, Cause::Data), format!("this machine cannot run it: {}", gated.why))?;
        }
    }
    Ok(())
}

/// Leaves a mark of failure.
pub(super) fn mark(store: &Store, (step, cause): (&Described, Cause), error: String) -> Result<(), Failure> {
    let mark = FailureMark {
        key: step.key.clone(),
        name: step.name.clone(),
        place: step.place.clone(),
        cause,
        error,
        log_tail: Vec::new(),
        host: host(),
        task: job(),
        unix_s: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs()),
    };
    Ok(store.mark_failed(&mark)?)
}

/// What the scheduler calls this task; empty where none says.
pub(super) fn job() -> String {
    let of = |name: &str| std::env::var(name).ok();
    let array = || Some(format!("{}_{}", of("SLURM_ARRAY_JOB_ID")?, of("SLURM_ARRAY_TASK_ID")?));
    let hyper_queue = || Some(format!("{}.{}", of("HQ_JOB_ID")?, of("HQ_TASK_ID")?));
    array().or_else(|| of("SLURM_JOB_ID")).or_else(hyper_queue).unwrap_or_default()
}

/// What a description cannot be made a step of, as a failure with its exit code.
pub(super) fn refused(error: RebuildError) -> Failure {
    match error {
        RebuildError::Store(error) => error.into(),
        RebuildError::Unknown(_) => Failure::mistake(format!(
            "{error}; `lofi plan --tasks` describes the steps that it would run, and prints their keys"
        )),
        RebuildError::Other { .. } => Failure::mistake(error.to_string()),
    }
}
