//! Seeds beyond those of a profile, added where a claim was still open.

use super::axis::{identity, value};
use super::sweep::SweepCell;
use crate::artifact::Cell;
use crate::step::Filter;
use crate::yaml::{Node, Tree};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The axis whose values make replicates.
pub(in crate::study) const SEED: &str = "seed";

/// Seeds added to some cells of a study.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddedSeeds {
    /// The first of them.
    pub from: u64,
    /// The one behind the last.
    pub to: u64,
    /// The cells that get them, by the values of axes; empty for all.
    #[serde(default, rename = "where")]
    pub filter: Filter,
}

/// How many seeds the sweep has; 0 without that axis.
pub(in crate::study) fn count(cells: &[SweepCell]) -> usize {
    cells.iter().filter_map(seed).map(identity).collect::<BTreeSet<_>>().len()
}

/// The cells with those of added seeds behind them, each once. Cells differ from those of the first seed in the seed alone.
pub(in crate::study) fn extended(cells: Vec<SweepCell>, added: &[AddedSeeds]) -> Vec<SweepCell> {
    let Some(first) = cells.first().and_then(seed).map(identity) else { return cells };
    let whole = |cell: &SweepCell| cell.iter().map(|(_, node)| identity(node)).collect::<Vec<_>>();
    let mut known: BTreeSet<Vec<String>> = cells.iter().map(whole).collect();
    let models: Vec<SweepCell> =
        cells.iter().filter(|cell| seed(cell).is_some_and(|node| identity(node) == first)).cloned().collect();
    let mut all = cells;
    for AddedSeeds { from, to, filter } in added {
        for number in *from..*to {
            for model in models.iter().filter(|cell| is_meant(cell, filter)) {
                let with = |(axis, node): &(String, Node)| {
                    let tree = if axis == SEED {
                        Tree::Int(i64::try_from(number).unwrap_or(i64::MAX))
                    } else {
                        node.tree.clone()
                    };
                    (axis.clone(), Node { tree, ..node.clone() })
                };
                let cell: SweepCell = model.iter().map(with).collect();
                if known.insert(whole(&cell)) {
                    all.push(cell);
                }
            }
        }
    }
    all
}

fn seed(cell: &SweepCell) -> Option<&Node> {
    cell.iter().find(|(axis, _)| axis == SEED).map(|(_, node)| node)
}

/// Whether the axes that a filter names have its values; what it says of other columns says nothing of cells.
fn is_meant(cell: &SweepCell, filter: &Filter) -> bool {
    cell.iter().all(|(axis, node)| {
        let value: Cell = value(node);
        filter.0.get(axis).is_none_or(|condition| condition.accepts(&value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Mark;
    use serde_json::json;

    fn cell(n: i64, seed: i64) -> SweepCell {
        let node = |value| Node::new(Mark::default(), Tree::Int(value));
        vec![("n".to_owned(), node(n)), (SEED.to_owned(), node(seed))]
    }

    fn added(from: u64, to: u64, filter: serde_json::Value) -> AddedSeeds {
        AddedSeeds { from, to, filter: serde_json::from_value(filter).unwrap() }
    }

    #[test]
    fn only_the_cells_that_are_meant_get_seeds_and_each_once() {
        let base = vec![cell(1, 0), cell(1, 1), cell(2, 0), cell(2, 1)];
        let more = [added(1, 4, json!({"n": 2, "model": "LoFi"})), added(3, 5, json!({}))];
        let all = extended(base.clone(), &more);
        let expected = [cell(2, 2), cell(2, 3), cell(1, 3), cell(1, 4), cell(2, 4)];
        assert_eq!(all, [&base[..], &expected].concat());
        assert_eq!((count(&base), count(&all), count(&[vec![cell(1, 0)[0].clone()]])), (2, 5, 0));
        assert_eq!(extended(all.clone(), &more), all);
    }
}
