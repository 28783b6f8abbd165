//! Small baselines for tests.

use super::manifest::{ClaimLine, Columns, FORMAT, Manifest};
use super::{Baseline, Sheet};
use crate::artifact::{Cell, Table};
use std::collections::BTreeMap;

/// A baseline of one table.
pub(super) fn with_table(name: &str, sheet: Sheet, keys: &[&str]) -> Baseline {
    let keys = keys.iter().map(|&key| key.to_owned()).collect();
    let manifest = Manifest {
        format: FORMAT,
        study: "s".into(),
        profile: "p".into(),
        card: String::new(),
        task: String::new(),
        data_digest: String::new(),
        code: BTreeMap::new(),
        tolerances: BTreeMap::new(),
        claims: BTreeMap::new(),
        tables: vec![name.to_owned()],
        columns: BTreeMap::from([(name.to_owned(), Columns { keys, types: sheet.types(), ..Columns::default() })]),
    };
    Baseline { manifest, tables: BTreeMap::from([(name.to_owned(), sheet)]), unlisted: Vec::new() }
}

/// A baseline of one row and one claim.
pub(super) fn baseline(error: f64, count: i64, outcome: &str) -> Baseline {
    let rows = [vec!["LoFi".into(), Cell::Int(count), Cell::Float(error)]];
    let table = Table::from_rows(&["model", "n_train", "test_mse"], &rows).unwrap_or_default();
    let mut baseline = with_table("t", Sheet::of(&table), &["model", "n_train"]);
    let line = ClaimLine { outcome: outcome.into(), says: String::new(), because: String::new(), samples: None };
    baseline.manifest.claims.insert("c".to_owned(), line);
    baseline
}
