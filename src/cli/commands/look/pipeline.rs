//! A study as boxes and arrows: its steps, each once for all cells, and its tables, claims and figures.

use super::target::bare;
use crate::artifact::Cell;
use crate::step::{ErasedKind, Family};
use crate::study::Study;
use serde_json::Value as Json;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// A step with all of its cells.
pub(super) struct Step {
    /// Its name in the study.
    pub name: String,
    pub kind: &'static dyn ErasedKind,
    /// How many cells it is computed in.
    pub cells: usize,
    /// The axes that it depends on, with their values in order.
    pub axes: Vec<(String, Vec<String>)>,
    /// The works behind what it does with its parameters.
    pub cites: Vec<&'static str>,
    /// The parameters of each cell.
    pub params: Vec<Arc<Json>>,
    /// file:line:column
    pub place: String,
}

/// What goes from one step into a slot of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Arrow {
    pub from: usize,
    pub to: usize,
    pub slot: &'static str,
    pub port: &'static str,
}

/// All of it, what is wired to a step before it.
pub(super) struct Pipeline {
    pub steps: Vec<Step>,
    pub arrows: Vec<Arrow>,
}

impl Pipeline {
    pub fn of(study: &Study) -> Self {
        let mut places: HashMap<(&str, &str), usize> = HashMap::new();
        let (mut steps, mut arrows): (Vec<Step>, Vec<Arrow>) = (Vec::new(), Vec::new());
        let mut of_node = Vec::with_capacity(study.nodes.len());
        for node in &study.nodes {
            let at = *places.entry((node.label.as_str(), node.kind.name())).or_insert_with(|| {
                steps.push(Step {
                    name: bare(&node.label).to_owned(),
                    kind: node.kind,
                    cells: 0,
                    axes: Vec::new(),
                    cites: Vec::new(),
                    params: Vec::new(),
                    place: node.place.to_string(),
                });
                steps.len() - 1
            });
            of_node.push(at);
            let step = &mut steps[at];
            step.cells += 1;
            for key in node.step.cites() {
                if !step.cites.contains(&key) {
                    step.cites.push(key);
                }
            }
            step.params.push(Arc::clone(&node.params));
            node.cell.iter().for_each(|(axis, value)| step.has(axis, value));
            for (slot, wires) in &node.inputs {
                for wire in wires {
                    let port = study.nodes[wire.node].kind.about().outputs[wire.port].name;
                    let arrow = Arrow { from: of_node[wire.node], to: at, slot, port };
                    if !arrows.contains(&arrow) {
                        arrows.push(arrow);
                    }
                }
            }
        }
        Self { steps, arrows }
    }

    /// What is wired to a step.
    pub fn into(&self, step: usize) -> impl Iterator<Item = &Arrow> {
        self.arrows.iter().filter(move |arrow| arrow.to == step)
    }

    /// How many arrows the longest way to each step has: the row in which it is drawn.
    pub fn rows(&self) -> Vec<usize> {
        let mut rows = vec![0; self.steps.len()];
        for step in 0..self.steps.len() {
            rows[step] = self.into(step).map(|arrow| rows[arrow.from] + 1).max().unwrap_or(0);
        }
        rows
    }
}

impl Step {
    fn has(&mut self, axis: &str, value: &Cell) {
        let text = value.to_string();
        match self.axes.iter_mut().find(|(known, _)| known == axis) {
            Some((_, values)) if !values.contains(&text) => values.push(text),
            Some(_) => {}
            None => self.axes.push((axis.to_owned(), vec![text])),
        }
    }

    pub fn family(&self) -> Family {
        self.kind.about().family
    }

    /// Name and kind, once where they are the same.
    pub fn kind_beside(&self) -> &str {
        if self.name == self.kind.name() { "" } else { self.kind.name() }
    }

    /// The parameters with their values: one where all cells have it, else what differs in a word.
    pub fn parameters(&self) -> Vec<(String, Values)> {
        let mut found: BTreeMap<String, Vec<&Json>> = BTreeMap::new();
        for params in &self.params {
            for (name, value) in params.as_object().into_iter().flatten() {
                let values = found.entry(name.clone()).or_default();
                if !values.contains(&value) {
                    values.push(value);
                }
            }
        }
        let order: Vec<&String> =
            self.params.first().and_then(|params| params.as_object()).into_iter().flat_map(|map| map.keys()).collect();
        let values = |name: &&String| match found.get(*name).map(Vec::as_slice) {
            Some([one]) => Some(((*name).clone(), Values::One((*one).clone()))),
            Some(many) => Some(((*name).clone(), Values::Many(many.iter().map(|value| (*value).clone()).collect()))),
            None => None,
        };
        order.iter().filter_map(values).collect()
    }
}

/// The values of a parameter over the cells of a step.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Values {
    One(Json),
    Many(Vec<Json>),
}
