//! What the study layer is given to know.

use super::read::raw::DataChoice;
use super::read::scope::Setting;
use super::seed_record::SeedRecord;
use crate::step::{DataRef, ErasedKind};
use crate::yaml::Cause;

/// Most cells that a sweep may have; above, a study is refused rather than expanded for minutes.
pub const MAX_CELLS: usize = 1_000_000;

/// What the study layer is given to know: the kinds, the data sets, the profile and the overrides.
#[derive(Clone, Copy)]
pub struct Environment<'a> {
    /// All kinds.
    pub kinds: &'a [&'static dyn ErasedKind],
    /// Finds the first data set that this machine can have.
    pub data: &'a dyn DataResolver,
    /// Keys of the bibliography; empty where nobody knows them.
    pub works: &'a [String],
    /// smoke, quick, paper or another profile of the study, or a name that stands for one.
    pub profile: &'a str,
    /// `--set name=value`.
    pub settings: &'a [Setting],
    /// The registered claims of this study and profile, with the seeds that were added for them.
    pub record: Option<&'a SeedRecord>,
}

impl Environment<'_> {
    /// The kind of a name.
    #[must_use]
    pub fn kind(&self, name: &str) -> Option<&'static dyn ErasedKind> {
        self.kinds.iter().find(|kind| kind.name() == name).copied()
    }
}

/// Finds data sets; implemented by whoever knows the cards.
pub trait DataResolver {
    /// The first choice that this machine has.
    ///
    /// # Errors
    /// What is missing or damaged, and how to mend it.
    fn resolve(&self, choices: &[DataChoice], represents: Option<&str>) -> Result<DataRef, Unresolved>;

    /// The data sets that cards are of, as `paper: {data: NAME}` names them; empty where nobody knows them.
    fn represented(&self) -> Vec<String> {
        Vec::new()
    }
}

/// A data set that a study cannot have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unresolved {
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub help: String,
    /// What it comes from.
    pub cause: Cause,
}
