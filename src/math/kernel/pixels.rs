//! Inner products of images in bytes: exact ones of integers, in single precision.

use super::gram::KernelState;
use crate::math::error::{MathError, check_size};
use crate::math::linalg::{
    Block, BlockMut, Matrix, Onto, Product, SingleMatrix, mirror_lower, set_symmetric_product_tn_single,
};

/// Images in bytes, standardised channel by channel: (v/255 − mean)/std.
#[derive(Debug, Clone, Copy)]
pub struct PixelRows<'a> {
    /// n · C · area bytes, image after image, channel after channel.
    pub bytes: &'a [u8],
    /// Pixels in a channel.
    pub area: usize,
    /// The mean of v/255 in each channel.
    pub mean: &'a [f64],
    /// Its standard deviation.
    pub std: &'a [f64],
}

// Bytes less 128 are at most 128 in magnitude: sums of so many of their products are integers of at most 2²⁴, which single
// precision holds exactly, in whatever order they are summed.
const PIXELS_AT_ONCE: usize = 1024;
const CENTRE: u8 = 128;

// Columns of a product that are added to the whole at a time, while they are in cache.
const COLUMNS_AT_ONCE: usize = 512;

impl KernelState {
    /// [`KernelState::inner_products`] of images in bytes, in half the time: products of whole numbers are exact in single
    /// precision, and double takes their sums.
    ///
    /// Formula: with `h = u (b − o)`, b the byte less 128, u = 1/(255 std), o = 255 mean − 128 in each channel,
    /// `⟨h, h'⟩ = Σ u² (⟨b, b'⟩ − o Σ b − o Σ b' + area o²)`.
    /// Shapes: n x d, `n_s` x d -> state of n and `n_s`. Cost: n(n + 2 Σ `n_s`) d/2.
    /// Source: ours.
    ///
    /// # Errors
    /// [`MathError::Shape`] where splits differ in their layout.
    pub fn of_pixels(train: PixelRows<'_>, evaluation: &[PixelRows<'_>]) -> Result<Self, MathError> {
        for rows in evaluation {
            check_size("pixels of a channel of an evaluation split", rows.area, train.area)?;
            check_size("channels of an evaluation split", rows.mean.len(), train.mean.len())?;
        }
        let n = train.count();
        let mut state = Self {
            train: Matrix::zeros(n, n),
            cross: evaluation.iter().map(|e| Matrix::zeros(n, e.count())).collect(),
            diagonals: evaluation.iter().map(PixelRows::square_norms).collect(),
        };
        let (mut left, mut right, mut half) =
            (SingleMatrix::zeros(0, 0), SingleMatrix::zeros(0, 0), SingleMatrix::zeros(n, n));
        let mut tile = vec![0.0; n * COLUMNS_AT_ONCE];
        for part in train.parts() {
            train.load(&mut left, part);
            set_symmetric_product_tn_single(&mut half, &left, &left);
            let scale = train.unit(part.channel).powi(2);
            add_scaled(state.train.as_mut_slice(), half.as_slice(), scale);
            for (rows, cross) in evaluation.iter().zip(&mut state.cross) {
                rows.load(&mut right, part);
                let scale = train.unit(part.channel) * rows.unit(part.channel);
                add_products(cross, (&left, &right), scale, &mut tile);
            }
        }
        add_offsets(&mut state.train, train, train);
        mirror_lower(&mut state.train);
        evaluation.iter().zip(&mut state.cross).for_each(|(rows, cross)| add_offsets(cross, train, *rows));
        Ok(state)
    }
}

// Some pixels of a channel.
#[derive(Clone, Copy)]
struct Part {
    channel: usize,
    first: usize,
    len: usize,
}

impl PixelRows<'_> {
    fn dim(&self) -> usize {
        self.area * self.mean.len()
    }

    fn count(&self) -> usize {
        self.bytes.len() / self.dim().max(1)
    }

    fn unit(&self, channel: usize) -> f64 {
        1.0 / (255.0 * self.std[channel])
    }

    fn offset(&self, channel: usize) -> f64 {
        255.0 * self.mean[channel] - f64::from(CENTRE)
    }

    fn parts(self) -> impl Iterator<Item = Part> {
        let of_channel = move |channel| {
            let starts = (0..self.area).step_by(PIXELS_AT_ONCE);
            starts.map(move |first| Part { channel, first, len: PIXELS_AT_ONCE.min(self.area - first) })
        };
        (0..self.mean.len()).flat_map(of_channel)
    }

    // A part of all images, a column each, less 128.
    fn load(&self, out: &mut SingleMatrix, part: Part) {
        if out.shape() != (part.len, self.count()) {
            *out = SingleMatrix::zeros(part.len, self.count());
        }
        let start = part.channel * self.area + part.first;
        let images = self.bytes.chunks_exact(self.dim().max(1));
        for (column, image) in out.as_mut_slice().chunks_exact_mut(part.len.max(1)).zip(images) {
            let bytes = &image[start..start + part.len];
            column.iter_mut().zip(bytes).for_each(|(x, &v)| *x = f32::from(i16::from(v) - i16::from(CENTRE)));
        }
    }

    // For each image the sum over a channel of b, and of b².
    fn sums(&self, channel: usize) -> impl Iterator<Item = (f64, f64)> {
        let (area, dim) = (self.area, self.dim().max(1));
        let of = move |image: &[u8]| {
            let pixels = image[channel * area..(channel + 1) * area].iter();
            let sums = pixels.map(|&v| i64::from(v) - i64::from(CENTRE)).fold((0, 0), |(s, q), b| (s + b, q + b * b));
            (sums.0 as f64, sums.1 as f64)
        };
        self.bytes.chunks_exact(dim).map(of)
    }

    fn square_norms(&self) -> Vec<f64> {
        let mut squares = vec![0.0; self.count()];
        for channel in 0..self.mean.len() {
            let (unit, offset) = (self.unit(channel), self.offset(channel));
            let constant = self.area as f64 * offset * offset;
            let terms = self.sums(channel).map(|(sum, square)| unit * unit * (square - 2.0 * offset * sum + constant));
            squares.iter_mut().zip(terms).for_each(|(s, term)| *s += term);
        }
        squares
    }
}

fn add_scaled(sum: &mut [f64], products: &[f32], scale: f64) {
    sum.iter_mut().zip(products).for_each(|(s, &p)| *s += scale * f64::from(p));
}

// `sum += scale Lᵀ R`, some columns at a time.
fn add_products(sum: &mut Matrix, (left, right): (&SingleMatrix, &SingleMatrix), scale: f64, tile: &mut [f32]) {
    let ((len, n), count) = (left.shape(), right.ncols());
    if n == 0 {
        return;
    }
    let factor = Block::dense(left.as_slice(), len, n).transposed();
    for first in (0..count).step_by(COLUMNS_AT_ONCE) {
        let columns = COLUMNS_AT_ONCE.min(count - first);
        let others = Block::dense(&right.as_slice()[len * first..len * (first + columns)], len, columns);
        let tile = &mut tile[..n * columns];
        f32::multiply(BlockMut::dense(tile, n, columns), Onto::Replace, 1.0, (factor, others));
        add_scaled(&mut sum.as_mut_slice()[n * first..n * (first + columns)], tile, scale);
    }
}

// What the sums of bytes and the offsets of the channels add to products of bytes.
fn add_offsets(products: &mut Matrix, rows: PixelRows<'_>, columns: PixelRows<'_>) {
    let (mut of_rows, mut of_columns) = (vec![0.0; rows.count()], vec![0.0; columns.count()]);
    for channel in 0..rows.mean.len() {
        let scale = rows.unit(channel) * columns.unit(channel);
        let (row_offset, column_offset) = (rows.offset(channel), columns.offset(channel));
        let constant = rows.area as f64 * row_offset * column_offset;
        let sums = of_rows.iter_mut().zip(rows.sums(channel));
        sums.for_each(|(s, (sum, _))| *s += scale * (constant - column_offset * sum));
        let sums = of_columns.iter_mut().zip(columns.sums(channel));
        sums.for_each(|(s, (sum, _))| *s -= scale * row_offset * sum);
    }
    for (mut column, of_column) in products.column_iter_mut().zip(of_columns) {
        column.iter_mut().zip(&of_rows).for_each(|(v, of_row)| *v += of_row + of_column);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::kernel::Splits;
    use crate::math::random::Stream;

    // Two channels of 1100 pixels, more than are summed at once.
    const AREA: usize = 1100;
    const MEAN: [f64; 2] = [0.49, 0.1];
    const STD: [f64; 2] = [0.2, 0.31];

    fn drawn(images: usize, layer: u64) -> Vec<u8> {
        let mut stream = Stream::new(3, "test-pixels", layer);
        (0..images * 2 * AREA).map(|_| stream.below(256) as u8).collect()
    }

    fn pixels(bytes: &[u8]) -> PixelRows<'_> {
        PixelRows { bytes, area: AREA, mean: &MEAN, std: &STD }
    }

    fn standardised(bytes: &[u8]) -> Matrix {
        let dim = 2 * AREA;
        let number = |i: usize, j: usize| {
            let channel = j / AREA;
            (f64::from(bytes[i * dim + j]) / 255.0 - MEAN[channel]) / STD[channel]
        };
        Matrix::from_fn(bytes.len() / dim, dim, number)
    }

    #[test]
    fn products_of_bytes_are_those_of_the_numbers_that_they_stand_for() {
        // black and white images have the largest sums
        let mut train = drawn(9, 0);
        train[..2 * AREA].fill(0);
        train[2 * AREA..4 * AREA].fill(255);
        let (test, wide) = (drawn(5, 1), drawn(COLUMNS_AT_ONCE + 3, 2));
        let evaluation = [pixels(&test), pixels(&[]), pixels(&wide)];
        let found = KernelState::of_pixels(pixels(&train), &evaluation).unwrap();
        let rows = [&train, &test, &Vec::new(), &wide].map(|bytes| standardised(bytes));
        let [train, others @ ..] = &rows;
        let others: Vec<&Matrix> = others.iter().collect();
        let expected = KernelState::inner_products(Splits { train, evaluation: &others }).unwrap();
        let largest = expected.train.amax();
        assert!((&found.train - &expected.train).amax() < 1e-14 * largest);
        assert_eq!(found.train, found.train.transpose());
        for (a, b) in found.cross.iter().zip(&expected.cross) {
            assert_eq!(a.shape(), b.shape());
            assert!(a.is_empty() || (a - b).amax() < 1e-14 * largest);
        }
        for (a, b) in found.diagonals.iter().flatten().zip(expected.diagonals.iter().flatten()) {
            assert!((a - b).abs() < 1e-14 * largest);
        }
    }

    #[test]
    fn splits_of_another_layout_are_refused() {
        let (train, test) = (drawn(2, 0), drawn(2, 1));
        let other = PixelRows { area: 2 * AREA, mean: &MEAN[..1], std: &STD[..1], ..pixels(&test) };
        assert!(KernelState::of_pixels(pixels(&train), &[other]).is_err());
    }
}
