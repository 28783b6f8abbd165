//! Samples as vectors, with their labels and where they come from.

use crate::math::error::all_finite;
use crate::math::image::maps::Geometry;
use crate::math::linalg::{Matrix, MatrixOf, Product, Rows, SingleMatrix, double};
use serde::{Deserialize, Serialize};
use std::any::Any;
use std::ops::{AddAssign, Range, Sub};
use std::sync::Arc;

/// Where samples come from; stands on every figure and table made of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Origin {
    /// The data card's name.
    pub card: String,
    /// The card's title for people.
    pub title: String,
    /// The binary task.
    pub task: String,
    /// What the paper used where this is something else ("CIFAR-10"); empty where it is the paper's own data.
    pub stands_in_for: String,
    /// What a reader must know of the data, such as lossy compression; empty where nothing.
    pub caveat: String,
}

/// Labels of the three splits, ±1 for a task of two classes, else any numbers; shared by everything that is made of the same samples.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Labels {
    /// n training labels.
    pub train: Vec<f64>,
    /// Validation labels.
    pub validation: Vec<f64>,
    /// Test labels.
    pub test: Vec<f64>,
}

/// Rows of numbers: features, or pixels that are standardised when they are read.
#[derive(Debug, Clone, PartialEq)]
pub enum Points {
    /// n × d real numbers, samples are rows.
    Real(Matrix),
    /// The same in single precision: half the memory.
    Single(SingleMatrix),
    /// Bytes of n images, standardised per channel on reading: (v/255 − mean)/std. An eighth of the memory.
    Pixels {
        /// n · C·H·W bytes, image after image, channel-major.
        bytes: Vec<u8>,
        /// Image layout.
        geometry: Geometry,
        /// Per-channel mean of v/255.
        mean: Vec<f64>,
        /// Per-channel standard deviation of v/255.
        std: Vec<f64>,
    },
}

const IMAGES_AT_ONCE: usize = 64;

impl Points {
    /// Number of samples.
    #[must_use]
    pub fn rows(&self) -> usize {
        match self {
            Self::Real(matrix) => matrix.nrows(),
            Self::Single(matrix) => matrix.nrows(),
            Self::Pixels { bytes, geometry, .. } => bytes.len() / geometry.dim().max(1),
        }
    }

    /// Numbers in each sample.
    #[must_use]
    pub fn dim(&self) -> usize {
        match self {
            Self::Real(matrix) => matrix.ncols(),
            Self::Single(matrix) => matrix.ncols(),
            Self::Pixels { geometry, .. } => geometry.dim(),
        }
    }

    /// Rows `from..to` as real numbers.
    #[must_use]
    pub fn block(&self, from: usize, to: usize) -> Matrix {
        self.block_of(from..to)
    }

    /// Some rows in either precision, rounded where they are known better.
    #[must_use]
    pub fn block_of<T: Product>(&self, rows: Range<usize>) -> MatrixOf<T> {
        match self {
            Self::Real(matrix) => matrix.rows(rows.start, rows.len()).map(T::of),
            Self::Single(matrix) => matrix.rows(rows.start, rows.len()).map(|v| T::of(f64::from(v))),
            Self::Pixels { bytes, geometry, mean, std } => {
                let area = geometry.height * geometry.width;
                let dim = geometry.dim();
                let tables: Vec<[T; 256]> = mean.iter().zip(std).map(|(&m, &s)| standardised(m, s)).collect();
                let mut block = MatrixOf::from_element(rows.len(), dim, T::default());
                // so few images at a time that their lines of bytes stay in the cache from one column to the next
                for first in (0..rows.len()).step_by(IMAGES_AT_ONCE) {
                    let images = IMAGES_AT_ONCE.min(rows.len() - first);
                    let bytes = &bytes[(rows.start + first) * dim..][..images * dim];
                    for (column, mut values) in block.rows_mut(first, images).column_iter_mut().enumerate() {
                        let table = &tables[column / area];
                        for (value, image) in values.iter_mut().zip(bytes.chunks_exact(dim)) {
                            *value = table[usize::from(image[column])];
                        }
                    }
                }
                block
            }
        }
    }

    /// The numbers where they lie, if they are kept in this precision.
    #[must_use]
    pub fn matrix_of<T: Product>(&self) -> Option<&MatrixOf<T>> {
        let matrix: &dyn Any = match self {
            Self::Real(matrix) => matrix,
            Self::Single(matrix) => matrix,
            Self::Pixels { .. } => return None,
        };
        matrix.downcast_ref()
    }

    /// All rows as real numbers.
    #[must_use]
    pub fn to_matrix(&self) -> Matrix {
        match self {
            Self::Single(matrix) => double(matrix),
            _ => self.block(0, self.rows()),
        }
    }

    fn memory_bytes(&self) -> u64 {
        match self {
            Self::Real(matrix) => 8 * matrix.len() as u64,
            Self::Single(matrix) => 4 * matrix.len() as u64,
            Self::Pixels { bytes, .. } => bytes.len() as u64,
        }
    }
}

impl Rows for Points {
    fn count(&self) -> usize {
        self.rows()
    }

    fn width(&self) -> usize {
        self.dim()
    }

    fn block(&self, rows: Range<usize>) -> Matrix {
        self.block_of(rows)
    }

    fn block_single(&self, rows: Range<usize>) -> SingleMatrix {
        self.block_of(rows)
    }
}

/// What each of the 256 byte values stands for in one channel.
fn standardised<T: Product>(mean: f64, std: f64) -> [T; 256] {
    std::array::from_fn(|byte| T::of((byte as f64 / 255.0 - mean) / std))
}

/// The points of the three splits.
#[derive(Debug, Clone, PartialEq)]
pub struct Samples {
    /// n training samples.
    pub train: Points,
    /// Validation samples, disjoint from the training samples; may be empty.
    pub validation: Points,
    /// Test samples.
    pub test: Points,
}

/// Samples as vectors with labels: the raw data (h⁽⁰⁾ = X) or the features of any layer.
#[derive(Debug, Clone, PartialEq)]
pub struct Representation {
    /// The vectors.
    pub samples: Samples,
    /// The labels, the same through all layers.
    pub labels: Arc<Labels>,
    /// Image layout while the samples are pixels or feature maps.
    pub geometry: Option<Geometry>,
    /// Where the samples come from.
    pub origin: Origin,
}

impl Representation {
    /// Training, validation and test points with their names.
    #[must_use]
    pub const fn splits(&self) -> [(&'static str, &Points); 3] {
        [("train", &self.samples.train), ("validation", &self.samples.validation), ("test", &self.samples.test)]
    }

    /// The same labels and origin with feature maps of one layout, in the order train, validation, test.
    #[must_use]
    pub fn with_maps(&self, geometry: Geometry, [train, validation, test]: [Matrix; 3]) -> Self {
        Self { geometry: Some(geometry), ..self.with_features(train, validation, test) }
    }

    /// The same labels and origin with other features (no longer pixels), in the order train, validation, test.
    #[must_use]
    pub fn with_features(&self, train: Matrix, validation: Matrix, test: Matrix) -> Self {
        self.with_points([train, validation, test].map(Points::Real))
    }

    /// The same labels and origin with other points that are no pixels, in the order train, validation, test.
    #[must_use]
    pub fn with_points(&self, [train, validation, test]: [Points; 3]) -> Self {
        let samples = Samples { train, validation, test };
        Self { samples, labels: Arc::clone(&self.labels), geometry: None, origin: self.origin.clone() }
    }

    pub(super) fn memory_bytes(&self) -> u64 {
        self.splits().iter().map(|(_, points)| points.memory_bytes()).sum()
    }

    pub(super) fn first_non_finite(&self) -> Option<String> {
        self.splits().into_iter().find_map(|(split, points)| match points {
            Points::Real(matrix) => non_finite_in(matrix, split),
            Points::Single(matrix) => non_finite_in(matrix, split),
            Points::Pixels { .. } => None,
        })
    }
}

/// Where the first NaN or infinity of a matrix stands.
pub(super) fn non_finite_in<T>(matrix: &MatrixOf<T>, name: &str) -> Option<String>
where
    T: Product + Sub<Output = T> + AddAssign,
{
    if all_finite(matrix.as_slice()) {
        return None;
    }
    let at = matrix.as_slice().iter().position(|v| !v.to_f64().is_finite())?;
    let (row, column) = (at % matrix.nrows(), at / matrix.nrows());
    Some(format!("{} at row {row}, column {column} of {name}", matrix.as_slice()[at].to_f64()))
}

#[cfg(test)]
mod tests {
    use super::*;

    // More images than are expanded at a time, from one in the middle on.
    #[test]
    fn pixels_are_standardised_where_they_stand() {
        let geometry = Geometry { channels: 2, height: 3, width: 2 };
        let (mean, std) = (vec![0.4, 0.2], vec![0.3, 0.5]);
        let bytes: Vec<u8> = (0..200 * 12_usize).map(|i| (i * i % 251) as u8).collect();
        let points = Points::Pixels { bytes: bytes.clone(), geometry, mean: mean.clone(), std: std.clone() };
        let block = points.block(3, 190);
        for (row, column) in (0..187).flat_map(|row| (0..12).map(move |column| (row, column))) {
            let value = f64::from(bytes[(row + 3) * 12 + column]) / 255.0;
            let expected = (value - mean[column / 6]) / std[column / 6];
            assert!((block[(row, column)] - expected).abs() < 1e-15, "{row}, {column}");
        }
        assert_eq!(points.block_of::<f32>(3..190), block.map(|v| v as f32));
        assert_eq!(points.block(5, 5).shape(), (0, 12));
    }
}
