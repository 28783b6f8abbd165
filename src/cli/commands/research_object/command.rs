//! Writes the crate as a folder or as one file.

use super::contents::{Contents, contents};
use super::metadata::{METADATA, metadata};
use super::zip::zip;
use crate::cli::fail::Failure;
use crate::cli::output::say;
use crate::cli::project::Project;
use crate::engine::{Graph, Store};
use crate::report::replace_file;
use crate::study::Study;
use std::path::Path;

/// Writes the crate of a study from stored results; returns how many files it has.
pub(in crate::cli) fn ro_crate(
    project: &Project,
    (study, graph, store): (&Study, &Graph, &Store),
    to: &Path,
) -> Result<usize, Failure> {
    let Contents { mut files, run } = contents(project, (study, graph, store))?;
    let text = metadata((study, project), &files, &run);
    files.insert(0, METADATA.file(text.into_bytes()));
    if to.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("zip")) {
        let packed = zip(&files).map_err(Failure::file)?;
        replace_file(to, &packed).map_err(|e| Failure::file(e.to_string()))?;
    } else {
        write_folder(to, &files)?;
    }
    say!("{} ({} files)", to.display(), files.len());
    Ok(files.len())
}

/// A folder that is new or empty: a crate describes all that lies in it.
fn write_folder(to: &Path, files: &[super::contents::CrateFile]) -> Result<(), Failure> {
    let refused = |e: std::io::Error| Failure::file(format!("cannot write {}: {e}", to.display()));
    if std::fs::read_dir(to).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Failure::mistake(format!("{} is not empty: a crate has a folder of its own", to.display())));
    }
    for file in files {
        let path = to.join(&file.path);
        std::fs::create_dir_all(path.parent().unwrap_or(to)).map_err(refused)?;
        replace_file(&path, &file.bytes).map_err(|e| Failure::file(e.to_string()))?;
    }
    Ok(())
}
