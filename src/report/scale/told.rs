//! What the report is told of the profiles of studies beside those that it is of.

use crate::study::ProfileSettings;
use std::collections::{BTreeMap, BTreeSet};

/// The profile that has a paper's own settings.
pub(in crate::report) const PAPER: &str = "paper";

/// What all studies with a page are told to have and to take.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scales {
    /// Cores of this machine.
    pub cores: usize,
    /// Memory of this machine, bytes; 0 where the system does not tell.
    pub memory_bytes: u64,
    /// Planned seconds of one core of every step that [`Needs::steps`] names by its place here.
    pub step_s: Vec<f64>,
    /// By name.
    pub studies: BTreeMap<String, StudyScales>,
}

/// The profiles of one study.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StudyScales {
    /// What those with a page, `paper` and the default one set, by profile.
    pub settings: BTreeMap<String, ProfileSettings>,
    /// Seeds that were added for claims, by profile.
    pub added_seeds: BTreeMap<String, u64>,
    /// What profiles take whose scale is missing, by profile.
    pub outlooks: BTreeMap<String, Outlook>,
    /// The profiles that can show a claim, for those that not every profile can.
    pub shown_by: BTreeMap<String, Vec<String>>,
}

/// What is known of a profile.
#[derive(Debug, Clone, PartialEq)]
pub enum Outlook {
    /// It has a page.
    Run,
    /// It takes this where nothing is stored.
    Takes(Needs),
    /// It cannot be planned here, for this reason.
    Unknown(String),
}

/// What a profile takes where nothing is stored.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Needs {
    /// Its steps, as places in [`Scales::step_s`].
    pub steps: Vec<usize>,
    /// Memory of the largest step.
    pub largest_bytes: u64,
    /// The title of its data set; empty for none.
    pub data: String,
    /// Claims that are tested at its scale.
    pub claims: Vec<String>,
}

impl Scales {
    /// Planned seconds of one core of some profiles together; a step that several share counts once.
    #[must_use]
    pub fn core_s<'a>(&self, all: impl IntoIterator<Item = &'a Needs>) -> f64 {
        let steps: BTreeSet<usize> = all.into_iter().flat_map(|needs| needs.steps.iter().copied()).collect();
        steps.into_iter().filter_map(|step| self.step_s.get(step)).sum()
    }

    /// What is known of a profile of a study.
    #[must_use]
    pub fn outlook(&self, study: &str, profile: &str) -> Option<&Outlook> {
        self.studies.get(study)?.outlooks.get(profile)
    }
}
