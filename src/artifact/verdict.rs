//! How a claim ends.

use super::table::Table;
use serde::{Deserialize, Serialize};

/// The end of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The interval lies wholly on the claimed side.
    Held,
    /// The interval lies wholly on the other side.
    Failed,
    /// The data cannot tell, or there is no data where the claim speaks.
    Undecided,
}

impl Outcome {
    /// The word that reports print.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Failed => "failed",
            Self::Undecided => "undecided",
        }
    }
}

/// A tested claim with the numbers that decided it.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// How it ended.
    pub outcome: Outcome,
    /// The claim in words, as its study says it.
    pub says: String,
    /// One line: the statistic, its interval and the threshold.
    pub because: String,
    /// One row per tested condition: estimate, low, high, samples, outcome.
    pub evidence: Table,
}

#[derive(Serialize, Deserialize)]
pub(super) struct VerdictHead {
    pub outcome: Outcome,
    pub says: String,
    pub because: String,
}
