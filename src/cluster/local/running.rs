//! One task while it runs: started here, or found alive after the supervisor that started it was killed.

use super::spool::{Job, Over, Process, TASK};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A task is told to keep what it has so long before its time is over.
const WARNED_BEFORE: Duration = Duration::from_secs(120);
/// A task that is taken back has this long to end by itself.
const GRACE: Duration = Duration::from_secs(10);

/// A task that runs.
pub(super) struct Running {
    pub process: Process,
    /// None for one that another supervisor started, whose exit code nobody learns.
    child: Option<Child>,
    since: Instant,
    seconds: Duration,
    warned: bool,
    /// When it was asked to end.
    asked: Option<Instant>,
    ended_by: Over,
}

impl Running {
    fn new(process: Process, child: Option<Child>, seconds: u64) -> Self {
        let (since, seconds) = (Instant::now(), Duration::from_secs(seconds.max(1)));
        Self { process, child, since, seconds, warned: false, asked: None, ended_by: Over::Plain }
    }

    /// Starts a task, in a process group of its own: it goes on if the supervisor ends.
    pub fn start(job: &Job, task: u32) -> io::Result<Self> {
        let log = Self::log(job, task)?;
        let mut command = Command::new("sh");
        command.args(["-c", &job.script, "lofi"]).args(&job.command).envs(&job.environment).env(TASK, task.to_string());
        command.current_dir(&job.folder).process_group(0).stdin(Stdio::null());
        let child = command.stdout(log.try_clone()?).stderr(log).spawn()?;
        Ok(Self::new(Process::of(child.id()), Some(child), job.seconds))
    }

    fn log(job: &Job, task: u32) -> io::Result<File> {
        OpenOptions::new().create(true).append(true).open(job.logs.join(format!("{}-{task}.log", job.name)))
    }

    /// Leaves a word in the log of a task, where there can be one.
    pub fn note_in_log(job: &Job, task: u32, words: &str) {
        let _ = Self::log(job, task).and_then(|mut log| writeln!(log, "{words}"));
    }

    /// Takes over a task that lives. Its time begins anew, as nobody knows when it began.
    pub fn adopt(process: Process, seconds: u64) -> Self {
        Self::new(process, None, seconds)
    }

    pub fn elapsed(&self) -> Duration {
        self.since.elapsed()
    }

    fn pid(&self) -> Option<Pid> {
        i32::try_from(self.process.pid).ok().and_then(Pid::from_raw)
    }

    fn tell(&self, signal: Signal) {
        let _ = self.pid().map(|pid| kill_process(pid, signal));
    }

    fn kill(&self) {
        let _ = self.pid().map(|pid| kill_process_group(pid, Signal::KILL));
    }

    /// Asks it to end, once.
    pub fn cancel(&mut self) {
        if self.asked.is_none() {
            self.asked = Some(Instant::now());
            self.ended_by = Over::Cancelled;
            self.tell(Signal::TERM);
        }
    }

    /// How it ended, if it has; what is due by now is done to it otherwise.
    pub fn ended(&mut self) -> Option<(Over, Option<i32>)> {
        let code = match &mut self.child {
            Some(child) => match child.try_wait() {
                Ok(None) => None,
                Ok(Some(status)) => Some(status.code()),
                Err(_) => Some(None),
            },
            None => (!self.process.lives()).then_some(None),
        };
        if let Some(code) = code {
            // What it left running.
            self.kill();
            return Some((self.ended_by, code));
        }
        let gone = self.elapsed();
        if gone >= self.seconds && self.ended_by == Over::Plain {
            self.ended_by = Over::Time;
        }
        if self.ended_by == Over::Time || self.asked.is_some_and(|asked| asked.elapsed() >= GRACE) {
            self.kill();
        } else if !self.warned && self.seconds > WARNED_BEFORE && gone >= self.seconds - WARNED_BEFORE {
            self.warned = true;
            self.tell(Signal::USR1);
        }
        None
    }
}
