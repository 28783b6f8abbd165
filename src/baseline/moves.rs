//! How far the numbers of a study moved, in units of their spread over seeds.

use super::both::Both;
use super::files::Baseline;
use super::pairing::{Pair, pair};
use super::rule::RELATIVE;
use super::sheet::Sheet;
use crate::artifact::Cell;
use crate::step::roles::SEED;
use std::collections::BTreeMap;

/// What a table of one row a seed is called beyond the table that averages it.
const ROWS: &str = "-rows";

/// A column whose numbers moved by more than what `check` allows.
#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// How many rows moved, of those that both have.
    pub rows: usize,
    /// The rows that both have.
    pub of: usize,
    /// The largest change as a multiple of the spread over seeds, infinite where they agreed; nothing where the table has none.
    pub spreads: Option<f64>,
    /// The row of that change, in words.
    pub row: String,
    /// Its number as it was.
    pub old: f64,
    /// Its number now.
    pub new: f64,
}

/// Rows of a table that only one side has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherRows {
    /// The table.
    pub table: String,
    /// Those that went, in words.
    pub gone: Vec<String>,
    /// Those that came, in words.
    pub added: Vec<String>,
}

/// Columns that moved, the farthest first, and rows that came or went. Values that a study's tolerance allows to differ, and
/// rounding, are no moves.
#[must_use]
pub fn moves(old: &Baseline, new: &Baseline) -> (Vec<Move>, Vec<OtherRows>) {
    let (mut moved, mut others) = (Vec::new(), Vec::new());
    for (name, table) in &new.tables {
        let Some(before) = old.tables.get(name) else { continue };
        let both = Both::of(name, (before, table), &new.manifest);
        let columns: Vec<(usize, usize)> =
            both.keys.iter().map(|&at| (both.shared[at].old, both.shared[at].new)).collect();
        let values: Vec<usize> = (0..both.shared.len()).filter(|at| !both.keys.contains(at)).collect();
        let agree = |old: usize, new: usize| values.iter().all(|&at| both.severity(at, Pair { old, new }) <= 1.0);
        let pairing = pair((before, table), &columns, &agree);
        let pairs: Vec<Pair> = pairing.groups.into_iter().flatten().chain(pairing.rekeyed).collect();
        let spread = Spread::of(old, &both);
        moved.extend(values.iter().filter_map(|&at| column(&both, at, (&pairs, &spread))));
        let word = |(old, new): (Option<usize>, Option<usize>)| both.row((old, new), ("", "")).row;
        let gone: Vec<String> = pairing.gone.iter().map(|&row| word((Some(row), None))).collect();
        let added: Vec<String> = pairing.added.iter().map(|&row| word((None, Some(row)))).collect();
        if !gone.is_empty() || !added.is_empty() {
            others.push(OtherRows { table: name.clone(), gone, added });
        }
    }
    let size = |of: &Move| of.spreads.unwrap_or(0.0);
    moved.sort_by(|a, b| size(b).total_cmp(&size(a)));
    (moved, others)
}

/// How far a column moved, where it did and holds numbers.
fn column(both: &Both<'_>, at: usize, (pairs, spread): (&[Pair], &Spread<'_>)) -> Option<Move> {
    let name = &both.new.columns[both.shared[at].new].name;
    let (mut rows, mut worst) = (0, None::<(f64, Pair)>);
    for &pair in pairs.iter().filter(|&&pair| both.severity(at, pair) > 1.0) {
        rows += 1;
        let (a, b) = both.cells(at, pair);
        let (Some(a), Some(b)) = (a.as_f64(), b.as_f64()) else { continue };
        let moved = (b - a).abs();
        let times = match spread.unit(both, (name, pair)) {
            Some(unit) if unit <= RELATIVE * a.abs() => f64::INFINITY,
            Some(unit) => moved / unit,
            None => moved / a.abs(),
        };
        if worst.is_none_or(|(most, _)| times > most) {
            worst = Some((times, pair));
        }
    }
    let (times, pair) = worst?;
    let number = |cell: &Cell| cell.as_f64().unwrap_or(f64::NAN);
    let (old, new) = both.cells(at, pair);
    Some(Move {
        table: both.name.to_owned(),
        column: name.clone(),
        rows,
        of: pairs.len(),
        spreads: spread.unit(both, (name, pair)).map(|_| times),
        row: both.row((Some(pair.old), Some(pair.new)), ("", "")).row,
        old: number(old),
        new: number(new),
    })
}

/// The standard deviation over seeds of the numbers behind a table's rows.
struct Spread<'a> {
    /// The table that has a row a seed.
    sheet: Option<&'a Sheet>,
    /// Places among the shared columns of the keys that tell its rows apart beside the seed.
    keys: Vec<usize>,
    /// Rows of that table by the values of these keys.
    groups: BTreeMap<String, Vec<usize>>,
}

impl<'a> Spread<'a> {
    fn of(old: &'a Baseline, both: &Both<'a>) -> Self {
        let has_seeds = |sheet: &&Sheet| sheet.position(SEED).is_some();
        let own = Some(both.old).filter(has_seeds);
        let sheet = own.or_else(|| old.tables.get(&format!("{}{ROWS}", both.name)).filter(has_seeds));
        let name = |at: &usize| &both.old.columns[both.shared[*at].old].name;
        let is_there = |at: &usize| name(at) != SEED && sheet.is_some_and(|sheet| sheet.position(name(at)).is_some());
        let keys: Vec<usize> = both.keys.iter().copied().filter(is_there).collect();
        let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        if let Some(sheet) = sheet {
            let columns: Vec<&[Cell]> =
                keys.iter().filter_map(|at| Some(sheet.columns[sheet.position(name(at))?].cells.as_slice())).collect();
            for row in 0..sheet.height() {
                groups.entry(words(columns.iter().map(|cells| &cells[row]))).or_default().push(row);
            }
        }
        Self { sheet, keys, groups }
    }

    /// Nothing where seeds say nothing of the column; zero where they agree to the last digit.
    fn unit(&self, both: &Both<'_>, (column, pair): (&str, Pair)) -> Option<f64> {
        let sheet = self.sheet?;
        let cells = &sheet.columns[sheet.position(column)?].cells;
        let group = self.groups.get(&words(self.keys.iter().map(|&at| both.cells(at, pair).0)))?;
        let numbers: Vec<f64> = group.iter().filter_map(|&row| cells[row].as_f64()).filter(|v| v.is_finite()).collect();
        deviation(&numbers)
    }
}

fn words<'a>(cells: impl Iterator<Item = &'a Cell>) -> String {
    cells.map(|cell| format!("{cell}\u{1f}")).collect()
}

/// The standard deviation of a sample; nothing of fewer than two numbers.
#[expect(clippy::cast_precision_loss, reason = "counts of seeds")]
fn deviation(numbers: &[f64]) -> Option<f64> {
    if numbers.len() < 2 {
        return None;
    }
    let count = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / count;
    Some((numbers.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (count - 1.0)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::super::testing::with_table;
    use super::*;
    use crate::artifact::Table;

    fn rows(values: &[(i64, i64, f64)]) -> Baseline {
        let rows: Vec<Vec<Cell>> =
            values.iter().map(|&(n, seed, v)| vec![Cell::Int(n), Cell::Int(seed), Cell::Float(v)]).collect();
        with_table("t-rows", Sheet::of(&Table::from_rows(&["n", "seed", "v"], &rows).unwrap()), &["n", "seed"])
    }

    #[test]
    fn a_number_moves_in_units_of_the_spread_of_its_own_seeds() {
        let old = rows(&[(1, 0, 1.0), (1, 1, 3.0), (2, 0, 10.0), (2, 1, 30.0), (3, 0, 5.0)]);
        let new = rows(&[(1, 0, 1.0), (1, 1, 4.0), (2, 0, 12.0), (2, 1, 30.0), (4, 0, 5.0)]);
        let (moved, others) = moves(&old, &new);
        assert_eq!(moved.len(), 1);
        let Move { table, column, rows, of, spreads, row, old: was, new: is } = &moved[0];
        assert_eq!((table.as_str(), column.as_str(), *rows, *of), ("t-rows", "v", 2, 4));
        // 1/√2 for n = 1, 2/(10 √2) for n = 2
        assert!((spreads.unwrap() - 0.5f64.sqrt()).abs() < 1e-12);
        assert_eq!((row.as_str(), *was, *is), ("n=1 seed=1", 3.0, 4.0));
        let gone =
            OtherRows { table: "t-rows".into(), gone: vec!["n=3 seed=0".into()], added: vec!["n=4 seed=0".into()] };
        assert_eq!(others, [gone]);
        assert_eq!(moves(&old, &old), (vec![], vec![]));
    }

    #[test]
    fn where_all_seeds_agreed_there_is_no_unit() {
        let (old, new) = (rows(&[(1, 0, 0.0), (1, 1, 0.0)]), rows(&[(1, 0, 0.0), (1, 1, 0.5)]));
        assert_eq!(moves(&old, &new).0[0].spreads, Some(f64::INFINITY));
    }

    #[test]
    fn an_average_has_the_spread_of_its_rows_and_a_table_without_seeds_none() {
        let average = |baseline: &mut Baseline, v: f64| {
            let table = Table::from_rows(&["n", "v"], &[vec![Cell::Int(1), Cell::Float(v)]]).unwrap();
            let other = with_table("t", Sheet::of(&table), &["n"]);
            baseline.manifest.columns.extend(other.manifest.columns.clone());
            baseline.tables.extend(other.tables.clone());
            baseline.tables.insert("u".into(), other.tables["t"].clone());
            let columns = other.manifest.columns["t"].clone();
            baseline.manifest.columns.insert("u".into(), columns);
        };
        let (mut old, mut new) = (rows(&[(1, 0, 1.0), (1, 1, 3.0)]), rows(&[(1, 7, 1.0), (1, 8, 3.0)]));
        average(&mut old, 2.0);
        average(&mut new, 4.0);
        let (moved, others) = moves(&old, &new);
        let thousandths = |spreads: f64| (1000.0 * spreads).round();
        let told: Vec<(&str, Option<f64>)> =
            moved.iter().map(|m| (m.table.as_str(), m.spreads.map(thousandths))).collect();
        assert_eq!(told, [("t", Some(1414.0)), ("u", None)]);
        assert_eq!((others[0].gone.len(), others[0].added.len()), (2, 2));
    }
}
