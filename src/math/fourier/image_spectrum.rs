//! The discrete Fourier transform of an image, there and back.

use super::roots_of_unity::{RootsOfUnity, Rounding};
use crate::math::error::{MathError, check_size};
use crate::math::linalg::{Matrix, product};
use crate::math::random::Stream;
use std::f64::consts::{PI, TAU};

/// Fourier coefficients of a real H x W image, in the order of frequencies 0, 1, …, −1 of rows and of columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectrum {
    /// Real parts, H x W.
    pub real: Matrix,
    /// Imaginary parts, H x W.
    pub imaginary: Matrix,
}

impl Spectrum {
    /// All zeros. Shapes: -> H x W.
    pub fn zeros(height: usize, width: usize) -> Self {
        Self { real: Matrix::zeros(height, width), imaginary: Matrix::zeros(height, width) }
    }

    /// Sizes |X(f)|. Shapes: -> H x W. Units: those of the pixels. Cost: HW.
    pub fn amplitudes(&self) -> Matrix {
        self.real.zip_map(&self.imaginary, f64::hypot)
    }

    /// Squared sizes |X(f)|². Shapes: -> H x W. Units: those of the pixels, squared. Cost: HW.
    pub fn powers(&self) -> Matrix {
        self.real.zip_map(&self.imaginary, |a, b| a * a + b * b)
    }

    /// X(f) e^{iθ(f)}. Real images stay real where θ(−f) = −θ(f) up to whole turns.
    ///
    /// Shapes: H x W. Units: θ in radians. Cost: HW. Panics for another size.
    pub fn turned(&self, phases: &Matrix) -> Self {
        let (cosine, sine) = (phases.map(libm::cos), phases.map(libm::sin));
        Self {
            real: self.real.component_mul(&cosine) - self.imaginary.component_mul(&sine),
            imaginary: self.real.component_mul(&sine) + self.imaginary.component_mul(&cosine),
        }
    }

    /// X(f) g(f). Real images stay real where g(−f) = g(f).
    ///
    /// Shapes: H x W. Units: g is dimensionless. Cost: HW. Panics for another size.
    pub fn scaled(&self, gains: &Matrix) -> Self {
        Self { real: self.real.component_mul(gains), imaginary: self.imaginary.component_mul(gains) }
    }

    /// X(f) − Y(f). Shapes: H x W. Cost: HW. Panics for another size.
    pub fn minus(&self, other: &Self) -> Self {
        Self { real: &self.real - &other.real, imaginary: &self.imaginary - &other.imaginary }
    }
}

/// The transform of H x W images, scaled so that it keeps the sum of squares (Parseval).
///
/// `X(a, b) = (HW)^{−1/2} Σ x(r, s) e^{−2πi(ar/H + bs/W)}`, for any H and W, powers of two or not.
#[derive(Debug, Clone, PartialEq)]
pub struct ImageFourier {
    rows: Waves,
    columns: Waves,
}

impl ImageFourier {
    /// The transform of one size. Shapes: -> waves of rows H x H, of columns W x W. Cost: H² + W².
    pub fn new(height: usize, width: usize) -> Self {
        Self { rows: Waves::new(height), columns: Waves::new(width) }
    }

    /// The coefficients of an image.
    ///
    /// Shapes: H x W -> H x W. Units: those of the pixels, as the transform is unitary. Cost: 4 HW (2H + W).
    ///
    /// # Errors
    /// [`MathError::Shape`] for an image of another size.
    pub fn transform(&self, image: &Matrix) -> Result<Spectrum, MathError> {
        self.check(image)?;
        let (cosine, sine) = (product(image, &self.columns.cosine), product(image, &self.columns.sine));
        let real = product(&self.rows.cosine, &cosine) - product(&self.rows.sine, &sine);
        let imaginary = -(product(&self.rows.sine, &cosine) + product(&self.rows.cosine, &sine));
        Ok(Spectrum { real, imaginary })
    }

    /// The image of coefficients with X(−f) = X(f)*: the real part of the inverse transform,
    /// `x(r, s) = (HW)^{−1/2} Re Σ X(a, b) e^{2πi(ar/H + bs/W)}`.
    ///
    /// Shapes: H x W -> H x W. Units: those of the coefficients. Cost: 4 HW (H + 2W).
    ///
    /// # Errors
    /// [`MathError::Shape`] for coefficients of another size.
    pub fn invert(&self, spectrum: &Spectrum) -> Result<Matrix, MathError> {
        self.check(&spectrum.real)?;
        self.check(&spectrum.imaginary)?;
        let Waves { cosine, sine } = &self.columns;
        let even = product(&spectrum.real, cosine) - product(&spectrum.imaginary, sine);
        let odd = product(&spectrum.imaginary, cosine) + product(&spectrum.real, sine);
        Ok(product(&self.rows.cosine, &even) - product(&self.rows.sine, &odd))
    }

    fn check(&self, image: &Matrix) -> Result<(), MathError> {
        check_size("rows of the image", image.nrows(), self.rows.cosine.nrows())?;
        check_size("columns of the image", image.ncols(), self.columns.cosine.nrows())
    }
}

/// cos(2π ft/n)/√n and sin(2π ft/n)/√n.
#[derive(Debug, Clone, PartialEq)]
struct Waves {
    cosine: Matrix,
    sine: Matrix,
}

impl Waves {
    fn new(size: usize) -> Self {
        let (roots, norm) = (RootsOfUnity::new(size, Rounding::Portable), (size as f64).sqrt());
        Self {
            cosine: Matrix::from_fn(size, size, |f, t| roots.cosine(f * t) / norm),
            sine: Matrix::from_fn(size, size, |f, t| roots.sine(f * t) / norm),
        }
    }
}

/// Frequency −f of every row or column f.
const fn opposite(frequency: usize, size: usize) -> usize {
    (size - frequency) % size
}

/// Random phases with θ(−f) = −θ(f): uniform, but 0 at f = 0, and 0 or π where −f is f.
///
/// The mean of an image, its coefficient at f = 0, keeps its sign: brightness is no matter of phases.
/// Shapes: -> H x W. Units: radians. Cost: HW.
/// Source: the phase-randomised images of arXiv 2605.16913, as reconstructed.
pub fn antisymmetric_phases(height: usize, width: usize, stream: &mut Stream) -> Matrix {
    let mut phases = Matrix::zeros(height, width);
    for (r, s) in (0..height * width).map(|place| (place / width, place % width)).skip(1) {
        let partner = (opposite(r, height), opposite(s, width));
        if partner == (r, s) {
            phases[(r, s)] = PI * stream.below(2) as f64;
        } else if partner > (r, s) {
            phases[(r, s)] = TAU * stream.uniform();
            phases[partner] = -phases[(r, s)];
        }
    }
    phases
}

/// ‖f‖ with the least frequency above 0, 1/max(H, W), in place of 0. Shapes: -> H x W. Units: cycles per pixel.
/// Cost: HW.
pub fn radial_frequencies(height: usize, width: usize) -> Matrix {
    let along = |index: usize, size: usize| index.min(size - index) as f64 / size as f64;
    let least = 1.0 / height.max(width) as f64;
    Matrix::from_fn(height, width, |r, s| along(r, height).hypot(along(s, width)).max(least))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZES: [(usize, usize); 6] = [(1, 1), (2, 3), (7, 7), (8, 6), (5, 32), (28, 28)];

    fn image(height: usize, width: usize) -> Matrix {
        Stream::new(3, "test-image", 0).normal_columns(height, 0, width)
    }

    #[test]
    fn coefficients_are_the_sums_of_the_definition() {
        let x = image(5, 6);
        let found = ImageFourier::new(5, 6).transform(&x).unwrap();
        for (a, b) in [(0, 0), (1, 2), (4, 5), (3, 3)] {
            let (mut real, mut imaginary) = (0.0, 0.0);
            for (r, s) in (0..30).map(|e| (e / 6, e % 6)) {
                let angle = -TAU * (a as f64 * r as f64 / 5.0 + b as f64 * s as f64 / 6.0);
                real += x[(r, s)] * angle.cos() / 30.0_f64.sqrt();
                imaginary += x[(r, s)] * angle.sin() / 30.0_f64.sqrt();
            }
            assert!((found.real[(a, b)] - real).abs() < 1e-13 && (found.imaginary[(a, b)] - imaginary).abs() < 1e-13);
        }
    }

    #[test]
    fn the_transform_keeps_energy_and_is_undone() {
        for (height, width) in SIZES {
            let (x, fourier) = (image(height, width), ImageFourier::new(height, width));
            let spectrum = fourier.transform(&x).unwrap();
            assert!((spectrum.powers().sum() / x.norm_squared() - 1.0).abs() < 1e-12, "Parseval");
            assert!((fourier.invert(&spectrum).unwrap() - &x).amax() < 1e-12, "{height} x {width}");
            for (r, s) in (0..height * width).map(|e| (e / width, e % width)) {
                let partner = (opposite(r, height), opposite(s, width));
                assert!((spectrum.real[(r, s)] - spectrum.real[partner]).abs() < 1e-12);
                assert!((spectrum.imaginary[(r, s)] + spectrum.imaginary[partner]).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn random_phases_keep_amplitudes_mean_and_reality() {
        for (height, width) in SIZES {
            let (x, fourier) = (image(height, width), ImageFourier::new(height, width));
            let spectrum = fourier.transform(&x).unwrap();
            let phases = antisymmetric_phases(height, width, &mut Stream::new(1, "phases", 0));
            let turned = spectrum.turned(&phases);
            let made = fourier.invert(&turned).unwrap();
            let again = fourier.transform(&made).unwrap();
            assert!((again.amplitudes() - spectrum.amplitudes()).amax() < 1e-10);
            assert!(again.minus(&turned).amplitudes().amax() < 1e-12, "nothing was lost to an imaginary part");
            assert!((made.mean() - x.mean()).abs() < 1e-13);
            assert!(height * width < 7 || (made - x).amax() > 0.1);
        }
    }

    #[test]
    fn phases_are_uniform_over_draws() {
        let root = Stream::new(2, "phases", 0);
        let draws: Vec<Matrix> = (0..2000).map(|i| antisymmetric_phases(4, 5, &mut root.substream(i))).collect();
        let mean = |at: (usize, usize), of: fn(f64) -> f64| draws.iter().map(|p| of(p[at])).sum::<f64>() / 2000.0;
        for at in [(0, 1), (1, 0), (2, 3), (2, 0)] {
            assert!(mean(at, f64::cos).abs() < 0.08 && mean(at, f64::sin).abs() < 0.08, "{at:?}");
        }
        assert!(draws.iter().all(|p| p[(0, 0)] == 0.0 && p[(2, 0)].sin().abs() < 1e-15));
    }

    #[test]
    fn frequencies_are_those_of_the_grid_but_for_zero() {
        let radial = radial_frequencies(4, 8);
        assert_eq!((radial[(0, 0)], radial[(0, 7)], radial[(2, 0)]), (0.125, 0.125, 0.5));
        assert!((radial[(3, 2)] - 0.125_f64.sqrt()).abs() < 1e-15);
        assert!(ImageFourier::new(4, 5).transform(&image(5, 4)).is_err());
    }

    proptest::proptest! {
        #[test]
        fn images_of_any_size_come_back_and_keep_their_energy(
            height in 1usize..13, width in 1usize..13, seed in 0u64..1000,
        ) {
            let x = Stream::new(seed, "test-image", 1).normal_columns(height, 0, width);
            let fourier = ImageFourier::new(height, width);
            let spectrum = fourier.transform(&x).unwrap();
            proptest::prop_assert!((spectrum.powers().sum() / x.norm_squared() - 1.0).abs() < 1e-12);
            proptest::prop_assert!((fourier.invert(&spectrum).unwrap() - &x).amax() < 1e-12);
        }
    }
}
