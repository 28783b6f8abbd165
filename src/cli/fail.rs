//! How a command ends: documented exit codes, and errors that show the place and the way out.

use super::code::Code;
use super::output::{self, note};
use crate::baseline::BaselineError;
use crate::dataset::DatasetError;
use crate::engine::{RunError, StoreError};
use crate::report::BuildError;
use crate::yaml::{Cause, Fault};
use miette::{GraphicalReportHandler, GraphicalTheme};
use serde_json::{Map, Value as Json, json};

/// A command that did what it was asked to do.
#[derive(Debug)]
pub(crate) struct Done {
    /// How it ended.
    code: Code,
    /// What the summary of `--json` says beside that.
    summary: Map<String, Json>,
}

impl Done {
    /// With a summary.
    pub fn with<const N: usize>(code: Code, summary: [(&str, Json); N]) -> Self {
        Self { code, summary: summary.map(|(name, value)| (name.to_owned(), value)).into_iter().collect() }
    }

    /// Whether all is well.
    pub fn is_well(&self) -> bool {
        self.code == Code::Well
    }

    /// Prints the summary where it is asked for; returns the exit code.
    pub fn show(self) -> Code {
        output::summary(self.code, self.summary);
        self.code
    }
}

impl From<Code> for Done {
    fn from(code: Code) -> Self {
        Self::with(code, [])
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

    /// Its exit code.
    pub fn code(&self) -> Code {
        match self {
            Self::Faults(faults) => verdict(faults).0,
            Self::Message(code, _) => *code,
        }
    }

    /// Prints the failure; returns its exit code.
    pub fn show(&self) -> Code {
        let (code, more) = match self {
            Self::Faults(faults) => {
                for fault in faults {
                    output::drawn(&render(fault, false), || render(fault, true));
                }
                let (code, words) = verdict(faults);
                note!("{words}");
                let fault = |f: &Fault| json!({"place": f.place, "message": f.message, "help": f.help});
                (code, ("faults", faults.iter().map(fault).collect::<Json>()))
            }
            Self::Message(code, message) => {
                note!("error: {message}");
                (*code, ("error", json!(message)))
            }
        };
        Done::with(code, [more]).show()
    }
}

/// The exit code of faults and the last word on them: a mistake is to be mended before anything else.
fn verdict(faults: &[Fault]) -> (Code, String) {
    let all = |causes: &[Cause]| faults.iter().all(|fault| causes.contains(&fault.cause));
    if all(&[Cause::File]) {
        return (Code::File, "nothing was run: a file cannot be read".to_owned());
    }
    if all(&[Cause::Missing]) {
        let words = "nothing was run: a data set is missing; `lofi data list` shows those that are here";
        return (Code::Data, words.to_owned());
    }
    if all(&[Cause::Missing, Cause::Damaged, Cause::File]) {
        let words = "nothing was run: a data set is damaged; `lofi data verify` reads them all";
        return (Code::Data, words.to_owned());
    }
    let count = faults.len();
    (Code::Mistake, format!("{count} mistake{} found; nothing was run", if count == 1 { "" } else { "s" }))
}

/// A fault with its line.
fn render(fault: &Fault, colours: bool) -> String {
    let theme = if colours { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(110).with_context_lines(1);
    let mut text = format!("error: {}\n", fault.place);
    match handler.render_report(&mut text, fault) {
        Ok(()) => text + "\n",
        Err(_) => format!("error: {}: {fault}\n", fault.place),
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
            DatasetError::Io { .. } => Self::file(error.to_string()),
            DatasetError::Stopped => Self::Message(Code::Stopped, error.to_string()),
            other => Self::Message(Code::Data, other.to_string()),
        }
    }
}

impl From<BuildError> for Failure {
    fn from(error: BuildError) -> Self {
        match error {
            BuildError::Cited(error) => Self::mistake(error.to_string()),
            BuildError::Store(error) => error.into(),
        }
    }
}

impl From<BaselineError> for Failure {
    fn from(error: BaselineError) -> Self {
        match error {
            BaselineError::Missing { .. } => Self::mistake(error.to_string()),
            BaselineError::Store(error) => error.into(),
            other => Self::file(other.to_string()),
        }
    }
}

/// Panics inside steps are reported as failed steps; their own message would only disturb the progress bar.
pub(crate) fn install() {
    let default = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if super::environment::set("RUST_BACKTRACE").is_some() || std::thread::current().name() == Some("main") {
            default(info);
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_that_cannot_be_read_is_a_file_whoever_reads_it() {
        let refused = || StoreError::Io {
            action: "read",
            path: "there".into(),
            source: std::io::Error::other("too many open files"),
        };
        let failures: [Failure; 3] = [
            RunError::Store(refused()).into(),
            BaselineError::Store(refused()).into(),
            BuildError::Store(refused()).into(),
        ];
        for failure in failures {
            let Failure::Message(code, text) = failure else { panic!("a message") };
            assert_eq!(code, Code::File);
            assert!(text.starts_with("cannot read there: too many open files"), "{text}");
        }
    }
}
