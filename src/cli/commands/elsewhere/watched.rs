//! A process that is looked after: what it says, what it takes, how it ends.

use crate::cli::output;
use crate::engine::Pace;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value as Json;
use std::collections::{BTreeSet, VecDeque};
use std::io::{BufRead as _, BufReader, Read};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// Lines that are kept of what it printed.
const TAIL: usize = 40;

/// A process with what is known of it.
pub(super) struct Watched {
    child: Child,
    heard: Arc<Mutex<Heard>>,
    readers: Vec<JoinHandle<()>>,
    /// The most memory that it was seen to have, bytes.
    pub peak_bytes: u64,
}

/// What it said.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// The last lines of its log.
    pub tail: VecDeque<String>,
    /// Steps that have begun and not ended.
    pub running: BTreeSet<String>,
    /// The most memory that it says it had, bytes.
    pub peak_bytes: u64,
    /// Steps that it computed.
    pub finished: BTreeSet<String>,
    /// What it waits for, the first such step.
    pub waits_for: Option<String>,
    /// How fast its steps were.
    pub pace: Pace,
}

impl Watched {
    /// Starts it. What it prints as events is told, and its log goes on.
    pub fn start(mut command: Command) -> std::io::Result<Self> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let heard: Arc<Mutex<Heard>> = Arc::default();
        let mut readers = Vec::new();
        if let Some(events) = child.stdout.take() {
            readers.push(each_line(events, &heard, Heard::event));
        }
        if let Some(log) = child.stderr.take() {
            readers.push(each_line(log, &heard, Heard::log));
        }
        Ok(Self { child, heard, readers, peak_bytes: 0 })
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> std::io::Result<Option<ExitStatus>> {
        self.peak_bytes = self.peak_bytes.max(high_water(&self.child.id().to_string()));
        self.child.try_wait()
    }

    /// Asks it to keep the state of what it is at and to end.
    pub fn ask_to_end(&self) {
        if let Some(pid) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process(pid, Signal::TERM);
        }
    }

    /// All that it said, once it has ended.
    pub fn heard(mut self) -> Heard {
        self.readers.drain(..).for_each(|reader| _ = reader.join());
        std::mem::take(&mut *self.heard.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Whether it ended because memory ran out, as far as its end and its last words tell.
pub(super) fn out_of_memory(status: ExitStatus, heard: &Heard, killed_for_memory: bool) -> bool {
    let says = || heard.tail.iter().any(|line| line.contains("memory allocation of") || line.contains("Out of memory"));
    match status.signal() {
        Some(9) => killed_for_memory,
        Some(6) => says(),
        _ => false,
    }
}

/// How often the system has killed a process of this control group for lack of memory.
pub(super) fn memory_kills() -> u64 {
    let groups = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let places = groups.lines().filter_map(|line| {
        let mut parts = line.splitn(3, ':');
        let (_, controllers, path) = (parts.next()?, parts.next()?, parts.next()?);
        match controllers {
            "" => Some(format!("/sys/fs/cgroup{path}/memory.events")),
            names if names.split(',').any(|name| name == "memory") => {
                Some(format!("/sys/fs/cgroup/memory{path}/memory.oom_control"))
            }
            _ => None,
        }
    });
    let count = |path: String| {
        let text = std::fs::read_to_string(path).ok()?;
        text.lines().find_map(|line| line.strip_prefix("oom_kill ")?.trim().parse::<u64>().ok())
    };
    places.filter_map(count).sum()
}

/// Ticks of a second in which the system counts the time of processors; the same on every Linux.
const TICKS: f64 = 100.0;

/// Seconds of processors that ended children of this process took; 0 where the system does not tell.
pub(super) fn cpu_of_children() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name of the program, in brackets, may hold blanks.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |field: usize| fields.get(field).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(13) + ticks(14)) / TICKS
}

/// The most memory that a process has had, by its number or `self`, bytes; 0 where the system does not tell.
pub(super) fn high_water(pid: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: Option<u64> = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    kib.unwrap_or(0) << 10
}

fn each_line(
    from: impl Read + Send + 'static,
    heard: &Arc<Mutex<Heard>>,
    tell: fn(&mut Heard, &str),
) -> JoinHandle<()> {
    let heard = Arc::clone(heard);
    std::thread::spawn(move || {
        let mut lines = BufReader::new(from);
        let mut bytes = Vec::new();
        while matches!(lines.read_until(b'\n', &mut bytes), Ok(1..)) {
            let text = String::from_utf8_lossy(&bytes).trim_end().to_owned();
            tell(&mut heard.lock().unwrap_or_else(PoisonError::into_inner), &text);
            bytes.clear();
        }
    })
}

impl Heard {
    fn log(&mut self, line: &str) {
        output::message(format_args!("{line}"));
        if self.tail.len() == TAIL {
            self.tail.pop_front();
        }
        self.tail.push_back(line.to_owned());
    }

    fn event(&mut self, line: &str) {
        let Ok(event) = serde_json::from_str::<Json>(line) else { return };
        let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
        let name = text("name");
        match event["event"].as_str().unwrap_or_default() {
            "started" => _ = self.running.insert(name.clone()),
            "finished" => {
                let number = |name: &str| event[name].as_f64().unwrap_or(f64::NAN);
                self.pace.learn(&text("kind"), number("flops"), number("elapsed_s"));
                self.running.remove(&name);
                self.finished.insert(name.clone());
            }
            "failed" | "reused" => _ = self.running.remove(&name),
            "waits" if self.waits_for.is_none() => self.waits_for = Some(text("for")),
            "summary" => self.peak_bytes = event["peak_bytes"].as_u64().unwrap_or(0),
            _ => {}
        }
        if output::is_json() {
            if event["event"] != "summary" {
                output::event(&event);
            }
            return;
        }
        match event["event"].as_str().unwrap_or_default() {
            "finished" => output::message(format_args!("{name}  {:.2} s", event["elapsed_s"].as_f64().unwrap_or(0.0))),
            "failed" => output::message(format_args!("FAILED {name}\n{}", text("error"))),
            "waits" => {
                output::message(format_args!("not now: {name} needs {}, which another task computes", text("for")))
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_the_log_and_what_runs_is_known_of_a_process() {
        let mut command = Command::new("sh");
        let events = r#"echo '{"event":"started","name":"a"}'; echo '{"event":"started","name":"b"}'; echo '{"event":"finished","name":"a"}'"#;
        command.args(["-c", &format!("{events}; for i in $(seq 50); do echo $i >&2; done; kill -KILL $$")]);
        let mut watched = Watched::start(command).unwrap();
        let status = loop {
            if let Some(status) = watched.ended().unwrap() {
                break status;
            }
        };
        let heard = watched.heard();
        assert_eq!((heard.tail.len(), heard.tail[0].as_str(), heard.tail[TAIL - 1].as_str()), (TAIL, "11", "50"));
        assert_eq!(heard.running, BTreeSet::from(["b".to_owned()]));
        assert!(out_of_memory(status, &heard, true) && !out_of_memory(status, &heard, false));
    }
}
