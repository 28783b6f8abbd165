//! Steps sent to processes of their own on this machine: what `submit`, `attach`, `status` and `cancel` do wherever steps are
//! sent to.

use crate::common::skipped;
use crate::project::{FAILS, Project, Ran, edited};
use crate::store::{differences, tables};
use serde_json::Value as Json;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A task for each step, and quick looks.
const FILE: &str = "chunk = \"0s\"\npoll = \"1s\"\n";

const LONG: &str = "study: long\ntitle: Long\nsteps:\n  waves:\n    kind: wave-images\n    params: {height: 1, width: 8, \
    components: [{frequency: [0, 1], amplitude: 1, spread: 0.3}], phase: fixed, n_train: 64, n_test: 8, seed: 0}\n  net:\n    \
    kind: train-network\n    inputs: {x: waves, targets: waves}\n    params: {layers: [{dense: {width: 64}}, \
    {activation: relu}, {dense: {width: 8}}], learning_rate: 0.001, batch: 8, steps: 100000000, seed: 0, \
    evaluate_at: [0, 10]}\ntables: {t: {stack: {a: net}}}\n";

fn tiny(edits: &[(&str, &str)]) -> Project {
    let project = Project::tiny(edits);
    project.write("lofi.cluster.toml", FILE);
    project
}

fn long() -> Project {
    let project = Project::empty();
    project.write("studies/long.yaml", LONG);
    project.write("lofi.cluster.toml", FILE);
    project
}

/// The summary of a command that printed JSON.
fn summary(ran: &Ran) -> Json {
    serde_json::from_str(ran.out.lines().last().unwrap()).unwrap()
}

fn sent(project: &Project) -> String {
    let sent = project.well(&["submit", "--on", "local", "--json"]);
    summary(&sent)["submission"].as_str().unwrap().to_owned()
}

/// Waits until `status` says that so many tasks run.
fn until_running(project: &Project, tasks: u64) {
    let start = Instant::now();
    loop {
        let status = project.well(&["status", "--json"]);
        let event: Json = serde_json::from_str(status.out.lines().next().unwrap()).unwrap();
        if event["running"] == tasks {
            return;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "{}", status.out);
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Waits until no task of a submission runs: the folder of a project may not go before.
fn until_gone(id: &str) {
    let start = Instant::now();
    while tasks_of(id) {
        assert!(start.elapsed() < Duration::from_secs(30), "a task of {id} is still there");
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn tasks_of(id: &str) -> bool {
    let list = Command::new("pgrep").args(["-f", &format!("submission {id}")]).output().unwrap();
    !list.stdout.is_empty()
}

#[test]
fn what_is_sent_is_done_as_a_run_does_it_and_what_it_took_is_told() {
    let (sent_away, at_once) = (tiny(&[]), tiny(&[]));
    at_once.well(&["run"]);
    let id = sent(&sent_away);
    let attached = sent_away.well(&["attach", "--json"]);
    let end = summary(&attached);
    assert_eq!((end["failed"].as_u64(), end["done"].as_u64()), (Some(0), end["tasks"].as_u64()), "{}", attached.out);
    assert!(end["tasks"].as_u64().unwrap() > 3 && end["computed"].as_u64().unwrap() > 3, "{end}");
    let used = attached.out.lines().filter(|line| line.contains("\"event\":\"used\""));
    let peaks: Vec<u64> =
        used.map(|line| serde_json::from_str::<Json>(line).unwrap()["peak_bytes"].as_u64().unwrap()).collect();
    assert!(peaks.iter().any(|peak| *peak > 1 << 20), "{}", attached.out);
    sent_away.well(&["run"]);
    let differ = differences(&tables(&at_once.path(".lofi")), &tables(&sent_away.path(".lofi")));
    assert!(differ.is_empty(), "{differ:?}");
    // It is over, and can be read again; nothing is left to send.
    let again = sent_away.well(&["attach", &id]);
    assert!(again.out.contains("0 failed"), "{}", again.out);
    let nothing = sent_away.well(&["submit", "--on", "local"]);
    assert!(nothing.out.contains("nothing to send"), "{}", nothing.out);
    assert!(sent_away.well(&["status"]).out.contains("no submission is open"));
}

#[test]
fn run_on_sends_looks_after_it_and_does_the_rest() {
    let project = tiny(&[]);
    let ran = project.well(&["run", "--on", "local"]);
    assert!(ran.out.contains("tasks done, 0 failed") && ran.out.contains("Every model errs"), "{}", ran.out);
    assert!(project.well(&["run"]).out.contains("nothing to do"), "{}", ran.out);
}

#[test]
fn nothing_is_written_where_it_is_only_shown() {
    let project = tiny(&[]);
    let shown = project.well(&["submit", "--on", "local", "--dry-run"]);
    assert!(shown.out.contains("exec-step") && shown.out.contains("lofi-ID-0"), "{}", shown.out);
    for name in ["submissions", "steps", "failed"] {
        assert!(!project.path(".lofi").join(name).exists(), "{name}");
    }
}

#[test]
fn it_goes_on_without_anybody_and_is_taken_back_on_demand() {
    let project = long();
    let id = sent(&project);
    until_running(&project, 1);
    // The same once more is on its way already.
    let twice = project.well(&["submit", "--on", "local"]);
    assert!(twice.out.contains("nothing to send") && twice.err.contains(&id), "{twice:?}");
    let attach = |project: &Project| {
        project.command(&["attach", "--json"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let first = attach(&project);
    std::thread::sleep(Duration::from_millis(1500));
    let second = attach(&project);
    let first = Ran::of(&first.wait_with_output().unwrap());
    assert_eq!(first.code, Some(0));
    assert!(first.err.contains("another process looks after"), "{}", first.err);
    std::thread::sleep(Duration::from_millis(500));
    Command::new("kill").args(["-INT", &second.id().to_string()]).status().unwrap();
    let second = Ran::of(&second.wait_with_output().unwrap());
    assert_eq!(second.code, Some(130), "{}", second.err);
    assert!(second.err.contains("the tasks go on"), "{}", second.err);
    until_running(&project, 1);
    let cancelled = project.well(&["cancel"]);
    assert!(cancelled.out.contains("cancelled 2 jobs"), "{cancelled:?}");
    until_gone(&id);
    assert!(project.well(&["status"]).out.contains("no submission is open"));
    // A task of it that starts all the same does nothing.
    let late = project.well(&["exec-step", "--submission", &id, "--array", "0", "0"]);
    assert!(late.err.contains("closed (cancelled)"), "{}", late.err);
    // What was taken back can be sent again.
    let again = sent(&project);
    assert_ne!(again, id);
    until_running(&project, 1);
    project.well(&["cancel", &again[..4]]);
    until_gone(&again);
}

#[test]
fn what_failed_is_told_with_its_place_and_mended_alone() {
    let project = tiny(&[FAILS]);
    sent(&project);
    let attached = project.lofi(&["attach"]);
    assert_eq!(attached.code, Some(1), "{}", attached.err);
    assert!(attached.err.contains("FAILED") && attached.err.contains("studies/"), "{}", attached.err);
    let json = summary(&project.lofi(&["attach", "--json", &ids(&project)[0]]));
    assert!(json["failed"].as_u64().unwrap() > 0 && json["done"].as_u64().unwrap() > 3, "{json}");
    project.edit(&[]);
    let sent = project.well(&["submit", "--on", "local"]);
    assert!(!sent.out.contains("nothing"), "{}", sent.out);
    let attached = summary(&project.well(&["attach", "--json"]));
    assert!(attached["tasks"].as_u64().unwrap() < json["tasks"].as_u64().unwrap(), "{attached}");
}

/// Ids of the submissions of a store.
fn ids(project: &Project) -> Vec<String> {
    let folder = std::fs::read_dir(project.path(".lofi/submissions")).unwrap().flatten();
    let submissions = folder.filter(|entry| entry.path().join("ledger.jsonl").exists());
    submissions.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn mistakes_are_told_with_what_was_expected() {
    let project = tiny(&[]);
    for (arguments, words) in [
        (&["attach"][..], "no submission"),
        (&["attach", "abc"], "has no submission abc"),
        (&["cancel", "abc"], "has no submission abc"),
        (&["submit", "--on", "local", "--cluster", "none.toml"], "there is no such file"),
        (&["exec-step", "--submission", "abc", "--array", "0", "0"], "has no submission abc"),
        (&["exec-step", "abc"], "expected a key of 64 hexadecimal digits"),
        (&["run", "--at-once", "3"], "--on"),
        (&["submit", "--on", "slrum"], "slurm"),
    ] {
        let ran = project.lofi(arguments);
        assert_eq!(ran.code, Some(2), "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains(words), "{arguments:?}: {}", ran.err);
    }
    let id = sent(&project);
    for (arguments, words) in [
        (["exec-step", "--submission", &id, "--array", "99", "0"], "has no task 0 in array 99"),
        (["exec-step", "--submission", &id, "--array", "0", "9999"], "has no task 9999 in array 0"),
        (["exec-step", "--submission", &id, "--array", "0", "x"], "expected the number of one task"),
    ] {
        let ran = project.lofi(&arguments);
        assert!(ran.code == Some(2) && ran.err.contains(words), "{arguments:?}: {}", ran.err);
    }
    project.well(&["attach"]);
    project.write("lofi.cluster.toml", edited(FILE, &[("poll", "pol")]));
    let ran = project.lofi(&["submit", "--on", "local"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("lofi.cluster.toml:2:1") && ran.err.contains("poll"), "{}", ran.err);
}

/// Two programs of one's own, whose outputs have names of their own, and a third that fails where a file says so.
const PROGRAMS: &str = "study: own
title: Own programs
sweep: {seed: {count: 2}}
steps:
  first:
    kind: command
    params:
      run: [sh, -c, 'printf \"v\\n%s\\n\" \"$1\" > \"$0\"', '{output.t}', '{seed}']
      with: {seed: $seed}
      outputs: {t: {type: table, columns: {v: {}}}}
  second:
    kind: command
    inputs: {t: first}
    params:
      run: [sh, -c, 'echo a word on it >&2; cp \"$1\" \"$0\"', '{output.t}', '{input.t}']
      outputs: {t: {type: table, columns: {v: {}}}}
tables:
  all: {stack: {a: second}, over: seed}
";

#[test]
fn programs_of_ones_own_are_sent_and_the_end_of_their_log_is_told() {
    let project = Project::empty();
    project.write("studies/own.yaml", PROGRAMS);
    project.write("lofi.cluster.toml", FILE);
    sent(&project);
    let end = summary(&project.well(&["attach", "--json"]));
    assert!(end["failed"] == 0 && end["done"] == end["tasks"] && end["computed_again"] == 0, "{end}");
    assert!(project.well(&["run"]).out.contains("all"), "it is a study without claims");
    // One that fails after it said a word.
    project.write("studies/own.yaml", edited(PROGRAMS, &[("cp \"$1\" \"$0\"'", "exit 7'")]));
    sent(&project);
    let attached = project.lofi(&["attach"]);
    assert_eq!(attached.code, Some(1), "{}", attached.err);
    assert!(attached.err.contains("a word on it"), "{}", attached.err);
    assert!(attached.err.contains("studies/own.yaml:11:3"), "{}", attached.err);
}

#[test]
fn on_a_terminal_ctrl_c_asks_whether_the_tasks_go_on() {
    let project = long();
    let id = sent(&project);
    until_running(&project, 1);
    let attach = project.command(&["attach"]);
    let line = format!("'{}' attach", attach.get_program().to_string_lossy());
    let mut command = Command::new("script");
    command.args(["-qfec", &line, "/dev/null"]).current_dir(project.path(""));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    for (name, value) in attach.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let Ok(mut child) = command.spawn() else {
        project.well(&["cancel"]);
        return skipped("no `script` here (util-linux)");
    };
    let mut keys = child.stdin.take().unwrap();
    for text in ["\u{3}", "c\n"] {
        std::thread::sleep(Duration::from_millis(1500));
        std::io::Write::write_all(&mut keys, text.as_bytes()).unwrap();
    }
    let said = String::from_utf8_lossy(&child.wait_with_output().unwrap().stdout).into_owned();
    assert!(said.contains("or cancel them (c)?"), "{said}");
    assert!(said.contains("cancelled 2 jobs"), "{said}");
    assert!(project.well(&["status"]).out.contains("no submission is open"), "{id}");
    until_gone(&id);
}
