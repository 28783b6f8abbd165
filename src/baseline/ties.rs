//! Directions whose values are nearly equal span one space, in which rounding turns them: their labels may change places,
//! and are compared as those of the whole span.

use super::both::{Both, in_words};
use super::difference::Difference;
use super::pairing::Pair;
use crate::artifact::Cell;
use std::cmp::Ordering;

/// Columns that may change places where another one is tied.
pub(super) struct Tied {
    /// The column whose ties count, a place in the shared columns.
    by: usize,
    /// The columns that change places.
    pub columns: Vec<usize>,
}

impl Tied {
    /// The ties of a table; nothing where the study names none, or the table lacks their column.
    pub fn of(both: &Both<'_>) -> Option<Self> {
        let place = |name: &str| both.shared.iter().position(|s| both.new.columns[s.new].name == name);
        let by = both.shared.iter().find_map(|shared| place(shared.rule.tied_by()?))?;
        let belongs = |at: &usize| *at != by && both.shared[*at].rule.tied_by().and_then(place) == Some(by);
        Some(Self { by, columns: (0..both.shared.len()).filter(belongs).collect() })
    }
}

/// Pairs the rows of a group in the order of the column that is tied, and tells where a span has other labels than before.
pub(super) fn exchanged(both: &Both<'_>, tied: &Tied, pairs: &mut [Pair]) -> Vec<Difference> {
    sort(both, tied.by, pairs);
    let mut found = Vec::new();
    let mut start = 0;
    for end in 1..=pairs.len() {
        if end < pairs.len() && near(both, tied.by, (pairs[end - 1], pairs[end])) {
            continue;
        }
        for &at in &tied.columns {
            found.extend(relabelled(both, at, &pairs[start..end]));
        }
        start = end;
    }
    found
}

/// The largest first on both sides; rows of equal values in the order in which they stand.
fn sort(both: &Both<'_>, by: usize, pairs: &mut [Pair]) {
    let (mut old, mut new): (Vec<Pair>, Vec<Pair>) = (pairs.to_vec(), pairs.to_vec());
    let larger = |a: &Cell, b: &Cell| -> Ordering { b.total_cmp(a) };
    old.sort_by(|&a, &b| larger(both.cells(by, a).0, both.cells(by, b).0));
    new.sort_by(|&a, &b| larger(both.cells(by, a).1, both.cells(by, b).1));
    for (pair, (old, new)) in pairs.iter_mut().zip(old.into_iter().zip(new)) {
        *pair = Pair { old: old.old, new: new.new };
    }
}

/// Whether two neighbours are tied, in the baseline or in the new results.
fn near(both: &Both<'_>, by: usize, (a, b): (Pair, Pair)) -> bool {
    let tied = |x: &Cell, y: &Cell| match (x.as_f64(), y.as_f64()) {
        (Some(x), Some(y)) => (x - y).abs() <= both.shared[by].rule.allowed(x, y, a.new),
        _ => false,
    };
    let (first, second) = (both.cells(by, a), both.cells(by, b));
    tied(first.0, second.0) || tied(first.1, second.1)
}

/// Labels of a span that are there on one side alone, laid against each other.
fn relabelled(both: &Both<'_>, at: usize, span: &[Pair]) -> Vec<Difference> {
    let mut gone: Vec<Pair> = Vec::new();
    let mut come: Vec<Pair> = span.to_vec();
    for &pair in span {
        let same = |other: &Pair| both.cells(at, *other).1.total_cmp(both.cells(at, pair).0).is_eq();
        match come.iter().position(same) {
            Some(found) => drop(come.remove(found)),
            None => gone.push(pair),
        }
    }
    let column = &both.new.columns[both.shared[at].new].name;
    let told = gone.into_iter().zip(come).map(|(old, new)| {
        let words = (in_words(both.cells(at, old).0), in_words(both.cells(at, new).1));
        let row = both.row((Some(old.old), Some(new.new)), (&words.0, &words.1));
        Difference { column: column.clone(), ..row }
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::with_table;
    use super::*;
    use crate::artifact::Table;
    use crate::baseline::{Baseline, Sheet, compare};
    use crate::study::Tolerance;

    /// Singular values of one layer, with the frequency of each; index 1 is the largest.
    fn values(rows: &[(i64, i64, f64)]) -> Baseline {
        let cells = |&(index, frequency, value): &(i64, i64, f64)| {
            vec![Cell::Int(1), Cell::Int(index), Cell::Int(frequency), Cell::Float(value)]
        };
        let rows: Vec<Vec<Cell>> = rows.iter().map(cells).collect();
        let table = Table::from_rows(&["layer", "index", "frequency", "singular_value"], &rows).unwrap();
        let mut baseline = with_table("t", Sheet::of(&table), &["layer", "index"]);
        let tolerances = &mut baseline.manifest.tolerances;
        tolerances.insert("singular_value".into(), Tolerance { relative: 0.001, ..Tolerance::default() });
        for column in ["index", "frequency"] {
            let tied = Tolerance { tied_by: Some("singular_value".into()), ..Tolerance::default() };
            tolerances.insert(column.into(), tied);
        }
        baseline
    }

    fn told(old: &Baseline, new: &Baseline) -> Vec<String> {
        compare(old, new).iter().map(|d| format!("{} [{}]: {} -> {}", d.column, d.row, d.was, d.is)).collect()
    }

    #[test]
    fn nearly_equal_directions_may_change_places_and_others_may_not() {
        let old = values(&[(1, 3, 2.0), (2, 4, 1.0002), (3, 5, 1.0001), (4, 6, 0.5)]);
        let turned = values(&[(1, 3, 2.0), (3, 4, 1.0002), (2, 5, 1.0003), (4, 6, 0.5)]);
        assert_eq!(told(&old, &turned), [""; 0]);
        let swapped = values(&[(1, 4, 2.0), (2, 3, 1.0002), (3, 5, 1.0001), (4, 6, 0.5)]);
        let found = told(&old, &swapped);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("frequency [layer=1 index=1"), "{found:?}");
    }

    #[test]
    fn a_span_has_the_labels_and_values_that_it_had() {
        let old = values(&[(1, 3, 1.0003), (2, 4, 1.0002), (3, 5, 1.0001)]);
        let other = values(&[(1, 4, 1.0003), (2, 3, 1.0002), (3, 6, 1.0001)]);
        assert_eq!(told(&old, &other), ["frequency [layer=1 index=3]: 5 -> 6"]);
        let index = values(&[(1, 4, 1.0003), (2, 3, 1.0002), (4, 5, 1.0001)]);
        assert_eq!(told(&old, &index), ["index [layer=1 index=4]: 3 -> 4"]);
        let larger = values(&[(1, 4, 1.1), (2, 3, 1.0002), (3, 5, 1.0001)]);
        assert!(told(&old, &larger).iter().any(|line| line.starts_with("singular_value")));
        let longer = values(&[(1, 3, 1.0003), (2, 4, 1.0002), (3, 5, 1.0001), (4, 9, 1.0)]);
        assert_eq!(told(&old, &longer), [" [layer=1 index=4]: not there -> a row"]);
    }
}
