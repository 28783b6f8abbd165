//! The record of a study's last run: provenance for reports and reasons for plans.

use super::graph::Graph;
use super::key::fingerprint;
use super::machine::Machine;
use super::store::{Store, StoreError};
use crate::step::{seal, unseal};
use crate::study::Study;
use serde::{Deserialize, Serialize};

/// One step of a recorded run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepRecord {
    /// Study, step and cell.
    pub name: String,
    /// The kind.
    pub kind: String,
    /// Its key.
    pub key: String,
    /// Its code fingerprint.
    pub code: String,
    /// Its parameters.
    pub params: serde_json::Value,
}

/// A study's run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// The study.
    pub study: String,
    /// The profile, with the settings that were laid over it: [`Study::variant`].
    pub profile: String,
    /// Seconds since 1970 when it ended.
    pub finished_unix_s: u64,
    /// Wall-clock seconds of the run that last computed something.
    pub elapsed_s: f64,
    /// Steps that ran then.
    pub ran: usize,
    /// Steps found in the store then.
    pub cached: usize,
    /// The machine.
    pub machine: Machine,
    /// Commit of the project, with `-dirty` where files had changed; empty where unknown.
    pub commit: String,
    /// The steps.
    pub steps: Vec<StepRecord>,
}

impl RunRecord {
    /// The steps of one study of a graph.
    #[must_use]
    pub fn steps_of(graph: &Graph, study: usize) -> Vec<StepRecord> {
        let mut places = graph.places[study].clone();
        places.sort_unstable();
        places.dedup();
        let record = |&place: &usize| {
            let node = &graph.nodes[place];
            StepRecord {
                name: node.name.clone(),
                kind: node.kind.name().to_owned(),
                key: node.key.clone(),
                code: fingerprint(node.kind).to_owned(),
                params: node.params.clone(),
            }
        };
        places.iter().map(record).collect()
    }

    /// Reads the record of a study's last run, if there is one that can be read.
    #[must_use]
    pub fn read(store: &Store, study: &Study) -> Option<Self> {
        Self::read_of(store, (&study.head.study, &study.variant()))
    }

    /// The same of the last run without settings.
    #[must_use]
    pub fn read_ordinary(store: &Store, study: &Study) -> Option<Self> {
        Self::read_of(store, (&study.head.study, &study.profile))
    }

    fn read_of(store: &Store, (study, profile): (&str, &str)) -> Option<Self> {
        let bytes = std::fs::read(store.run_path(study, profile)).ok()?;
        unseal(&bytes).ok()
    }

    /// Writes it.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn write(&self, store: &Store) -> Result<(), StoreError> {
        let path = store.run_path(&self.study, &self.profile);
        let text = seal(self).map_err(|e| StoreError::Damaged { path: path.clone(), reason: e.to_string() })?;
        store.replace(&path, &text)
    }
}
