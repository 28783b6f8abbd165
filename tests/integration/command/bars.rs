//! What is promised of programs as steps, measured.

use super::{SCRIPT, project};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Steps that are timed.
const STEPS: u32 = 300;
/// What a step may cost beyond its program.
const MOST: Duration = Duration::from_millis(15);

#[test]
fn a_step_costs_little_more_than_its_program() {
    let project = project(&[("count: 3", &format!("count: {STEPS}"))]);
    project.well(&["plan"]);
    let start = Instant::now();
    project.well(&["run", "--jobs", "1"]);
    let with_steps = start.elapsed() / STEPS;
    let start = Instant::now();
    for _ in 0..STEPS {
        let (script, out) = (project.path("code/count.sh"), project.path("out.csv"));
        let mut alone = Command::new("sh");
        alone.arg(&script).arg("1").arg(&out).arg(&script).stdin(Stdio::null());
        assert!(alone.status().unwrap().success());
    }
    let alone = start.elapsed() / STEPS;
    let overhead = with_steps.saturating_sub(alone);
    eprintln!("a step {with_steps:?}, its program alone {alone:?}, overhead {overhead:?}");
    assert!(overhead <= MOST, "{overhead:?} beyond {alone:?} of the program itself");
}

#[test]
fn a_kill_in_the_middle_loses_nothing_and_leaves_nothing_running() {
    let project = project(&[("count: 3", "count: 6")]);
    let path = |name: &str| project.path(name).display().to_string();
    let (mark, go) = (path("pids"), path("go"));
    // some cells end at once, the others wait for a file
    let waits = format!("echo $$ >> {mark}\n[ \"$1\" -gt 2 ] || [ -e {go} ] || sleep 600\n");
    project.write("code/count.sh", waits + SCRIPT);
    let mut run = project.command(&["run", "--jobs", "1"]);
    let mut run = run.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let pids = || std::fs::read_to_string(&mark).unwrap_or_default();
    wait_for(|| pids().lines().count() == 4, "three cells end and the fourth waits");
    run.kill().unwrap();
    run.wait().unwrap();
    wait_for(|| !pids().lines().any(is_alive), "no program outlives the run that was killed");
    project.write("go", "");
    let ran = project.well(&["run", "--json"]);
    assert_eq!(super::finished(&ran, "command"), 3, "what had ended is stored: {ran:?}");
}

fn wait_for(so: impl Fn() -> bool, what: &str) {
    let patience = Instant::now();
    while !so() {
        assert!(patience.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn is_alive(pid: &str) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    !status.is_empty() && !status.contains(") Z ")
}

#[test]
fn a_file_that_is_read_and_not_declared_is_named() {
    let project = project(&[("count: 3", "count: 1")]);
    let secret = project.path("code/secret.csv").display().to_string();
    project.write("code/secret.csv", "1\n");
    project.write("code/count.sh", format!("cat {secret} > /dev/null\n{SCRIPT}"));
    let ran = project.lofi(&["run", "--trace"]);
    if ran.err.contains("`--trace` needs the program") || ran.err.contains("ptrace") {
        return crate::common::skipped("programs cannot be traced here");
    }
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.err.contains("undeclared:") && ran.err.contains("read code/secret.csv"), "{ran:?}");
    assert!(!ran.err.contains("count.sh;") && !ran.err.contains("params.json;"), "{ran:?}");
}
