//! Images that are files of their own: in a folder for each class, in one folder, or named by a list.

use super::super::catalog::FileFormat;
use super::super::layout::FormatError;
use super::super::named_folders::{images, is_image};
use super::super::{listed, pixels};
use super::found::Survey;
use super::listing::{Listing, Piece, Word, split, word};
use crate::artifact::Geometry;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The name of the class where there is only one.
const ONLY_CLASS: &str = "images";

/// Images in a folder.
pub(super) fn pictures(all: &Listing, size: Option<usize>) -> Result<Option<Survey>, FormatError> {
    if !all.names.iter().any(|name| is_image(Path::new(name))) {
        return Ok(None);
    }
    if let Some(listed) = by_list(all)? {
        return Ok(Some(listed));
    }
    let within = |name: &String| name.split_once('/').map(|(first, _)| first.to_owned());
    let tops: BTreeSet<String> = all.names.iter().filter(|name| is_image(Path::new(name))).filter_map(within).collect();
    let speak = |top: &String| word(top) != Word::None;
    if !tops.is_empty() && tops.iter().all(speak) {
        let (train, test) = split(tops.into_iter().collect(), |top: &String| word(top));
        let folders = train.iter().chain(&test).map(|top| all.folder.join(top)).collect::<Vec<_>>();
        return folders_of(all.folder.clone(), (train, test), &folders, size).map(Some);
    }
    let (base, own) = apart(&all.folder)?;
    folders_of(base, (vec![own], Vec::new()), std::slice::from_ref(&all.folder), size).map(Some)
}

/// The folder above, and the name of this one: a part of a data set has a name.
fn apart(folder: &Path) -> Result<(PathBuf, String), FormatError> {
    match (folder.parent(), folder.file_name().and_then(|name| name.to_str())) {
        (Some(above), Some(name)) => Ok((above.to_owned(), name.to_owned())),
        _ => Err(FormatError::file(folder, "a folder without a name that can be written: give it one")),
    }
}

fn folders_of(
    base: PathBuf,
    (train, test): (Vec<String>, Vec<String>),
    folders: &[PathBuf],
    size: Option<usize>,
) -> Result<Survey, FormatError> {
    let mut classes = BTreeSet::new();
    let mut files = Vec::new();
    for folder in folders {
        classes.extend(class_folders(folder)?);
        files.extend(images(folder)?);
    }
    if classes.is_empty() {
        classes.insert(ONLY_CLASS.to_owned());
    }
    let (geometry, square) = common(&files, (size, folders[0].as_path()))?;
    let format = FileFormat::named(if square { "labelled-folders-square" } else { "labelled-folders" });
    let format = format.ok_or_else(|| FormatError::file(&base, "no format reads it"))?;
    let piece = |name: String| Piece { file: name, labels: None };
    let pieces = |names: Vec<String>| names.into_iter().map(piece).collect();
    let classes = classes.into_iter().collect();
    Ok(Survey { base, format, geometry, classes, train: pieces(train), test: pieces(test) })
}

/// Subfolders that hold images.
fn class_folders(folder: &Path) -> Result<Vec<String>, FormatError> {
    let failed = |source| FormatError::Io { path: folder.to_owned(), source };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && !crate::yaml::is_passed_over(&name) && !images(&path)?.is_empty() {
            found.push(name);
        }
    }
    Ok(found)
}

/// The layout of all images: with a size that of their squares, else the one that they share. Any colour image makes all
/// colour.
fn common(files: &[PathBuf], (size, folder): (Option<usize>, &Path)) -> Result<(Geometry, bool), FormatError> {
    let look = |path: &PathBuf| {
        let bytes = listed::content(path)?;
        pixels::geometry(&bytes).map_err(|reason| FormatError::file(path, reason))
    };
    let all = files.par_iter().map(look).collect::<Result<Vec<_>, _>>()?;
    let channels = all.iter().map(|one| one.channels).max().unwrap_or(1);
    let sizes: BTreeSet<(usize, usize)> = all.iter().map(|one| (one.height, one.width)).collect();
    if let Some(side) = size {
        let one = sizes.iter().all(|&size| size == (side, side));
        return Ok((Geometry { channels, height: side, width: side }, !one));
    }
    let mut in_order = sizes.iter().copied();
    match (in_order.next(), in_order.next_back()) {
        (Some((height, width)), None) => Ok((Geometry { channels, height, width }, false)),
        (Some(least), Some(most)) => {
            let reason = format!(
                "{} images of {} sizes, from {} x {} to {} x {} pixels: `--size 32` cuts out their middle squares and resizes \
                 them to 32 x 32",
                all.len(),
                sizes.len(),
                least.0,
                least.1,
                most.0,
                most.1
            );
            Err(FormatError::file(folder, reason))
        }
        _ => Err(FormatError::file(folder, "no image is here")),
    }
}

/// Images that a CSV list `file,label` beside them names.
fn by_list(all: &Listing) -> Result<Option<Survey>, FormatError> {
    let columns = |name: &&String| {
        let header = csv::Reader::from_path(all.folder.join(name)).ok()?.headers().ok()?.clone();
        let mut header: Vec<&str> = header.iter().map(str::trim).collect();
        header.sort_unstable();
        (header == ["file", "label"]).then_some(())
    };
    let lists: Vec<&String> = all.ending(&["csv"]).into_iter().filter(|name| columns(name).is_some()).collect();
    let (Some(first), Some(format)) = (lists.first(), FileFormat::named("image-folder")) else { return Ok(None) };
    let (base, own) = apart(&all.folder)?;
    let rows = rows(&all.folder.join(first))?;
    let named = |name: &str| all.folder.join(name).is_file();
    // names in a list are from its folder on, or from the only folder of images on
    let tops: BTreeSet<&str> = all
        .names
        .iter()
        .filter(|name| is_image(Path::new(name)))
        .filter_map(|name| Some(name.split_once('/')?.0))
        .collect();
    let below = match (rows.first(), tops.first()) {
        (Some((file, _)), Some(top)) if !named(file) && tops.len() == 1 => format!("{own}/{top}"),
        _ => own.clone(),
    };
    let folder = base.join(&below);
    let mut files = Vec::new();
    let mut labels = BTreeSet::new();
    for list in &lists {
        for (file, label) in self::rows(&all.folder.join(list))? {
            files.push(listed::path(&folder, &file).map_err(|reason| FormatError::file(&folder, reason))?);
            labels.insert(label);
        }
    }
    let (geometry, _) = common(&files, (None, &folder))?;
    let piece = |list: &&String| Piece { file: below.clone(), labels: Some(format!("{own}/{list}")) };
    let pieces = lists.iter().map(piece).collect();
    let (train, test) = split(pieces, |piece: &Piece| word(piece.labels.as_deref().unwrap_or_default()));
    Ok(Some(Survey { base, format, geometry, classes: names(labels), train, test }))
}

/// File and label of each line.
fn rows(list: &Path) -> Result<Vec<(String, String)>, FormatError> {
    let failed = |e: csv::Error| FormatError::file(list, e.to_string());
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(list).map_err(failed)?;
    reader.deserialize::<Line>().map(|line| line.map(|l| (l.file, l.label)).map_err(failed)).collect()
}

#[derive(serde::Deserialize)]
struct Line {
    file: String,
    label: String,
}

/// Labels that are all numbers count classes from 0; others are their names.
fn names(labels: BTreeSet<String>) -> Vec<String> {
    let numbers: Option<Vec<u32>> = labels.iter().map(|label| label.parse().ok()).collect();
    match numbers.and_then(|numbers| numbers.into_iter().max()) {
        Some(most) if most < 1000 => (0..=most).map(|class| class.to_string()).collect(),
        _ => labels.into_iter().collect(),
    }
}
