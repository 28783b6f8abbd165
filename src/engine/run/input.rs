//! A value that steps take: in memory, or in the store until the first worker needs it.

use crate::artifact::Value;
use crate::engine::plan::graph::{Graph, GraphWire};
use crate::engine::store::entries::{Entry, Store};
use crate::engine::store::error::StoreError;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// One output of a step, as its followers take it.
pub(super) struct Input {
    wire: GraphWire,
    /// What identifies the value, known before it is read.
    digest: Option<String>,
    value: OnceLock<Arc<Value>>,
    /// Held while the value is read, so that steps that start together read it once.
    unread: Mutex<Option<Entry>>,
}

impl Input {
    /// What a step has just given.
    pub fn made(wire: GraphWire, (value, digest): (Arc<Value>, Option<String>)) -> Self {
        Self { wire, digest, value: OnceLock::from(value), unread: Mutex::new(None) }
    }

    /// What lies in the store, with its entry where that is known.
    pub fn stored(wire: GraphWire, graph: &Graph, entry: Option<Entry>) -> Self {
        let output = entry.as_ref().and_then(|entry| entry.outputs.get(port_name(graph, wire)));
        let digest = output.map(|output| output.digest.clone());
        Self { wire, digest, value: OnceLock::new(), unread: Mutex::new(entry) }
    }

    pub const fn wire(&self) -> GraphWire {
        self.wire
    }

    pub fn digest(&self) -> Option<&String> {
        self.digest.as_ref()
    }

    /// What the value takes in memory; nothing while it has not been read.
    pub fn bytes(&self) -> Option<u64> {
        self.value.get().map(|value| value.memory_bytes())
    }

    /// The value, read and checked by the first who asks; others wait for that.
    ///
    /// # Errors
    /// As [`Store::value`].
    pub fn value(&self, store: &Store, graph: &Graph) -> Result<Arc<Value>, StoreError> {
        if let Some(value) = self.value.get() {
            return Ok(Arc::clone(value));
        }
        let mut unread = self.unread.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = self.value.get() {
            return Ok(Arc::clone(value));
        }
        let key = &graph.nodes[self.wire.node].key;
        let gone = || StoreError::Damaged { path: store.root().to_owned(), reason: "it is gone".to_owned() };
        let known = unread.take().map_or_else(|| store.entry(key), |entry| Ok(Some(entry)))?;
        let entry = unread.insert(known.ok_or_else(gone)?);
        let value = Arc::new(store.value(entry, port_name(graph, self.wire))?);
        *unread = None;
        Ok(Arc::clone(self.value.get_or_init(|| value)))
    }
}

fn port_name(graph: &Graph, wire: GraphWire) -> &'static str {
    graph.nodes[wire.node].kind.about().outputs[wire.port].name
}
