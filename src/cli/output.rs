//! The one place that prints.
//!
//! No print ends or fails a command: what cannot be written is remembered, and told at the end. Where the reader has gone
//! (`lofi list | head -1`) printing stops without a word; where the output cannot take more (a full disk), commands whose
//! whole purpose is their output end with code 4. Texts from files are shown without the characters that steer a
//! terminal. With `--json` every line on standard output is a JSON object, and the last one is the summary.

use super::code::Code;
use crate::artifact::{json_escaped, one_line, printable};
use serde_json::{Map, Value as Json, json};
use std::borrow::Cow;
use std::fmt::Arguments;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

/// How the command prints.
struct Manner {
    command: &'static str,
    json: bool,
}

static MANNER: OnceLock<Manner> = OnceLock::new();
/// Why standard output takes no more.
static FAULT: Mutex<Option<io::Error>> = Mutex::new(None);
/// What is waited before an output that is full for the moment is tried again.
const FULL_FOR_NOW: Duration = Duration::from_millis(5);

/// One line on standard output.
macro_rules! say {
    ($($part:tt)*) => { $crate::cli::output::line(format_args!($($part)*)) };
}
/// A message on standard error; further lines of it are indented.
macro_rules! note {
    ($($part:tt)*) => { $crate::cli::output::message(format_args!($($part)*)) };
}
pub(crate) use {note, say};

/// Says which command prints, and whether as JSON. Called once, before anything is printed.
pub(crate) fn start(command: &'static str, json: bool) {
    // A second call in one process (tests) changes nothing.
    let _ = MANNER.set(Manner { command, json });
}

/// Whether standard output is for programs.
pub(crate) fn is_json() -> bool {
    MANNER.get().is_some_and(|manner| manner.json)
}

/// Whether a reader sits at standard error.
pub(crate) fn on_terminal() -> bool {
    io::stderr().is_terminal()
}

/// Whether a reader sits at standard output.
pub(crate) fn read_by_a_person() -> bool {
    io::stdout().is_terminal()
}

/// Prints a line; `say!` calls it.
pub(crate) fn line(text: Arguments<'_>) {
    let text = text.to_string();
    let text = one_line(text.trim_end());
    if is_json() { event(&json!({"event": "says", "text": text})) } else { put(&format!("{text}\n")) }
}

/// Prints a text of many lines that the program itself has written: documentation, a manual page.
pub(crate) fn text(text: &str) {
    if is_json() { event(&json!({"event": "text", "text": text})) } else { put(text) }
}

/// Prints an object on a line, for programs.
pub(crate) fn event(object: &Json) {
    put(&format!("{}\n", json_escaped(&object.to_string())));
}

/// Prints a message; `note!` calls it.
pub(crate) fn message(text: Arguments<'_>) {
    let text = text.to_string();
    let lines: Vec<_> = text.trim_end().lines().map(printable).collect();
    warn(&format!("{}\n", lines.join("\n  ")));
}

/// Prints a drawn text on standard error, in colours where it is read by a person and nothing in it steers the terminal.
pub(crate) fn drawn(plain: &str, coloured: impl FnOnce() -> String) {
    let clean = printable(plain);
    let as_it_is = matches!(clean, Cow::Borrowed(_));
    let colours = as_it_is && on_terminal() && super::environment::set("NO_COLOR").is_none();
    if colours { warn(&coloured()) } else { warn(&clean) }
}

fn put(text: &str) {
    let mut fault = FAULT.lock().unwrap_or_else(PoisonError::into_inner);
    if fault.is_none() {
        *fault = write_whole(&mut io::stdout().lock(), text.as_bytes()).err();
    }
}

/// What standard error does not take is lost: there is nobody left to tell.
fn warn(text: &str) {
    let _ = write_whole(&mut io::stderr().lock(), text.as_bytes());
}

/// Writes and flushes, waiting for an output that is full for the moment, as a pipe that somebody set so may be.
fn write_whole(out: &mut impl Write, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match out.write(bytes) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => bytes = &bytes[written..],
            Err(e) => wait_or(e)?,
        }
    }
    while let Err(e) = out.flush() {
        wait_or(e)?;
    }
    Ok(())
}

fn wait_or(error: io::Error) -> io::Result<()> {
    match error.kind() {
        ErrorKind::Interrupted => {}
        ErrorKind::WouldBlock => std::thread::sleep(FULL_FOR_NOW),
        _ => return Err(error),
    }
    Ok(())
}

/// The last line for programs: how the command ended, with what it has to say about it.
pub(crate) fn summary(code: Code, more: Map<String, Json>) {
    let Some(Manner { command, json: true }) = MANNER.get() else { return };
    let mut line = Map::from_iter([
        ("event".to_owned(), json!("summary")),
        ("command".to_owned(), json!(command)),
        ("exit_code".to_owned(), json!(code as u8)),
    ]);
    line.extend(more);
    event(&Json::Object(line));
}

/// The last words of a run that the user stopped.
pub(crate) fn stopped(words: &str) {
    note!("{words}");
    summary(Code::Stopped, Map::from_iter([("error".to_owned(), json!(words))]));
}

/// The exit code of a command that is over. `print_only`: it does nothing but print.
pub(crate) fn end(code: Code, print_only: bool) -> Code {
    let fault = FAULT.lock().unwrap_or_else(PoisonError::into_inner);
    match fault.as_ref() {
        Some(fault) if fault.kind() != ErrorKind::BrokenPipe => {
            note!("error: cannot write to standard output: {fault}");
            if print_only && code == Code::Well { Code::File } else { code }
        }
        _ => code,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes what it is told to, one answer a call.
    struct Fickle {
        answers: Vec<io::Result<usize>>,
        taken: Vec<u8>,
    }

    impl Write for Fickle {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let taken = self.answers.pop().unwrap_or(Ok(bytes.len()))?.min(bytes.len());
            self.taken.extend(&bytes[..taken]);
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn an_output_that_is_full_for_the_moment_is_waited_for() {
        let answers = vec![Ok(1), Err(ErrorKind::WouldBlock.into()), Ok(2), Err(ErrorKind::Interrupted.into())];
        let mut out = Fickle { answers, taken: Vec::new() };
        write_whole(&mut out, b"abcdef").unwrap();
        assert_eq!(out.taken, b"abcdef");
    }

    #[test]
    fn an_output_that_takes_no_more_is_a_fault() {
        for answer in [Ok(0), Err(ErrorKind::BrokenPipe.into()), Err(ErrorKind::StorageFull.into())] {
            let mut out = Fickle { answers: vec![answer, Ok(1)], taken: Vec::new() };
            assert!(write_whole(&mut out, b"abc").is_err());
        }
    }
}
