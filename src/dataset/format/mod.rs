//! The layouts that records are read from, one file each.

mod celeba;
mod cifar10_binary;
mod class_folders;
mod idx;
mod image_folder;
mod parquet_images;
mod pixels;
mod resize;
pub(super) mod stream;

use super::card::FileFormat;
use crate::artifact::Geometry;
use rayon::prelude::*;
use std::io;
use std::path::{Path, PathBuf};

/// One file of records (with its labels where they lie apart), and what its images must look like.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The file or folder of images.
    pub file: PathBuf,
    /// The file of labels, for formats that keep them apart.
    pub labels: Option<PathBuf>,
    /// The list that assigns images to splits with the number of the split, for formats that have one.
    pub partition: Option<(PathBuf, u32)>,
    /// The attribute whose absence is class 0 and whose presence is class 1, for formats that have attributes.
    pub attribute: Option<String>,
    /// The layout that every image must have, or is brought to.
    pub geometry: Geometry,
    /// Names of the classes in the order of their numbers.
    pub classes: Vec<String>,
}

/// Receives images: the position in the list of wanted records, and the pixels, channel-major.
pub type Sink<'a> = dyn FnMut(usize, &[u8]) + 'a;

/// A layout of files.
pub trait Format: Sync {
    /// Number of records.
    ///
    /// # Errors
    /// Where the file cannot be read or is not of this format.
    fn count(&self, part: &Opened) -> Result<usize, FormatError>;

    /// The class of every record, in file order.
    ///
    /// # Errors
    /// Where the file cannot be read or is not of this format.
    fn classes(&self, part: &Opened) -> Result<Vec<u32>, FormatError>;

    /// Decodes some records, and no others: `wanted` ascends without repetition.
    ///
    /// # Errors
    /// Where the file ends early, or an image does not decode to the geometry.
    fn images(&self, part: &Opened, wanted: &[usize], sink: &mut Sink<'_>) -> Result<(), FormatError>;
}

/// The reader of a format.
#[must_use]
pub const fn reader(format: FileFormat) -> &'static dyn Format {
    match format {
        FileFormat::Cifar10Binary => &cifar10_binary::Cifar10Binary,
        FileFormat::ParquetImages => &parquet_images::ParquetImages,
        FileFormat::Idx => &idx::Idx,
        FileFormat::ImageFolder => &image_folder::ImageFolder,
        FileFormat::Celeba => &celeba::Celeba,
        FileFormat::ClassFolders => &class_folders::ClassFolders,
    }
}

/// A file that does not hold what its format demands.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// The file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// The file as a whole.
    #[error("{}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// One record, counted from 0.
    #[error("{}, record {record}: {reason}", path.display())]
    Record {
        /// The file.
        path: PathBuf,
        /// The record.
        record: usize,
        /// What is wrong.
        reason: String,
    },
}

impl FormatError {
    fn file(path: &Path, reason: impl Into<String>) -> Self {
        Self::File { path: path.to_owned(), reason: reason.into() }
    }

    fn record(path: &Path, record: usize, reason: impl Into<String>) -> Self {
        Self::Record { path: path.to_owned(), record, reason: reason.into() }
    }

    /// A failed read of one record: the file ends early, its compression is broken, or the system refuses.
    fn reading(path: &Path, record: usize, error: &io::Error) -> Self {
        let reason = match error.kind() {
            io::ErrorKind::UnexpectedEof => "the file ends here; it is truncated, get it again".to_owned(),
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
                format!("broken compression ({error}); get the file again")
            }
            _ => error.to_string(),
        };
        Self::record(path, record, reason)
    }
}

/// Images read and decoded at a time: enough for all threads, little enough to stay in memory.
const BATCH: usize = 256;

/// Decodes records of one file each, many at once, and hands them on in order.
fn decode_all(
    wanted: &[usize],
    decode: impl Fn(usize) -> Result<Vec<u8>, FormatError> + Sync,
    sink: &mut Sink<'_>,
) -> Result<(), FormatError> {
    for (batch, records) in wanted.chunks(BATCH).enumerate() {
        let images = records.par_iter().map(|&record| decode(record)).collect::<Result<Vec<_>, _>>()?;
        images.iter().enumerate().for_each(|(i, image)| sink(batch * BATCH + i, image));
    }
    Ok(())
}

/// The labels file of a part; cards are checked to name one where the format needs it.
fn labels_of(part: &Opened) -> Result<&Path, FormatError> {
    part.labels.as_deref().ok_or_else(|| FormatError::file(&part.file, "the card names no `labels` file for it"))
}
