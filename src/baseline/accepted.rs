//! A table as it was accepted, where the present one has moved away from it.

use super::files::Baseline;
use super::folder;
use super::sheet::Sheet;
use super::tables::tables;
use crate::artifact::Table;
use std::path::Path;

/// The table of this name in the baseline of a study and profile; nothing where the present one agrees with it as `lofi
/// check` does, or where there is no baseline that can be read: what a page shows beside its own must not stop it.
#[must_use]
pub fn moved_from(results: &Path, (study, profile): (&str, &str), (name, now): (&str, &Table)) -> Option<Table> {
    let path = Baseline::folder(results, study, profile);
    let content = folder::content(&path.join(format!("{name}.csv")), (study, profile)).ok()??;
    let now = Sheet::of(now);
    if now.to_csv() == content {
        return None;
    }
    let manifest = folder::manifest(&path, (study, profile)).ok()?;
    let old = Sheet::read(&content, &manifest.columns.get(name)?.types).ok()?;
    if tables(name, (&old, &now), &manifest).is_empty() {
        return None;
    }
    Table::new(old.columns.into_iter().map(|column| (column.name, column.cells)).collect()).ok()
}

#[cfg(test)]
mod tests {
    use super::super::testing::baseline;
    use super::*;

    #[test]
    fn only_what_moved_is_given_back() {
        let results = tempfile::tempdir().unwrap();
        let accepted = baseline(0.25, 3, "held");
        accepted.write(results.path()).unwrap();
        let table = |sheet: &Sheet| {
            Table::new(sheet.columns.iter().map(|c| (c.name.clone(), c.cells.clone())).collect()).unwrap()
        };
        let (name, sheet) = accepted.tables.first_key_value().unwrap();
        let moved = baseline(0.5, 3, "held");
        let of = |now: &Table| moved_from(results.path(), ("s", "p"), (name, now));
        assert_eq!(of(&table(sheet)), None);
        assert_eq!(of(&table(&baseline(0.25 + 1e-15, 3, "held").tables[name])), None, "by rounding");
        assert_eq!(of(&table(&moved.tables[name])), Some(table(sheet)));
        assert_eq!(moved_from(results.path(), ("s", "other"), (name, &table(sheet))), None);
    }
}
