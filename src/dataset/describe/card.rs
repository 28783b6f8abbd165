//! From files to their card.

use super::{statistics, text};
use crate::dataset::cards::card::{Card, Checksum, ImageShape, Of, Part, Source, Splits, Task};
use crate::dataset::cards::load;
use crate::dataset::error::DatasetError;
use crate::dataset::files::digest;
use crate::dataset::format::survey::{Asked, Piece, Survey, survey};
use crate::dataset::format::{Format, FormatError, Opened};
use crate::yaml;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

/// Files to be described.
#[derive(Debug)]
pub struct Wanted<'a> {
    /// A folder of images, arrays, records or Parquet; or one such file.
    pub path: &'a Path,
    /// The name of the card.
    pub name: &'a str,
    /// The name for people.
    pub title: &'a str,
    /// Images are cut to their middle square and resized to this many pixels a side.
    pub size: Option<usize>,
    /// The folder that the card is for.
    pub home: &'a Path,
}

/// A card with its text.
#[derive(Debug)]
pub struct Described {
    /// The card.
    pub card: Card,
    /// Its YAML.
    pub text: String,
    /// Training records.
    pub train: usize,
    /// Test records.
    pub test: usize,
}

/// One of so many records is for testing where no file is.
const ONE_IN: usize = 5;
/// Labels are signed bytes.
const MOST_NUMBERED: usize = 128;

/// Looks at files and writes their card: reads every training record.
///
/// # Errors
/// Where nothing is there that is read, files cannot be read, or an image is not like the others.
pub fn describe(wanted: &Wanted<'_>) -> Result<Described, DatasetError> {
    let found = survey(&Asked { path: wanted.path, size: wanted.size })?;
    let parts = parts(&found)?;
    let opened = |piece: &Piece, records: &Range<usize>| (found.open(piece), records.clone());
    let train: Vec<(Opened, Range<usize>)> =
        parts.train.iter().map(|(piece, records)| opened(piece, records)).collect();
    let (mean, std) = statistics::of_records(&found, &train)?;
    if std.iter().any(|&spread| spread <= 0.0) {
        let reason = "all training images are of one colour in a channel, so they cannot be standardised".to_owned();
        return Err(FormatError::File { path: found.base, reason }.into());
    }
    let count = |parts: &[(Piece, Range<usize>)]| parts.iter().map(|(_, records)| records.len()).sum();
    let (train, test) = (count(&parts.train), count(&parts.test));
    let mut card = Card {
        name: wanted.name.to_owned(),
        title: wanted.title.to_owned(),
        licence: "private".to_owned(),
        citation: String::new(),
        homepage: String::new(),
        private: true,
        represents: None,
        caveat: String::new(),
        format: found.format,
        shape: shape(&found),
        mean: mean.into_iter().map(four_digits).collect(),
        std: std.into_iter().map(|spread| four_digits(spread).max(0.0001)).collect(),
        tasks: tasks(&found.classes),
        splits: Splits { train: written(&parts.train, parts.cut), test: written(&parts.test, parts.cut) },
        checksums: BTreeMap::new(),
        sources: vec![Source::Path(from_home(&found.base, wanted.home))],
        classes: found.classes.clone(),
    };
    card.checksums = checksums(&card, &found.base)?;
    let text = text::card(&card, parts.cut);
    checked(&text, wanted.name)?;
    Ok(Described { card, text, train, test })
}

/// What was written must be a good card: names of classes and files are anything.
fn checked(text: &str, name: &str) -> Result<(), DatasetError> {
    load::parse(&yaml::Source::new(format!("{name}.yaml"), text), name).map(drop).map_err(DatasetError::Cards)
}

const fn shape(found: &Survey) -> ImageShape {
    let geometry = found.geometry;
    ImageShape { channels: geometry.channels, height: geometry.height, width: geometry.width }
}

fn four_digits(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

/// Pieces with the records of them that count.
struct Parts {
    train: Vec<(Piece, Range<usize>)>,
    test: Vec<(Piece, Range<usize>)>,
    /// Whether one file was cut into both.
    cut: bool,
}

fn parts(found: &Survey) -> Result<Parts, FormatError> {
    let reader: &dyn Format = found.format.reader();
    let whole = |piece: &Piece| Ok((piece.clone(), 0..reader.count(&found.open(piece))?));
    let train = found.train.iter().map(whole).collect::<Result<Vec<_>, FormatError>>()?;
    if !found.test.is_empty() {
        let test = found.test.iter().map(whole).collect::<Result<_, FormatError>>()?;
        return Ok(Parts { train, test, cut: false });
    }
    let refused = |reason: &str| Err(FormatError::File { path: found.base.clone(), reason: reason.to_owned() });
    let [(piece, records)] = train.as_slice() else {
        return refused("several files and none of them is for testing: name one of them after `test`");
    };
    if records.end < 2 * found.classes.len().max(1) {
        return refused("too few records: expected at least two of each class, one for training and one for testing");
    }
    let test = (records.end / ONE_IN).max(found.classes.len()).min(records.end - 1);
    let at = records.end - test;
    let classes = reader.classes(&found.open(piece))?;
    let (first, last): (BTreeSet<u32>, BTreeSet<u32>) =
        (classes[..at].iter().copied().collect(), classes[at..].iter().copied().collect());
    if first != last && found.format.description().folder {
        return refused(
            "a class has too few images: the last fifth of each is for testing; add images, or folders \
                        `train` and `test`",
        );
    }
    if first != last {
        return refused(
            "the last fifth of the records would be for testing and has not the classes of the others: they seem to \
                        be sorted; shuffle them, or give a file that is named after `test`",
        );
    }
    Ok(Parts { train: vec![(piece.clone(), 0..at)], test: vec![(piece.clone(), at..records.end)], cut: true })
}

fn written(parts: &[(Piece, Range<usize>)], cut: bool) -> Vec<Part> {
    let part = |(piece, records): &(Piece, Range<usize>)| Part {
        file: piece.file.clone(),
        labels: piece.labels.clone(),
        partition: None,
        records: cut.then_some([records.start, records.end]),
    };
    parts.iter().map(part).collect()
}

/// What can be asked of any classes: of two which one it is, of more which half, and all of them numbered.
fn tasks(classes: &[String]) -> Vec<Task> {
    let count = u32::try_from(classes.len()).unwrap_or(u32::MAX);
    let task = |name: &str, title: String| Task {
        name: name.to_owned(),
        title,
        negative: Vec::new(),
        positive: Vec::new(),
        classes: Vec::new(),
        attribute: None,
    };
    let numbered = |name: &str, title: String| Task { classes: (0..count).collect(), ..task(name, title) };
    if count == 1 {
        return vec![numbered("images", "the images themselves".to_owned())];
    }
    let half = count.div_ceil(2);
    let title = match classes {
        [negative, positive] => format!("{negative} (−1) against {positive} (+1)"),
        _ => "the first half of the classes (−1) against the second (+1)".to_owned(),
    };
    let name = if count == 2 { "two-classes" } else { "halves" };
    let binary = Task { negative: (0..half).collect(), positive: (half..count).collect(), ..task(name, title) };
    let all =
        (classes.len() <= MOST_NUMBERED).then(|| numbered("classes", format!("{count} classes, numbered from 0")));
    std::iter::once(binary).chain(all).collect()
}

/// SHA-256 of the files; folders have none, as their content counts anyhow.
fn checksums(card: &Card, base: &Path) -> Result<BTreeMap<String, Checksum>, DatasetError> {
    let files = card.files().into_iter().filter(|name| base.join(name).is_file());
    let sum = |name: &str| {
        let of = if name.ends_with(".gz") { Of::Uncompressed } else { Of::File };
        let sha256 = Some(digest::as_it_lies(&base.join(name), of)?);
        Ok((name.to_owned(), Checksum { md5: None, sha256, of }))
    };
    files.map(sum).collect()
}

/// A folder as seen from another one, where the two have a folder in common that is not the root of all; else as it is.
fn from_home(folder: &Path, home: &Path) -> String {
    let project = home.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let project = std::fs::canonicalize(project).unwrap_or_else(|_| project.to_owned());
    match folder.strip_prefix(&project) {
        Ok(inside) => {
            let names = inside.components().filter(|part| matches!(part, Component::Normal(_)));
            let path: PathBuf = std::iter::once(Component::ParentDir).chain(names).collect();
            path.display().to_string()
        }
        Err(_) => folder.display().to_string(),
    }
}

#[cfg(test)]
#[path = "card_tests.rs"]
mod tests;
