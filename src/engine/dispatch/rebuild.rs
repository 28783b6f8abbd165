//! A graph of some steps from their descriptions: they, what they need that no store keeps, and stored results as leaves.

use super::describe::{Described, Descriptions};
use crate::engine::plan::graph::{Graph, GraphNode, GraphWire};
use crate::engine::plan::key::{fingerprint, key_of};
use crate::engine::store::{Store, StoreError};
use crate::step::roles::{After, Need};
use crate::step::{
    Configured, Context, ErasedKind, Header, Headers, Inputs, Outputs, Plan, Problem, Shapes, StepError, WeightStream,
    wired,
};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Steps that can run here.
pub struct Rebuilt {
    /// They and what they need.
    pub graph: Graph,
    /// Steps that were asked for and cannot be run now, with the reason.
    pub blocked: Vec<(Described, Blocked)>,
}

/// Why a step cannot be run now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blocked {
    /// A result is not there yet that somebody else computes: its step.
    Waits(String),
    /// A step that it needs failed: its name.
    Failed(String),
}

/// What a description cannot be made a step of.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No description.
    #[error("the store describes no step {0}")]
    Unknown(String),
    /// This program would compute something else.
    #[error("step `{name}` is described by another version of this program: {reason}")]
    Other {
        /// The step.
        name: String,
        /// What differs.
        reason: String,
    },
}

struct Builder<'a> {
    store: &'a Store,
    descriptions: &'a mut Descriptions,
    kinds: &'static [&'static dyn ErasedKind],
    asked: BTreeSet<&'a str>,
    graph: Graph,
    /// The node of each key that was met, or why there is none.
    known: HashMap<String, Result<usize, Blocked>>,
}

/// Makes a graph of the steps with these keys.
///
/// # Errors
/// Where one is not described, by this version of the program, or the store cannot be read.
pub fn rebuild(
    store: &Store,
    descriptions: &mut Descriptions,
    (keys, kinds): (&[String], &'static [&'static dyn ErasedKind]),
) -> Result<Rebuilt, RebuildError> {
    let asked: BTreeSet<&str> = keys.iter().map(String::as_str).collect();
    let graph = Graph { studies: vec!["".into()], ..Graph::default() };
    let mut builder = Builder { store, descriptions, kinds, asked, graph, known: HashMap::new() };
    let mut blocked = Vec::new();
    for key in keys {
        let step = builder.described(key)?;
        match builder.node(&step)? {
            Ok(node) => {
                builder.graph.targets.extend(step.needed.iter().map(|&port| GraphWire { node, port }));
            }
            Err(why) => blocked.push((step, why)),
        }
    }
    let mut graph = builder.graph;
    graph.targets.sort_unstable();
    graph.targets.dedup();
    graph.places = vec![(0..graph.nodes.len()).collect()];
    Ok(Rebuilt { graph, blocked })
}

impl Builder<'_> {
    fn described(&mut self, key: &str) -> Result<Described, RebuildError> {
        self.descriptions.get(key)?.ok_or_else(|| RebuildError::Unknown(key.to_owned()))
    }

    /// The node of a step with all that it needs. Recursion is as deep as a chain of steps that are not stored.
    fn node(&mut self, step: &Described) -> Result<Result<usize, Blocked>, RebuildError> {
        if let Some(known) = self.known.get(&step.key) {
            return Ok(known.clone());
        }
        let made = self.make(step)?;
        self.known.insert(step.key.clone(), made.clone());
        Ok(made)
    }

    fn make(&mut self, step: &Described) -> Result<Result<usize, Blocked>, RebuildError> {
        let mut inputs: Vec<(String, Vec<GraphWire>)> = Vec::new();
        for (slot, wires) in &step.inputs {
            let mut nodes = Vec::with_capacity(wires.len());
            for (key, port) in wires {
                match self.input(key, *port)? {
                    Ok(node) => nodes.push(GraphWire { node, port: *port }),
                    Err(why) => return Ok(Err(why)),
                }
            }
            inputs.push((slot.clone(), nodes));
        }
        self.push(step, Some(inputs)).map(Ok)
    }

    /// What gives a value that a step takes: a stored result, or a step to run here.
    fn input(&mut self, key: &str, port: usize) -> Result<Result<usize, Blocked>, RebuildError> {
        if let Some(known) = self.known.get(key) {
            return Ok(known.clone());
        }
        let step = self.described(key)?;
        let name = step.ports.get(port).map_or("", String::as_str);
        let entry = match self.store.entry(key) {
            Err(StoreError::Damaged { .. }) => None,
            other => other?,
        };
        let stored = entry.is_some_and(|entry| entry.outputs.get(name).is_some_and(|output| !output.files.is_empty()));
        let made = if stored && !self.asked.contains(key) {
            Ok(self.push(&step, None)?)
        } else if let Some(mark) =
            self.store.failure(key)?.filter(|mark| mark.cause.stays() && !self.asked.contains(key))
        {
            Err(Blocked::Failed(mark.name))
        } else if step.kept && !self.asked.contains(key) {
            Err(Blocked::Waits(step.name))
        } else {
            return self.node(&step);
        };
        self.known.insert(key.to_owned(), made.clone());
        Ok(made)
    }

    fn kind(&self, step: &Described) -> Result<&'static dyn ErasedKind, RebuildError> {
        let other = |reason: &str| RebuildError::Other { name: step.name.clone(), reason: reason.to_owned() };
        let found = self.kinds.iter().find(|kind| kind.name() == step.kind);
        let kind = *found.ok_or_else(|| other(&format!("there is no kind `{}`", step.kind)))?;
        let slots: Vec<&str> = step.inputs.iter().map(|(slot, _)| slot.as_str()).collect();
        let kind = wired(kind, &slots, &step.params);
        if fingerprint(kind) != step.code {
            return Err(other(&format!("the code of `{}` is not the same; use one program for all", step.kind)));
        }
        Ok(kind)
    }

    /// Adds a node; without inputs it is a stored result.
    fn push(&mut self, step: &Described, inputs: Option<Vec<(String, Vec<GraphWire>)>>) -> Result<usize, RebuildError> {
        let other = |reason: String| RebuildError::Other { name: step.name.clone(), reason };
        let kind = self.kind(step)?;
        let (params, typed) = kind
            .typed(&step.params)
            .map_err(|faults| other(faults.first().map_or_else(String::new, |fault| fault.message.clone())))?;
        if key_of(kind, &params, &step.inputs) != step.key {
            return Err(other("it has another key here".to_owned()));
        }
        let slot = |name: &str| kind.about().inputs.iter().map(|slot| slot.name).find(|known| *known == name);
        let (configured, inputs) = match inputs {
            Some(inputs) => (typed, inputs.into_iter().filter_map(|(name, w)| Some((slot(&name)?, w))).collect()),
            None => (Arc::new(Stored) as Arc<dyn Configured>, Vec::new()),
        };
        self.graph.nodes.push(GraphNode {
            key: step.key.clone(),
            name: step.name.clone(),
            study: step.study.as_str().into(),
            kind,
            params,
            given: None,
            step: configured,
            inputs,
            plan: Arc::new(step.plan()),
            place: step.place.as_str().into(),
        });
        Ok(self.graph.nodes.len() - 1)
    }
}

/// A result that is in the store when the graph is made. Where it is damaged when it is read, its inputs are not here:
/// what needs it waits until the graph is made anew.
struct Stored;

impl Configured for Stored {
    fn plan(&self, _: &Shapes) -> Result<Plan, Vec<Problem>> {
        Ok(Plan::light(Vec::new()))
    }

    fn run(&self, _: &Inputs, _: &Context<'_>) -> Result<Outputs, StepError> {
        Err(StepError::Bug("a stored result is not computed here".to_owned()))
    }

    fn needs(&self) -> Vec<Need> {
        Vec::new()
    }

    fn after(&self) -> After {
        After::default()
    }

    fn header(&self, _: &str, _: &Headers) -> Option<Header> {
        None
    }

    fn weights(&self) -> Option<WeightStream> {
        None
    }

    fn cites(&self) -> Vec<&'static str> {
        Vec::new()
    }

    fn gate(&self) -> Option<String> {
        Some("a stored result that it needs is gone".to_owned())
    }

    fn workers(&self) -> usize {
        1
    }
}
