//! The stored value of every output of a study, or why it is not there.

use crate::artifact::Value;
use crate::engine::{Entry, Graph, GraphNode, Store, StoreError, Took};
use crate::report::model::FailedStep;
use crate::study::{DEFAULT_PROFILE, Study, Wire};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What is stored of the steps of a study, by their place in the graph.
pub(super) type Entries = BTreeMap<usize, Entry>;

/// Reads the outputs of one study.
pub(in crate::report) struct Outputs<'a> {
    pub study: &'a Study,
    pub graph: &'a Graph,
    pub store: &'a Store,
    /// The study's nodes in the graph.
    pub places: &'a [usize],
    /// Errors of failed steps by name.
    pub failures: &'a HashMap<&'a str, &'a str>,
}

impl<'a> Outputs<'a> {
    /// The step behind an output.
    pub fn node(&self, wire: Wire) -> Option<&'a GraphNode> {
        self.places.get(wire.node).and_then(|&place| self.graph.nodes.get(place))
    }

    /// What is stored of each of the study's steps.
    ///
    /// # Errors
    /// Where the system refuses to read the store.
    pub fn entries(&self) -> Result<Entries, StoreError> {
        let places: BTreeSet<usize> = self.places.iter().copied().collect();
        let mut entries = Entries::new();
        for place in places {
            entries.extend(self.store.entry(&self.graph.nodes[place].key)?.map(|entry| (place, entry)));
        }
        Ok(entries)
    }

    /// What steps of the study took, in seconds of one core, by place; of those that are stored and of those that were taken
    /// out of the store since.
    pub fn took(&self, entries: &Entries) -> BTreeMap<usize, f64> {
        let took = Took::new(self.study, self.graph, self.store);
        let of = |place: usize| entries.get(&place).map(|entry| entry.elapsed_s).or_else(|| took.gone(place));
        self.places.iter().filter_map(|&place| Some((place, of(place)?))).collect()
    }

    /// The step of an output and all that it needs, in graph order.
    pub fn behind(&self, wire: Wire) -> BTreeSet<usize> {
        self.places.get(wire.node).map_or_else(BTreeSet::new, |&place| self.ancestors(place))
    }

    /// A stored value; else the reason, as a sentence without its full stop.
    ///
    /// # Errors
    /// Where the system refuses to read the store.
    pub fn value(&self, wire: Wire) -> Result<Result<Value, String>, StoreError> {
        match self.stored(wire) {
            Ok(found) => Ok(found),
            Err(io @ StoreError::Io { .. }) => Err(io),
            Err(error) => Ok(Err(self.unreadable(&error))),
        }
    }

    fn stored(&self, wire: Wire) -> Result<Result<Value, String>, StoreError> {
        let Some(node) = self.node(wire) else { return Ok(Err("the plan has no such step".to_owned())) };
        let Some(port) = node.kind.about().outputs.get(wire.port) else {
            return Ok(Err(format!("kind `{}` has no such output", node.kind.name())));
        };
        let entry = self.store.entry(&node.key)?;
        let kept = entry.filter(|e| e.outputs.get(port.name).is_some_and(|output| !output.files.is_empty()));
        let Some(entry) = kept else { return Ok(Err(self.absent(self.places[wire.node]))) };
        self.store.value(&entry, port.name).map(Ok)
    }

    /// Why a step has no result: something before it failed, or nobody has run it.
    fn absent(&self, place: usize) -> String {
        let failed = self.ancestors(place).into_iter().find_map(|i| {
            let name = &self.graph.nodes[i].name;
            self.failures.contains_key(name.as_str()).then(|| format!("the step `{name}` failed"))
        });
        failed
            .or_else(|| self.gate(place))
            .unwrap_or_else(|| format!("it has not been computed; {} computes it", self.command()))
    }

    /// Why this machine cannot run a step that has no result, or one before it.
    fn gate(&self, place: usize) -> Option<String> {
        let nodes = self.ancestors(place).into_iter().map(|place| &self.graph.nodes[place]);
        let mut absent = nodes.filter(|node| !matches!(self.store.entry(&node.key), Ok(Some(_))));
        absent.find_map(|node| Some(format!("this machine cannot run the step `{}`: {}", node.name, node.step.gate()?)))
    }

    fn unreadable(&self, error: &StoreError) -> String {
        // Without the path: reports are read on other machines.
        match error {
            StoreError::Damaged { reason, .. } => {
                format!("its stored result is damaged ({reason}); {} computes it again", self.command())
            }
            StoreError::Io { source, .. } => format!("its stored result cannot be read: {source}"),
            StoreError::Bytes(error) => format!("its stored result cannot be read: {error}"),
        }
    }

    fn command(&self) -> String {
        let study = self.study;
        let profile = match study.profile.as_str() {
            DEFAULT_PROFILE => String::new(),
            other => format!(" --profile {other}"),
        };
        format!("`lofi run {}{profile}{}`", study.head.study, study.settings_in_words())
    }

    /// A step and everything that it needs, in graph order.
    fn ancestors(&self, place: usize) -> BTreeSet<usize> {
        let mut found = BTreeSet::from([place]);
        let mut open = vec![place];
        while let Some(at) = open.pop() {
            open.extend(self.graph.inputs_of(at).map(|wire| wire.node).filter(|&node| found.insert(node)));
        }
        found
    }

    /// The study's steps that failed, in graph order; cells that failed alike are one entry.
    pub fn failed_steps(&self) -> Vec<FailedStep> {
        let places: BTreeSet<usize> = self.places.iter().copied().collect();
        let mut found: Vec<FailedStep> = Vec::new();
        for node in places.into_iter().map(|place| &self.graph.nodes[place]) {
            let Some(&error) = self.failures.get(node.name.as_str()) else { continue };
            match found.iter_mut().find(|step| *step.place == *node.place && step.error == error) {
                Some(alike) => alike.more += 1,
                None => found.push(FailedStep {
                    name: node.name.clone(),
                    place: node.place.to_string(),
                    error: error.to_owned(),
                    more: 0,
                }),
            }
        }
        found
    }
}
