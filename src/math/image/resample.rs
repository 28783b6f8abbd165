//! Images of another size or with fewer channels.

use super::maps::{Geometry, Maps};
use crate::math::error::{MathError, check_range, check_size};
use crate::math::linalg::Matrix;

/// Input positions that an output position covers, each with its share of the output's length.
///
/// Output i of m covers [i n/m, (i + 1) n/m) of n unit inputs; the lengths are whole numbers of 1/m.
fn overlaps(from: usize, to: usize) -> Vec<Vec<(usize, f64)>> {
    let share = |i: usize, j: usize| {
        let covered = ((i + 1) * from).min((j + 1) * to) - (i * from).max(j * to);
        covered as f64 / from as f64
    };
    (0..to).map(|i| (i * from / to..((i + 1) * from).div_ceil(to)).map(|j| (j, share(i, j))).collect()).collect()
}

/// Images of another size by the area average: each output pixel is the mean over the rectangle of the input that it
/// covers, input pixels that the rectangle cuts counted in part.
///
/// Shapes: H x W -> height x width, each channel. Cost: nC (H + height)(W + width).
/// Source: ours; the box filter.
///
/// # Errors
/// [`MathError::Range`] where a side is 0.
pub fn area_average(x: &Maps, height: usize, width: usize) -> Result<Maps, MathError> {
    let from = x.shape();
    check_range(height.min(width) > 0, "shorter side of the images", 0.0, "at least 1 pixel")?;
    check_range(from.positions() > 0, "pixels of an image", 0.0, "at least 1")?;
    let shape = Geometry { height, width, ..from };
    let (down, across) = (overlaps(from.height, height), overlaps(from.width, width));
    let mut out = Matrix::zeros(x.count(), shape.dim());
    for (index, mut column) in out.column_iter_mut().enumerate() {
        let (line, s) = (index / width, index % width);
        let (channel, r) = (line / height, line % height);
        for &(row, by_row) in &down[r] {
            for &(place, by_column) in &across[s] {
                let source = x.values().column((channel * from.height + row) * from.width + place);
                column.axpy(by_row * by_column, &source, 1.0);
            }
        }
    }
    Maps::new(out, shape)
}

/// One channel, `Σ_c w_c x_c`. Shapes: n x CHW, C -> n x HW. Cost: nCHW.
///
/// # Errors
/// [`MathError::Shape`] unless there is a weight for each channel.
pub fn weighted_channels(x: &Maps, weights: &[f64]) -> Result<Maps, MathError> {
    let from = x.shape();
    check_size("weights of the channels", weights.len(), from.channels)?;
    let positions = from.positions();
    let mut out = Matrix::zeros(x.count(), positions);
    for (channel, &weight) in weights.iter().enumerate() {
        out += x.values().columns(channel * positions, positions) * weight;
    }
    Maps::new(out, Geometry { channels: 1, ..from })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::image::pooling::Pooling;
    use crate::math::random::Stream;

    fn images(height: usize, width: usize) -> Maps {
        let shape = Geometry { channels: 2, height, width };
        Maps::new(Stream::new(5, "test-images", 0).normal_columns(3, 0, shape.dim()), shape).unwrap()
    }

    fn mean(x: &Maps, channel: usize) -> f64 {
        x.channel(channel).values().mean()
    }

    #[test]
    fn means_stay_and_the_same_size_is_the_same_image() {
        for (from, to) in [((28, 28), (13, 13)), ((5, 7), (3, 10)), ((4, 6), (1, 1)), ((3, 3), (8, 2))] {
            let x = images(from.0, from.1);
            let made = area_average(&x, to.0, to.1).unwrap();
            assert_eq!(made.shape(), Geometry { channels: 2, height: to.0, width: to.1 });
            assert!((0..2).all(|c| (mean(&x, c) - mean(&made, c)).abs() < 1e-14), "{from:?} to {to:?}");
            assert_eq!(area_average(&x, from.0, from.1).unwrap(), x);
        }
    }

    #[test]
    fn half_the_size_is_the_mean_of_two_by_two() {
        let x = images(28, 28);
        let gap = area_average(&x, 14, 14).unwrap().flatten() - Pooling::Average.apply(&x, 2).unwrap().flatten();
        assert!(gap.amax() < 1e-15);
    }

    // 3 pixels to 2: each output covers one pixel and half of the middle one
    #[test]
    fn pixels_that_are_cut_count_in_part() {
        let shape = Geometry { channels: 1, height: 1, width: 3 };
        let x = Maps::new(Matrix::from_row_slice(1, 3, &[3.0, 6.0, 12.0]), shape).unwrap();
        let made = area_average(&x, 1, 2).unwrap().flatten();
        assert!((made - Matrix::from_row_slice(1, 2, &[4.0, 10.0])).amax() < 1e-15);
        assert!(area_average(&x, 0, 2).is_err());
    }

    // Oracle: the integral over the covered rectangle by a fine grid that both sizes divide.
    #[test]
    fn an_area_average_is_the_mean_over_a_fine_grid() {
        let x = images(6, 4);
        let made = area_average(&x, 4, 3).unwrap();
        for (r, s) in (0..12).map(|e| (e / 3, e % 3)) {
            let fine = |e: usize| ((e / 4 + 3 * r) / 2, (e % 4 + 4 * s) / 3);
            let mean = (0..12).map(fine).map(|(a, b)| x.values()[(1, 24 + 4 * a + b)]).sum::<f64>() / 12.0;
            assert!((made.values()[(1, 12 + 3 * r + s)] - mean).abs() < 1e-14, "{r} {s}");
        }
    }

    #[test]
    fn channels_are_weighed() {
        let x = images(2, 3);
        let grey = weighted_channels(&x, &[0.25, 2.0]).unwrap();
        assert_eq!(grey.shape(), Geometry { channels: 1, height: 2, width: 3 });
        let expected = 0.25 * x.values()[(2, 4)] + 2.0 * x.values()[(2, 10)];
        assert!((grey.values()[(2, 4)] - expected).abs() < 1e-15);
        assert!(weighted_channels(&x, &[1.0]).is_err());
    }
}
