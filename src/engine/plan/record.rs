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
use std::cell::OnceCell;
use std::collections::HashMap;
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
    /// Seconds of one core that it took, where its result was taken out of the store since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone_s: Option<f64>,
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
                gone_s: None,
            }
        };
        places.iter().map(record).collect()
    }

    /// Takes note of what steps took whose results are about to be taken out, by key; whether it has such steps.
    pub(in crate::engine) fn remember(&mut self, took_s: &HashMap<&str, f64>) -> bool {
        let mut has_some = false;
        for step in &mut self.steps {
            if let Some(&took_s) = took_s.get(step.key.as_str()) {
                step.gone_s = Some(took_s);
                has_some = true;
            }
        }
        has_some
    }

    /// What steps took whose results were taken out since, by key.
    #[must_use]
    pub fn gone(&self) -> HashMap<&str, f64> {
        self.steps.iter().filter_map(|step| Some((step.key.as_str(), step.gone_s?))).collect()
    }

    /// The steps of a newer run with what this record knows of those that were not computed again.
    #[must_use]
    pub fn carried_over(&self, mut steps: Vec<StepRecord>) -> Vec<StepRecord> {
        let gone = self.gone();
        if !gone.is_empty() {
            steps.iter_mut().for_each(|step| step.gone_s = gone.get(step.key.as_str()).copied());
        }
        steps
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

/// Seconds of one core that the steps of a study took: as is kept with their results, and of those that were taken out of the
/// store since as the record of the last run says.
pub struct Took<'a> {
    study: &'a Study,
    graph: &'a Graph,
    store: &'a Store,
    gone: OnceCell<HashMap<String, f64>>,
}

impl<'a> Took<'a> {
    /// Reads nothing yet.
    #[must_use]
    pub fn new(study: &'a Study, graph: &'a Graph, store: &'a Store) -> Self {
        Self { study, graph, store, gone: OnceCell::new() }
    }

    /// What the step at a place of the graph took; nothing where nobody knows.
    #[must_use]
    pub fn at(&self, place: usize) -> Option<f64> {
        let stored = self.store.entry(&self.graph.nodes[place].key).ok().flatten();
        stored.map(|entry| entry.elapsed_s).or_else(|| self.gone(place))
    }

    /// The same of a step that has no stored result.
    #[must_use]
    pub fn gone(&self, place: usize) -> Option<f64> {
        let read = || {
            let record = RunRecord::read(self.store, self.study).ok().flatten();
            record.iter().flat_map(RunRecord::gone).map(|(key, took_s)| (key.to_owned(), took_s)).collect()
        };
        self.gone.get_or_init(read).get(&self.graph.nodes[place].key).copied()
    }
}
