//! Images with other amplitudes or other phases, by the statistics of training images.

use crate::math::error::{MathError, check_range};
use crate::math::fourier::image_spectrum::{Spectrum, radial_frequencies};
use crate::math::linalg::Matrix;

/// Sums over the training images of one channel, frequency by frequency.
#[derive(Debug, Clone, PartialEq)]
pub struct SpectrumStatistics {
    count: usize,
    sum: Spectrum,
    powers: Matrix,
    amplitudes: Matrix,
}

impl SpectrumStatistics {
    /// Sums over no image of a size. Shapes: -> H x W.
    pub fn new(height: usize, width: usize) -> Self {
        let zeros = Matrix::zeros(height, width);
        Self { count: 0, sum: Spectrum::zeros(height, width), powers: zeros.clone(), amplitudes: zeros }
    }

    /// Takes an image in. Shapes: H x W. Cost: HW. Panics for another size.
    pub fn add(&mut self, spectrum: &Spectrum) {
        self.count += 1;
        self.sum.real += &spectrum.real;
        self.sum.imaginary += &spectrum.imaginary;
        self.powers += spectrum.powers();
        self.amplitudes += spectrum.amplitudes();
    }

    fn share(&self) -> f64 {
        1.0 / self.count.max(1) as f64
    }

    /// E |X(f)|, the mean over the images; 0 without one. Shapes: -> H x W. Units: those of the pixels. Cost: HW.
    /// Source: the amplitude-equalised images of arXiv 2605.16913, as reconstructed.
    pub fn mean_amplitudes(&self) -> Matrix {
        &self.amplitudes * self.share()
    }

    /// E X(f): the coefficients of the mean image. Shapes: -> H x W. Units: those of the pixels. Cost: HW.
    pub fn mean(&self) -> Spectrum {
        Spectrum { real: &self.sum.real * self.share(), imaginary: &self.sum.imaginary * self.share() }
    }

    /// E |X(f) − E X(f)|² = E |X(f)|² − |E X(f)|². Shapes: -> H x W. Units: those of the pixels, squared. Cost: HW.
    pub fn variances(&self) -> Matrix {
        (&self.powers * self.share() - self.mean().powers()).map(|variance| variance.max(0.0))
    }

    /// The colouring that gives the training images a power spectrum ∝ ‖f‖^{−α}, of mean 1.
    ///
    /// `X(f) ↦ (X(f) − E X(f)) · √(t(f)/(v(f) + ε v̄))`, with t the target, v the variances of the training images and
    /// v̄ their mean. α = 0 whitens. A translation-invariant law has a covariance that is diagonal in this basis, so
    /// this is its zero-phase (ZCA) whitening; of another law it whitens the part that is. At f = 0 the target is that
    /// of the least frequency above it.
    /// Shapes: -> gains H x W. Units: α and ε are dimensionless. Cost: HW.
    /// Source: ZCA: Bell and Sejnowski, Vision Research 37 (1997) 3327, doi:10.1016/S0042-6989(97)00121-1; the target
    /// is ours.
    ///
    /// # Errors
    /// [`MathError::Range`] for an exponent or floor ε below 0.
    pub fn colouring(&self, exponent: f64, floor: f64) -> Result<Colouring, MathError> {
        check_range(exponent >= 0.0 && exponent.is_finite(), "exponent of the spectrum", exponent, "at least 0")?;
        check_range(floor >= 0.0 && floor.is_finite(), "floor", floor, "at least 0")?;
        let variances = self.variances();
        let least = floor * variances.mean();
        let decay = radial_frequencies(variances.nrows(), variances.ncols()).map(|f| libm::pow(f, -exponent));
        let target = &decay / decay.mean();
        let gain = |target: f64, variance: f64| {
            let variance = variance + least;
            if variance > 0.0 { (target / variance).sqrt() } else { 0.0 }
        };
        Ok(Colouring { mean: self.mean(), gains: target.zip_map(&variances, gain) })
    }
}

/// Gains for every frequency about a mean image.
#[derive(Debug, Clone, PartialEq)]
pub struct Colouring {
    mean: Spectrum,
    gains: Matrix,
}

impl Colouring {
    /// The coefficients of the coloured image.
    ///
    /// Shapes: H x W -> H x W. Units: dimensionless, of mean square 1 over the training images but for ε.
    /// Cost: HW. Panics for another size.
    pub fn apply(&self, spectrum: &Spectrum) -> Spectrum {
        spectrum.minus(&self.mean).scaled(&self.gains)
    }
}

/// The phases of an image with other amplitudes: `a(f) X(f)/|X(f)|`; a coefficient that is 0 has no phase and stays 0.
///
/// Shapes: H x W, H x W -> H x W. Units: those of the amplitudes. Cost: HW. Panics for another size.
/// Source: Oppenheim and Lim, Proc. IEEE 69 (1981) 529; the amplitude-equalised images of arXiv 2605.16913, as
/// reconstructed.
pub fn with_amplitudes(spectrum: &Spectrum, amplitudes: &Matrix) -> Spectrum {
    let gain = |wanted: f64, own: f64| if own > 0.0 { wanted / own } else { 0.0 };
    spectrum.scaled(&amplitudes.zip_map(&spectrum.amplitudes(), gain))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::fourier::image_spectrum::ImageFourier;
    use crate::math::random::Stream;

    // Images that are neither white nor centred: neighbours are averaged and a ramp is added.
    fn images(count: usize, height: usize, width: usize) -> Vec<Matrix> {
        let smooth = |x: Matrix| {
            Matrix::from_fn(height, width, |r, s| {
                x[(r, s)] + 0.8 * x[((r + 1) % height, s)] + 0.5 * x[(r, (s + 1) % width)] + 0.1 * r as f64
            })
        };
        let draw = |i| smooth(Stream::new(i, "test-images", 0).normal_columns(height, 0, width));
        (0..count as u64).map(draw).collect()
    }

    fn statistics(images: &[Matrix]) -> (ImageFourier, SpectrumStatistics) {
        let (height, width) = images[0].shape();
        let fourier = ImageFourier::new(height, width);
        let mut statistics = SpectrumStatistics::new(height, width);
        images.iter().for_each(|x| statistics.add(&fourier.transform(x).unwrap()));
        (fourier, statistics)
    }

    #[test]
    fn white_images_have_unit_variance_at_every_frequency_and_no_mean() {
        let images = images(50, 6, 8);
        let (fourier, found) = statistics(&images);
        let colouring = found.colouring(0.0, 0.0).unwrap();
        let white = images.iter().map(|x| fourier.invert(&colouring.apply(&fourier.transform(x).unwrap())).unwrap());
        let white: Vec<Matrix> = white.collect();
        let (_, again) = statistics(&white);
        assert!((again.variances() - Matrix::from_element(6, 8, 1.0)).amax() < 1e-10);
        assert!(again.mean().amplitudes().amax() < 1e-12);
        let energy: f64 = white.iter().map(Matrix::norm_squared).sum::<f64>() / (50.0 * 48.0);
        assert!((energy - 1.0).abs() < 1e-10, "so the mean square of a pixel is 1");
    }

    #[test]
    fn a_power_law_is_what_colouring_gives() {
        let images = images(50, 8, 8);
        let (fourier, found) = statistics(&images);
        let colouring = found.colouring(2.0, 0.0).unwrap();
        let coloured: Vec<Matrix> =
            images.iter().map(|x| fourier.invert(&colouring.apply(&fourier.transform(x).unwrap())).unwrap()).collect();
        let variances = statistics(&coloured).1.variances();
        assert!((variances.mean() - 1.0).abs() < 1e-10);
        assert!((variances[(0, 1)] / variances[(0, 4)] - 16.0).abs() < 1e-8);
        assert!((variances[(0, 0)] / variances[(1, 1)] - 2.0).abs() < 1e-8);
    }

    #[test]
    fn the_floor_bounds_what_is_blown_up() {
        let mut flat = images(20, 4, 4);
        flat.iter_mut().for_each(|x| *x = Matrix::from_element(4, 4, x[(0, 0)]));
        let (fourier, found) = statistics(&flat);
        let x = fourier.transform(&images(1, 4, 4)[0]).unwrap();
        let with = |floor| found.colouring(0.0, floor).unwrap().apply(&x).amplitudes();
        let bound = 1.0 / (1e-2 * found.variances().mean()).sqrt();
        assert!(with(1e-2).iter().zip(x.amplitudes().iter()).skip(1).all(|(y, x)| *y <= bound * x * (1.0 + 1e-12)));
        assert!(with(1e-2)[(1, 1)] > 0.0);
        assert!(found.colouring(-1.0, 0.0).is_err() && found.colouring(0.0, f64::NAN).is_err());
    }

    #[test]
    fn amplitudes_are_replaced_and_phases_kept() {
        let images = images(9, 5, 6);
        let (fourier, found) = statistics(&images);
        let mean = found.mean_amplitudes();
        let spectrum = fourier.transform(&images[3]).unwrap();
        let made = fourier.invert(&with_amplitudes(&spectrum, &mean)).unwrap();
        let again = fourier.transform(&made).unwrap();
        assert!((again.amplitudes() - &mean).amax() < 1e-10);
        let cross = &again.real.component_mul(&spectrum.imaginary) - again.imaginary.component_mul(&spectrum.real);
        assert!(cross.amax() < 1e-10, "parallel coefficients");
        assert!(again.real.component_mul(&spectrum.real).min() >= -1e-10, "and not opposite ones");
    }

    #[test]
    fn an_image_with_its_own_amplitudes_is_itself() {
        let image = images(1, 7, 4).remove(0);
        let (fourier, found) = statistics(std::slice::from_ref(&image));
        let spectrum = fourier.transform(&image).unwrap();
        let made = fourier.invert(&with_amplitudes(&spectrum, &found.mean_amplitudes())).unwrap();
        assert!((made - &image).amax() < 1e-12);
        assert_eq!(with_amplitudes(&Spectrum::zeros(2, 2), &Matrix::from_element(2, 2, 1.0)), Spectrum::zeros(2, 2));
    }
}
