//! Smoothing of images by a mask that decays with the spatial frequency.

use super::roots_of_unity::{RootsOfUnity, Rounding};
use crate::math::error::{MathError, check_range, check_size};
use crate::math::linalg::{Matrix, product, product_nt, product_tn};
use std::f64::consts::SQRT_2;

/// The mask `m(f) = (1 + ‖f‖/f0)^{−α}` over frequencies f = (`f_y`, `f_x`) in cycles per pixel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DecayMask {
    cutoff: f64,
    exponent: f64,
}

impl DecayMask {
    /// A mask with `f0 = cutoff` and `α = exponent`; 0 as the exponent smooths nothing.
    ///
    /// Units: the cutoff in cycles per pixel, the exponent dimensionless.
    ///
    /// # Errors
    /// [`MathError::Range`] unless the cutoff is above 0 and the exponent at least 0.
    pub fn new(cutoff: f64, exponent: f64) -> Result<Self, MathError> {
        check_range(cutoff > 0.0 && cutoff.is_finite(), "cutoff frequency", cutoff, "above 0 cycles per pixel")?;
        check_range(exponent >= 0.0 && exponent.is_finite(), "exponent of the decay", exponent, "at least 0")?;
        Ok(Self { cutoff, exponent })
    }

    /// The mask at one frequency: 1 at zero, decreasing.
    /// Units: frequencies in cycles per pixel; the gain is dimensionless.
    /// Source: as [`DecayMask::half_plane`].
    pub fn gain(self, vertical: f64, horizontal: f64) -> f64 {
        (1.0 + vertical.hypot(horizontal) / self.cutoff).powf(-self.exponent)
    }

    /// The mask on the half plane of a real transform: rows 0, 1, …, −1 over H; columns 0, …, ⌊W/2⌋ over W.
    ///
    /// Shapes: -> H x (⌊W/2⌋ + 1). Cost: HW.
    /// Source: the reference implementation, IdePHICS/Neural-LoFi-Theory, decay mask of the feature pictures.
    pub fn half_plane(self, height: usize, width: usize) -> Matrix {
        let along = |index: usize, size: usize| index.min(size - index) as f64 / size as f64;
        Matrix::from_fn(height, width / 2 + 1, |r, s| self.gain(along(r, height), along(s, width)))
    }
}

/// Smooths images of one size by a [`DecayMask`].
#[derive(Debug, Clone, PartialEq)]
pub struct Smoother {
    rows: Matrix,
    columns: Matrix,
    gains: Matrix,
}

impl Smoother {
    /// A smoother of H x W images. Shapes: -> bases H x H and W x W, gains H x W. Cost: H² + W² + HW.
    pub fn new(mask: DecayMask, height: usize, width: usize) -> Self {
        let gain = |r, s| mask.gain(frequency(r, height), frequency(s, width));
        Self {
            rows: real_fourier_basis(height),
            columns: real_fourier_basis(width),
            gains: Matrix::from_fn(height, width, gain),
        }
    }

    /// The smoothed image, `irfft2(rfft2(x) · m)`, of one channel.
    ///
    /// The mask depends on the magnitudes of both frequencies alone, so sines and cosines are its eigenfunctions and
    /// the transform is two products with a real orthogonal basis on either side: no complex numbers.
    /// Shapes: H x W -> H x W. Cost: 4 HW (H + W).
    /// Source: the reference implementation, IdePHICS/Neural-LoFi-Theory, smoothing of importance maps.
    ///
    /// # Errors
    /// [`MathError::Shape`] for an image of another size.
    pub fn apply(&self, image: &Matrix) -> Result<Matrix, MathError> {
        check_size("rows of the image", image.nrows(), self.rows.nrows())?;
        check_size("columns of the image", image.ncols(), self.columns.nrows())?;
        let mut spectrum = product_nt(&product(&self.rows, image), &self.columns);
        spectrum.component_mul_assign(&self.gains);
        Ok(product(&product_tn(&self.rows, &spectrum), &self.columns))
    }
}

// Frequency of row j of the basis, in cycles per pixel: 0, 1, 1, 2, 2, … over the size.
fn frequency(row: usize, size: usize) -> f64 {
    row.div_ceil(2) as f64 / size as f64
}

/// Orthonormal rows 1/√N, √(2/N) cos(2π f t/N), √(2/N) sin(2π f t/N), …; for an even N the last one alternates in sign.
///
/// Shapes: -> N x N. Cost: N².
pub fn real_fourier_basis(size: usize) -> Matrix {
    let norm = 1.0 / (size as f64).sqrt();
    let roots = RootsOfUnity::new(size, Rounding::System);
    Matrix::from_fn(size, size, |row, t| {
        let cycles = row.div_ceil(2);
        let alone = row == 0 || 2 * cycles == size;
        let wave = if row % 2 == 0 && row > 0 { roots.sine(cycles * t) } else { roots.cosine(cycles * t) };
        if alone { norm * wave } else { SQRT_2 * norm * wave }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::Stream;
    use std::f64::consts::TAU;

    const SIZES: [(usize, usize); 5] = [(1, 1), (2, 3), (7, 7), (8, 6), (5, 32)];

    fn image(height: usize, width: usize) -> Matrix {
        Stream::new(3, "test-image", 0).normal_columns(height, 0, width)
    }

    fn mask() -> DecayMask {
        DecayMask::new(0.3, 2.0).unwrap()
    }

    // Σ_f m(f) F(f) e^{+…}/(HW) with F the sum over pixels: the definition, at complex frequencies.
    fn direct(image: &Matrix, mask: DecayMask) -> Matrix {
        let (height, width) = image.shape();
        let signed = |index: usize, size: usize| index.min(size - index) as f64 / size as f64;
        Matrix::from_fn(height, width, |r, s| {
            let mut sum = 0.0;
            for (a, b) in (0..height * width).map(|e| (e / width, e % width)) {
                let gain = mask.gain(signed(a, height), signed(b, width));
                for (y, x) in (0..height * width).map(|e| (e / width, e % width)) {
                    let turns = a as f64 * (r as f64 - y as f64) / height as f64
                        + b as f64 * (s as f64 - x as f64) / width as f64;
                    sum += gain * image[(y, x)] * (TAU * turns).cos();
                }
            }
            sum / (height * width) as f64
        })
    }

    #[test]
    fn basis_is_orthonormal_so_the_transform_keeps_the_energy() {
        for size in [1, 2, 3, 8, 31, 96] {
            let basis = real_fourier_basis(size);
            assert!((product_nt(&basis, &basis) - Matrix::identity(size, size)).amax() < 1e-13, "{size}");
        }
        let x = image(8, 5);
        let spectrum = product_nt(&product(&real_fourier_basis(8), &x), &real_fourier_basis(5));
        assert!((spectrum.norm() - x.norm()).abs() < 1e-13);
    }

    #[test]
    fn smoothing_is_the_masked_transform() {
        for (height, width) in SIZES {
            let x = image(height, width);
            let found = Smoother::new(mask(), height, width).apply(&x).unwrap();
            assert!((found - direct(&x, mask())).amax() < 1e-13, "{height} x {width}");
        }
    }

    #[test]
    fn zero_frequency_passes_and_nothing_grows() {
        for (height, width) in SIZES {
            let x = image(height, width);
            let smooth = Smoother::new(mask(), height, width).apply(&x).unwrap();
            assert!((smooth.mean() - x.mean()).abs() < 1e-14);
            assert!(smooth.norm() <= x.norm() * (1.0 + 1e-14));
            let nothing = Smoother::new(DecayMask::new(0.3, 0.0).unwrap(), height, width).apply(&x).unwrap();
            assert!((nothing - x).amax() < 1e-13);
        }
    }

    #[test]
    fn mask_is_one_at_zero_and_decreases() {
        let half = mask().half_plane(8, 9);
        assert_eq!(half.shape(), (8, 5));
        assert_eq!(half[(0, 0)], 1.0);
        assert!((1..5).all(|s| half[(0, s)] < half[(0, s - 1)]));
        assert_eq!(half[(1, 2)], half[(7, 2)]);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert!(DecayMask::new(0.0, 1.0).is_err() && DecayMask::new(0.1, -1.0).is_err());
        assert!(DecayMask::new(f64::NAN, 1.0).is_err());
        assert!(Smoother::new(mask(), 4, 5).apply(&image(5, 4)).is_err());
    }
}
