//! What `squeue` says, line by line.

use crate::cluster::executor::{Ending, QueueState, Queued};
use std::collections::HashSet;

/// Array, tasks of it, state, reason, nodes, name.
pub(super) const FORMAT: &str = "%F|%K|%T|%r|%N|%j";

/// No array of SLURM has such a task (its bound of `MaxArraySize`).
const TOO_LARGE: u32 = 4_000_001;

/// The tasks of `7`, `2-9%2` or `[1,4-8:2]`; none where it is no list of tasks, or one that was cut off.
fn tasks(list: &str) -> Option<Vec<u32>> {
    let list = list.split('%').next().unwrap_or_default();
    let number = |text: &str| text.parse::<u32>().ok().filter(|number| *number < TOO_LARGE);
    let mut all = Vec::new();
    for part in list.trim_matches(['[', ']']).split(',') {
        let (range, step) = part.split_once(':').unwrap_or((part, "1"));
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let step = usize::try_from(number(step)?).ok().filter(|step| *step > 0)?;
        all.extend((number(first)?..=number(last)?).step_by(step));
    }
    Some(all)
}

/// Reasons for which a task is held that was to be put back.
const HELD: [&str; 3] = ["launch_failed_requeued_held", "job_requeued_in_held_state", "JobHoldMaxRequeue"];

/// The state of a task; none for what was never queued.
fn state(word: &str, reason: &str, nodes: &str) -> Option<QueueState> {
    // `CANCELLED by 1000`
    let word = word.split([' ', '+']).next().unwrap_or_default();
    let waiting = || QueueState::Waiting(if matches!(reason, "" | "None") { word } else { reason }.to_owned());
    Some(match (word, reason) {
        // A submission that was refused: SLURM keeps it for a while, under a number of its own.
        ("FAILED", "BadConstraints") => return None,
        ("PENDING", "DependencyNeverSatisfied") => QueueState::Stuck(reason.to_owned()),
        // SLURM itself holds it after a start that failed, and lets it go only if somebody says so.
        ("PENDING" | "REQUEUE_HOLD" | "SPECIAL_EXIT", _) if HELD.contains(&reason.replace(' ', "_").as_str()) => {
            QueueState::Stuck(reason.to_owned())
        }
        // What is being ended is not over: it may as well be put back.
        ("RUNNING" | "COMPLETING" | "STAGE_OUT" | "SIGNALING" | "RESIZING", _) => QueueState::Running(nodes.to_owned()),
        ("COMPLETED" | "FAILED", _) => QueueState::Ended(Ending::Plain),
        ("TIMEOUT", _) => QueueState::Ended(Ending::Time),
        ("OUT_OF_MEMORY", _) => QueueState::Ended(Ending::Memory),
        // Preempted: not put back, else it would wait.
        ("NODE_FAIL" | "BOOT_FAIL" | "PREEMPTED", _) => QueueState::Ended(Ending::Node),
        ("CANCELLED", "DependencyNeverSatisfied") | ("DEADLINE", _) => QueueState::Ended(Ending::Never),
        // Taken out because SLURM held it, not because somebody wanted it gone.
        ("CANCELLED", _) if HELD.contains(&reason.replace(' ', "_").as_str()) => QueueState::Ended(Ending::Node),
        ("CANCELLED", _) => QueueState::Ended(Ending::Cancelled),
        // Others wait: CONFIGURING, REQUEUED, REQUEUE_HOLD, REQUEUE_FED, SPECIAL_EXIT, SUSPENDED, STOPPED, REVOKED (another
        // cluster has it), and what a later SLURM may call a state: nothing is over that is not known to be.
        _ => waiting(),
    })
}

/// The tasks that one line speaks of; none where it is of another form.
fn line(line: &str) -> Option<Vec<Queued>> {
    let fields: Vec<&str> = line.trim_end().splitn(6, '|').map(str::trim).collect();
    let &[job, list, word, reason, nodes, name] = fields.as_slice() else { return None };
    let Some(state) = state(word, reason, nodes) else { return Some(Vec::new()) };
    let queued = |task| Queued { name: name.to_owned(), job: job.to_owned(), task, state: state.clone() };
    // What is left of an array that was cancelled is one line without tasks.
    let tasks = tasks(list);
    Some(tasks.map_or_else(|| vec![queued(None)], |tasks| tasks.into_iter().map(|task| queued(Some(task))).collect()))
}

/// All that is said of jobs with these names. Lines of another form are left out, such as those of a cluster's own `squeue`.
///
/// # Errors
/// Where there are lines and none of the form: the first.
pub(super) fn read(text: &str, names: &[String]) -> Result<Vec<Queued>, String> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let known: Vec<Vec<Queued>> = lines.iter().filter_map(|text| line(text)).collect();
    match lines.first() {
        Some(first) if known.is_empty() => Err(format!("squeue: an answer of another form: `{first}`")),
        _ => {
            let names: HashSet<&String> = names.iter().collect();
            Ok(known.into_iter().flatten().filter(|queued| names.contains(&queued.name)).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_tasks_are_read_in_all_forms() {
        assert_eq!(tasks("7"), Some(vec![7]));
        assert_eq!(tasks("2-5%2"), Some(vec![2, 3, 4, 5]));
        assert_eq!(tasks("[1,3,5-6,900-904:2]"), Some(vec![1, 3, 5, 6, 900, 902, 904]));
        assert_eq!(tasks("5-4"), Some(vec![]));
        for none in ["", "N/A", "(null)", "1,3,...", "0-4294967295", "0-4:0", "a-b", "-1"] {
            assert_eq!(tasks(none), None, "{none}");
        }
    }
}
