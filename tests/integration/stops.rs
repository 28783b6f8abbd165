//! Stops by signals: answered at any time, and what a long step has done is not lost.

use crate::project::{Project, Ran};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The same command, started by the program that these words name.
fn started_by(words: &[&str], inner: &Command) -> Command {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).arg(inner.get_program()).args(inner.get_args()).stdin(Stdio::null());
    command.current_dir(inner.get_current_dir().unwrap());
    for (name, _) in inner.get_envs() {
        command.env_remove(name);
    }
    command
}

/// A command that hears a hang-up, even where `nohup` started the tests.
fn start(project: &Project, arguments: &[&str]) -> Child {
    let mut command = started_by(&["env", "--default-signal=HUP"], &project.command(arguments));
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

pub fn send(child: &Child, signal: &str) {
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
}

fn ended(child: Child) -> Ran {
    Ran::of(&child.wait_with_output().unwrap())
}

fn wait_for(what: &str, mut there: impl FnMut() -> bool) {
    let start = Instant::now();
    while !there() {
        assert!(start.elapsed() < Duration::from_secs(120), "no {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether a process listens to SIGTERM.
fn listens(child: &Child) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap_or("0");
    u64::from_str_radix(caught.trim(), 16).unwrap_or(0) & (1 << 14) != 0
}

const STOPPED: &str = "stopped; finished steps are kept, the next run goes on from there\n";

// Hundreds of thousands of cells take a while to plan, and no step runs before.
#[test]
fn a_stop_is_answered_while_a_command_plans() {
    let project = Project::tiny(&[("seed: {count: 2}", "seed: {count: 80000}")]);
    for (command, signal) in [("plan", "-TERM"), ("run", "-INT"), ("bless", "-INT"), ("report", "-HUP")] {
        let child = start(&project, &[command]);
        wait_for("listener", || listens(&child));
        send(&child, signal);
        let sent = Instant::now();
        let ran = ended(child);
        assert_eq!((ran.code, ran.err.as_str()), (Some(130), STOPPED), "{command}");
        // The bar is one second; a busy machine is given more.
        assert!(sent.elapsed() < Duration::from_secs(10), "{command}: {:?}", sent.elapsed());
    }
}

fn training(steps: u64) -> Project {
    let project = Project::empty();
    let text = format!(
        "study: long\ntitle: Long\nsteps:\n  waves:\n    kind: wave-images\n    params: {{height: 1, width: 8, \
         components: [{{frequency: [0, 1], amplitude: 1, spread: 0.3}}], phase: fixed, n_train: 64, n_test: 8, seed: 0}}\n  \
         net:\n    kind: train-network\n    inputs: {{x: waves, targets: waves}}\n    params: {{layers: [{{dense: {{width: 64}}}}, \
         {{activation: relu}}, {{dense: {{width: 8}}}}], learning_rate: 0.001, batch: 8, steps: {steps}, seed: 0, \
         evaluate_at: [0, 10]}}\ntables: {{t: {{stack: {{a: net}}}}}}\n"
    );
    project.write("studies/long.yaml", text);
    project
}

/// The files of a folder two levels below another.
fn below(folder: &Path) -> Vec<PathBuf> {
    let list = |folder: &Path| -> Vec<PathBuf> {
        std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect()
    };
    list(folder).iter().flat_map(|inner| list(inner)).collect()
}

/// The step that the only saved state has come to.
fn saved_step(project: &Project) -> Option<u64> {
    step_of(below(&project.path(".lofi/scratch")).first()?)
}

/// The step that a saved state has come to: it stands in a JSON head.
pub fn step_of(state: &Path) -> Option<u64> {
    let state = std::fs::read(state).ok()?;
    let text = String::from_utf8_lossy(&state).into_owned();
    text.split("\"step\":").nth(1)?.split(',').next()?.parse().ok()
}

#[test]
fn a_long_step_saves_its_state_and_goes_on_from_there() {
    let project = training(100_000_000);
    let mut steps = Vec::new();
    for stop in 0..20 {
        let child = start(&project, &["run"]);
        wait_for("first result", || !below(&project.path(".lofi/objects")).is_empty() && listens(&child));
        std::thread::sleep(Duration::from_millis(200 * (stop + 1)));
        send(&child, "-TERM");
        let ran = ended(child);
        assert_eq!(ran.code, Some(130), "{ran:?}");
        assert!(ran.err.ends_with(STOPPED), "{ran:?}");
        steps.extend(saved_step(&project).filter(|step| steps.last() != Some(step)));
        if steps.len() == 2 {
            break;
        }
    }
    assert!(steps.len() == 2 && steps[0] > 0 && steps.is_sorted(), "{steps:?}");
    assert_eq!(std::fs::read_dir(project.path(".lofi/tmp")).unwrap().count(), 0);
}

#[test]
fn a_run_outlives_its_terminal_where_that_was_asked_for() {
    let project = training(100_000_000);
    let mut command = started_by(&["env", "--ignore-signal=HUP"], &project.command(&["run"]));
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    wait_for("listener", || listens(&child));
    send(&child, "-HUP");
    std::thread::sleep(Duration::from_millis(1500));
    assert!(child.try_wait().unwrap().is_none(), "it goes on");
    send(&child, "-TERM");
    let ran = ended(child);
    assert_eq!(ran.code, Some(130), "{ran:?}");
}

/// Threads of a process that decode images and write pages.
fn pooled(child: &Child) -> usize {
    let threads = std::fs::read_dir(format!("/proc/{}/task", child.id())).unwrap();
    let name =
        |thread: std::io::Result<std::fs::DirEntry>| std::fs::read_to_string(thread.unwrap().path().join("comm"));
    threads.filter_map(|thread| name(thread).ok()).filter(|name| name.starts_with("pool-")).count()
}

#[test]
fn what_works_beside_the_steps_takes_no_more_threads_than_was_asked_for() {
    let project = training(100_000_000);
    let cores = std::thread::available_parallelism().unwrap().get();
    for (jobs, threads) in [(1, 1), (cores, cores), (1000, cores)] {
        let child = start(&project, &["run", "--jobs", &jobs.to_string()]);
        wait_for("listener", || listens(&child));
        wait_for("pool", || pooled(&child) == threads);
        wait_for("first result", || !below(&project.path(".lofi/objects")).is_empty());
        assert_eq!(pooled(&child), threads, "--jobs {jobs}");
        send(&child, "-TERM");
        assert_eq!(ended(child).code, Some(130));
    }
}
