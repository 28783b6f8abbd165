//! `lofi run`: what changed is computed, and the claims are told.

use super::fail::{Code, Failure};
use super::project::Project;
use super::{report, terminal};
use crate::artifact::Value;
use crate::engine::{Failed, Graph, Machine, RunError, RunRecord, Store, Summary};
use crate::study::{OutputKind, Study};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Runs studies.
pub(super) fn run(project: &Project, patterns: &[String], with_report: bool) -> Result<Code, Failure> {
    let studies = project.load(patterns)?;
    let done = execute(project, &studies)?;
    let quiet = project.options.quiet || project.options.json;
    if !quiet {
        print_outcome(&studies, &done);
    }
    if with_report {
        let failures: Vec<_> = done.summary.failed.iter().map(|f| (f.name.clone(), f.error.clone())).collect();
        report::write(project, (&studies, &done.graph, &done.store), (None, &failures))?;
    }
    print_failures(project, &done.summary);
    let stopped = if done.summary.is_stopped_by_data() { Code::Data } else { Code::Failed };
    Ok(if done.summary.failed.is_empty() { Code::Well } else { stopped })
}

/// A finished run.
pub(super) struct Ran {
    pub graph: Arc<Graph>,
    pub store: Arc<Store>,
    pub summary: Summary,
}

/// Runs studies and records the run; a summary with failed steps is no error here.
pub(super) fn execute(project: &Project, studies: &[Study]) -> Result<Ran, Failure> {
    let cancelled = stop_flag();
    let executor = project.executor(&cancelled)?;
    let graph = Arc::new(Graph::new(studies));
    let last: Vec<RunRecord> = studies.iter().filter_map(|study| RunRecord::read(&executor.store, study)).collect();
    let mut sink = terminal::sink(project.options.quiet, project.options.json);
    let summary = match executor.run(&graph, &last, sink.as_mut()) {
        Err(RunError::Cancelled) => {
            // Steps that still run cannot be waited for; what is in the store is whole.
            drop(sink);
            eprintln!("{}", RunError::Cancelled);
            std::process::exit(Code::Stopped as i32);
        }
        other => other?,
    };
    let store = executor.store;
    if summary.failed.is_empty() {
        record(project, studies, (&graph, &store, &summary, &last))?;
    }
    Ok(Ran { graph, store, summary })
}

/// Set by Ctrl-C or SIGTERM; a second one ends the program at once, which harms nothing.
fn stop_flag() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let handler = Arc::clone(&flag);
    let installed = ctrlc::set_handler(move || {
        if handler.swap(true, Ordering::Relaxed) {
            std::process::exit(Code::Stopped as i32);
        }
    });
    // A second handler in one process (tests) is no reason to stop.
    drop(installed);
    flag
}

type Finished<'a> = (&'a Graph, &'a Store, &'a Summary, &'a [RunRecord]);

/// Records the run of each study whose steps are not those of its last record.
fn record(project: &Project, studies: &[Study], (graph, store, summary, last): Finished<'_>) -> Result<(), Failure> {
    let mut machine = None;
    for (index, study) in studies.iter().enumerate() {
        let steps = RunRecord::steps_of(graph, index);
        let same = |record: &&RunRecord| record.study == study.head.study && record.profile == study.profile;
        if summary.ran == 0 && last.iter().find(same).is_some_and(|record| record.steps == steps) {
            continue;
        }
        let record = RunRecord {
            study: study.head.study.clone(),
            profile: study.profile.clone(),
            finished_unix_s: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs()),
            elapsed_s: summary.elapsed_s,
            ran: summary.ran,
            cached: summary.cached,
            machine: machine.get_or_insert_with(Machine::this).clone(),
            commit: commit(project),
            steps,
        };
        record.write(store)?;
    }
    Ok(())
}

/// The commit of the project, with `-dirty` where files differ from it; empty where there is no git.
fn commit(project: &Project) -> String {
    let git = |arguments: &[&str]| {
        let output = std::process::Command::new("git").arg("-C").arg(&project.root).args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let Some(head) = git(&["rev-parse", "--short=12", "HEAD"]) else { return String::new() };
    // Reports and results are what a run writes: they make nothing dirty.
    let changed = git(&["status", "--porcelain", "--", ".", ":!reports", ":!results"]).unwrap_or_default();
    if changed.is_empty() { head } else { format!("{head}-dirty") }
}

fn print_outcome(studies: &[Study], done: &Ran) {
    let Summary { ran, cached, failed, elapsed_s, .. } = &done.summary;
    if *ran == 0 && failed.is_empty() {
        println!("nothing to do: all {cached} results are up to date ({elapsed_s:.2} s)");
    } else {
        println!("{ran} steps ran, {cached} results were up to date ({elapsed_s:.1} s)");
    }
    for (index, study) in studies.iter().enumerate() {
        let data = study.data.as_ref().map_or(String::new(), |d| match d.stands_in_for.as_str() {
            "" => format!(" on {}", d.title),
            paper => format!(" on {} (stands in for {paper})", d.title),
        });
        println!("{}{data}", study.head.study);
        for output in study.outputs.iter().filter(|o| o.kind == OutputKind::Claim) {
            let node = &done.graph.nodes[done.graph.places[index][output.wire.node]];
            let entry = done.store.entry(&node.key).ok().flatten();
            let port = node.kind.about().outputs[output.wire.port].name;
            match entry.and_then(|entry| done.store.value(&entry, port).ok()) {
                Some(Value::Verdict(v)) => println!("  {:<9} {}  [{}]", v.outcome.word(), v.says, v.because),
                _ => println!("  no result  {}", output.name),
            }
        }
    }
}

/// Prints what failed; called last, so that it is the last thing on screen.
pub(super) fn print_failures(project: &Project, summary: &Summary) {
    if project.options.json || summary.failed.is_empty() {
        return;
    }
    for Failed { name, place, error, .. } in &summary.failed {
        eprintln!("FAILED {name}\n  at {place}\n  {error}");
    }
    eprintln!("{} failed, {} left out because of it", summary.failed.len(), summary.skipped.len());
}
