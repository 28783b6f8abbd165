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
    /// Another task is to compute what is needed.
    NotNow = 75,
    /// Asked to end; what was done is kept.
    Evicted = 85,
    /// Out of memory.
    OutOfMemory = 86,
    /// Out of time, with nothing kept.
    OutOfTime = 87,
    /// Stopped by the user.
    Stopped = 130,
    /// Killed.
    Killed = 137,
}

impl Code {
    /// The code with this number.
    pub fn of(number: i32) -> Option<Self> {
        let all = [
            Self::Well,
            Self::Failed,
            Self::Mistake,
            Self::Data,
            Self::File,
            Self::NotNow,
            Self::Evicted,
            Self::OutOfMemory,
            Self::OutOfTime,
            Self::Stopped,
            Self::Killed,
        ];
        all.into_iter().find(|code| *code as i32 == number)
    }
}

impl From<Code> for ExitCode {
    fn from(code: Code) -> Self {
        Self::from(code as u8)
    }
}
