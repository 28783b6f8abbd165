//! What is told when tasks, or a whole submission, have ended: used against asked, and why what failed did.

use crate::artifact::number;
use crate::cli::code::Code;
use crate::cli::fail::{Done, Failure};
use crate::cli::output::{self, note, say};
use crate::cluster::{Campaign, Standing};
use crate::engine::{Store, TaskReport, human_bytes};
use serde_json::json;
use std::collections::BTreeMap;

/// Lines of a log that are shown of what failed.
const TAIL: usize = 10;
/// Failures that are shown whole.
const SHOWN: usize = 5;

/// Tells of a task that just ended otherwise than well.
pub(super) fn task(campaign: &Campaign<'_>, report: &TaskReport) {
    if output::is_json() {
        output::event(&json!({
            "event": "task-ended", "submission": campaign.ledger.submission.id, "array": report.array, "task": report.task,
            "job": report.job, "host": report.host, "exit": report.exit, "seconds": report.seconds,
            "peak_bytes": report.peak_bytes,
        }));
        return;
    }
    let how = match report.exit {
        0 => return,
        75 => format!("came before its inputs ({})", report.waits_for.as_deref().unwrap_or("another task has them")),
        85 => "was asked to end, and what it has done is kept".to_owned(),
        86 => format!("ran out of memory, with {} at most", human_bytes(report.peak_bytes)),
        87 => "ran out of time".to_owned(),
        137 => "was killed".to_owned(),
        code => format!("failed (code {code})"),
    };
    note!("task {} of array {} on {}: {how}", report.task, report.array, report.host);
}

/// Tells how a submission ended.
pub(super) fn tell(campaign: &Campaign<'_>, store: &Store) -> Result<Done, Failure> {
    let picture = campaign.picture();
    let submission = &campaign.ledger.submission;
    let (computed, twice) = campaign.tally.computed();
    // From zero: the sum of nothing is a negative one.
    let used_s = campaign.tally.used.values().fold(0.0, |sum, used| sum + used.seconds);
    let expected_s: f64 = submission.arrays.iter().map(|array| array.expected_s * f64::from(array.cpus)).sum();
    let cores = |array: &usize| submission.arrays.get(*array).map_or(1.0, |array| f64::from(array.cpus));
    let core_s = campaign.tally.used.iter().fold(0.0, |sum, (array, used)| sum + used.seconds * cores(array));
    if output::is_json() {
        for (array, used) in &campaign.tally.used {
            let Some(asked) = submission.arrays.get(*array) else { continue };
            output::event(&json!({
                "event": "used", "array": array, "tasks": used.tasks, "asked_memory_bytes": asked.memory_bytes,
                "peak_bytes": used.peak_bytes, "asked_s": asked.seconds, "longest_s": used.longest_s, "cpu_s": used.cpu_s,
            }));
        }
    } else {
        say!("submission {}: {} of {} tasks done, {} failed", submission.id, picture.done, picture.all, picture.failed);
        say!(
            "{computed} steps computed, {twice} of them once more; {} of core time used, {} expected",
            number::about(core_s),
            number::about(expected_s)
        );
        by_memory(campaign);
    }
    let failed = failures(campaign, store)?;
    if let Some(why) = campaign.ledger.closed().filter(|_| !picture.over() && !output::is_json()) {
        say!("closed: {why}");
    }
    let code = if picture.done == picture.all { Code::Well } else { Code::Failed };
    let counts = [
        ("submission", json!(submission.id)),
        ("tasks", json!(picture.all)),
        ("done", json!(picture.done)),
        ("failed", json!(picture.failed)),
        ("failed_steps", json!(failed)),
        ("computed", json!(computed)),
        ("computed_again", json!(twice)),
        ("used_s", json!(used_s)),
        ("expected_s", json!(expected_s)),
    ];
    Ok(Done::with(code, counts))
}

/// What tasks were given, and what they took, by their memory.
fn by_memory(campaign: &Campaign<'_>) {
    let mut classes: BTreeMap<(u64, u64), (usize, u64, f64)> = BTreeMap::new();
    for (array, used) in &campaign.tally.used {
        let Some(asked) = campaign.ledger.submission.arrays.get(*array) else { continue };
        let class = classes.entry((asked.memory_bytes, asked.seconds)).or_default();
        class.0 += used.tasks;
        class.1 = class.1.max(used.peak_bytes);
        class.2 = class.2.max(used.longest_s);
    }
    for ((memory, seconds), (tasks, peak, longest)) in classes {
        #[expect(clippy::cast_precision_loss, reason = "seconds")]
        let asked = number::about(seconds as f64);
        let (memory, peak, longest) = (human_bytes(memory), human_bytes(peak), number::about(longest));
        say!("  {tasks} tasks: memory {memory} asked, {peak} used at most; time {asked} asked, {longest} at most");
    }
}

/// Prints why what failed did; how many steps did by themselves.
fn failures(campaign: &Campaign<'_>, store: &Store) -> Result<usize, Failure> {
    let mut shown = 0;
    for place @ (array, task) in campaign.tasks.all() {
        let Standing::Failed(reason) = campaign.tasks.standing(place) else { continue };
        let own: Vec<_> = campaign.tasks.failures(place).collect();
        for step in own {
            shown += 1;
            let mark = store.failure(&step.key)?;
            let (error, tail) = match &mark {
                Some(mark) => (mark.error.clone(), mark.log_tail.clone()),
                None => (reason.clone(), log_tail(campaign, (array, task))),
            };
            if output::is_json() {
                output::event(&json!({
                    "event": "failed", "name": step.name, "place": step.place, "error": error, "log_tail": tail,
                    "host": mark.as_ref().map(|mark| &mark.host), "array": array, "task": task,
                }));
            } else if shown <= SHOWN {
                note!("FAILED {}\nat {}\n{error}", step.name, step.place);
                tail.iter().rev().take(TAIL).rev().for_each(|line| note!("  | {line}"));
            }
        }
    }
    if shown > SHOWN && !output::is_json() {
        let id = &campaign.ledger.submission.id;
        note!("… and {} more failed; `lofi attach {id} --json` lists all", shown - SHOWN);
    }
    Ok(shown)
}

/// The end of the log of a task.
fn log_tail(campaign: &Campaign<'_>, (array, task): (usize, u32)) -> Vec<String> {
    let jobs = campaign.jobs();
    let Some(job) = jobs.of_task(array, task).last() else { return Vec::new() };
    let bytes = std::fs::read(campaign.logs().join(format!("{}-{task}.log", job.name))).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(4 * TAIL)..].iter().map(|line| (*line).to_owned()).collect()
}
