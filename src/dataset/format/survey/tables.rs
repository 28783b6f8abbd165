//! Files of records that hold image and label: Parquet of hubs, CIFAR's.

use super::super::catalog::FileFormat;
use super::super::layout::FormatError;
use super::super::{parquet_images, pixels};
use super::arrays::numbers;
use super::found::Survey;
use super::listing::{Listing, Piece, split, word};
use crate::artifact::Geometry;

/// CIFAR's images.
const CIFAR: Geometry = Geometry { channels: 3, height: 32, width: 32 };

fn pieces(names: Vec<&String>) -> (Vec<Piece>, Vec<Piece>) {
    let piece = |name: &String| Piece { file: name.clone(), labels: None };
    split(names.into_iter().map(piece).collect(), |piece: &Piece| word(&piece.file))
}

/// Parquet files, which may lie in folders.
pub(super) fn parquet(all: &Listing) -> Result<Option<Survey>, FormatError> {
    let (train, test) = pieces(all.ending(&["parquet"]));
    let (Some(format), Some(first)) = (FileFormat::named("parquet-images"), train.first()) else { return Ok(None) };
    let opened = first.opened(&all.folder, (CIFAR, &[]));
    let image = parquet_images::first_image(&opened)?;
    let geometry = pixels::geometry(&image).map_err(|reason| FormatError::record(&opened.file, 0, reason))?;
    let named = parquet_images::class_names(&opened);
    let mut survey = Survey { base: all.folder.clone(), format, geometry, classes: Vec::new(), train, test };
    let numbers = numbers(&survey)?;
    survey.classes = named.filter(|names| names.len() >= numbers.len()).unwrap_or(numbers);
    Ok(Some(survey))
}

/// CIFAR's records: 32 × 32 pixels of three channels behind one label byte or two.
pub(super) fn records(all: &Listing) -> Result<Option<Survey>, FormatError> {
    let names = all.ending(&["bin"]);
    let length = |name: &String| std::fs::metadata(all.folder.join(name)).map_or(0, |meta| meta.len());
    let of = |labels: u64| {
        let whole = |name: &&String| length(name) > 0 && length(name).is_multiple_of(CIFAR.dim() as u64 + labels);
        !names.is_empty() && names.iter().all(whole)
    };
    let name = match (of(1), of(2)) {
        (true, _) => "cifar10-binary",
        (_, true) => "cifar100-binary",
        _ => return Ok(None),
    };
    let (train, test) = pieces(names);
    let Some(format) = FileFormat::named(name).filter(|_| !train.is_empty()) else { return Ok(None) };
    let mut survey = Survey { base: all.folder.clone(), format, geometry: CIFAR, classes: Vec::new(), train, test };
    survey.classes = numbers(&survey)?;
    Ok(Some(survey))
}
