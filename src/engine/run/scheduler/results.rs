//! What a step gave goes to the store: its values, or those of the entry with the same content.

use super::Round;
use crate::artifact::Value;
use crate::engine::plan::graph::GraphWire;
use crate::engine::plan::key::{fingerprint, key_of};
use crate::engine::run::error::RunError;
use crate::engine::run::work::worth_keeping;
use crate::engine::store::entries::{Entry, StoredOutput};
use crate::engine::store::error::StoreError;
use crate::step::Keep;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

impl Round<'_> {
    pub(super) fn content_key(&self, node: usize) -> Option<String> {
        let node = &self.graph.nodes[node];
        let identity = |wire: &GraphWire| self.live.digest(*wire).map(|digest| (digest.clone(), wire.port));
        let slot = |(slot, wires): &(String, Vec<GraphWire>)| {
            wires.iter().map(identity).collect::<Option<Vec<_>>>().map(|wires| (slot.clone(), wires))
        };
        let inputs: Option<Vec<_>> = node.inputs.iter().map(slot).collect();
        Some(key_of(node.kind, &node.params, &inputs?))
    }

    /// An entry with the same content key that holds every port needed here.
    pub(super) fn same_entry(&self, node: usize, content_key: &str) -> Option<Entry> {
        let store = &self.executor.store;
        let entry = store.entry(&store.same_content(content_key)?).ok()??;
        let ports = self.graph.nodes[node].kind.about().outputs;
        let kept = |port: &usize| entry.outputs.get(ports[*port].name).is_some_and(|o| !o.files.is_empty());
        self.plan.needed[node].iter().all(kept).then_some(entry)
    }

    pub(super) fn publish(&mut self, index: usize, values: Vec<Value>, elapsed_s: f64) -> Result<(), RunError> {
        let node = &self.graph.nodes[index];
        let ports = node.kind.about().outputs;
        let kept = |i: usize, value: &Value| {
            ports[i].keep == Keep::Always || worth_keeping(value.memory_bytes(), node.plan.flops)
        };
        let mut outputs = BTreeMap::new();
        let mut stored: Vec<(&str, &Value)> = Vec::new();
        for (i, value) in values.iter().enumerate() {
            if kept(i, value) {
                stored.push((ports[i].name, value));
            } else {
                let digest = format!("{}:{i}", node.key);
                let output = StoredOutput { value_type: value.value_type(), digest, files: Vec::new() };
                outputs.insert(ports[i].name.to_owned(), output);
            }
        }
        let entry = self.new_entry(index, elapsed_s, outputs);
        let content_key = self.content_key(index);
        let entry = self.executor.store.publish(entry, &stored)?;
        self.executor.store.drop_scratch(&entry.key);
        if let Some(content_key) = content_key {
            self.executor.store.remember_content(&content_key, &entry.key)?;
        }
        for (i, value) in values.into_iter().enumerate() {
            let wire = GraphWire { node: index, port: i };
            let digest = entry.outputs.get(ports[i].name).map(|output| output.digest.clone());
            self.live.hold(wire, Arc::new(value), digest);
        }
        Ok(())
    }

    /// Publishes the values of another entry under this node's key.
    pub(super) fn adopt(&mut self, index: usize, entry: &Entry) -> Result<(), StoreError> {
        let start = Instant::now();
        let ports = self.graph.nodes[index].kind.about().outputs;
        let mut values = Vec::new();
        for port in ports.iter().filter(|p| entry.outputs.get(p.name).is_some_and(|o| !o.files.is_empty())) {
            values.push((port.name, self.executor.store.value(entry, port.name)?));
        }
        let absent = entry.outputs.iter().filter(|(_, o)| o.files.is_empty());
        let outputs = absent.map(|(name, output)| (name.clone(), output.clone())).collect();
        let fresh = self.new_entry(index, start.elapsed().as_secs_f64(), outputs);
        let borrowed: Vec<(&str, &Value)> = values.iter().map(|(name, value)| (*name, value)).collect();
        let fresh = self.executor.store.publish(fresh, &borrowed)?;
        for (name, value) in values {
            let Some(port) = ports.iter().position(|p| p.name == name) else { continue };
            let wire = GraphWire { node: index, port };
            let digest = fresh.outputs.get(name).map(|output| output.digest.clone());
            self.live.hold(wire, Arc::new(value), digest);
        }
        Ok(())
    }

    fn new_entry(&self, index: usize, elapsed_s: f64, outputs: BTreeMap<String, StoredOutput>) -> Entry {
        let node = &self.graph.nodes[index];
        let identity = |wire: &GraphWire| (self.graph.nodes[wire.node].key.clone(), wire.port);
        Entry {
            key: node.key.clone(),
            kind: node.kind.name().to_owned(),
            code: fingerprint(node.kind).to_owned(),
            params: node.params.clone(),
            inputs: node.inputs.iter().map(|(s, wires)| (s.clone(), wires.iter().map(identity).collect())).collect(),
            elapsed_s,
            finished_unix_s: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs()),
            outputs,
        }
    }
}
