//! A data set that is not on this machine, and how to get it.

use super::card::Card;
use std::fmt;

/// Why a source has no data, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// What was looked for and not found.
    pub why: String,
    /// The command, or the thing to do.
    pub mend: String,
}

/// None of the data sets asked for is on this machine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Missing {
    /// The cards asked for, in order, with their titles and what could be done for each.
    pub absent: Vec<(String, String, Vec<Hint>)>,
}

impl Missing {
    /// A single card that is not here.
    pub(in crate::dataset) fn one(card: &Card, hints: Vec<Hint>) -> Self {
        Self { absent: vec![(card.name.clone(), card.title.clone(), hints)] }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.absent.len() == 1 { "the data set is not" } else { "none of the data sets is" };
        write!(f, "{what} on this machine; get one of them in one of these ways")?;
        for (card, title, hints) in &self.absent {
            write!(f, "\n  {card} ({title})")?;
            for hint in hints {
                write!(f, "\n    {}: {}", hint.why, hint.mend)?;
            }
        }
        Ok(())
    }
}
