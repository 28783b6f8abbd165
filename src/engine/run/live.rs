//! The values of a run that are in memory or about to be read, and who still needs them.

use super::input::Input;
use crate::engine::plan::graph::GraphWire;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

/// Values, reference-counted by the steps that are still to use them.
#[derive(Default)]
pub(super) struct Live {
    held: HashMap<GraphWire, Held>,
    uses: HashMap<GraphWire, usize>,
    bytes: u64,
}

struct Held {
    input: Arc<Input>,
    /// What it counts for: as planned until it is read.
    bytes: u64,
}

impl Live {
    /// Memory that the values take, and those that are being read will take.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// One more step will use a value.
    pub fn expect(&mut self, wire: GraphWire) {
        *self.uses.entry(wire).or_default() += 1;
    }

    /// Whether a value is there or being read.
    pub fn has(&self, wire: GraphWire) -> bool {
        self.held.contains_key(&wire)
    }

    /// Steps that are still to use a value.
    pub fn uses(&self, wire: GraphWire) -> usize {
        self.uses.get(&wire).copied().unwrap_or(0)
    }

    /// What a value counts for now; nothing where it is not there.
    pub fn bytes_of(&self, wire: GraphWire) -> u64 {
        self.held.get(&wire).map_or(0, |held| held.bytes)
    }

    /// Keeps what a step has given until the last step that uses it is through.
    pub fn hold(&mut self, input: Input) {
        let wire = input.wire();
        if self.uses.get(&wire).is_some_and(|&uses| uses > 0) {
            self.release_bytes(wire);
            let bytes = input.bytes().unwrap_or(0);
            self.bytes = self.bytes.saturating_add(bytes);
            self.held.insert(wire, Held { input: Arc::new(input), bytes });
        }
    }

    /// A value for a step that starts; one that is not there is `stored`, and counts as planned from now on.
    pub fn take(&mut self, wire: GraphWire, planned_bytes: u64, stored: impl FnOnce() -> Input) -> Arc<Input> {
        let held = match self.held.entry(wire) {
            Entry::Occupied(held) => held.into_mut(),
            Entry::Vacant(free) => {
                self.bytes = self.bytes.saturating_add(planned_bytes);
                free.insert(Held { input: Arc::new(stored()), bytes: planned_bytes })
            }
        };
        Arc::clone(&held.input)
    }

    /// One step is through with a value.
    pub fn release(&mut self, wire: GraphWire) {
        let left = self.uses.get(&wire).map_or(0, |uses| uses.saturating_sub(1));
        self.uses.insert(wire, left);
        let Some(held) = self.held.get_mut(&wire) else { return };
        match held.input.bytes() {
            Some(bytes) if left > 0 => {
                self.bytes = self.bytes.saturating_sub(held.bytes).saturating_add(bytes);
                held.bytes = bytes;
            }
            // Another step that runs is about to read it.
            None if left > 0 && Arc::strong_count(&held.input) > 1 => {}
            _ => self.release_bytes(wire),
        }
    }

    fn release_bytes(&mut self, wire: GraphWire) {
        if let Some(held) = self.held.remove(&wire) {
            self.bytes = self.bytes.saturating_sub(held.bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::{Cell, Table, Value};
    use crate::engine::plan::graph::Graph;

    const WIRE: GraphWire = GraphWire { node: 0, port: 0 };

    fn unread() -> Input {
        Input::stored(WIRE, &Graph::default(), None)
    }

    fn made() -> Input {
        let table = Table::from_rows(&["v"], &[vec![Cell::Float(1.0)]]).unwrap();
        Input::made(WIRE, (Arc::new(Value::Table(table)), None))
    }

    fn used(times: usize) -> Live {
        let mut live = Live::default();
        (0..times).for_each(|_| live.expect(WIRE));
        live
    }

    #[test]
    fn a_value_counts_once_until_its_last_use() {
        let mut live = used(2);
        live.hold(made());
        let bytes = live.bytes();
        assert!(bytes > 0 && live.has(WIRE));
        let (one, two) = (live.take(WIRE, 99, unread), live.take(WIRE, 99, unread));
        assert!(Arc::ptr_eq(&one, &two));
        live.release(WIRE);
        assert_eq!(live.bytes(), bytes);
        live.release(WIRE);
        assert_eq!((live.bytes(), live.has(WIRE)), (0, false));
    }

    #[test]
    fn what_nobody_uses_is_not_held() {
        let mut live = used(0);
        live.hold(made());
        assert_eq!((live.bytes(), live.has(WIRE)), (0, false));
    }

    #[test]
    fn a_value_counts_as_planned_while_it_is_to_be_read_and_as_it_is_then() {
        let mut live = used(3);
        let (one, two) = (live.take(WIRE, 1000, unread), live.take(WIRE, 1000, unread));
        assert_eq!(live.bytes(), 1000);
        // The first took over a result instead; the second still reads.
        drop(one);
        live.release(WIRE);
        assert_eq!((live.bytes(), live.has(WIRE)), (1000, true));
        drop(two);
        live.release(WIRE);
        assert_eq!((live.bytes(), live.has(WIRE)), (0, false), "nobody reads it now");
        let three = live.take(WIRE, 1000, made);
        assert_eq!(live.bytes(), 1000);
        live.expect(WIRE);
        live.release(WIRE);
        assert_eq!(Some(live.bytes()), three.bytes());
    }
}
