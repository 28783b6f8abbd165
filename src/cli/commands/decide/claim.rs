//! How a claim stands: its verdict, its conditions, and the cells that each of them is about.

use super::need::{Evidence, Rules};
use crate::artifact::{Cell, Outcome, Table, Value, Verdict};
use crate::engine::{Graph, Store};
use crate::step::roles::{SEED, evidence};
use crate::step::{Columns, Condition as Is, Filter};
use crate::study::{Output, RegisteredClaim, SeedRecord, Study};
use serde::Deserialize;
use std::collections::BTreeSet;

/// Why a claim without chance gets no seeds.
const DETERMINISTIC: &str = "nothing random goes into it";

/// What a claim's parameters say that seeds hang on.
#[derive(Debug, Deserialize)]
struct Head {
    level: f64,
    #[serde(default)]
    smallest_effect: Option<f64>,
    #[serde(default)]
    deterministic: bool,
    #[serde(default)]
    looks: Vec<usize>,
    #[serde(default)]
    seeds: Option<Columns>,
    #[serde(default)]
    per: Columns,
    #[serde(default, rename = "where")]
    filter: Filter,
}

/// A condition with the cells of the sweep that it is about.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Condition {
    pub evidence: Evidence,
    pub cells: Filter,
}

/// A claim of a study with what is stored of it.
#[derive(Debug, Clone)]
pub(super) struct Claim {
    pub name: String,
    /// Nothing where the step that tests it has no result.
    pub verdict: Option<Verdict>,
    pub conditions: Vec<Condition>,
    pub rules: Rules,
    /// What the record has of it.
    pub registered: RegisteredClaim,
    /// The cells of the whole claim.
    pub cells: Filter,
    /// Why no seed can decide it, whatever its conditions are.
    pub seedless: Option<&'static str>,
}

impl Claim {
    /// A claim as it is stored.
    pub fn read(
        (study, output): (&Study, &Output),
        (graph, index): (&Graph, usize),
        (store, record): (&Store, &SeedRecord),
    ) -> Self {
        let node = &graph.nodes[graph.places[index][output.wire.node]];
        let head: Option<Head> = serde_json::from_value((*node.params).clone()).ok();
        let stored = store.entry(&node.key).ok().flatten();
        let port = node.kind.about().outputs[output.wire.port].name;
        let verdict = match stored.and_then(|entry| store.value(&entry, port).ok()) {
            Some(Value::Verdict(verdict)) => Some(verdict),
            _ => None,
        };
        let axes = &study.sweep.axes;
        let cells = head.as_ref().map(|head| of_axes(&head.filter, axes)).unwrap_or_default();
        let per = head.as_ref().map(|head| head.per.clone()).unwrap_or_default();
        let conditions = verdict.iter().flat_map(|v| conditions(&v.evidence, (&cells, axes, &per)));
        let conditions: Vec<Condition> = conditions.collect();
        let (level, effect) = head.as_ref().map_or((0.95, None), |head| (head.level, head.smallest_effect));
        let rules = Rules { alpha: 1.0 - level, effect, looks: record.looks.clone(), cap: record.max_seeds };
        let registered = record.claims.get(&output.name).cloned().unwrap_or_default();
        let seedless = seedless(study, head.as_ref());
        Self { name: output.name.clone(), verdict, conditions, rules, registered, cells, seedless }
    }

    /// The seeds that a claim is given in some cells.
    pub fn seeds(&self, cells: &Filter, own: &[u64]) -> BTreeSet<u64> {
        let from = self.registered.from.unwrap_or(0);
        let added = self.registered.added.iter().filter(|added| added.cover(cells));
        let all = own.iter().copied().chain(added.flat_map(|added| added.from..added.to));
        all.filter(|seed| *seed >= from).collect()
    }

    /// How it ended; undecided where it was not tested.
    pub fn outcome(&self) -> Outcome {
        self.verdict.as_ref().map_or(Outcome::Undecided, |verdict| verdict.outcome)
    }

    /// The smallest e-value of its conditions, as a p-value for the claimed side; 1 where it is not held, and 0 where nothing
    /// random went in, which cannot be so by chance.
    pub fn p_value(&self) -> f64 {
        let of = |c: &Condition| c.evidence.e_value.filter(|e| *e > 1.0).map_or(1.0, |e| 1.0 / e);
        match self.outcome() {
            Outcome::Held if self.seedless == Some(DETERMINISTIC) => 0.0,
            Outcome::Held if !self.conditions.is_empty() => self.conditions.iter().map(of).fold(0.0, f64::max),
            _ => 1.0,
        }
    }
}

/// Why no seed decides a claim.
fn seedless(study: &Study, head: Option<&Head>) -> Option<&'static str> {
    let Some(head) = head else { return Some("its parameters cannot be read") };
    let replicates = head.seeds.as_ref().is_none_or(|columns| columns.contains(SEED));
    if head.deterministic {
        Some(DETERMINISTIC)
    } else if study.sweep.seeds.is_empty() || head.looks.is_empty() || !replicates {
        Some("no seeds are behind its table")
    } else {
        None
    }
}

/// What a filter says of the axes, but for seeds.
fn of_axes(filter: &Filter, axes: &[String]) -> Filter {
    let known = filter.0.iter().filter(|(name, _)| *name != SEED && axes.contains(name));
    Filter(known.map(|(name, condition)| (name.clone(), condition.clone())).collect())
}

/// The conditions of some evidence.
fn conditions(table: &Table, (whole, axes, per): (&Filter, &[String], &Columns)) -> Vec<Condition> {
    let (names, known) = (table.names(), evidence());
    let known: Vec<&str> = known.names();
    let row = |row: &Vec<Cell>| {
        let at = |name: &str| names.iter().position(|n| n == name).map(|column| &row[column]);
        let number = |name: &str| at(name).and_then(Cell::as_f64);
        let mut cells = whole.clone();
        for axis in axes.iter().filter(|axis| *axis != SEED && !known.contains(&axis.as_str())) {
            let ends = ["from", "to"].map(|end| at(&format!("{axis}_{end}")).cloned());
            let place = match (per.contains(axis).then(|| at(axis)).flatten(), ends) {
                (Some(value), _) if !value.is_null() => Is::Is(value.clone()),
                (None, [Some(from), Some(to)]) => Is::OneOf(vec![from, to]),
                _ => continue,
            };
            cells.0.insert(axis.clone(), place);
        }
        let samples = match at("samples") {
            Some(Cell::Int(count)) => usize::try_from(*count).unwrap_or(0),
            _ => 0,
        };
        let evidence = Evidence {
            estimate: number("estimate").unwrap_or(f64::NAN),
            interval: number("low").zip(number("high")),
            spread: number("spread"),
            samples,
            excess: number("excess").unwrap_or(0.0),
            e_value: number("e_value"),
            outcome: at("outcome").and_then(Cell::as_str).map_or(Outcome::Undecided, outcome),
        };
        Condition { evidence, cells }
    };
    table.rows().iter().map(row).collect()
}

fn outcome(word: &str) -> Outcome {
    let all = [Outcome::Held, Outcome::Contradicted, Outcome::Negligible, Outcome::NotAtThisScale];
    all.into_iter().find(|outcome| outcome.word() == word).unwrap_or(Outcome::Undecided)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::step::roles::AddedSeeds;
    use serde_json::json;

    fn filter(json: serde_json::Value) -> Filter {
        serde_json::from_value(json).unwrap()
    }

    fn table(place: &[&str], values: &[Cell]) -> Table {
        let header = evidence();
        let names: Vec<&str> = place.iter().copied().chain(header.names()).collect();
        let found = [Cell::Float(-1.5), Cell::Float(-3.0), Cell::Null, Cell::Float(0.5), Cell::Int(3)];
        let rest = [Cell::Float(-1.5), Cell::Float(4.0), "undecided".into()];
        Table::from_rows(&names, &[[values, &found, &rest].concat()]).unwrap()
    }

    fn cells(place: &[&str], values: &[Cell], per: &str) -> Filter {
        let axes = ["n", "d", "seed"].map(str::to_owned);
        let per: Columns = serde_json::from_value(json!(per)).unwrap();
        conditions(&table(place, values), (&filter(json!({"d": {"at_least": 2}})), &axes, &per)).remove(0).cells
    }

    #[test]
    fn a_place_on_the_axes_is_what_gets_seeds() {
        let whole = json!({"d": {"at_least": 2}});
        assert_eq!(
            cells(&["n", "model"], &[Cell::Int(7), "LoFi".into()], "n"),
            filter(json!({"n": 7, "d": {"at_least": 2}}))
        );
        assert_eq!(cells(&["d"], &[Cell::Int(4)], "d"), filter(json!({"d": 4})));
        let ends = cells(&["n_from", "n_to"], &[Cell::Int(7), Cell::Int(9)], "model");
        assert_eq!(ends, filter(json!({"n": [7, 9], "d": {"at_least": 2}})));
        // what was found along an axis is no place on it
        assert_eq!(cells(&["n"], &[Cell::Int(7)], "model"), filter(whole.clone()));
        assert_eq!(cells(&["n"], &[Cell::Null], "n"), filter(whole));
    }

    #[test]
    fn a_gap_in_the_evidence_is_no_number() {
        let one = conditions(&table(&[], &[]), (&Filter::default(), &[], &Columns::default())).remove(0).evidence;
        assert_eq!((one.interval, one.spread, one.samples), (None, Some(0.5), 3));
        assert_eq!((one.outcome, one.e_value, one.excess), (Outcome::Undecided, Some(4.0), -1.5));
    }

    #[test]
    fn seeds_are_counted_by_cell_and_from_the_first_that_nobody_had_seen() {
        let added = |from, to, cells| AddedSeeds { from, to, filter: filter(cells) };
        let ranges = vec![added(2, 4, json!({"n": 1})), added(3, 6, json!({}))];
        let registered = RegisteredClaim { hash: String::new(), from: None, added: ranges };
        let rules = Rules { alpha: 0.05, effect: None, looks: vec![2], cap: 2 };
        let (name, cells) = (String::new(), Filter::default());
        let mut claim = Claim { name, verdict: None, conditions: Vec::new(), rules, registered, cells, seedless: None };
        let count = |claim: &Claim, n: i64| claim.seeds(&filter(json!({"n": n})), &[0, 1]).len();
        assert_eq!((count(&claim, 1), count(&claim, 2)), (6, 5));
        claim.registered.from = Some(3);
        assert_eq!((count(&claim, 1), count(&claim, 2)), (3, 3));
    }
}
