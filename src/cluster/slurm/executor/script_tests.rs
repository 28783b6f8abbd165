//! The script is run by a plain bash, with what SLURM gives it.

use super::testing::{common, job, program};
use super::*;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// A script that bash reads from its standard input, as task 9 of array 4, with a `scontrol` that writes down what it is told.
struct Task {
    folder: tempfile::TempDir,
    script: String,
}

impl Task {
    /// With this command, and what the profile says.
    fn new(command: &str, mut common: Common, requeue: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        program(folder.path(), "scontrol", "echo \"$*\" >>\"$(dirname \"$0\")/requeued\"");
        let mut job = job(folder.path());
        job.command = ["bash", "-c", command, "x", "it's \"$x\""].map(String::from).to_vec();
        common.prologue += "\nset -eu";
        let script = script::text(&job, &common, requeue, "export SECRET='k'\\''y'\n");
        Self { folder, script }
    }

    fn start(&self) -> Child {
        let path = format!("{}:{}", self.folder.path().display(), std::env::var("PATH").unwrap());
        let mut command = Command::new("bash");
        command.env("PATH", path).env("SLURM_ARRAY_JOB_ID", "4").env("SLURM_ARRAY_TASK_ID", "9").current_dir("/");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(self.script.as_bytes()).unwrap();
        child
    }

    /// Exit code and both outputs.
    fn end(child: Child) -> (Option<i32>, String) {
        let output = child.wait_with_output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(said).unwrap())
    }

    fn file(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.folder.path().join(name)).ok()
    }

    /// Waits until the command has written a file.
    fn wait_for(&self, name: &str) {
        let start = Instant::now();
        while self.file(name).is_none() {
            assert!(start.elapsed() < Duration::from_secs(30), "no {name}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn send(pid: u32, signal: &str) {
    assert!(Command::new("kill").args(["-s", signal, &pid.to_string()]).status().unwrap().success());
}

/// Listens to both signals: the end is 85 at USR1 and 7 at TERM, a moment later, when a `wait` that broke would be over.
const LISTENS: &str = "trap 'echo USR1 >>heard; sleep 0.3; exit 85' USR1; trap 'echo TERM >>heard; exit 7' TERM; \
                       echo $$ >pid.new; mv pid.new pid; for i in $(seq 400); do sleep 0.05; done; exit 3";

#[test]
fn the_command_runs_in_its_folder_with_variables_prologue_and_task() {
    let mut common = common();
    common.prologue = "A=\"$A!\"\necho prologue \"$B\"".into();
    common.environment.insert("B".into(), "of the profile".into());
    let task = Task::new("pwd; echo \"$A $SECRET $SLURM_EXPORT_ENV\" \"$@\"; exit 3", common, true);
    let folder = task.folder.path().canonicalize().unwrap();
    let expected = format!("prologue of the profile\n{}\nb'\n! k'y ALL it's \"$x\" 9\n", folder.display());
    assert_eq!(Task::end(task.start()), (Some(3), expected));
    assert_eq!(task.file("requeued"), None);
}

#[test]
fn usr1_reaches_the_command_and_its_end_is_waited_for_and_put_back() {
    let task = Task::new(LISTENS, common(), true);
    let shell = task.start();
    task.wait_for("pid");
    send(shell.id(), "USR1");
    let (code, said) = Task::end(shell);
    assert_eq!(code, Some(85), "{said}");
    assert_eq!(task.file("heard").unwrap(), "USR1\n");
    assert_eq!(task.file("requeued").unwrap(), "requeue 4_9\n");
}

#[test]
fn nothing_is_put_back_where_the_profile_says_so() {
    let task = Task::new("exit 85", common(), false);
    assert_eq!(Task::end(task.start()).0, Some(85));
    assert_eq!(task.file("requeued"), None);
}

#[test]
fn a_scontrol_that_fails_changes_no_exit_code() {
    let task = Task::new("exit 85", common(), true);
    program(task.folder.path(), "scontrol", "echo disabled >&2; exit 1");
    assert_eq!(Task::end(task.start()), (Some(85), "disabled\n".into()));
}

#[test]
fn what_slurm_ends_is_not_put_back() {
    // As SLURM does it: TERM to the shell and to the command, which has 85 here.
    let task = Task::new(&LISTENS.replace("exit 7", "exit 85"), common(), true);
    let shell = task.start();
    task.wait_for("pid");
    send(shell.id(), "TERM");
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(task.file("heard"), None, "the shell passes TERM on, and the command hears it twice");
    send(task.file("pid").unwrap().trim().parse().unwrap(), "TERM");
    assert_eq!(Task::end(shell).0, Some(85));
    assert_eq!((task.file("heard").unwrap().as_str(), task.file("requeued")), ("TERM\n", None));
}

#[test]
fn many_signals_break_no_wait() {
    let command = "trap 'echo x >>heard' USR1; echo >pid; for i in $(seq 100); do sleep 0.02; done; exit 12";
    let task = Task::new(command, common(), true);
    let shell = task.start();
    task.wait_for("pid");
    // None at the very end: a bash that has begun to end dies of one, as any process does.
    for _ in 0..15 {
        send(shell.id(), "USR1");
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(Task::end(shell).0, Some(12));
    assert!(task.file("heard").is_some());
}

#[test]
fn a_command_that_was_killed_ends_as_if_by_its_signal() {
    let task = Task::new("kill -9 $$", common(), true);
    assert_eq!(Task::end(task.start()).0, Some(137));
}

#[test]
fn a_module_that_is_not_there_ends_with_2_and_one_that_is_is_loaded() {
    let mut common = common();
    common.modules = vec!["gcc/12".into(), "it's".into()];
    let task = Task::new("echo ran; echo $LOADED", common, true);
    let with = |function: &str| {
        let script = task.script.replacen("#!/bin/bash\n", &format!("#!/bin/bash\n{function}\n"), 1);
        let mut child = Task { folder: tempfile::tempdir().unwrap(), script }.start();
        let code = child.wait().unwrap().code();
        (code, Task::end(child).1)
    };
    let (code, said) = with("module() { LOADED=\"$LOADED $2\"; export LOADED; }");
    assert_eq!((code, said.as_str()), (Some(0), "ran\ngcc/12 it's\n"));
    let (code, said) = with("module() { echo \"no $2\"; false; }");
    assert_eq!((code, said.as_str()), (Some(2), "no gcc/12\n"));
}

#[test]
fn a_folder_that_is_not_there_ends_with_4() {
    let task = Task::new("echo ran", common(), true);
    let folder = task.folder.path().display().to_string();
    let script = task.script.replace(&folder, "/nowhere at all");
    let (code, said) = Task::end(Task { folder: tempfile::tempdir().unwrap(), script }.start());
    assert!(code == Some(4) && said.contains("/nowhere at all") && !said.contains("ran"), "{said}");
}

#[test]
fn the_script_begins_as_sbatch_wants_it() {
    let text = script::text(&job(Path::new("/x")), &common(), true, "");
    assert!(text.starts_with("#!/bin/bash\n"), "{text}");
    assert!(!text.contains("module"), "{text}");
}
