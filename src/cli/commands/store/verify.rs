//! `lofi store verify`: whether stored results are whole.

use crate::cli::code::Code;
use crate::cli::fail::Failure;
use crate::cli::output::{self, note, say};
use crate::cli::project::Project;
use crate::step::check_seal;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Reads everything and names what is damaged.
pub(super) fn verify(project: &Project) -> Result<Code, Failure> {
    let found = project.open_store()?.verify()?;
    let damaged: Vec<(PathBuf, String)> =
        found.damaged.into_iter().chain(index_damage(&project.store.join("data/index.json"))?).collect();
    for (path, reason) in &damaged {
        if output::is_json() {
            output::event(&json!({"event": "damaged", "path": path.display().to_string(), "reason": reason}));
        } else {
            note!("damaged: {}: {reason}", path.display());
        }
    }
    let (entries, bytes, others) = (found.entries, found.bytes, found.others);
    if output::is_json() {
        let damaged = damaged.len();
        output::event(
            &json!({"event": "verified", "entries": entries, "bytes": bytes, "others": others, "damaged": damaged}),
        );
    } else if !project.options.quiet {
        let megabytes = bytes.div_ceil(1_000_000);
        say!("read {entries} whole results ({megabytes} MB) and {others} other files; {} damaged", damaged.len());
    }
    Ok(if damaged.is_empty() { Code::Well } else { Code::Failed })
}

/// What is wrong with the index of data files, if there is one.
fn index_damage(path: &Path) -> Result<Option<(PathBuf, String)>, Failure> {
    let damaged = |reason: String| Ok(Some((path.to_owned(), reason)));
    match std::fs::metadata(path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Ok(metadata) if !metadata.is_file() => return damaged("it is no file".to_owned()),
        _ => {}
    }
    let bytes = std::fs::read(path).map_err(|e| Failure::file(format!("cannot read {}: {e}", path.display())))?;
    check_seal(&bytes).map_or_else(|e| damaged(e.to_string()), |()| Ok(None))
}
