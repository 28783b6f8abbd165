//! `lofi store push` and `pull`.

use super::sharing::{Bar, named, of_studies, tell_refused};
use crate::cli::code::Code;
use crate::cli::fail::{Done, Failure};
use crate::cli::output::{self, note, say};
use crate::cli::project::Project;
use crate::engine::human_bytes;
use crate::remote::{self, Sending};
use serde_json::json;

/// Sends the results of studies.
pub(super) fn push(project: &Project, patterns: &[String], how: Sending) -> Result<Done, Failure> {
    let shelf = named(project)?;
    let (keys, runs) = of_studies(&project.load(patterns)?);
    let store = project.open_store()?;
    store.announce(keys.iter().map(String::as_str))?;
    let bar = Bar::new(project, "sending");
    let pushed = remote::push(&store, shelf.as_ref(), (&keys, how), &bar)?;
    if !how.dry_run {
        remote::push_records(&store, shelf.as_ref(), &runs)?;
    }
    drop(bar);
    for key in pushed.damaged.iter().filter(|_| !output::is_json()) {
        note!("damaged here and not sent: {key}; the next run computes it anew");
    }
    if !output::is_json() && !project.options.quiet {
        let (verb, bytes) = (if how.dry_run { "would send" } else { "sent" }, human_bytes(pushed.bytes));
        say!("{verb} {} results ({bytes}) to {}; {} were there", pushed.results, shelf.name(), pushed.there);
    }
    let [results, bytes] = [("results", json!(pushed.results)), ("bytes", json!(pushed.bytes))];
    let [there, damaged] = [("there", json!(pushed.there)), ("damaged", json!(pushed.damaged.len()))];
    let code = if pushed.damaged.is_empty() { Code::Well } else { Code::Failed };
    Ok(Done::with(code, [results, bytes, there, damaged]))
}

/// Takes over the results of studies.
pub(super) fn pull(project: &Project, patterns: &[String], dry_run: bool) -> Result<Done, Failure> {
    let shelf = named(project)?;
    let (keys, runs) = of_studies(&project.load(patterns)?);
    let store = project.open_store()?;
    store.announce(keys.iter().map(String::as_str))?;
    let bar = Bar::new(project, "fetching");
    if dry_run {
        let found = remote::missing_of(&store, shelf.as_ref(), &keys, &bar)?;
        let bytes = remote::bytes_of(shelf.as_ref(), &found, &bar)?;
        drop(bar);
        if !output::is_json() {
            say!("would fetch {} results ({}) from {}", found.len(), human_bytes(bytes), shelf.name());
        }
        return Ok(Done::with(Code::Well, [("results", json!(found.len())), ("bytes", json!(bytes))]));
    }
    let pulled = remote::pull(&store, shelf.as_ref(), &keys, &bar)?;
    remote::pull_records(&store, shelf.as_ref(), &runs)?;
    drop(bar);
    tell_refused(&pulled);
    let results = pulled.results.len();
    if !output::is_json() && !project.options.quiet {
        say!("fetched {results} results ({}) from {}", human_bytes(pulled.bytes), shelf.name());
    }
    let [results, bytes] = [("results", json!(results)), ("bytes", json!(pulled.bytes))];
    Ok(Done::with(Code::Well, [results, bytes, ("refused", json!(pulled.refused.len()))]))
}
