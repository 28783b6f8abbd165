//! One program from start to end.

use super::log::{ERR, OUT};
use super::watch;
use rustix::process::{Pid, Signal, kill_process_group};
use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// A program to start.
pub(in crate::external) struct Launch<'a> {
    /// Program and arguments.
    pub argv: &'a [String],
    /// Where it works.
    pub folder: &'a Path,
    /// All of its environment.
    pub environment: &'a [(String, String)],
    /// The folder of the files that take what it says, see `log`.
    pub log: &'a Path,
    /// How long it may take.
    pub timeout: Option<Duration>,
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::external) enum End {
    /// By itself.
    Exit(ExitStatus),
    /// It took too long and was ended.
    TimedOut,
    /// The run is to stop.
    Stopped,
}

/// A program that was asked to end has this long before it is killed.
const GRACE: Duration = Duration::from_millis(200);
/// Times that a file which another thread has just written is tried, as a copy of its handle may be open still.
const BUSY_TRIES: u32 = 20;

impl Launch<'_> {
    /// Starts it, waits for it, and ends all that it has started.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub fn run(&self, stopped: &dyn Fn() -> bool) -> std::io::Result<End> {
        let mut child = self.spawn()?;
        let group = child.id();
        let _watched = watch::watch(group);
        let end = self.wait(&mut child, stopped)?;
        if !matches!(end, End::Exit(_)) {
            let _ = signal(group, Signal::TERM);
            let asked = Instant::now();
            while asked.elapsed() < GRACE && child.try_wait()?.is_none() {
                std::thread::sleep(Duration::from_millis(2));
            }
        }
        // whatever it left running
        let _ = signal(group, Signal::KILL);
        child.wait()?;
        Ok(end)
    }

    fn spawn(&self) -> std::io::Result<Child> {
        let (program, arguments) = self.argv.split_first().ok_or_else(|| std::io::Error::other("no program"))?;
        let log = |name: &str| File::create(self.log.join(name));
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.folder).env_clear().stdin(Stdio::null()).process_group(0);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.stdout(log(OUT)?).stderr(log(ERR)?);
        for _ in 0..BUSY_TRIES {
            match command.spawn() {
                Err(e) if e.kind() == ErrorKind::ExecutableFileBusy => std::thread::sleep(Duration::from_millis(5)),
                other => return other,
            }
        }
        command.spawn()
    }

    /// Looks after it ever less often: short programs are not waited for in vain, long ones cost nothing.
    fn wait(&self, child: &mut Child, stopped: &dyn Fn() -> bool) -> std::io::Result<End> {
        const LEAST: Duration = Duration::from_micros(100);
        const MOST: Duration = Duration::from_millis(20);
        let start = Instant::now();
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(End::Exit(status));
            }
            let gone = start.elapsed();
            if stopped() {
                return Ok(End::Stopped);
            }
            if self.timeout.is_some_and(|most| gone >= most) {
                return Ok(End::TimedOut);
            }
            std::thread::sleep((gone / 20).clamp(LEAST, MOST));
        }
    }
}

fn signal(group: u32, signal: Signal) -> rustix::io::Result<()> {
    let pid = i32::try_from(group).ok().and_then(Pid::from_raw);
    pid.map_or(Ok(()), |pid| kill_process_group(pid, signal))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(script: &str, timeout: Option<Duration>, stopped: &dyn Fn() -> bool) -> (End, String) {
        let folder = watch::folder().unwrap();
        let argv = ["/bin/sh", "-c", script].map(ToOwned::to_owned);
        let environment = [("PATH".to_owned(), watch::path()), ("ONLY".to_owned(), "this".to_owned())];
        let (folder, log) = (folder.path(), folder.path());
        let end = Launch { argv: &argv, folder, environment: &environment, log, timeout }.run(stopped).unwrap();
        (end, super::super::log::tail(log))
    }

    #[test]
    fn what_a_program_complains_of_is_last_and_its_environment_is_what_it_was_given() {
        let (end, said) = run("echo two >&2; echo one; echo $ONLY; echo $CARGO_MANIFEST_DIR; exit 3", None, &|| false);
        assert_eq!(said, "one\nthis\ntwo");
        assert!(matches!(end, End::Exit(status) if status.code() == Some(3)));
    }

    #[test]
    fn one_that_takes_too_long_is_ended_with_all_that_it_started() {
        let start = Instant::now();
        let (end, said) = run("sleep 60 & echo $!; wait", Some(Duration::from_millis(100)), &|| false);
        assert_eq!(end, End::TimedOut);
        assert!(start.elapsed() < Duration::from_secs(20));
        assert!(is_gone(said.trim()));
        // one that takes no notice of being asked
        let (end, _) = run("trap '' TERM; while :; do sleep 0.01; done", Some(Duration::from_millis(50)), &|| false);
        assert_eq!(end, End::TimedOut);
    }

    #[test]
    fn a_stop_ends_it_and_an_end_leaves_nothing_behind() {
        let asked = Instant::now();
        let (end, _) = run("sleep 60", None, &|| asked.elapsed() > Duration::from_millis(50));
        assert_eq!(end, End::Stopped);
        let (end, said) = run("sleep 60 & echo $!", None, &|| false);
        assert!(matches!(end, End::Exit(status) if status.success()));
        assert!(is_gone(said.trim()));
    }

    /// Whether a process is no more, or only its number is.
    fn is_gone(pid: &str) -> bool {
        let gone = || {
            let status = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            status.is_empty() || status.contains(") Z ")
        };
        (0..100).any(|_| {
            std::thread::sleep(Duration::from_millis(10));
            gone()
        })
    }
}
