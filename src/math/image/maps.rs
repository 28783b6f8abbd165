//! Images and feature maps: a value for each channel, row and column.

use crate::math::error::{MathError, check_size};
use crate::math::linalg::{Matrix, reshaped};
use crate::math::size::times;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// The layout of one image or feature map, flattened channel-major: channel c, row r, column s is at `c HW + r W + s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Geometry {
    /// Channels C.
    pub channels: usize,
    /// Rows H, pixels.
    pub height: usize,
    /// Columns W, pixels.
    pub width: usize,
}

impl Geometry {
    /// Positions of one channel, S = HW. Units: pixels.
    pub const fn positions(self) -> usize {
        times(self.height, self.width)
    }

    /// The length of one image, CHW. Units: numbers.
    pub const fn dim(self) -> usize {
        times(self.channels, self.positions())
    }
}

/// n images of one shape. Each is a row, channel-major: channel c, row r, column s is at `c HW + r W + s`.
///
/// Matrices are column-major, so the same memory read as (n HW) x C has a row for each position of each image: row
/// `(r W + s) n + i`. Every operation over channels is a product with that matrix, without a transposition.
#[derive(Debug, Clone, PartialEq)]
pub struct Maps {
    values: Matrix,
    shape: Geometry,
}

impl Maps {
    /// Rows that are known to be images of a shape. Shapes: n x CHW.
    ///
    /// # Errors
    /// [`MathError::Shape`] where the rows have another length.
    pub fn new(values: Matrix, shape: Geometry) -> Result<Self, MathError> {
        check_size("columns of the images", values.ncols(), shape.dim())?;
        Ok(Self { values, shape })
    }

    /// The rows. Shapes: -> n x CHW.
    pub fn values(&self) -> &Matrix {
        &self.values
    }

    // for layers that keep the shape
    pub(super) fn values_mut(&mut self) -> &mut Matrix {
        &mut self.values
    }

    /// The rows as features of a layer that knows of no geometry. Shapes: -> n x CHW. Cost: none.
    pub fn flatten(self) -> Matrix {
        self.values
    }

    /// The shape of each image. Shapes: -> C, H, W.
    pub fn shape(&self) -> Geometry {
        self.shape
    }

    /// n. Units: images.
    pub fn count(&self) -> usize {
        self.values.nrows()
    }

    /// Images whose values stand in a row for each position of each image, `(r W + s) n + i`: the same memory.
    /// Shapes: (n HW) x C -> n x CHW. Cost: none.
    ///
    /// # Errors
    /// [`MathError::Shape`] where the columns are not the channels, or the rows no whole number of images.
    pub fn from_positions(rows: Matrix, shape: Geometry) -> Result<Self, MathError> {
        check_size("columns of the positions", rows.ncols(), shape.channels)?;
        let count = rows.nrows() / shape.positions().max(1);
        check_size("rows of the positions", rows.nrows(), count * shape.positions())?;
        Ok(Self { values: reshaped(rows, count, shape.dim()), shape })
    }

    /// The rows of [`Maps::from_positions`], the same memory. Shapes: n x CHW -> (n HW) x C. Cost: none.
    pub fn into_positions(self) -> Matrix {
        let rows = self.count() * self.shape.positions();
        reshaped(self.values, rows, self.shape.channels)
    }

    /// One channel alone, copied. Shapes: -> n x HW. Cost: nHW. Panics where there is no such channel.
    pub fn channel(&self, channel: usize) -> Self {
        let positions = self.shape.positions();
        let values = self.values.columns(channel * positions, positions).into_owned();
        Self { values, shape: Geometry { channels: 1, ..self.shape } }
    }

    /// Images of one shape under one another, copied. Shapes: images of C x H x W -> n x CHW. Cost: nCHW.
    ///
    /// # Errors
    /// [`MathError::Shape`] where an image has another shape.
    pub fn stacked(images: &[Self], shape: Geometry) -> Result<Self, MathError> {
        let rows: usize = images.iter().map(Self::count).sum();
        let mut values = Matrix::zeros(rows, shape.dim());
        let mut start = 0;
        for image in images {
            check_size("channels of the images", image.shape.channels, shape.channels)?;
            check_size("numbers in an image", image.shape.dim(), shape.dim())?;
            values.rows_mut(start, image.count()).copy_from(&image.values);
            start += image.count();
        }
        Ok(Self { values, shape })
    }

    /// Some of the images, copied. Panics where there are fewer.
    /// Shapes: -> m x CHW, m the length of the range. Cost: m CHW.
    pub fn images(&self, range: Range<usize>) -> Self {
        Self { values: self.values.rows(range.start, range.len()).into_owned(), shape: self.shape }
    }
}

/// Cuts `count` items of `entries` numbers each into ranges that fill a bounded block, at least one item each.
///
/// Shapes: -> consecutive ranges of ⌊2²²/entries⌋ items that cover `0..count`.
/// Units: numbers of 8 bytes, so that a block has 32 MiB.
pub fn bounded_blocks(count: usize, entries: usize) -> impl Iterator<Item = Range<usize>> {
    // 32 MiB: beyond the caches, so that the product and not the call costs, and small beside any data set
    const BLOCK_ENTRIES: usize = 1 << 22;
    let step = (BLOCK_ENTRIES / entries.max(1)).max(1);
    (0..count).step_by(step).map(move |start| start..(start + step).min(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: Geometry = Geometry { channels: 3, height: 2, width: 4 };

    fn maps() -> Maps {
        Maps::new(Matrix::from_fn(5, SHAPE.dim(), |i, j| (100 * i + j) as f64), SHAPE).unwrap()
    }

    #[test]
    fn positions_are_the_same_memory_in_another_shape() {
        let maps = maps();
        let rows = maps.clone().into_positions();
        for (i, at, channel) in [(3, 0, 2), (0, 1, 0), (4, 3, 1), (0, 7, 2)] {
            assert_eq!(rows[(at * 5 + i, channel)], maps.values()[(i, channel * 8 + at)]);
        }
        assert_eq!(Maps::from_positions(rows, SHAPE).unwrap(), maps);
        assert!(Maps::from_positions(Matrix::zeros(9, 3), SHAPE).is_err());
        assert!(Maps::from_positions(Matrix::zeros(8, 2), SHAPE).is_err());
    }

    #[test]
    fn parts_are_those_of_the_whole() {
        let maps = maps();
        let part = maps.channel(1).images(2..4);
        assert_eq!(part.shape(), Geometry { channels: 1, ..SHAPE });
        assert_eq!((part.count(), part.values()[(1, 7)]), (2, 315.0));
        assert_eq!(Maps::stacked(&[maps.images(0..2), maps.images(2..5)], SHAPE).unwrap(), maps);
        assert!(Maps::stacked(&[part], SHAPE).is_err());
        assert!(Maps::new(Matrix::zeros(2, 23), SHAPE).is_err());
    }

    #[test]
    fn blocks_cover_every_item_once() {
        for (count, entries) in [(0, 7), (10, 1), (10, 1 << 21), (3, 1 << 30), (4, 0)] {
            let covered: Vec<usize> = bounded_blocks(count, entries).flatten().collect();
            assert_eq!(covered, (0..count).collect::<Vec<_>>());
        }
    }
}
