//! Exit codes.

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
