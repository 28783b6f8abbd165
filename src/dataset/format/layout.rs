//! What a format is asked for, and what it answers.

use crate::artifact::Geometry;
use rayon::prelude::*;
use std::io;
use std::ops::ControlFlow;
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

impl Opened {
    /// Whether another part reads the same records, of the same files.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        (&self.file, &self.labels, &self.partition) == (&other.file, &other.labels, &other.partition)
    }
}

/// Receives images: the position in the list of wanted records, and the pixels, channel-major.
pub type Sink<'a> = dyn FnMut(usize, &[u8]) + 'a;

/// Receives images as [`Sink`] does, or what is wrong with one; says whether the next is wanted.
pub type Each<'a> = dyn FnMut(usize, Result<&[u8], FormatError>) -> ControlFlow<()> + 'a;

/// What a card says for a format beyond the files themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// `labels` of each part: the file that labels stand in, or attributes in their place.
    Labels,
    /// `partition` of each part: the list that assigns images to splits.
    Partition,
    /// `attribute` of each task.
    Attribute,
}

/// What a format is to those who write cards.
#[derive(Debug)]
pub struct Description {
    /// The name that cards write, kebab-case.
    pub name: &'static str,
    /// How the files are laid out.
    pub doc: &'static str,
    /// What a card must say for it, and for no other format.
    pub needs: &'static [Needs],
    /// Whether a part is a folder of images: single files in it have no checksum.
    pub folder: bool,
    /// Whether the names of the classes, or how many there are, decide what a file says; else labels are numbers, and
    /// names are for people.
    pub knows_names: bool,
}

impl Description {
    /// A format of files whose records carry the number of their class.
    pub(super) const fn new(name: &'static str, doc: &'static str, needs: &'static [Needs]) -> Self {
        Self { name, doc, needs, folder: false, knows_names: false }
    }

    /// The same, of folders of images.
    pub(super) const fn of_folders(self) -> Self {
        Self { folder: true, ..self }
    }

    /// The same, where names of classes decide.
    pub(super) const fn by_names(self) -> Self {
        Self { knows_names: true, ..self }
    }
}

/// A layout of files.
pub trait Format: Sync {
    /// What cards know of it.
    fn description(&self) -> &'static Description;

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

    /// What is wrong with the files as wholes, found without decoding an image: counts that do not agree, files that a
    /// list names and that are not there, bytes too few or too many.
    fn faults(&self, part: &Opened) -> Vec<FormatError>;

    /// Records that name an image once more. They are what the list says, so they are read; whether it is meant is for its
    /// owner to say.
    fn repeated(&self, _: &Opened) -> Vec<FormatError> {
        Vec::new()
    }

    /// Decodes some records, and no others: `wanted` ascends without repetition. An image that does not decode to the
    /// geometry goes to `each`, and the next is tried.
    ///
    /// # Errors
    /// Where nothing more can be read.
    fn each(&self, part: &Opened, wanted: &[usize], each: &mut Each<'_>) -> Result<(), FormatError>;

    /// Decodes some records, and no others: `wanted` ascends without repetition.
    ///
    /// # Errors
    /// Where the file ends early, or an image does not decode to the geometry.
    fn images(&self, part: &Opened, wanted: &[usize], sink: &mut Sink<'_>) -> Result<(), FormatError> {
        let mut first = Ok(());
        self.each(part, wanted, &mut |position, image| match image {
            Ok(pixels) => {
                sink(position, pixels);
                ControlFlow::Continue(())
            }
            Err(error) => {
                first = Err(error);
                ControlFlow::Break(())
            }
        })?;
        first
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
    pub(super) fn file(path: &Path, reason: impl Into<String>) -> Self {
        Self::File { path: path.to_owned(), reason: reason.into() }
    }

    /// What is wrong without where: equal for faults of one sort.
    pub(in crate::dataset) fn sort(&self) -> String {
        match self {
            Self::Io { source, .. } => source.to_string(),
            Self::File { reason, .. } => reason.clone(),
            // a reason that names a file is of the sort of the words behind it
            Self::Record { reason, .. } if reason.ends_with(" is not there") => "an image is not there".to_owned(),
            Self::Record { reason, .. } => without_names(reason),
        }
    }

    pub(super) fn record(path: &Path, record: usize, reason: impl Into<String>) -> Self {
        Self::Record { path: path.to_owned(), record, reason: reason.into() }
    }

    /// A failed read of one record: the file ends early, its compression is broken, or the system refuses.
    pub(super) fn reading(path: &Path, record: usize, error: &io::Error) -> Self {
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

/// The sentence with `…` for what stands between backticks and for numbers.
fn without_names(reason: &str) -> String {
    let shown = |(place, text): (usize, &str)| match place % 2 {
        0 => text.split(|c: char| c.is_ascii_digit()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("…"),
        _ => "`…`".to_owned(),
    };
    reason.split('`').enumerate().map(shown).collect()
}

/// No file of a data set has more records; a header that says so is broken.
pub(super) const MOST_RECORDS: usize = 1 << 28;
/// Images read and decoded at a time: enough for all threads…
pub(super) const BATCH: usize = 256;
/// …and little enough to stay in memory.
pub(super) const BATCH_BYTES: usize = 1 << 26;

/// Images of this layout that are read and decoded at a time.
pub(super) fn batch_size(geometry: Geometry) -> usize {
    (BATCH_BYTES / geometry.dim().max(1)).clamp(1, BATCH)
}

/// Decodes records of one file each, many at once, and hands them on in order.
pub(super) fn decode_all(
    geometry: Geometry,
    wanted: &[usize],
    decode: impl Fn(usize) -> Result<Vec<u8>, FormatError> + Sync,
    each: &mut Each<'_>,
) {
    let size = batch_size(geometry);
    for (batch, records) in wanted.chunks(size).enumerate() {
        let images: Vec<_> = records.par_iter().map(|&record| decode(record)).collect();
        for (i, image) in images.into_iter().enumerate() {
            let goes_on = match image {
                Ok(pixels) => each(batch * size + i, Ok(&pixels)),
                Err(error) => each(batch * size + i, Err(error)),
            };
            if goes_on.is_break() {
                return;
            }
        }
    }
}

/// The labels file of a part; cards are checked to name one where the format needs it.
pub(super) fn labels_of(part: &Opened) -> Result<&Path, FormatError> {
    part.labels.as_deref().ok_or_else(|| FormatError::file(&part.file, "the card names no `labels` file for it"))
}
