//! Which row of the baseline is which row of the new results: by the columns that tell rows apart, never by position
//! where those do.

use super::rule::RELATIVE;
use super::sheet::{Column, ColumnType, Sheet};
use crate::artifact::Cell;
use std::collections::BTreeMap;

/// A row in both tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair {
    pub old: usize,
    pub new: usize,
}

/// Rows of equal keys, which are told apart by their order alone.
#[derive(Debug, Default)]
struct Group {
    old: Vec<usize>,
    new: Vec<usize>,
}

/// Rows of both tables under their keys.
#[derive(Debug, Default)]
pub(super) struct Pairing {
    /// Rows that both have; those of one group stand together.
    pub groups: Vec<Vec<Pair>>,
    /// Rows that only real keys tell apart: their keys are compared as values are.
    pub rekeyed: Vec<Pair>,
    /// Rows of the baseline alone.
    pub gone: Vec<usize>,
    /// New rows alone.
    pub added: Vec<usize>,
}

impl Pairing {
    /// Every row with the one in its place, where all these columns are the same in both tables.
    pub fn in_place((old, new): (&Sheet, &Sheet), labels: &[(usize, usize)]) -> Option<Self> {
        let same = |&(o, n): &(usize, usize)| old.columns[o].cells == new.columns[n].cells;
        let alike = old.height() == new.height() && labels.iter().all(same);
        let rows = || vec![(0..new.height()).map(|row| Pair { old: row, new: row }).collect()];
        alike.then(|| Self { groups: rows(), ..Self::default() })
    }

    /// Pairs rows of one table alone where a real key is all that differs, in their order: it moved, the row did not go.
    fn rekey(&mut self, (old, new): (&Sheet, &Sheet), keys: &[(usize, usize)]) {
        let real = |&&(o, n): &&(usize, usize)| {
            old.columns[o].kind == ColumnType::Real || new.columns[n].kind == ColumnType::Real
        };
        let others: Vec<(usize, usize)> = keys.iter().filter(|key| !real(key)).copied().collect();
        let (mut gone, mut added) = (std::mem::take(&mut self.gone), std::mem::take(&mut self.added));
        gone.sort_unstable();
        added.sort_unstable();
        for group in groups((old, new), &others, (&gone, &added)) {
            if others.len() < keys.len() && group.old.len() == group.new.len() {
                self.rekeyed.extend(group.old.iter().zip(&group.new).map(|(&old, &new)| Pair { old, new }));
            } else {
                self.gone.extend(group.old);
                self.added.extend(group.new);
            }
        }
    }
}

/// Groups rows by keys and pairs those of a group in their order. Where a group has more rows in one table than in the
/// other, rows that `agree` are pairs, and the rest is in one table alone.
pub(super) fn pair(
    (old, new): (&Sheet, &Sheet),
    keys: &[(usize, usize)],
    agree: &dyn Fn(usize, usize) -> bool,
) -> Pairing {
    let mut pairing = Pairing::default();
    let rows = |sheet: &Sheet| (0..sheet.height()).collect::<Vec<usize>>();
    for group in groups((old, new), keys, (&rows(old), &rows(new))) {
        if group.old.len() == group.new.len() {
            pairing.groups.push(group.old.iter().zip(&group.new).map(|(&old, &new)| Pair { old, new }).collect());
            continue;
        }
        let mut open = group.new;
        let mut pairs = Vec::new();
        for old in group.old {
            match open.iter().position(|&new| agree(old, new)) {
                Some(at) => pairs.push(Pair { old, new: open.remove(at) }),
                None => pairing.gone.push(old),
            }
        }
        pairing.added.extend(open);
        pairing.groups.push(pairs);
    }
    pairing.rekey((old, new), keys);
    pairing
}

/// Some rows of both tables under their keys.
fn groups(
    (old, new): (&Sheet, &Sheet),
    keys: &[(usize, usize)],
    (old_rows, new_rows): (&[usize], &[usize]),
) -> Vec<Group> {
    let mut groups: BTreeMap<Vec<u32>, Group> = BTreeMap::new();
    let names: Vec<Names> = keys.iter().map(|&(o, n)| Names::of(&old.columns[o], &new.columns[n])).collect();
    let key = |row: usize, at: fn(&Names) -> &Vec<u32>| names.iter().map(|names| at(names)[row]).collect::<Vec<u32>>();
    for &row in old_rows {
        groups.entry(key(row, |names| &names.old)).or_default().old.push(row);
    }
    for &row in new_rows {
        groups.entry(key(row, |names| &names.new)).or_default().new.push(row);
    }
    groups.into_values().collect()
}

/// Numbers that stand for the values of a key in both tables: equal ones for equal values, and for real ones that differ
/// by rounding.
struct Names {
    old: Vec<u32>,
    new: Vec<u32>,
}

impl Names {
    fn of(old: &Column, new: &Column) -> Self {
        let mut values: Vec<&Cell> = old.cells.iter().chain(&new.cells).collect();
        values.sort_unstable_by(|a, b| a.total_cmp(b));
        values.dedup_by(|b, a| a.total_cmp(b).is_eq());
        let mut ranks: Vec<u32> = Vec::with_capacity(values.len());
        for (index, value) in values.iter().enumerate() {
            let near = index > 0 && rounded(values[index - 1], value);
            ranks.push(ranks.last().map_or(0, |&last| if near { last } else { last + 1 }));
        }
        let rank = |cell: &Cell| values.binary_search_by(|value| value.total_cmp(cell)).map_or(0, |at| ranks[at]);
        Self { old: old.cells.iter().map(rank).collect(), new: new.cells.iter().map(rank).collect() }
    }
}

/// Whether two numbers, of which one is real, are one but for rounding.
fn rounded(a: &Cell, b: &Cell) -> bool {
    let whole = matches!((a, b), (Cell::Int(_), Cell::Int(_)));
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => !whole && a.is_finite() && b.is_finite() && (b - a).abs() <= RELATIVE * a.abs(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::Table;

    fn sheet(rows: &[(f64, i64, f64)]) -> Sheet {
        let rows: Vec<Vec<Cell>> =
            rows.iter().map(|&(l, s, v)| vec![Cell::Float(l), Cell::Int(s), Cell::Float(v)]).collect();
        Sheet::of(&Table::from_rows(&["lambda", "seed", "v"], &rows).unwrap())
    }

    fn paired(old: &Sheet, new: &Sheet) -> (Vec<(usize, usize)>, Vec<usize>, Vec<usize>) {
        let agree = |o: usize, n: usize| old.columns[2].cells[o] == new.columns[2].cells[n];
        let pairing = pair((old, new), &[(0, 0), (1, 1)], &agree);
        let mut pairs: Vec<(usize, usize)> = pairing.groups.iter().flatten().map(|p| (p.old, p.new)).collect();
        pairs.sort_unstable();
        (pairs, pairing.gone, pairing.added)
    }

    #[test]
    fn real_keys_and_seeds_find_their_rows_wherever_they_stand() {
        let old = sheet(&[(1e-5, 0, 1.0), (1e-5, 1, 2.0), (0.1, 0, 3.0)]);
        let new = sheet(&[(0.1, 0, 3.0), (1e-5 * (1.0 + 1e-12), 1, 9.0), (1e-5, 0, 1.0)]);
        assert_eq!(paired(&old, &new), (vec![(0, 2), (1, 1), (2, 0)], vec![], vec![]));
        let other = sheet(&[(1e-5, 0, 1.0), (1e-5, 1, 2.0), (0.105, 0, 3.0)]);
        // the real key of one row moved
        assert_eq!(paired(&old, &other), (vec![(0, 0), (1, 1)], vec![], vec![]));
        let pairing = pair((&old, &other), &[(0, 0), (1, 1)], &|_, _| false);
        assert_eq!(pairing.rekeyed, [Pair { old: 2, new: 2 }]);
        // so did another key
        let seed = sheet(&[(1e-5, 0, 1.0), (1e-5, 1, 2.0), (0.105, 2, 3.0)]);
        assert_eq!(paired(&old, &seed), (vec![(0, 0), (1, 1)], vec![2], vec![2]));
    }

    #[test]
    fn a_row_too_many_or_too_few_is_the_one_that_agrees_with_none() {
        let three = sheet(&[(1.0, 0, 1.0), (1.0, 0, 2.0), (1.0, 0, 3.0)]);
        let two = sheet(&[(1.0, 0, 1.0), (1.0, 0, 3.0)]);
        assert_eq!(paired(&three, &two), (vec![(0, 0), (2, 1)], vec![1], vec![]));
        assert_eq!(paired(&two, &three), (vec![(0, 0), (1, 2)], vec![], vec![1]));
    }

    #[test]
    fn odd_keys_are_keys_too() {
        let (old, new) = (sheet(&[(f64::NAN, 0, 1.0), (f64::INFINITY, 0, 1.0)]), sheet(&[(1.0, 0, 1.0)]));
        assert_eq!(paired(&old, &new), (vec![], vec![0, 1], vec![0]));
    }
}
