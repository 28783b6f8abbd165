//! Baselines on disk: diff-able tables with a manifest, nothing that changes from run to run.

use super::error::BaselineError;
use super::folder;
use super::manifest::{ClaimLine, Columns, FORMAT, Manifest};
use super::sheet::Sheet;
use crate::artifact::{Cell, Table, Value};
use crate::engine::{Graph, Store, StoreError, fingerprint};
use crate::step::roles::evidence as evidence_columns;
use crate::step::{ColumnRole, Header};
use crate::study::{OutputKind, Study};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A baseline in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Baseline {
    /// What it is.
    pub manifest: Manifest,
    /// Its tables by name; one that the manifest lists and whose file is gone is not among them.
    pub tables: BTreeMap<String, Sheet>,
    /// Tables in its folder that the manifest does not list.
    pub unlisted: Vec<String>,
}

impl Baseline {
    /// The folder of a study's baseline.
    #[must_use]
    pub fn folder(results: &Path, study: &str, profile: &str) -> PathBuf {
        results.join(study).join(profile)
    }

    /// The stored results of a study as a baseline.
    ///
    /// # Errors
    /// Where a result is not in the store, or cannot be read.
    pub fn of(study: &Study, (graph, index): (&Graph, usize), store: &Store) -> Result<Self, BaselineError> {
        let mut tables = BTreeMap::new();
        let mut columns = BTreeMap::new();
        let mut claims = BTreeMap::new();
        for output in &study.outputs {
            let node = &graph.nodes[graph.places[index][output.wire.node]];
            let port = node.kind.about().outputs[output.wire.port].name;
            let wanted = output.kind != OutputKind::Figure;
            let Some(value) = stored(store, (&node.name, &node.key), (port, wanted))? else { continue };
            match value {
                Value::Verdict(v) => {
                    let outcome = v.outcome.word().to_owned();
                    let samples = samples(&v.evidence);
                    let line = ClaimLine { outcome, says: v.says, because: v.because, samples };
                    claims.insert(output.name.clone(), line);
                }
                Value::Table(table) => {
                    let sheet = Sheet::of(&table);
                    let keys = output.keys.iter().filter(|key| sheet.position(key).is_some()).cloned().collect();
                    let name = file_name(&output.name, output.kind);
                    let ends_of = output.wire.header(&study.nodes).map(ends_of).unwrap_or_default();
                    columns.insert(name.clone(), Columns { keys, types: sheet.types(), ends_of });
                    tables.insert(name, sheet);
                }
                _ => {}
            }
        }
        let data = study.data.as_ref();
        let text = |field: fn(&crate::step::DataRef) -> &String| data.map(field).cloned().unwrap_or_default();
        let manifest = Manifest {
            format: FORMAT,
            study: study.head.study.clone(),
            profile: study.profile.clone(),
            card: text(|d| &d.card),
            task: text(|d| &d.task),
            data_digest: text(|d| &d.digest),
            code: study.nodes.iter().map(|n| (n.kind.name().to_owned(), fingerprint(n.kind).to_owned())).collect(),
            tolerances: study.head.tolerances.clone(),
            claims,
            tables: tables.keys().cloned().collect(),
            columns,
        };
        Ok(Self { manifest, tables, unlisted: Vec::new() })
    }

    /// What the tables of a baseline are results of, without the tables.
    ///
    /// # Errors
    /// As [`Baseline::read`].
    pub fn manifest(results: &Path, study: &str, profile: &str) -> Result<Manifest, BaselineError> {
        folder::manifest(&Self::folder(results, study, profile), (study, profile))
    }

    /// Reads a baseline, after what a killed `bless` left was put right.
    ///
    /// # Errors
    /// Where there is none, a file cannot be read, or one holds something else.
    pub fn read(results: &Path, study: &str, profile: &str) -> Result<Self, BaselineError> {
        let path = Self::folder(results, study, profile);
        folder::tidy(&path);
        let manifest = folder::manifest(&path, (study, profile))?;
        let mut tables = BTreeMap::new();
        for name in &manifest.tables {
            let file = path.join(format!("{name}.csv"));
            let Some(content) = folder::content(&file, (study, profile))? else { continue };
            let types = manifest.columns.get(name).map(|columns| columns.types.as_slice()).unwrap_or_default();
            let sheet =
                Sheet::read(&content, types).map_err(|reason| folder::spoilt(&file, (study, profile), reason))?;
            tables.insert(name.clone(), sheet);
        }
        let unlisted = folder::tables(&path).into_iter().filter(|name| !manifest.tables.contains(name)).collect();
        Ok(Self { manifest, tables, unlisted })
    }

    /// Writes a baseline in place of the old one; the folder is complete or as it was.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn write(&self, results: &Path) -> Result<PathBuf, BaselineError> {
        let path = Self::folder(results, &self.manifest.study, &self.manifest.profile);
        folder::write(&path, (&self.manifest, &self.tables))?;
        Ok(path)
    }
}

/// The stored value of a step with this name and key, where it is wanted; the step must have run in any case.
fn stored(
    store: &Store,
    (name, key): (&str, &str),
    (port, wanted): (&str, bool),
) -> Result<Option<Value>, BaselineError> {
    let read = || match store.entry(key)? {
        Some(entry) if wanted => store.value(&entry, port).map(|value| Some(Some(value))),
        entry => Ok(entry.map(|_| None)),
    };
    match read() {
        Ok(found) => found.ok_or_else(|| BaselineError::NotRun(name.to_owned())),
        Err(StoreError::Damaged { reason, .. }) => Err(BaselineError::Damaged { name: name.to_owned(), reason }),
        Err(other) => Err(BaselineError::Store(other)),
    }
}

/// The columns that are ends of the intervals of others.
fn ends_of(header: &Header) -> BTreeMap<String, String> {
    let intervals = header.intervals().0.into_iter();
    intervals.flat_map(|(column, ends)| ends.map(|end| (end, column.clone()))).collect()
}

/// The most samples that a condition was decided with, or left open: the look at which a claim stopped.
fn samples(evidence: &Table) -> Option<u64> {
    let evidence = evidence_columns()
        .0
        .into_iter()
        .find(|column| column.role == ColumnRole::Samples)
        .and_then(|column| evidence.column(&column.name).ok());
    let whole = |cell: &Cell| if let Cell::Int(count) = cell { u64::try_from(*count).ok() } else { None };
    evidence.iter().flatten().filter_map(whole).max()
}

fn file_name(output: &str, kind: OutputKind) -> String {
    let suffix = match kind {
        OutputKind::Rows => "-rows",
        OutputKind::Comparison => "-published",
        _ => "",
    };
    format!("{output}{suffix}")
}

#[cfg(test)]
mod tests {
    use super::super::testing::baseline;
    use super::*;

    #[test]
    fn tables_come_back_from_disk_as_they_were() {
        let results = tempfile::tempdir().unwrap();
        let old = baseline(0.1 + 0.2, 3, "held");
        old.write(results.path()).unwrap();
        old.write(results.path()).unwrap();
        assert_eq!(Baseline::read(results.path(), "s", "p").unwrap(), old);
        assert!(matches!(Baseline::read(results.path(), "s", "q"), Err(BaselineError::Missing { .. })));
    }

    #[test]
    fn files_that_are_gone_or_too_many_are_known() {
        let results = tempfile::tempdir().unwrap();
        let old = baseline(0.25, 3, "held");
        let folder = old.write(results.path()).unwrap();
        std::fs::rename(folder.join("t.csv"), folder.join("u.csv")).unwrap();
        let read = Baseline::read(results.path(), "s", "p").unwrap();
        assert_eq!((read.tables.len(), read.unlisted), (0, vec!["u".to_owned()]));
    }

    #[test]
    fn what_is_not_there_is_damaged_or_cannot_be_read_are_three_things() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let read = |key: &str| stored(&store, ("s: step", key), ("t", true));
        assert!(matches!(read("abc"), Err(BaselineError::NotRun(name)) if name == "s: step"));
        std::fs::create_dir_all(folder.path().join("objects/ab/abc")).unwrap();
        let error = read("abc").unwrap_err().to_string();
        assert_eq!(error, "the stored result of `s: step` is damaged: entry.json is missing; `lofi run` makes it anew");
        // No system takes such a name, as none reads a file when too many are open.
        std::fs::create_dir(folder.path().join("objects/aa")).unwrap();
        assert!(matches!(read(&"a".repeat(300)), Err(BaselineError::Store(StoreError::Io { .. }))));
    }
}
