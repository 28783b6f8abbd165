//! Reading through: what a run would compute and a remote has is taken over first.
//!
//! One look before the run, so that no step waits for the network. A remote that does not answer is a warning.

use super::sharing::{Bar, asked, of_studies, tell_refused};
use crate::cli::fail::Failure;
use crate::cli::output::{self, note, say};
use crate::cli::project::Project;
use crate::engine::{Graph, RunPlan, RunRecord, Store, StoreError, human_bytes, plan};
use crate::remote::{self, Pulled, RemoteError, Sending};
use crate::study::Study;
use serde_json::json;

/// Takes over what the studies need, is not here, and is at the remote of the command line. Where all targets are here it
/// is not even asked.
pub(in crate::cli) fn take_over(
    project: &Project,
    (studies, graph, store): (&[Study], &Graph, &Store),
    last: &[RunRecord],
) -> Result<(), Failure> {
    let Some(shelf) = asked(project)? else { return Ok(()) };
    if all_here(graph, store)? {
        return Ok(());
    }
    store.announce(graph.nodes.iter().map(|node| node.key.as_str()))?;
    let plan = plan(graph, store, last)?;
    let bar = Bar::new(project, "fetching");
    let pulled = Pulled::for_plan(store, shelf.as_ref(), (graph, &plan), &bar);
    let records = pulled.as_ref().map_or(Ok(0), |pulled| {
        let runs = if pulled.results.is_empty() { Vec::new() } else { of_studies(studies).1 };
        remote::pull_records(store, shelf.as_ref(), &runs)
    });
    drop(bar);
    let Some(pulled) = warned(records.and(pulled))? else { return Ok(()) };
    tell_refused(&pulled);
    let results = pulled.results.len();
    if output::is_json() {
        output::event(
            &json!({"event": "pulled", "results": results, "bytes": pulled.bytes, "refused": pulled.refused.len()}),
        );
    } else if results > 0 && !project.options.quiet {
        note!("fetched {results} results ({}) from {}", human_bytes(pulled.bytes), shelf.name());
    }
    Ok(())
}

/// Says what a run would take over.
pub(in crate::cli) fn forecast(project: &Project, (graph, plan): (&Graph, &RunPlan)) -> Result<(), Failure> {
    let Some(shelf) = asked(project)?.filter(|_| !plan.to_run().is_empty()) else { return Ok(()) };
    let bar = Bar::new(project, "looking");
    let found = Pulled::forecast(shelf.as_ref(), (graph, plan), &bar);
    drop(bar);
    let Some((there, left)) = warned(found)? else { return Ok(()) };
    if output::is_json() {
        output::event(&json!({"event": "remote", "results": there, "left_to_run": left}));
    } else {
        say!("{} has {there} of the results: a run would fetch them and compute {left} steps", shelf.name());
    }
    Ok(())
}

/// Sends what a run has computed.
pub(in crate::cli) fn send(project: &Project, studies: &[Study], store: &Store) -> Result<(), Failure> {
    let none = || Failure::mistake("--push sends results to the remote that `--remote` or LOFI_REMOTE names: name one");
    let shelf = asked(project)?.ok_or_else(none)?;
    let (keys, runs) = of_studies(studies);
    let bar = Bar::new(project, "sending");
    let pushed = remote::push(store, shelf.as_ref(), (&keys, Sending::default()), &bar)?;
    remote::push_records(store, shelf.as_ref(), &runs)?;
    drop(bar);
    if output::is_json() {
        output::event(&json!({"event": "pushed", "results": pushed.results, "bytes": pushed.bytes}));
    } else if !project.options.quiet {
        note!("sent {} results ({}) to {}", pushed.results, human_bytes(pushed.bytes), shelf.name());
    }
    Ok(())
}

fn all_here(graph: &Graph, store: &Store) -> Result<bool, Failure> {
    for target in &graph.targets {
        match store.entry(&graph.nodes[target.node].key) {
            Ok(Some(_)) => {}
            Ok(None) | Err(StoreError::Damaged { .. }) => return Ok(false),
            Err(other) => return Err(other.into()),
        }
    }
    Ok(true)
}

/// What the remote gave; nothing, with a warning, where it does not answer.
fn warned<T>(answer: Result<T, RemoteError>) -> Result<Option<T>, Failure> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error @ (RemoteError::Store(_) | RemoteError::Address(_) | RemoteError::Stopped)) => Err(error.into()),
        Err(error) if output::is_json() => {
            output::event(&json!({"event": "remote", "error": error.to_string()}));
            Ok(None)
        }
        Err(error) => {
            note!("warning: {error}\nwhat is not here is computed");
            Ok(None)
        }
    }
}
