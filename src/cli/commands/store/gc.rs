//! `lofi store gc`: takes results out.

use super::reach::reached;
use crate::artifact::number;
use crate::cli::code::Code;
use crate::cli::fail::{Done, Failure};
use crate::cli::output::{self, note, say};
use crate::cli::project::Project;
use crate::cli::size;
use crate::engine::{Collected, CollectedWork, Keep, human_bytes};
use serde_json::json;

/// How much goes.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Bounds {
    /// Room that the store may take, such as 10GiB: what studies reach goes too, until it is met.
    #[arg(long, value_name = "SIZE", value_parser = size::bytes)]
    keep: Option<u64>,
    /// What studies reach stays, whatever the bound.
    #[arg(long)]
    unreachable_only: bool,
    /// Only says what would go.
    #[arg(long)]
    dry_run: bool,
}

/// Takes results out and says what that freed.
pub(super) fn gc(project: &Project, bounds: &Bounds) -> Result<Done, Failure> {
    let store = project.open_store()?;
    let keys = reached(project, &store)?.into_iter().flat_map(|reach| reach.keys).collect();
    let keep = Keep { bytes: bounds.keep, all_reached: bounds.unreachable_only, dry_run: bounds.dry_run };
    let mut collected = store.collect(&keys, keep)?;
    let work = store.collect_work(bounds.dry_run)?;
    collected.freed_bytes += work.freed_bytes;
    collected.left_bytes = collected.left_bytes.saturating_sub(work.freed_bytes);
    if output::is_json() {
        for (held, reached) in &collected.dropped {
            output::event(&json!({
                "event": "dropped", "key": held.key, "kind": held.kind, "bytes": held.bytes, "cost_s": held.cost_s,
                "last_used_unix_s": held.used_unix_s, "reached": reached,
            }));
        }
    } else if !project.options.quiet {
        tell(&collected, &work, bounds.dry_run);
    }
    if let Some(most) = bounds.keep.filter(|&most| collected.left_bytes > most) {
        let (left, most) = (human_bytes(collected.left_bytes), human_bytes(most));
        note!(
            "the store still takes {left}, more than {most}: what is left of it is pinned, in use, reached or no result"
        );
    }
    let Collected { dropped, states, freed_bytes, left_bytes, .. } = &collected;
    let more = [("dropped", json!(dropped.len())), ("states", json!(states)), ("freed_bytes", json!(freed_bytes))];
    let CollectedWork { descriptions, marks, submissions, .. } = work;
    let [dropped, states, freed] = more;
    let left = ("left_bytes", json!(left_bytes));
    let [descriptions, marks, submissions] =
        [("descriptions", descriptions), ("marks", marks), ("submissions", submissions)]
            .map(|(name, count)| (name, json!(count)));
    Ok(Done::with(Code::Well, [dropped, states, freed, left, descriptions, marks, submissions]))
}

fn tell(collected: &Collected, work: &CollectedWork, dry_run: bool) {
    let Collected { dropped, states, freed_bytes, left_bytes, pinned, in_use, linked } = collected;
    let reached = || dropped.iter().filter(|(_, reached)| *reached).map(|(held, _)| held);
    let (unreached, count) = (dropped.len() - reached().count(), reached().count());
    let again = number::about(reached().map(|held| held.cost_s).sum());
    let (freed, left) = (human_bytes(*freed_bytes), human_bytes(*left_bytes));
    let verb = if dry_run { "would free" } else { "freed" };
    say!("{verb} {freed}; the store {} {left}", if dry_run { "would take" } else { "takes" });
    say!("  {unreached} results that no study reaches");
    if count > 0 {
        say!("  {count} results that studies reach; having them again takes {again} of computing");
    }
    if *states > 0 {
        say!("  {states} states of steps that no study reaches");
    }
    let left_over = [
        (work.descriptions, "files that describe steps which were sent elsewhere"),
        (work.marks, "marks of failures"),
        (work.submissions, "submissions that are over"),
    ];
    for (number, what) in left_over.into_iter().filter(|(number, _)| *number > 0) {
        say!("  {number} {what}");
    }
    for (number, why) in [(pinned, "pinned"), (in_use, "used by a run at the moment"), (linked, "behind a link")] {
        if *number > 0 {
            say!("  {number} results stay: {why}");
        }
    }
}
