//! How claims ended, in words, signs and numbers.

use super::format::count;
use crate::artifact::Outcome;
use serde::{Deserialize, Serialize};

/// How many claims ended how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// [`ClaimState::Held`]
    pub held: usize,
    /// [`ClaimState::Contradicted`]
    pub contradicted: usize,
    /// [`ClaimState::Negligible`]
    pub negligible: usize,
    /// [`ClaimState::Undecided`]
    pub undecided: usize,
    /// [`ClaimState::NotAtThisScale`]
    pub not_at_this_scale: usize,
    /// [`ClaimState::Untested`]
    pub untested: usize,
}

impl Tally {
    /// Counts.
    #[must_use]
    pub fn of(states: &[ClaimState]) -> Self {
        let count = |state| states.iter().filter(|known| **known == state).count();
        Self {
            held: count(ClaimState::Held),
            contradicted: count(ClaimState::Contradicted),
            negligible: count(ClaimState::Negligible),
            undecided: count(ClaimState::Undecided),
            not_at_this_scale: count(ClaimState::NotAtThisScale),
            untested: count(ClaimState::Untested),
        }
    }

    /// How many ended so.
    #[must_use]
    pub const fn at(self, state: ClaimState) -> usize {
        match state {
            ClaimState::Held => self.held,
            ClaimState::Contradicted => self.contradicted,
            ClaimState::Negligible => self.negligible,
            ClaimState::Undecided => self.undecided,
            ClaimState::NotAtThisScale => self.not_at_this_scale,
            ClaimState::Untested => self.untested,
        }
    }

    /// All claims.
    #[must_use]
    pub const fn total(self) -> usize {
        self.held + self.contradicted + self.negligible + self.undecided + self.not_at_this_scale + self.untested
    }

    /// Both counted together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            held: self.held + other.held,
            contradicted: self.contradicted + other.contradicted,
            negligible: self.negligible + other.negligible,
            undecided: self.undecided + other.undecided,
            not_at_this_scale: self.not_at_this_scale + other.not_at_this_scale,
            untested: self.untested + other.untested,
        }
    }

    /// "3 claims: 2 held, 1 contradicted, 0 undecided", and how many ended otherwise where there are any.
    #[must_use]
    pub fn words(self) -> String {
        if self.total() == 0 {
            return "No claims".to_owned();
        }
        let claims = count(self.total(), "claim");
        let more = [
            (self.negligible, ClaimState::Negligible),
            (self.not_at_this_scale, ClaimState::NotAtThisScale),
            (self.untested, ClaimState::Untested),
        ];
        let more = more.into_iter().filter(|(count, _)| *count > 0).map(|(n, state)| format!(", {n} {}", state.word()));
        let Self { held, contradicted, undecided, .. } = self;
        let more: String = more.collect();
        format!("{claims}: {held} held, {contradicted} contradicted, {undecided} undecided{more}")
    }
}

/// How a claim ended, or that it has not been tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClaimState {
    /// [`Outcome::Held`]
    Held,
    /// [`Outcome::Contradicted`]
    Contradicted,
    /// [`Outcome::Negligible`]
    Negligible,
    /// [`Outcome::Undecided`]
    Undecided,
    /// [`Outcome::NotAtThisScale`]
    NotAtThisScale,
    /// There is no verdict.
    Untested,
}

impl ClaimState {
    /// Whether more seeds or a larger scale would add nothing.
    #[must_use]
    pub const fn is_decided(self) -> bool {
        matches!(self, Self::Held | Self::Contradicted | Self::Negligible)
    }

    /// The word that reports print.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Held => Outcome::Held.word(),
            Self::Contradicted => Outcome::Contradicted.word(),
            Self::Negligible => Outcome::Negligible.word(),
            Self::Undecided => Outcome::Undecided.word(),
            Self::NotAtThisScale => Outcome::NotAtThisScale.word(),
            Self::Untested => "not tested",
        }
    }

    /// The sign beside the word: nobody has to tell outcomes apart by colour.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Held => "✓",
            Self::Contradicted => "✗",
            Self::Negligible => "≈",
            Self::Undecided => "?",
            Self::NotAtThisScale => "↑",
            Self::Untested => "–",
        }
    }
}

impl From<Outcome> for ClaimState {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Held => Self::Held,
            Outcome::Contradicted => Self::Contradicted,
            Outcome::Negligible => Self::Negligible,
            Outcome::Undecided => Self::Undecided,
            Outcome::NotAtThisScale => Self::NotAtThisScale,
        }
    }
}
