//! The reasons of one step and of those behind it, in words and as JSON.

use super::origin;
use super::target::bare;
use crate::cli::fail::Failure;
use crate::engine::{Change, Decision, Entry, Graph, History, ParamChange, RunPlan, Store};
use crate::study::Study;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// Most pieces of code, and most inputs of one slot and step, that are named.
const SHOWN: usize = 6;

/// file:line:column of a parameter: of which study, which step, and where in its parameters.
type Written<'a> = &'a dyn Fn(&str, &str, &[String]) -> Option<String>;

/// What reasons are found from.
pub(super) struct Reasons<'a> {
    pub graph: &'a Graph,
    pub plan: &'a RunPlan,
    pub history: History<'a>,
    pub store: &'a Store,
    pub studies: &'a [Study],
    pub written: Written<'a>,
}

impl Reasons<'_> {
    /// The changes of a node.
    pub fn changes(&self, node: usize) -> Result<Vec<Change>, Failure> {
        Ok(self.history.changes(node)?)
    }

    /// What happens to a node, in words.
    pub fn standing(&self, node: usize) -> Result<String, Failure> {
        Ok(match (&self.plan.decisions[node], self.entry(node)) {
            (Decision::Run(reason), _) => format!("runs: {reason}"),
            (Decision::Gated(why), _) => format!("is gated, left out on this machine: {why}"),
            (_, Some(entry)) => format!("is in the store: {}", origin::of_one(&entry, self.store)?),
            (_, None) => "need not run: all that needs it is in the store".to_owned(),
        })
    }

    /// The stored result of a node, whether or not something needs it.
    pub fn entry(&self, node: usize) -> Option<Entry> {
        let unneeded = || self.store.entry(&self.graph.nodes[node].key).ok().flatten();
        self.plan.entries[node].clone().or_else(unneeded)
    }

    /// The lines under a node: what is other than in its last run, with the reasons of its inputs below.
    pub fn lines(&self, node: usize) -> Result<Vec<String>, Failure> {
        let (mut lines, mut told) = (Vec::new(), BTreeSet::from([node]));
        self.tree(node, 1, (&mut lines, &mut told))?;
        Ok(lines)
    }

    fn tree(
        &self,
        node: usize,
        depth: usize,
        (lines, told): (&mut Vec<String>, &mut BTreeSet<usize>),
    ) -> Result<(), Failure> {
        let indent = "  ".repeat(depth);
        let mut inputs: BTreeMap<(&str, String), Vec<usize>> = BTreeMap::new();
        for change in self.changes(node)? {
            match change {
                Change::Input { slot, node } => inputs.entry((slot, self.label(node))).or_default().push(node),
                other => lines.extend(self.words(node, &other).into_iter().map(|line| format!("{indent}{line}"))),
            }
        }
        for ((slot, label), nodes) in inputs {
            let first = nodes[0];
            let many =
                if nodes.len() > 1 { format!(", {} cells, the first of which", nodes.len()) } else { String::new() };
            let name = if nodes.len() > 1 { label } else { self.name(first) };
            if told.insert(first) {
                lines.push(format!("{indent}its input `{slot}` is another one: {name}{many}"));
                self.tree(first, depth + 1, (lines, told))?;
            } else {
                lines.push(format!("{indent}its input `{slot}` is another one: {name}, see above"));
            }
        }
        Ok(())
    }

    /// A change in words.
    pub fn words(&self, node: usize, change: &Change) -> Vec<String> {
        let kind = self.graph.nodes[node].kind.name();
        match change {
            Change::New => vec!["it was no part of the last run of its study".to_owned()],
            Change::Kind { before } => vec![format!("its kind was `{before}` and is `{kind}`")],
            Change::Code { pieces: None } => {
                vec![format!("the code of `{kind}` changed; in which function was not recorded by that run")]
            }
            Change::Code { pieces: Some(pieces) } => {
                let more = pieces.len().saturating_sub(SHOWN);
                let named = pieces.iter().take(SHOWN).map(|piece| format!("the code of `{kind}` changed: {piece}"));
                let rest = (more > 0).then(|| format!("the code of `{kind}` changed: {more} more pieces"));
                let none = pieces.is_empty().then(|| format!("the code of `{kind}` changed: what names lead to"));
                named.chain(rest).chain(none).collect()
            }
            Change::Param(change) => vec![self.param(node, change)],
            Change::Input { slot, node } => vec![format!("its input `{slot}` is another one: {}", self.label(*node))],
            Change::Unwired { name } => vec![format!("`{name}` is not wired to it any more")],
            Change::Form => {
                vec!["nothing of it: the order of its wires, or the form in which results are stored".to_owned()]
            }
        }
    }

    fn param(&self, node: usize, change: &ParamChange) -> String {
        let ParamChange { path, before, now } = change;
        let (study, label) = self.parts(node);
        let place = (self.written)(study, bare(label), path);
        // what a step does not write is a default, or follows from its table
        let place = place.unwrap_or_else(|| format!("step at {}", self.graph.nodes[node].place));
        if path.first().is_some_and(|first| first == "data") && path.last().is_some_and(|last| last == "digest") {
            let card = self.graph.nodes[node].params["data"]["card"].as_str().unwrap_or_default();
            return format!("the content of the data set `{card}` changed: digest {before} → {now}  ({place})");
        }
        format!("`{}` {before} → {now}  ({place})", path.join("."))
    }

    /// The name of a node.
    pub fn name(&self, node: usize) -> String {
        self.graph.nodes[node].name.clone()
    }

    /// Study and step of a node, without its cell.
    fn parts(&self, node: usize) -> (&str, &str) {
        let name = self.graph.nodes[node].name.as_str();
        let (study, rest) = name.split_once(": ").unwrap_or(("", name));
        (study, rest.split_once(" [").map_or(rest, |(label, _)| label))
    }

    /// The name of a node without its cell; that of its study where there are several.
    pub fn label(&self, node: usize) -> String {
        let (study, label) = self.parts(node);
        if self.studies.len() == 1 { label.to_owned() } else { format!("{study}: {label}") }
    }

    /// A node as JSON.
    pub fn json(&self, node: usize) -> Result<Json, Failure> {
        let (decision, reason) = match &self.plan.decisions[node] {
            Decision::Run(reason) => ("run", Some(reason)),
            Decision::Gated(reason) => ("gated", Some(reason)),
            Decision::Cached => ("cached", None),
            Decision::NotNeeded => ("not needed", None),
        };
        let changes = self.changes(node)?;
        let inputs = changes.iter().filter_map(|change| match change {
            Change::Input { node, .. } => Some(self.name(*node)),
            _ => None,
        });
        let words: Vec<String> = changes.iter().flat_map(|change| self.words(node, change)).collect();
        let computed = match self.entry(node) {
            Some(entry) => Some(origin::json_of_one(&entry, self.store)?),
            None => None,
        };
        Ok(json!({
            "event": "why", "name": self.name(node), "key": self.graph.nodes[node].key, "decision": decision,
            "reason": reason, "changes": words, "changed_inputs": inputs.collect::<Vec<_>>(), "computed": computed,
        }))
    }
}
