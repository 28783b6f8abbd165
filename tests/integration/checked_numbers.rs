//! What `lofi check` sees when a number of the committed smoke baselines changes.

use crate::project::repository;
use lofi::artifact::Cell;
use lofi::baseline::{Baseline, compare};
use rayon::prelude::*;

/// The smoke baselines, one for each table.
fn tables() -> Vec<(String, Baseline)> {
    let results = repository().join("results");
    let files = crate::store::files(&results).into_iter().filter(|path| path.ends_with("smoke/manifest.json"));
    let studies = files.map(|path| {
        let study = path.parent().unwrap().parent().unwrap().strip_prefix(&results).unwrap().display().to_string();
        Baseline::read(&results, &study, "smoke").unwrap()
    });
    let alone = |baseline: Baseline| {
        let Baseline { mut manifest, tables, .. } = baseline;
        manifest.claims.clear();
        tables.into_iter().map(move |(name, sheet)| {
            let mut manifest = manifest.clone();
            manifest.tables = vec![name.clone()];
            manifest.columns.retain(|table, _| *table == name);
            let told = format!("{}/{name}", manifest.study);
            (told, Baseline { manifest, tables: [(name, sheet)].into(), unlisted: Vec::new() })
        })
    };
    let found: Vec<(String, Baseline)> = studies.flat_map(alone).collect();
    assert!(found.len() > 100, "{} tables", found.len());
    found
}

/// Whether the comparison sees a table in which some cells were replaced.
struct Changed {
    old: Baseline,
    new: Baseline,
}

impl Changed {
    fn cell(&mut self, column: usize, row: usize) -> &mut Cell {
        let sheet = self.old.tables.values_mut().next().unwrap();
        &mut sheet.columns[column].cells[row]
    }

    fn is_seen(&self) -> bool {
        !compare(&self.old, &self.new).is_empty()
    }

    fn sees(&mut self, (column, row): (usize, usize), cell: Cell) -> bool {
        let before = std::mem::replace(self.cell(column, row), cell);
        let seen = self.is_seen();
        *self.cell(column, row) = before;
        seen
    }
}

/// Every number that is not zero, with its column, row and value.
fn numbers(baseline: &Baseline) -> Vec<(usize, usize, Cell)> {
    let sheet = baseline.tables.values().next().unwrap();
    let of = |(index, column): (usize, &lofi::baseline::Column)| {
        let cells = column.cells.iter().cloned().enumerate();
        let numbers = cells.filter(|(_, cell)| cell.as_f64().is_some_and(|v| v != 0.0));
        numbers.map(|(row, cell)| (index, row, cell)).collect::<Vec<_>>()
    };
    sheet.columns.iter().enumerate().flat_map(of).collect()
}

/// A number that is larger or smaller by a part of itself; a whole one by one at least.
fn moved(cell: &Cell, part: f64) -> Cell {
    match cell {
        Cell::Int(v) => {
            let by = (*v as f64 * part).round() as i64;
            Cell::Int(v + if by == 0 { 1 } else { by })
        }
        other => Cell::Float(other.as_f64().unwrap() * (1.0 + part)),
    }
}

#[test]
fn five_per_cent_of_one_number_are_seen() {
    let count = |(name, baseline): (String, Baseline)| {
        let numbers = numbers(&baseline);
        let mut changed = Changed { old: baseline.clone(), new: baseline };
        let mut unseen = Vec::new();
        let mut real = 0;
        for (index, (column, row, cell)) in numbers.iter().enumerate() {
            let part = if index % 2 == 0 { 0.05 } else { -0.05 };
            real += usize::from(matches!(cell, Cell::Float(_)));
            if !changed.sees((*column, *row), moved(cell, part)) {
                let sheet = changed.new.tables.values().next().unwrap();
                unseen.push(format!("{name}.{} row {row}: {cell}", sheet.columns[*column].name));
            }
        }
        (numbers.len(), real, unseen)
    };
    let counts: Vec<(usize, usize, Vec<String>)> = tables().into_par_iter().map(count).collect();
    let all: usize = counts.iter().map(|count| count.0).sum();
    let real: usize = counts.iter().map(|count| count.1).sum();
    let unseen: Vec<&String> = counts.iter().flat_map(|count| &count.2).collect();
    println!("{} of {all} numbers, {real} of them real, change by 5 % unseen", unseen.len());
    assert!(real > 30_000, "{real} real numbers");
    assert!(unseen.len() * 100 <= real, "{} of {real} real numbers: {unseen:#?}", unseen.len());
}

#[test]
fn what_is_no_number_is_seen_wherever_one_was() {
    let odd = [Cell::Float(f64::NAN), Cell::Float(f64::INFINITY), Cell::Null, Cell::Text("x".into())];
    tables().into_par_iter().for_each(|(name, baseline)| {
        let numbers = numbers(&baseline);
        let mut changed = Changed { old: baseline.clone(), new: baseline };
        // some of each column are enough where a table has thousands of numbers
        let step = 1 + numbers.len() / 3000;
        for (index, (column, row, cell)) in numbers.into_iter().step_by(step).enumerate() {
            let other = odd[index % odd.len()].clone();
            assert!(
                changed.sees((column, row), other.clone()),
                "{name}, column {column}, row {row}: {cell} to {other}"
            );
        }
    });
}

#[test]
fn noise_in_the_ninth_digit_is_not_seen() {
    for (name, baseline) in tables() {
        let numbers = numbers(&baseline);
        let mut changed = Changed { old: baseline.clone(), new: baseline };
        for (index, (column, row, cell)) in numbers.into_iter().enumerate() {
            if let Cell::Float(v) = cell {
                let sign = if (index * 7 + row * 3) % 5 < 2 { 1.0 } else { -1.0 };
                *changed.cell(column, row) = Cell::Float(v * (1.0 + sign * 1e-9));
            }
        }
        assert_eq!(compare(&changed.old, &changed.new), [], "{name}");
    }
}

#[test]
fn a_column_that_is_multiplied_is_seen() {
    tables().into_par_iter().for_each(|(name, baseline)| {
        let numbers = numbers(&baseline);
        let columns: std::collections::BTreeSet<usize> = numbers.iter().map(|number| number.0).collect();
        for column in columns {
            for factor in [1.05, 1.5, 10.0] {
                let mut changed = Changed { old: baseline.clone(), new: baseline.clone() };
                for (_, row, cell) in numbers.iter().filter(|number| number.0 == column) {
                    *changed.cell(column, *row) = moved(cell, factor - 1.0);
                }
                assert!(changed.is_seen(), "{name}, column {column} times {factor}");
            }
        }
    });
}

// Real keys move with the rest then: their rows are still told value by value.
#[test]
fn real_numbers_that_are_all_multiplied_are_told_one_by_one() {
    let count = |(name, baseline): (String, Baseline)| {
        let is_real = |number: &(usize, usize, Cell)| matches!(number.2, Cell::Float(_));
        let numbers: Vec<(usize, usize, Cell)> = numbers(&baseline).into_iter().filter(is_real).collect();
        let mut changed = Changed { old: baseline.clone(), new: baseline };
        for (column, row, cell) in &numbers {
            *changed.cell(*column, *row) = moved(cell, 0.05);
        }
        let told = compare(&changed.old, &changed.new).iter().filter(|d| !d.column.is_empty()).count();
        assert!(numbers.is_empty() || told > 0, "{name}");
        (numbers.len(), told.min(numbers.len()))
    };
    let (all, told) = tables().into_par_iter().map(count).reduce(|| (0, 0), |(all, told), (a, t)| (all + a, told + t));
    println!("{told} of {all} real numbers told");
    assert!(told * 100 >= all * 99, "{told} of {all}");
}

#[test]
fn a_row_more_or_less_is_seen_and_another_order_of_rows_that_keys_tell_apart_is_not() {
    for (name, baseline) in tables() {
        let height = baseline.tables.values().next().unwrap().height();
        let with = |edit: &dyn Fn(&mut Vec<Cell>)| {
            let mut changed = Changed { old: baseline.clone(), new: baseline.clone() };
            let sheet = changed.old.tables.values_mut().next().unwrap();
            sheet.columns.iter_mut().for_each(|column| edit(&mut column.cells));
            changed
        };
        assert!(with(&|cells| drop(cells.remove(height / 2))).is_seen(), "{name}: a row less");
        assert!(with(&|cells| cells.push(cells[height / 2].clone())).is_seen(), "{name}: a row twice");
        let told = compare(&with(&|cells| cells.reverse()).old, &baseline);
        assert!(told.iter().all(|d| d.row.contains("row ")), "{name}: {:?}", told.first());
    }
}
