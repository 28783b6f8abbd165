//! How a claim ends.

use super::finding::Finding;
use super::table::Table;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The end of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The interval lies wholly on the claimed side.
    Held,
    /// The interval lies wholly on the other side. Stores and baselines of earlier versions say `failed`.
    #[serde(alias = "failed")]
    Contradicted,
    /// The interval lies within the smallest effect that matters: there is none to speak of.
    Negligible,
    /// The data cannot tell, or there is no data where the claim speaks.
    Undecided,
    /// The study says that this profile cannot show it.
    NotAtThisScale,
}

impl Outcome {
    /// The word that reports print.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Contradicted => "contradicted",
            Self::Negligible => "negligible",
            Self::Undecided => "undecided",
            Self::NotAtThisScale => "not at this scale",
        }
    }
}

/// Who claims it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Claimant {
    /// The authors of the study: what they expect beside what the paper says.
    #[default]
    Us,
    /// The paper, with the place where it says so: `{paper: "figure 3, page 7"}`.
    Paper(String),
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
    /// What was found, for those who put it into words; nothing in stores of earlier versions.
    pub finding: Option<Finding>,
    /// Who claims it.
    pub by: Claimant,
    /// One row per tested condition: see [`evidence`](crate::step::roles::evidence).
    pub evidence: Table,
}

#[derive(Serialize, Deserialize)]
pub(super) struct VerdictHead {
    pub outcome: Outcome,
    pub says: String,
    pub because: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<Finding>,
    #[serde(default)]
    pub by: Claimant,
}
