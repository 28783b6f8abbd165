//! What a step gave goes to the store: its values, or those of the entry with the same content.

use super::{Ended, Job, News};
use crate::artifact::Value;
use crate::engine::plan::graph::GraphWire;
use crate::engine::plan::key::{fingerprint, key_of};
use crate::engine::run::executor::Executor;
use crate::engine::run::input::Input;
use crate::engine::run::work::{is_kept, is_result};
use crate::engine::store::disk;
use crate::engine::store::entries::{Entry, StoredOutput};
use crate::engine::store::error::StoreError;
use crate::step::StepError;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

impl Job {
    /// The key by the digests of the inputs; none where one of them is not known.
    pub(super) fn content_key(&self) -> Option<String> {
        let node = &self.graph.nodes[self.node];
        let identity = |input: &Arc<Input>| input.digest().map(|digest| (digest.clone(), input.wire().port));
        let slot = |(slot, inputs): &(String, Vec<Arc<Input>>)| {
            inputs.iter().map(identity).collect::<Option<Vec<_>>>().map(|inputs| (slot.clone(), inputs))
        };
        let inputs: Option<Vec<_>> = self.inputs.iter().map(slot).collect();
        Some(key_of(node.kind, &node.params, &inputs?))
    }

    /// An entry with the same content key that holds every port needed here.
    pub(super) fn same_entry(&self, content_key: &str) -> Option<Entry> {
        let store = &self.executor.store;
        let entry = store.entry(&store.same_content(content_key)?).ok()??;
        let ports = self.graph.nodes[self.node].kind.about().outputs;
        let kept = |port: &usize| entry.outputs.get(ports[*port].name).is_some_and(|o| !o.files.is_empty());
        self.needed.iter().all(kept).then_some(entry)
    }

    /// Stores what the step gave. Its state goes after that, and its content key is known from then on.
    pub(super) fn publish(
        &self,
        values: Vec<Value>,
        elapsed_s: f64,
        content_key: Option<&String>,
    ) -> Result<Ended, StoreError> {
        let (node, store) = (&self.graph.nodes[self.node], &self.executor.store);
        let ports = node.kind.about().outputs;
        let mut outputs = BTreeMap::new();
        let mut stored: Vec<(&str, &Value)> = Vec::new();
        for (i, value) in values.iter().enumerate() {
            if is_kept(node, i, value.memory_bytes()) && self.finds_room(i, value.memory_bytes()) {
                stored.push((ports[i].name, value));
            } else {
                let digest = format!("{}:{i}", node.key);
                let output = StoredOutput { value_type: value.value_type(), digest, files: Vec::new() };
                outputs.insert(ports[i].name.to_owned(), output);
            }
        }
        let Some(_open) = self.gate.enter() else { return Ok(Ended::Failed(StepError::Cancelled)) };
        let entry = store.publish(self.new_entry(elapsed_s, outputs), &stored)?;
        store.drop_scratch(&entry.key);
        if let Some(content_key) = content_key {
            store.remember_content(content_key, &entry.key)?;
        }
        let made = values.into_iter().enumerate().map(|(port, value)| self.made(port, value, &entry));
        Ok(Ended::Ran(made.collect(), elapsed_s))
    }

    /// Whether the disk has room for a value. One that does not tell has.
    fn finds_room(&self, port: usize, bytes: u64) -> bool {
        let Executor { store, keep_free, .. } = &self.executor;
        let fits = |left: u64| left >= bytes.saturating_add(*keep_free);
        let finds = is_result(&self.graph.nodes[self.node], port) || disk::free_bytes(store.root()).is_none_or(fits);
        if !finds {
            // Nobody may listen any more.
            let _ = self.told.send(News::Short(self.node, bytes));
        }
        finds
    }

    /// Publishes the values of another entry under this step's key.
    pub(super) fn take_over(&self, entry: &Entry) -> Result<Ended, StoreError> {
        let store = &self.executor.store;
        let ports = self.graph.nodes[self.node].kind.about().outputs;
        let mut values = Vec::new();
        for (i, port) in ports.iter().enumerate() {
            if entry.outputs.get(port.name).is_some_and(|output| !output.files.is_empty()) {
                values.push((i, store.value(entry, port.name)?));
            }
        }
        let roomy = |(i, value): &&(usize, Value)| self.finds_room(*i, value.memory_bytes());
        let borrowed: Vec<(&str, &Value)> =
            values.iter().filter(roomy).map(|(i, value)| (ports[*i].name, value)).collect();
        let absent = entry.outputs.iter().filter(|(name, _)| borrowed.iter().all(|(kept, _)| kept != name));
        let without = |output: &StoredOutput| StoredOutput { files: Vec::new(), ..output.clone() };
        let outputs = absent.map(|(name, output)| (name.clone(), without(output))).collect();
        let Some(_open) = self.gate.enter() else { return Ok(Ended::Failed(StepError::Cancelled)) };
        let fresh = Entry {
            finished_unix_s: entry.finished_unix_s,
            origin: entry.origin.clone(),
            ..self.new_entry(entry.elapsed_s, outputs)
        };
        let fresh = store.publish(fresh, &borrowed)?;
        Ok(Ended::Same(values.into_iter().map(|(i, value)| self.made(i, value, &fresh)).collect()))
    }

    fn made(&self, port: usize, value: Value, entry: &Entry) -> Input {
        let output = entry.outputs.get(self.graph.nodes[self.node].kind.about().outputs[port].name);
        let digest = output.map(|output| output.digest.clone());
        Input::made(GraphWire { node: self.node, port }, (Arc::new(value), digest))
    }

    fn new_entry(&self, elapsed_s: f64, outputs: BTreeMap<String, StoredOutput>) -> Entry {
        let node = &self.graph.nodes[self.node];
        let identity = |wire: &GraphWire| (self.graph.nodes[wire.node].key.clone(), wire.port);
        Entry {
            key: node.key.clone(),
            kind: node.kind.name().to_owned(),
            code: fingerprint(node.kind).to_owned(),
            params: serde_json::Value::clone(&node.params),
            inputs: node
                .inputs
                .iter()
                .map(|(s, wires)| ((*s).to_owned(), wires.iter().map(identity).collect()))
                .collect(),
            elapsed_s,
            origin: self.executor.origin.as_deref().cloned(),
            finished_unix_s: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs()),
            outputs,
        }
    }
}
