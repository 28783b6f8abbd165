//! Committed rows that can be computed anew alone, what that costs, and which of them are drawn.

use crate::artifact::Cell;
use crate::baseline::{Baseline, Column, Sheet};
use crate::cli::commands::baseline::pinned;
use crate::cli::core_speed::FLOPS_PER_CORE_S;
use crate::cli::fail::Failure;
use crate::cli::project::Project;
use crate::cli::study_files::StudyFile;
use crate::math::random::Stream;
use crate::study::{OutputKind, Study};
use std::collections::BTreeSet;

/// One committed row.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    /// Index of its study among those read.
    pub study: usize,
    /// The output that it is of.
    pub output: String,
    /// The table in the baseline.
    pub table: String,
    /// The columns that tell it apart, with its values.
    pub keys: Vec<(String, Cell)>,
    /// Seconds that computing it takes, roughly.
    pub cost_s: f64,
}

/// A study with its committed results.
pub(super) struct Committed {
    pub file: StudyFile,
    pub study: Study,
    pub baseline: Baseline,
}

impl Committed {
    /// The study of a file with its baseline, where it has one.
    pub fn read(project: &Project, file: StudyFile) -> Result<Option<Self>, Failure> {
        use crate::baseline::BaselineError;
        let baseline = match Baseline::read(&project.results(), &file.name, &project.profile_of(&file)) {
            Err(BaselineError::Missing { .. }) => return Ok(None),
            other => other?,
        };
        let study = pinned(project, &file, &baseline)?;
        Ok(Some(Self { file, study, baseline }))
    }

    /// The rows of its tables of single runs.
    pub fn candidates(&self, study: usize) -> Vec<Candidate> {
        let mut found = Vec::new();
        for output in self.study.outputs.iter().filter(|output| output.kind == OutputKind::Rows) {
            let table = format!("{}-rows", output.name);
            let (Some(sheet), Some(columns)) =
                (self.baseline.tables.get(&table), self.baseline.manifest.columns.get(&table))
            else {
                continue;
            };
            let behind = self.behind(output.wire.node);
            for row in 0..sheet.height() {
                let keys = keys(sheet, &columns.keys, row);
                let cost_s = self.cost_s(&behind, &keys);
                found.push(Candidate { study, output: output.name.clone(), table: table.clone(), keys, cost_s });
            }
        }
        found
    }

    /// A node and all that goes into it.
    fn behind(&self, node: usize) -> BTreeSet<usize> {
        let (mut found, mut open) = (BTreeSet::new(), vec![node]);
        while let Some(node) = open.pop() {
            if found.insert(node) {
                open.extend(
                    self.study.nodes[node].inputs.iter().flat_map(|(_, wires)| wires.iter().map(|wire| wire.node)),
                );
            }
        }
        found
    }

    /// What the steps cost that a row can depend on: none of another place on an axis that tells the row apart.
    fn cost_s(&self, behind: &BTreeSet<usize>, keys: &[(String, Cell)]) -> f64 {
        let elsewhere = |(axis, value): &(String, Cell)| {
            keys.iter().any(|(key, own)| key == axis && (own.is_null() || !own.means(value)))
        };
        let nodes = behind.iter().map(|&node| &self.study.nodes[node]);
        let own = nodes.filter(|node| !node.cell.iter().any(elsewhere));
        own.map(|node| node.plan.flops).sum::<f64>() / FLOPS_PER_CORE_S
    }
}

fn keys(sheet: &Sheet, names: &[String], row: usize) -> Vec<(String, Cell)> {
    let value = |name: &String| Some((name.clone(), sheet.columns[sheet.position(name)?].cells[row].clone()));
    names.iter().filter_map(value).collect()
}

/// The rows of a table that have these keys.
pub(super) fn rows_of(sheet: &Sheet, keys: &[(String, Cell)]) -> Sheet {
    let same = |row: &usize| {
        let has = |(name, value): &(String, Cell)| {
            sheet.position(name).is_some_and(|at| sheet.columns[at].cells[*row].total_cmp(value).is_eq())
        };
        keys.iter().all(has)
    };
    let rows: Vec<usize> = (0..sheet.height()).filter(same).collect();
    let column = |column: &Column| Column {
        name: column.name.clone(),
        kind: column.kind,
        cells: rows.iter().map(|&row| column.cells[row].clone()).collect(),
    };
    Sheet { columns: sheet.columns.iter().map(column).collect() }
}

/// Draws so many candidates, each at most once: all alike, or by their cost.
pub(super) fn drawn(mut all: Vec<Candidate>, (count, by_cost): (usize, bool), seed: u64) -> Vec<Candidate> {
    let mut stream = Stream::new(seed, "verify-results", 0);
    let mut drawn = Vec::new();
    // what costs next to nothing is drawn now and then too
    let weight = |candidate: &Candidate| if by_cost { candidate.cost_s + 1e-3 } else { 1.0 };
    while drawn.len() < count && !all.is_empty() {
        let mut left = stream.uniform() * all.iter().map(weight).sum::<f64>();
        let at = all.iter().position(|candidate| {
            left -= weight(candidate);
            left < 0.0
        });
        drawn.push(all.remove(at.unwrap_or(all.len() - 1)));
    }
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::Table;

    fn candidate(number: i64, cost_s: f64) -> Candidate {
        let keys = vec![("n".to_owned(), Cell::Int(number))];
        Candidate { study: 0, output: String::new(), table: String::new(), keys, cost_s }
    }

    #[test]
    fn draws_are_those_of_their_seed_and_costly_ones_come_more_often() {
        let all = || (0..20).map(|n| candidate(n, if n == 7 { 100.0 } else { 1.0 })).collect::<Vec<_>>();
        let numbers = |count, by_cost, seed| {
            let drawn = drawn(all(), (count, by_cost), seed);
            drawn.into_iter().map(|c| c.keys[0].1.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(numbers(5, false, 3), numbers(5, false, 3));
        assert_ne!(numbers(5, false, 3), numbers(5, false, 4));
        let once: BTreeSet<String> = numbers(50, true, 1).into_iter().collect();
        assert_eq!(once.len(), 20);
        let first = |by_cost| (0..40).filter(|&seed| numbers(1, by_cost, seed)[0] == "7").count();
        assert!(first(true) > 25 && first(false) < 10, "{} {}", first(true), first(false));
    }

    #[test]
    fn rows_are_those_with_all_keys() {
        let rows = [("a", 1), ("a", 2), ("b", 1)].map(|(model, n)| vec![model.into(), Cell::Int(n), Cell::Float(0.5)]);
        let sheet = Sheet::of(&Table::from_rows(&["model", "n", "v"], &rows).unwrap());
        let of = |keys: &[(String, Cell)]| rows_of(&sheet, keys).height();
        assert_eq!(of(&[("model".to_owned(), "a".into())]), 2);
        assert_eq!(of(&[("model".to_owned(), "a".into()), ("n".to_owned(), Cell::Int(2))]), 1);
        assert_eq!(of(&[("none".to_owned(), Cell::Int(2))]), 0);
    }
}
