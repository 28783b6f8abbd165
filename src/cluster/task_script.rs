//! Scripts of tasks: from what a scheduler says to the command with the index of the task.

/// Tasks in increasing order as runs `FIRST:COUNT` of neighbours.
pub(super) fn runs(tasks: &[u32]) -> Vec<(u32, u32)> {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for &task in tasks {
        match runs.last_mut() {
            Some((first, count)) if first.checked_add(*count) == Some(task) => *count += 1,
            _ => runs.push((task, 1)),
        }
    }
    runs
}

/// Shell text that runs its arguments with the task of `JOB_COMPLETION_INDEX` behind them, after the text `before`, in which
/// the task is `$task`. An index beyond the tasks ends with 2.
pub(super) fn script(before: &str, tasks: &[u32]) -> String {
    let list: Vec<_> = runs(tasks).into_iter().map(|(first, count)| format!("{first}:{count}")).collect();
    format!(
        "index=$JOB_COMPLETION_INDEX task=
for run in {}; do
  if [ \"$index\" -lt \"${{run#*:}}\" ]; then task=$((${{run%:*}} + index)); break; fi
  index=$((index - ${{run#*:}}))
done
[ -n \"$task\" ] || {{ echo \"no task has the index $JOB_COMPLETION_INDEX\" >&2; exit 2; }}
{before}exec \"$@\" \"$task\"
",
        list.join(" ")
    )
}

/// A word that a shell takes as it is.
pub(super) fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// Shell text that runs its arguments with the task of a variable behind them, after the text `before`, in which the task is
/// `$task`.
pub(super) fn by_variable(variable: &str, before: &str) -> String {
    format!("task=${variable}\n{before}exec \"$@\" \"$task\"\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn neighbours_are_one_run() {
        assert_eq!(runs(&[]), []);
        assert_eq!(runs(&[3, 4, 5, 7, 9, 10]), [(3, 3), (7, 1), (9, 2)]);
        assert_eq!(runs(&[u32::MAX - 1, u32::MAX]), [(u32::MAX - 1, 2)]);
    }

    #[test]
    fn each_index_runs_its_task_and_no_other_index_any() {
        let tasks = [0, 1, 5, 7, 8, 9, 4_000_000];
        let script = script("echo before $task\n", &tasks);
        let run = |index: usize| {
            let mut command = Command::new("sh");
            command.args(["-c", &script, "lofi", "echo", "a b", "$x"]).env("JOB_COMPLETION_INDEX", index.to_string());
            let output = command.output().unwrap();
            (String::from_utf8(output.stdout).unwrap(), output.status.code())
        };
        for (index, task) in tasks.into_iter().enumerate() {
            assert_eq!(run(index), (format!("before {task}\na b $x {task}\n"), Some(0)));
        }
        assert_eq!(run(tasks.len()), (String::new(), Some(2)));
    }

    #[test]
    fn the_longest_list_is_one_argument() {
        let tasks: Vec<u32> = (0..10_000).map(|i| 3_900_000 + 2 * i).collect();
        // Each `$` is doubled in a manifest, the kernel sees it single.
        assert!(script("", &tasks).len() < 128 << 10);
    }
}
