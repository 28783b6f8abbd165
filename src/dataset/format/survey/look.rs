//! From files to what they are.

use super::super::layout::FormatError;
use super::found::Survey;
use super::listing::Listing;
use super::{arrays, pictures, tables};
use std::path::Path;

/// What is looked at, and what the user says of it.
pub(in crate::dataset) struct Asked<'a> {
    /// A folder, or one file of images.
    pub path: &'a Path,
    /// Images are cut to their middle square and resized to this many pixels a side.
    pub size: Option<usize>,
}

/// Looks at a folder or file.
pub(in crate::dataset) fn survey(asked: &Asked<'_>) -> Result<Survey, FormatError> {
    let absent = |source| FormatError::Io { path: asked.path.to_owned(), source };
    let path = std::fs::canonicalize(asked.path).map_err(absent)?;
    let folder = if path.is_dir() { path.clone() } else { path.parent().unwrap_or(Path::new("/")).to_owned() };
    let mut all = Listing::of(&folder)?;
    if !path.is_dir() {
        only(&mut all, &path)?;
    }
    let ways: [&dyn Fn() -> Result<Option<Survey>, FormatError>; 5] =
        [&|| tables::parquet(&all), &|| arrays::npy(&all), &|| arrays::idx(&all), &|| tables::records(&all), &|| {
            pictures::pictures(&all, asked.size)
        }];
    for way in ways {
        if let Some(found) = way()? {
            return Ok(found);
        }
    }
    let reason = "nothing here that is read: expected images (PNG, JPEG, PNM) in a folder for each class or beside a CSV list \
                  `file,label`, Parquet of a hub, NumPy's .npy, idx files, or CIFAR's .bin";
    Err(FormatError::file(&path, reason))
}

/// Of a folder the file that was named, with files of labels beside it: those are told by their form.
fn only(all: &mut Listing, path: &Path) -> Result<(), FormatError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let ending = |name: &str| name.trim_end_matches(".gz").rsplit_once('.').map(|(_, ending)| ending.to_lowercase());
    let (wanted, split) = (ending(&name), super::listing::word(&name));
    let is_label = |other: &String| {
        let arrays = arrays::is_labels(&all.folder.join(other));
        !other.contains('/') && arrays && super::listing::word(other) == split
    };
    let kept: Vec<String> = all
        .names
        .iter()
        .filter(|other| **other == name || ending(other) == wanted && is_label(other))
        .cloned()
        .collect();
    if kept.is_empty() {
        return Err(FormatError::file(path, "a hidden or a system's file, which is no part of any data; rename it"));
    }
    all.names = kept;
    Ok(())
}
