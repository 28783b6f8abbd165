//! Cells with seeds beyond those of a profile, added where a claim was still open.

use super::axis::{identity, value};
use super::sweep::SweepCell;
use crate::artifact::Cell;
use crate::step::Filter;
use crate::step::roles::{AddedSeeds, SEED};
use crate::yaml::{Node, Tree};
use std::collections::BTreeSet;

/// How many seeds the sweep has; 0 without that axis.
pub(in crate::study) fn count(cells: &[SweepCell]) -> usize {
    cells.iter().filter_map(seed).map(identity).collect::<BTreeSet<_>>().len()
}

/// The seeds of the sweep, rising; those that are whole and not negative.
pub(in crate::study) fn seeds(cells: &[SweepCell]) -> Vec<u64> {
    let whole = |node: &Node| if let Tree::Int(seed) = node.tree { u64::try_from(seed).ok() } else { None };
    cells.iter().filter_map(seed).filter_map(whole).collect::<BTreeSet<_>>().into_iter().collect()
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
pub(in crate::study) fn is_meant(cell: &SweepCell, filter: &Filter) -> bool {
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
        assert_eq!((seeds(&base), seeds(&all)), (vec![0, 1], vec![0, 1, 2, 3, 4]));
        assert_eq!((count(&base), count(&all), count(&[vec![cell(1, 0)[0].clone()]])), (2, 5, 0));
        assert_eq!(extended(all.clone(), &more), all);
    }
}
