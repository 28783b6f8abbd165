//! Square patches of images and the label-weighted moment of one channel's patches.

use super::maps::{Geometry, Maps, bounded_blocks};
use crate::math::error::{MathError, check_range, check_size};
use crate::math::linalg::eigen::top_eigen_by_magnitude;
use crate::math::linalg::{
    Eigen, Matrix, add_symmetric_product_tn, canonical_signs, ensure_shape, mirror_lower, scale_columns, scale_rows,
};
use std::ops::Range;

/// A square window that moves by one pixel over an image with a border of zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// k: rows and columns of the window.
    pub size: usize,
    /// Rows and columns of zeros on every side.
    pub padding: usize,
}

impl Window {
    /// Numbers in a window over one channel, k². Units: pixels.
    pub fn area(self) -> usize {
        self.size * self.size
    }

    /// The map of the window's positions, with `channels` channels.
    ///
    /// Shapes: C x H x W -> channels x (H + 2·padding − k + 1) x (W + 2·padding − k + 1).
    ///
    /// # Errors
    /// [`MathError::Range`] where the window is empty or larger than the padded image.
    pub fn output(self, input: Geometry, channels: usize) -> Result<Geometry, MathError> {
        let along = |length: usize| {
            let padded = length + 2 * self.padding;
            let fits = (1..=padded).contains(&self.size);
            check_range(fits, "size of the window", self.size as f64, "1 to the size of the padded image")?;
            Ok(padded - self.size + 1)
        };
        Ok(Geometry { channels, height: along(input.height)?, width: along(input.width)? })
    }
}

/// All patches, stride 1: the window's content at every position of every image.
///
/// Row `s n + i` is the patch of image i at output position s; column `c k² + u k + v` is channel c, row u, column v of
/// the window.
/// Shapes: n images -> (n S) x (C k²), S output positions. Cost: nSCk², all of it in memory.
/// Source: the zero-padded patches of a convolution, arXiv 2605.13612.
///
/// # Errors
/// Those of [`Window::output`].
pub fn patches(images: &Maps, window: Window) -> Result<Matrix, MathError> {
    let mut out = Matrix::zeros(0, 0);
    patches_into(&mut out, images, window)?;
    Ok(out)
}

/// [`patches`] in the memory of `out`, which is only made anew where its shape differs.
/// Shapes and cost: those of [`patches`].
///
/// # Errors
/// Those of [`patches`].
pub fn patches_into(out: &mut Matrix, images: &Maps, window: Window) -> Result<(), MathError> {
    let (input, n) = (images.shape(), images.count());
    let output = window.output(input, 1)?;
    ensure_shape(out, n * output.positions(), input.channels * window.area());
    if window.padding > 0 {
        out.fill(0.0); // the border
    }
    copy_patches(out.as_mut_slice(), images.values().as_slice(), (input, window));
    Ok(())
}

/// The patches that lie inside of images, copied to their places in the columns of [`patches`]; the border stays as it
/// is. For numbers of any precision.
///
/// Shapes: n images as in [`Maps`], C H W of them `input` -> (n S) x (C k²). Cost: nSCk². Panics where sizes differ or
/// the window is larger than the padded image.
pub(super) fn copy_patches<T: Copy>(out: &mut [T], values: &[T], (input, window): (Geometry, Window)) {
    let n = values.len() / input.dim().max(1);
    let along = |length: usize| length + 2 * window.padding + 1 - window.size;
    let output = Geometry { channels: 1, height: along(input.height), width: along(input.width) };
    let columns_of_out = out.chunks_exact_mut((n * output.positions()).max(1));
    for (index, column) in columns_of_out.enumerate() {
        let (channel, (u, v)) = (index / window.area(), (index % window.area() / window.size, index % window.size));
        // output rows and columns whose window entry (u, v) lies inside the image
        let rows = inside(u, window.padding, input.height, output.height);
        let columns = inside(v, window.padding, input.width, output.width);
        if columns.is_empty() {
            continue;
        }
        let length = n * columns.len();
        for r in rows {
            let (row, left) = (r + u - window.padding, columns.start + v - window.padding);
            let from = n * ((channel * input.height + row) * input.width + left);
            let into = n * (r * output.width + columns.start);
            column[into..into + length].copy_from_slice(&values[from..from + length]);
        }
    }
}

// Output positions t with 0 <= t + offset − padding < length.
fn inside(offset: usize, padding: usize, length: usize, output: usize) -> Range<usize> {
    padding.saturating_sub(offset)..(length + padding).saturating_sub(offset).min(output)
}

/// The label-weighted moment of the patches of one channel, summed over images that come in any number of parts.
#[derive(Debug, Clone, PartialEq)]
pub struct PatchMoment {
    window: Window,
    // lower half of Σ y p pᵀ
    sum: Matrix,
    patches: usize,
}

impl PatchMoment {
    /// A sum of no images. Shapes: -> k² x k².
    pub fn new(window: Window) -> Self {
        Self { window, sum: Matrix::zeros(window.area(), window.area()), patches: 0 }
    }

    /// Adds images. Shapes: n images of one channel, n labels. Cost: nSk⁴; a bounded number of patches is in memory.
    ///
    /// # Errors
    /// [`MathError::Shape`] for more than one channel or labels that do not fit; [`MathError::Range`] for a window that
    /// is larger than the padded image.
    pub fn add(&mut self, channel: &Maps, labels: &[f64]) -> Result<(), MathError> {
        check_size("channels of a patch", channel.shape().channels, 1)?;
        check_size("labels", labels.len(), channel.count())?;
        let positions = self.window.output(channel.shape(), 1)?.positions();
        for range in bounded_blocks(channel.count(), positions * self.window.area()) {
            let block = patches(&channel.images(range.clone()), self.window)?;
            let mut weighted = block.clone();
            scale_rows(&mut weighted, &labels[range].repeat(positions));
            add_symmetric_product_tn(&mut self.sum, &block, &weighted);
            self.patches += block.nrows();
        }
        Ok(())
    }

    /// The moment `C = 1/(n S) Σ_i y_i Σ_s p_is p_isᵀ`: symmetric, indefinite, uncentred.
    ///
    /// Shapes: -> k² x k². Cost: k⁴.
    /// Source: the signed patch covariance of the reference implementation, IdePHICS/Neural-LoFi-Theory.
    ///
    /// # Errors
    /// [`MathError::Range`] where nothing was added.
    pub fn finish(mut self) -> Result<Matrix, MathError> {
        check_range(self.patches > 0, "number of patches", self.patches as f64, "at least 1")?;
        mirror_lower(&mut self.sum);
        self.sum /= self.patches as f64;
        Ok(self.sum)
    }
}

/// [`PatchMoment`] of images that are all in memory. Shapes: n images of one channel, n labels -> k² x k². Cost: nSk⁴.
/// Source: as [`PatchMoment::finish`].
///
/// # Errors
/// Those of [`PatchMoment::add`] and [`PatchMoment::finish`].
pub fn patch_moment(channel: &Maps, window: Window, labels: &[f64]) -> Result<Matrix, MathError> {
    let mut moment = PatchMoment::new(window);
    moment.add(channel, labels)?;
    moment.finish()
}

/// The `keep` eigenpairs of largest |λ| of a moment, by descending |λ|, with canonical signs; an eigenvector of a patch
/// moment is a k x k picture, row by row.
///
/// Shapes: P x P -> K values, P x K. Cost: that of [`top_eigen_by_magnitude`].
/// Source: arXiv 2605.13612 keeps the eigenvectors of largest |λ|.
///
/// # Errors
/// Those of [`top_eigen_by_magnitude`].
pub fn leading_directions(moment: &Matrix, keep: usize) -> Result<Eigen, MathError> {
    let mut top = top_eigen_by_magnitude(moment, keep)?;
    let signs = canonical_signs(&top.vectors);
    scale_columns(&mut top.vectors, &signs);
    Ok(top)
}

/// The parity of a filter under reflection through its centre, `⟨v, v reflected⟩/‖v‖²`: 1 for an even filter (a mean, a
/// second derivative), −1 for an odd one (a first derivative). 0 for a filter that is zero.
///
/// Shapes: k² -> 1; the reflection of a picture stored row by row is its reverse. Cost: k².
/// Source: the order of the filters in arXiv 2605.13612, figure 6: brightness, then first, then second derivatives.
pub fn parity(filter: &[f64]) -> f64 {
    let square: f64 = filter.iter().map(|v| v * v).sum();
    let reflected: f64 = filter.iter().zip(filter.iter().rev()).map(|(a, b)| a * b).sum();
    if square > 0.0 { reflected / square } else { 0.0 }
}

/// How nearly a filter is constant: its absolute correlation with the constant picture, `|Σ v|/(k ‖v‖)`, 0 to 1. 0 for
/// a filter that is zero.
///
/// Shapes: k² -> 1. Cost: k².
/// Source: as [`parity`].
pub fn flatness(filter: &[f64]) -> f64 {
    let square: f64 = filter.iter().map(|v| v * v).sum();
    let norm = (square * filter.len() as f64).sqrt();
    if norm > 0.0 { filter.iter().sum::<f64>().abs() / norm } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::Stream;

    #[test]
    fn parity_and_flatness_of_named_filters() {
        let mean = [2.0; 9];
        let slope = [-1.0, 0.0, 1.0, -1.0, 0.0, 1.0, -1.0, 0.0, 1.0];
        let curvature = [1.0, -2.0, 1.0, 1.0, -2.0, 1.0, 1.0, -2.0, 1.0];
        let found = [mean, slope, curvature].map(|filter| (parity(&filter), flatness(&filter)));
        assert_eq!(found, [(1.0, 1.0), (-1.0, 0.0), (1.0, 0.0)]);
        // even and odd parts are orthogonal: parity is the difference of their shares
        let mixed: Vec<f64> = slope.iter().zip(curvature).map(|(a, b)| 3.0 * a + b).collect();
        assert!((parity(&mixed) - (18.0 - 54.0) / 72.0).abs() < 1e-15);
        assert_eq!((parity(&[0.0; 4]), flatness(&[0.0; 4])), (0.0, 0.0));
    }

    fn sample(n: usize, shape: Geometry) -> Maps {
        Maps::new(Stream::new(6, "test-images", 0).normal_columns(n, 0, shape.dim()), shape).unwrap()
    }

    // The image's value, zero outside it.
    fn pixel(images: &Maps, i: usize, (channel, r, s): (usize, isize, isize)) -> f64 {
        let shape = images.shape();
        let inside = (0..shape.height as isize).contains(&r) && (0..shape.width as isize).contains(&s);
        let at = (channel * shape.height) as isize + r;
        if inside { images.values()[(i, (at * shape.width as isize + s) as usize)] } else { 0.0 }
    }

    #[test]
    fn patches_are_windows_of_the_padded_image() {
        let images = sample(3, Geometry { channels: 2, height: 4, width: 5 });
        for (size, padding) in [(1, 0), (3, 1), (2, 0), (4, 0), (5, 2), (2, 3), (12, 5)] {
            let window = Window { size, padding };
            let output = window.output(images.shape(), 1).unwrap();
            let found = patches(&images, window).unwrap();
            let direct = Matrix::from_fn(3 * output.positions(), 2 * size * size, |row, column| {
                let (s, i) = (row / 3, row % 3);
                let (channel, entry) = (column / (size * size), column % (size * size));
                let at = |t: usize, offset: usize| (t + offset) as isize - padding as isize;
                let place = (channel, at(s / output.width, entry / size), at(s % output.width, entry % size));
                pixel(&images, i, place)
            });
            assert_eq!(found, direct, "k = {size}, padding {padding}");
        }
    }

    #[test]
    fn moment_is_the_sum_over_patches_however_the_images_are_cut() {
        let images = sample(7, Geometry { channels: 1, height: 4, width: 3 });
        let labels = [1.0, -1.0, -1.0, 1.0, 1.0, -1.0, 1.0];
        let window = Window { size: 3, padding: 1 };
        let whole = patch_moment(&images, window, &labels).unwrap();
        assert_eq!(whole, whole.transpose());
        let p = patches(&images, window).unwrap();
        let direct = Matrix::from_fn(9, 9, |a, b| {
            (0..84).map(|row| labels[row % 7] * p[(row, a)] * p[(row, b)]).sum::<f64>() / 84.0
        });
        assert!((&whole - direct).amax() < 1e-15);
        let mut parts = PatchMoment::new(window);
        parts.add(&images.images(0..3), &labels[..3]).unwrap();
        parts.add(&images.images(3..7), &labels[3..]).unwrap();
        assert!((parts.finish().unwrap() - whole).amax() < 1e-15);
    }

    #[test]
    fn directions_solve_the_eigenproblem_in_order() {
        let images = sample(9, Geometry { channels: 1, height: 5, width: 5 });
        let labels: Vec<f64> = (0..9).map(|i| if i % 2 == 0 { 1.0 } else { -1.0 }).collect();
        let moment = patch_moment(&images, Window { size: 3, padding: 1 }, &labels).unwrap();
        let top = leading_directions(&moment, 9).unwrap();
        assert!(top.values.windows(2).all(|w| w[0].abs() >= w[1].abs()));
        let mut scaled = top.vectors.clone();
        scale_columns(&mut scaled, &top.values);
        assert!((moment * &top.vectors - scaled).amax() < 1e-14);
        assert_eq!(canonical_signs(&top.vectors), vec![1.0; 9]);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let images = sample(2, Geometry { channels: 1, height: 4, width: 3 });
        for (size, padding) in [(0, 1), (4, 0), (6, 1)] {
            assert!(patches(&images, Window { size, padding }).is_err(), "k = {size}, padding {padding}");
        }
        let window = Window { size: 3, padding: 1 };
        assert!(patch_moment(&images, window, &[1.0]).is_err());
        assert!(patch_moment(&sample(1, Geometry { channels: 2, height: 3, width: 3 }), window, &[1.0]).is_err());
        assert!(PatchMoment::new(window).finish().is_err());
    }
}
