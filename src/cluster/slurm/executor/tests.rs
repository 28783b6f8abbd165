//! With programs that stand for SLURM's; their answers are what SLURM 22.05.8 said.

use super::testing::{common, job, program};
use super::*;
use crate::cluster::executor::{Ending, QueueState};
use std::fs;
use std::path::Path;
use std::time::Instant;

/// A SLURM whose programs are this shell text.
fn slurm(folder: &Path, programs: &[(&str, &str)]) -> Slurm {
    for (name, text) in programs {
        program(folder, name, &format!("here={}; printf '%s\\n' \"$*\" >>$here/asked\n{text}", folder.display()));
    }
    Slurm { programs: folder.to_owned(), ..Slurm::new(profile::Slurm::default(), common()) }
}

fn asked(folder: &Path) -> String {
    fs::read_to_string(folder.join("asked")).unwrap()
}

#[test]
fn sbatch_is_told_all_that_an_array_says() {
    let options = profile::Slurm {
        partition: Some("main".into()),
        account: Some("a".into()),
        qos: Some("q".into()),
        constraint: Some("c&d".into()),
        options: vec!["--gres=gpu:1".into()],
        requeue: false,
        ..profile::Slurm::default()
    };
    let mut job = job(Path::new("/p/100%"));
    (job.after, job.at_once) = (vec!["4".into(), "17".into()], Some(3));
    let expected = "--parsable --gres=gpu:1 --partition=main --account=a --qos=q --constraint=c&d --job-name=lofi-abc-0 \
                    --array=0-5,7,9-11%3 --output=/p/100%%/lofi-abc-0-%a.log --open-mode=append --mem=3073M \
                    --cpus-per-task=2 --ntasks=1 --time=61 --signal=B:USR1@120 --no-requeue --export=NONE \
                    --dependency=afterany:4:17 --chdir=/p/100%";
    assert_eq!(sbatch::arguments(&options, &job).join(" "), expected);
    let written = Slurm::new(options, common()).written(&job);
    let command = written.lines().next().unwrap();
    assert_eq!(
        command,
        format!("sbatch {} <<'lofi-abc-0'", expected.replace("--constraint=c&d", "'--constraint=c&d'"))
    );
    assert!(written.ends_with("exit \"$lofi_code\"\nlofi-abc-0\n"), "{written}");
}

#[test]
fn no_signal_where_there_is_no_time_for_it_and_never_all_memory_or_time() {
    let mut job = job(Path::new("/p"));
    let with = |job: &ArrayJob, seconds| {
        let signal_before = Duration::from_secs(seconds);
        sbatch::arguments(&profile::Slurm { signal_before, ..profile::Slurm::default() }, job).join(" ")
    };
    assert!(!with(&job, 0).contains("--signal"));
    assert!(!with(&job, 3601).contains("--signal") && with(&job, 3600).contains("--signal=B:USR1@3600 --requeue"));
    (job.share.seconds, job.share.memory_bytes) = (0, 0);
    assert!(with(&job, 9).contains("--mem=1M --cpus-per-task=2 --ntasks=1 --time=1 "));
}

#[test]
fn a_job_is_sent_with_its_script_and_nothing_around_it_changes_that() {
    let folder = tempfile::tempdir().unwrap();
    let sbatch = "cat >$here/script; env >$here/env; echo 'welcome to 7'; echo '17;cluster'";
    let mut slurm = slurm(folder.path(), &[("sbatch", sbatch)]);
    slurm.common.pass = vec!["PATH".into(), "LOFI_NOT_SET".into()];
    assert_eq!(slurm.submit(&job(folder.path())), Ok(Sent::Queued("17".into())));
    let script = fs::read_to_string(folder.path().join("script")).unwrap();
    let path = format!("export PATH={}\n", quoted(&std::env::var("PATH").unwrap()));
    assert!(script.contains(&path) && !script.contains("LOFI_NOT_SET"), "{script}");
    assert!(!slurm.written(&job(folder.path())).contains(&path) && !asked(folder.path()).contains("export PATH"));
    let environment = fs::read_to_string(folder.path().join("env")).unwrap();
    assert!(environment.contains("LC_ALL=C\n") && environment.contains("SLURM_BITSTR_LEN=0\n"), "{environment}");
    for name in
        ["SQUEUE_FORMAT", "SBATCH_WAIT", "SLURM_TIME_FORMAT", "SCANCEL_STATE", "SBATCH_ARRAY_INX", "SLURM_JOB_ID"]
    {
        assert!(is_foreign(name), "{name}");
    }
    assert!(!["SLURM_CONF", "SBATCH_ACCOUNT", "PATH"].into_iter().any(is_foreign));
}

#[test]
fn only_what_is_surely_refused_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let answer = |code: i32, words: &str| {
        let slurm = slurm(folder.path(), &[("sbatch", &format!("cat >/dev/null; printf '{words}' >&2; exit {code}"))]);
        slurm.submit(&job(folder.path())).unwrap_err()
    };
    let failed = "sbatch: error: Batch job submission failed: ";
    for (code, words) in [
        (1, "Invalid job array specification"),
        (1, "Invalid partition name specified"),
        (1, "Requested node configuration is not available"),
        (1, "More processors requested than permitted"),
        (1, "Invalid feature specification"),
        (1, "Requested time limit is invalid (missing or exceeds some limit)"),
        (1, "Invalid account or account/partition combination specified"),
        (255, "sbatch: error: Invalid --time specification"),
    ] {
        let SendError::Refused(said) = answer(code, &format!("{failed}{words}\\n")) else { panic!("{words}") };
        assert!(said.contains(words), "{said}");
    }
    let limit = answer(1, "sbatch: error: QOSMaxSubmitJobPerUserLimit\\n");
    assert!(matches!(&limit, SendError::Later(said) if said.contains("Limit")), "{limit}");
    for (code, words) in [
        (1, "Unable to contact slurm controller (connect failure)"),
        (1, "Socket timed out on send/recv operation"),
        (255, "Socket timed out on send/recv operation"),
        (1, "Unspecified error"),
        (1, ""),
        (0, ""),
    ] {
        assert!(matches!(answer(code, words), SendError::Unclear(_)), "{code} {words}");
    }
}

#[test]
fn a_slow_or_absent_program_is_told_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let mut slow =
        slurm(folder.path(), &[("sbatch", "sleep 60; echo 17"), ("squeue", "sleep 60"), ("scancel", "sleep 60")]);
    slow.limit = Duration::from_millis(200);
    let start = Instant::now();
    assert!(matches!(slow.submit(&job(folder.path())), Err(SendError::Unclear(_))));
    assert!(slow.queue(&["a".into()]).is_err() && slow.cancel(&[("1".into(), None)]).is_err());
    assert!(start.elapsed() < Duration::from_secs(20));
    let absent = Slurm { programs: "/nowhere".into(), ..slow };
    let Err(SendError::Later(said)) = absent.submit(&job(folder.path())) else { panic!() };
    assert!(said.contains("/nowhere/sbatch") && said.contains("login node"), "{said}");
    assert!(absent.queue(&["a".into()]).unwrap_err().to_string().contains("login node"));
}

#[test]
fn what_slurm_cannot_be_told_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let slurm = slurm(folder.path(), &[]);
    let mut backslash = job(folder.path());
    backslash.logs = "/a\\b".into();
    let mut scattered = job(folder.path());
    scattered.tasks = (0..20_000).map(|i| 2 * i).collect();
    for (job, word) in [(backslash, "without"), (scattered, "largest-array")] {
        let Err(SendError::Refused(said)) = slurm.submit(&job) else { panic!("{word}") };
        assert!(said.contains(word), "{said}");
    }
}

#[test]
fn the_queue_is_read_as_slurm_says_it() {
    let folder = tempfile::tempdir().unwrap();
    let squeue = "cat <<'END'
1|2|PENDING|JobArrayTaskLimit||a
1|8-9%2|PENDING|Nodes required for job are DOWN, DRAINED||a
1|0|RUNNING|None|node1|a
1|1|COMPLETING|TimeLimit|node1|a
1|N/A|CANCELLED|JobArrayTaskLimit||a
22|0|CANCELLED|DependencyNeverSatisfied||a
23|0|PENDING|DependencyNeverSatisfied||a
24|3|FAILED|NonZeroExitCode|node1|a
24|4|TIMEOUT|TimeLimit|node1|a
24|5|OUT_OF_MEMORY|OutOfMemory|node1|a
24|6|NODE_FAIL|NodeDown|node1|a
24|7|PREEMPTED|None|node1|a
24|8|CANCELLED by 1000|None|node1|a
24|9|UNHEARD_OF|None|node1|a
24|10|PENDING|JobHeldUser||a
25|0|PENDING|launch failed requeued held||a
25|1|CANCELLED|launch failed requeued held||a
24|11|COMPLETED|None|node1|a
9|N/A|FAILED|BadConstraints||a
31|0|RUNNING|None|node1|other
CLUSTER: x
END";
    let slurm = slurm(folder.path(), &[("squeue", squeue)]);
    let found = slurm.queue(&["a".into(), "b".into()]).unwrap();
    assert_eq!(asked(folder.path()), "-h -r --states=all --name=a,b --format=%F|%K|%T|%r|%N|%j\n");
    assert!(found.iter().all(|queued| queued.name == "a"));
    let states: Vec<_> = found.into_iter().map(|queued| (queued.job, queued.task, queued.state)).collect();
    let (waits, ended) = (|why: &str| QueueState::Waiting(why.into()), QueueState::Ended);
    let down = "Nodes required for job are DOWN, DRAINED";
    let expected = [
        ("1", Some(2), waits("JobArrayTaskLimit")),
        ("1", Some(8), waits(down)),
        ("1", Some(9), waits(down)),
        ("1", Some(0), QueueState::Running("node1".into())),
        ("1", Some(1), QueueState::Running("node1".into())),
        ("1", None, ended(Ending::Cancelled)),
        ("22", Some(0), ended(Ending::Never)),
        ("23", Some(0), QueueState::Stuck("DependencyNeverSatisfied".into())),
        ("24", Some(3), ended(Ending::Plain)),
        ("24", Some(4), ended(Ending::Time)),
        ("24", Some(5), ended(Ending::Memory)),
        ("24", Some(6), ended(Ending::Node)),
        ("24", Some(7), ended(Ending::Node)),
        ("24", Some(8), ended(Ending::Cancelled)),
        ("24", Some(9), waits("UNHEARD_OF")),
        ("24", Some(10), waits("JobHeldUser")),
        ("25", Some(0), QueueState::Stuck("launch failed requeued held".into())),
        ("25", Some(1), ended(Ending::Node)),
        ("24", Some(11), ended(Ending::Plain)),
    ];
    assert_eq!(states, expected.map(|(job, task, state)| (job.to_owned(), task, state)));
}

#[test]
fn no_answer_is_not_an_empty_queue() {
    let folder = tempfile::tempdir().unwrap();
    let of = |text: &str| slurm(folder.path(), &[("squeue", text)]).queue(&["a".into()]);
    let said = of("echo 'slurm_load_jobs error: Unable to contact slurm controller (connect failure)' >&2; exit 1");
    assert!(said.unwrap_err().to_string().contains("connect failure"));
    assert!(of("echo something else").unwrap_err().to_string().contains("`something else`"));
    assert_eq!(of(""), Ok(Vec::new()));
    assert!(of("exit 1").is_err());
    // Nobody is asked for nothing.
    assert_eq!(slurm(folder.path(), &[("squeue", "exit 1")]).queue(&[]), Ok(Vec::new()));
}

#[test]
fn many_names_are_asked_for_in_parts() {
    let folder = tempfile::tempdir().unwrap();
    let slurm = slurm(folder.path(), &[("squeue", "")]);
    let names: Vec<String> = (0..10_000).map(|i| format!("lofi-0123456789ab-{i}")).collect();
    slurm.queue(&names).unwrap();
    let asked = asked(folder.path());
    assert!(asked.lines().count() > 1 && asked.lines().all(|line| line.len() < sbatch::LONGEST));
    let of_line = |line: &str| line.split(' ').nth(3).unwrap().trim_start_matches("--name=").to_owned();
    assert_eq!(asked.lines().map(of_line).collect::<Vec<_>>().join(","), names.join(","));
}

#[test]
fn the_largest_array_is_asked_once() {
    let folder = tempfile::tempdir().unwrap();
    let say = "echo 'MaxArraySize            = 501'; echo 'MaxJobCount = 10000'";
    let slurm_ = slurm(folder.path(), &[("scontrol", say)]);
    assert_eq!((slurm_.most_tasks(), slurm_.most_tasks()), (501, 501));
    assert_eq!(asked(folder.path()), "-o show config\n");
    for silent in ["exit 1", "echo 'MaxArraySize = many'", "echo 'MaxArraySize = 4000001'"] {
        assert_eq!(slurm(folder.path(), &[("scontrol", silent)]).most_tasks(), 1000, "{silent}");
    }
    assert_eq!(slurm(folder.path(), &[("scontrol", "echo 'MaxArraySize = 0'")]).most_tasks(), 1);
}

#[test]
fn jobs_and_tasks_are_taken_back_in_parts() {
    let folder = tempfile::tempdir().unwrap();
    let slurm_ = slurm(folder.path(), &[("scancel", "")]);
    let mut jobs: Vec<_> = (0..150).map(|i| (i.to_string(), None)).collect();
    jobs.push(("7".into(), Some(vec![1, 2, 3, 9])));
    jobs.push(("8".into(), Some(Vec::new())));
    slurm_.cancel(&jobs).unwrap();
    let said = asked(folder.path());
    let lines: Vec<Vec<&str>> = said.lines().map(|line| line.split(' ').collect()).collect();
    assert_eq!(lines.iter().map(Vec::len).collect::<Vec<_>>(), [100, 51]);
    assert_eq!(lines[1][50], "7_[1-3,9]");
    assert_eq!(slurm_.cancel(&[]), Ok(()));
    let of = |text: &str| slurm(folder.path(), &[("scancel", text)]).cancel(&[("1".into(), None)]);
    assert!(
        of("echo 'scancel: error: Kill job error on job id 1: Unable to contact slurm controller' >&2; exit 8")
            .is_err()
    );
    assert!(of("exit 140").is_err());
    assert_eq!(of("echo 'scancel: error: Kill job error on job id 1: Invalid job id specified' >&2; exit 1"), Ok(()));
}
