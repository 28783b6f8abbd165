//! `lofi schema`: what editors check studies and cards with.

use crate::cli::code::Code;
use crate::cli::fail::{Done, Failure};
use crate::cli::options::Options;
use crate::cli::output::{note, say};
use crate::cli::place::Place;
use crate::report::replace_file;
use crate::{catalog, dataset, study};
use std::path::PathBuf;

/// Every schema file with its content.
fn files() -> Result<Vec<(&'static str, String)>, Failure> {
    let text = |json: &serde_json::Value| {
        let text = serde_json::to_string_pretty(json).map_err(|e| Failure::file(e.to_string()))?;
        Ok::<_, Failure>(text + "\n")
    };
    let card = schemars::schema_for!(dataset::Card).to_value();
    Ok(vec![("study.schema.json", text(&study::schema(catalog::KINDS))?), ("card.schema.json", text(&card)?)])
}

/// Writes the schemas, or says whether they are up to date.
pub(in crate::cli) fn schema(options: &Options, check: bool, to: Option<PathBuf>) -> Result<Done, Failure> {
    let folder = to.unwrap_or_else(|| Place::of(options).root.join("schema"));
    let mut stale = 0;
    for (name, text) in files()? {
        let path = folder.join(name);
        if std::fs::read_to_string(&path).is_ok_and(|old| old == text) {
            continue;
        }
        if check {
            stale += 1;
            note!("{} is not up to date; `lofi schema` writes it", path.display());
            continue;
        }
        replace_file(&path, text.as_bytes()).map_err(|e| Failure::file(e.to_string()))?;
        say!("wrote {}", path.display());
    }
    Ok(if stale == 0 { Code::Well } else { Code::Failed }.into())
}
