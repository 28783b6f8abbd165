//! Images as the inverse real Fourier transform of masked coefficients, and the transpose of that map.

use super::maps::Geometry;
use crate::math::error::{MathError, check_size};
use crate::math::fourier::DecayMask;
use crate::math::fourier::roots_of_unity::{RootsOfUnity, Rounding};
use crate::math::linalg::{Matrix, product, product_nt, product_tn};

/// The map from coefficients to images, `x = irfft2((re + i·im) · m)`, channel by channel.
///
/// Coefficients of one image are a slice: for each channel H (⌊W/2⌋ + 1) real parts, then as many imaginary parts, each
/// column by column of the half plane. With angles `a = 2π r y/H` and `b = 2π s t/W` the transform is separable:
/// `x = (C_a A − S_a B) C_bᵀ − (S_a A + C_a B) S_bᵀ`, four products on either side and no complex numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct FourierImages {
    shape: Geometry,
    gains: Matrix,
    // H x H
    cosines_down: Matrix,
    sines_down: Matrix,
    // W x (⌊W/2⌋ + 1), with the weight of each column of the half plane and 1/(HW)
    cosines_across: Matrix,
    sines_across: Matrix,
}

impl FourierImages {
    /// Images of a shape whose coefficients are damped by a mask.
    ///
    /// Shapes: -> waves H x H and W x (⌊W/2⌋ + 1) of either kind, gains H x (⌊W/2⌋ + 1). Cost: H² + W².
    pub fn new(mask: DecayMask, shape: Geometry) -> Self {
        let Geometry { height, width, .. } = shape;
        let half = width / 2 + 1;
        // a column of the half plane stands for itself and its mirror image, unless it is its own
        let weight = |s: usize| if s == 0 || 2 * s == width { 1.0 } else { 2.0 } / (height * width) as f64;
        let (down, across) = (RootsOfUnity::new(height, Rounding::System), RootsOfUnity::new(width, Rounding::System));
        Self {
            shape,
            gains: mask.half_plane(height, width),
            cosines_down: Matrix::from_fn(height, height, |y, r| down.cosine(y * r)),
            sines_down: Matrix::from_fn(height, height, |y, r| down.sine(y * r)),
            cosines_across: Matrix::from_fn(width, half, |t, s| weight(s) * across.cosine(t * s)),
            sines_across: Matrix::from_fn(width, half, |t, s| weight(s) * across.sine(t * s)),
        }
    }

    /// The length of one image's coefficients, 2 C H (⌊W/2⌋ + 1). Units: numbers.
    pub fn coefficients(&self) -> usize {
        2 * self.shape.channels * self.gains.len()
    }

    /// The images. Shapes: n x coefficients -> n x CHW. Cost: 2n CHW (2H + W).
    /// Source: the reference implementation, IdePHICS/Neural-LoFi-Theory, Fourier parametrisation of the maximiser.
    ///
    /// # Errors
    /// [`MathError::Shape`] for another number of coefficients.
    pub fn images(&self, coefficients: &Matrix) -> Result<Matrix, MathError> {
        check_size("coefficients of an image", coefficients.ncols(), self.coefficients())?;
        self.each_channel(coefficients, (2 * self.gains.len(), self.shape.positions()), |own| {
            let (re, im) = own.split_at(self.gains.len());
            let masked = |part: &[f64]| self.half_plane(part).component_mul(&self.gains);
            let (a, b) = (masked(re), masked(im));
            let even = product(&self.cosines_down, &a) - product(&self.sines_down, &b);
            let odd = product(&self.sines_down, &a) + product(&self.cosines_down, &b);
            let image = product_nt(&even, &self.cosines_across) - product_nt(&odd, &self.sines_across);
            // row by row
            image.transpose().as_slice().to_vec()
        })
    }

    /// The transpose of [`FourierImages::images`]: the gradient in the coefficients, from that in the pixels.
    ///
    /// Shapes: n x CHW -> n x coefficients. Cost: 2n CHW (2H + W).
    ///
    /// # Errors
    /// [`MathError::Shape`] for another number of pixels.
    pub fn pull_back(&self, gradient: &Matrix) -> Result<Matrix, MathError> {
        check_size("pixels of an image", gradient.ncols(), self.shape.dim())?;
        self.each_channel(gradient, (self.shape.positions(), 2 * self.gains.len()), |own| {
            let image = Matrix::from_row_slice(self.shape.height, self.shape.width, own);
            let (even, odd) = (product(&image, &self.cosines_across), product(&image, &self.sines_across));
            let mut re = product_tn(&self.cosines_down, &even) - product_tn(&self.sines_down, &odd);
            let mut im = -(product_tn(&self.sines_down, &even) + product_tn(&self.cosines_down, &odd));
            re.component_mul_assign(&self.gains);
            im.component_mul_assign(&self.gains);
            [re.as_slice(), im.as_slice()].concat()
        })
    }

    fn half_plane(&self, values: &[f64]) -> Matrix {
        Matrix::from_column_slice(self.gains.nrows(), self.gains.ncols(), values)
    }

    // Maps every channel of every row; `sizes` are the numbers of one channel before and after.
    fn each_channel(
        &self,
        rows: &Matrix,
        sizes: (usize, usize),
        map: impl Fn(&[f64]) -> Vec<f64>,
    ) -> Result<Matrix, MathError> {
        let mut out = Matrix::zeros(self.shape.channels * sizes.1, rows.nrows());
        // one row after the other in memory
        let turned = rows.transpose();
        let into = out.as_mut_slice().chunks_exact_mut(sizes.1);
        into.zip(turned.as_slice().chunks_exact(sizes.0)).for_each(|(into, from)| into.copy_from_slice(&map(from)));
        Ok(out.transpose())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::Stream;
    use std::f64::consts::TAU;

    fn shapes() -> impl Iterator<Item = Geometry> {
        let sizes = [(1, 1, 1), (1, 2, 3), (2, 7, 7), (3, 8, 6), (1, 5, 4)];
        sizes.into_iter().map(|(channels, height, width)| Geometry { channels, height, width })
    }

    fn mask() -> DecayMask {
        DecayMask::new(0.3, 2.0).unwrap()
    }

    fn drawn(images: &FourierImages, rows: usize) -> Matrix {
        Stream::new(8, "test-coefficients", 0).normal_columns(rows, 0, images.coefficients())
    }

    // The definition, one pixel at a time: inverse transform of the Hermitian completion of the half plane, of which the
    // imaginary parts of the columns without a mirror image count only through their antisymmetric part.
    fn direct(values: &[f64], shape: Geometry, (y, t): (usize, usize)) -> f64 {
        let Geometry { height, width, .. } = shape;
        let half = width / 2 + 1;
        let gains = mask().half_plane(height, width);
        let at = |r: usize, s: usize| (values[s * height + r], values[height * half + s * height + r]);
        let mut sum = 0.0;
        for r in 0..height {
            for s in 0..width {
                let own = s < half;
                let (r0, s0) = if own { (r, s) } else { ((height - r) % height, width - s) };
                let (re, im) = at(r0, s0);
                let im = if own { im } else { -im };
                let phase = TAU * (r as f64 * y as f64 / height as f64 + s as f64 * t as f64 / width as f64);
                sum += gains[(r0, s0)] * (re * phase.cos() - im * phase.sin());
            }
        }
        sum / (height * width) as f64
    }

    #[test]
    fn images_are_the_inverse_transform() {
        for shape in shapes() {
            let images = FourierImages::new(mask(), shape);
            let coefficients = drawn(&images, 2);
            let found = images.images(&coefficients).unwrap();
            let per_channel = images.coefficients() / shape.channels;
            for (row, channel) in [(0, 0), (1, shape.channels - 1)] {
                let all: Vec<f64> = coefficients.row(row).iter().copied().collect();
                let own = &all[channel * per_channel..][..per_channel];
                for at in 0..shape.positions() {
                    let expected = direct(own, shape, (at / shape.width, at % shape.width));
                    let value = found[(row, channel * shape.positions() + at)];
                    assert!((value - expected).abs() < 1e-13, "{shape:?} {at}");
                }
            }
        }
    }

    #[test]
    fn transpose_meets_its_definition() {
        for shape in shapes() {
            let images = FourierImages::new(mask(), shape);
            let x = drawn(&images, 3);
            let y = Stream::new(9, "test-image", 0).normal_columns(3, 0, shape.dim());
            let (left, right) = (images.images(&x).unwrap().dot(&y), x.dot(&images.pull_back(&y).unwrap()));
            assert!((left - right).abs() < 1e-12 * (1.0 + left.abs()), "{shape:?}: {left} {right}");
        }
    }

    #[test]
    fn zero_frequency_is_the_mean() {
        let shape = Geometry { channels: 2, height: 4, width: 6 };
        let images = FourierImages::new(mask(), shape);
        let mut coefficients = Matrix::zeros(1, images.coefficients());
        coefficients[(0, images.coefficients() / 2)] = 24.0;
        let image = images.images(&coefficients).unwrap();
        assert!(image.columns(0, 24).amax() < 1e-15 && (image.columns(24, 24).add_scalar(-1.0)).amax() < 1e-14);
        assert!(images.images(&Matrix::zeros(1, 3)).is_err() && images.pull_back(&Matrix::zeros(1, 3)).is_err());
    }
}
