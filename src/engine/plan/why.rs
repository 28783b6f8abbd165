//! What of a step is other than in its last run, down to the function and the parameter.

use super::changed::{ParamChange, changed_params};
use super::code::{changed_code, code_of};
use super::decide::by_name;
use super::graph::Graph;
use super::key::fingerprint;
use super::record::{RunRecord, StepRecord};
use crate::engine::store::entries::Store;
use crate::engine::store::error::StoreError;
use std::collections::{BTreeSet, HashMap};

/// One thing that is other than in the last run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The step was not part of it.
    New,
    /// Its kind was another one.
    Kind {
        /// Which.
        before: String,
    },
    /// The code behind its kind; in which pieces, where that was remembered.
    Code {
        /// What changed, is new or gone, in words.
        pieces: Option<Vec<String>>,
    },
    /// A parameter.
    Param(ParamChange),
    /// A step that it takes something from has another key.
    Input {
        /// The slot.
        slot: &'static str,
        /// The step, an index into the graph.
        node: usize,
    },
    /// Something that it took is not wired to it any more.
    Unwired {
        /// The name of that step, where it is known.
        name: String,
    },
    /// Nothing of these: the form of keys or of stored values is another one, or the order of the wires.
    Form,
}

/// Earlier runs, to compare with.
pub struct History<'a> {
    graph: &'a Graph,
    store: &'a Store,
    before: HashMap<&'a str, &'a StepRecord>,
    names: HashMap<&'a str, &'a str>,
}

impl<'a> History<'a> {
    /// Of a graph; `last` are the records of the last runs of its studies.
    #[must_use]
    pub fn new(graph: &'a Graph, store: &'a Store, last: &'a [RunRecord]) -> Self {
        let steps = last.iter().flat_map(|record| &record.steps);
        let names = steps.map(|step| (step.key.as_str(), step.name.as_str())).collect();
        Self { graph, store, before: by_name(last), names }
    }

    /// The key that a step had in its last run.
    #[must_use]
    pub fn key_before(&self, node: usize) -> Option<&str> {
        self.before.get(self.graph.nodes[node].name.as_str()).map(|step| step.key.as_str())
    }

    /// What is other than in the last run; nothing where all is as it was.
    ///
    /// # Errors
    /// Where the system refuses to read the store.
    pub fn changes(&self, node: usize) -> Result<Vec<Change>, StoreError> {
        let now = &self.graph.nodes[node];
        let Some(before) = self.before.get(now.name.as_str()) else { return Ok(vec![Change::New]) };
        if before.key == now.key {
            return Ok(Vec::new());
        }
        let mut changes = Vec::new();
        if before.kind != now.kind.name() {
            changes.push(Change::Kind { before: before.kind.clone() });
        } else if before.code != fingerprint(now.kind) {
            let known = match self.store.code(&before.code) {
                Err(StoreError::Damaged { .. }) => None,
                other => other?,
            };
            changes.push(Change::Code { pieces: known.map(|known| changed_code(&known, &code_of(now.kind))) });
        }
        changes.extend(changed_params(&before.params, &now.params).into_iter().map(Change::Param));
        changes.extend(self.inputs(node));
        changes.extend(self.unwired(node, &before.key)?);
        if changes.is_empty() {
            changes.push(Change::Form);
        }
        Ok(changes)
    }

    /// Inputs that have another key than in the last run, each once.
    fn inputs(&self, node: usize) -> Vec<Change> {
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        for (slot, wires) in &self.graph.nodes[node].inputs {
            for wire in wires {
                let same = self.key_before(wire.node) == Some(self.graph.nodes[wire.node].key.as_str());
                if !same && seen.insert(wire.node) {
                    found.push(Change::Input { slot, node: wire.node });
                }
            }
        }
        found
    }

    /// What the stored result of the last run was made of, and this one is not.
    fn unwired(&self, node: usize, key: &str) -> Result<Vec<Change>, StoreError> {
        let entry = match self.store.entry(key) {
            Err(StoreError::Damaged { .. }) => None,
            other => other?,
        };
        let now: BTreeSet<&str> =
            self.graph.inputs_of(node).map(|wire| self.graph.nodes[wire.node].name.as_str()).collect();
        let taken = entry.into_iter().flat_map(|entry| entry.inputs).flat_map(|(_, wires)| wires).map(|(key, _)| key);
        let names: BTreeSet<String> =
            taken.filter_map(|key| self.names.get(key.as_str()).map(|n| (*n).to_owned())).collect();
        Ok(names.into_iter().filter(|name| !now.contains(name.as_str())).map(|name| Change::Unwired { name }).collect())
    }
}
