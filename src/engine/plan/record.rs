//! The record of a study's last run: provenance for reports and reasons for plans.

use super::graph::Graph;
use super::key::fingerprint;
use crate::engine::machine::Machine;
use crate::engine::store::disk::{self, Durable, Found};
use crate::engine::store::entries::Store;
use crate::engine::store::error::StoreError;
use crate::step::{seal, unseal};
use crate::study::Study;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::path::Path;

/// More than the record of any run takes.
const MOST_BYTES: u64 = 1 << 30;

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
    pub params: Json,
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
                params: Json::clone(&node.params),
            }
        };
        places.iter().map(record).collect()
    }

    /// Reads the record of a study's last run, if there is one that is whole.
    ///
    /// # Errors
    /// Where the system refuses to read it.
    pub fn read(store: &Store, study: &Study) -> Result<Option<Self>, StoreError> {
        Self::named(store, (&study.head.study, &study.variant()))
    }

    /// The same of the last run without settings.
    ///
    /// # Errors
    /// As [`RunRecord::read`].
    pub fn read_ordinary(store: &Store, study: &Study) -> Result<Option<Self>, StoreError> {
        Self::named(store, (&study.head.study, &study.profile))
    }

    /// The same by the name of the study and its variant.
    ///
    /// # Errors
    /// As [`RunRecord::read`].
    pub fn named(store: &Store, (study, profile): (&str, &str)) -> Result<Option<Self>, StoreError> {
        match Self::at(store, &store.run_path(study, profile)) {
            Err(StoreError::Damaged { .. }) => Ok(None),
            other => other,
        }
    }

    /// The record at a path.
    ///
    /// # Errors
    /// Where it is damaged or cannot be read.
    pub(in crate::engine) fn at(store: &Store, path: &Path) -> Result<Option<Self>, StoreError> {
        let damaged = |reason: String| StoreError::Damaged { path: path.to_owned(), reason };
        let record: Self = match disk::read(store.root(), path, MOST_BYTES)? {
            Found::File(bytes) => unseal(&bytes).map_err(|e| damaged(e.to_string()))?,
            Found::Nothing => return Ok(None),
            Found::Odd(reason) => return Err(damaged(format!("it {reason}"))),
        };
        match path == store.run_path(&record.study, &record.profile) {
            true => Ok(Some(record)),
            false => Err(damaged("it is that of another study".to_owned())),
        }
    }

    /// Writes it.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn write(&self, store: &Store) -> Result<(), StoreError> {
        let path = store.run_path(&self.study, &self.profile);
        let text = seal(self).map_err(|e| StoreError::Damaged { path: path.clone(), reason: e.to_string() })?;
        store.replace(&path, &[&text], Durable::Later)
    }
}
