//! What commands write into the log of the store.

use super::output::note;
use super::project::Project;
use crate::engine::Store;
use crate::report::utc;
use crate::step::hex;
use crate::study::Study;
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// Adds a line: when, what, by which version and commit, of which studies, and what is particular to it. A log that cannot
/// be written is said and hinders nothing.
pub(super) fn log(project: &Project, store: &Store, (what, studies): (&str, &[Study]), more: Json) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    let names: Vec<String> = studies.iter().map(|study| format!("{}@{}", study.head.study, study.profile)).collect();
    let settings: Vec<String> = project.options.set.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let head = json!({
        "time": utc(now), "unix_s": now, "what": what, "version": env!("CARGO_PKG_VERSION"), "commit": project.commit(),
        "studies": names, "settings": settings,
    });
    let mut record: Map<String, Json> = Map::new();
    [head, more].into_iter().for_each(|part| record.extend(part.as_object().cloned().unwrap_or_default()));
    if let Err(error) = store.log(record) {
        note!("not logged: {error}");
    }
}

/// SHA-256 over names and bytes of the files of a folder; empty where it cannot be read.
pub(super) fn digest_of(folder: &Path) -> String {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<_> = entries.map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.sort();
    let mut hash = Sha256::new();
    for path in &files {
        let Ok(bytes) = std::fs::read(path) else { return String::new() };
        hash.update(path.file_name().unwrap_or_default().to_string_lossy().as_bytes());
        hash.update(Sha256::digest(&bytes));
    }
    if files.is_empty() { String::new() } else { hex(&hash.finalize()) }
}
