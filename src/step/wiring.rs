//! Slots and ports that a step declares itself: kinds whose wiring is not the same for all of their steps.

use super::about::{About, Keep, Port, Slot, Wiring};
use super::column_names::ColumnName;
use super::error::Problem;
use super::kind::{ErasedKind, Ready};
use super::params::ParamFault;
use super::roles::Role;
use crate::artifact::ValueType;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// The types that a declared slot takes: all that can be written as files for others.
pub const WRITTEN: &[ValueType] = &[
    ValueType::Table,
    ValueType::Representation,
    ValueType::Predictions,
    ValueType::Pictures,
    ValueType::Spectrum,
    ValueType::Kernel,
    ValueType::Network,
];

/// The same text for as long as the program runs; equal texts are kept once.
#[must_use]
pub fn interned(text: &str) -> &'static str {
    static KNOWN: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = known.get(text) {
        return found;
    }
    let kept: &'static str = Box::leak(text.to_owned().into_boxed_str());
    known.insert(kept);
    kept
}

/// The kind of one step, which wires these slots and has these parameters as written: itself, or itself with the slots
/// and ports that the step declares. Steps of equal wiring share one.
#[must_use]
pub fn wired(kind: &'static dyn ErasedKind, slots: &[&str], params: &Json) -> &'static dyn ErasedKind {
    type Known = BTreeMap<(&'static str, Wiring), &'static dyn ErasedKind>;
    static KNOWN: Mutex<Known> = Mutex::new(BTreeMap::new());
    let Some(wiring) = kind.wiring(slots, params) else { return kind };
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let about = kind.about();
    *known.entry((kind.name(), wiring)).or_insert_with_key(|(_, wiring)| {
        let slot = |name: &String| Slot::one(interned(name), WRITTEN).doc("What the program is given as a file.");
        let port = |(name, value_type): &(String, ValueType)| Port {
            keep: Keep::Always,
            ..Port::new(interned(name), *value_type).doc("What the program writes.")
        };
        let inputs = Vec::leak(wiring.inputs.iter().map(slot).collect());
        let outputs = Vec::leak(wiring.outputs.iter().map(port).collect());
        Box::leak(Box::new(Wired { kind, about: Box::leak(Box::new(About { inputs, outputs, ..*about })) }))
    })
}

/// A kind with the wiring of some of its steps.
struct Wired {
    kind: &'static dyn ErasedKind,
    about: &'static About,
}

impl ErasedKind for Wired {
    fn name(&self) -> &'static str {
        self.kind.name()
    }

    fn about(&self) -> &'static About {
        self.about
    }

    fn role(&self) -> Role<'_> {
        self.kind.role()
    }

    fn schema(&self) -> Json {
        self.kind.schema()
    }

    fn typed(&self, params: &Json) -> Result<Ready<'_>, Vec<ParamFault>> {
        self.kind.typed(params)
    }

    fn named_columns(&self, params: &Json) -> Vec<ColumnName> {
        self.kind.named_columns(params)
    }

    fn wiring(&self, slots: &[&str], params: &Json) -> Option<Wiring> {
        self.kind.wiring(slots, params)
    }

    fn found(&self, params: &Json, root: &Path) -> Result<Option<Json>, Vec<Problem>> {
        self.kind.found(params, root)
    }
}
