//! How a step names a data set and reads its records. The implementation lives in `dataset/`.

use super::error::StepError;
use crate::artifact::Geometry;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A data set that this machine has, as it enters a step's key: what it is, not where it lies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct DataRef {
    /// The card's name.
    pub card: String,
    /// The card's title for people.
    pub title: String,
    /// SHA-256 over the content digests of the files read, in the card's order.
    pub digest: String,
    /// The binary task's name.
    pub task: String,
    /// The task: class number → −1 or +1; other classes are left out.
    pub labels: BTreeMap<u32, i8>,
    /// Names of the classes in the order of their numbers, where the files tell classes by name; else empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<String>,
    /// What the paper used, where this is something else; else empty.
    pub stands_in_for: String,
    /// What a reader must know of the data; else empty.
    pub caveat: String,
    /// Training records that belong to the task.
    pub train: usize,
    /// Test records that belong to the task.
    pub test: usize,
    /// Channels of an image.
    pub channels: usize,
    /// Rows of an image.
    pub height: usize,
    /// Columns of an image.
    pub width: usize,
    /// Per-channel mean of v/255.
    pub mean: Vec<f64>,
    /// Per-channel standard deviation of v/255.
    pub std: Vec<f64>,
}

impl DataRef {
    /// The image layout.
    #[must_use]
    pub const fn geometry(&self) -> Geometry {
        Geometry { channels: self.channels, height: self.height, width: self.width }
    }
}

/// Training or test records of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Split {
    /// Training records.
    Train,
    /// Test records.
    Test,
}

/// An opened data set.
pub trait Records {
    /// The class of every record of a split, in file order.
    ///
    /// # Errors
    /// Where the files cannot be read.
    fn classes(&self, split: Split) -> Result<Vec<u32>, StepError>;

    /// The pixels of some records, image after image, channel-major bytes.
    ///
    /// # Errors
    /// Where the files cannot be read or an image does not decode to the card's shape.
    fn images(&self, split: Split, records: &[usize]) -> Result<Vec<u8>, StepError>;
}

/// Opens data sets by reference.
pub trait DataSource: Sync {
    /// Opens the files of a card.
    ///
    /// # Errors
    /// Where the files have gone or changed since the plan was made.
    fn open(&self, data: &DataRef) -> Result<Box<dyn Records>, StepError>;
}
