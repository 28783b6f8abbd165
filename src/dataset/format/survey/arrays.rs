//! Arrays of images with arrays of labels: NumPy's and MNIST's. Which is which is told by the number of their axes.

use super::super::catalog::FileFormat;
use super::super::layout::{Format, FormatError};
use super::super::{idx, npy};
use super::found::Survey;
use super::listing::{Listing, Piece, split, word};
use crate::artifact::Geometry;
use std::path::Path;

/// A file with the sizes of its array.
struct Array {
    name: String,
    shape: Vec<usize>,
}

impl Array {
    fn is_labels(&self) -> bool {
        matches!(self.shape.as_slice(), [_] | [_, 1])
    }
}

/// Whether a file holds an array with one axis.
pub(super) fn is_labels(path: &Path) -> bool {
    let shape = npy::open(path).map(|body| body.shape).or_else(|_| idx::shape(path));
    shape.is_ok_and(|shape| matches!(shape.as_slice(), [_] | [_, 1]))
}

/// Files of NumPy.
pub(super) fn npy(all: &Listing) -> Result<Option<Survey>, FormatError> {
    let shape = |name: &&String| {
        let shape = npy::open(&all.folder.join(name))?.shape;
        Ok(Array { name: (*name).clone(), shape })
    };
    let found = all.ending(&["npy"]).iter().map(shape).collect::<Result<Vec<_>, FormatError>>()?;
    arrays(all, "npy", found)
}

/// MNIST's files, whatever their names.
pub(super) fn idx(all: &Listing) -> Result<Option<Survey>, FormatError> {
    let named = |name: &&String| name.contains("idx") || name.contains("ubyte");
    let shape = |name: &String| {
        let shape = idx::shape(&all.folder.join(name)).ok()?;
        Some(Array { name: name.clone(), shape })
    };
    arrays(all, "idx", all.names.iter().filter(named).filter_map(shape).collect())
}

fn arrays(all: &Listing, format: &str, found: Vec<Array>) -> Result<Option<Survey>, FormatError> {
    let Some(format) = FileFormat::named(format).filter(|_| !found.is_empty()) else { return Ok(None) };
    let (labels, images): (Vec<Array>, Vec<Array>) = found.into_iter().partition(Array::is_labels);
    let Some(first) = images.first() else {
        let reason = "only labels are here: name the folder that holds the array of images too";
        return Err(FormatError::file(&all.folder, reason));
    };
    let geometry = geometry(&first.shape[1..]).ok_or_else(|| {
        let reason = format!("an array of {:?}: expected images, rows and columns of 1 or 3 channels", first.shape);
        FormatError::file(&all.folder.join(&first.name), reason)
    })?;
    let (train, test) = split(images, |array| word(&array.name));
    let (train_labels, test_labels) = split(labels, |array| word(&array.name));
    let mut survey = Survey {
        base: all.folder.clone(),
        format,
        geometry,
        classes: Vec::new(),
        train: pairs(all, train, train_labels)?,
        test: pairs(all, test, test_labels)?,
    };
    survey.classes = numbers(&survey)?;
    Ok(Some(survey))
}

/// Images with their labels: as many of each, in the order of their names.
fn pairs(all: &Listing, images: Vec<Array>, labels: Vec<Array>) -> Result<Vec<Piece>, FormatError> {
    if images.len() != labels.len() {
        let names = |arrays: &[Array]| arrays.iter().map(|array| array.name.clone()).collect::<Vec<_>>().join(", ");
        let reason = format!(
            "images in [{}] and labels in [{}]: expected an array of labels for each array of images, both with `train` or \
             `test` in their names, or neither",
            names(&images),
            names(&labels)
        );
        return Err(FormatError::file(&all.folder, reason));
    }
    let pair = |(images, labels): (Array, Array)| Piece { file: images.name, labels: Some(labels.name) };
    Ok(images.into_iter().zip(labels).map(pair).collect())
}

/// The layout of an image in an array.
const fn geometry(item: &[usize]) -> Option<Geometry> {
    match *item {
        [height, width] => Some(Geometry { channels: 1, height, width }),
        [channels @ (1 | 3), height, width] | [height, width, channels @ (1 | 3)] => {
            Some(Geometry { channels, height, width })
        }
        _ => None,
    }
}

/// Classes that are numbers: those up to the largest label.
pub(super) fn numbers(survey: &Survey) -> Result<Vec<String>, FormatError> {
    let reader: &dyn Format = survey.format.reader();
    let mut most = 0;
    for piece in survey.train.iter().chain(&survey.test) {
        most = most.max(reader.classes(&survey.open(piece))?.into_iter().max().unwrap_or(0));
    }
    if most > MOST_CLASSES {
        let reason = format!("labels up to {most}: classes are counted from 0, and there are at most {MOST_CLASSES}");
        return Err(FormatError::file(&survey.base, reason));
    }
    Ok((0..=most).map(|class| class.to_string()).collect())
}

/// Larger numbers are no classes but something else.
const MOST_CLASSES: u32 = 100_000;
