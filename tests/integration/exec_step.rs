//! Steps by their keys alone: the same results as those of a run, and an exit code for everything that can happen.

use crate::project::{Project, Ran};
use crate::store::{differences, files, tables};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Keys of the tasks that a plan prints, a line each.
fn tasks(project: &Project) -> Vec<Vec<String>> {
    let plan = project.well(&["plan", "--tasks"]);
    plan.out.lines().map(|line| line.split(' ').map(str::to_owned).collect()).collect()
}

fn exec(project: &Project, keys: &[String], more: &[&str]) -> Ran {
    let mut arguments = vec!["exec-step"];
    arguments.extend(keys.iter().map(String::as_str));
    arguments.extend(more);
    project.lofi(&arguments)
}

/// Starts a step and waits until it has begun.
fn begun(project: &Project, key: &str) -> Child {
    let mut command = project.command(&["exec-step", key, "--json"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut seen = String::new();
    let mut events = child.stdout.take().unwrap();
    while !seen.contains("\"started\"") {
        let mut byte = [0];
        assert!(std::io::Read::read(&mut events, &mut byte).unwrap() > 0, "it ended: {seen}");
        seen.push(char::from(byte[0]));
    }
    // Somebody goes on reading.
    std::thread::spawn(move || std::io::copy(&mut events, &mut std::io::sink()));
    child
}

fn send(pid: u32, signal: &str) {
    assert!(Command::new("kill").args([signal, &pid.to_string()]).status().unwrap().success());
}

fn children(of: u32) -> Vec<u32> {
    let text = std::fs::read_to_string(format!("/proc/{of}/task/{of}/children")).unwrap_or_default();
    text.split_whitespace().map(|pid| pid.parse().unwrap()).collect()
}

fn code(child: Child) -> Option<i32> {
    Ran::of(&child.wait_with_output().unwrap()).code
}

/// The marks of failure of a store.
fn marks(project: &Project) -> Vec<serde_json::Value> {
    let folder = project.path(".lofi/failed");
    let found = if folder.is_dir() { files(&folder) } else { Vec::new() };
    found.iter().map(|path| serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()).collect()
}

const LONG: &str = "study: long\ntitle: Long\nsteps:\n  waves:\n    kind: wave-images\n    params: {height: 1, width: 8, \
    components: [{frequency: [0, 1], amplitude: 1, spread: 0.3}], phase: fixed, n_train: 64, n_test: 8, seed: 0}\n  net:\n    \
    kind: train-network\n    inputs: {x: waves, targets: waves}\n    params: {layers: [{dense: {width: 64}}, \
    {activation: relu}, {dense: {width: 8}}], learning_rate: 0.001, batch: 8, steps: 100000000, seed: 0, \
    evaluate_at: [0, 10]}\ntables: {t: {stack: {a: net}}}\n";

fn long() -> Project {
    let project = Project::empty();
    project.write("studies/long.yaml", LONG);
    project
}

#[test]
fn steps_that_are_run_by_key_give_what_a_run_gives() {
    let (by_key, at_once) = (Project::tiny(&[]), Project::tiny(&[]));
    at_once.well(&["run"]);
    let tasks = tasks(&by_key);
    let keys: Vec<String> = tasks.concat();
    assert!(keys.len() > 3, "{tasks:?}");
    // Studies are not read: there are none any more.
    std::fs::rename(by_key.path("studies"), by_key.path("away")).unwrap();
    let elsewhere = ["--studies", "studies"];
    let last = keys.last().unwrap().clone();
    let early = exec(&by_key, &[last], &elsewhere);
    assert_eq!(early.code, Some(75), "{early:?}");
    assert!(early.err.contains("which another task computes"), "{early:?}");
    for key in &keys {
        let ran = exec(&by_key, std::slice::from_ref(key), &elsewhere);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert_eq!(exec(&by_key, std::slice::from_ref(key), &elsewhere).code, Some(0), "it is there");
    }
    std::fs::rename(by_key.path("away"), by_key.path("studies")).unwrap();
    assert!(by_key.well(&["run"]).out.contains("nothing to do"));
    let (one, two) = (tables(&by_key.path(".lofi")), tables(&at_once.path(".lofi")));
    assert!(!two.is_empty());
    assert_eq!(differences(&one, &two), [""; 0]);
}

#[test]
fn a_whole_task_runs_in_one_process_after_the_other() {
    let project = Project::tiny(&[]);
    for task in tasks(&project) {
        assert_eq!(exec(&project, &task, &[]).code, Some(0));
    }
    assert!(project.well(&["run"]).out.contains("nothing to do"));
    assert_eq!(tasks(&project), Vec::<Vec<String>>::new());
}

#[test]
fn what_is_no_key_or_not_described_is_refused() {
    let project = Project::tiny(&[]);
    let ran = exec(&project, &["abc".to_owned()], &[]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("64 hexadecimal digits"), "{ran:?}");
    let ran = exec(&project, &["0".repeat(64)], &[]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("describes no step") && ran.err.contains("lofi plan --tasks"), "{ran:?}");
    let keys = tasks(&project).concat();
    let text = std::fs::read_dir(project.path(".lofi/steps")).unwrap().next().unwrap().unwrap().path();
    let changed = std::fs::read_to_string(&text).unwrap().replace("\"kind\":\"", "\"kind\":\"x");
    std::fs::write(&text, changed).unwrap();
    let ran = exec(&project, &keys[..1], &[]);
    assert_eq!(ran.code, Some(4), "a description that was changed is damage: {ran:?}");
}

#[test]
fn a_step_that_fails_leaves_a_mark_with_what_its_program_said_last() {
    let project = Project::empty();
    let study = "study: bad\ntitle: Bad\nsteps:\n  out:\n    kind: command\n    params:\n      \
                 run: [sh, -c, 'echo reason >&2; exit 3']\n      outputs: {t: {type: table}}\ntables: {t: {stack: {a: out}}}\n";
    project.write("studies/bad.yaml", study);
    let plan = project.lofi(&["plan", "--tasks"]);
    assert_eq!(plan.code, Some(0), "{plan:?}");
    let keys = tasks(&project).concat();
    let ran = exec(&project, &keys, &[]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let marks = marks(&project);
    assert!(marks.iter().any(|mark| mark["cause"] == "step" || mark["cause"] == "input"), "{marks:?}");
    assert!(marks.iter().all(|mark| mark["error"].as_str().unwrap().ends_with("reason")), "{marks:?}");
}

#[test]
fn a_step_that_is_asked_to_end_keeps_its_state_and_the_same_command_goes_on() {
    let project = long();
    let keys = tasks(&project).concat();
    // All before the training, which is what takes for ever.
    let at = keys.iter().position(|key| trains(&project, key)).expect("one of the steps trains");
    if at > 0 {
        assert_eq!(exec(&project, &keys[..at], &[]).code, Some(0));
    }
    let key = keys[at].clone();
    let mut states = Vec::new();
    // Schedulers send theirs to the process that computes as well, which then hears it twice.
    for (signal, to_all) in [("-TERM", false), ("-USR1", false), ("-TERM", true)] {
        let child = begun(&project, &key);
        std::thread::sleep(Duration::from_millis(700));
        children(child.id()).into_iter().filter(|_| to_all).for_each(|inner| send(inner, signal));
        send(child.id(), signal);
        let sent = Instant::now();
        assert_eq!(code(child), Some(85), "{signal}");
        assert!(sent.elapsed() < Duration::from_secs(20));
        let state = files(&project.path(".lofi/scratch"));
        states.push(std::fs::read(&state[0]).unwrap());
    }
    assert_ne!(states[0], states[1], "it went on");
    assert_ne!(states[1], states[2], "it went on");
    // Its process is killed: that is marked, and the next attempt takes the mark away.
    let child = begun(&project, &key);
    let inner = children(child.id());
    assert_eq!(inner.len(), 1);
    send(inner[0], "-KILL");
    assert_eq!(code(child), Some(137));
    let marked = marks(&project);
    assert_eq!((marked.len(), &marked[0]["cause"]), (1, &"killed".into()), "{marked:?}");
    let child = begun(&project, &key);
    assert_eq!(marks(&project).len(), 0);
    // Who looks after it is killed: it ends too, and keeps its state.
    let inner = children(child.id());
    send(child.id(), "-KILL");
    assert_eq!(code(child), None);
    let start = Instant::now();
    while Path::new(&format!("/proc/{}/fd", inner[0])).exists() && start.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(!Path::new(&format!("/proc/{}/exe", inner[0])).exists(), "it runs on by itself");
}

/// Whether a step is the one of the kind that trains, by its description.
fn trains(project: &Project, key: &str) -> bool {
    let described = files(&project.path(".lofi/steps"));
    let text: String = described.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    text.lines().any(|line| line.starts_with(key) && line.contains("\"kind\":\"train-network\""))
}

#[test]
fn a_step_that_does_not_fit_says_so() {
    let project = long();
    let keys = tasks(&project).concat();
    let ran = exec(&project, &keys, &["--memory", "1kB"]);
    assert_eq!(ran.code, Some(86), "{ran:?}");
    let marks = marks(&project);
    assert!(!marks.is_empty() && marks.iter().all(|mark| mark["cause"] == "memory"), "{marks:?}");
}
