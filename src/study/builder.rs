//! Collects steps and faults: a step is checked, planned and looked at beside those before it.

use super::environment::Environment;
use super::model::{Draft, Node};
use super::read::raw::Item;
use super::read::scope::{Scoped, reference};
use super::{chains, columns};
use crate::step::{DataRef, ErasedKind, FOUND, Header, ParamFault, Plan, Problem, Ready, Shapes};
use crate::study::model::Wire;
use crate::yaml::{Fault, Node as YamlNode};
use std::collections::{HashSet, VecDeque};
use std::path::Path;
use std::sync::Arc;

/// Most faults shown at once.
pub(super) const MAX_FAULTS: usize = 20;

/// Plans that are looked through for one that is equal.
const PLANS: usize = 32;

/// Collects nodes and faults.
pub(super) struct Builder<'a> {
    pub environment: Environment<'a>,
    /// The project's folder.
    pub root: &'a Path,
    pub scoped: &'a Scoped,
    pub data: Option<&'a DataRef>,
    pub nodes: Vec<Node>,
    /// The headers of the nodes, each once.
    pub headers: HashSet<Arc<Header>>,
    /// The last plans that were made, of whatever step.
    pub plans: VecDeque<Arc<Plan>>,
    pub faults: Vec<Fault>,
}

impl Builder<'_> {
    /// Only checks parameters, for a step that cannot be made because an input could not.
    pub fn check(&mut self, kind: &'static dyn ErasedKind, params: &YamlNode, item: &Item) {
        let _ = self.ready(kind, params, item);
    }

    /// Reads and checks parameters; faults are collected, not returned.
    pub fn ready(&mut self, kind: &'static dyn ErasedKind, params: &YamlNode, item: &Item) -> Option<Ready<'static>> {
        kind.typed(&params.to_json()).map_err(|faults| self.refuse(kind, (params, item), &faults)).ok()
    }

    fn refuse(&mut self, kind: &dyn ErasedKind, (params, item): (&YamlNode, &Item), faults: &[ParamFault]) {
        for (mut located, fault) in params.locate(&item.source, faults).into_iter().zip(faults) {
            if fault.path.is_empty() && fault.message.starts_with("missing field") {
                located.message = format!("`{}`: {}", item.name, located.message);
                located.help = Some(format!("`lofi list kinds {}` says what it is for", kind.name()));
            }
            self.faults.push(used(located, &fault.path, item));
        }
    }

    /// Checks parameters and sizes and adds the node; faults are collected, not returned.
    pub fn add(&mut self, draft: Draft<'_>) -> Option<usize> {
        let ready = self.ready(draft.kind, draft.params, draft.item)?;
        self.place(draft, ready)
    }

    /// Checks the sizes of a step whose parameters are checked, and adds the node; faults are collected, not returned.
    pub fn place(&mut self, draft: Draft<'_>, (params, step): Ready<'static>) -> Option<usize> {
        let shape = |wire: &Wire| self.nodes[wire.node].plan.outputs[wire.port];
        let shapes = draft.inputs.iter().map(|(slot, wires)| (slot.clone(), wires.iter().map(shape).collect()));
        let tables = columns::wired(&self.nodes, &draft.inputs, draft.kind);
        match step.plan(&Shapes(shapes.collect())) {
            Ok(plan) => {
                let unknown = columns::unknown(&draft, &params, &tables);
                if !unknown.is_empty() {
                    self.faults.extend(unknown);
                    return None;
                }
                let made = columns::made(draft.kind, step.as_ref(), &tables);
                let headers = made.into_iter().map(|header| header.map(|header| self.shared(header))).collect();
                let weights = step.weights();
                self.faults.extend(weights.and_then(|own| chains::repeated(&self.nodes, &draft, own)));
                let place = self.shared_place(draft.item.source.place(draft.item.mark));
                let plan = self.shared_plan(plan);
                let given = draft.params.get(FOUND).map(|_| Arc::new(draft.params.to_json()));
                let Draft { label, cell, kind, inputs, .. } = draft;
                // the names of the kind, of which all steps have the same: an input that it does not know was refused
                let slot = |name: &str| kind.about().inputs.iter().map(|slot| slot.name).find(|known| *known == name);
                let inputs = inputs.into_iter().filter_map(|(name, wires)| Some((slot(&name)?, wires))).collect();
                self.nodes.push(Node { label, cell, kind, params, given, step, inputs, plan, headers, weights, place });
                Some(self.nodes.len() - 1)
            }
            Err(problems) => {
                let located = problems.iter().map(|problem| locate(problem, &draft));
                self.faults.extend(located);
                None
            }
        }
    }

    // Steps of one item stand at one place, and mostly follow one another.
    fn shared_place(&self, place: String) -> Arc<str> {
        match self.nodes.last() {
            Some(node) if *node.place == *place => Arc::clone(&node.place),
            _ => place.into(),
        }
    }

    // Neighbouring cells have steps of few sizes, each of which is a kilobyte.
    fn shared_plan(&mut self, plan: Plan) -> Arc<Plan> {
        if let Some(known) = self.plans.iter().find(|known| ***known == plan) {
            return Arc::clone(known);
        }
        if self.plans.len() == PLANS {
            self.plans.pop_front();
        }
        let plan = Arc::new(plan);
        self.plans.push_back(Arc::clone(&plan));
        plan
    }

    fn shared(&mut self, header: Header) -> Arc<Header> {
        if let Some(known) = self.headers.get(&header) {
            return Arc::clone(known);
        }
        let header = Arc::new(header);
        self.headers.insert(Arc::clone(&header));
        header
    }
}

fn locate(problem: &Problem, draft: &Draft<'_>) -> Fault {
    let at = problem.at.as_deref().unwrap_or_default();
    let path: Vec<String> = at.split('.').map(ToOwned::to_owned).collect();
    let source = &draft.item.source;
    let param = draft.params.get(&path[0]).map(|_| draft.params.find(&path, None));
    let slot = draft.item.node.get("inputs").and_then(|inputs| inputs.get(at)).map(|node| (node.mark, None));
    let (mark, written) = param.or(slot).unwrap_or((draft.item.mark, None));
    let cell: Vec<String> = draft.cell.iter().map(|(axis, value)| format!("{axis} = {value}")).collect();
    let context = if cell.is_empty() { String::new() } else { format!(" (at {})", cell.join(", ")) };
    let message = format!("step `{}`: {}{context}", draft.label, problem.message);
    let fault = written.unwrap_or(source).fault(mark, message);
    let fault = match &problem.help {
        Some(help) => fault.help(help.clone()),
        None => fault,
    };
    used(fault, &path, draft.item)
}

/// A fault of a value that is written elsewhere and used here by its name, with the place of the use.
fn used(fault: Fault, path: &[String], item: &Item) -> Fault {
    let written = item.node.get("params").unwrap_or(&item.node);
    let (node, _) = written.deepest(path);
    let Some(name) = node.text().and_then(reference) else { return fault };
    let place = item.source.place(node.mark);
    let use_here = format!("it is used as `${name}` at {place}");
    match fault.help.clone() {
        Some(help) => fault.help(format!("{help}; {use_here}")),
        None => fault.help(use_here),
    }
}
