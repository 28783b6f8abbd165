//! Programs that are asked something, for so long and no longer: a scheduler that hangs may not hang whoever asks it.

use super::executor::{NoAnswer, SendError};
use rustix::process::{Pid, Signal, kill_process_group};
use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// How long a program of a scheduler may take. Those of SLURM give up by themselves after a few times ten seconds.
pub(super) const LIMIT: Duration = Duration::from_secs(60);

/// How long a program that was killed may take to be gone: one that waits for a dead file system is left behind.
const TO_GO: Duration = Duration::from_secs(1);

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Silence {
    /// The program is not here, or not to be started: it has done nothing.
    #[error("{0}")]
    Absent(String),
    /// Nobody knows what it has done.
    #[error("{0}")]
    Unclear(String),
}

impl Silence {
    /// The same, with a word on what to do where the program is not here.
    pub fn where_absent(self, help: &str) -> Self {
        match self {
            Self::Absent(why) => Self::Absent(format!("{why}; {help}")),
            unclear @ Self::Unclear(_) => unclear,
        }
    }
}

impl From<Silence> for SendError {
    fn from(silence: Silence) -> Self {
        match silence {
            // Here, not everywhere: another host may send it.
            Silence::Absent(why) => Self::Later(why),
            Silence::Unclear(why) => Self::Unclear(why),
        }
    }
}

impl From<Silence> for NoAnswer {
    fn from(silence: Silence) -> Self {
        Self(silence.to_string())
    }
}

/// What a program writes and how it ends, once it has read `input`. After `limit` it is killed, with all that it started.
///
/// # Errors
/// Where it does not start, or does not end in time.
pub(super) fn ask(command: &mut Command, input: &str, limit: Duration) -> Result<Output, Silence> {
    let program = command.get_program().to_string_lossy().into_owned();
    let unclear = |why: String| Silence::Unclear(format!("`{program}`: {why}"));
    let failed = |error: io::Error| unclear(error.to_string());
    // Files, not pipes: a program that leaves another one behind ends all the same.
    let (mut out, mut err) = (tempfile::tempfile().map_err(failed)?, tempfile::tempfile().map_err(failed)?);
    command.stdin(if input.is_empty() { Stdio::null() } else { Stdio::piped() });
    command.stdout(out.try_clone().map_err(failed)?).stderr(err.try_clone().map_err(failed)?);
    // A group of its own: Ctrl-C in a terminal does not end it half-way, and it is killed with all that it started.
    let started = command.process_group(0).spawn();
    let mut child = started.map_err(|error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::PermissionDenied => Silence::Absent(format!("`{program}`: {error}")),
        _ => failed(error),
    })?;
    let status = match tell(&mut child, input).and_then(|()| ended(&mut child, limit)) {
        Ok(Some(status)) => status,
        Ok(None) => {
            kill(&mut child);
            return Err(unclear(format!("no answer within {} s", limit.as_secs_f64())));
        }
        Err(error) => {
            kill(&mut child);
            return Err(failed(error));
        }
    };
    let (stdout, stderr) = (all(&mut out).map_err(failed)?, all(&mut err).map_err(failed)?);
    Ok(Output { status, stdout, stderr })
}

/// Gives it what it is to read, beside: it may not read it at all. A pipe, since what is secret is not for a file.
fn tell(child: &mut Child, input: &str) -> io::Result<()> {
    let Some(mut stdin) = child.stdin.take() else { return Ok(()) };
    let input = input.to_owned();
    std::thread::Builder::new().spawn(move || stdin.write_all(input.as_bytes())).map(drop)
}

/// How it ended; none where it has not within this time.
fn ended(child: &mut Child, limit: Duration) -> io::Result<Option<std::process::ExitStatus>> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        let gone = start.elapsed();
        if gone >= limit {
            return Ok(None);
        }
        std::thread::sleep((gone / 20).clamp(Duration::from_millis(1), Duration::from_millis(20)));
    }
}

fn kill(child: &mut Child) {
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, Signal::KILL);
    }
    let _ = ended(child, TO_GO);
}

fn all(file: &mut File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(text: &str, input: &str, limit: Duration) -> Result<Output, Silence> {
        ask(Command::new("sh").args(["-c", text]), input, limit)
    }

    #[test]
    fn input_and_both_outputs_are_whole() {
        let input = "x".repeat(1 << 20);
        let output = shell("cat; echo words >&2; exit 3", &input, LIMIT).unwrap();
        assert_eq!((output.stdout.len(), output.status.code()), (1 << 20, Some(3)));
        assert_eq!(output.stderr, b"words\n");
        let unread = shell("exec <&-; echo done", &input, LIMIT).unwrap();
        assert_eq!(unread.stdout, b"done\n");
    }

    #[test]
    fn a_slow_program_is_killed_with_what_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let text = format!("(sleep 1; touch {}/late) & sleep 100", folder.path().display());
        let start = Instant::now();
        let silence = shell(&text, "", Duration::from_millis(200)).unwrap_err();
        assert_eq!(silence, Silence::Unclear("`sh`: no answer within 0.2 s".into()));
        assert!(start.elapsed() < Duration::from_secs(10));
        std::thread::sleep(Duration::from_millis(1300));
        assert!(!folder.path().join("late").exists());
    }

    #[test]
    fn a_program_that_leaves_another_behind_has_answered() {
        let start = Instant::now();
        assert_eq!(shell("sleep 5 & echo done", "", LIMIT).unwrap().stdout, b"done\n");
        assert!(start.elapsed() < Duration::from_secs(4));
    }

    #[test]
    fn a_program_that_is_not_there_has_done_nothing() {
        let silence = ask(&mut Command::new("/nowhere/sbatch"), "", LIMIT).unwrap_err();
        let said = silence.clone().where_absent("look elsewhere").to_string();
        assert!(said.starts_with("`/nowhere/sbatch`: No such file") && said.ends_with("; look elsewhere"), "{said}");
        assert!(matches!(SendError::from(silence), SendError::Later(_)));
    }
}
