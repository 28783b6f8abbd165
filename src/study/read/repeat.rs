//! `repeat`: steps that follow each other several times, written once.
//!
//! ```yaml
//! steps:
//!   block:
//!     repeat: [{k: $k1}, {k: $k2}, {k: $k3}]   # or a number of rounds
//!     from: data
//!     steps:
//!       reduce: {kind: signed-moment-filter, inputs: {x: previous}, params: {keep: $k}}
//!       lift: {kind: random-features, inputs: {x: reduce}, params: {layer: $round, width: 500, seed: 0}}
//! ```
//! makes `reduce-1`, `lift-1`, `reduce-2`, `lift-2`, `reduce-3` and `block`, the last step of the last round. `previous` is the
//! last step of the round before, in the first one what stands behind `from`; `$round` counts from 0.

use super::expression::{expression, renamed};
use super::raw::Item;
use super::scope::reference;
use crate::yaml::{Entry, Fault, Node, Tree, known_names};

/// Rounds at most.
const MOST: usize = 100;
/// What stands for the step before.
const PREVIOUS: &str = "previous";
/// The name of the round's number.
const ROUND: &str = "round";

/// The steps with every block written out.
pub(super) fn unrolled(steps: &[Item]) -> Result<Vec<Item>, Vec<Fault>> {
    let (mut all, mut faults): (Vec<Item>, Vec<Fault>) = (Vec::new(), Vec::new());
    for item in steps {
        match item.node.get("repeat") {
            None => all.push(item.clone()),
            Some(repeat) => match Block::read(item, repeat) {
                Ok(block) => all.extend(block.steps()),
                Err(more) => faults.extend(more),
            },
        }
    }
    if faults.is_empty() {
        let twice = all.iter().enumerate().find(|(index, item)| all[..*index].iter().any(|one| one.name == item.name));
        faults.extend(twice.map(|(_, item)| {
            item.fault(item.mark, format!("a block makes a step `{}`, and there is another one", item.name))
                .help("give the block, its step or the other step another name")
        }));
    }
    if faults.is_empty() { Ok(all) } else { Err(faults) }
}

/// A block as it is written.
struct Block<'a> {
    item: &'a Item,
    /// The names of each round with their values.
    rounds: Vec<&'a [Entry]>,
    from: Option<&'a str>,
    steps: &'a [Entry],
}

impl<'a> Block<'a> {
    fn read(item: &'a Item, repeat: &'a Node) -> Result<Self, Vec<Fault>> {
        let known = ["repeat", "from", "steps"];
        let mut faults: Vec<Fault> = Vec::new();
        for entry in item.node.entries().iter().filter(|entry| !known.contains(&entry.key.as_str())) {
            let fault = item.fault(entry.mark, format!("unknown key `{}` in the block `{}`", entry.key, item.name));
            faults.push(fault.help(known_names(&entry.key, &known).unwrap_or_default()));
        }
        let rounds = rounds(item, repeat).map_err(|fault| vec![fault])?;
        let steps = item.node.get("steps").map(Node::entries).unwrap_or_default();
        if steps.is_empty() {
            let fault = item.fault(item.mark, format!("the block `{}` has no steps", item.name));
            faults.push(fault.help("add `steps:` with the steps of one round, each as it would stand by itself"));
        }
        let from = item.node.get("from");
        let block = Self { item, rounds, from: from.and_then(Node::text), steps };
        match (from, block.previous()) {
            (None, Some(place)) => faults.push(
                item.at(place, format!("`{PREVIOUS}` has no meaning in the first round"))
                    .help("add `from: STEP` to the block: the step that the first round begins with"),
            ),
            (Some(node), None) => faults.push(
                item.at(node, "no step of the block takes `previous`")
                    .help("wire `previous` to the first step of the block, or take `from` out"),
            ),
            (Some(node), _) if node.text().is_none() => {
                faults.push(item.at(node, format!("expected `step` or `step.output`, found {}", node.what())));
            }
            _ => {}
        }
        if faults.is_empty() { Ok(block) } else { Err(faults) }
    }

    /// Where `previous` is wired first.
    fn previous(&self) -> Option<&'a Node> {
        let inputs = self.steps.iter().filter_map(|entry| entry.node.get("inputs"));
        inputs.flat_map(Node::entries).find_map(|entry| texts(&entry.node).into_iter().find(|node| is_previous(node)))
    }

    fn steps(&self) -> Vec<Item> {
        (0..self.rounds.len())
            .flat_map(|round| {
                self.steps.iter().map(move |entry| Item {
                    name: self.name(&entry.key, round),
                    mark: entry.mark,
                    node: self.step(&entry.node, round),
                    source: self.item.source.clone(),
                })
            })
            .collect()
    }

    /// The name of a step in a round.
    fn name(&self, step: &str, round: usize) -> String {
        let is_last = self.steps.last().is_some_and(|last| last.key == step);
        if is_last && round + 1 == self.rounds.len() { self.item.name.clone() } else { format!("{step}-{}", round + 1) }
    }

    fn step(&self, node: &Node, round: usize) -> Node {
        let Tree::Map(entries) = &node.tree else { return node.clone() };
        let part = |entry: &Entry| Entry {
            node: match entry.key.as_str() {
                "inputs" => self.wired(&entry.node, round),
                _ => self.valued(&entry.node, round),
            },
            ..entry.clone()
        };
        Node { tree: Tree::Map(entries.iter().map(part).collect()), ..node.clone() }
    }

    /// Inputs with the names of steps as they are in this round.
    fn wired(&self, node: &Node, round: usize) -> Node {
        let tree =
            match &node.tree {
                Tree::Text(text) => {
                    let (step, port) = text.split_once('.').map_or((text.as_str(), ""), |(step, port)| (step, port));
                    let of_round = |entry: &&Entry| entry.key == step;
                    let found = match (step == PREVIOUS, round) {
                        (true, 0) => self.from.map(str::to_owned),
                        (true, _) => self.steps.last().map(|last| self.name(&last.key, round - 1)),
                        (false, _) => self.steps.iter().find(of_round).map(|entry| self.name(&entry.key, round)),
                    };
                    Tree::Text(found.map_or_else(
                        || text.clone(),
                        |name| if port.is_empty() { name } else { format!("{name}.{port}") },
                    ))
                }
                Tree::List(items) => Tree::List(items.iter().map(|item| self.wired(item, round)).collect()),
                Tree::Map(entries) => {
                    let wired = |entry: &Entry| Entry { node: self.wired(&entry.node, round), ..entry.clone() };
                    Tree::Map(entries.iter().map(wired).collect())
                }
                other => other.clone(),
            };
        Node { tree, ..node.clone() }
    }

    /// Parameters with the names of the round replaced by their values.
    fn valued(&self, node: &Node, round: usize) -> Node {
        let tree = match &node.tree {
            Tree::Text(text) => {
                if let Some(own) = reference(text).and_then(|name| self.value(name, round)) {
                    return Node { mark: node.mark, ..own };
                }
                let in_words = |name: &str| {
                    let own = self.value(name, round)?;
                    let other = own.text().and_then(reference).map(str::to_owned);
                    Some(other.unwrap_or_else(|| own.to_json().to_string()))
                };
                expression(text)
                    .map_or_else(|| node.tree.clone(), |inner| Tree::Text(format!("$({})", renamed(inner, in_words))))
            }
            Tree::List(items) => Tree::List(items.iter().map(|item| self.valued(item, round)).collect()),
            Tree::Map(entries) => {
                let valued = |entry: &Entry| Entry { node: self.valued(&entry.node, round), ..entry.clone() };
                Tree::Map(entries.iter().map(valued).collect())
            }
            other => other.clone(),
        };
        Node { tree, ..node.clone() }
    }

    /// What a name stands for in a round.
    fn value(&self, name: &str, round: usize) -> Option<Node> {
        if name == ROUND {
            return Some(Node::new(self.item.mark, Tree::Int(i64::try_from(round).ok()?)));
        }
        self.rounds[round].iter().find(|entry| entry.key == name).map(|entry| entry.node.clone())
    }
}

fn rounds<'a>(item: &Item, repeat: &'a Node) -> Result<Vec<&'a [Entry]>, Fault> {
    let help = format!("write a number of rounds from 1 to {MOST}, or a list with a mapping for each round");
    let rounds = match &repeat.tree {
        Tree::Int(count) => vec![&[][..]; usize::try_from(*count).unwrap_or(0).min(MOST + 1)],
        Tree::List(items) => {
            let wrong = items.iter().find(|one| !matches!(one.tree, Tree::Map(_)));
            if let Some(wrong) = wrong {
                return Err(item.at(wrong, format!("a round is a mapping, found {}", wrong.what())).help(help));
            }
            items.iter().map(Node::entries).collect()
        }
        _ => Vec::new(),
    };
    if rounds.is_empty() || rounds.len() > MOST {
        let found = match &repeat.tree {
            Tree::Int(count) => format!("{count} rounds"),
            Tree::List(items) => format!("{} rounds", items.len()),
            _ => repeat.what().to_string(),
        };
        return Err(item.at(repeat, format!("`repeat` cannot be {found}")).help(help));
    }
    // a name that one round has and another has not would stand for nothing there
    let (first, others) = rounds.split_first().map_or((&[][..], &[][..]), |(first, others)| (*first, others));
    let lacks = |entries: &[Entry], key: &str| entries.iter().all(|entry| entry.key != key);
    for other in others {
        let missing = first.iter().find(|entry| lacks(other, &entry.key));
        if let Some(entry) = missing.or_else(|| other.iter().find(|entry| lacks(first, &entry.key))) {
            let fault = item.fault(entry.mark, format!("`{}` is not in every round", entry.key));
            return Err(fault.help("give every round the same names"));
        }
    }
    Ok(rounds)
}

fn is_previous(node: &Node) -> bool {
    node.text().is_some_and(|text| text.split('.').next() == Some(PREVIOUS))
}

fn texts(node: &Node) -> Vec<&Node> {
    match &node.tree {
        Tree::List(items) => items.iter().collect(),
        _ => vec![node],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{Source, parse};
    use std::sync::Arc;

    fn steps(text: &str) -> Result<Vec<String>, String> {
        let source = Arc::new(Source::new("s.yaml", text));
        let root = parse(&source).unwrap();
        let item =
            |e: &Entry| Item { name: e.key.clone(), mark: e.mark, node: e.node.clone(), source: Arc::clone(&source) };
        let items: Vec<Item> = root.entries().iter().map(item).collect();
        let all = unrolled(&items).map_err(|faults| faults[0].message.clone())?;
        Ok(all.iter().map(|item| format!("{} {}", item.name, item.node.to_json())).collect())
    }

    const BLOCK: &str = "
data: {kind: d}
block:
  repeat: [{k: 3}, {k: $k2}]
  from: data.samples
  steps:
    reduce: {kind: f, inputs: {x: previous}, params: {keep: $k, least: '$([k, round + n] | min)'}}
    lift: {kind: r, inputs: {x: reduce.features, y: [other, previous]}, params: {layer: $round}}
last: {kind: l, inputs: {x: block}}
";

    #[test]
    fn rounds_follow_each_other_and_the_last_step_has_the_name_of_the_block() {
        let reduce = |k: &str, least: &str, x: &str| {
            format!(r#"{{"kind":"f","inputs":{{"x":"{x}"}},"params":{{"keep":{k},"least":"$({least})"}}}}"#)
        };
        let lift = |n: usize, previous: &str| {
            let inputs = format!(r#"{{"x":"reduce-{}.features","y":["other","{previous}"]}}"#, n + 1);
            format!(r#"{{"kind":"r","inputs":{inputs},"params":{{"layer":{n}}}}}"#)
        };
        let expected = [
            r#"data {"kind":"d"}"#.to_owned(),
            format!("reduce-1 {}", reduce("3", "[3, 0 + n] | min", "data.samples")),
            format!("lift-1 {}", lift(0, "data.samples")),
            format!("reduce-2 {}", reduce("\"$k2\"", "[k2, 1 + n] | min", "lift-1")),
            format!("block {}", lift(1, "lift-1")),
            r#"last {"kind":"l","inputs":{"x":"block"}}"#.to_owned(),
        ];
        assert_eq!(steps(BLOCK).unwrap(), expected);
    }

    #[test]
    fn a_number_is_so_many_rounds() {
        let text = "b: {repeat: 3, from: d, steps: {s: {kind: k, inputs: {x: previous}}}}\n";
        let names: Vec<String> = steps(text).unwrap().iter().map(|s| s.split(' ').next().unwrap().to_owned()).collect();
        assert_eq!(names, ["s-1", "s-2", "b"]);
    }

    #[test]
    fn what_is_wrong_is_told() {
        let told = |text: &str| steps(text).unwrap_err();
        assert_eq!(told("b: {repeat: 0, steps: {s: {kind: k}}}"), "`repeat` cannot be 0 rounds");
        assert_eq!(told("b: {repeat: many, steps: {s: {kind: k}}}"), "`repeat` cannot be a text");
        assert_eq!(told("b: {repeat: 2}"), "the block `b` has no steps");
        assert_eq!(told("b: {repeat: 2, steps: {s: {kind: k}}, kind: x}"), "unknown key `kind` in the block `b`");
        let none = told("b: {repeat: 2, steps: {s: {kind: k, inputs: {x: previous}}}}");
        assert_eq!(none, "`previous` has no meaning in the first round");
        assert_eq!(told("b: {repeat: [{k: 1}, {j: 1}], steps: {s: {kind: k}}}"), "`k` is not in every round");
        let twice = "s-1: {kind: k}\nb: {repeat: 2, steps: {s: {kind: k}}}";
        assert_eq!(told(twice), "a block makes a step `s-1`, and there is another one");
        assert_eq!(told("b: {repeat: 2, from: d, steps: {s: {kind: k}}}"), "no step of the block takes `previous`");
    }
}
