//! What is promised of programs as steps, measured.

use super::{SCRIPT, project};
use crate::project::Project;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Steps that are timed.
const STEPS: u32 = 300;
/// What a step may cost beyond its program, in seconds of the processor: the machine may be busy with other things.
const MOST_S: f64 = 0.015;

#[test]
fn a_step_costs_little_more_than_its_program() {
    let project = project(&[("count: 3", &format!("count: {STEPS}"))]);
    let steps = processor_s(&project, &format!("{} run --jobs 1 --quiet", env!("CARGO_BIN_EXE_lofi")));
    let again = "sh code/count.sh 1 out.csv code/count.sh";
    let alone = processor_s(&project, &format!("for i in $(seq {STEPS}); do {again}; done"));
    let overhead = (steps - alone) / f64::from(STEPS);
    assert!(overhead <= MOST_S, "{overhead} s a step: {steps} s for {STEPS} steps, {alone} s for the programs alone");
}

/// Seconds of the processor that a command and all that it starts take.
fn processor_s(project: &Project, command: &str) -> f64 {
    let mut shell = Command::new("bash");
    let script = format!("TIMEFORMAT='%U %S'; {{ time {{ {command}; }} 2>/dev/null; }} 2>&1");
    shell.args(["-c", &script]).current_dir(project.path("")).stdin(Stdio::null());
    let output = shell.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let numbers: Vec<f64> = said.lines().last().unwrap().split(' ').map(|word| word.parse().unwrap()).collect();
    assert_eq!((output.status.success(), numbers.len()), (true, 2), "{said}");
    numbers.iter().sum()
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

#[test]
fn ctrl_c_ends_programs_that_run() {
    let project = project(&[("count: 3", "count: 2")]);
    let mark = project.path("pids").display().to_string();
    project.write("code/count.sh", format!("echo $$ >> {mark}\nsleep 600\n{SCRIPT}"));
    let mut run = project.command(&["run", "--jobs", "2"]);
    let mut run = run.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let pids = || std::fs::read_to_string(&mark).unwrap_or_default();
    wait_for(|| pids().lines().count() == 2, "both cells run");
    assert!(Command::new("kill").args(["-INT", &run.id().to_string()]).status().unwrap().success());
    assert_eq!(run.wait().unwrap().code(), Some(130));
    wait_for(|| !pids().lines().any(is_alive), "no program outlives the run that was stopped");
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
