//! What can go wrong with a step.

/// A fault found before anything runs, such as k > n.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The parameter or slot at fault, where there is one.
    pub at: Option<String>,
    /// What is wrong, with the numbers.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
}

impl Problem {
    /// A fault of one parameter or slot.
    #[must_use]
    pub fn at(at: &str, message: impl Into<String>) -> Self {
        Self { at: Some(at.to_owned()), message: message.into(), help: None }
    }

    /// The same with a hint how to mend it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Goes on where nothing is wrong.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn refuse(problems: Vec<Self>) -> Result<(), Vec<Self>> {
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }
}

/// A fault found while a step runs.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// The numbers do not allow it: a singular matrix, no convergence.
    #[error("{0}")]
    Numeric(String),
    /// An input does not hold what the step needs.
    #[error("input `{slot}`: {reason}")]
    Input {
        /// The slot.
        slot: String,
        /// What is wrong.
        reason: String,
    },
    /// The data could not be read.
    #[error("data set `{card}`: {reason}")]
    Data {
        /// The card.
        card: String,
        /// What is wrong and how to mend it.
        reason: String,
    },
    /// A table lacks a column, or mixes types.
    #[error(transparent)]
    Table(#[from] crate::artifact::TableError),
    /// A program or a file from outside did not give what the step needs.
    #[error("{0}")]
    Outside(String),
    /// The state of a long step could not be saved.
    #[error("cannot save the state of the step: {0}")]
    Scratch(String),
    /// The user asked to stop.
    #[error("stopped")]
    Cancelled,
    /// A mistake in the program.
    #[error("bug: {0}; please report it")]
    Bug(String),
}

impl StepError {
    /// A fault that planning refuses, met in a run.
    #[must_use]
    pub fn unplanned(problem: Problem) -> Self {
        Self::Bug(problem.message)
    }

    /// A numeric fault from any error of `math`.
    pub fn numeric(error: impl std::fmt::Display) -> Self {
        Self::Numeric(error.to_string())
    }
}
