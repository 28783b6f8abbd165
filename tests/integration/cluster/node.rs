//! A scheduler of one node for one test: the test is run once more, inside of it.

use crate::common::skipped;
use crate::project::repository;
use std::path::PathBuf;
use std::process::{Command, Stdio};

const INSIDE: &str = "LOFI_TEST_IN_SCHEDULER";

/// Whether this process is inside a SLURM of its own; where it is not, the test of this name is run in one, and has to end
/// well there.
pub fn inside(test: &str) -> bool {
    inside_of("slurm.sh", test)
}

/// The same with the scheduler that a script of `tests/cluster` starts.
pub fn inside_of(script: &str, test: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    // The path of a socket is short, so the folder is not that of the other temporary ones.
    let folder = tempfile::Builder::new().prefix("sl").tempdir_in("/tmp").unwrap();
    let mut command = Command::new("bash");
    command.arg(repository().join("tests/cluster").join(script)).arg(folder.path().join("n"));
    command.arg(std::env::current_exe().unwrap()).args(["--exact", test, "--nocapture", "--test-threads=1"]);
    command.env(INSIDE, "1").env("SLURM_TEST_CPUS", "4").env("HQ_TEST_CPUS", "4").stdin(Stdio::null());
    let output = command.output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    match output.status.code() {
        Some(77) => skipped(said.trim()),
        Some(0) => {
            assert!(said.contains("1 passed"), "{test} is no test: {said}");
            said.lines().filter(|line| line.starts_with("measured: ")).for_each(|line| println!("{line}"));
        }
        code => panic!("{test} inside {script} ended with {code:?}:\n{said}"),
    }
    false
}

/// Runs a command of the node's administrator or of SLURM, which has to end well.
pub fn admin(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Processes whose command line has all of these words, by number.
pub fn processes(words: &[&str]) -> Vec<u32> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Ok(pid) = entry.file_name().to_string_lossy().parse::<u32>() else { continue };
        let line = std::fs::read(PathBuf::from(format!("/proc/{pid}/cmdline"))).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        if pid != std::process::id() && words.iter().all(|word| line.contains(word)) {
            found.push(pid);
        }
    }
    found
}

pub fn kill(pid: u32, signal: &str) {
    // It may have ended meanwhile.
    let _ = Command::new("kill").args([signal, &pid.to_string()]).stderr(Stdio::null()).status();
}
