//! Baselines on disk: diff-able tables with a manifest, nothing that changes from run to run.

use crate::artifact::{Cell, Table, Value};
use crate::engine::{Graph, Store, fingerprint};
use crate::step::Family;
use crate::study::{OutputKind, Study, Tolerance};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Version of the folder's layout.
const FORMAT: u32 = 1;

/// What can be wrong with a baseline.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// There is none.
    #[error("there is no baseline in {}; `lofi bless {study} --profile {profile}` makes one", path.display())]
    Missing {
        /// The study.
        study: String,
        /// The profile.
        profile: String,
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A file is unreadable.
    #[error("{}: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A result is not in the store.
    #[error("`{0}` has no stored result; `lofi run` makes it")]
    NotRun(String),
}

/// How a claim ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimLine {
    /// held, failed or undecided.
    pub outcome: String,
    /// What it says.
    pub says: String,
    /// The numbers that decided.
    pub because: String,
}

/// What the tables are results of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Layout version.
    pub format: u32,
    /// The study.
    pub study: String,
    /// The profile.
    pub profile: String,
    /// The data card; empty where the study reads none.
    pub card: String,
    /// The task.
    pub task: String,
    /// Digest of the data.
    pub data_digest: String,
    /// Code fingerprint of every kind used.
    pub code: BTreeMap<String, String>,
    /// Tolerances of the study, as they were.
    pub tolerances: BTreeMap<String, Tolerance>,
    /// How the claims ended.
    pub claims: BTreeMap<String, ClaimLine>,
    /// Tables, each in `<name>.csv`.
    pub tables: Vec<String>,
    /// Those among them that hang on sampled weights: their default tolerance is the spread over seeds.
    #[serde(default)]
    pub sampled: Vec<String>,
}

/// A baseline in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Baseline {
    /// What it is.
    pub manifest: Manifest,
    /// Its tables by name.
    pub tables: BTreeMap<String, Table>,
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
    /// Where a result is not in the store.
    pub fn of(study: &Study, (graph, index): (&Graph, usize), store: &Store) -> Result<Self, BaselineError> {
        let mut tables = BTreeMap::new();
        let mut claims = BTreeMap::new();
        let mut sampled = Vec::new();
        for output in &study.outputs {
            let node = &graph.nodes[graph.places[index][output.wire.node]];
            let port = node.kind.about().outputs[output.wire.port].name;
            let not_run = || BaselineError::NotRun(node.name.clone());
            let entry = store.entry(&node.key).ok().flatten().ok_or_else(not_run)?;
            let value = match output.kind {
                OutputKind::Figure => continue,
                _ => store.value(&entry, port).map_err(|_| not_run())?,
            };
            match value {
                Value::Verdict(v) => {
                    let outcome = v.outcome.word().to_owned();
                    let line = ClaimLine { outcome, says: v.says, because: v.because };
                    claims.insert(output.name.clone(), line);
                }
                Value::Table(table) => {
                    let suffix = match output.kind {
                        OutputKind::Rows => "-rows",
                        OutputKind::Comparison => "-published",
                        _ => "",
                    };
                    let name = format!("{}{suffix}", output.name);
                    if is_sampled(study, output.wire.node) {
                        sampled.push(name.clone());
                    }
                    tables.insert(name, table);
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
            sampled,
        };
        Ok(Self { manifest, tables })
    }

    /// Reads a baseline.
    ///
    /// # Errors
    /// Where there is none, or a file is unreadable.
    pub fn read(results: &Path, study: &str, profile: &str) -> Result<Self, BaselineError> {
        let folder = Self::folder(results, study, profile);
        let path = folder.join("manifest.json");
        let (study, profile) = (study.to_owned(), profile.to_owned());
        let text = std::fs::read(&path).map_err(|_| BaselineError::Missing { study, profile, path: folder.clone() })?;
        let manifest: Manifest = serde_json::from_slice(&text)
            .map_err(|e| BaselineError::Unreadable { path: path.clone(), reason: e.to_string() })?;
        if manifest.format != FORMAT {
            let reason = format!("layout {}, this program reads {FORMAT}: bless the study again", manifest.format);
            return Err(BaselineError::Unreadable { path, reason });
        }
        let tables = manifest.tables.iter().map(|name| {
            let path = folder.join(format!("{name}.csv"));
            let table = read_csv(&path).map_err(|reason| BaselineError::Unreadable { path, reason })?;
            Ok((name.clone(), table))
        });
        let tables = tables.collect::<Result<_, BaselineError>>()?;
        Ok(Self { manifest, tables })
    }

    /// Writes a baseline in place of the old one; the folder is complete or as it was.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn write(&self, results: &Path) -> Result<PathBuf, BaselineError> {
        let folder = Self::folder(results, &self.manifest.study, &self.manifest.profile);
        let fail = |path: &Path, reason: String| BaselineError::Unreadable { path: path.to_owned(), reason };
        let parent = folder.parent().unwrap_or(results);
        std::fs::create_dir_all(parent).map_err(|e| fail(parent, e.to_string()))?;
        let beside =
            tempfile::TempDir::with_prefix_in(".blessing-", parent).map_err(|e| fail(parent, e.to_string()))?;
        for (name, table) in &self.tables {
            let path = beside.path().join(format!("{name}.csv"));
            std::fs::write(&path, to_csv(table)).map_err(|e| fail(&path, e.to_string()))?;
        }
        let path = beside.path().join("manifest.json");
        let mut text = serde_json::to_string_pretty(&self.manifest).map_err(|e| fail(&path, e.to_string()))?;
        text.push('\n');
        std::fs::write(&path, text).map_err(|e| fail(&path, e.to_string()))?;
        if folder.exists() {
            std::fs::rename(&folder, beside.path().join(".old")).map_err(|e| fail(&folder, e.to_string()))?;
        }
        let fresh = beside.keep();
        std::fs::rename(&fresh, &folder).map_err(|e| fail(&folder, e.to_string()))?;
        let _ = std::fs::remove_dir_all(folder.join(".old"));
        Ok(folder)
    }
}

/// Whether a step, or anything it is made of, draws weights: an experiment kind with a seed.
fn is_sampled(study: &Study, node: usize) -> bool {
    let mut open = vec![node];
    let mut seen = vec![false; study.nodes.len()];
    while let Some(at) = open.pop() {
        if std::mem::replace(&mut seen[at], true) {
            continue;
        }
        let node = &study.nodes[at];
        if node.kind.about().family == Family::Experiment && node.params.get("seed").is_some() {
            return true;
        }
        open.extend(node.inputs.iter().flat_map(|(_, wires)| wires.iter().map(|wire| wire.node)));
    }
    false
}

/// A table as CSV.
#[must_use]
pub fn to_csv(table: &Table) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory cannot fail; a row always has as many fields as the header.
    let _ = writer.write_record(table.names());
    for row in table.rows() {
        let _ = writer.write_record(row.iter().map(Cell::to_string));
    }
    writer.into_inner().unwrap_or_default()
}

fn read_csv(path: &Path) -> Result<Table, String> {
    let mut reader = csv::Reader::from_path(path).map_err(|e| e.to_string())?;
    let names: Vec<String> = reader.headers().map_err(|e| e.to_string())?.iter().map(ToOwned::to_owned).collect();
    let mut columns: Vec<Vec<String>> = vec![Vec::new(); names.len()];
    for record in reader.records() {
        let record = record.map_err(|e| e.to_string())?;
        for (text, column) in record.iter().zip(&mut columns) {
            column.push(text.to_owned());
        }
    }
    let typed = names.into_iter().zip(columns).map(|(name, texts)| (name, column(&texts)));
    Table::new(typed.collect()).map_err(|e| e.to_string())
}

/// The narrowest type that fits all values of a column.
fn column(texts: &[String]) -> Vec<Cell> {
    let all = |parse: &dyn Fn(&str) -> Option<Cell>| -> Option<Vec<Cell>> {
        texts.iter().map(|t| if t.is_empty() { Some(Cell::Null) } else { parse(t) }).collect()
    };
    let whole = all(&|t| t.parse().map(Cell::Int).ok());
    let real = || all(&|t| t.parse().map(Cell::Float).ok());
    let truth = || all(&|t| t.parse().map(Cell::Bool).ok());
    let text = || texts.iter().map(|t| if t.is_empty() { Cell::Null } else { Cell::Text(t.clone()) }).collect();
    whole.or_else(real).or_else(truth).unwrap_or_else(text)
}
