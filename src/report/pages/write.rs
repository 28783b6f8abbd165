//! Files of a report on disk: replaced at once, left alone where unchanged, removed where they are ours and stale.

use super::index_line::IndexLine;
use super::tidy::BESIDE;
use crate::artifact::json_escaped;
use crate::report::ReportError;
use crate::report::model::{Attachment, PACKED};
use flate2::{Compression, GzBuilder};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Component, Path, PathBuf};

/// The list of everything that reports wrote, in the report's folder.
const MANIFEST: &str = ".lofi-manifest.json";
/// Version of that list.
const FORMAT: u32 = 1;

/// What writing a report did. Paths are relative to its folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// Files that are new or have changed.
    pub changed: Vec<PathBuf>,
    /// Files that were already as they should be.
    pub unchanged: usize,
    /// Files of studies that are gone.
    pub removed: Vec<PathBuf>,
}

/// Everything that reports wrote.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Manifest {
    format: u32,
    /// Files of no study.
    pub index: Vec<String>,
    /// By the path of the page.
    #[serde(rename = "studies")]
    pub pages: BTreeMap<String, PageFiles>,
}

/// A page's line of the index, and its files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct PageFiles {
    pub line: IndexLine,
    pub files: Vec<String>,
}

impl Default for Manifest {
    fn default() -> Self {
        Self { format: FORMAT, index: Vec::new(), pages: BTreeMap::new() }
    }
}

impl Manifest {
    /// The manifest of a folder; an empty one where there is none that can be read, so that nothing is removed.
    pub fn read(folder: &Path) -> Self {
        let text = std::fs::read(folder.join(MANIFEST)).unwrap_or_default();
        let manifest: Option<Self> = serde_json::from_slice(&text).ok();
        manifest.filter(|manifest| manifest.format == FORMAT).unwrap_or_default()
    }

    fn files(&self) -> BTreeSet<&str> {
        let pages = self.pages.values().flat_map(|page| &page.files);
        pages.chain(&self.index).map(String::as_str).collect()
    }
}

/// The pages that reports wrote into a folder, each with the settings that it was made with; empty for a study as written.
#[must_use]
pub fn pages_in(folder: &Path) -> BTreeMap<String, String> {
    Manifest::read(folder).pages.into_iter().map(|(page, files)| (page, files.line.settings)).collect()
}

/// The pages in a folder that are there and lack nothing, each with the settings that it was made with.
#[must_use]
pub fn whole_in(folder: &Path) -> BTreeMap<String, String> {
    let pages = Manifest::read(folder).pages.into_iter().filter(|(_, files)| files.line.missing == 0);
    let pages = pages.filter(|(page, _)| folder.join(format!("{page}.html")).is_file());
    pages.map(|(page, files)| (page, files.line.settings)).collect()
}

/// The studies as written whose pages are in a folder, each with its profile, and whether such a page lacks nothing.
#[must_use]
pub fn variants_in(folder: &Path) -> BTreeMap<(String, String), bool> {
    let pages = Manifest::read(folder).pages.into_iter().filter(|(_, files)| files.line.settings.is_empty());
    let whole = |page: &str, line: &IndexLine| line.missing == 0 && folder.join(format!("{page}.html")).is_file();
    pages
        .map(|(page, PageFiles { line, .. })| {
            let is_whole = whole(&page, &line);
            ((line.name, line.profile), is_whole)
        })
        .collect()
}

/// What the studies cost whose pages are in a folder, by study and profile, in seconds of one core.
#[must_use]
pub fn costs_in(folder: &Path) -> BTreeMap<(String, String), f64> {
    let as_written = Manifest::read(folder).pages.into_values().filter(|page| page.line.settings.is_empty());
    as_written.map(|page| ((page.line.name, page.line.profile), page.line.standing.cost_s)).collect()
}

/// Writes files and the new manifest, then removes what only the old one lists.
pub(super) fn replace_all(
    folder: &Path,
    files: &[Attachment],
    (old, new): (&Manifest, &Manifest),
) -> Result<Written, ReportError> {
    let mut written = Written::default();
    let stale: Vec<&str> = old.files().difference(&new.files()).copied().collect();
    // Files to remove stay listed until they are gone: a run that is killed here leaves nothing behind for ever.
    let text = serde_json::to_string(new).map_err(|e| ReportError::Manifest(e.to_string()))? + "\n";
    for file in files {
        match replace_file(&folder.join(&file.path), &bytes(file))? {
            true => written.changed.push(PathBuf::from(&file.path)),
            false => written.unchanged += 1,
        }
    }
    for path in stale {
        if remove(folder, path)? {
            written.removed.push(PathBuf::from(path));
        }
    }
    replace_file(&folder.join(MANIFEST), json_escaped(&text).as_bytes())?;
    Ok(written)
}

/// Removes all that reports wrote into a folder, and the folder where that leaves it empty; nothing else.
///
/// # Errors
/// Where the disk refuses.
pub fn remove_all(folder: &Path) -> Result<(), ReportError> {
    let manifest = Manifest::read(folder);
    for path in manifest.files() {
        remove(folder, path)?;
    }
    remove(folder, MANIFEST)?;
    // what somebody else put there stays
    let _ = std::fs::remove_dir(folder);
    Ok(())
}

/// What is written: the content, packed where the ending says so; the same content gives the same bytes.
fn bytes(file: &Attachment) -> Cow<'_, [u8]> {
    let plain = file.content.as_bytes();
    if !file.path.ends_with(PACKED) {
        return plain.into();
    }
    // without time and name, and writing to memory cannot fail
    let mut packed = GzBuilder::new().write(Vec::new(), Compression::default());
    let _ = packed.write_all(plain);
    packed.finish().unwrap_or_default().into()
}

/// Replaces a file at once, in a folder that is made where there is none; false where it held these bytes already.
///
/// # Errors
/// Where the disk refuses; then the file is as it was.
pub fn replace_file(path: &Path, bytes: &[u8]) -> Result<bool, ReportError> {
    if std::fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(false);
    }
    let fault = |source| ReportError::Disk { action: "write", path: path.to_owned(), source };
    let parent = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(parent).map_err(fault)?;
    let mut beside = tempfile::Builder::new().prefix(BESIDE.0).suffix(BESIDE.1).tempfile_in(parent).map_err(fault)?;
    beside.write_all(bytes).map_err(fault)?;
    readable(beside.as_file()).map_err(fault)?;
    beside.persist(path).map_err(|e| fault(e.error))?;
    Ok(true)
}

/// Temporary files are made for their owner alone; a report is for everybody.
fn readable(file: &std::fs::File) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.set_permissions(std::fs::Permissions::from_mode(0o644))?;
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}

/// Removes a file of ours, and folders that it leaves empty; false where there is no such file.
fn remove(folder: &Path, path: &str) -> Result<bool, ReportError> {
    let relative = Path::new(path);
    // A manifest that somebody edited must not lead out of the folder.
    if relative.components().any(|part| !matches!(part, Component::Normal(_))) {
        return Ok(false);
    }
    let file = folder.join(relative);
    match std::fs::remove_file(&file) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(source) => return Err(ReportError::Disk { action: "remove", path: file, source }),
        Ok(()) => {}
    }
    let parents = relative.ancestors().skip(1).filter(|parent| !parent.as_os_str().is_empty());
    for parent in parents {
        if std::fs::remove_dir(folder.join(parent)).is_err() {
            break;
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn what_is_packed_comes_back_and_has_the_same_bytes_twice() {
        let content = "n,error\n".repeat(5000);
        let packed = |path: &str| Attachment { path: path.to_owned(), content: content.clone() };
        let (file, plain) = (packed("a/b.csv.gz"), packed("a/b.csv"));
        let bytes = bytes(&file).into_owned();
        assert!(bytes.len() < 1000 && bytes == super::bytes(&packed("c.csv.gz")).into_owned());
        let mut text = String::new();
        flate2::read::GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
        assert_eq!(text, content);
        assert_eq!(super::bytes(&plain).as_ref(), content.as_bytes());
    }
}
