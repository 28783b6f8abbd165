//! Which remote is meant, and what is shown of a transfer.

use crate::cli::code::Code;
use crate::cli::fail::Failure;
use crate::cli::output::{self, note};
use crate::cli::project::Project;
use crate::cli::stop;
use crate::engine::Graph;
use crate::remote::{self, Moved, Pulled, RemoteError, Shelf, Watch};
use crate::study::Study;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The file beside the studies that names the remote of `store push` and `store pull`.
const FILE: &str = "lofi.remote";
/// Refused results that are told one by one.
const TOLD: usize = 5;

/// The remote that the command line or the environment names.
pub(super) fn asked(project: &Project) -> Result<Option<Arc<dyn Shelf>>, Failure> {
    Ok(project.options.remote.as_deref().map(remote::open).transpose()?)
}

/// The same, or that of the project's file.
pub(super) fn named(project: &Project) -> Result<Arc<dyn Shelf>, Failure> {
    if let Some(shelf) = asked(project)? {
        return Ok(shelf);
    }
    let text = std::fs::read_to_string(project.root.join(FILE)).unwrap_or_default();
    let address = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    let none = || {
        let ways = "`--remote s3://BUCKET/PREFIX`, LOFI_REMOTE, or a line in `lofi.remote` beside the studies";
        Failure::mistake(format!("no remote is named: {ways}"))
    };
    Ok(remote::open(address.ok_or_else(none)?)?)
}

impl From<RemoteError> for Failure {
    fn from(error: RemoteError) -> Self {
        match error {
            RemoteError::Store(error) => error.into(),
            RemoteError::Address(_) => Self::mistake(error.to_string()),
            RemoteError::Stopped => Self::Message(Code::Stopped, error.to_string()),
            _ => Self::file(error.to_string()),
        }
    }
}

/// The keys of studies, and the names of their runs.
pub(super) fn of_studies(studies: &[Study]) -> (BTreeSet<String>, Vec<(String, String)>) {
    let keys = Graph::new(studies).nodes.into_iter().map(|node| node.key).collect();
    (keys, studies.iter().map(|study| (study.head.study.clone(), study.variant())).collect())
}

/// A bar on a terminal; nothing elsewhere.
pub(super) struct Bar(ProgressBar);

impl Bar {
    pub fn new(project: &Project, what: &'static str) -> Self {
        let shown = output::on_terminal() && !project.options.quiet && !output::is_json();
        let target = if shown { ProgressDrawTarget::stderr_with_hz(8) } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        let style = ProgressStyle::with_template("{msg} {bar:30.cyan/dim} {pos}/{len} results, {eta} left");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(what);
        Self(bar)
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

impl Watch for Bar {
    fn moved(&self, moved: Moved) {
        match moved {
            Moved::Of(results) => self.0.set_length(results as u64),
            Moved::One => self.0.inc(1),
            Moved::Bytes(_) => {}
        }
    }

    fn stopped(&self) -> bool {
        stop::of_process().asked()
    }
}

/// Says what was refused.
pub(super) fn tell_refused(pulled: &Pulled) {
    for (key, why) in &pulled.refused {
        if output::is_json() {
            output::event(&json!({"event": "refused", "key": key, "reason": why}));
        }
    }
    if output::is_json() || pulled.refused.is_empty() {
        return;
    }
    for (key, why) in pulled.refused.iter().take(TOLD) {
        note!("refused: {}: {why}", key.get(..12).unwrap_or(key));
    }
    note!("{} results of the remote are refused; the next `lofi store push` sends them anew", pulled.refused.len());
}
