//! How a command ends: documented exit codes, and errors that show the place and the way out.

use crate::baseline::BaselineError;
use crate::dataset::DatasetError;
use crate::engine::{RunError, StoreError};
use crate::yaml::Fault;
use miette::{GraphicalReportHandler, GraphicalTheme};
use std::io::IsTerminal;
use std::process::ExitCode;

/// Exit codes, as `lofi --help` documents them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    /// All well.
    Well = 0,
    /// A step failed, or a number moved.
    Failed = 1,
    /// A mistake in the command line, a study or a card.
    Mistake = 2,
    /// A data set is missing or damaged.
    Data = 3,
    /// A file cannot be read or written.
    File = 4,
    /// Stopped by the user.
    Stopped = 130,
}

impl From<Code> for ExitCode {
    fn from(code: Code) -> Self {
        Self::from(code as u8)
    }
}

/// What ends a command early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Faults in studies or cards.
    Faults(Vec<Fault>),
    /// Anything else: exit code and message.
    Message(Code, String),
}

impl Failure {
    /// A mistake of the user.
    pub fn mistake(message: impl Into<String>) -> Self {
        Self::Message(Code::Mistake, message.into())
    }

    /// A file that cannot be read or written.
    pub fn file(message: impl Into<String>) -> Self {
        Self::Message(Code::File, message.into())
    }

    /// Prints the failure; returns its exit code.
    pub fn show(&self) -> ExitCode {
        match self {
            Self::Faults(faults) => {
                for fault in faults {
                    eprintln!("{}", render(fault));
                }
                if faults.iter().all(|fault| fault.message.contains("on this machine")) {
                    eprintln!("nothing was run: a data set is missing; `lofi data list` shows those that are here");
                    return Code::Data.into();
                }
                let count = faults.len();
                eprintln!("{count} mistake{} found; nothing was run", if count == 1 { "" } else { "s" });
                Code::Mistake.into()
            }
            Self::Message(code, message) => {
                eprintln!("error: {message}");
                (*code).into()
            }
        }
    }
}

/// A fault with its line, coloured on a terminal.
fn render(fault: &Fault) -> String {
    let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let theme = if colours { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(110).with_context_lines(1);
    let mut text = format!("error: {}\n", fault.place);
    match handler.render_report(&mut text, fault) {
        Ok(()) => text,
        Err(_) => format!("error: {}: {fault}", fault.place),
    }
}

impl From<Vec<Fault>> for Failure {
    fn from(faults: Vec<Fault>) -> Self {
        Self::Faults(faults)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::file(format!("{error}; `--store DIR` uses another folder"))
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Store(error) => error.into(),
            RunError::Cancelled => Self::Message(Code::Stopped, error.to_string()),
            RunError::Memory(text) => Self::mistake(text),
            RunError::Threads(_) => Self::file(error.to_string()),
        }
    }
}

impl From<DatasetError> for Failure {
    fn from(error: DatasetError) -> Self {
        match error {
            DatasetError::Cards(faults) => Self::Faults(faults),
            DatasetError::UnknownCard { .. } | DatasetError::UnknownTask { .. } => Self::mistake(error.to_string()),
            other => Self::Message(Code::Data, other.to_string()),
        }
    }
}

impl From<BaselineError> for Failure {
    fn from(error: BaselineError) -> Self {
        match error {
            BaselineError::Missing { .. } => Self::mistake(error.to_string()),
            other => Self::file(other.to_string()),
        }
    }
}

/// Panics inside steps are reported as failed steps; their own message would only disturb the progress bar.
pub(crate) fn install() {
    let default = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        // `lofi list | head` closes the pipe early: that is no mistake, but `println!` panics over it.
        if info.payload_as_str().is_some_and(|text| text.contains("Broken pipe")) {
            std::process::exit(Code::Well as i32);
        }
        if std::env::var_os("RUST_BACKTRACE").is_some() || std::thread::current().name() == Some("main") {
            default(info);
        }
    }));
}
