//! The values of a run that are in memory, and who still needs them.

use crate::artifact::Value;
use crate::engine::plan::graph::GraphWire;
use std::collections::HashMap;
use std::sync::Arc;

/// Values in memory, reference-counted by the steps that are still to use them.
#[derive(Default)]
pub(super) struct Live {
    values: HashMap<GraphWire, Arc<Value>>,
    uses: HashMap<GraphWire, usize>,
    digests: HashMap<GraphWire, String>,
    bytes: u64,
}

impl Live {
    /// Memory that the values take.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// One more step will use a value.
    pub fn expect(&mut self, wire: GraphWire) {
        *self.uses.entry(wire).or_default() += 1;
    }

    /// A value, if it is in memory.
    pub fn get(&self, wire: GraphWire) -> Option<Arc<Value>> {
        self.values.get(&wire).map(Arc::clone)
    }

    /// Keeps a value until the last step that uses it is through; remembers its digest for good.
    pub fn hold(&mut self, wire: GraphWire, value: Arc<Value>, digest: Option<String>) {
        if let Some(digest) = digest {
            self.digests.insert(wire, digest);
        }
        if self.uses.get(&wire).is_some_and(|&uses| uses > 0) {
            self.bytes += value.memory_bytes();
            self.values.insert(wire, value);
        }
    }

    /// What identifies a value, once it has been held.
    pub fn digest(&self, wire: GraphWire) -> Option<&String> {
        self.digests.get(&wire)
    }

    /// One step is through with a value.
    pub fn release(&mut self, wire: GraphWire) {
        let left = self.uses.get(&wire).map_or(0, |uses| uses.saturating_sub(1));
        self.uses.insert(wire, left);
        if let (0, Some(value)) = (left, self.values.get(&wire)) {
            self.bytes = self.bytes.saturating_sub(value.memory_bytes());
            self.values.remove(&wire);
        }
    }
}
