//! Column by column: what moved further than it may.

use super::files::Baseline;
use crate::artifact::{Cell, Table};
use crate::study::Tolerance;
use std::collections::BTreeMap;

/// Allowed relative change of a real number where the study gives no tolerance: above the noise of another processor's
/// rounding, far below anything that matters.
const DEFAULT: Tolerance = Tolerance { relative: 1e-6, absolute: 1e-12 };

/// Something that is not as it was.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The table, or `claims`.
    pub table: String,
    /// The column; empty where the whole table differs.
    pub column: String,
    /// The row in words: its other columns that are not real numbers.
    pub row: String,
    /// The baseline's value.
    pub was: String,
    /// The new value.
    pub is: String,
    /// How many times the tolerance it moved; infinite where no tolerance applies.
    pub severity: f64,
}

/// Everything in which `new` differs from `old`, worst first. Tolerances are those of the new study.
#[must_use]
pub fn compare(old: &Baseline, new: &Baseline) -> Vec<Difference> {
    let mut found = claims(old, new);
    for (name, table) in &old.tables {
        match new.tables.get(name) {
            Some(fresh) => {
                let sampled = new.manifest.sampled.contains(name);
                found.extend(tables(name, (table, fresh), (&new.manifest.tolerances, sampled)));
            }
            None => found.push(whole(name, "a table", "gone")),
        }
    }
    let added = new.tables.keys().filter(|name| !old.tables.contains_key(*name));
    found.extend(added.map(|name| whole(name, "not there", "a table")));
    found.sort_by(|a, b| b.severity.total_cmp(&a.severity));
    found
}

fn whole(table: &str, was: &str, is: &str) -> Difference {
    Difference {
        table: table.to_owned(),
        column: String::new(),
        row: String::new(),
        was: was.to_owned(),
        is: is.to_owned(),
        severity: f64::INFINITY,
    }
}

fn claims(old: &Baseline, new: &Baseline) -> Vec<Difference> {
    let (before, now) = (&old.manifest.claims, &new.manifest.claims);
    let names: std::collections::BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    let outcome = |lines: &BTreeMap<String, super::ClaimLine>, name: &String| {
        lines.get(name).map_or_else(|| "not there".to_owned(), |line| line.outcome.clone())
    };
    let changed = names.into_iter().filter(|name| outcome(before, name) != outcome(now, name));
    changed
        .map(|name| Difference { column: name.clone(), ..whole("claims", &outcome(before, name), &outcome(now, name)) })
        .collect()
}

/// A study's tolerances, and whether the table hangs on sampled weights.
type Allowed<'a> = (&'a BTreeMap<String, Tolerance>, bool);

fn tables(name: &str, (old, new): (&Table, &Table), (tolerances, sampled): Allowed<'_>) -> Vec<Difference> {
    if old.names() != new.names() {
        return vec![whole(name, &old.names().join(","), &new.names().join(","))];
    }
    if old.height() != new.height() {
        let rows = |table: &Table| format!("{} rows", table.height());
        return vec![whole(name, &rows(old), &rows(new))];
    }
    let (before, now) = (old.rows(), new.rows());
    let mut found = Vec::new();
    for (index, column) in old.names().iter().enumerate() {
        let own = tolerance_of(column, tolerances);
        let spread = if own.is_none() && sampled { seed_spread(old, column) } else { vec![0.0; before.len()] };
        for (row, (a, b)) in before.iter().zip(&now).enumerate() {
            let base = own.unwrap_or(DEFAULT);
            let tolerance = Tolerance { absolute: base.absolute.max(spread[row]), ..base };
            let severity = severity(&a[index], &b[index], tolerance);
            if severity > 1.0 {
                found.push(Difference {
                    table: name.to_owned(),
                    column: column.clone(),
                    row: row_in_words(old, &before[row]),
                    was: a[index].to_string(),
                    is: b[index].to_string(),
                    severity,
                });
            }
        }
    }
    found
}

/// A column's tolerance; the ends of its interval have the same.
fn tolerance_of(column: &str, tolerances: &BTreeMap<String, Tolerance>) -> Option<Tolerance> {
    tolerances.get(column).or_else(|| tolerances.get(without_end(column))).copied()
}

fn without_end(column: &str) -> &str {
    column.strip_suffix("_low").or_else(|| column.strip_suffix("_high")).unwrap_or(column)
}

/// How far a sampled number may move in each row: half its interval where the table has one, else the standard
/// deviation over the rows that differ in `seed` alone.
fn seed_spread(table: &Table, column: &str) -> Vec<f64> {
    let base = without_end(column);
    let ends = (table.numbers(&format!("{base}_low")), table.numbers(&format!("{base}_high")));
    if let (Ok(low), Ok(high)) = ends {
        let half = low.iter().zip(&high).map(|(l, h)| l.zip(*h).map_or(0.0, |(l, h)| (h - l).abs() / 2.0));
        return half.collect();
    }
    let mut spread = vec![0.0; table.height()];
    let is_key = |name: &String| {
        let cells = table.column(name).unwrap_or_default();
        name != "seed" && !cells.iter().any(|cell| matches!(cell, Cell::Float(_)))
    };
    let keys: Vec<String> = table.names().into_iter().filter(is_key).collect();
    let values = table.numbers(column).unwrap_or_default();
    for (_, rows) in table.groups(&keys).unwrap_or_default() {
        let own: Vec<f64> = rows.iter().filter_map(|&row| values[row]).collect();
        let deviation = standard_deviation(&own);
        rows.iter().for_each(|&row| spread[row] = deviation);
    }
    spread
}

fn standard_deviation(values: &[f64]) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a handful of seeds")]
    let n = values.len() as f64;
    if values.len() < 2 {
        return 0.0;
    }
    let mean = values.iter().sum::<f64>() / n;
    (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt()
}

/// |new − old| over what is allowed; texts and truth values must be equal, and counts where no tolerance is given for them.
fn severity(old: &Cell, new: &Cell, tolerance: Tolerance) -> f64 {
    match (old, new) {
        // the tolerance of columns without one is for rounding: a count moves by whole numbers
        (Cell::Int(a), Cell::Int(b)) if a != b && tolerance.absolute < 1.0 && tolerance.relative < 1e-3 => {
            f64::INFINITY
        }
        _ => match (old.as_f64(), new.as_f64()) {
            (Some(a), Some(b)) => {
                let allowed = tolerance.absolute.max(tolerance.relative * a.abs());
                let moved = (b - a).abs();
                if moved == 0.0 { 0.0 } else { moved / allowed }
            }
            _ if old.total_cmp(new).is_eq() => 0.0,
            _ => f64::INFINITY,
        },
    }
}

fn row_in_words(table: &Table, row: &[Cell]) -> String {
    let names = table.names();
    let keys = names.iter().zip(row).filter(|(_, cell)| matches!(cell, Cell::Int(_) | Cell::Text(_) | Cell::Bool(_)));
    keys.map(|(name, cell)| format!("{name}={cell}")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::baseline::{ClaimLine, Manifest};

    fn baseline(error: f64, count: i64, outcome: &str) -> Baseline {
        let rows = [vec!["LoFi".into(), Cell::Int(count), Cell::Float(error)]];
        let table = Table::from_rows(&["model", "n_train", "test_mse"], &rows).unwrap();
        let line = ClaimLine { outcome: outcome.into(), says: String::new(), because: String::new() };
        let manifest = Manifest {
            format: 1,
            study: "s".into(),
            profile: "p".into(),
            card: String::new(),
            task: String::new(),
            data_digest: String::new(),
            code: BTreeMap::new(),
            tolerances: BTreeMap::new(),
            claims: BTreeMap::from([("c".to_owned(), line)]),
            tables: vec!["t".into()],
            sampled: Vec::new(),
        };
        Baseline { manifest, tables: BTreeMap::from([("t".to_owned(), table)]) }
    }

    #[test]
    fn one_per_cent_is_caught_and_the_last_digits_are_not() {
        let old = baseline(0.25, 500, "held");
        assert_eq!(compare(&old, &baseline(0.25 * (1.0 + 1e-12), 500, "held")), []);
        let found = compare(&old, &baseline(0.25 * 1.01, 500, "held"));
        assert_eq!(
            (found.len(), found[0].column.as_str(), found[0].row.as_str()),
            (1, "test_mse", "model=LoFi n_train=500")
        );
        assert!((found[0].severity - 1e4).abs() < 1.0, "{}", found[0].severity);
    }

    #[test]
    fn counts_are_exact_and_outcomes_are_compared() {
        let found = compare(&baseline(0.25, 500, "held"), &baseline(0.25, 501, "failed"));
        let columns: Vec<&str> = found.iter().map(|d| d.column.as_str()).collect();
        assert_eq!(columns, ["c", "n_train"]);
    }

    #[test]
    fn a_tolerance_of_the_study_replaces_the_default() {
        let mut new = baseline(0.26, 500, "held");
        new.manifest.tolerances.insert("test_mse".into(), Tolerance { relative: 0.0, absolute: 0.02 });
        assert_eq!(compare(&baseline(0.25, 500, "held"), &new), []);
    }

    #[test]
    fn sampled_tables_may_move_by_their_seed_spread() {
        let table = |shift: f64| {
            let row = |seed: i64, v: f64| vec![Cell::Int(seed), Cell::Float(v + shift)];
            Table::from_rows(&["seed", "test_mse"], &[row(0, 0.2), row(1, 0.3)]).unwrap()
        };
        let with = |shift: f64| {
            let mut baseline = baseline(0.0, 1, "held");
            baseline.tables.insert("t".into(), table(shift));
            baseline.manifest.sampled = vec!["t".into()];
            baseline
        };
        assert_eq!(compare(&with(0.0), &with(0.07)), []);
        assert_eq!(compare(&with(0.0), &with(0.08)).len(), 2);
    }

    #[test]
    fn tables_come_back_from_disk_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let old = baseline(0.1 + 0.2, 3, "held");
        old.write(folder.path()).unwrap();
        old.write(folder.path()).unwrap();
        assert_eq!(Baseline::read(folder.path(), "s", "p").unwrap(), old);
        assert!(matches!(Baseline::read(folder.path(), "s", "q"), Err(super::super::BaselineError::Missing { .. })));
    }
}
